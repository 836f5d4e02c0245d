"""One server for each module, on a database in which transactions really commit."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.config import Settings
from app.db import Database
from app.migrations import migrate
from tests.domains.a_case import a_case
from tests.live.a_server import Station, closing, start_worker
from tests.people import Browser, make_people

HERE = "http://127.0.0.1"


@pytest.fixture(scope="module")
def running(
    fresh_database_url: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Station]:
    """A running worker with the people of every test and one case."""
    url = fresh_database_url()
    folder: Path = tmp_path_factory.mktemp("live")
    settings = Settings(data_dir=folder, test_mode=True)
    database = Database(url)
    migrate(database.engine)
    worker = start_worker(url, settings)

    def browser() -> Browser:
        app = worker.server.application
        return Browser(TestClient(app, base_url=HERE, follow_redirects=False))

    with database.write() as db:
        people = make_people(db, browser)
    with database.write() as db:
        case = a_case(db, people)
    yield Station(url, worker, database, settings, people, case, [])
    worker.stop()
    database.engine.dispose()


@pytest.fixture
def station(running: Station) -> Iterator[Station]:
    """The same server, with every stream of the test closed afterwards."""
    with closing(running):
        yield running
