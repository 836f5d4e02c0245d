"""What a reveal joins in the consensus layer, and what it lists to be discussed."""

import pytest
from sqlmodel import Session, col, select

from app.consensus.models import Point, Unit
from app.consensus.rules import PointKind, State, Step
from app.domains.models import Block, NotCoded
from app.domains.placed import placed_on
from app.domains.reveal import compare_drafts
from app.studies.members import remove_member
from app.studies.models import Member
from app.studies.ways import WayOfWorking
from app.trail.models import TrailEntry
from app.trail.service import verify
from tests.domains.a_case import ACase, a_case
from tests.domains.a_discussion import (
    BREATH,
    DRAFTS,
    MINE,
    MOTHER,
    TEARS,
    YES,
    a_discussion,
    draft,
    drafting,
    hand_in,
    independent,
    revealed,
)
from tests.people import People


@pytest.fixture
def case(db: Session, people: People) -> ACase:
    independent(db, people)
    return a_case(db, people)


def test_what_all_judges_have_stands_in_the_consensus_layer(db: Session, people: People) -> None:
    found = a_discussion(db, people)
    assert found.placed(db) == [(f"{MOTHER} {BREATH}", {"Antecedent"}), ("Mm-hm.", set())]
    block = db.exec(
        select(Block).where(col(Block.layer_id) == found.context(db).unit.consensus_layer_id)
    ).one()
    assert (block.made_by, block.quote) == (people.dee.id, f"{MOTHER} {BREATH}")


def test_what_differs_is_listed_in_the_order_of_the_text(db: Session, people: People) -> None:
    found = a_discussion(db, people)
    text = found.case.transcript(db).text
    listed = [(text[p.start : p.end], p.is_joined) for p in found.points(db)]
    assert listed == [
        (YES, False),
        (MINE, False),
        (TEARS, False),
        (f"{MOTHER} {BREATH}", True),
        ("Mm-hm.", True),
    ]
    assert found.context(db).unit.open_points == 3
    assert {p.kind for p in found.points(db)} == {PointKind.PASSAGE}


def test_the_joined_passages_are_on_the_studys_chain(db: Session, people: People) -> None:
    found = a_discussion(db, people)
    entries = db.exec(
        select(TrailEntry).where(col(TrailEntry.verb) == "join what all judges have")
    ).all()
    unit = found.context(db).unit
    assert [(e.item_kind, e.chain, e.layer_id) for e in entries] == [
        ("block", 0, unit.consensus_layer_id),
        ("not_coded", 0, unit.consensus_layer_id),
    ]
    assert not list(verify(db))


def test_judges_of_one_mind_have_nothing_to_discuss(db: Session, case: ACase) -> None:
    people = case.people
    same = [(person, DRAFTS["ben"]) for person in (people.ben, people.chi, people.dee)]
    found = revealed(db, case, same)
    assert found.context(db).unit.open_points == 0
    assert len(found.placed(db)) == len(DRAFTS["ben"])


def test_domains_that_share_their_passage_share_a_block(db: Session, case: ACase) -> None:
    people = case.people
    both = [(MINE, ["Antecedent", "Consequences"])]
    found = revealed(db, case, [(p, both) for p in (people.ben, people.chi, people.dee)])
    assert found.placed(db) == [(MINE, {"Antecedent", "Consequences"})]
    assert {p.domain_id for p in found.points(db)} == {
        case.domains["Antecedent"],
        case.domains["Consequences"],
    }


def test_the_drafts_stay_as_they_were_submitted(db: Session, people: People) -> None:
    found = a_discussion(db, people)
    layers = {row.layer_id for row in db.exec(select(Block)).all()}
    assert len(layers) == 4
    (chi,) = [
        each
        for layer in layers
        for each in placed_on(db, [layer])
        if each.by == "Chi" and "Antecedent" in found.named(db, each)[1]
    ]
    assert found.named(db, chi)[0] == f"{MOTHER} {BREATH}"


def test_memos_come_along_with_the_names_of_who_wrote_them(db: Session, case: ACase) -> None:
    people = case.people
    for person, memo in ((people.ben, "Why now?"), (people.chi, ""), (people.dee, "Her mother.")):
        draft(db, case, person, [(MOTHER, ["Antecedent"])])
        context = drafting(db, case, person)
        block = db.exec(select(Block).where(col(Block.layer_id) == context.unit.layer_id)).one()
        block.memo = memo
        db.add(block)
    hand_in(db, case, people.ben, people.chi, people.dee)
    joined = db.exec(select(Block.memo).order_by(col(Block.made_at).desc())).first()
    assert joined == "Ben: Why now?\nDee: Her mother."


def test_of_one_drafter_everything_is_taken_over(db: Session, people: People) -> None:
    independent(db, people, WayOfWorking.DRAFTER_AND_REVIEWERS)
    case = a_case(db, people)
    found = revealed(db, case, [(people.ben, DRAFTS["ben"])])
    assert found.context(db).unit.state is State.CONSENSUS
    assert found.context(db).unit.open_points == 0
    assert [words for words, _ in found.placed(db)] == [MOTHER, YES, MINE, TEARS, "Mm-hm."]


def test_a_case_without_any_block_is_revealed_with_nothing_to_discuss(
    db: Session, case: ACase
) -> None:
    people = case.people
    found = revealed(db, case, [(person, []) for person in (people.ben, people.chi, people.dee)])
    assert found.points(db) == ()
    assert found.placed(db) == []


def test_a_draft_that_was_not_submitted_takes_no_part(db: Session, case: ACase) -> None:
    people = case.people
    draft(db, case, people.dee, [(TEARS, ["Consequences"])])
    draft(db, case, people.ben, [(MINE, ["Antecedent"])])
    draft(db, case, people.chi, [(MINE, ["Antecedent"])])
    hand_in(db, case, people.ben, people.chi)
    member = db.exec(select(Member.id).where(Member.account_id == people.dee.id)).one()
    remove_member(db, people.context(db), member_id=member or 0)
    assert [p.start for p in db.exec(select(Point)).all() if not p.is_joined] == []
    assert len(db.exec(select(Point)).all()) == 1


def test_the_second_pass_compares_no_blocks(db: Session, people: People) -> None:
    independent(db, people)
    case = a_case(db, people)
    people_ = (people.ben, people.chi, people.dee)
    found = revealed(db, case, [(person, [(MINE, ["Antecedent"])]) for person in people_])
    unit = db.exec(select(Unit).where(col(Unit.case_id) == case.case_id)).one()
    before = len(found.points(db))
    unit.state, unit.step = State.INDEPENDENT, Step.CORE_IDEAS
    db.add(unit)
    db.flush()
    compare_drafts(db, people.scene, unit)
    assert len(found.points(db)) == before
    assert db.exec(select(NotCoded)).all() == []
