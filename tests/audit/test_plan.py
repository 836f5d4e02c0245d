"""The audit plan: a proposal by rotation, a matrix before it is used, changes by hand."""

import pytest
from sqlmodel import Session, select

from app.audit.due import ItemKey
from app.audit.models import AuditAssignment
from app.audit.plan_matrix import PlanView
from app.audit.plan_queries import plan_view
from app.audit.planning import choose_auditors, plan_of, signature, stand_back, use_plan
from app.audit.requesting import request_audits
from app.cases.service import add_case
from app.consensus.rules import State
from app.errors import Forbidden, Invalid, StaleEdit
from app.studies.members import change_roles, remove_member
from app.studies.models import AuditorKind, Member
from tests.audit.an_audit import agreed_case, an_audit
from tests.html import Reader, without_keys
from tests.people import People


@pytest.fixture
def eighteen(db: Session, people: People) -> People:
    assert people.sample.id is not None
    for number in range(1, 19):
        add_case(db, people.context(db), code=f"P{number:02}", sample_ids=[people.sample.id])
    db.commit()
    return people


def _view(db: Session, people: People) -> PlanView:
    return plan_view(db, people.context(db), plan_of(db, people.context(db).id))


def _use(db: Session, people: People) -> PlanView:
    view = _view(db, people)
    use_plan(db, people.context(db), seen=signature(view))
    db.commit()
    return _view(db, people)


def _member(db: Session, person_id: int) -> int:
    found = db.exec(select(Member.id).where(Member.account_id == person_id)).one()
    assert found is not None
    return found


def test_the_matrix_is_a_proposal_until_it_is_used(db: Session, eighteen: People) -> None:
    page = Reader(eighteen.ana.browser).open(f"{eighteen.url}/audits/plan")
    assert "18 items have auditors proposed by rotation" in page.text
    assert not db.exec(select(AuditAssignment)).all()
    page.send("Use this plan")
    assert len(db.exec(select(AuditAssignment)).all()) == 36
    assert "proposed by rotation" not in page.text


def test_three_auditors_in_pairs_share_eighteen_cases_alike(db: Session, eighteen: People) -> None:
    view = _use(db, eighteen)
    assert set(view.loads.values()) == {12}
    assert view.teams == [("Eli and Fay", 6), ("Eli and Gus", 6), ("Fay and Gus", 6)]


def test_a_case_that_comes_later_changes_no_assignment(db: Session, eighteen: People) -> None:
    before = {row.key: row.auditors for row in _use(db, eighteen).rows}
    assert eighteen.sample.id is not None
    add_case(db, eighteen.context(db), code="P19", sample_ids=[eighteen.sample.id])
    view = _view(db, eighteen)
    assert {row.key: row.auditors for row in view.rows if row.is_stored} == before
    assert [row.name for row in view.proposed] == ["P19"]


def test_a_proposal_that_changed_meanwhile_is_looked_at_again(
    db: Session, eighteen: People
) -> None:
    seen = signature(_view(db, eighteen))
    assert eighteen.sample.id is not None
    add_case(db, eighteen.context(db), code="P19", sample_ids=[eighteen.sample.id])
    with pytest.raises(StaleEdit, match="proposal changed"):
        use_plan(db, eighteen.context(db), seen=seen)


def test_the_pi_changes_the_rotation_by_hand_with_a_reason(db: Session, eighteen: People) -> None:
    row = _use(db, eighteen).rows[0]
    with pytest.raises(Invalid, match="Say why"):
        choose_auditors(
            db, eighteen.context(db), key=row.key, auditors=[eighteen.gus.id], reason=" "
        )
    answer = eighteen.ana.post(
        f"{eighteen.url}/audits/plan/items/{row.key.word}",
        {"auditors": [str(eighteen.gus.id)], "reason": "Eli and Fay are on leave."},
    )
    assert answer.status_code == 303
    changed = next(each for each in _view(db, eighteen).rows if each.key == row.key)
    assert changed.auditors == (eighteen.gus.id,)
    assert changed.by_hand


def test_nobody_is_put_on_what_they_judged_or_stand_back_from(
    db: Session, eighteen: People
) -> None:
    study = eighteen.context(db)
    change_roles(
        db,
        study,
        member_id=_member(db, eighteen.ben.id),
        is_judge=True,
        auditor=AuditorKind.INTERNAL,
    )
    stand_back(db, study, account_id=eighteen.fay.id, code="p01", reason="Knows the participant.")
    db.commit()
    row = _view(db, eighteen).rows[0]
    assert not {eighteen.ben.id, eighteen.fay.id} & set(row.auditors)
    for person, why in ((eighteen.ben, "judged it"), (eighteen.fay, "stands back")):
        with pytest.raises(Invalid, match=why):
            choose_auditors(db, study, key=row.key, auditors=[person.id], reason="To try it.")


