"""Who judges what: the set team, judges by name with dates, and who drafts for the others."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from app.cases.guard import CaseContext, load_case
from app.cases.service import add_case, take_out_of_sample
from app.consensus.assigning import name_drafter, set_judges
from app.consensus.drafting import submit, take_up
from app.consensus.models import Assignment, Drafter, Unit
from app.consensus.rules import State
from app.consensus.service import agree, change_content
from app.db import now
from app.errors import Conflict, Forbidden, Invalid, NotFound, StaleEdit, StepLocked
from app.studies.members import add_member
from app.studies.models import Study
from app.studies.ways import WayOfWorking
from app.trail.models import TrailEntry, TrailValues
from app.trail.service import verify
from tests.audit.an_audit import an_audit
from tests.html import Reader
from tests.people import People, Person


def begin(db: Session, people: People, way: WayOfWorking = WayOfWorking.TOGETHER) -> None:
    """P07 in the sample, to be worked on in this way."""
    study = db.get_one(Study, people.study.id)
    study.way_of_working = way
    db.add(study)
    add_case(db, people.context(db), code="P07", sample_ids=[people.sample.id or 0])


def p07(db: Session, people: People, person: Person) -> CaseContext:
    """The case as somebody has it now."""
    return load_case(db, people.context(db, person), people.sample.id or 0, "P07")


def unit(db: Session) -> Unit:
    """Its unit."""
    return db.exec(select(Unit).execution_options(populate_existing=True)).one()


def choose(db: Session, people: People, *persons: Person, reason: str = "") -> None:
    """Ana lets exactly these judge it."""
    set_judges(
        db,
        people.context(db),
        unit_id=unit(db).id or 0,
        account_ids=[person.id for person in persons],
        reason=reason,
    )


def judges(db: Session, people: People) -> list[str]:
    """Who judges it, by name."""
    return [judge.name for judge in p07(db, people, people.ana).unit.judges]


def code(db: Session, people: People, person: Person) -> None:
    """Somebody changes what they work on: the shared layer, or their own draft."""
    case = p07(db, people, person)
    change_content(db, take_up(db, case.scene, case.unit), "P07")


def agree_to_it(db: Session, people: People, *persons: Person) -> None:
    """These judges agree to what is there."""
    for person in persons:
        case = p07(db, people, person)
        agree(db, case.scene, case.unit, content=case.unit.content, what="P07")


def submit_it(db: Session, people: People, *persons: Person) -> None:
    """These judges draft and submit."""
    for person in persons:
        code(db, people, person)
        case = p07(db, people, person)
        submit(db, case.scene, case.unit, what="P07")


def newest(db: Session) -> tuple[str, int | None, dict[str, object]]:
    """The last entry of the study's chain: verb, who, what came."""
    found = db.exec(
        select(TrailEntry.verb, TrailEntry.account_id, TrailValues.after)
        .join(TrailValues, col(TrailValues.entry_id) == col(TrailEntry.id))
        .where(col(TrailEntry.chain) == 0)
        .order_by(col(TrailEntry.sequence).desc())
    ).first()
    assert found
    return found[0], found[1], found[2] or {}


def test_without_a_choice_every_judge_of_the_study_judges_it(db: Session, people: People) -> None:
    begin(db, people)
    assert judges(db, people) == ["Ana", "Ben", "Chi", "Dee"]
    add_member(db, people.context(db), account_id=people.jo.id, is_judge=True)
    assert judges(db, people) == ["Ana", "Ben", "Chi", "Dee", "Jo"]


def test_judges_are_chosen_by_name_before_it_is_begun(db: Session, people: People) -> None:
    begin(db, people)
    choose(db, people, people.ben, people.chi)
    assert judges(db, people) == ["Ben", "Chi"]
    choose(db, people, people.chi, people.dee)
    assert judges(db, people) == ["Chi", "Dee"]
    rows = db.exec(select(Assignment.account_id, Assignment.until)).all()
    assert sorted(rows) == [(people.chi.id, None), (people.dee.id, None)]
    choose(db, people, people.ana, people.ben, people.chi, people.dee)
    assert db.exec(select(Assignment)).all() == []
    assert newest(db)[0] == "let all judges judge"


