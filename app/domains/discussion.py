"""What the discussing page of a case reads: the judges' layers beside the team's, and the queue.

A constant number of SQL statements; everything else is computed from what they return.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlmodel import Session

from app.cases.guard import CaseContext
from app.consensus.points import PointView
from app.db import one_or_not_found
from app.domains.coding import NOT_CODED_SIGN, turn_id
from app.domains.coverage import Range
from app.domains.differences import Differences, passage_of, read_differences
from app.domains.margin import Mark, TurnView, abreast, draw
from app.domains.passages import Passage
from app.domains.placed import Placed, placed_on
from app.domains.point_words import Discussed, Words
from app.domains.queries import DomainRow, domain_list
from app.domains.transcripts import TranscriptText, transcripts_of
from app.errors import Forbidden
from app.permissions import Action
from app.studies.guard import check

TEAM = "Team"


class Head(NamedTuple):
    """The name over a layer's lanes: a judge's, or the team's."""

    name: str
    said: str
    group: int
    lane: int
    judge_id: int | None


class Redraw(NamedTuple):
    """What a page that is in step has to draw anew: the point it leaves, and what was changed.

    `lanes` are those of each layer on the page: where they are others now, everything is drawn.
    """

    left: int | None
    lanes: str
    changed: Sequence[Passage] = ()


@dataclass(frozen=True)
class Discussion:
    """The page of one transcript of the case, and the queue of all of them.

    `is_whole` where all turns are drawn; `lanes` are those of each layer.
    """

    transcripts: tuple[TranscriptText, ...]
    transcript: TranscriptText | None
    turns: list[TurnView]
    is_whole: bool
    heads: tuple[Head, ...]
    lanes: tuple[int, ...]
    current: Discussed | None
    to_discuss: tuple[Discussed, ...]
    decided: tuple[Discussed, ...]
    joined: tuple[Discussed, ...]

    @property
    def number(self) -> int:
        """The number of the transcript shown."""
        return self.transcript.number if self.transcript else 1

    @property
    def is_across(self) -> bool:
        """Has every layer one lane, so that abbreviations can be read across?"""
        return self.all_lanes == len(self.heads)

    @property
    def all_lanes(self) -> int:
        """How many lanes stand beside the text."""
        return sum(self.lanes)

    @property
    def has_drafts(self) -> bool:
        """Was there anything to compare?"""
        return len(self.heads) > 1

    @property
    def next_open(self) -> Discussed | None:
        """What comes next to be discussed, after the point that is open."""
        now = self.current.point if self.current else None
        coming = _coming([each.point for each in self.to_discuss], now)
        return next((each for each in self.to_discuss if each.point == coming), None)

    @property
    def same(self) -> int:
        """How many joined passages had the same ends in every draft."""
        return sum(each.is_same for each in self.joined)


def check_revealed(case: CaseContext) -> None:
    """Raise `Forbidden` while the drafts are private, and for who never sees them."""
    check(case.actor, Action.SEE_DRAFTS)
    if case.unit.is_private:
        raise Forbidden(
            f"The drafts of {case.code} are private until all who draft it have submitted; then "
            "they are revealed to its judges at once."
        )


def read_discussion(
    db: Session,
    case: CaseContext,
    *,
    point_id: int | None = None,
    after: int | None = None,
    transcript: int | None = None,
    redraw: Redraw | None = None,
    transcripts: tuple[TranscriptText, ...] = (),
) -> Discussion:
    """The page with one point open: the one named, or the next open one `after` another.

    Without either the first that is still to be discussed. With `redraw` only the turns are drawn
    that it may have altered. Raises `Forbidden` before the reveal.
    """
    check_revealed(case)
    transcripts = transcripts or transcripts_of(db, case.case_id)
    domains = domain_list(db, case.sample.id)
    found = read_differences(db, case.unit.id)
    team = placed_on(db, [case.unit.consensus_layer_id])
    words = Words(found, domains, transcripts)
    current = _current(found.points, point_id, after, transcript, transcripts)
    shown = _shown(current, transcript, transcripts)
    marks = _marks(found, team, domains, shown)
    groups = len(found.drafts.judges) + 1
    lanes, wide = abreast(shown.turns, marks, groups) if shown else ({}, (1,) * groups)
    if redraw and redraw.lanes != lanes_said(wide):
        redraw = None
    discussed = _range(current, shown)
    listed = [words.of(point) for point in found.points]
    return Discussion(
        transcripts=transcripts,
        transcript=shown,
        turns=draw(
            shown.text,
            shown.turns,
            marks,
            open_turns=(),
            hits=[discussed] if discussed else (),
            touched=_touched(redraw, found.points, current, shown),
            placed=lanes,
            discussed=discussed,
            id_prefix=turn_id(shown.number),
            cite_prefix=f"{shown.number}:" if shown.number > 1 else "",
        )
        if shown
        else [],
        is_whole=redraw is None,
        heads=_heads(found, wide),
        lanes=wide,
        current=next((d for d in listed if current and d.point.id == current.id), None),
        to_discuss=tuple(d for d in listed if d.point.is_open),
        decided=tuple(d for d in listed if d.point.is_decided),
        joined=tuple(d for d in listed if d.point.is_joined),
    )


