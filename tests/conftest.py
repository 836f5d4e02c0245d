"""Two databases, one suite: every test that touches the database is rolled back afterwards."""

import gc
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy as sa
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from sqlalchemy import event
from sqlmodel import Session
from starlette.datastructures import State
from starlette.testclient import TestClient

from app.config import Settings
from app.db import Database
from app.main import create_app
from app.migrations import migrate
from tests.people import Browser, People, make_people

# A machine that does other things too draws slowly; that is no failure of what is tested.
hypothesis.settings.register_profile(
    "concord", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("concord")

POSTGRES_DEFAULT = "postgresql://postgres@127.0.0.1:5432/postgres"
START_POSTGRES = (
    "no PostgreSQL answers: apt-get install -y postgresql, then set TEST_POSTGRES_URL "
    "(default: user postgres at 127.0.0.1:5432)"
)
CHROMIUMS = ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium")
INSTALL_CHROMIUM = "no Chromium: apt-get install -y chromium"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=("sqlite", "postgresql"), default="sqlite", help="which database"
    )
    parser.addoption(
        "--short", action="store_true", help="without what only the whole run needs to repeat"
    )


# What takes longest by itself; the other browser tests come next.
LONGEST = (
    "browser/test_accessibility.py",
    "browser/test_journey.py",
    "consensus/test_any_history.py",
    "journeys/test_blindness.py",
    "demo/test_build.py",
    "audit/test_races.py",
    "tests/test_save_races.py",
)


# Where databases differ: locks, races, statements by hand, migrations, notifications.
DIFFERENT = re.compile(
    r"tests/live/test_(faults|workers)\.py"
    r"|test_(audits|db|house|migrations|queries|service|undoing|\w*races)\.py$"
)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The short run on PostgreSQL opens only the files where databases differ."""
    is_left_out = (
        config.getoption("--short")
        and config.getoption("--database") == "postgresql"
        and collection_path.suffix == ".py"
        and not DIFFERENT.search(collection_path.as_posix())
    )
    return True if is_left_out else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long files first: one that is begun last keeps one worker busy and leaves the others idle."""
    if config.getoption("--short"):
        left_out = [each for each in items if each.get_closest_marker("whole")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [each for each in items if not each.get_closest_marker("whole")]

    def rank(item: pytest.Item) -> int:
        path = item.path.as_posix()
        longest = (place for place, end in enumerate(LONGEST) if path.endswith(end))
        return next(longest, len(LONGEST) + ("/tests/browser/" not in path))

    items.sort(key=rank)


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what stays until the end: a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


def postgres_url() -> str:
    """The server the suite may make databases on."""
    return os.environ.get("TEST_POSTGRES_URL", POSTGRES_DEFAULT)


def _give_up(reason: str, required: str) -> None:
    if os.environ.get(required) == "1":
        pytest.fail(f"{reason} ({required}=1)", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Debian's Chromium; the one without a window's frame opens pages much faster."""
    path = next((path for path in CHROMIUMS if os.path.exists(path)), None)
    if path is None:
        _give_up(INSTALL_CHROMIUM, "REQUIRE_BROWSER")
    assert path
    return path


@pytest.fixture(scope="session")
def new_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., str]]:
    """A function that makes a database of the kind under test and returns its address.

    It is empty, or else a copy of the one at the address `like`, which nobody may have open.
    """
    if request.config.getoption("--database") == "sqlite":
        yield partial(_new_sqlite, tmp_path_factory.mktemp("sqlite"))
        return
    server = sa.create_engine(
        postgres_url().replace("postgresql://", "postgresql+psycopg://", 1),
        isolation_level="AUTOCOMMIT",
    )
    made: list[str] = []
    try:
        server.connect().close()
    except sa.exc.OperationalError:
        _give_up(START_POSTGRES, "REQUIRE_POSTGRES")

    def make(like: str = "") -> str:
        name = f"concord_test_{secrets.token_hex(6)}"
        template = f"TEMPLATE {like.rpartition('/')[2]}" if like else ""
        with server.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name} {template}"))
        made.append(name)
        base = postgres_url().rpartition("/")[0]
        return f"{base}/{name}".replace("postgresql://", "postgresql+psycopg://", 1)

    yield make
    with server.connect() as connection:
        for name in made:
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    server.dispose()


def _new_sqlite(folder: Path, like: str = "") -> str:
    path = folder / f"{secrets.token_hex(4)}.sqlite3"
    if like:
        shutil.copy(like.removeprefix("sqlite:///"), path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def fresh_database_url(new_database: Callable[..., str]) -> Callable[[], str]:
    """A function that makes a migrated database with nothing in it."""
    template = new_database()
    database = Database(template)
    migrate(database.engine)
    database.engine.dispose()
    return partial(new_database, like=template)


@pytest.fixture(scope="session")
def migrated_database(fresh_database_url: Callable[[], str]) -> Iterator[Database]:
    """One migrated, empty database for the whole run."""
    database = Database(fresh_database_url())
    yield database
    database.engine.dispose()


class RolledBackDatabase(Database):
    """The application's database on one connection whose transaction never commits."""

    def __init__(self, whole: Database, connection: sa.Connection) -> None:
        self.engine = whole.engine
        self.is_sqlite = whole.is_sqlite
        self.connection = connection

    def session(self, *, writing: bool) -> Session:
        return Session(
            self.connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )


@pytest.fixture
def database(migrated_database: Database) -> Iterator[RolledBackDatabase]:
    """The database of one test."""
    with migrated_database.engine.connect() as connection:
        transaction = connection.begin()
        yield RolledBackDatabase(migrated_database, connection)
        transaction.rollback()


@pytest.fixture
def db(database: RolledBackDatabase) -> Iterator[Session]:
    """A session to arrange things with and to look afterwards."""
    with database.session(writing=True) as session:
        yield session


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings as an installation on a laptop has them, with cheap password hashes."""
    return Settings(data_dir=tmp_path_factory.mktemp("data"), test_mode=True)


@pytest.fixture(scope="session")
def one_app(migrated_database: Database, settings: Settings) -> FastAPI:
    """The application of all tests: what FastAPI makes of its routes takes longer than a test."""
    return create_app(settings, migrated_database)


@pytest.fixture
def app(one_app: FastAPI, database: RolledBackDatabase, settings: Settings) -> FastAPI:
    """The application on the database of one test, with nothing kept from the test before."""
    one_app.state = State({"settings": settings, "database": database})
    return one_app


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """One event loop for every request; left to itself each would start its own, with threads."""
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture
def browser_of(app: FastAPI, portal: BlockingPortal) -> Callable[[], Browser]:
    """A function that opens a new browser (cookies of its own) on the application."""

    def open_one() -> TestClient:
        client = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)
        client.portal = portal
        return client

    return lambda: Browser(open_one)


@pytest.fixture
def people(db: Session, browser_of: Callable[[], Browser]) -> People:
    """Ana, Ben, Chi, Dee, Eli, Fay, Gus, Ida, Hal and Jo, with one study and a sample."""
    return make_people(db, browser_of)


@pytest.fixture
def statements(migrated_database: Database) -> Iterator[list[str]]:
    """Every SQL statement sent while the test runs; clear it before the request to count."""
    sent: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            sent.append(statement)

    event.listen(migrated_database.engine, "before_cursor_execute", note)
    yield sent
    event.remove(migrated_database.engine, "before_cursor_execute", note)
