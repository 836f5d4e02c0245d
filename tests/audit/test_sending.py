"""What goes to the auditors when: batches, passes, domains and core ideas apart, who joins."""

import pytest
from sqlmodel import Session, select

from app.audit.due import ItemKey
from app.audit.guard import load_audit
from app.audit.models import Audit, AuditAssignment, AuditPlan, AuditRound
from app.audit.plan_matrix import PlanRow, PlanView
from app.audit.plan_queries import plan_view
from app.audit.planning import plan_of, signature, stand_back, use_plan
from app.audit.reading import read_audit
from app.audit.requesting import request_audits, take_stand_back
from app.audit.rotation import NO_AUDITOR
from app.audit.service import close_if_done, return_audit
from app.audit.words import Audited, CommentType
from app.cases.service import add_case, take_out_of_sample
from app.consensus.models import Unit
from app.consensus.passes import go_on
from app.consensus.rules import State, Step
from app.core_ideas.service import add_core_idea
from app.domains.list_service import remove_domain
from app.domains.service import add_domain
from app.errors import Conflict, StepLocked
from app.studies.members import remove_member
from app.studies.models import Member, Study
from app.studies.service import add_sample, remove_sample
from tests.audit.an_audit import AnAudit, agree_all
from tests.domains.a_case import ACase, a_case
from tests.html import Reader
from tests.people import People


def _plan(db: Session, people: People, **settings: object) -> None:
    db.add(AuditPlan(study_id=people.context(db).id, seed=3, **settings))
    db.commit()


def _view(db: Session, people: People) -> PlanView:
    return plan_view(db, people.context(db), plan_of(db, people.context(db).id))


def _use(db: Session, people: People) -> None:
    use_plan(db, people.context(db), seen=signature(_view(db, people)))
    db.commit()


def _row(db: Session, people: People, name: str) -> PlanRow:
    return next(row for row in _view(db, people).rows if row.name == name)


def _send(db: Session, people: People, *names: str) -> None:
    study = people.context(db)
    keys = [row.key for row in _view(db, people).rows if row.name in names]
    request_audits(db, study, plan_of(db, study.id), items=keys)
    db.commit()


@pytest.fixture
def in_batches(db: Session, people: People) -> People:
    """Five cases that are audited two at a time; assigned, not agreed."""
    _plan(db, people, cases=Audited.BATCHES, batch=2, boards=Audited.NONE)
    for number in range(1, 6):
        sample = people.sample.id or 0
        add_case(db, people.context(db), code=f"P{number:02}", sample_ids=[sample])
    db.commit()
    _use(db, people)
    return people


def _agree(db: Session, people: People, *names: str) -> None:
    """These cases are agreed, as the matrix sees it."""
    for name in names:
        unit = db.get_one(Unit, _row(db, people, name).key.unit_id)
        unit.state = State.AGREED
        db.add(unit)
    db.commit()


def test_a_batch_is_sent_once_its_last_case_is_agreed(db: Session, in_batches: People) -> None:
    _agree(db, in_batches, "P01", "P04")
    assert [row.batch for row in _view(db, in_batches).rows] == [1, 1, 2, 2, 3]
    assert _row(db, in_batches, "P01").remarks[:2] == ("batch 1", "waits for P02")
    assert not _view(db, in_batches).ready
    with pytest.raises(StepLocked, match="P02 of it is not agreed yet"):
        _send(db, in_batches, "P01")
    page = Reader(in_batches.ana.browser).open(f"{in_batches.url}/audits/plan")
    assert "batch 1; waits for P02" in page.text
    _agree(db, in_batches, "P02")
    assert [row.name for row in _view(db, in_batches).ready] == ["P01", "P02"]
    page.open(f"{in_batches.url}/audits/plan").send("Send to the auditors")
    assert _row(db, in_batches, "P02").state is State.IN_AUDIT
    assert _row(db, in_batches, "P04").state is State.AGREED


def test_the_last_batch_has_what_is_left(db: Session, in_batches: People) -> None:
    _agree(db, in_batches, "P05")
    assert [row.name for row in _view(db, in_batches).ready] == ["P05"]


