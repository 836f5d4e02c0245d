"""Bringing a database up to date; two workers that start at once wait for one another."""

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
    config = alembic_config()
    on_sqlite = engine.dialect.name == "sqlite"
    handle = engine.execution_options(sqlite_begin="BEGIN EXCLUSIVE") if on_sqlite else engine
    with handle.begin() as connection:
        if not on_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take migrations back, for tests and for a return to an older release."""
    config = alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def is_current(engine: Engine) -> bool:
    """Is the database at this release's newest migration?"""
    newest = ScriptDirectory.from_config(alembic_config()).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest
