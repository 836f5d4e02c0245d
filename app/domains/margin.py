"""A transcript as it is drawn: turns with their margin stripes and tinted words. PURE.

A turn's words are cut into runs that tile it; each run carries the ids of all blocks that cover
it. Each place of a block in a domain has a stripe in a lane of the margin, cut at the turns.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from app.cases.anchoring import Span, lanes, split_runs
from app.domains.coverage import Range, joined
from app.domains.lines import Lines

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
    touched: Sequence[Range] | None = None,
    id_prefix: str = "turn-",
    cite_prefix: str = "",
) -> list[TurnView]:
    """The turns with their stripes and runs.

    With `touched`, only those that a change at these ranges may have altered. `open_turns` has the
    numbers of participants' turns that are not covered; `hits` are the places a search found.
    """
    lines = Lines(text, turns)
    spans = [Span(mark.key, *lines.whole(mark.start, mark.end)) for mark in marks]
    placed = lanes(spans)
    beside: list[list[Mark]] = [[] for _ in turns]
    for mark in (*marks, *(FOUND._replace(start=start, end=end) for start, end in hits)):
        for place in lines.touched(mark.start, mark.end):
            beside[place].append(mark)
    places: Iterable[int] = range(len(turns))
    if touched is not None:
        ranges = [(span.start, span.end) for span in spans]
        reached = [affected(ranges, *lines.whole(start, end)) for start, end in touched]
        places = sorted({place for reach in reached for place in lines.touched(*reach)})
    shortened = {speaker: short(speaker) for speaker in {turn.speaker for turn in turns}}
    drawn = []
    for place in places:
        turn, here = turns[place], beside[place]
        drawn.append(
            TurnView(
                f"{id_prefix}{turn.number}",
                f"{cite_prefix}{turn.number}",
                turn.speaker,
                shortened[turn.speaker],
                "participant" if turn.is_participant else "interviewer",
                turn.number in open_turns,
                turn.written,
                _stripes(turn, here, lines.begins(place), placed) if here else [],
                _words(text, turn, here),
            )
        )
    return drawn


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
    turn: TurnText, here: list[Mark], begins: Sequence[int], placed: Mapping[str, int]
) -> list[Stripe]:
    found = []
    for mark in here:
        if mark.key == FOUND.key:
            continue
        first = max(0, bisect_right(begins, mark.start) - 1)
        last = bisect_left(begins, mark.end)
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


def affected(ranges: Iterable[Range], start: int, end: int) -> Range:
    """How far a change of `start` to `end` may move lanes: what overlaps it, and so on.

    `ranges` are those of all marks, of before and after the change.
    """
    groups = joined([*ranges, (start, end)])
    return next(group for group in groups if group[0] <= start < group[1])
