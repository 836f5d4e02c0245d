"""Two passes: the same case goes through the cycle twice, first domains, then core ideas."""

import pytest
from sqlmodel import Session, select

from app.cases.guard import CaseContext, load_case
from app.cases.service import add_case, store_transcript
from app.consensus.drafting import submit, take_up
from app.consensus.models import Drafter, Layer, Unit
from app.consensus.passes import go_on
from app.consensus.rules import State, Step
from app.consensus.service import agree, change_content, hold, reopen
from app.errors import Conflict, Invalid, StepLocked
from app.studies.models import Study
from app.studies.ways import WayOfWorking
from app.trail.service import verify
from tests.people import People, Person


@pytest.fixture
def p07(db: Session, people: People) -> People:
    """P07 in a study of two passes."""
    study = db.get_one(Study, people.study.id)
    study.passes = 2
    db.add(study)
    add_case(db, people.context(db), code="P07", sample_ids=[people.sample.id or 0])
    return people


def works(db: Session, people: People, way: WayOfWorking) -> None:
    """What is begun next is worked on like this."""
    study = db.get_one(Study, people.study.id)
    study.way_of_working = way
    db.add(study)
    db.flush()


def seen(db: Session, people: People, person: Person) -> CaseContext:
    """The case as somebody has it now."""
    return load_case(db, people.context(db, person), people.sample.id or 0, "P07")


def change(db: Session, people: People, person: Person) -> None:
    """Somebody changes what they work on."""
    case = seen(db, people, person)
    change_content(db, take_up(db, case.scene, case.unit), "P07")


def everybody(people: People) -> tuple[Person, ...]:
    """All judges."""
    return people.ana, people.ben, people.chi, people.dee


def agree_all(db: Session, people: People) -> None:
    """Every judge agrees."""
    for person in everybody(people):
        case = seen(db, people, person)
        agree(db, case.scene, case.unit, content=case.unit.content, what="P07")


def submit_all(db: Session, people: People) -> None:
    """Every judge drafts and submits."""
    for person in everybody(people):
        change(db, people, person)
        case = seen(db, people, person)
        submit(db, case.scene, case.unit, what="P07")


def on(db: Session, people: People) -> Unit:
    """Ben goes on to the core ideas."""
    case = seen(db, people, people.ben)
    go_on(db, case.scene, case.unit, what="P07")
    return db.exec(select(Unit).execution_options(populate_existing=True)).one()


def test_the_second_pass_begins_anew_with_the_core_ideas(db: Session, p07: People) -> None:
    change(db, p07, p07.ben)
    agree_all(db, p07)
    before = seen(db, p07, p07.ben).unit
    assert (before.state, before.step, before.is_agreed) == (State.AGREED, Step.DOMAINS, False)
    unit = on(db, p07)
    assert (unit.state, unit.step, unit.way) == (State.NOT_STARTED, Step.CORE_IDEAS, None)
    assert unit.content == before.content + 1
    assert not any(judge.agreed for judge in seen(db, p07, p07.ben).unit.judges)
    change(db, p07, p07.ben)
    agree_all(db, p07)
    assert seen(db, p07, p07.ben).unit.is_agreed
    assert not list(verify(db))


def test_each_pass_locks_the_other_part(db: Session, p07: People) -> None:
    change(db, p07, p07.ben)
    with pytest.raises(StepLocked, match="is in the first"):
        hold(db, seen(db, p07, p07.ben).unit, "P07", part=Step.CORE_IDEAS)
    agree_all(db, p07)
    on(db, p07)
    with pytest.raises(StepLocked, match="agreed in the first pass"):
        hold(db, seen(db, p07, p07.ben).unit, "P07", part=Step.DOMAINS)
    hold(db, seen(db, p07, p07.ben).unit, "P07", part=Step.CORE_IDEAS)


def test_the_drafts_of_the_second_pass_are_private_again(db: Session, p07: People) -> None:
    works(db, p07, WayOfWorking.INDEPENDENT_FIRST)
    submit_all(db, p07)
    agree_all(db, p07)
    on(db, p07)
    assert set(db.exec(select(Layer.submitted_at)).all()) == {None}
    change(db, p07, p07.ben)
    unit = seen(db, p07, p07.ben).unit
    assert unit.is_private
    assert unit.layer_id != unit.consensus_layer_id
    assert unit.blocks_layer_id == unit.consensus_layer_id
    submit_all(db, p07)
    agree_all(db, p07)
    assert seen(db, p07, p07.ben).unit.is_agreed


def test_who_drafted_the_domains_drafts_the_core_ideas(db: Session, p07: People) -> None:
    works(db, p07, WayOfWorking.DRAFTER_AND_REVIEWERS)
    change(db, p07, p07.ana)
    case = seen(db, p07, p07.ana)
    submit(db, case.scene, case.unit, what="P07")
    agree_all(db, p07)
    on(db, p07)
    assert [draft.judge.name for draft in seen(db, p07, p07.ben).unit.drafts] == ["Ana"]
    assert db.exec(select(Drafter.account_id)).all() == [p07.ana.id]


