"""What an agreement freezes: the whole document, once, with its judges."""

import pytest
from sqlmodel import Session, col, select

from app.consensus.amending import Cause
from app.consensus.models import Assignment, ConsensusVersion, Stale, Unit
from app.consensus.service import agree, change_content, reopen
from app.consensus.stale import look_at, mark_stale
from app.consensus.versions import versions_of
from app.core_ideas.amending import correct
from app.core_ideas.consensus_version import Document, read_document
from app.core_ideas.document import read_case
from app.core_ideas.models import AbsenceReason
from app.core_ideas.service import choose_raw_data, reword, set_absence
from app.db import now
from app.domains.blocks import leave_out
from app.errors import Conflict, Forbidden, Invalid, NotFound, StaleEdit
from app.trail.models import TrailEntry
from app.trail.service import verify
from tests.core_ideas.a_case import BREATH, GRIEF, MOTHER, TEARS, ACase, make_case
from tests.people import People, Person

LOSS = "C told P about the loss of C's mother."
SHARED = "P shared a part of the greif."
SPELT = "P shared a part of the grief."


@pytest.fixture
def case(db: Session, people: People) -> ACase:
    """P07 with two core ideas, a passage left out, and a reason for having none."""
    made = make_case(db, people)
    made.add_idea(LOSS)
    made.add_idea(SHARED, block_ids=[made.block_at(GRIEF)])
    start = made.text.index(TEARS)
    leave_out(
        db,
        made.seen_by(),
        version_id=made.version_id,
        start=start,
        end=start + len(TEARS),
        quote=TEARS,
    )
    set_absence(db, made.seen_by(), domain_id=made.domains["EXT"], reason=AbsenceReason.NOT_ASKED)
    return made


def _agree(case: ACase, *persons: Person) -> None:
    people = case.people
    for person in persons or (people.ana, people.ben, people.chi, people.dee):
        seen = case.seen_by(person)
        agree(case.db, seen.scene, seen.unit, content=seen.unit.content, what=seen.code)


def _documents(case: ACase) -> list[Document]:
    rows = case.db.exec(
        select(ConsensusVersion.document)
        .where(col(ConsensusVersion.unit_id) == case.seen_by().unit.id)
        .order_by(col(ConsensusVersion.number))
    )
    return [read_document(row) for row in rows]


def _reopen(case: ACase) -> None:
    seen = case.seen_by()
    reopen(case.db, seen.scene, seen.unit, reason="A passage was missed.")


def test_the_last_agreement_freezes_the_whole_document(case: ACase) -> None:
    people = case.people
    _agree(case, people.ana, people.ben, people.chi)
    assert _documents(case) == []
    _agree(case, people.dee)
    (document,) = _documents(case)
    assert (document.study, document.sample, document.code) == (
        "Crying in therapy",
        "as therapist",
        "P07",
    )
    assert document.transcripts == ("First interview, version 1",)
    ant, tho, ext = document.domains
    assert [(d.number, d.abbreviation) for d in document.domains] == [
        (1, "ANT"),
        (2, "THO"),
        (3, "EXT"),
    ]
    assert [(s.number, s.text, s.turns) for s in ant.statements] == [
        ("1.1", LOSS, "2, 4"),
        ("1.2", SHARED, "4"),
    ]
    assert [(p.number, p.turns, p.text, p.also_in) for p in ant.passages] == [
        ("1a", "2", MOTHER, ()),
        ("1b", "4", GRIEF, ("THO",)),
    ]
    assert [(p.number, p.also_in) for p in tho.passages] == [("2a", ("ANT",))]
    assert ant.statements[1].passages == (ant.passages[1].guid,)
    assert tho.passages[0].guid == ant.passages[1].guid
    assert (ext.absence, ext.statements) == ("not asked", ())
    assert document.uncoded == "4"
    assert [left.turns for left in document.left_out] == ["6"]