def test_who_leaves_is_replaced_by_rotation_and_who_stays_keeps_their_items(
    db: Session, in_batches: People
) -> None:
    _agree(db, in_batches, "P05")
    _send(db, in_batches, "P05")
    before = {row.name: row.stored for row in _view(db, in_batches).rows}
    gone = in_batches.gus.id
    member = db.exec(select(Member.id).where(Member.account_id == gone)).one()
    remove_member(db, in_batches.context(db), member_id=member or 0)
    db.commit()
    view = _view(db, in_batches)
    for row in view.rows:
        assert row.stored == before[row.name] - {gone}
        is_open = row.name != "P05" and gone in before[row.name]
        assert set(row.auditors) == (
            {in_batches.eli.id, in_batches.fay.id} if is_open else row.stored
        )
        assert bool(row.added) == is_open
    page = Reader(in_batches.ana.browser).open(f"{in_batches.url}/audits/plan")
    page.send("Use this plan")
    assert not _view(db, in_batches).proposed
    assert "fewer auditors" not in " ".join(_row(db, in_batches, "P01").warnings)


def test_who_stands_back_is_replaced_and_holds_no_audit_up(db: Session, in_batches: People) -> None:
    row = _row(db, in_batches, "P01")
    gone = next(who for who in (in_batches.eli, in_batches.fay) if who.id in row.stored)
    study = in_batches.context(db)
    stand_back(db, study, account_id=gone.id, code="P01", reason="Knows the participant.")
    db.commit()
    again = _row(db, in_batches, "P01")
    assert again.mark(gone.id) == "stands back"
    assert again.stored == row.stored - {gone.id}
    assert len(again.auditors) == 2
    _use(db, in_batches)
    _agree(db, in_batches, "P01", "P02")
    _send(db, in_batches, "P01", "P02")
    for auditor in again.auditors:
        stand_back(db, study, account_id=auditor, code="P01", reason="Met P meanwhile.")
        db.commit()
    assert _row(db, in_batches, "P01").state is State.IN_AUDIT
    assert _row(db, in_batches, "P01").warnings == (NO_AUDITOR,)
    recusal = _view(db, in_batches).recusals[0][0]
    take_stand_back(db, study, recusal_id=recusal)
    _use(db, in_batches)
    (auditor,) = _row(db, in_batches, "P01").stored
    audit_id = _row(db, in_batches, "P01").audit_id
    parts = load_audit(db, study, audit_id or 0).round.parts
    assert [part.account_id for part in parts] == [auditor]


def test_a_board_without_an_external_auditor_is_warned_of(db: Session, people: People) -> None:
    _plan(db, people)
    a_case(db, people, code="P07")
    member = db.exec(select(Member.id).where(Member.account_id == people.gus.id)).one()
    remove_member(db, people.context(db), member_id=member or 0)
    db.commit()
    page = Reader(people.ana.browser).open(f"{people.url}/audits/plan").text
    assert "no external auditor is free" in page
    assert not _row(db, people, "P07").warnings


def _a_case_apart(db: Session, people: People, *, passes: int) -> ACase:
    study = db.get_one(Study, people.study.id)
    study.passes = passes
    db.add(study)
    _plan(db, people, is_apart=True, boards=Audited.NONE, cases=Audited.ALL)
    case = a_case(db, people, code="P07")
    case.put(db, "I held my breath.", "Antecedent")
    return case


def _write(db: Session, case: ACase) -> None:
    domain = case.domains["Antecedent"]
    add_core_idea(db, case.context(db), domain_id=domain, text="P held P's breath.")
    db.commit()


def _audit_of(db: Session, case: ACase) -> AnAudit:
    unit = case.context(db).unit.id
    newest = select(Audit.id).where(Audit.unit_id == unit).order_by(Audit.id.desc())  # type: ignore[union-attr]
    return AnAudit(case, db.exec(newest).first() or 0)


def _go_through(db: Session, audit: AnAudit) -> None:
    """All auditors return it without a word, and the team closes it."""
    people = audit.case.people
    for person in (people.eli, people.fay, people.gus):
        here = audit.context(db, people.ana)
        if here.round.part_of(person.id):
            scene = audit.context(db, person).scene
            return_audit(db, scene, audit_id=audit.id, without_comments=True, seen=0)
    close_if_done(db, audit.context(db, people.ana).scene, audit.id)
    db.commit()


def test_in_two_passes_domains_are_audited_before_core_ideas(db: Session, people: People) -> None:
    case = _a_case_apart(db, people, passes=2)
    _use(db, people)
    agree_all(db, case)
    row = _row(db, people, "P07")
    assert (row.due, row.asks_about) == (Step.DOMAINS, "P07, its domains")
    _send(db, people, "P07")
    first = _audit_of(db, case)
    assert first.context(db, people.ana).round.step is Step.DOMAINS
    _go_through(db, first)
    assert case.context(db).unit.may_go_on
    context = case.context(db)
    go_on(db, context.scene, context.unit, what="P07")
    _write(db, case)
    assert _row(db, people, "P07").due is None
    agree_all(db, case)
    assert _row(db, people, "P07").due is Step.CORE_IDEAS
    _send(db, people, "P07")
    second = _audit_of(db, case)
    assert second.id != first.id
    assert second.context(db, people.ana).round.step is Step.CORE_IDEAS
    _go_through(db, second)
    assert _row(db, people, "P07").due is None


