"""One open stream: what it has still to say, and the generator that says it."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from itertools import count

from app.live.queries import Here, Pen, Rights
from app.live.roll import Page
from app.live.rules import MEETING, SELDOM, Change, News, beat, divided, event, greeting

_numbers = count()


@dataclass(eq=False)
class Listener:
    """A page that listens to a study, on behalf of a login session."""

    page: Page
    session_id: int
    rights: Rights
    number: int = field(default_factory=lambda: next(_numbers))
    is_over: bool = False
    _others: News | None = None
    _own: News | None = None
    _is_vague: bool = False
    _vague_at: float = -SELDOM
    _here: frozenset[Here] | None = None
    _pen: Pen | None = None
    _says: list[str] = field(default_factory=list)
    _stirred: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, changes: Iterable[Change]) -> None:
        """Something changed in the study."""
        others, own = divided(changes, self.page.account_id)
        if not self.rights.sees_changes:
            self._is_vague = self._is_vague or others is not None
            return
        self._others, self._own = _both(self._others, others), _both(self._own, own)
        if self._others or self._own:
            self._stirred.set()

    def see(self, here: frozenset[Here]) -> None:
        """Who is here now; said only where it is something else than before."""
        others = frozenset(each for each in here if each[0] != self.page.account_id)
        if self.rights.sees_people and others != (self._here or frozenset()):
            self.say(event("presence"))
        self._here = others

    @property
    def is_at_meeting(self) -> bool:
        """Is this the page of a meeting, and may its reader see it?"""
        return self.page.room == MEETING and self.rights.sees_meetings

    def read_along(self, pen: Pen) -> None:
        """The process notes were written on, by another hand; said also once at first."""
        if self.is_at_meeting and pen != self._pen and pen[1] != self.page.account_id:
            self.say(event("notes"))
        self._pen = pen

    def say(self, words: str) -> None:
        """Send these words as they are."""
        if words not in self._says:
            self._says.append(words)
        self._stirred.set()

    def beat(self) -> None:
        """A sign of life."""
        self.say(beat())

    def end(self, name: str = "") -> None:
        """Close the stream; the named event tells the page why, else it asks again."""
        if name:
            self.say(event(name))
        self.is_over = True
        self._stirred.set()

    def ripen(self, at: float) -> None:
        """Tell those who hear only seldom, if it is time."""
        if self._is_vague and at - self._vague_at >= SELDOM:
            self._is_vague, self._vague_at = False, at
            self.say(News().as_event())

    async def stream(self) -> AsyncIterator[str]:
        """What goes over the wire, until the stream is over."""
        yield greeting()
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            for words in self._taken():
                yield words
            if self.is_over:
                return

    def _taken(self) -> list[str]:
        others, own, says = self._others, self._own, self._says
        self._others, self._own, self._says = None, None, []
        news = [others.as_event()] if others else []
        news += [own.as_event(is_own=True)] if own else []
        return news + says


def _both(first: News | None, second: News | None) -> News | None:
    if first is None or second is None:
        return first or second
    return News(first.units | second.units, first.kinds | second.kinds, first.by | second.by)
