"""A transcript as it is drawn: turns with their margin stripes and tinted words. PURE.

A turn's words are cut into runs that tile it; each run carries the ids of all blocks that cover
it. Each place of a block in a domain has a stripe in a lane of the margin, cut at the turns.

What is only names and numbers is written as HTML attributes here: values without quotes, so that
nothing in them needs escaping, and a page of 9,000 words is put together from few pieces. Text of
people is never in them.
"""

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from app.cases.anchoring import Span, lanes, split_runs
from app.domains.coverage import Range, joined
from app.domains.lines import Lines

TWELFTHS = 12
LAST_LANE = 7
LAST_ABREAST = 3
MOST_HUES = 3
LONGEST_SPEAKER = 3
FOUND_ATTRIBUTE = " data-found"


class TurnText(NamedTuple):
    """A turn as the transcript has it; offsets are code points of the version's text.

    `sentences` and `lines` are where its sentences and (about) its lines begin; `written` is the
    attribute that tells the page of its sentences.
    """

    number: int
    speaker: str
    is_participant: bool
    start: int
    end: int
    sentences: tuple[int, ...]
    lines: tuple[int, ...]
    written: str


class Mark(NamedTuple):
    """A passage with a stripe: a block in one domain, or (hue 0) a *not coded* mark.

    `key` is unique on the page; `faint` marks belong to another sample of the case; `said` is what
    the stripe tells who points at it: the domain, who made it, the memo. Where layers stand side by
    side, `group` is the place of the mark's layer; a judge's draft has no link and tints nothing.
    """

    key: str
    id: int
    start: int
    end: int
    domain_id: int
    hue: int
    abbreviation: str
    said: str
    faint: bool
    group: int | None = None
    is_draft: bool = False


class Stripe(NamedTuple):
    """The piece of a mark's stripe beside one turn.

    `abbreviation` is empty but where the mark starts, `path` (below the coding page) but where a
    link to it stands.
    """

    attributes: str
    said: str
    abbreviation: str
    path: str


class Words(NamedTuple):
    """A run of a turn: its text, the ids of its blocks, and the rest as attributes."""

    attributes: str
    blocks: str
    text: str

    @property
    def is_found(self) -> bool:
        """Did a search hit here?"""
        return FOUND_ATTRIBUTE in self.attributes


class TurnView(NamedTuple):
    """A turn ready to be drawn."""

    id: str
    attributes: str
    cited: str
    speaker: str
    short_speaker: str
    stripes: list[Stripe]
    words: list[Words]


FOUND = Mark("found", 0, 0, 0, 0, 0, "", "", True)
"""Stands for a place that a search found: it has words and no stripe."""


def draw(
    text: str,
    turns: Sequence[TurnText],
    marks: Sequence[Mark],
    *,
    open_turns: Collection[int],
    hits: Sequence[Range] = (),
    touched: Sequence[Range] | None = None,
    placed: Mapping[str, int] | None = None,
    discussed: Range | None = None,
    id_prefix: str = "turn-",
    cite_prefix: str = "",
) -> list[TurnView]:
    """The turns with their stripes and runs.

    With `touched`, only those that a change at these ranges may have altered. `open_turns` has the
    numbers of participants' turns that are not covered; `hits` are the places a search found;
    `placed` has the lane of each mark where layers stand side by side (`abreast`), `discussed` is
    the passage that is talked about.
    """
    lines = Lines(turns)
    wide = _by_lines(marks, lines)
    if placed is None:
        placed = _in_lanes(wide, LAST_LANE)
    places: Sequence[int] = range(len(turns))
    if touched is not None:
        reached = [affected(wide.values(), *lines.whole(*each)) for each in touched]
        places = sorted({place for reach in reached for place in lines.touched(*reach)})
        first, last = (turns[places[0]].start, turns[places[-1]].end) if places else (0, 0)
        marks = [mark for mark in marks if mark.start < last and mark.end > first]
    beside: list[list[Mark]] = [[] for _ in turns]
    for mark in marks:
        for place in lines.touched(mark.start, mark.end):
            beside[place].append(mark)
    found = [FOUND._replace(start=start, end=end) for start, end in hits]
    shortened = {speaker: short(speaker) for speaker in {turn.speaker for turn in turns}}
    drawn = []
    for place, words in zip(
        places, _words(text, [turns[place] for place in places], [*marks, *found]), strict=True
    ):
        turn = turns[place]
        id_ = f"{id_prefix}{turn.number}"
        role = "participant" if turn.is_participant else "interviewer"
        is_open = " data-uncoded" if turn.number in open_turns else ""
        if discussed and turn.start < discussed[1] and discussed[0] < turn.end:
            is_open += " data-current"
        drawn.append(
            TurnView(
                id_,
                f"id={id_} data-role={role} {turn.written}{is_open}",
                f"{cite_prefix}{turn.number}",
                turn.speaker,
                shortened[turn.speaker],
                [_stripe(turn, mark, placed[mark.key]) for mark in beside[place]],
                words,
            )
        )
    return drawn