def test_the_guids_are_those_of_what_is_frozen(case: ACase) -> None:
    _agree(case)
    (document,) = _documents(case)
    assert [idea.guid for idea in document.domains[0].statements] == [
        idea.guid for idea in case.ideas()
    ]


def test_the_head_tells_judges_agreements_content_and_list(case: ACase) -> None:
    people, db = case.people, case.db
    for person in (people.ana, people.ben, people.chi):
        db.add(Assignment(unit_id=case.seen_by().unit.id, account_id=person.id))
    gone = Assignment(unit_id=case.seen_by().unit.id, account_id=people.dee.id, until=now())
    db.add(gone)
    db.commit()
    _agree(case, people.ana, people.ben, people.chi)
    (head,) = versions_of(db, case.seen_by().unit.id)
    unit = db.exec(select(Unit).where(col(Unit.id) == head.unit_id)).one()
    assert (head.number, head.cause, head.by, head.content) == (
        1,
        Cause.AGREED,
        "Chi",
        unit.content,
    )
    assert head.domain_list == _documents(case)[0].domain_list
    assert [judge.name for judge in head.agreed] == ["Ana", "Ben", "Chi"]
    (off,) = head.taken_off
    assert (off.name, off.agreed_at, bool(off.taken_off_at)) == ("Dee", "", True)


def test_a_version_stays_as_it_was_whatever_is_done_afterwards(case: ACase) -> None:
    _agree(case)
    (before,) = _documents(case)
    _reopen(case)
    idea = case.ideas()[0]
    reword(case.db, case.seen_by(), core_idea_id=idea.id, text="Other words.", version=1)
    assert _documents(case) == [before]
    _agree(case)
    first, second = _documents(case)
    assert first == before
    assert second.domains[0].statements[0].text == "Other words."
    heads = versions_of(case.db, case.seen_by().unit.id)
    assert [head.number for head in heads] == [2, 1]


def test_the_working_document_is_the_layer_as_it_stands(case: ACase) -> None:
    document = read_case(case.db, case.seen_by().unit.id, since=0, with_pending=True)
    assert [idea.text for idea in document.domains[0].statements] == [LOSS, SHARED]


# Editorial changes


def _correct(case: ACase, text: str = SPELT, *, person: Person | None = None) -> object:
    idea = case.ideas()[1]
    return correct(
        case.db, case.seen_by(person), core_idea_id=idea.id, text=text, version=idea.version
    )


def test_a_correction_after_agreement_keeps_the_agreements_and_makes_a_version(
    case: ACase,
) -> None:
    _agree(case)
    before = case.seen_by().unit
    assert _correct(case, person=case.people.chi)
    unit = case.seen_by().unit
    assert (unit.state, unit.content, unit.agreed_count) == (before.state, before.content, 4)
    second, first = versions_of(case.db, unit.id)
    assert (first.cause, second.cause, second.by) == (Cause.AGREED, Cause.EDITORIAL, "Chi")
    assert first.agreed == second.agreed
    old, new = _documents(case)
    assert (old.domains[0].statements[1].text, new.domains[0].statements[1].text) == (
        SHARED,
        SPELT,
    )
    (note,) = new.notes
    assert (note.kind, note.number, note.was, note.became, note.board) == (
        "editorial",
        "1.2",
        (SHARED,),
        (SPELT,),
        "",
    )
    verbs = case.db.exec(select(TrailEntry.verb).order_by(col(TrailEntry.sequence))).all()
    assert verbs[-1] == "correct the spelling of a core idea"
    assert not list(verify(case.db))


def test_a_correction_while_some_have_agreed_keeps_their_agreements(case: ACase) -> None:
    _agree(case, case.people.ana, case.people.ben)
    _correct(case)
    assert case.seen_by().unit.agreed_count == 2
    assert _documents(case) == []
    _agree(case, case.people.chi, case.people.dee)
    (document,) = _documents(case)
    assert document.domains[0].statements[1].text == SPELT
    assert [note.kind for note in document.notes] == ["editorial"]


