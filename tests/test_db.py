"""Both databases keep every answered change: no lost update, no success that was not stored."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlmodel import select
from starlette.testclient import TestClient

from app.accounts.models import Account
from app.db import Database, Db
from app.migrations import migrate
from app.web import errors

WRITERS, EACH = 8, 20


@pytest.fixture
def whole(fresh_database_url: Callable[[], str]) -> Iterator[Database]:
    """A database of its own whose transactions really commit."""
    database = Database(fresh_database_url())
    migrate(database.engine)
    with database.write() as db:
        db.add(Account(email="count@example.org", name="0"))
    yield database
    database.engine.dispose()


def _count_up(database: Database, failures: list[Exception]) -> None:
    for _ in range(EACH):
        try:
            with database.write() as db:
                account = db.exec(select(Account).with_for_update()).one()
                account.name = str(int(account.name) + 1)
                db.add(account)
        except Exception as error:
            failures.append(error)


def test_simultaneous_writers_lose_nothing(whole: Database) -> None:
    failures: list[Exception] = []
    threads = [threading.Thread(target=_count_up, args=(whole, failures)) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with whole.read() as db:
        assert (failures, db.exec(select(Account.name)).one()) == ([], str(WRITERS * EACH))


def test_a_failed_commit_is_not_answered_with_success(whole: Database) -> None:
    app = FastAPI()
    app.state.database = whole
    errors.install(app)

    @app.post("/twice")
    def twice(db: Db) -> dict[str, str]:
        db.add(Account(email="count@example.org", name="again"))
        return {"answer": "stored"}

    answer = TestClient(app).post("/twice")
    assert answer.status_code == 409
    with whole.read() as db:
        assert db.exec(sa.select(sa.func.count()).select_from(Account)).scalar_one() == 1  # type: ignore[call-overload]


def test_times_come_back_aware_and_naive_ones_are_refused(whole: Database) -> None:
    with whole.read() as db:
        assert db.exec(select(Account.created_at)).one().tzinfo is UTC
    with pytest.raises(sa.exc.StatementError, match="UTC"), whole.write() as db:
        db.add(Account(email="x@example.org", name="x", created_at=datetime(2026, 1, 1)))


def test_a_reference_to_nothing_is_refused(whole: Database) -> None:
    with pytest.raises(sa.exc.IntegrityError), whole.write() as db:
        db.connection().execute(
            sa.text("INSERT INTO abbreviation (study_id, short, meaning) VALUES (99, 'P', 'x')")
        )


def test_sqlite_runs_with_the_promised_settings(whole: Database) -> None:
    if not whole.is_sqlite:
        pytest.skip("these settings are SQLite's")
    with whole.engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }
