"""Undo and redo: one's own changes, one after another, as long as nobody has built on them."""

import pytest
from sqlmodel import Session, col, select

from app.core_ideas.models import CoreIdea, CoreIdeaBlock
from app.domains.blocks import leave_out, move, remove, take_out, write_memo
from app.domains.models import Block, BlockDomain, NotCoded
from app.domains.passages import Kind
from app.domains.undo import own_turns, redo, undo
from app.errors import Conflict, StaleEdit
from app.trail.own import Turns
from app.trail.service import verify
from tests.domains.a_case import ACase, a_case
from tests.people import People

MOTHER = "She told me about her mother."
BREATH = "I held my breath."
AWAY = "Then I looked away."


@pytest.fixture
def case(db: Session, people: People) -> ACase:
    return a_case(db, people)


def _state(db: Session) -> list[tuple[object, ...]]:
    """Everything a change of blocks can alter, but for ids and versions."""
    db.expire_all()
    blocks = [
        (
            block.guid,
            block.start,
            block.end,
            block.quote,
            block.memo,
            block.made_by,
            sorted(
                db.exec(select(BlockDomain.domain_id).where(col(BlockDomain.block_id) == block.id))
            ),
            sorted(
                db.exec(
                    select(CoreIdeaBlock.core_idea_id).where(
                        col(CoreIdeaBlock.block_id) == block.id
                    )
                )
            ),
        )
        for block in db.exec(select(Block).order_by(col(Block.guid)))
    ]
    marks = [
        (mark.guid, mark.start, mark.end, mark.quote)
        for mark in db.exec(select(NotCoded).order_by(col(NotCoded.guid)))
    ]
    return [*blocks, *marks]


def _core_idea(db: Session, case: ACase, *block_ids: int) -> None:
    idea = CoreIdea(
        layer_id=case.context(db).unit.layer_id,
        domain_id=case.domains["Antecedent"],
        text="P held her breath.",
        made_by=case.people.ana.id,
    )
    db.add(idea)
    db.flush()
    db.add_all([CoreIdeaBlock(core_idea_id=idea.id or 0, block_id=each) for each in block_ids])
    db.commit()


def _change(db: Session, case: ACase, what: str) -> None:
    """One change of each kind, on the block 'I held my breath.'"""
    context = case.context(db)
    one = db.exec(select(Block).where(col(Block.quote) == BREATH)).one()
    other = db.exec(select(Block).where(col(Block.quote) == AWAY)).one()
    assert one.id is not None
    if what == "assign":
        case.put(db, MOTHER, "Consequences")
    elif what == "double-code":
        case.put(db, BREATH, "Consequences")
    elif what == "take out":
        take_out(
            db,
            context,
            block_id=one.id,
            domain_id=case.domains["Reasons for crying"],
            version=one.version,
        )
    elif what == "remove":
        remove(db, context, kind=Kind.BLOCK, passage_id=one.id, version=one.version)
    elif what == "move":
        move(db, context, block_id=one.id, version=one.version, start=one.start, end=other.end)
    elif what == "merge":
        move(db, context, block_id=one.id, version=one.version, start=other.start, end=other.end)
    elif what == "memo":
        write_memo(db, context, block_id=one.id, version=one.version, memo="Ask Ben.")
    elif what == "not coded":
        start = case.transcript(db).text.index(MOTHER)
        leave_out(
            db,
            context,
            version_id=case.transcript(db).version_id,
            start=start,
            end=start + len(MOTHER),
            quote=MOTHER,
        )
    db.commit()


@pytest.mark.parametrize(
    "what",
    ["assign", "double-code", "take out", "remove", "move", "merge", "memo", "not coded"],
)
def test_undo_brings_back_what_was_and_redo_what_became(
    db: Session, case: ACase, what: str
) -> None:
    one = case.put(db, BREATH, "Antecedent", "Reasons for crying").after[0]
    two = case.put(db, AWAY, "Antecedent").after[0]
    _core_idea(db, case, one.id, two.id)
    was = _state(db)
    _change(db, case, what)
    became = _state(db)
    assert became != was
    undo(db, case.context(db))
    db.commit()
    assert _state(db) == was
    redo(db, case.context(db))
    db.commit()
    assert _state(db) == became
    undo(db, case.context(db))
    assert _state(db) == was
    assert list(verify(db)) == []


