"""At the same moment: two who decide on the same title of the judges' lists."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest
from sqlmodel import Session

from app.consensus.rules import Outcome
from app.cross_analysis.picks import Pick
from app.cross_analysis.service import add_category
from app.cross_analysis.taking_over import take_over
from app.db import Database
from app.migrations import migrate
from app.trail.service import verify
from tests.cross_analysis.a_revealed_board import ARevealedBoard, revealed_board
from tests.people import Browser, Person, make_people
from tests.races import Act, at_once

ROUNDS = 8


@pytest.fixture(scope="module")
def database(fresh_database_url: Callable[[], str]) -> Iterator[Database]:
    """A database of its own, in which transactions really commit."""
    database = Database(fresh_database_url())
    migrate(database.engine)
    yield database
    database.engine.dispose()


@pytest.fixture(scope="module")
def board(database: Database) -> ARevealedBoard:
    """The lists of Ben and Chi, revealed; the people open no page here."""
    with database.session(writing=True) as db:
        people = make_people(db, lambda: cast(Browser, SimpleNamespace(sign_in_with=str)))
        return revealed_board(db, people)


def deciding(board: ARevealedBoard, person: Person, title: str, pick: Pick, seen: int) -> Act:
    """Somebody decides on a title, having seen this version of its point."""

    def act(db: Session) -> None:
        here = replace(board, db=db)
        point_id = here.point(title).id
        take_over(db, here.seen_by(person), point_id=point_id, version=seen, pick=pick)

    return act


def version(database: Database, board: ARevealedBoard, title: str) -> int:
    """The version of a title's point."""
    with database.read() as db:
        return replace(board, db=db).point(title).version


def titles(database: Database, board: ARevealedBoard) -> list[str]:
    """The agreed list."""
    with database.read() as db:
        return [title for title, _ in replace(board, db=db).agreed]


def test_of_two_decisions_on_a_title_one_is_noted(
    database: Database, board: ARevealedBoard
) -> None:
    people = board.people
    for _ in range(ROUNDS):
        seen = version(database, board, "Deeper work")
        acts = [
            deciding(board, person, "Deeper work", Pick(Outcome.ONE_VIEW, person.id), seen)
            for person in (people.ben, people.chi)
        ]
        assert at_once(database, *acts) == ["StaleEdit", "done"]
        assert len(titles(database, board)) == 2
    with database.read() as db:
        assert not list(verify(db))


def test_a_title_that_somebody_makes_at_the_same_moment_is_there_once(
    database: Database, board: ARevealedBoard
) -> None:
    people = board.people

    def make(db: Session) -> None:
        add_category(db, replace(board, db=db).seen_by(people.chi), title="Pace")

    pick = Pick(Outcome.ONE_VIEW, people.ben.id)
    taking = deciding(board, people.ben, "Pace", pick, version(database, board, "Pace"))
    assert at_once(database, make, taking) in (["Invalid", "done"], ["done", "done"])
    assert titles(database, board).count("Pace") == 1