def test_who_leaves_is_taken_off_and_the_rotation_proposes_another(
    db: Session, eighteen: People
) -> None:
    _use(db, eighteen)
    remove_member(db, eighteen.context(db), member_id=_member(db, eighteen.gus.id))
    db.commit()
    left = db.exec(
        select(AuditAssignment).where(AuditAssignment.account_id == eighteen.gus.id)
    ).all()
    assert all(each.until is not None for each in left)
    assert eighteen.gus.id not in _view(db, eighteen).loads


def test_who_leaves_with_an_audit_unreturned_holds_nothing_up(db: Session, people: People) -> None:
    audit = an_audit(db, people)
    choose_auditors(
        db,
        people.context(db),
        key=ItemKey(audit.case.context(db).unit.id),
        auditors=[people.eli.id, people.gus.id],
        reason="As they were asked.",
    )
    audit.comment(db, people.eli)
    audit.give_back(db, people.eli)
    remove_member(db, people.context(db), member_id=_member(db, people.gus.id))
    assert audit.case.context(db).unit.state is State.RESPONDING


def test_an_agreed_case_is_sent_to_its_auditors(db: Session, people: People) -> None:
    case = agreed_case(db, people)
    page = Reader(people.ana.browser).open(f"{people.url}/audits/plan")
    page.send("Use this plan").send("Send to the auditors")
    assert case.context(db).unit.state is State.IN_AUDIT
    listed = Reader(people.ben.browser).open(f"{people.url}/audits").text
    assert "P07" in listed
    assert "in audit" in listed


def test_only_its_judges_and_the_pi_send_a_case_to_the_auditors(
    db: Session, people: People
) -> None:
    unit_id = agreed_case(db, people).context(db).unit.id
    with pytest.raises(Forbidden):
        request_audits(
            db,
            people.context(db, people.eli),
            plan_of(db, people.study.id),
            items=[ItemKey(unit_id)],
        )
    assert (
        people.eli.post(f"{people.url}/audits/requests", {"item": str(unit_id)}).status_code == 403
    )


def test_an_auditor_sees_their_own_audits_and_no_other(db: Session, people: People) -> None:
    audit = an_audit(db, people)
    assert "P07" in Reader(people.eli.browser).open(f"{people.url}/audits").text
    assert "P07" not in Reader(people.fay.browser).open(f"{people.url}/audits").text
    assert people.fay.get(audit.url).status_code == 404
    assert people.hal.get(f"{people.url}/audits").status_code == 404
    assert people.ida.get(f"{people.url}/audits").status_code == 403


def test_nobody_learns_how_much_an_auditor_has_written(db: Session, people: People) -> None:
    audit = an_audit(db, people)
    team = (people.ana, people.ben)
    before = [without_keys(who.get(f"{people.url}/audits").text) for who in team]
    audit.comment(db, people.eli)
    audit.comment(db, people.eli)
    assert [without_keys(who.get(f"{people.url}/audits").text) for who in team] == before


def test_a_plan_out_of_its_range_says_so_at_the_field(db: Session, people: People) -> None:
    settings = {"auditors_an_item": "9", "cases": "all", "boards": "all", "version": "1"}
    answer = people.ana.post(f"{people.url}/audits/plan", settings)
    assert answer.status_code == 422
    assert "between 1 and 6 auditors" in answer.text
    settings |= {"auditors_an_item": "2", "cases": "the first cases"}
    answer = people.ana.post(f"{people.url}/audits/plan", settings)
    assert "Say how many of the first cases" in answer.text


def test_only_the_first_cases_are_audited_where_the_plan_says_so(
    db: Session, eighteen: People
) -> None:
    settings = {"auditors_an_item": "2", "cases": "the first cases", "first_cases": "3"}
    eighteen.ana.post(f"{eighteen.url}/audits/plan", settings | {"boards": "none", "version": "1"})
    assert [row.name for row in _view(db, eighteen).rows] == ["P01", "P02", "P03"]


def test_the_plan_is_read_in_a_constant_number_of_statements(
    db: Session, eighteen: People, statements: list[str]
) -> None:
    statements.clear()
    eighteen.ana.get(f"{eighteen.url}/audits/plan")
    many = len(statements)
    assert many <= 16