def read_point(
    db: Session, case: CaseContext, point_id: int, transcripts: Sequence[TranscriptText]
) -> Discussed:
    """One point in words, for the coding page on which it is edited by hand."""
    check_revealed(case)
    found = read_differences(db, case.unit.id)
    there = next((point for point in found.points if point.id == point_id), None)
    words = Words(found, domain_list(db, case.sample.id), transcripts)
    return words.of(one_or_not_found(there, "passage to discuss"))


def lanes_said(wide: Sequence[int]) -> str:
    """The lanes of each layer as a page sends them back: '1-2-1'."""
    return "-".join(map(str, wide))


def _current(
    points: Sequence[PointView],
    point_id: int | None,
    after: int | None,
    transcript: int | None,
    transcripts: Sequence[TranscriptText],
) -> PointView | None:
    if point_id is not None:
        there = next((point for point in points if point.id == point_id), None)
        return one_or_not_found(there, "passage to discuss")
    still_open = [point for point in points if point.is_open]
    if after is not None:
        return _coming(still_open, next((p for p in points if p.id == after), None))
    shown = {t.version_id for t in transcripts if transcript in (None, t.number)}
    return next((p for p in still_open if p.transcript_version_id in shown), None)


def _coming(still_open: Sequence[PointView], now: PointView | None) -> PointView | None:
    """The open point behind this one in the queue, else the first of all."""
    position = now.position if now else -1
    ahead = (point for point in still_open if point.position > position)
    others = (point for point in still_open if point.position != position)
    return next(ahead, None) or next(others, None)


def _touched(
    redraw: Redraw | None,
    points: Sequence[PointView],
    current: PointView | None,
    shown: TranscriptText,
) -> list[Range] | None:
    if redraw is None:
        return None
    left = next((point for point in points if point.id == redraw.left), None)
    ranges = [_range(left, shown), _range(current, shown)]
    changed = [
        (passage.start, passage.end)
        for passage in redraw.changed
        if passage.transcript_version == shown.version_id
    ]
    return [*changed, *(each for each in ranges if each)]


def _shown(
    current: PointView | None, transcript: int | None, transcripts: Sequence[TranscriptText]
) -> TranscriptText | None:
    version = current.transcript_version_id if current else None
    there = (t for t in transcripts if t.version_id == version)
    named = (t for t in transcripts if t.number == transcript)
    return next(there, None) or next(named, None) or next(iter(transcripts), None)


def _range(current: PointView | None, shown: TranscriptText | None) -> Range | None:
    if current is None or shown is None or current.transcript_version_id != shown.version_id:
        return None
    here = passage_of(current)
    return here.start, here.end


def _heads(found: Differences, wide: Sequence[int]) -> tuple[Head, ...]:
    judges = found.drafts.judges
    heads = [
        Head(judge.name, judge.name, group, sum(wide[:group]), judge.account_id)
        for group, judge in enumerate(judges)
    ]
    last = len(judges)
    return (*heads, Head(TEAM, "The consensus layer", last, sum(wide[:last]), None))


def _marks(
    found: Differences,
    team: Sequence[Placed],
    domains: Sequence[DomainRow],
    shown: TranscriptText | None,
) -> list[Mark]:
    """The stripes of all layers: the judges' by name, then the team's."""
    groups = {judge.layer_id: group for group, judge in enumerate(found.drafts.judges)}
    names = {judge.layer_id: judge.name for judge in found.drafts.judges}
    rows = {domain.id: domain for domain in domains}
    return [
        _mark(each, rows.get(domain_id), names.get(each.layer_id), groups)
        for each in (*found.drafts.placed, *team)
        if shown and each.version_id == shown.version_id
        for domain_id in each.domain_ids or (0,)
    ]


def _mark(
    each: Placed, domain: DomainRow | None, judge: str | None, groups: Mapping[int, int]
) -> Mark:
    who = judge or TEAM
    title = domain.title if domain else "Not coded"
    return Mark(
        key=f"{each.id}-{domain.id}" if domain else f"not-coded-{each.id}",
        id=each.id,
        start=each.start,
        end=each.end,
        domain_id=domain.id if domain else 0,
        hue=domain.hue if domain else 0,
        abbreviation=domain.abbreviation if domain else NOT_CODED_SIGN,
        said=f"{title} · {who}: {each.memo}" if each.memo else f"{title} · {who}",
        faint=False,
        group=groups.get(each.layer_id, len(groups)),
        is_draft=judge is not None,
    )