def test_a_plan_alone_keeps_no_case_in_its_sample(db: Session, people: People) -> None:
    begin(db, people, WayOfWorking.DRAFTER_AND_REVIEWERS)
    choose(db, people, people.ben)
    name_drafter(db, people.context(db), unit_id=unit(db).id or 0, account_id=people.ben.id)
    case = p07(db, people, people.ana)
    take_out_of_sample(
        db, people.context(db), case_id=case.case_id, sample_id=people.sample.id or 0
    )
    for table in (Unit, Assignment, Drafter):
        assert db.exec(select(table)).all() == []


def test_a_judge_is_taken_off_with_a_reason_that_only_the_trail_keeps(
    db: Session, people: People
) -> None:
    begin(db, people)
    code(db, people, people.ben)
    before = now()
    with pytest.raises(Invalid, match="Say why"):
        choose(db, people, people.ana, people.ben, people.chi, reason="  ")
    choose(db, people, people.ana, people.ben, people.chi, reason="Ill until May.")
    assert judges(db, people) == ["Ana", "Ben", "Chi"]
    ended = db.exec(select(Assignment).where(col(Assignment.until).is_not(None))).one()
    assert ended.account_id == people.dee.id
    assert ended.until is not None
    assert before <= ended.until < before + timedelta(minutes=1)
    assert ended.since <= ended.until
    verb, who, after = newest(db)
    assert (verb, who) == ("take a judge off", people.ana.id)
    assert after == {"account": people.dee.id, "reason": "Ill until May."}


def test_taking_off_from_the_set_team_names_those_who_remain(db: Session, people: People) -> None:
    begin(db, people)
    code(db, people, people.ben)
    choose(db, people, people.ana, people.ben, people.chi, reason="Left.")
    add_member(db, people.context(db), account_id=people.jo.id, is_judge=True)
    assert judges(db, people) == ["Ana", "Ben", "Chi"]


def test_who_was_taken_off_can_come_back_and_both_times_stay_on_record(
    db: Session, people: People
) -> None:
    begin(db, people)
    code(db, people, people.ben)
    choose(db, people, people.ana, people.ben, people.chi, reason="Ill.")
    choose(db, people, people.ana, people.ben, people.chi, people.dee)
    assert judges(db, people) == ["Ana", "Ben", "Chi", "Dee"]
    rows = db.exec(select(Assignment.until).where(Assignment.account_id == people.dee.id)).all()
    assert [until is None for until in rows].count(True) == 1
    assert len(rows) == 2


def test_nobody_waits_for_who_was_taken_off_and_nobody_agrees_for_them(
    db: Session, people: People
) -> None:
    begin(db, people)
    code(db, people, people.ben)
    agree_to_it(db, people, people.ana, people.ben, people.chi)
    assert unit(db).state is State.CONSENSUS
    choose(db, people, people.ana, people.ben, people.chi, reason="On leave.")
    assert unit(db).state is State.AGREED
    assert newest(db)[:2] == ("agreed by all who remain", None)
    assert [j.name for j in p07(db, people, people.ana).unit.judges if j.agreed] == [
        "Ana",
        "Ben",
        "Chi",
    ]
    assert not list(verify(db))


def test_taking_off_who_agreed_makes_nothing_agreed(db: Session, people: People) -> None:
    begin(db, people)
    code(db, people, people.ben)
    agree_to_it(db, people, people.dee)
    choose(db, people, people.ana, people.ben, people.chi, reason="On leave.")
    assert unit(db).state is State.CONSENSUS


def test_who_was_taken_off_agrees_no_more(db: Session, people: People) -> None:
    begin(db, people)
    code(db, people, people.ben)
    stale = p07(db, people, people.dee)
    choose(db, people, people.ana, people.ben, people.chi, reason="On leave.")
    with pytest.raises(Forbidden, match="taken off P07"):
        agree(db, stale.scene, stale.unit, content=stale.unit.content, what="P07")


def test_the_drafts_of_those_who_remain_are_revealed(db: Session, people: People) -> None:
    begin(db, people, WayOfWorking.INDEPENDENT_FIRST)
    submit_it(db, people, people.ana, people.ben, people.chi)
    code(db, people, people.dee)
    choose(db, people, people.ana, people.ben, people.chi, reason="On leave.")
    assert unit(db).state is State.CONSENSUS


