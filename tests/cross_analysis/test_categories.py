"""Renaming, ordering, nesting, merging and removing categories, and taking it back."""

import pytest
from sqlmodel import Session, col, select

from app.cases.guard import load_case
from app.core_ideas.ideas import stored
from app.core_ideas.places import set_places
from app.cross_analysis.placing import Card, move_cards
from app.cross_analysis.service import (
    category_of,
    make_category,
    merge_categories,
    nest_category,
    remove_category,
    rename_category,
    shift_category,
)
from app.cross_analysis.undo import own_turns, redo, undo
from app.errors import Conflict, Invalid, StaleEdit
from app.trail.models import TrailEntry
from app.trail.own import NOTHING
from app.trail.service import verify
from tests.cross_analysis.a_board import ABoard, a_sorted_board
from tests.people import People


@pytest.fixture
def board(db: Session, people: People) -> ABoard:
    """'Felt closer' with 'C felt cared for' in it, and 'Deeper work'."""
    return a_sorted_board(db, people)


def _outline(board: ABoard) -> list[tuple[str, list[str]]]:
    """Titles with those of their subcategories, in order."""
    columns = board.read().columns
    return [(c.title, [sub.title for sub in c.subcategories]) for c in columns]


def _texts(board: ABoard, title: str) -> set[str]:
    column = next(c for c in board.read().every_column if c.title == title)
    return {card.text for card in column.pile.cards}


def _take_back(board: ABoard, entry: int | None) -> None:
    assert entry is not None
    undo(board.db, board.seen_by(), number=entry)


def _rename(board: ABoard, title: str, to: str, version: int = 1) -> int | None:
    return rename_category(
        board.db,
        board.seen_by(),
        category_id=board.categories[title],
        title=to,
        version=version,
        was=title,
    )


def test_a_title_is_unique_among_its_siblings_only(board: ABoard) -> None:
    _rename(board, "C felt cared for", "Deeper work")
    with pytest.raises(Invalid) as refused:
        _rename(board, "Felt closer", "deeper WORK")
    assert "title" in refused.value.fields


def test_a_category_may_change_only_the_case_of_its_title(board: ABoard) -> None:
    _rename(board, "Felt closer", "felt closer")
    assert _outline(board)[0][0] == "felt closer"


def test_a_title_somebody_else_changed_meanwhile_is_kept_and_mine_too(board: ABoard) -> None:
    _rename(board, "Felt closer", "Felt nearer")
    with pytest.raises(StaleEdit) as refused:
        _rename(board, "Felt closer", "Closeness")
    versions = refused.value.versions
    assert versions
    assert (versions.base, versions.theirs, versions.mine) == (
        "Felt closer",
        "Felt nearer",
        "Closeness",
    )
    assert _outline(board)[0][0] == "Felt nearer"


def test_the_same_title_again_changes_nothing(board: ABoard) -> None:
    content = board.seen_by().unit.content
    assert _rename(board, "Felt closer", " Felt  closer ") is None
    assert board.seen_by().unit.content == content


def test_categories_change_places_and_stay_at_the_ends(board: ABoard, db: Session) -> None:
    deeper = board.categories["Deeper work"]
    entry = shift_category(db, board.seen_by(), category_id=deeper, by=-1)
    assert [title for title, _ in _outline(board)] == ["Deeper work", "Felt closer"]
    assert shift_category(db, board.seen_by(), category_id=deeper, by=-1) is None
    _take_back(board, entry)
    assert [title for title, _ in _outline(board)] == ["Felt closer", "Deeper work"]


def test_a_category_becomes_a_subcategory_and_is_lifted_again(board: ABoard, db: Session) -> None:
    closer, deeper = board.categories["Felt closer"], board.categories["Deeper work"]
    nest_category(db, board.seen_by(), category_id=deeper, parent_id=closer)
    assert _outline(board) == [("Felt closer", ["C felt cared for", "Deeper work"])]
    cared = board.categories["C felt cared for"]
    entry = nest_category(db, board.seen_by(), category_id=cared, parent_id=None)
    assert _outline(board) == [("Felt closer", ["Deeper work"]), ("C felt cared for", [])]
    _take_back(board, entry)
    assert len(_outline(board)) == 1


@pytest.mark.parametrize(
    ("title", "into"),
    [
        ("Felt closer", "Deeper work"),
        ("Deeper work", "C felt cared for"),
        ("Deeper work", "Deeper work"),
    ],
    ids=["it has subcategories", "the other is one", "itself"],
)
def test_there_is_one_level_of_subcategories(
    board: ABoard, db: Session, title: str, into: str
) -> None:
    with pytest.raises(Invalid):
        nest_category(
            db,
            board.seen_by(),
            category_id=board.categories[title],
            parent_id=board.categories[into],
        )


def test_lifting_onto_a_taken_title_is_refused(board: ABoard, db: Session) -> None:
    _rename(board, "C felt cared for", "Deeper work")
    with pytest.raises(Invalid):
        nest_category(
            db,
            board.seen_by(),
            category_id=board.categories["C felt cared for"],
            parent_id=None,
        )