def test_the_way_may_be_another_in_the_second_pass(db: Session, p07: People) -> None:
    works(db, p07, WayOfWorking.INDEPENDENT_FIRST)
    submit_all(db, p07)
    agree_all(db, p07)
    works(db, p07, WayOfWorking.TOGETHER)
    on(db, p07)
    change(db, p07, p07.chi)
    unit = seen(db, p07, p07.ben).unit
    assert (unit.state, unit.way) == (State.CONSENSUS, WayOfWorking.TOGETHER)


@pytest.mark.parametrize("state", [s for s in State if s not in (State.AGREED, State.CLOSED)])
def test_nobody_goes_on_before_the_domains_are_agreed(
    db: Session, p07: People, state: State
) -> None:
    row = db.exec(select(Unit)).one()
    row.state, row.step = state, Step.DOMAINS
    db.add(row)
    db.flush()
    with pytest.raises(Conflict, match="has to be agreed before"):
        on(db, p07)


def test_in_one_pass_there_is_nothing_to_go_on_to(db: Session, p07: People) -> None:
    row = db.exec(select(Unit)).one()
    row.state, row.step = State.AGREED, Step.BOTH
    db.add(row)
    db.flush()
    with pytest.raises(Conflict, match="cannot go on"):
        on(db, p07)


def test_the_end_of_the_first_pass_goes_on_even_where_the_study_works_in_one_by_now(
    db: Session, p07: People
) -> None:
    change(db, p07, p07.ben)
    agree_all(db, p07)
    study = db.get_one(Study, p07.study.id)
    study.passes = 1
    db.add(study)
    assert on(db, p07).step is Step.CORE_IDEAS


def test_reopening_after_the_second_pass_opens_both_parts(db: Session, p07: People) -> None:
    change(db, p07, p07.ben)
    agree_all(db, p07)
    on(db, p07)
    change(db, p07, p07.ben)
    agree_all(db, p07)
    case = seen(db, p07, p07.ben)
    reopen(db, case.scene, case.unit, reason="A passage was missed.")
    for part in (Step.DOMAINS, Step.CORE_IDEAS):
        hold(db, seen(db, p07, p07.ben).unit, "P07", part=part)


def test_the_domains_are_reopened_before_anybody_has_written_a_core_idea(
    db: Session, p07: People
) -> None:
    works(db, p07, WayOfWorking.INDEPENDENT_FIRST)
    submit_all(db, p07)
    agree_all(db, p07)
    on(db, p07)
    case = seen(db, p07, p07.ben)
    with pytest.raises(Invalid, match="Say why"):
        reopen(db, case.scene, case.unit, reason=" ")
    reopen(db, case.scene, case.unit, reason="A passage was missed.")
    unit = seen(db, p07, p07.ben).unit
    assert (unit.state, unit.step, unit.agreed_count) == (State.CONSENSUS, Step.DOMAINS, 0)
    change(db, p07, p07.chi)
    agree_all(db, p07)
    assert not seen(db, p07, p07.ben).unit.is_agreed
    assert on(db, p07).state is State.NOT_STARTED
    submit_all(db, p07)
    agree_all(db, p07)
    assert seen(db, p07, p07.ben).unit.is_agreed
    assert not list(verify(db))


def test_the_domains_are_reopened_beside_core_ideas_but_not_under_private_drafts(
    db: Session, p07: People
) -> None:
    change(db, p07, p07.ben)
    agree_all(db, p07)
    on(db, p07)
    works(db, p07, WayOfWorking.INDEPENDENT_FIRST)
    change(db, p07, p07.ben)
    case = seen(db, p07, p07.ben)
    with pytest.raises(StepLocked, match="independent"):
        reopen(db, case.scene, case.unit, reason="A passage was missed.")
    assert "Reopen the domains" not in p07.ben.get(f"{case.url}/coding").text
    submit_all(db, p07)
    db.commit()
    page = p07.ben.get(f"{case.url}/coding").text
    assert "Reopen the domains" in page
    p07.ben.post(f"{case.url}/reopen", {"reason": "A passage was missed.", "page": "coding"})
    unit = seen(db, p07, p07.ben).unit
    assert (unit.state, unit.step) == (State.CONSENSUS, Step.BOTH)
    for part in (Step.DOMAINS, Step.CORE_IDEAS):
        hold(db, unit, "P07", part=part)
    agree_all(db, p07)
    assert seen(db, p07, p07.ben).unit.is_agreed


def test_text_comes_too_late_for_domains_that_are_agreed(db: Session, p07: People) -> None:
    change(db, p07, p07.ben)
    agree_all(db, p07)
    on(db, p07)
    case = seen(db, p07, p07.ana)
    with pytest.raises(StepLocked, match="Reopen the domains first"):
        store_transcript(
            db,
            case.study,
            case_id=case.case_id,
            title="Follow-up",
            turns=[("P", "One more thing.", "")],
            roles={},
        )
