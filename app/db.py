"""The database: one synchronous code path for SQLite and PostgreSQL.

SQLite runs in WAL mode, synchronous FULL, foreign keys on. Every writing request takes
BEGIN IMMEDIATE: a deferred transaction that reads first is refused at once when another wrote in
between, and the driver's default loses updates without an error.
"""

import asyncio
import enum
import secrets
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Any, TypeVar, cast

import sqlalchemy as sa
from fastapi import Depends, Request
from sqlalchemy import event
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, Session, SQLModel

from app.errors import NotFound

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

POOL_SIZE = 20
PLACES = POOL_SIZE // 2 - 1
"""So many requests ask the database at once. Each may need a second connection for a moment, to
note that somebody was there; two are left for the live streams."""
BUSY_TIMEOUT_MS = 5000
WRITE_FIRST = "BEGIN IMMEDIATE"


class UTCDateTime(TypeDecorator[datetime]):
    """Aware UTC times on both databases (SQLite would hand back naive ones)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("times are stored in UTC and must say so")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def guid() -> str:
    """A fresh identifier that exports keep."""
    return str(uuid.uuid4())


LARGEST_ID = 2**31 - 1


def random_id() -> int:
    """An id that tells neither how many rows there are nor which of them came first."""
    return secrets.randbelow(LARGEST_ID) + 1


def unguessable_key() -> Any:
    """The key of a table whose ids stand on pages; see docs/decisions/0015-ids-tell-nothing.md.

    Private drafts lie in the same tables as what everybody sees: counted ids would have gaps where
    somebody else drafts. Nor is an id given twice, which SQLite does with counted ones.
    """
    return Field(default=None, primary_key=True, sa_column_kwargs={"default": random_id})


def enum_type(members: type[enum.StrEnum], name: str) -> Any:
    """A text column with a CHECK, stored by value, the same on both databases."""
    return sa.Enum(
        members,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=24,
        values_callable=lambda kind: [member.value for member in kind],
    )


def foreign(target: str, *, index: bool = True, cascade: bool = False, **more: Any) -> Any:
    """A foreign key column by table name, indexed unless a composite index starts with it."""
    return Field(
        foreign_key=f"{target}.id",
        index=index,
        ondelete="CASCADE" if cascade else "RESTRICT",
        **more,
    )


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def pragmas(connection: Any, _: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "trusted_schema=OFF",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(
            connection.get_execution_options().get("sqlite_begin", "BEGIN DEFERRED")
        )


def make_engine(url: str) -> Engine:
    """An engine whose parameters never reach a log or an error text."""
    if url.startswith("sqlite"):
        engine = sa.create_engine(
            url,
            hide_parameters=True,
            pool_size=POOL_SIZE,
            max_overflow=0,
            poolclass=sa.QueuePool,
            connect_args={"check_same_thread": False},
        )
        _prepare_sqlite(engine)
        return engine
    return sa.create_engine(
        url, hide_parameters=True, pool_size=POOL_SIZE, max_overflow=0, pool_pre_ping=True
    )


class Database:
    """Sessions to read and sessions to write, over one pool."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._reading = self.engine.execution_options(
            **({} if self.is_sqlite else {"postgresql_readonly": True})
        )
        self._writing = self.engine.execution_options(sqlite_begin=WRITE_FIRST)

    @cached_property
    def places(self) -> asyncio.Semaphore:
        """How many requests may ask at once."""
        return asyncio.Semaphore(PLACES)

    def session(self, *, writing: bool) -> Session:
        """An unopened session; expiry off, because services flush and read models are plain."""
        return Session(self._writing if writing else self._reading, expire_on_commit=False)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that only reads."""
        with self.session(writing=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits at the end, or rolls back when anything was raised.

        Whoever must keep something before that may commit or roll back in between.
        """
        with self.session(writing=True) as session:
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise


def run(db: Session, statement: sa.Executable, values: dict[str, Any] | None = None) -> Any:
    """Run a statement on plain columns: no entities are built, what is pending is flushed first.

    `values` fill the bind parameters of a statement that was put together once, at import.
    """
    db.flush()
    return db.connection().execute(statement, values)


SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def get_db(request: Request) -> Iterator[Session]:
    """The request's session: reading for safe methods, else writing.

    The commit happens when the dependency closes, which with `scope="function"` is before the
    response leaves: a success that was answered is on disk. `request.state.before_commit` has the
    last word in the same transaction.
    """
    database = cast(Database, request.app.state.database)
    if request.method in SAFE_METHODS:
        with database.read() as session:
            yield session
    else:
        with database.write() as session:
            yield session
            last_word = getattr(request.state, "before_commit", None)
            if last_word:
                last_word(request, session)


async def get_place(request: Request) -> AsyncIterator[None]:
    """One of the places at the database, waited for without a thread or a connection in hand.

    A request keeps its connection while it changes threads. Without places, twenty that wait for
    a connection would take the threads that those who have one need to go on.
    """
    async with cast(Database, request.app.state.database).places:
        yield


Row = TypeVar("Row")

Place = Annotated[None, Depends(get_place, scope="function")]
Db = Annotated[Session, Depends(get_db, scope="function")]


def one_or_not_found(row: Row | None, what: str) -> Row:
    """The row, or `NotFound` naming what was looked for."""
    if row is None:
        raise NotFound(f"There is no such {what}. It may have been removed; go back and reload.")
    return row
