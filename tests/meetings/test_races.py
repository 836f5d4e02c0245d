"""At the same moment: two who begin, two who write, one who closes while others agree."""

import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import cast

import pytest
from sqlmodel import Session, col, select

from app.consensus.meetings import open_meeting
from app.consensus.models import Agreement, Meeting, Unit
from app.consensus.rules import State
from app.db import Database
from app.meetings.agreeing import agree_to_all
from app.meetings.forms import Arrangement
from app.meetings.queries import meeting_of
from app.meetings.service import begin, close, save_notes
from app.migrations import migrate
from app.trail.models import TrailEntry, TrailValues
from app.trail.service import record, verify
from tests.meetings.a_meeting import AMeeting, a_meeting
from tests.people import Browser, People, Person, make_people
from tests.races import at_once


@pytest.fixture(scope="module")
def database(fresh_database_url: Callable[[], str]) -> Iterator[Database]:
    """A database of its own, in which transactions really commit."""
    database = Database(fresh_database_url())
    migrate(database.engine)
    yield database
    database.engine.dispose()


@pytest.fixture(scope="module")
def people(database: Database) -> People:
    """The people, who open no page here."""
    with database.session(writing=True) as db:
        return make_people(db, lambda: cast(Browser, SimpleNamespace(sign_in_with=str)))


@pytest.fixture(scope="module")
def team(database: Database, people: People) -> AMeeting:
    """Cases and a board in consensus, and no meeting yet."""
    with database.session(writing=True) as db:
        record(db, people.scene, "create the study", item=people.study)
        return a_meeting(db, people, begun=False)


def begin_as(people: People, person: Person) -> Callable[[Session], object]:
    return lambda db: begin(db, people.context(db, person), Arrangement(frozenset()))


def open_one(database: Database) -> int:
    with database.read() as db:
        found = db.exec(select(Meeting.id).where(col(Meeting.closed_at).is_(None))).one()
    assert found is not None
    return found


def test_of_two_who_begin_at_once_one_is_told_of_the_other(
    database: Database, people: People, team: AMeeting
) -> None:
    for _ in range(5):
        came = at_once(database, begin_as(people, people.ana), begin_as(people, people.ben))
        assert came == ["Conflict", "done"]
        with database.write() as db:
            meeting = db.get_one(Meeting, open_one(database))
            one = people.ana if meeting.started_by == people.ana.id else people.ben
            close(db, people.context(db, one), meeting.id or 0)


def test_of_two_who_write_at_once_one_gets_both_texts(
    database: Database, people: People, team: AMeeting
) -> None:
    both = Arrangement(frozenset({people.ana.id, people.ben.id}))
    with database.write() as db:
        meeting = begin(db, people.context(db), both)

    def write(person: Person, version: int) -> Callable[[Session], object]:
        return lambda db: save_notes(
            db,
            people.context(db, person),
            meeting,
            text=f"{person.name} {version}",
            version=version,
        )

    for version in range(1, 6):
        came = at_once(database, write(people.ana, version), write(people.ben, version))
        assert came == ["StaleEdit", "done"]
    with database.write() as db:
        close(db, people.context(db), meeting)


def test_whoever_agrees_while_the_meeting_closes_is_in_its_minutes_or_not_stamped(
    database: Database, people: People, team: AMeeting
) -> None:
    judges = [people.ana, people.ben, people.chi, people.dee]
    with database.write() as db:
        meeting = begin(
            db, people.context(db), Arrangement(frozenset(person.id for person in judges))
        )
        units = _in_consensus(db)

    def agree(person: Person) -> Callable[[Session], object]:
        return lambda db: agree_to_all(db, people.context(db, person), units)

    came = at_once(
        database,
        *(agree(person) for person in judges[1:]),
        lambda db: close(db, people.context(db), meeting),
    )
    assert came == ["done"] * 4
    with database.read() as db:
        stamped = {
            (person, unit)
            for person, unit, after in db.exec(
                select(TrailEntry.account_id, TrailEntry.unit_id, TrailValues.after)
                .join(TrailValues, col(TrailValues.entry_id) == col(TrailEntry.id))
                .where(TrailEntry.verb == "agree")
            )
            if (after or {}).get("meeting") == meeting
        }
        minutes = meeting_of(db, people.context(db), meeting).minutes or {}
        agreed = db.exec(select(Agreement.account_id, Agreement.unit_id)).all()
        assert list(verify(db)) == []
    assert len(agreed) == len(units) * 3
    assert sum(len(unit["agreed"]) for unit in minutes["units"]) == len(stamped)


def test_a_meeting_is_not_closed_while_somebody_is_stamping(
    database: Database, people: People, team: AMeeting
) -> None:
    with database.write() as db:
        meeting = begin(db, people.context(db), Arrangement(frozenset()))
    here, closed = threading.Event(), threading.Event()

    def close_it() -> None:
        here.set()
        with database.write() as db:
            close(db, people.context(db), meeting)
        closed.set()

    closing = threading.Thread(target=close_it)
    with database.write() as db:
        assert open_meeting(db, people.study.id or 0, people.ana.id) == meeting
        closing.start()
        assert here.wait(10)
        assert not closed.wait(1)
    closing.join()
    assert closed.is_set()


def _in_consensus(db: Session) -> dict[int, int]:
    rows = db.exec(select(Unit.id, Unit.content).where(Unit.state == State.CONSENSUS))
    return {unit_id or 0: content for unit_id, content in rows}