def _by_lines(marks: Iterable[Mark], lines: Lines) -> dict[str, Range]:
    return {mark.key: lines.whole(mark.start, mark.end) for mark in marks}


def _in_lanes(wide: Mapping[str, Range], last: int) -> dict[str, int]:
    spans = [Span(key, *reach) for key, reach in wide.items()]
    return {key: min(lane, last) for key, lane in lanes(spans).items()}


def abreast(
    turns: Sequence[TurnText], marks: Sequence[Mark], groups: int
) -> tuple[dict[str, int], tuple[int, ...]]:
    """The lanes of layers side by side: each mark's, counted over all groups, and each group's.

    Every group has one lane at least, and no more than a judge's overlapping blocks need.
    """
    lines = Lines(turns)
    placed: dict[str, int] = {}
    wide: list[int] = []
    for group in range(groups):
        own = _in_lanes(
            _by_lines((mark for mark in marks if mark.group == group), lines), LAST_ABREAST
        )
        first = sum(wide)
        placed.update({key: first + lane for key, lane in own.items()})
        wide.append(max(own.values(), default=0) + 1)
    return placed, tuple(wide)


def short(speaker: str) -> str:
    """A label that fits its column: 'Participant' is P, 'Dr. Lee' is DL."""
    if len(speaker) <= LONGEST_SPEAKER:
        return speaker
    words = "".join(c if c.isalnum() else " " for c in speaker).split()
    return "".join(word[0] for word in words[:2]).upper() or speaker[:LONGEST_SPEAKER]


def _words(text: str, turns: Sequence[TurnText], marks: Sequence[Mark]) -> Iterator[list[Words]]:
    """The runs of each turn: those of all the text, cut once more where a turn begins or ends."""
    spans = [Span(mark, mark.start, mark.end) for mark in marks]
    runs = split_runs(turns[0].start, turns[-1].end, spans) if turns else []
    at = 0
    for turn in turns:
        while at < len(runs) and runs[at].end <= turn.start:
            at += 1
        words = []
        for run in itertools.islice(runs, at, None):
            if run.start >= turn.end:
                break
            start = max(run.start, turn.start)
            words.append(_run(start, text[start : min(run.end, turn.end)], run.ids))
        yield words


def _run(start: int, text: str, marks: tuple[Mark, ...]) -> Words:
    attributes = f"data-start={start}"
    if not marks:
        return Words(attributes, "", text)
    hues: list[int] = []
    blocks: list[int] = []
    for mark in marks:
        if mark.key == FOUND.key:
            attributes += FOUND_ATTRIBUTE
        elif mark.is_draft:
            if mark.id not in blocks:
                blocks.append(mark.id)
        elif not mark.faint and not mark.hue:
            attributes += " data-not-coded"
        elif not mark.faint:
            if mark.hue not in hues:
                hues.append(mark.hue)
            if mark.id not in blocks:
                blocks.append(mark.id)
    for place, hue in enumerate(hues[:MOST_HUES], 1):
        attributes += f" data-hue={hue}" if place == 1 else f" data-hue-{place}={hue}"
    return Words(attributes, " ".join(map(str, blocks)), text)


def _stripe(turn: TurnText, mark: Mark, lane: int) -> Stripe:
    lines = turn.lines
    first = max(0, bisect_right(lines, mark.start) - 1)
    top = round(first * TWELFTHS / len(lines))
    bottom = round(bisect_left(lines, mark.end) * TWELFTHS / len(lines))
    attributes = f"data-lane={lane} data-from={top} data-to={max(top + 1, bottom)}"
    attributes += f" data-hue={mark.hue}" if mark.hue else " data-not-coded"
    if mark.group is not None:
        attributes += f" data-group={mark.group}"
    if mark.faint:
        attributes += " data-faint"
    elif mark.hue or mark.is_draft:
        attributes += f" data-block={mark.id} data-domain={mark.domain_id}"
    if mark.end <= turn.end:
        attributes += " data-ends"
    if mark.start < turn.start:
        return Stripe(attributes, mark.said, "", "")
    attributes += " data-starts"
    if mark.faint or mark.is_draft:
        return Stripe(attributes, mark.said, mark.abbreviation, "")
    path = f"{'blocks' if mark.hue else 'not-coded'}/{mark.id}"
    return Stripe(f"id=stripe-{mark.key} {attributes}", mark.said, mark.abbreviation, path)


def affected(ranges: Iterable[Range], start: int, end: int) -> Range:
    """How far a change of `start` to `end` may move lanes: what overlaps it, and so on.

    `ranges` are those of all marks, of before and after the change.
    """
    groups = joined([*ranges, (start, end)])
    return next(group for group in groups if group[0] <= start < group[1])