def test_a_judge_who_is_assigned_later_drafts_too(db: Session, people: People) -> None:
    begin(db, people, WayOfWorking.INDEPENDENT_FIRST)
    choose(db, people, people.ben, people.chi)
    submit_it(db, people, people.ben)
    choose(db, people, people.ben, people.chi, people.dee)
    submit_it(db, people, people.chi)
    assert unit(db).state is State.INDEPENDENT
    submit_it(db, people, people.dee)
    assert unit(db).state is State.CONSENSUS


def test_who_was_taken_off_while_drafting_submits_nothing(db: Session, people: People) -> None:
    begin(db, people, WayOfWorking.INDEPENDENT_FIRST)
    code(db, people, people.dee)
    stale = p07(db, people, people.dee)
    choose(db, people, people.ana, people.ben, people.chi, reason="On leave.")
    with pytest.raises(Forbidden, match="do not draft"):
        submit(db, stale.scene, stale.unit, what="P07")


@pytest.mark.parametrize("state", [State.AGREED, State.IN_AUDIT, State.CLOSED])
def test_the_judges_of_what_is_agreed_stay_as_they_were(
    db: Session, people: People, state: State
) -> None:
    begin(db, people)
    row = unit(db)
    row.state = state
    db.add(row)
    db.flush()
    with pytest.raises(StepLocked, match="stay as they were"):
        choose(db, people, people.ana, reason="x")


def test_an_audit_does_not_wait_for_a_judge_who_was_taken_off(db: Session, people: People) -> None:
    audit = an_audit(db, people)
    audit.give_back(db, people.eli, people.gus)
    case = audit.case
    case.put(db, "Then I looked away.", "Consequences", person=people.ben)
    remaining = (people.ana, people.ben, people.chi)
    for person in remaining:
        seen = case.context(db, person)
        agree(db, seen.scene, seen.unit, content=seen.unit.content, what=case.code)
    unit_id = case.context(db).unit.id
    assert case.context(db).unit.state is State.RESPONDING
    set_judges(
        db,
        people.context(db),
        unit_id=unit_id,
        account_ids=[person.id for person in remaining],
        reason="On leave.",
    )
    assert case.context(db).unit.state is State.CLOSED


def test_a_unit_has_at_least_one_judge_and_only_judges_of_the_study(
    db: Session, people: People
) -> None:
    begin(db, people)
    with pytest.raises(Invalid, match="at least one judge"):
        choose(db, people)
    for stranger in (people.eli, people.hal):
        with pytest.raises(Invalid, match="no judge of this study"):
            choose(db, people, people.ben, stranger)


def test_a_unit_of_another_study_is_not_found(db: Session, people: People) -> None:
    begin(db, people)
    row = unit(db)
    row.study_id = people.other_study.id or 0
    db.add(row)
    db.flush()
    with pytest.raises(NotFound):
        choose(db, people, people.ben)
    answer = people.ana.post(f"{people.url}/team/assignments/{row.id}", {"judge": people.ben.id})
    assert answer.status_code == 404


def test_of_two_pis_who_choose_at_once_the_second_looks_again(db: Session, people: People) -> None:
    begin(db, people)
    choose(db, people, people.ben, people.chi)
    with pytest.raises(StaleEdit, match="changed meanwhile"):
        set_judges(
            db,
            people.context(db),
            unit_id=unit(db).id or 0,
            account_ids=[people.dee.id],
            seen=[people.ana.id, people.ben.id, people.chi.id, people.dee.id],
        )


# ---- who drafts for the others


def drafter(db: Session, people: People) -> list[str]:
    """Who drafts P07."""
    return [draft.judge.name for draft in p07(db, people, people.ana).unit.drafts]


def test_the_pi_names_the_drafter_and_the_turns_go_on_from_there(
    db: Session, people: People
) -> None:
    begin(db, people, WayOfWorking.DRAFTER_AND_REVIEWERS)
    assert drafter(db, people) == ["Ana"]
    context, unit_id = people.context(db), unit(db).id or 0
    name_drafter(db, context, unit_id=unit_id, account_id=people.chi.id)
    assert drafter(db, people) == ["Chi"]
    code(db, people, people.chi)
    assert unit(db).state is State.INDEPENDENT
    assert drafter(db, people) == ["Chi"]
    name_drafter(db, context, unit_id=unit_id, account_id=None)
    assert drafter(db, people) == ["Ana"]


def test_only_a_judge_of_the_unit_is_named(db: Session, people: People) -> None:
    begin(db, people, WayOfWorking.DRAFTER_AND_REVIEWERS)
    choose(db, people, people.ben, people.chi)
    with pytest.raises(Invalid, match="assign them first"):
        name_drafter(db, people.context(db), unit_id=unit(db).id or 0, account_id=people.dee.id)


