"""A board begun from private lists of categories: drafting, submitting, the reveal, who places."""

import pytest
from sqlmodel import Session, select

from app.consensus.models import Unit
from app.consensus.rules import State
from app.cross_analysis.models import Category
from app.studies.models import Member, Study
from app.studies.ways import WayOfWorking
from tests.cross_analysis.a_board import ABoard, make_board
from tests.html import Reader
from tests.people import People, Person


@pytest.fixture
def board(db: Session, people: People) -> ABoard:
    """Two core ideas of two cases on a board that is begun from private lists."""
    made = make_board(db, people)
    made.add_idea("P01", "P felt close to C.")
    made.add_idea("P02", "C spoke of the loss.")
    study = db.get_one(Study, people.study.id)
    study.board_way = WayOfWorking.INDEPENDENT_FIRST
    db.add(study)
    db.commit()
    return made


def at(board: ABoard, person: Person) -> Reader:
    """Somebody at the board."""
    return Reader(person.browser).open(board.url)


def lines(page: Reader) -> list[str]:
    """The page's list, each line as 'what: how'."""
    found = page.page.find_class("lines")[0]
    return [": ".join(span.text_content() for span in line.iter("span")) for line in found]


def names(board: ABoard, person: Person, title: str) -> None:
    """Somebody makes a category in their own list."""
    at(board, person).send("Add", title=title)


def submit(board: ABoard, person: Person) -> Reader:
    """Somebody submits their list."""
    return at(board, person).follow("Submit my draft").send("Submit my draft")


def revealed(board: ABoard) -> Reader:
    """Every judge has named one category and submitted."""
    people = board.people
    for person in (people.ana, people.ben, people.chi, people.dee):
        names(board, person, f"Theme of {person.name}")
        page = submit(board, person)
    return page


def test_each_judge_sees_their_own_list_and_no_other(db: Session, board: ABoard) -> None:
    people = board.people
    names(board, people.ben, "Theme of Ben")
    names(board, people.chi, "Theme of Chi")
    for person, other in ((people.ben, "Chi"), (people.chi, "Ben"), (people.ana, "Ben")):
        page = at(board, person)
        assert "This is your own draft" in page.text
        assert f"Theme of {other}" not in page.answer.text
        assert "Agree to this board" not in page.text
        assert "Independent · 0 of 4 submitted" in page.text
    assert len(set(db.exec(select(Category.layer_id)))) == 2


def test_a_trial_sorting_stays_in_ones_own_draft(board: ABoard) -> None:
    people = board.people
    names(board, people.ben, "Theme of Ben")
    category = board.db.exec(select(Category.id)).one()
    idea = board.ideas["P felt close to C."]
    form = {"card": f"{idea}-", "to": category}
    assert people.ben.post(f"{board.url}/cards", form).status_code == 303
    assert f"card-{idea}-{category}" in at(board, people.ben).answer.text
    assert f'id="card-{idea}-"' in at(board, people.chi).answer.text


def test_before_submitting_the_page_says_what_the_list_has(board: ABoard) -> None:
    people = board.people
    names(board, people.ben, "Theme of Ben")
    page = at(board, people.ben).follow("Submit my draft")
    assert lines(page) == ["Theme of Ben: no card"]
    assert "2 cards are unsorted" in page.text
    assert "When Ana, Chi and Dee have submitted too" in page.text


def test_a_submitted_list_is_read_only_until_it_is_taken_back(board: ABoard) -> None:
    people = board.people
    names(board, people.ben, "Theme of Ben")
    page = submit(board, people.ben)
    assert "Your draft is submitted and frozen" in page.text
    assert "new-category" not in page.answer.text
    refused = people.ben.post(f"{board.url}/categories", {"title": "Late"})
    assert refused.status_code == 409
    assert "Your draft is open again" in page.send("Take my draft back").text
    names(board, people.ben, "Another")


def test_the_last_who_submits_reveals_all_lists(board: ABoard) -> None:
    page = revealed(board)
    assert "The drafts are revealed. 1 point is still to be discussed." in page.text
    assert "Agree to this board" not in page.text
    assert board.db.exec(select(Unit.state).where(Unit.domain_id == board.domain_id)).one() is (
        State.CONSENSUS
    )


def test_who_sorts_nothing_sees_who_drafts_and_nothing_else(db: Session, board: ABoard) -> None:
    people = board.people
    names(board, people.ben, "Theme of Ben")
    submit(board, people.ben)
    make_ana_only_pi(db, people)
    page = at(board, people.ana)
    assert "The board of Consequences is drafted in private" in page.text
    assert lines(page) == [
        "Ben: submitted",
        "Chi: still drafting",
        "Dee: still drafting",
    ]
    for hidden in ("Theme of Ben", "category-board", "P felt close to C."):
        assert hidden not in page.answer.text
    partly = people.ana.get(f"{board.url}?card={board.ideas['P felt close to C.']}", htmx=True)
    assert partly.status_code == 200
    assert partly.text.strip() == ""
    assert people.ida.get(board.url).status_code == 403
    assert people.ana.post(f"{board.url}/draft/submission").status_code == 403


def make_ana_only_pi(db: Session, people: People) -> None:
    """Ana leads the study and judges nothing."""
    member = db.exec(select(Member).where(Member.account_id == people.ana.id)).one()
    member.is_judge = False
    db.add(member)
    db.commit()


def test_one_judge_or_a_pair_places_and_the_board_says_who(board: ABoard) -> None:
    people = board.people
    revealed(board)
    page = at(board, people.ana).follow("Who places?")
    page.send("Note who places", placer=[people.ben.id, people.chi.id])
    assert "Ben and Chi place the core ideas; the others review and agree." in page.text
    trail = Reader(people.dee.browser).open(f"{people.url}/trail").text
    assert "noted that Ben and Chi place the core ideas of “Consequences”" in trail
    page = at(board, people.ben).follow("Change who places")
    page.send("Note who places", placer=[people.ben.id])
    assert "You place the core ideas" in page.text
    assert "Ben places the core ideas" in at(board, people.dee).text


@pytest.mark.parametrize("chosen", [[], ["ana", "ben", "chi"], ["eli"]])
def test_nobody_three_or_a_stranger_do_not_place(board: ABoard, chosen: list[str]) -> None:
    people = board.people
    revealed(board)
    ids = [people.everybody[name].id for name in chosen]
    answer = people.ben.post(f"{board.url}/placing?beside=placing", {"placer": ids})
    assert answer.status_code == 422
    assert "Choose one judge of this board, or two." in answer.text


def test_placing_is_shared_out_only_between_the_reveal_and_the_agreement(board: ABoard) -> None:
    people = board.people
    form = {"placer": people.ben.id}
    assert people.ben.post(f"{board.url}/placing", form).status_code == 409
    revealed(board)
    assert people.eli.post(f"{board.url}/placing", form).status_code == 403
    assert people.ben.post(f"{board.url}/placing", form).status_code == 303
    unit = board.db.exec(select(Unit).where(Unit.domain_id == board.domain_id)).one()
    unit.state = State.AGREED
    board.db.add(unit)
    board.db.commit()
    assert people.ben.post(f"{board.url}/placing", form).status_code == 409


def test_the_index_says_how_far_the_private_lists_are(board: ABoard) -> None:
    people = board.people
    names(board, people.ben, "Theme of Ben")
    submit(board, people.ben)
    page = Reader(people.chi.browser).open(f"{people.sample_url}/cross-analysis")
    assert "independent, 1 of 4 submitted" in page.text
    assert "Ana, Chi, Dee" in page.text