def test_in_one_pass_the_first_round_is_on_the_domains_and_the_next_on_the_core_ideas(
    db: Session, people: People
) -> None:
    case = _a_case_apart(db, people, passes=1)
    _write(db, case)
    agree_all(db, case)
    _use(db, people)
    page = Reader(people.ana.browser).open(f"{people.url}/audits/plan")
    page.send("Send to the auditors")
    audit = _audit_of(db, case)
    reading = read_audit(db, audit.context(db, people.ana))
    assert {item.kind for item in reading.items} == {"domain", "block"}
    assert CommentType.INTERPRETATION.value not in dict(reading.type_options)
    auditor = next(
        who
        for who in (people.eli, people.fay, people.gus)
        if audit.context(db, people.ana).round.part_of(who.id)
    )
    reads = Reader(auditor.browser).open(audit.url)
    assert "I held my breath." in reads.text
    assert "P held P's breath." not in reads.text
    assert "core idea" not in auditor.get(f"{audit.url}/form.csv").text
    _go_through(db, audit)
    assert _row(db, people, "P07").asks_about == "P07, its core ideas"
    page.open(f"{people.url}/audits/plan").send("Send to the auditors")
    again = audit.context(db, people.ana)
    assert [round_.step for round_ in again.rounds] == [Step.DOMAINS, Step.CORE_IDEAS]
    reading = read_audit(db, again)
    assert {item.kind for item in reading.items} == {"domain", "core_idea"}
    text = reads.open(audit.url).text
    assert "P held P's breath." in text
    assert "I held my breath." in text
    labels = [link.get("aria-label") or "" for link in reads.page.iter("a")]
    assert "Comment on core idea 1.1" in labels
    form = auditor.get(f"{audit.url}/form.csv").text
    assert "core idea 1.1" in form
    assert "block" not in form
    assert not [label for label in labels if "Comment on passage" in label]
    _go_through(db, audit)
    assert not _view(db, people).ready
    assert len(db.exec(select(AuditRound)).all()) == 2


def test_together_a_case_of_two_passes_goes_when_its_core_ideas_are_agreed(
    db: Session, people: People
) -> None:
    case = _a_case_apart(db, people, passes=2)
    plan = plan_of(db, people.context(db).id)
    plan.is_apart = False
    db.add(plan)
    _use(db, people)
    agree_all(db, case)
    assert _row(db, people, "P07").due is None
    with pytest.raises(StepLocked, match="when its core ideas are agreed too"):
        _send(db, people, "P07")
    context = case.context(db)
    go_on(db, context.scene, context.unit, what="P07")
    _write(db, case)
    agree_all(db, case)
    _send(db, people, "P07")
    assert _audit_of(db, case).context(db, people.ana).round.step is Step.BOTH
    assert ItemKey(case.context(db).unit.id) == _row(db, people, "P07").key


def test_what_was_only_assigned_to_auditors_can_still_go(db: Session, people: People) -> None:
    _plan(db, people, domain_lists=True)
    study = people.context(db)
    sample = add_sample(db, study, name="second")
    study, sample_id = people.context(db), sample.id or 0
    domain = add_domain(db, study, sample_id=sample_id, title="Antecedent")
    case = add_case(db, study, code="P01", sample_ids=[sample_id])
    _use(db, people)
    assert {row.name for row in _view(db, people).rows} == {"Domain list", "P01", "Antecedent"}
    take_out_of_sample(db, study, case_id=case.id or 0, sample_id=sample_id)
    remove_domain(db, study, sample_id=sample_id, domain_id=domain.id or 0)
    remove_sample(db, study, sample_id=sample_id)
    assert not _view(db, people).rows
    assert not db.exec(select(AuditAssignment)).all()


def test_a_sample_whose_list_was_audited_stays(db: Session, people: People) -> None:
    _plan(db, people, domain_lists=True, cases=Audited.NONE, boards=Audited.NONE)
    sample = add_sample(db, people.context(db), name="second")
    study, sample_id = people.context(db), sample.id or 0
    domain = add_domain(db, study, sample_id=sample_id, title="Antecedent")
    _use(db, people)
    _send(db, people, "Domain list")
    remove_domain(db, study, sample_id=sample_id, domain_id=domain.id or 0)
    with pytest.raises(Conflict, match="domain list was audited stays"):
        remove_sample(db, study, sample_id=sample_id)