def test_merging_moves_the_cards_and_a_card_of_both_stands_there_once(
    board: ABoard, db: Session
) -> None:
    closer, deeper = board.categories["Felt closer"], board.categories["Deeper work"]
    merge_categories(db, board.seen_by(), category_id=deeper, into_id=closer)
    assert _outline(board) == [("Felt closer", ["C felt cared for"])]
    assert board.places_of("P felt close to C.") == {closer}


def test_merging_takes_the_subcategories_along_and_is_taken_back_whole(
    board: ABoard, db: Session
) -> None:
    closer, deeper = board.categories["Felt closer"], board.categories["Deeper work"]
    before = (_outline(board), _texts(board, "Felt closer"), _texts(board, "Deeper work"))
    entry = merge_categories(db, board.seen_by(), category_id=closer, into_id=deeper)
    assert _outline(board) == [("Deeper work", ["C felt cared for"])]
    _take_back(board, entry)
    assert (_outline(board), _texts(board, "Felt closer"), _texts(board, "Deeper work")) == before


def test_a_taken_back_merge_leaves_out_of_the_other_what_came_with_it(
    board: ABoard, db: Session
) -> None:
    cared, deeper = board.categories["C felt cared for"], board.categories["Deeper work"]
    entry = merge_categories(db, board.seen_by(), category_id=cared, into_id=deeper)
    assert len(_texts(board, "Deeper work")) == 3
    _take_back(board, entry)
    assert _texts(board, "Deeper work") == {"P felt close to C."}
    assert len(_texts(board, "C felt cared for")) == 2


def test_merging_is_refused_where_both_have_a_subcategory_of_one_title(
    board: ABoard, db: Session
) -> None:
    board.add_category("c felt CARED for", board.categories["Deeper work"])
    with pytest.raises(Invalid, match="Both have a subcategory"):
        merge_categories(
            db,
            board.seen_by(),
            category_id=board.categories["Felt closer"],
            into_id=board.categories["Deeper work"],
        )


def test_a_category_is_not_merged_into_its_own_subcategory(board: ABoard, db: Session) -> None:
    with pytest.raises(Invalid):
        merge_categories(
            db,
            board.seen_by(),
            category_id=board.categories["Felt closer"],
            into_id=board.categories["C felt cared for"],
        )


def test_a_category_with_cards_is_removed_only_when_they_may_go_back(
    board: ABoard, db: Session
) -> None:
    cared = board.categories["C felt cared for"]
    with pytest.raises(Conflict, match="has cards"):
        remove_category(db, board.seen_by(), category_id=cared)
    entry = remove_category(db, board.seen_by(), category_id=cared, cards_too=True)
    assert board.places_of("C spoke of the loss.") == set()
    _take_back(board, entry)
    assert _outline(board)[0] == ("Felt closer", ["C felt cared for"])
    assert _texts(board, "C felt cared for") == {
        "C spoke of the loss.",
        "C returned and spoke first.",
    }


def test_a_category_with_subcategories_is_not_removed(board: ABoard, db: Session) -> None:
    with pytest.raises(Conflict, match="has subcategories"):
        remove_category(
            db,
            board.seen_by(),
            category_id=board.categories["Felt closer"],
            cards_too=True,
        )


def test_what_was_put_into_miscellaneous_since_stays_there_when_a_removal_is_taken_back(
    board: ABoard, db: Session
) -> None:
    cared = board.categories["C felt cared for"]
    entry = remove_category(db, board.seen_by(), category_id=cared, cards_too=True)
    board.place("C spoke of the loss.", None)
    _take_back(board, entry)
    assert _texts(board, "C felt cared for") == {"C returned and spoke first."}


def test_a_move_is_taken_back_unless_the_card_was_moved_since(board: ABoard) -> None:
    cared, deeper = board.categories["C felt cared for"], board.categories["Deeper work"]
    (entry,) = board.move("C spoke of the loss.", cared, frozenset({deeper})).entries
    _take_back(board, entry)
    assert board.places_of("C spoke of the loss.") == {cared}
    with pytest.raises(Conflict, match="undone already"):
        _take_back(board, entry)
    (entry,) = board.move("C spoke of the loss.", cared, frozenset({deeper})).entries
    card = Card(board.ideas["C spoke of the loss."], frozenset({deeper}))
    move_cards(board.db, board.seen_by(board.people.ben), cards=[card], to=frozenset())
    with pytest.raises(Conflict, match="Ben sorted a core idea since"):
        _take_back(board, entry)


def _everything(board: ABoard) -> list[tuple[str, str, str, list[str]]]:
    """All places in order: id, title, the category it lies in, its cards."""
    found = board.read()
    return [
        (str(c.id), c.title, str(c.parent_id or ""), sorted(card.text for card in c.pile.cards))
        for c in found.every_column
    ] + [
        ("", key, "", sorted(card.text for card in pile.cards))
        for key, pile in (("unsorted", found.unsorted), ("misc", found.miscellaneous))
    ]