@pytest.mark.parametrize("way", [WayOfWorking.TOGETHER, WayOfWorking.INDEPENDENT_FIRST])
def test_where_nobody_drafts_for_the_others_nobody_is_named(
    db: Session, people: People, way: WayOfWorking
) -> None:
    begin(db, people, way)
    with pytest.raises(Conflict, match="No single judge drafts P07"):
        name_drafter(db, people.context(db), unit_id=unit(db).id or 0, account_id=people.ben.id)


def test_the_next_in_turn_drafts_where_the_named_one_is_taken_off(
    db: Session, people: People
) -> None:
    begin(db, people, WayOfWorking.DRAFTER_AND_REVIEWERS)
    name_drafter(db, people.context(db), unit_id=unit(db).id or 0, account_id=people.dee.id)
    choose(db, people, people.ben, people.chi)
    assert drafter(db, people) == ["Ben"]
    code(db, people, people.ben)
    choose(db, people, people.chi, reason="On leave.")
    assert drafter(db, people) == ["Chi"]
    assert db.exec(select(Drafter.account_id)).all() == [people.chi.id]
    submit_it(db, people, people.chi)
    assert unit(db).state is State.CONSENSUS


# ---- the page


def test_the_page_shows_cases_and_boards_by_judges(db: Session, people: People) -> None:
    begin(db, people)
    code(db, people, people.ben)
    db.commit()
    reader = Reader(people.ana.browser).open(f"{people.url}/team").follow("Assignments")
    reader.follow("Change")
    reader.send(
        "Save the judges of P07",
        judge=[people.ana.id, people.ben.id, people.chi.id],
        reason="Ill until May.",
    )
    assert "Dee taken off P07" in reader.text
    row = reader.page.get_element_by_id(f"unit-{unit(db).id}")
    cells = [" ".join(cell.text_content().split()) for cell in row.iter("td")]
    assert cells[0] == "consensus"
    assert all(cell.startswith("judges it since") for cell in cells[1:4])
    assert cells[4].startswith("until")
    assert "Ill until May" not in reader.text
    trail = Reader(people.ben.browser).open(f"{people.url}/trail").text
    assert "took Dee off P07: Ill until May." in trail


def test_a_refusal_keeps_what_was_ticked(db: Session, people: People) -> None:
    begin(db, people)
    code(db, people, people.ben)
    db.commit()
    url = f"{people.url}/team/assignments/{unit(db).id}"
    seen = ",".join(str(p.id) for p in (people.ana, people.ben, people.chi, people.dee))
    answer = people.ana.post(url, {"judge": [people.ben.id], "reason": "", "seen": seen})
    assert answer.status_code == 422
    assert "Say why" in answer.text
    assert f'value="{people.ben.id}" checked' in answer.text
    assert f'value="{people.chi.id}" checked' not in answer.text


@pytest.mark.parametrize(
    ("name", "status"),
    [("ana", 200), ("ben", 200), ("eli", 403), ("ida", 403), ("hal", 404), ("jo", 404)],
)
def test_judges_see_the_assignments_and_only_the_pi_changes_them(
    db: Session, people: People, name: str, status: int
) -> None:
    begin(db, people)
    db.commit()
    person = people.everybody[name]
    answer = person.get(f"{people.url}/team/assignments")
    assert answer.status_code == status
    if name != "ana":
        assert "Change who judges" not in answer.text
        for below in ("", "/drafter"):
            url = f"{people.url}/team/assignments/{unit(db).id}{below}"
            assert person.post(url, {"judge": people.ben.id}).status_code in (403, 404)


def test_the_page_costs_the_same_whatever_its_size(
    db: Session, people: People, statements: list[str]
) -> None:
    def cost() -> int:
        db.commit()
        statements.clear()
        people.ana.get(f"{people.url}/team/assignments")
        return len(statements)

    begin(db, people)
    choose(db, people, people.ben)
    few = cost()
    for number in range(20):
        add_case(db, people.context(db), code=f"Q{number}", sample_ids=[people.sample.id or 0])
    for row in db.exec(select(Unit)).all():
        set_judges(db, people.context(db), unit_id=row.id or 0, account_ids=[people.chi.id])
    assert cost() == few
