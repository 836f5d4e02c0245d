"""At the same moment: two who decide on the same core ideas, and who decides while others edit."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest
from sqlmodel import Session

from app.consensus.rules import Outcome
from app.core_ideas.deciding import compared_for, decide
from app.core_ideas.decisions import Decision, Take, for_all
from app.core_ideas.service import add
from app.db import Database
from app.migrations import migrate
from app.trail.service import verify
from tests.core_ideas.a_revealed_case import ARevealedCase, revealed_case
from tests.people import Browser, Person, make_people
from tests.races import Act, at_once

ROUNDS = 8
WORDS = {"ben": "P shed one tear on each side.", "chi": "P shed a tear on each side, for seconds."}


@pytest.fixture(scope="module")
def database(fresh_database_url: Callable[[], str]) -> Iterator[Database]:
    """A database of its own, in which transactions really commit."""
    database = Database(fresh_database_url())
    migrate(database.engine)
    yield database
    database.engine.dispose()


@pytest.fixture(scope="module")
def case(database: Database) -> ARevealedCase:
    """P07, revealed; the people open no page here."""
    with database.session(writing=True) as db:
        people = make_people(db, lambda: cast(Browser, SimpleNamespace(sign_in_with=str)))
        return revealed_case(db, people)


def version(database: Database, case: ARevealedCase) -> int:
    """The version of the point on Extent."""
    with database.read() as db:
        return replace(case, db=db).point("EXT").version


def texts(database: Database, case: ARevealedCase) -> list[str]:
    """What stands in Extent."""
    with database.read() as db:
        return replace(case, db=db).texts("EXT")


def deciding(case: ARevealedCase, person: Person, seen: int) -> Act:
    """Somebody takes their own words, having seen this version of the point."""

    def act(db: Session) -> None:
        here = replace(case, db=db)
        point = here.point("EXT")
        compared = compared_for(db, here.seen_by(person), point)
        take = Take(Outcome.ONE_VIEW, person.id)
        decide(
            db,
            here.seen_by(person),
            point_id=point.id,
            version=seen,
            takes=for_all(compared, take, Decision.from_values(point.chosen)),
        )

    return act


def test_of_two_decisions_one_is_noted_and_stands_alone(
    database: Database, case: ARevealedCase
) -> None:
    people = case.people
    for _ in range(ROUNDS):
        seen = version(database, case)
        acts = [deciding(case, person, seen) for person in (people.ben, people.chi)]
        assert at_once(database, *acts) == ["StaleEdit", "done"]
        assert version(database, case) == seen + 1
        assert texts(database, case) in ([WORDS["ben"]], [WORDS["chi"]])
    with database.read() as db:
        assert not list(verify(db))


def test_a_decision_loses_nothing_that_is_written_at_the_same_moment(
    database: Database, case: ARevealedCase
) -> None:
    people = case.people

    def write(text: str) -> Act:
        def act(db: Session) -> None:
            seen = replace(case, db=db).seen_by(people.chi)
            add(db, seen, domain_id=case.domains["EXT"], text=text)

        return act

    written = []
    for number in range(ROUNDS):
        written.append(f"C said {number}.")
        acts = (deciding(case, people.ben, version(database, case)), write(written[-1]))
        assert at_once(database, *acts) == ["done", "done"]
        there = texts(database, case)
        assert there[0] == WORDS["ben"]
        assert sorted(there[1:]) == sorted(written)
