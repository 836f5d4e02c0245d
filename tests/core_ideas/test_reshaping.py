"""Splitting, merging, moving, removing, and taking it back."""

import pytest
from sqlmodel import Session, col, select

from app.consensus.models import Unit
from app.consensus.rules import State
from app.core_ideas.models import Absence, AbsenceReason
from app.core_ideas.reshaping import PlacedOnBoard, merge, move, remove, split
from app.core_ideas.service import (
    add_raw_data,
    choose_raw_data,
    reword,
    set_absence,
    shift,
)
from app.core_ideas.undo import redo, undo
from app.cross_analysis.guard import BoardContext, load_board
from app.cross_analysis.service import add_category, place
from app.domains.models import BlockDomain
from app.domains.undo import undo as undo_of_blocks
from app.errors import Conflict, Invalid, NotFound, StaleEdit, StepLocked
from app.trail.models import TrailEntry
from app.trail.service import verify
from tests.core_ideas.a_case import BREATH, GRIEF, MOTHER, TEARS, ACase, make_case
from tests.people import People


@pytest.fixture
def case(db: Session, people: People) -> ACase:
    """P07, coded and without core ideas."""
    return make_case(db, people)


def _board(case: ACase, domain: str = "ANT") -> BoardContext:
    people = case.people
    return load_board(case.db, people.context(case.db), people.sample.id or 0, case.domains[domain])


def _category(case: ACase, title: str, domain: str = "ANT") -> int:
    made = add_category(case.db, _board(case, domain), title=title)
    assert made.id is not None
    return made.id


def _place(case: ACase, idea: int, category: int | None, domain: str = "ANT") -> None:
    place(case.db, _board(case, domain), core_idea_id=idea, category_id=category)


def _undo(case: ACase, entry: int | None) -> None:
    assert entry is not None
    undo(case.db, case.seen_by(), number=entry)


def _in_domain(case: ACase, quote: str) -> set[int]:
    return set(
        case.db.exec(
            select(BlockDomain.domain_id).where(BlockDomain.block_id == case.block_at(quote))
        )
    )


def test_rewording_is_one_versioned_change_and_the_same_words_are_none(case: ACase) -> None:
    idea = case.add_idea("P heard of C's mother.")
    change = reword(
        case.db, case.seen_by(), core_idea_id=idea, text=" C's  mother forgot C. ", version=1
    )
    assert change.entry
    assert (case.idea(idea).text, case.idea(idea).version) == ("C's mother forgot C.", 2)
    again = reword(
        case.db, case.seen_by(), core_idea_id=idea, text="C's mother forgot C.", version=1
    )
    assert again.entry is None
    _undo(case, change.entry)
    assert (case.idea(idea).text, case.idea(idea).version) == ("P heard of C's mother.", 3)


def test_the_second_of_two_rewordings_is_refused_with_both_texts(case: ACase) -> None:
    idea = case.add_idea("P heard of C's mother.")
    reword(
        case.db,
        case.seen_by(case.people.ben),
        core_idea_id=idea,
        text="C's mother forgot C.",
        version=1,
    )
    with pytest.raises(StaleEdit, match="Ben changed this core idea") as stale:
        reword(case.db, case.seen_by(), core_idea_id=idea, text="Mine.", version=1)
    versions = stale.value.versions
    assert versions
    assert (versions.theirs, versions.mine) == ("C's mother forgot C.", "Mine.")
    assert (versions.theirs_by, versions.version) == ("Ben", 2)
    assert case.texts() == ["C's mother forgot C."]


