"""What a live stream says, and to whom.

PURE. An event names what changed, never content: units by id, the kinds of things, who did it. No
counts, no sequence numbers. Whoever may not read the trail hears only that something changed, and
rarely. What somebody may see of a change is decided when their page asks for it again.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

BEAT = 15.0
"""Seconds between two signs of life; at each of them the right to listen is checked again."""

HERE_FOR = 35.0
"""Seconds for which somebody is here after the last sign of their page: two beats and a bit."""

LINGER = 2.0
"""Seconds for which a page that was closed may be opened again without a word to the others."""

SELDOM = 10.0
"""Seconds between two words to somebody who may not know what changed, nor when exactly."""

STREAMS_A_SESSION = 4
"""Open streams of one signed-in browser, which over HTTP/1.1 has six connections in all."""

STREAMS_A_PERSON = 12

RETRY = 1500
"""Milliseconds after which a browser asks again when the connection broke."""

OVERLAP = 5.0
"""Seconds before a page was rendered that are looked at again when its stream opens."""

MEETING = "meeting"

ROOMS = frozenset(
    {
        "domain coding",
        "core ideas",
        "cross-analysis",
        "discussion",
        "consensus version",
        MEETING,
        "audit",
    }
)
"""What a page may call itself towards the others."""


class Change(NamedTuple):
    """One or more entries of the study's own chain, without what they hold."""

    unit_id: int | None
    kind: str
    account_id: int | None
    name: str | None


@dataclass
class News:
    """What a listener has not been told yet. It does not grow with the number of changes."""

    units: set[int] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    by: set[str] = field(default_factory=set)

    def add(self, change: Change) -> None:
        """Take in one more change."""
        if change.unit_id is not None:
            self.units.add(change.unit_id)
        self.kinds.add(change.kind)
        if change.name:
            self.by.add(change.name)

    def as_event(self, *, is_own: bool = False) -> str:
        """The event that tells it."""
        said = {"units": sorted(self.units), "kinds": sorted(self.kinds), "by": sorted(self.by)}
        return event("change", said | ({"own": True} if is_own else {}))


def divided(changes: Iterable[Change], account_id: int) -> tuple[News | None, News | None]:
    """What others changed, and what the listener did in this window or in another one."""
    others, own = News(), News()
    for change in changes:
        (own if change.account_id == account_id else others).add(change)
    return others if others.kinds else None, own if own.kinds else None


def event(name: str, data: Collection[object] = ()) -> str:
    """A server-sent event with its data as JSON."""
    return f"event: {name}\ndata: {json.dumps(data or {})}\n\n"


def beat() -> str:
    """A comment: it keeps the connection open and says nothing."""
    return ":\n\n"


def greeting() -> str:
    """The first words of a stream."""
    return f"retry: {RETRY}\n\n"
