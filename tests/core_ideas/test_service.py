"""Core ideas as the team makes them."""

import pytest
from sqlmodel import Session, col, select

from app.consensus.service import agree
from app.core_ideas.models import Absence, AbsenceReason
from app.core_ideas.service import set_absence
from app.db import guid
from app.errors import Conflict, Invalid, NotFound, StepLocked
from app.trail.models import TrailEntry
from tests.core_ideas.a_case import GRIEF, MOTHER, ACase, make_case
from tests.people import People


@pytest.fixture
def case(db: Session, people: People) -> ACase:
    """P07, coded and without core ideas."""
    return make_case(db, people)


def _verbs(db: Session, kind: str) -> list[str]:
    return list(
        db.exec(
            select(TrailEntry.verb)
            .where(col(TrailEntry.item_kind) == kind)
            .order_by(col(TrailEntry.sequence))
        )
    )


def test_a_core_idea_rests_on_all_blocks_of_its_domain_unless_some_are_named(case: ACase) -> None:
    whole = case.idea(case.add_idea("P heard of C's mother."))
    assert set(whole.blocks) == {case.block_at(MOTHER), case.block_at(GRIEF)}
    part = case.idea(case.add_idea("P shared the grief.", block_ids=[case.block_at(GRIEF)]))
    assert part.blocks == (case.block_at(GRIEF),)
    assert case.texts() == ["P heard of C's mother.", "P shared the grief."]


def test_a_core_idea_needs_words_and_raw_data_of_its_own_domain(case: ACase) -> None:
    with pytest.raises(Invalid, match="needs words"):
        case.add_idea(" \n ")
    with pytest.raises(Invalid, match="at most 5,000 fit"):
        case.add_idea("long " * 1100)
    with pytest.raises(Invalid, match="No passage of P07 is in this domain yet"):
        case.add_idea("P cried.", "EXT")
    with pytest.raises(Invalid, match="choose at least one"):
        case.add_idea("P cried.", block_ids=[])
    with pytest.raises(Invalid, match="not in this domain any more"):
        case.add_idea("P cried.", "THO", block_ids=[case.block_at(MOTHER)])
    case.domains["ELSEWHERE"] = 99_999
    with pytest.raises(NotFound, match="not in the list of “as therapist”"):
        case.add_idea("P cried.", "ELSEWHERE")
    assert case.texts() == []


def test_the_same_form_sent_twice_makes_one_core_idea(case: ACase, db: Session) -> None:
    key = guid()
    first = case.add_idea("P heard of C's mother.", guid=key)
    content = case.seen_by().unit.content
    assert case.add_idea("P heard of C's mother. ", guid=key) == first
    assert case.seen_by().unit.content == content
    assert _verbs(db, "core_idea") == ["add a core idea"]
    with pytest.raises(Invalid, match="used already"):
        case.add_idea("Something else.", guid=key)


def test_a_domain_without_core_ideas_says_why_until_it_has_one(case: ACase, db: Session) -> None:
    domain = case.domains["ANT"]
    set_absence(db, case.seen_by(), domain_id=domain, reason=AbsenceReason.NOT_ASKED)
    set_absence(db, case.seen_by(), domain_id=domain, reason=AbsenceReason.NOT_ASKED)
    set_absence(db, case.seen_by(), domain_id=domain, reason=AbsenceReason.TOO_THIN)
    assert db.exec(select(Absence.reason)).one() == AbsenceReason.TOO_THIN
    assert len(_verbs(db, "absence")) == 2
    case.add_idea("P heard of C's mother.")
    assert db.exec(select(Absence)).all() == []
    with pytest.raises(Conflict, match="has a core idea in this domain"):
        set_absence(db, case.seen_by(), domain_id=domain, reason=AbsenceReason.TOO_THIN)


def test_the_reason_can_be_taken_back(case: ACase, db: Session) -> None:
    domain = case.domains["EXT"]
    set_absence(db, case.seen_by(), domain_id=domain, reason=AbsenceReason.NOTHING_SAID)
    set_absence(db, case.seen_by(), domain_id=domain, reason=None)
    assert db.exec(select(Absence)).all() == []
    content = case.seen_by().unit.content
    set_absence(db, case.seen_by(), domain_id=domain, reason=None)
    assert case.seen_by().unit.content == content


def test_nothing_changes_once_all_have_agreed(case: ACase, db: Session) -> None:
    for person in (case.people.ana, case.people.ben, case.people.chi, case.people.dee):
        seen = case.seen_by(person)
        agree(db, seen.scene, seen.unit, content=seen.unit.content, what="P07")
    with pytest.raises(StepLocked, match="P07 is agreed"):
        case.add_idea("P heard of C's mother.")
    with pytest.raises(StepLocked):
        set_absence(
            db, case.seen_by(), domain_id=case.domains["EXT"], reason=AbsenceReason.NOT_ASKED
        )
