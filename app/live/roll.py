"""The worker's roll: who has which page open, kept in the table `presence` for the others to read.

Written by the worker and not by requests: one short transaction when somebody came or went, and
one a beat for all who are still here, however many they are.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col

from app.db import now, run
from app.live.models import Presence
from app.live.rules import LINGER
from app.trail.service import tell

LONG_GONE = timedelta(hours=1)
"""Rows that a worker left behind when it was killed are removed after so long."""


class Page(NamedTuple):
    """A page that somebody has open."""

    study_id: int
    unit_id: int | None
    account_id: int
    room: str


@dataclass(frozen=True)
class Due:
    """What the table does not say yet."""

    came: tuple[Page, ...]
    went: tuple[Page, ...]

    def __bool__(self) -> bool:
        return bool(self.came or self.went)


class Roll:
    """The pages of one worker: open now, and as the table has them."""

    def __init__(self, worker: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.worker = worker
        self._clock = clock
        self._open: Counter[Page] = Counter()
        self._closed: dict[Page, float] = {}
        self._written: set[Page] = set()

    def enter(self, page: Page) -> None:
        """A page was opened."""
        self._open[page] += 1
        self._closed.pop(page, None)

    def leave(self, page: Page) -> None:
        """A page was closed; its person stays for a moment, since they may only reload it."""
        self._open[page] -= 1
        if not self._open[page]:
            del self._open[page]
            self._closed[page] = self._clock()

    @property
    def is_settled(self) -> bool:
        """Does nothing wait to be written, now or in a moment?"""
        return not self._closed and not self.due()

    def due(self) -> Due:
        """What has to be written now."""
        gone = self._clock() - LINGER
        for page in [page for page in self._closed if page not in self._written]:
            del self._closed[page]
        return Due(
            came=tuple(page for page in self._open if page not in self._written),
            went=tuple(page for page, at in self._closed.items() if at <= gone),
        )

    def done(self, due: Due) -> None:
        """It was written, or it cannot be."""
        self._written.update(due.came)
        self._written.difference_update(due.went)
        for page in due.went:
            self._closed.pop(page, None)


ROWS = SQLModel.metadata.tables["presence"]


def write_roll(db: Session, worker: str, due: Due, *, refresh: bool) -> None:
    """Write who came and went; with `refresh` also that everybody else is still here."""
    at = now()
    for page in due.went:
        run(db, sa.delete(Presence).where(col(Presence.worker) == worker, *_is(page)))
    if refresh:
        run(db, sa.update(Presence).where(col(Presence.worker) == worker).values(seen_at=at))
        run(db, sa.delete(Presence).where(col(Presence.seen_at) < at - LONG_GONE))
    if due.came:
        rows = [page._asdict() | {"worker": worker, "seen_at": at} for page in due.came]
        db.connection().execute(ROWS.insert(), rows)
    for study_id in {page.study_id for page in (*due.came, *due.went)}:
        tell(db.connection(), study_id)


def close_roll(db: Session, worker: str) -> None:
    """The worker stops: nobody is here through it any more."""
    gone = run(
        db,
        sa.delete(Presence).where(col(Presence.worker) == worker).returning(col(Presence.study_id)),
    ).scalars()
    for study_id in set(gone):
        tell(db.connection(), study_id)


def _is(page: Page) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(Presence.study_id) == page.study_id,
        col(Presence.unit_id).is_not_distinct_from(page.unit_id),
        col(Presence.account_id) == page.account_id,
        col(Presence.room) == page.room,
    )
