"""Category lists discussed through the page: what each person sees and can do there."""

import pytest
from sqlmodel import Session

from app.studies.models import Study
from app.studies.ways import WayOfWorking
from tests.cross_analysis.a_revealed_board import (
    BEN,
    CHI,
    CLOSE,
    ARevealedBoard,
    private_board,
    revealed_board,
)
from tests.html import Reader
from tests.people import People

CLOSER = ("Closer", ["To C"])


@pytest.fixture
def board(db: Session, people: People) -> ARevealedBoard:
    return revealed_board(db, people)


def at(board: ARevealedBoard, name: str, title: str = "") -> Reader:
    """Somebody on the page, with a title open."""
    url = f"{board.discussion}?point={board.point(title).id}" if title else board.discussion
    return Reader(board.people.everybody[name].browser).open(url)


def decision_url(board: ARevealedBoard, title: str) -> str:
    """Where the decision on a title is sent."""
    return f"{board.discussion}/points/{board.point(title).id}/decision"


def test_whole_lists_stand_judge_by_judge_with_what_has_become_of_each_title(
    board: ARevealedBoard,
) -> None:
    reader = at(board, "ben")
    (lists,) = reader.page.find_class("whole-lists")
    told = [" ".join(cell.text_content().split()) for cell in lists.find_class("cell")]
    assert told == [
        "BE Ben Closer joined To C To colleagues Deeper work to discuss Pace to discuss",
        "CH Chi closer joined to c Deeper work together to discuss In sessions "
        "Own losses to discuss",
    ]
    at(board, "ben", "Pace").send("Take it over")
    assert "Pace “Pace”" in at(board, "chi").text


def test_a_category_is_taken_over_with_its_subcategories_by_one_button(
    board: ARevealedBoard,
) -> None:
    reader = at(board, "ben", "Deeper work").send("Chi’s", reason="It names both.")
    assert board.agreed == [CLOSER, ("Deeper work together", ["In sessions"])]
    assert "3 to discuss" in reader.text
    assert "“Deeper work together”" in reader.text
    assert "It names both." in at(board, "chi", "Deeper work").text


def test_choices_weigh_the_same_and_judges_stand_by_name(board: ARevealedBoard) -> None:
    page = at(board, "ben", "Deeper work").page
    buttons = [
        (button.get("data-kind"), " ".join(button.text_content().split()))
        for button in page.find_class("choice-button")
    ]
    assert buttons == [
        ("plain", "Ben’s 1"),
        ("plain", "Chi’s 2"),
        ("plain", "Each 3"),
        ("plain", "None 4"),
        ("plain", "Talk later 5"),
    ]


def test_two_judges_categories_are_merged_under_one_title(board: ARevealedBoard) -> None:
    reader = at(board, "ben", "Deeper work")
    assert reader.page.get_element_by_id("field-discussed-title").get("value") == (
        "Deeper work / Deeper work together"
    )
    reader.send("Take this", title="Deeper shared work")
    assert board.agreed == [CLOSER, ("Deeper shared work", ["In sessions"])]
    again = at(board, "chi", "Deeper work")
    assert again.page.get_element_by_id("field-discussed-title").get("value") == (
        "Deeper shared work"
    )
    again.send("Take this", title="Deeper shared work", subtitle=[])
    assert board.agreed == [CLOSER, ("Deeper shared work", [])]


def test_a_category_comes_into_an_agreed_one(board: ARevealedBoard) -> None:
    into = str(board.agreed_id("Closer"))
    at(board, "ben", "Deeper work").send("Take this", into=into)
    assert board.agreed == [("Closer", ["To C", "In sessions"])]
    assert "into another category" in at(board, "ben").text


def test_a_title_that_cannot_stand_is_refused_and_what_was_typed_stays(
    board: ARevealedBoard,
) -> None:
    form = {
        "version": board.point("Pace").version,
        "choice": "edited",
        "title": "Miscellaneous",
        "reason": "Hm.",
    }
    for htmx in (False, True):
        answer = board.people.ben.post(decision_url(board, "Pace"), form, htmx=htmx)
        assert answer.status_code == 422
        assert "Every board has a place" in answer.text
        assert 'value="Miscellaneous"' in answer.text
        assert "Hm." in answer.text
    assert board.agreed == [CLOSER]


