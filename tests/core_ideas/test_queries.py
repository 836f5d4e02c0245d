"""What the page of core ideas reads."""

import pytest
from sqlmodel import Session

from app.cases.service import store_transcript
from app.core_ideas.queries import read_core_ideas
from app.domains.blocks import assign
from tests.core_ideas.a_case import ROLES, ACase, make_case
from tests.people import People


@pytest.fixture
def case(db: Session, people: People) -> ACase:
    """P07, coded and without core ideas."""
    return make_case(db, people)


def test_a_block_over_several_turns_says_who_says_what(case: ACase, db: Session) -> None:
    case.code("It was her grief and some of it was mine.\nHow long did it last?\nSeconds.", "EXT")
    (block,) = read_core_ideas(db, case.seen_by()).sections[2].raw_data
    assert block.turns == "4–6"
    assert block.url.endswith("/cases/P07/coding#turn-4")
    assert [(said.turn, said.speaker, said.is_participant) for said in block.said] == [
        ("4", "P", True),
        ("5", "I", False),
        ("6", "P", True),
    ]
    assert [said.text for said in block.said][-1] == "Seconds."


def test_raw_data_of_a_second_transcript_stand_behind_and_carry_its_number(
    case: ACase, db: Session
) -> None:
    seen = case.seen_by()
    second = store_transcript(
        db,
        case.people.context(db),
        case_id=seen.case_id,
        title="Follow-up",
        turns=[("P", "I still think of her.", "")],
        roles=ROLES,
    )
    assign(
        db,
        seen,
        version_id=second.id or 0,
        start=0,
        end=7,
        quote="I still",
        domain_ids=[case.domains["ANT"]],
    )
    blocks = read_core_ideas(db, seen).sections[0].raw_data
    assert [block.turns for block in blocks] == ["2", "4", "2:1"]
    assert blocks[2].url.endswith("/coding?transcript=2#turn-2-1")


def test_numbers_follow_the_list_and_the_order(case: ACase, db: Session) -> None:
    case.add_idea("First.")
    case.add_idea("Second.")
    case.add_idea("Elsewhere.", "THO")
    read = read_core_ideas(db, case.seen_by())
    assert [idea.number for section in read.sections for idea in section.ideas] == [
        "1.1",
        "1.2",
        "2.1",
    ]
    assert (read.total, read.still_open) == (3, 1)


def test_advice_is_for_those_who_write(case: ACase, db: Session) -> None:
    case.add_idea("I cried.")
    mine = read_core_ideas(db, case.seen_by()).sections[0].ideas[0]
    assert [advice.check for advice in mine.advice] == ["first-person"]
    theirs = read_core_ideas(db, case.seen_by(case.people.eli)).sections[0].ideas[0]
    assert theirs.advice == ()
