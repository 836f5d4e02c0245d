"""Fixtures for a module of tests that begin with one discussion: it is built once.

Pytest finds fixtures in the module of the test: `world, database, found, people, case = FIXTURES`.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app.config import Settings
from app.db import Database
from app.main import create_app
from tests.conftest import RolledBackDatabase
from tests.domains.a_case import ACase
from tests.domains.a_discussion import ADiscussion, a_discussion, another_case
from tests.people import Browser, People, make_people


@pytest.fixture(scope="module")
def world(migrated_database: Database, settings: Settings) -> Iterator[ADiscussion]:
    """The discussion built once for a module, on a connection that is rolled back in the end.

    Every test of the module then takes its turn at `database`; another connection would have to
    wait for this one.
    """
    with migrated_database.engine.connect() as connection:
        transaction = connection.begin()
        database = RolledBackDatabase(migrated_database, connection)
        app = create_app(settings, database)

        def browser() -> Browser:
            client = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)
            return Browser(client)

        with database.session(writing=True) as db:
            found = a_discussion(db, make_people(db, browser))
        yield replace(found, database=database)
        transaction.rollback()


@pytest.fixture
def database(world: ADiscussion) -> Iterator[RolledBackDatabase]:
    """The world's database for one test: what it does is rolled back."""
    assert world.database is not None
    turn = world.database.connection.begin_nested()
    yield world.database
    turn.rollback()


@pytest.fixture
def found(world: ADiscussion, database: RolledBackDatabase) -> ADiscussion:
    """The discussion, as it was built."""
    return world


@pytest.fixture
def people(world: ADiscussion, database: RolledBackDatabase) -> People:
    """Those who discuss, and everybody else."""
    return world.people


@pytest.fixture
def case(db: Session, world: ADiscussion) -> ACase:
    """A further case, which nobody has drafted yet."""
    return another_case(db, world.case, "P02")


FIXTURES = world, database, found, people, case
