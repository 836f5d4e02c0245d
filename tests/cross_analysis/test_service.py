"""What the team does on a board, and what a board refuses."""

import pytest
from sqlmodel import Session, col, select

from app.consensus.rules import State
from app.cross_analysis.placing import Card, move_cards
from app.cross_analysis.rules import IN_MISCELLANEOUS
from app.cross_analysis.service import add_category, place
from app.errors import Conflict, Invalid, NotFound, StepLocked
from app.trail.models import TrailEntry
from tests.cross_analysis.a_board import ABoard, make_board
from tests.people import People


@pytest.fixture
def board(db: Session, people: People) -> ABoard:
    """A board with two core ideas of P01 and one of P02."""
    made = make_board(db, people)
    for code, text in (("P01", "P felt close."), ("P01", "C spoke."), ("P02", "C returned.")):
        made.add_idea(code, text)
    return made


def _verbs(db: Session) -> list[str]:
    return list(db.exec(select(TrailEntry.verb).order_by(col(TrailEntry.sequence))))


def test_a_core_idea_stands_in_any_number_of_categories(board: ABoard) -> None:
    closer, deeper = board.add_category("Felt closer"), board.add_category("Deeper work")
    board.place("P felt close.", closer, deeper)
    assert board.places_of("P felt close.") == {closer, deeper}


def test_placing_twice_changes_nothing_and_is_recorded_once(board: ABoard, db: Session) -> None:
    closer = board.add_category("Felt closer")
    board.place("P felt close.", closer)
    before = board.seen_by().unit.content
    board.place("P felt close.", closer)
    assert board.seen_by().unit.content == before
    assert _verbs(db).count("sort a core idea") == 1


def test_miscellaneous_takes_a_core_idea_out_of_every_category(board: ABoard) -> None:
    board.place("P felt close.", board.add_category("One"), board.add_category("Two"), None)
    assert board.places_of("P felt close.") == {None}


def test_a_category_takes_a_core_idea_out_of_miscellaneous(board: ABoard) -> None:
    closer = board.add_category("Felt closer")
    board.place("P felt close.", None, closer)
    assert board.places_of("P felt close.") == {closer}


@pytest.mark.parametrize("title", ["  ", "FELT  closer", "felt\u00a0closer", "x" * 201])
def test_a_title_that_is_empty_taken_or_too_long_is_refused_at_the_field(
    board: ABoard, title: str
) -> None:
    board.add_category("Felt closer")
    with pytest.raises(Invalid) as refused:
        board.add_category(title)
    assert list(refused.value.fields) == ["title"]


def test_composed_and_decomposed_letters_are_the_same_title(board: ABoard) -> None:
    board.add_category("Nähe")
    with pytest.raises(Invalid):
        board.add_category("Na\u0308he")


def test_two_categories_may_each_have_a_subcategory_of_the_same_title(board: ABoard) -> None:
    one, two = board.add_category("One"), board.add_category("Two")
    assert board.add_category("Cared for", one) != board.add_category("Cared for", two)


def test_a_subcategory_has_no_subcategories(board: ABoard) -> None:
    inner = board.add_category("Inner", board.add_category("Outer"))
    with pytest.raises(Invalid):
        board.add_category("Innermost", inner)


def test_a_core_idea_of_another_domain_cannot_be_placed(
    board: ABoard, db: Session, people: People
) -> None:
    other = make_board(db, people, title="Antecedents")
    foreign = board.add_idea("P03", "P was tired.", domain_id=other.domain_id)
    with pytest.raises(NotFound):
        place(db, board.seen_by(), core_idea_id=foreign, category_id=None)


def test_a_core_idea_cannot_be_placed_in_a_category_of_another_board(
    board: ABoard, db: Session, people: People
) -> None:
    foreign = make_board(db, people, title="Antecedents").add_category("Far away")
    with pytest.raises(Conflict):
        board.place("P felt close.", foreign)
    assert board.places_of("P felt close.") == set()


def test_an_agreed_board_is_locked(board: ABoard, db: Session) -> None:
    closer = board.add_category("Felt closer")
    board.agree()
    assert board.seen_by().unit.state is State.AGREED
    with pytest.raises(StepLocked):
        board.place("P felt close.", closer)
    with pytest.raises(StepLocked):
        add_category(db, board.seen_by(), title="Too late")


def test_two_people_who_move_the_same_card_to_the_same_place_do_no_harm(board: ABoard) -> None:
    one, two = board.add_category("One"), board.add_category("Two")
    board.place("P felt close.", one)
    assert board.move("P felt close.", one, frozenset({two})).entries
    assert not board.move("P felt close.", one, frozenset({two})).entries
    assert board.places_of("P felt close.") == {two}


def test_a_card_that_was_moved_elsewhere_meanwhile_is_not_moved_again(board: ABoard) -> None:
    one, two, three = (board.add_category(title) for title in ("One", "Two", "Three"))
    board.place("P felt close.", one)
    board.move("P felt close.", one, frozenset({two}))
    with pytest.raises(Conflict):
        board.move("P felt close.", one, frozenset({three}))
    assert board.places_of("P felt close.") == {two}


def test_a_card_nobody_had_sorted_is_not_moved_where_somebody_has_sorted_it(
    board: ABoard, db: Session
) -> None:
    one, two = board.add_category("One"), board.add_category("Two")
    board.place("P felt close.", one)
    card = Card(board.ideas["P felt close."])
    with pytest.raises(Conflict):
        move_cards(db, board.seen_by(), cards=[card], to=frozenset({two}))


def test_several_cards_move_together_or_not_at_all(board: ABoard, db: Session) -> None:
    one = board.add_category("One")
    cards = [Card(board.ideas[text]) for text in ("P felt close.", "C spoke.")]
    move_cards(db, board.seen_by(), cards=cards, to=frozenset({one}))
    assert board.places_of("C spoke.") == {one}
    with pytest.raises(NotFound), db.begin_nested():
        move_cards(
            db,
            board.seen_by(),
            cards=[Card(cards[0].core_idea_id, frozenset({one})), Card(99_999)],
            to=IN_MISCELLANEOUS,
        )
    assert board.places_of("P felt close.") == {one}


def test_a_card_in_two_categories_counts_its_case_in_both(board: ABoard) -> None:
    board.place("P felt close.", board.add_category("One"), board.add_category("Two"))
    assert [column.n for column in board.read().columns] == [1, 1]


def test_a_category_counts_the_distinct_cases_of_itself_and_its_subcategories(
    board: ABoard,
) -> None:
    outer = board.add_category("Outer")
    board.place("P felt close.", outer)
    board.place("C spoke.", board.add_category("Inner", outer))
    board.place("C returned.", board.add_category("Another inner", outer))
    column = board.read().columns[0]
    assert column.n == 2
    assert [inner.n for inner in column.subcategories] == [1, 1]


def test_miscellaneous_is_in_no_category_and_so_not_counted(board: ABoard) -> None:
    board.add_category("One")
    board.place("P felt close.", None)
    read = board.read()
    assert read.columns[0].n == 0
    assert [card.text for card in read.miscellaneous.cards] == ["P felt close."]
    assert read.unsorted_count == 2