def test_raw_data_are_narrowed_to_some_blocks_of_the_domain(case: ACase) -> None:
    idea = case.add_idea("P heard of C's mother.")
    seen = case.idea(idea).blocks
    grief = case.block_at(GRIEF)
    change = choose_raw_data(
        case.db, case.seen_by(), core_idea_id=idea, block_ids=[grief], seen=seen
    )
    assert case.idea(idea).blocks == (grief,)
    with pytest.raises(StaleEdit, match="other raw data"):
        choose_raw_data(
            case.db,
            case.seen_by(),
            core_idea_id=idea,
            block_ids=[case.block_at(MOTHER)],
            seen=seen,
        )
    with pytest.raises(Invalid, match="choose at least one"):
        choose_raw_data(case.db, case.seen_by(), core_idea_id=idea, block_ids=[], seen=[grief])
    _undo(case, change.entry)
    assert case.idea(idea).blocks == seen


def test_blocks_coded_afterwards_are_added_on_demand(case: ACase) -> None:
    idea = case.add_idea("P heard of C's mother.")
    newer = case.code(TEARS, "ANT")
    assert newer not in case.idea(idea).blocks
    add_raw_data(case.db, case.seen_by(), core_idea_id=idea, block_ids=[newer])
    assert newer in case.idea(idea).blocks


def test_core_ideas_are_put_in_another_order_and_back(case: ACase) -> None:
    first, _, third = (case.add_idea(text) for text in ("One.", "Two.", "Three."))
    change = shift(case.db, case.seen_by(), core_idea_id=third, by=-2)
    assert case.texts() == ["Three.", "One.", "Two."]
    assert shift(case.db, case.seen_by(), core_idea_id=third, by=-1).entry is None
    _undo(case, change.entry)
    assert case.texts() == ["One.", "Two.", "Three."]
    with pytest.raises(Conflict, match="undone already"):
        _undo(case, change.entry)
    later = shift(case.db, case.seen_by(), core_idea_id=first, by=1)
    remove(case.db, case.seen_by(case.people.ben), core_idea_id=third, version=1)
    with pytest.raises(Conflict, match="Ben removed a core idea since"):
        _undo(case, later.entry)


def test_a_split_makes_core_ideas_in_order_each_with_the_raw_data(case: ACase) -> None:
    idea = case.add_idea("C's mother forgot C. P felt the grief.")
    case.add_idea("Later.")
    category = _category(case, "Loss")
    _place(case, idea, category)
    change = split(
        case.db,
        case.seen_by(),
        core_idea_id=idea,
        parts=["C's mother forgot C.", "P felt the grief."],
        version=1,
    )
    assert case.texts() == ["C's mother forgot C.", "P felt the grief.", "Later."]
    one, two, _ = case.ideas()
    assert one.id == idea
    assert one.blocks == two.blocks
    assert (one.places, two.places) == ((category,), ())
    _undo(case, change.entry)
    assert case.texts() == ["C's mother forgot C. P felt the grief.", "Later."]
    assert case.idea(idea).places == (category,)


def test_a_split_needs_two_parts_and_the_present_words(case: ACase) -> None:
    idea = case.add_idea("C's mother forgot C.")
    with pytest.raises(Invalid, match="press Enter"):
        split(case.db, case.seen_by(), core_idea_id=idea, parts=["All.", " "], version=1)
    with pytest.raises(StaleEdit):
        split(case.db, case.seen_by(), core_idea_id=idea, parts=["A.", "B."], version=2)
    assert case.texts() == ["C's mother forgot C."]


def test_a_split_with_a_changed_part_is_not_undone(case: ACase) -> None:
    idea = case.add_idea("C's mother forgot C. P felt the grief.")
    change = split(
        case.db, case.seen_by(), core_idea_id=idea, parts=["Mother.", "Grief."], version=1
    )
    second = case.ideas()[1].id
    ben = case.seen_by(case.people.ben)
    reword(case.db, ben, core_idea_id=second, text="P's grief.", version=1)
    with pytest.raises(Conflict, match="Ben reworded a core idea since"):
        _undo(case, change.entry)
    assert case.texts() == ["Mother.", "P's grief."]


def test_a_merge_joins_words_raw_data_and_places(case: ACase, db: Session) -> None:
    mother, grief = case.block_at(MOTHER), case.block_at(GRIEF)
    first = case.add_idea("C's mother forgot C", block_ids=[mother])
    case.add_idea("Between.")
    third = case.add_idea("P felt the grief.", block_ids=[grief])
    loss, closeness = _category(case, "Loss"), _category(case, "Closeness")
    _place(case, first, None)
    for category in (loss, closeness):
        _place(case, third, category)
    board_before = _board(case).unit.content
    change = merge(case.db, case.seen_by(), core_idea_id=third, with_id=first, version=1)
    assert case.texts() == ["C's mother forgot C. P felt the grief.", "Between."]
    one = case.idea(first)
    assert one.blocks == tuple(sorted((mother, grief)))
    assert one.places == tuple(sorted((loss, closeness)))
    assert _board(case).unit.content > board_before
    _undo(case, change.entry)
    assert case.texts() == ["C's mother forgot C", "Between.", "P felt the grief."]
    assert case.idea(first).places == (None,)
    assert case.idea(third).places == tuple(sorted((loss, closeness)))
    assert list(verify(db)) == []


def test_only_core_ideas_of_one_domain_are_merged(case: ACase) -> None:
    one, other = case.add_idea("One."), case.add_idea("Other.", "THO")
    with pytest.raises(Invalid, match="different domains"):
        merge(case.db, case.seen_by(), core_idea_id=one, with_id=other, version=1)
    with pytest.raises(Invalid, match="another core idea"):
        merge(case.db, case.seen_by(), core_idea_id=one, with_id=one, version=1)
    with pytest.raises(NotFound):
        merge(case.db, case.seen_by(), core_idea_id=one, with_id=99_999, version=1)


def test_a_moved_core_idea_takes_its_blocks_along(case: ACase, db: Session) -> None:
    idea = case.add_idea("P heard of C's mother.")
    there = case.add_idea("P felt the grief.", "THO")
    change = move(db, case.seen_by(), core_idea_id=idea, domain_id=case.domains["THO"])
    assert case.texts() == []
    assert [each.id for each in case.ideas("THO")] == [there, idea]
    both = {case.domains["ANT"], case.domains["THO"]}
    assert _in_domain(case, MOTHER) == _in_domain(case, GRIEF) == both
    _undo(case, change.entry)
    assert case.texts() == ["P heard of C's mother."]
    assert _in_domain(case, MOTHER) == {case.domains["ANT"]}
    assert _in_domain(case, GRIEF) == both
    assert list(verify(db)) == []


def test_the_blocks_of_a_moved_core_idea_stay_in_its_domain(case: ACase) -> None:
    idea = case.add_idea("P heard of C's mother.")
    case.code(MOTHER, "THO")
    move(case.db, case.seen_by(), core_idea_id=idea, domain_id=case.domains["THO"])
    with pytest.raises(Conflict, match="of that domain rests on the passage"):
        undo_of_blocks(case.db, case.seen_by())


def test_what_a_move_did_to_blocks_is_undone_with_the_move_alone(case: ACase) -> None:
    idea = case.add_idea("P heard of C's mother.")
    move(case.db, case.seen_by(), core_idea_id=idea, domain_id=case.domains["THO"])
    with pytest.raises(Conflict, match="you moved a core idea to another domain since"):
        undo_of_blocks(case.db, case.seen_by())
    undo(case.db, case.seen_by())
    redo(case.db, case.seen_by())
    assert _in_domain(case, MOTHER) == {case.domains["ANT"], case.domains["THO"]}
    assert case.texts("THO") == ["P heard of C's mother."]
    undo(case.db, case.seen_by())
    assert _in_domain(case, MOTHER) == {case.domains["ANT"]}
    assert case.texts("ANT") == ["P heard of C's mother."]


def test_undo_goes_back_step_by_step_and_redo_forward(case: ACase) -> None:
    def state() -> list[tuple[str, str, tuple[int, ...]]]:
        return [(i.guid, i.text, i.blocks) for short in ("ANT", "THO") for i in case.ideas(short)]

    states = [state()]

    def done() -> None:
        states.append(state())

    one = case.add_idea("C's mother forgot C. P felt the grief.")
    done()
    change = split(
        case.db, case.seen_by(), core_idea_id=one, parts=["Mother.", "Grief."], version=1
    )
    done()
    second = change.after[1].id
    reword(case.db, case.seen_by(), core_idea_id=second, text="P grieved.", version=1)
    done()
    shift(case.db, case.seen_by(), core_idea_id=second, by=-1)
    done()
    merge(case.db, case.seen_by(), core_idea_id=one, with_id=second, version=2)
    done()
    remove(case.db, case.seen_by(), core_idea_id=case.ideas()[0].id, version=3)
    done()
    for expected in reversed(states[:-1]):
        undo(case.db, case.seen_by())
        assert state() == expected
    with pytest.raises(Conflict, match="nothing of yours"):
        undo(case.db, case.seen_by())
    for expected in states[1:]:
        redo(case.db, case.seen_by())
        assert state() == expected
    with pytest.raises(Conflict, match="nothing to bring back"):
        redo(case.db, case.seen_by())
    assert list(verify(case.db)) == []


def test_undo_says_again_why_a_domain_has_no_core_idea(case: ACase, db: Session) -> None:
    """As it was said before a core idea came into it, by adding or by moving; redo forgets it."""

    def said() -> list[tuple[int, AbsenceReason]]:
        return list(db.exec(select(Absence.domain_id, Absence.reason)).all())

    thoughts, empty = case.domains["THO"], case.domains["EXT"]
    set_absence(db, case.seen_by(), domain_id=thoughts, reason=AbsenceReason.TOO_THIN)
    set_absence(db, case.seen_by(), domain_id=empty, reason=AbsenceReason.NOT_ASKED)
    before = sorted(said())
    idea = case.add_idea("Some grief was P's own.", "THO")
    move(db, case.seen_by(), core_idea_id=idea, domain_id=empty)
    assert said() == []
    undo(db, case.seen_by())
    assert said() == [(empty, AbsenceReason.NOT_ASKED)]
    undo(db, case.seen_by())
    assert sorted(said()) == before
    redo(db, case.seen_by())
    assert said() == [(empty, AbsenceReason.NOT_ASKED)]
    case.add_idea("So was the rest.", "THO")
    undo(db, case.seen_by())
    undo(db, case.seen_by())
    assert sorted(said()) == before
    assert not list(verify(db))


def test_a_move_to_a_domain_that_said_why_it_had_none_takes_that_back(case: ACase) -> None:
    idea = case.add_idea("P heard of C's mother.")
    empty = case.domains["EXT"]
    set_absence(case.db, case.seen_by(), domain_id=empty, reason=AbsenceReason.NOTHING_SAID)
    move(case.db, case.seen_by(), core_idea_id=idea, domain_id=empty)
    assert case.texts("EXT") == ["P heard of C's mother."]
    with pytest.raises(NotFound, match="not in the list"):
        move(case.db, case.seen_by(), core_idea_id=idea, domain_id=99_999)


def test_a_placed_core_idea_leaves_its_board_only_when_that_is_said(case: ACase) -> None:
    idea = case.add_idea("P heard of C's mother.")
    category = _category(case, "Loss")
    _place(case, idea, category)
    with pytest.raises(PlacedOnBoard, match="in “Loss”") as refused:
        move(case.db, case.seen_by(), core_idea_id=idea, domain_id=case.domains["THO"])
    assert refused.value.places == ["Loss"]
    change = move(
        case.db,
        case.seen_by(),
        core_idea_id=idea,
        domain_id=case.domains["THO"],
        off_board=True,
    )
    assert case.idea(idea).places == ()
    _undo(case, change.entry)
    assert (case.idea(idea).domain_id, case.idea(idea).places) == (
        case.domains["ANT"],
        (category,),
    )