def test_a_refused_decision_leaves_nothing_half_written(board: ARevealedBoard) -> None:
    at(board, "ben", "To C").send("talk about it after all").send("None")
    at(board, "ben", "Closer").send("talk about it after all").send("None")
    content = board.seen_by().unit.content
    form = {"version": board.point("To colleagues").version, "choice": "double-code"}
    answer = board.people.ben.post(decision_url(board, "To colleagues"), form)
    assert answer.status_code == 409
    assert "not in the agreed list any more" in answer.text
    assert board.seen_by().unit.content == content
    assert board.agreed == []


def test_a_late_decision_is_told_what_was_decided_first(board: ARevealedBoard) -> None:
    late = {"version": board.point("Pace").version, "choice": "not coded"}
    url = decision_url(board, "Pace")
    at(board, "ben", "Pace").send("Take it over")
    answer = board.people.chi.post(url, late)
    assert answer.status_code == 409
    assert "Ben noted a decision on this meanwhile" in answer.text
    assert ("Pace", []) in board.agreed


def test_htmx_gets_the_regions_and_the_address_of_what_comes_next(board: ARevealedBoard) -> None:
    form = {"version": board.point("Pace").version, "choice": "talk later"}
    answer = board.people.ben.post(decision_url(board, "Pace"), form, htmx=True)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "talks about it later" in answer.headers["HX-Trigger"]
    assert answer.headers["HX-Replace-Url"].startswith(f"{board.discussion}?point=")


def test_a_reservation_stays_on_record(board: ARevealedBoard) -> None:
    at(board, "chi", "Pace").send("Keep it on record", reservation="I would keep it.")
    assert "Chi keeps a reservation" in at(board, "ben", "Pace").text
    at(board, "chi", "Pace").send("Withdraw it")
    assert "withdrew a reservation" in at(board, "ben", "Pace").text


def test_nobody_sees_a_list_before_all_have_submitted(db: Session, people: People) -> None:
    board = private_board(db, people)
    board.draft(people.ben, BEN, sorted_into="Pace")
    board.draft(people.chi, CHI, submitting=False)
    db.commit()
    for person in people.everybody.values():
        answer = person.get(board.discussion)
        assert answer.status_code in (403, 404), person.name
        assert "Pace" not in answer.text
        assert "Own losses" not in answer.text


@pytest.mark.parametrize(
    ("name", "status"),
    [("ana", 200), ("ben", 200), ("dee", 403), ("eli", 403), ("ida", 403), ("hal", 404)],
)
def test_after_the_reveal_the_pi_and_the_judges_of_the_board_see_the_lists(
    board: ARevealedBoard, name: str, status: int
) -> None:
    answer = board.people.everybody[name].get(board.discussion)
    assert answer.status_code == status
    assert ("Own losses" in answer.text) == (status == 200)


def test_the_pi_who_does_not_judge_reads_and_decides_nothing(board: ARevealedBoard) -> None:
    assert not at(board, "ana", "Pace").page.find_class("choice-button")
    form = {"version": board.point("Pace").version, "choice": "not coded"}
    assert board.people.ana.post(decision_url(board, "Pace"), form).status_code == 403


def test_a_card_shows_where_each_had_put_it_to_who_may_see_drafts(board: ARevealedBoard) -> None:
    card = f"{board.url}?card={board.ideas[CLOSE]}"
    shown = board.people.ben.get(card)
    assert "Where each had put it" in shown.text
    assert "Own losses" in shown.text
    for person in (board.people.dee, board.people.ida):
        answer = person.get(card)
        assert "Own losses" not in answer.text


def test_a_board_that_is_sorted_together_has_no_lists(db: Session, people: People) -> None:
    board = private_board(db, people)
    study = db.get_one(Study, people.study.id)
    study.board_way = WayOfWorking.TOGETHER
    db.add(study)
    db.commit()
    assert "there are no private lists" in at(board, "ben").text


@pytest.mark.parametrize("more", [0, 6])
def test_the_page_asks_the_same_few_statements_however_much_there_is(
    db: Session, people: People, statements: list[str], more: int
) -> None:
    board = private_board(db, people)
    board.draft(people.ben, [*BEN, *(f"B{number}" for number in range(more))])
    board.draft(people.chi, [*CHI, *(f"C{number}" for number in range(more))])
    db.commit()
    at(board, "ben")
    statements.clear()
    board.people.ben.get(board.discussion)
    assert len(statements) <= 13, len(statements)
