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


class LinedTurn(Protocol):
    """A turn: where it is, and where its lines begin."""

    @property
    def start(self) -> int:
        """Its first offset."""

    @property
    def end(self) -> int:
        """The offset behind its last character."""

    @property
    def lines(self) -> tuple[int, ...]:
        """The offsets at which its lines begin."""


class Lines:
    """The lines of all turns of a transcript."""

    def __init__(self, turns: Sequence[LinedTurn]) -> None:
        self._turns = turns
        self._starts = [turn.start for turn in turns]
        self._ends = [turn.end for turn in turns]

    def touched(self, start: int, end: int) -> range:
        """The places (from 0) of the turns that a range touches."""
        return range(bisect_right(self._ends, start), bisect_left(self._starts, end))

    def whole(self, start: int, end: int) -> Range:
        """A range with all of its first and its last line."""
        places = self.touched(start, end)
        if not places:
            return start, end
        first, last = self._turns[places[0]].lines, self._turns[places[-1]].lines
        line = max(bisect_right(first, start) - 1, 0)
        behind = bisect_left(last, end)
        return (
            min(start, first[line]),
            max(end, last[behind] - 1 if behind < len(last) else self._ends[places[-1]]),
        )


def line_starts(text: str, start: int, end: int) -> tuple[int, ...]:
    """Where the lines of a turn begin: broken at blanks, as a browser does, and at line feeds."""
    found = [start]
    at = start
    while at < end:
        feed = text.find("\n", at, min(at + LINE, end))
        blank = text.rfind(" ", at, at + LINE + 1) if at + LINE < end else end
        at = (feed if feed >= 0 else blank if blank > at else at + LINE) + 1
        if at < end:
            found.append(at)
    return tuple(found)
