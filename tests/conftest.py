"""Two databases, one suite: every test that touches the database is rolled back afterwards."""

import os
import secrets
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import Session
from starlette.testclient import TestClient

from app.config import Settings
from app.db import Database
from app.main import create_app
from app.migrations import migrate
from tests.people import Browser, People, make_people

POSTGRES_DEFAULT = "postgresql://postgres@127.0.0.1:5432/postgres"
START_POSTGRES = (
    "no PostgreSQL answers: apt-get install -y postgresql, then set TEST_POSTGRES_URL "
    "(default: user postgres at 127.0.0.1:5432)"
)
INSTALL_CHROMIUM = "no Chromium: apt-get install -y chromium"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=("sqlite", "postgresql"), default="sqlite", help="which database"
    )


def postgres_url() -> str:
    """The server the suite may make databases on."""
    return os.environ.get("TEST_POSTGRES_URL", POSTGRES_DEFAULT)


def _give_up(reason: str, required: str) -> None:
    if os.environ.get(required) == "1":
        pytest.fail(f"{reason} ({required}=1)", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Debian's Chromium."""
    path = next((p for p in ("/usr/bin/chromium",) if os.path.exists(p)), None)
    if path is None:
        _give_up(INSTALL_CHROMIUM, "REQUIRE_BROWSER")
    assert path
    return path


@pytest.fixture(scope="session")
def fresh_database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], str]]:
    """A function that makes an empty database of the kind under test."""
    if request.config.getoption("--database") == "sqlite":
        folder = tmp_path_factory.mktemp("sqlite")
        yield lambda: f"sqlite:///{folder / secrets.token_hex(4)}.sqlite3"
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

    def make() -> str:
        name = f"concord_test_{secrets.token_hex(6)}"
        with server.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        made.append(name)
        base = postgres_url().rpartition("/")[0]
        return f"{base}/{name}".replace("postgresql://", "postgresql+psycopg://", 1)

    yield make
    with server.connect() as connection:
        for name in made:
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture(scope="session")
def migrated_database(fresh_database_url: Callable[[], str]) -> Iterator[Database]:
    """One migrated, empty database for the whole run."""
    database = Database(fresh_database_url())
    migrate(database.engine)
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


@pytest.fixture
def browser_of(database: RolledBackDatabase, settings: Settings) -> Callable[[], Browser]:
    """A function that opens a new browser (cookies of its own) on the application."""
    app = create_app(settings, database)
    return lambda: Browser(TestClient(app, base_url="http://127.0.0.1", follow_redirects=False))


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
