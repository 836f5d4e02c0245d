"""A transcript as it is drawn: turns with their margin stripes and tinted words. PURE.

A turn's words are cut into runs that tile it; each run carries the ids of all blocks that cover
it. Each place of a block in a domain has a stripe in a lane of the margin, cut at the turns.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from app.cases.anchoring import Span, lanes, split_runs
from app.domains.coverage import Range, joined

LINE = 76
"""About so many characters stand on a line of the transcript at its full measure."""

TWELFTHS = 12
LAST_LANE = 7
MOST_HUES = 3
LONGEST_SPEAKER = 3


class TurnText(NamedTuple):
    """A turn as the transcript has it; offsets are code points of the version's text.

    `sentences` are where its sentences begin, `written` the same for the page.
    """

    number: int
    speaker: str
    is_participant: bool
    start: int
    end: int
    sentences: tuple[int, ...]
    written: str


class Mark(NamedTuple):
    """A passage with a stripe: a block in one domain, or (hue 0) a *not coded* mark.

    `key` is unique on the page; `faint` marks belong to another sample of the case; `note` says
    who made it and what they noted.
    """

    key: str
    id: int
    start: int
    end: int
    domain_id: int
    hue: int
    abbreviation: str
    title: str
    note: str
    faint: bool

    @property
    def path(self) -> str:
        """Its address below the coding page."""
        return f"{'blocks' if self.hue else 'not-coded'}/{self.id}"


class Stripe(NamedTuple):
    """The piece of a mark's stripe beside one turn, in twelfths of the turn's height."""

    mark: Mark
    lane: int
    top: int
    bottom: int
    starts: bool
    ends: bool


class Words(NamedTuple):
    """A run of a turn: its text, the hues and ids of its blocks, and what else it is."""

    start: int
    text: str
    hues: tuple[int, ...]
    blocks: str
    not_coded: bool
    found: bool


class TurnView(NamedTuple):
    """A turn ready to be drawn."""

    id: str
    cited: str
    speaker: str
    short_speaker: str
    role: str
    is_open: bool
    sentences: str
    stripes: list[Stripe]
    words: list[Words]


FOUND = Mark("found", 0, 0, 0, 0, 0, "", "", "", True)
"""Stands for a place that a search found: it has words and no stripe."""


def draw(
    text: str,
    turns: Sequence[TurnText],
    marks: Sequence[Mark],
    *,
    open_turns: Collection[int],
    hits: Sequence[Range] = (),
    within: Range | None = None,
    id_prefix: str = "turn-",
    cite_prefix: str = "",
) -> list[TurnView]:
    """The turns with their stripes and runs; `within` draws only the turns it touches.

    `open_turns` has the numbers of participants' turns that are not covered; `hits` are the places
    a search found.
    """
    placed = lanes([Span(mark.key, mark.start, mark.end) for mark in marks])
    beside = _beside(turns, [*marks, *(FOUND._replace(start=s, end=e) for s, e in hits)])
    shortened = {speaker: short(speaker) for speaker in {turn.speaker for turn in turns}}
    first, last = within or (0, len(text) + 1)
    return [
        TurnView(
            f"{id_prefix}{turn.number}",
            f"{cite_prefix}{turn.number}",
            turn.speaker,
            shortened[turn.speaker],
            "participant" if turn.is_participant else "interviewer",
            turn.number in open_turns,
            turn.written,
            _stripes(text, turn, here, placed) if here else [],
            _words(text, turn, here),
        )
        for turn, here in zip(turns, beside, strict=True)
        if turn.start < last and turn.end >= first
    ]


def _beside(turns: Sequence[TurnText], marks: Sequence[Mark]) -> list[list[Mark]]:
    """For each turn the marks that touch it, in the order given."""
    ends = [turn.end for turn in turns]
    starts = [turn.start for turn in turns]
    found: list[list[Mark]] = [[] for _ in turns]
    for mark in marks:
        for place in range(bisect_right(ends, mark.start), bisect_left(starts, mark.end)):
            found[place].append(mark)
    return found


def short(speaker: str) -> str:
    """A label that fits its column: 'Participant' is P, 'Dr. Lee' is DL."""
    if len(speaker) <= LONGEST_SPEAKER:
        return speaker
    words = "".join(c if c.isalnum() else " " for c in speaker).split()
    return "".join(word[0] for word in words[:2]).upper() or speaker[:LONGEST_SPEAKER]


def _words(text: str, turn: TurnText, here: list[Mark]) -> list[Words]:
    if not here:
        return [_run(turn.start, text[turn.start : turn.end], ())]
    runs = split_runs(turn.start, turn.end, [Span(m, m.start, m.end) for m in here])
    return [_run(run.start, text[run.start : run.end], run.ids) for run in runs]


def _run(start: int, text: str, marks: tuple[Mark, ...]) -> Words:
    if not marks:
        return Words(start, text, (), "", False, False)
    own = [mark for mark in marks if not mark.faint]
    hues = dict.fromkeys(mark.hue for mark in own if mark.hue)
    blocks = dict.fromkeys(str(mark.id) for mark in own if mark.hue)
    return Words(
        start,
        text,
        tuple(hues)[:MOST_HUES],
        " ".join(blocks),
        any(not mark.hue for mark in own),
        any(mark.key == FOUND.key for mark in marks),
    )


def _stripes(
    text: str, turn: TurnText, here: list[Mark], placed: Mapping[str, int]
) -> list[Stripe]:
    begins = _line_starts(text[turn.start : turn.end])
    found = []
    for mark in here:
        if mark.key == FOUND.key:
            continue
        first = bisect_right(begins, max(0, mark.start - turn.start)) - 1
        last = bisect_left(begins, min(mark.end, turn.end) - turn.start)
        top = round(first * TWELFTHS / len(begins))
        found.append(
            Stripe(
                mark=mark,
                lane=min(placed[mark.key], LAST_LANE),
                top=top,
                bottom=max(top + 1, round(last * TWELFTHS / len(begins))),
                starts=mark.start >= turn.start,
                ends=mark.end <= turn.end,
            )
        )
    return found


def _line_starts(text: str) -> list[int]:
    """Where the lines of a turn begin, as far as one can know without the reader's screen."""
    found = [0]
    at = 0
    while at < len(text):
        feed = text.find("\n", at, at + LINE)
        blank = text.rfind(" ", at, at + LINE + 1) if at + LINE < len(text) else len(text)
        at = (feed if feed >= 0 else blank if blank > at else at + LINE) + 1
        if at < len(text):
            found.append(at)
    return found


def affected(ranges: Iterable[Range], start: int, end: int) -> Range:
    """How far a change of `start` to `end` may move lanes: what overlaps it, and so on.

    `ranges` are those of all marks, of before and after the change.
    """
    groups = joined([*ranges, (start, end)])
    return next(group for group in groups if group[0] <= start < group[1])