def test_undo_goes_back_step_by_step_and_redo_forward(db: Session, case: ACase) -> None:
    states = [_state(db)]
    for words in (MOTHER, BREATH, AWAY):
        case.put(db, words, "Antecedent")
        states.append(_state(db))
    for expected in (states[2], states[1], states[0]):
        undo(db, case.context(db))
        assert _state(db) == expected
    with pytest.raises(Conflict, match="nothing of yours"):
        undo(db, case.context(db))
    for expected in states[1:]:
        redo(db, case.context(db))
        assert _state(db) == expected
    with pytest.raises(Conflict, match="nothing to bring back"):
        redo(db, case.context(db))


def test_after_something_new_there_is_nothing_to_bring_back(db: Session, case: ACase) -> None:
    case.put(db, MOTHER, "Antecedent")
    undo(db, case.context(db))
    case.put(db, AWAY, "Antecedent")
    with pytest.raises(Conflict, match="nothing to bring back"):
        redo(db, case.context(db))


def test_a_change_is_undone_once(db: Session, case: ACase) -> None:
    entry = case.put(db, MOTHER, "Antecedent").entry
    undo(db, case.context(db), number=entry)
    with pytest.raises(Conflict, match="undone already"):
        undo(db, case.context(db), number=entry)


def test_nobody_undoes_for_another(db: Session, case: ACase) -> None:
    entry = case.put(db, MOTHER, "Antecedent").entry
    ben = case.context(db, case.people.ben)
    with pytest.raises(Conflict, match="nothing of yours"):
        undo(db, ben)
    with pytest.raises(Conflict, match="not yours"):
        undo(db, ben, number=entry)


def test_what_somebody_has_built_on_since_stays(db: Session, case: ACase) -> None:
    case.put(db, MOTHER, "Antecedent")
    case.put(db, MOTHER, "Consequences", person=case.people.ben)
    was = _state(db)
    with pytest.raises(Conflict, match="Ben put a block into another domain since"):
        undo(db, case.context(db))
    assert _state(db) == was


def test_a_block_on_which_a_core_idea_rests_by_now_is_not_undone(db: Session, case: ACase) -> None:
    block = case.put(db, MOTHER, "Antecedent").after[0]
    _core_idea(db, case, block.id)
    with pytest.raises(Conflict, match="it was changed since"):
        undo(db, case.context(db))


def test_a_removed_block_comes_back_as_the_same_one(db: Session, case: ACase) -> None:
    block = case.put(db, MOTHER, "Antecedent").after[0]
    remove(db, case.context(db), kind=Kind.BLOCK, passage_id=block.id, version=1)
    case.put(db, AWAY, "Antecedent", person=case.people.ben)
    again = undo(db, case.context(db)).after[0]
    assert (again.id, again.guid) == (block.id, block.guid)
    assert {block.quote for block in db.exec(select(Block))} == {MOTHER, AWAY}


def test_a_form_from_before_a_removal_does_not_pass_for_what_was_brought_back(
    db: Session, case: ACase
) -> None:
    block = case.put(db, MOTHER, "Antecedent").after[0]
    write_memo(db, case.context(db), block_id=block.id, version=1, memo="Ask Ben.")
    remove(db, case.context(db), kind=Kind.BLOCK, passage_id=block.id, version=2)
    undo(db, case.context(db))
    with pytest.raises(StaleEdit):
        write_memo(db, case.context(db), block_id=block.id, version=1, memo="Ask Chi.")


def test_the_buttons_know_what_there_is_to_undo_and_to_bring_back(db: Session, case: ACase) -> None:
    assert own_turns(db, case.context(db)) == Turns()
    made = case.put(db, MOTHER, "Antecedent")
    assert own_turns(db, case.context(db)) == Turns(can_undo=True)
    assert own_turns(db, case.context(db), made) == Turns(can_undo=True)
    undone = undo(db, case.context(db))
    assert own_turns(db, case.context(db), undone) == Turns(can_redo=True)
    redo(db, case.context(db))
    assert own_turns(db, case.context(db)) == Turns(can_undo=True)
    assert own_turns(db, case.context(db, case.people.ben)) == Turns()


def test_a_removed_block_does_not_come_back_where_another_stands(db: Session, case: ACase) -> None:
    block = case.put(db, MOTHER, "Antecedent").after[0]
    remove(db, case.context(db), kind=Kind.BLOCK, passage_id=block.id, version=1)
    case.put(db, MOTHER, "Consequences", person=case.people.ben)
    with pytest.raises(Conflict, match=r"another block stands .* last by Ben"):
        undo(db, case.context(db))