def test_undo_goes_back_step_by_step_and_redo_forward(board: ABoard, db: Session) -> None:
    closer, cared, deeper = (
        board.categories[title] for title in ("Felt closer", "C felt cared for", "Deeper work")
    )
    undone: list[list[tuple[str, str, str, list[str]]]] = []
    while own_turns(db, board.seen_by()).can_undo:
        undone.append(_everything(board))
        undo(db, board.seen_by())
    assert _everything(board)[0][:2] == ("", "unsorted")
    for expected in reversed(undone):
        redo(db, board.seen_by())
        assert _everything(board) == expected
    states = [_everything(board)]

    def done() -> None:
        states.append(_everything(board))
        assert states[-1] != states[-2]

    both = [Card(board.ideas[text]) for text in ("P was tired.",)]
    both.append(Card(board.ideas["C spoke of the loss."], frozenset({cared})))
    move_cards(db, board.seen_by(), cards=both, to=frozenset({deeper}))
    done()
    version = category_of(db, board.seen_by(), closer).version
    rename_category(db, board.seen_by(), category_id=closer, title="Closeness", version=version)
    done()
    shift_category(db, board.seen_by(), category_id=deeper, by=-1)
    done()
    nest_category(db, board.seen_by(), category_id=cared, parent_id=None)
    done()
    nest_category(db, board.seen_by(), category_id=deeper, parent_id=closer)
    done()
    merge_categories(db, board.seen_by(), category_id=closer, into_id=cared)
    done()
    remove_category(db, board.seen_by(), category_id=deeper, cards_too=True)
    done()
    for expected in reversed(states[:-1]):
        undo(db, board.seen_by())
        assert _everything(board) == expected
    for expected in states[1:]:
        redo(db, board.seen_by())
        assert _everything(board) == expected
    with pytest.raises(Conflict, match="nothing to bring back"):
        redo(db, board.seen_by())
    assert list(verify(db)) == []


def test_a_merge_is_not_taken_apart_where_its_cards_were_moved_on(board: ABoard) -> None:
    cared, deeper = board.categories["C felt cared for"], board.categories["Deeper work"]
    entry = merge_categories(board.db, board.seen_by(), category_id=cared, into_id=deeper)
    card = Card(board.ideas["C spoke of the loss."], frozenset({deeper}))
    ben = board.seen_by(board.people.ben)
    move_cards(board.db, ben, cards=[card], to=frozenset({board.categories["Felt closer"]}))
    before = _everything(board)
    with pytest.raises(Conflict, match="Ben sorted a core idea since"):
        _take_back(board, entry)
    assert _everything(board) == before


def test_a_category_that_others_filled_is_not_taken_back(board: ABoard) -> None:
    made, entry = make_category(board.db, board.seen_by(), title="Later")
    assert made.id is not None
    ben = board.seen_by(board.people.ben)
    card = Card(board.ideas["P was tired."])
    move_cards(board.db, ben, cards=[card], to=frozenset({made.id}))
    with pytest.raises(Conflict, match="Ben sorted a core idea since"):
        _take_back(board, entry)


def test_a_card_taken_off_by_a_merge_of_core_ideas_is_undone_where_that_was_done(
    board: ABoard, db: Session
) -> None:
    before = own_turns(db, board.seen_by(board.people.ben))
    case = load_case(
        db, board.people.context(db, board.people.ben), board.people.sample.id or 0, "P01"
    )
    idea = stored(db, case.unit.layer_id, domain_id=board.domain_id)[0]
    set_places(db, case, board.domain_id, [(idea.id, idea.places, ())])
    assert own_turns(db, board.seen_by(board.people.ben)) == before == NOTHING


def test_nobody_takes_back_what_another_person_did(
    board: ABoard, db: Session, people: People
) -> None:
    cared = board.categories["C felt cared for"]
    (entry,) = board.move("C spoke of the loss.", cared, frozenset()).entries
    with pytest.raises(Conflict, match="nothing of yours"):
        undo(db, board.seen_by(people.ben))
    with pytest.raises(Conflict, match="not yours"):
        undo(db, board.seen_by(people.ben), number=entry)


def test_a_new_category_is_taken_back_while_it_is_empty(board: ABoard, db: Session) -> None:
    board.add_category("By mistake")
    entry = db.exec(
        select(TrailEntry.sequence)
        .where(col(TrailEntry.verb) == "add a category")
        .order_by(col(TrailEntry.sequence).desc())
    ).first()
    _take_back(board, entry)
    assert "By mistake" not in dict(_outline(board))


def test_a_rename_is_taken_back(board: ABoard) -> None:
    _take_back(board, _rename(board, "Felt closer", "Closeness"))
    assert _outline(board)[0][0] == "Felt closer"


def test_every_change_of_a_category_ends_the_agreements(board: ABoard, db: Session) -> None:
    content = board.seen_by().unit.content
    _rename(board, "Felt closer", "Closeness")
    deeper = board.categories["Deeper work"]
    shift_category(db, board.seen_by(), category_id=deeper, by=-1)
    remove_category(db, board.seen_by(), category_id=deeper, cards_too=True)
    assert board.seen_by().unit.content == content + 3