def test_the_next_agreement_lists_only_what_came_since_the_last_version(case: ACase) -> None:
    _agree(case)
    _correct(case)
    _reopen(case)
    _agree(case)
    assert [len(document.notes) for document in _documents(case)] == [0, 1, 0]


def test_a_correction_that_says_something_else_is_refused(case: ACase) -> None:
    _agree(case)
    with pytest.raises(Invalid, match="changes what the core idea says") as refused:
        _correct(case, "P shared all of the grief.")
    assert "text" in refused.value.fields
    assert len(_documents(case)) == 1


def test_where_nobody_has_agreed_there_is_nothing_to_keep(case: ACase) -> None:
    with pytest.raises(Conflict, match="no agreement to keep"):
        _correct(case)


def test_a_correction_of_a_wording_that_nobody_saw_is_refused(case: ACase) -> None:
    _agree(case)
    with pytest.raises(StaleEdit):
        correct(case.db, case.seen_by(), core_idea_id=case.ideas()[1].id, text=SPELT, version=99)
    with pytest.raises(NotFound):
        correct(case.db, case.seen_by(), core_idea_id=2**20, text=SPELT, version=1)


def test_a_correction_to_the_same_words_changes_nothing(case: ACase) -> None:
    _agree(case)
    assert _correct(case, SHARED) is None
    assert len(_documents(case)) == 1


# What should be looked at again


def test_a_mark_stands_once_until_a_judge_has_looked(case: ACase) -> None:
    db, people = case.db, case.people
    unit_id = case.seen_by().unit.id
    for _ in range(2):
        mark_stale(db, people.scene, [unit_id], "The transcript has a correction.")
    mark_stale(db, people.scene, [unit_id], "A domain was redefined.")
    assert len(db.exec(select(Stale).where(col(Stale.unit_id) == unit_id)).all()) == 2
    seen = case.seen_by(people.ben)
    assert seen.unit.look_again == "The transcript has a correction. A domain was redefined."
    mark_stale(db, people.scene, [unit_id], "Something else came meanwhile.")
    assert look_at(db, seen.scene, seen.unit, up_to=seen.unit.look_up_to, what="P07")
    assert case.seen_by().unit.look_again == "Something else came meanwhile."
    looked = db.exec(select(Stale).where(col(Stale.looked_at).is_not(None))).all()
    assert {mark.looked_by for mark in looked} == {people.ben.id}
    assert not look_at(db, seen.scene, seen.unit, up_to=seen.unit.look_up_to, what="P07")
    verbs = db.exec(select(TrailEntry.verb).order_by(col(TrailEntry.sequence))).all()
    assert verbs.count("look at a unit again") == 1


def test_only_a_judge_of_the_unit_says_that_they_looked(case: ACase) -> None:
    seen = case.seen_by(case.people.eli)
    with pytest.raises(Forbidden, match="Only the judges"):
        look_at(case.db, seen.scene, seen.unit, up_to=1, what="P07")


def test_a_mark_blocks_nothing(case: ACase) -> None:
    mark_stale(case.db, case.people.scene, [case.seen_by().unit.id], "Look.")
    change_content(case.db, case.seen_by().unit, "P07")
    _agree(case)
    assert len(_documents(case)) == 1


def test_other_raw_data_make_a_new_version_only_by_agreement(case: ACase) -> None:
    _agree(case)
    _reopen(case)
    idea = case.ideas()[0]
    choose_raw_data(
        case.db,
        case.seen_by(),
        core_idea_id=idea.id,
        block_ids=[case.block_at(MOTHER)],
        seen=idea.blocks,
    )
    case.code(BREATH, "ANT")
    _agree(case)
    _, second = _documents(case)
    assert second.domains[0].statements[0].turns == "2"
    assert [passage.turns for passage in second.domains[0].passages] == ["2", "4", "4"]
