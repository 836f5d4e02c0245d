"""The worker's hub: one look at the database for all streams of this worker.

On SQLite it looks twice a second, and only while somebody listens; on PostgreSQL when it was woken.
No stream holds a thread, a connection or a transaction while it waits.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar, cast

import anyio
import anyio.to_thread
import sqlalchemy as sa
from starlette.datastructures import State

from app.config import Settings
from app.db import Database, now
from app.live.ear import Ear
from app.live.listener import Listener
from app.live.queries import (
    Here,
    Pen,
    Rights,
    changes_between,
    heads_of,
    may_listen,
    pens,
    present,
)
from app.live.roll import Due, Roll, close_roll, write_roll
from app.live.rules import BEAT, HERE_FOR, LINGER, STREAMS_A_PERSON, STREAMS_A_SESSION, Change

log = logging.getLogger("concord")

TICK = 0.5
"""Seconds between two looks on SQLite, which wakes nobody."""

SLOW_TICK = 5.0
"""Seconds on PostgreSQL, in case that a word was lost."""

PAUSE = 0.1
"""Seconds after a look, so that what comes in a rush is told together."""

STOPPING = 2.0
"""Seconds that streams have to end when the server stops."""

Found = TypeVar("Found")


@dataclass(frozen=True)
class Look:
    """What one look at the database found; `rights` only where they were asked for."""

    heads: Mapping[int, int]
    changes: Mapping[int, tuple[Change, ...]]
    here: Mapping[int, frozenset[Here]]
    pens: Mapping[int, Pen]
    rights: Mapping[tuple[int, int], Rights] | None


class Hub:
    """The streams of one worker. Everything but the looks themselves happens on the event loop."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._worker = secrets.token_hex(8)
        self._listeners: set[Listener] = set()
        self._heads: dict[int, int] = {}
        self._roll = Roll(self._worker)
        self._running: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        self._tick = TICK if database.is_sqlite else SLOW_TICK
        self._threads = anyio.CapacityLimiter(1)
        self._is_closed = False

    @classmethod
    def of(cls, state: State) -> "Hub":
        """The hub of the application that has this state, made for its first stream."""
        # One step, so that two first streams at the same moment get the same one.
        made = cls(state.database, state.settings)
        return cast(Hub, state._state.setdefault("live", made))

    async def stream(self, listener: Listener, head: int) -> AsyncIterator[str]:
        """What a listener hears, who has read the study's trail as far as `head`."""
        self._join(listener, head)
        try:
            async for words in listener.stream():
                yield words
        finally:
            self._part(listener)

    def _join(self, listener: Listener, head: int) -> None:
        self._heads.setdefault(listener.page.study_id, head)
        self._listeners.add(listener)
        self._roll.enter(listener.page)
        self._make_room_for(listener)
        if self._is_closed:
            listener.end()
        elif self._running is None:
            self._running = asyncio.create_task(self._run())
        self._woken.set()

    def _part(self, listener: Listener) -> None:
        self._listeners.discard(listener)
        self._roll.leave(listener.page)
        studies = {each.page.study_id for each in self._listeners}
        self._heads = {study: at for study, at in self._heads.items() if study in studies}
        asyncio.get_running_loop().call_later(LINGER, self._woken.set)

    def _make_room_for(self, newest: Listener) -> None:
        """The oldest streams of somebody who has too many make room."""

        def same(each: Listener) -> bool:
            return each.page.account_id == newest.page.account_id and not each.is_over

        mine = sorted((each for each in self._listeners if same(each)), key=lambda one: one.number)
        here = [each for each in mine if each.session_id == newest.session_id]
        for one in {*mine[:-STREAMS_A_PERSON], *here[:-STREAMS_A_SESSION]}:
            one.end("rest")

    async def close(self) -> None:
        """End every stream; nobody is here through this worker any more."""
        if self._is_closed:
            return
        self._is_closed = True
        for listener in self._listeners:
            listener.end()
        with suppress(TimeoutError):
            async with asyncio.timeout(STOPPING):
                while self._listeners:
                    await asyncio.sleep(0.02)
        if self._running:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running
            await self._in_thread(self._leave_all)

    # ---- on the event loop

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        ear = None
        if not self._database.is_sqlite:
            ear = Ear(self._database.engine, lambda: _call_soon(loop, self._woken.set))
            ear.start()
        beat_at = loop.time() + BEAT
        try:
            while self._listeners or not self._roll.is_settled:
                with suppress(TimeoutError):
                    wait = min(self._tick, max(0.0, beat_at - loop.time()))
                    await asyncio.wait_for(self._woken.wait(), wait)
                self._woken.clear()
                is_beat = loop.time() >= beat_at
                if is_beat:
                    beat_at = loop.time() + BEAT
                await self._once_and_go_on(is_beat=is_beat)
                await asyncio.sleep(PAUSE)
        finally:
            self._running = None
            if ear:
                ear.stop()

    async def _once_and_go_on(self, *, is_beat: bool) -> None:
        try:
            await self._once(is_beat=is_beat)
        except Exception:
            # Whatever it was, those who listen must hear of the next change.
            log.exception("a live look failed")

    async def _once(self, *, is_beat: bool) -> None:
        due = self._roll.due()
        if (due or is_beat) and await self._in_thread(self._write, due, is_beat):
            self._roll.done(due)
        listeners, heads = tuple(self._listeners), dict(self._heads)
        look = await self._in_thread(self._look, listeners, heads, is_beat) if heads else None
        if look:
            self._tell(look, listeners)
        for listener in listeners:
            listener.ripen(asyncio.get_running_loop().time())
            if is_beat and look:
                listener.beat()
            elif is_beat:
                # Nobody knows whether they may still listen: let them ask again.
                listener.end()

    async def _in_thread(self, work: Callable[..., Found], *given: object) -> Found | None:
        """Ask the database outside the event loop. None where it does not answer."""
        try:
            return await anyio.to_thread.run_sync(work, *given, limiter=self._threads)
        except sa.exc.SQLAlchemyError as error:
            log.warning("the database did not answer a live look: %s", type(error).__name__)
            return None

    def _tell(self, look: Look, asked_for: Collection[Listener]) -> None:
        # Who came during the look was let in by the guard just now, and hears of it all the same.
        for listener in tuple(self._listeners):
            study = listener.page.study_id
            if look.rights is not None and listener in asked_for:
                rights = look.rights.get((listener.session_id, study))
                if rights is None:
                    listener.end("ended")
                    continue
                listener.rights = rights
            listener.hear(look.changes.get(study, ()))
            if study in look.here:
                listener.see(look.here[study])
            if study in look.pens:
                listener.read_along(look.pens[study])
        self._heads |= {study: at for study, at in look.heads.items() if study in self._heads}

    # ---- in the thread

    def _look(self, listeners: Collection[Listener], heads: dict[int, int], is_beat: bool) -> Look:
        with self._database.read() as db:
            found = heads_of(db, heads)
            changes = {
                study: changes_between(db, study, heads[study], head)
                for study, head in found.items()
                if head > heads[study]
            }
            here = present(db, heads, now() - timedelta(seconds=HERE_FOR))
            # Only where somebody looks at a meeting: elsewhere this is one question less.
            at_meetings = {each.page.study_id for each in listeners if each.is_at_meeting}
            noted = pens(db, at_meetings) if at_meetings else {}
            rights = None
            if changes or is_beat:
                at = now()
                rights = may_listen(
                    db,
                    {each.session_id for each in listeners},
                    heads,
                    seen_after=at - timedelta(minutes=self._settings.session_idle_minutes),
                    created_after=at - timedelta(hours=self._settings.session_hours),
                )
        return Look(found, changes, here, noted, rights)

    def _write(self, due: Due, is_beat: bool) -> bool:
        try:
            with self._database.write() as db:
                write_roll(db, self._worker, due, refresh=is_beat)
        except sa.exc.IntegrityError:
            log.warning("somebody opened a page of what was removed at that moment")
        return True

    def _leave_all(self) -> None:
        with self._database.write() as db:
            close_roll(db, self._worker)


def _call_soon(loop: asyncio.AbstractEventLoop, act: Callable[[], object]) -> None:
    """From another thread; a loop that has ended needs nothing any more."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(act)