def test_a_placed_core_idea_is_not_removed(case: ACase) -> None:
    idea = case.add_idea("P heard of C's mother.")
    _place(case, idea, _category(case, "Loss"))
    _place(case, idea, _category(case, "Closeness"))
    with pytest.raises(PlacedOnBoard, match="in “Closeness” and “Loss”"):
        remove(case.db, case.seen_by(), core_idea_id=idea, version=1)
    assert case.texts() == ["P heard of C's mother."]


def test_a_removed_core_idea_comes_back_where_it_stood(case: ACase) -> None:
    case.add_idea("One.")
    two = case.add_idea("Two.")
    case.add_idea("Three.")
    change = remove(case.db, case.seen_by(), core_idea_id=two, version=1)
    assert case.texts() == ["One.", "Three."]
    _undo(case, change.entry)
    assert case.texts() == ["One.", "Two.", "Three."]
    assert set(case.ideas()[1].blocks) == {case.block_at(MOTHER), case.block_at(GRIEF)}


def test_nobody_undoes_what_another_did(case: ACase) -> None:
    idea = case.add_idea("One.")
    change = remove(case.db, case.seen_by(), core_idea_id=idea, version=1)
    with pytest.raises(Conflict, match="nothing of yours"):
        undo(case.db, case.seen_by(case.people.ben))
    with pytest.raises(Conflict, match="not yours"):
        undo(case.db, case.seen_by(case.people.ben), number=change.entry)


def test_what_cannot_rest_on_raw_data_any_more_does_not_come_back(case: ACase) -> None:
    from app.domains.blocks import remove as remove_block
    from app.domains.passages import Kind

    breath = case.code(BREATH, "EXT")
    idea = case.add_idea("P held P's breath.", "EXT")
    change = remove(case.db, case.seen_by(), core_idea_id=idea, version=1)
    remove_block(case.db, case.seen_by(), kind=Kind.BLOCK, passage_id=breath, version=1)
    with pytest.raises(Conflict, match="raw data are not in its domain any more"):
        _undo(case, change.entry)


def test_an_agreed_board_is_not_changed_by_a_merge(case: ACase) -> None:
    one, two = case.add_idea("One."), case.add_idea("Two.")
    _place(case, one, _category(case, "Loss"))
    _place(case, two, _category(case, "Closeness"))
    board = case.db.get_one(Unit, _board(case).unit.id)
    board.state = State.AGREED
    case.db.add(board)
    case.db.commit()
    with pytest.raises(StepLocked, match="The board of Antecedent is agreed"):
        merge(case.db, case.seen_by(), core_idea_id=two, with_id=one, version=1)


def test_every_change_is_one_entry_of_the_case(case: ACase, db: Session) -> None:
    idea = case.add_idea("C's mother forgot C. P felt the grief.")
    seen = case.seen_by()
    shift(db, seen, core_idea_id=idea, by=-1)
    split(db, seen, core_idea_id=idea, parts=["Mother.", "Grief."], version=1)
    other = case.ideas()[1].id
    shift(db, seen, core_idea_id=other, by=-1)
    merge(db, seen, core_idea_id=other, with_id=idea, version=1)
    remove(db, seen, core_idea_id=other, version=2)
    verbs = db.exec(
        select(TrailEntry.verb)
        .where(col(TrailEntry.unit_id) == seen.unit.id, TrailEntry.item_kind == "core_idea")
        .order_by(col(TrailEntry.sequence))
    ).all()
    assert verbs == [
        "add a core idea",
        "split a core idea",
        "order the core ideas",
        "merge core ideas",
        "remove a core idea",
    ]
    assert list(verify(db)) == []
