"""Bringing a database up to date; two workers that start at once wait for one another."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Engine

from app.config import ROOT

LOCK = 20_170_304  # any fixed number names the advisory lock


def alembic_config() -> Config:
    """Alembic's settings: the scripts beside the program, wherever it was started from."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "alembic").replace("%", "%%"))
    return config


def migrate(engine: Engine, revision: str = "head") -> None:
    """Upgrade to `revision`, in one transaction."""
    with _alone(engine) as config:
        command.upgrade(config, revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take migrations back, for tests and for a return to an older release."""
    with _alone(engine) as config:
        command.downgrade(config, revision)


@contextmanager
def _alone(engine: Engine) -> Iterator[Config]:
    """Alembic's settings on a connection that no other migration runs beside.

    SQLite changes a table by making it anew, which takes the old one away under whatever points to
    it: there foreign keys are looked at once, in the end.
    """
    config = alembic_config()
    on_sqlite = engine.dialect.name == "sqlite"
    options = {"sqlite_begin": "BEGIN EXCLUSIVE"} if on_sqlite else {}
    with engine.connect().execution_options(**options) as connection:
        if on_sqlite:
            connection.detach()  # nobody else gets one without foreign keys
            below = cast(sqlite3.Connection, connection.connection.dbapi_connection)
            below.execute("PRAGMA foreign_keys = OFF")  # before any transaction begins
        with connection.begin():
            if not on_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            config.attributes["connection"] = connection
            yield config
            broken = on_sqlite and connection.execute(text("PRAGMA foreign_key_check")).first()
            if broken:
                raise RuntimeError(
                    f"A migration left {broken[0]} pointing to what is not there (row {broken[1]})."
                )


def is_current(engine: Engine) -> bool:
    """Is the database at this release's newest migration?"""
    newest = ScriptDirectory.from_config(alembic_config()).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest
