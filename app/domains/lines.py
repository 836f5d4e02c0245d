"""The lines of a transcript as it is drawn, as far as one can know without the reader's screen.

PURE. Stripes stand beside lines and not beside words: two blocks that share a line would share a
piece of the margin, so lanes are given out by whole lines.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Protocol

from app.domains.coverage import Range

LINE = 72
"""About so many characters fill a line at the transcript's full measure (measured on 80 blocks)."""


class Placed(Protocol):
    """Anything with a place in the text: a turn, a mark."""

    @property
    def start(self) -> int:
        """Its first offset."""

    @property
    def end(self) -> int:
        """The offset behind its last character."""


class Lines:
    """Where lines begin, turn by turn, found when they are first asked for."""

    def __init__(self, text: str, turns: Sequence[Placed]) -> None:
        self._text = text
        self._turns = turns
        self._starts = [turn.start for turn in turns]
        self._ends = [turn.end for turn in turns]
        self._begins: dict[int, list[int]] = {}

    def touched(self, start: int, end: int) -> range:
        """The places (from 0) of the turns that a range touches."""
        return range(bisect_right(self._ends, start), bisect_left(self._starts, end))

    def begins(self, place: int) -> list[int]:
        """The offsets at which the lines of a turn begin."""
        found = self._begins.get(place)
        if found is None:
            turn = self._turns[place]
            found = _line_starts(self._text, turn.start, turn.end)
            self._begins[place] = found
        return found

    def whole(self, start: int, end: int) -> Range:
        """A range with all of its first and its last line."""
        places = self.touched(start, end)
        if not places:
            return start, end
        first, last = self.begins(places[0]), self.begins(places[-1])
        line = bisect_right(first, start) - 1
        behind = bisect_left(last, end)
        return (
            min(start, first[max(line, 0)]),
            max(end, last[behind] - 1 if behind < len(last) else self._ends[places[-1]]),
        )


def _line_starts(text: str, start: int, end: int) -> list[int]:
    found = [start]
    at = start
    while at < end:
        feed = text.find("\n", at, min(at + LINE, end))
        blank = text.rfind(" ", at, at + LINE + 1) if at + LINE < end else end
        at = (feed if feed >= 0 else blank if blank > at else at + LINE) + 1
        if at < end:
            found.append(at)
    return found
