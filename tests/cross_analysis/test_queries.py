"""A board costs the same number of statements whatever is on it."""

from collections.abc import Iterator

import pytest
from sqlmodel import Session, col, select

from app.cases.models import Transcript, TranscriptVersion, Turn
from app.core_ideas.models import CoreIdea, CoreIdeaBlock
from app.cross_analysis.boards import boards_of
from app.cross_analysis.raw_data import evidence_of
from app.domains.models import Block
from tests.cross_analysis.a_board import ABoard, a_sorted_board, make_board
from tests.people import People

TURNS = ("I: How was it?", "P: I cried.", "I: And then?", "P: It was easier.")


@pytest.fixture
def board(db: Session, people: People) -> ABoard:
    """Two categories, a subcategory, one card unsorted and one in Miscellaneous."""
    return a_sorted_board(db, people)


def _give_raw_data(board: ABoard, text: str, first: int, last: int, *, transcript: int = 1) -> None:
    """A block over the turns `first` to `last` of the core idea's case."""
    db, idea_id = board.db, board.ideas[text]
    idea = db.exec(select(CoreIdea).where(col(CoreIdea.id) == idea_id)).one()
    case_id = next(
        case for code, case in board.cases.items() if board.read().code_of[idea_id] == code
    )
    version = _version(board, case_id, transcript)
    turns = db.exec(
        select(Turn).where(col(Turn.version_id) == version.id).order_by(col(Turn.number))
    ).all()
    start, end = turns[first - 1].start, turns[last - 1].end
    block = Block(
        layer_id=idea.layer_id,
        transcript_version_id=version.id or 0,
        start=start,
        end=end,
        quote=version.text[start:end],
        made_by=board.people.ana.id,
    )
    db.add(block)
    db.flush()
    db.add(CoreIdeaBlock(core_idea_id=idea_id, block_id=block.id or 0))
    db.commit()


def _version(board: ABoard, case_id: int, number: int) -> TranscriptVersion:
    db = board.db
    found = db.exec(
        select(TranscriptVersion)
        .join(Transcript, col(Transcript.id) == col(TranscriptVersion.transcript_id))
        .where(col(Transcript.case_id) == case_id, col(Transcript.number) == number)
    ).first()
    if found:
        return found
    transcript = Transcript(case_id=case_id, number=number, title="Interview")
    db.add(transcript)
    db.flush()
    version = TranscriptVersion(
        transcript_id=transcript.id or 0,
        number=1,
        text="\n".join(TURNS),
        stored_by=board.people.ana.id,
    )
    db.add(version)
    db.flush()
    for number_, (start, end) in enumerate(_spans(), 1):
        db.add(
            Turn(
                version_id=version.id or 0,
                number=number_,
                speaker="",
                start=start,
                end=end,
                sentences=[start],
            )
        )
    db.flush()
    return version


def _spans() -> Iterator[tuple[int, int]]:
    at = 0
    for turn in TURNS:
        yield at, at + len(turn)
        at += len(turn) + 1


def test_a_card_cites_the_turns_of_its_raw_data(board: ABoard) -> None:
    _give_raw_data(board, "P was tired.", 2, 2)
    _give_raw_data(board, "P was tired.", 4, 4)
    _give_raw_data(board, "P felt close to C.", 2, 4)
    _give_raw_data(board, "P changed the seating.", 3, 3, transcript=2)
    read = board.read()
    turns = {card.text: card.turns for pile in read.piles.values() for card in pile.cards}
    assert turns["P was tired."] == "turns 2, 4"
    assert turns["P felt close to C."] == "turns 2–4"
    assert turns["P changed the seating."] == "turn 2:3"
    assert turns["C spoke of the loss."] == ""


def test_the_raw_data_of_a_card_are_its_words_each_with_its_place(board: ABoard) -> None:
    _give_raw_data(board, "P was tired.", 4, 4)
    _give_raw_data(board, "P was tired.", 1, 2)
    found = evidence_of(board.db, board.seen_by(), board.ideas["P was tired."], with_quotes=True)
    assert found
    assert [quote.turns for quote in found.quotes] == ["turns 1–2", "turn 4"]
    assert found.quotes[1].text == "P: It was easier."
    assert found.quotes[1].url.endswith("/cases/P02/coding#turn-4")


def test_a_core_idea_that_left_the_domain_is_on_no_board_and_not_counted(
    board: ABoard, people: People
) -> None:
    other = make_board(board.db, people, title="Antecedents")
    idea = board.db.get_one(CoreIdea, board.ideas["P felt close to C."])
    idea.domain_id = other.domain_id
    board.db.add(idea)
    board.db.flush()
    read = board.read()
    assert read.core_ideas == 4
    assert [column.n for column in read.every_column] == [2, 2, 0]


def test_the_index_counts_a_case_in_once_it_is_agreed_and_sorted(board: ABoard) -> None:
    (row,) = boards_of(board.db, board.people.context(board.db), board.people.sample.id or 0)
    assert (row.core_ideas, row.unsorted, row.cases_in, row.cases) == (5, 1, 0, 2)


def test_a_board_costs_the_same_with_one_card_as_with_forty(
    db: Session, people: People, statements: list[str]
) -> None:
    counted: dict[str, list[int]] = {}
    small, large = make_board(db, people), make_board(db, people, title="Antecedents")
    for board, size in ((small, 1), (large, 40)):
        for number in range(size):
            board.add_idea(f"P{number:02}", f"Core idea {number} of {board.domain_id}.")
        for number in range(size // 4 + 1):
            category = board.add_category(f"Category {number}")
            board.place(f"Core idea {number} of {board.domain_id}.", category)
    db.commit()
    for board in (small, large):
        for query in ("", "?view=matrix&counts=1", f"?card={max(board.ideas.values())}"):
            url = board.url + query
            statements.clear()
            assert people.ben.get(url).status_code == 200
            counted.setdefault(query[:4], []).append(len(statements))
    assert all(before == after for before, after in counted.values()), counted
    assert max(max(counts) for counts in counted.values()) <= 21


def test_the_index_costs_the_same_with_one_board_as_with_twenty(
    db: Session, people: People, statements: list[str]
) -> None:
    counted = []
    for titles in (["Only"], [f"Domain {number}" for number in range(19)]):
        for title in titles:
            make_board(db, people, title=title).add_idea("P01", f"Of {title}.")
        db.commit()
        statements.clear()
        assert people.ben.get(f"{people.sample_url}/cross-analysis").status_code == 200
        counted.append(len(statements))
    assert counted[0] == counted[1]


def test_a_move_costs_the_same_on_a_large_board(
    db: Session, people: People, statements: list[str]
) -> None:
    counted = []
    for title, size in (("Small", 2), ("Large", 30)):
        board = make_board(db, people, title=title)
        for number in range(size):
            board.add_idea(f"{title[0]}{number}", f"{title} {number}.")
        category = board.add_category("One")
        db.commit()
        url, idea = board.url, board.ideas[f"{title} 0."]
        statements.clear()
        answer = people.ben.post(
            f"{url}/cards", {"card": f"{idea}-", "to": str(category)}, htmx=True
        )
        assert answer.status_code == 200
        counted.append(len(statements))
    assert counted[0] == counted[1]
