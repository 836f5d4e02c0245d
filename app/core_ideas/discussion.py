"""The page on which a case's core ideas are discussed: domain by domain, judges side by side.

A constant number of SQL statements; everything else is computed from what they return.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.cases.guard import CaseContext
from app.consensus.choices import Choice, one_view
from app.consensus.points import PointView, points_of
from app.consensus.revealed import RevealedDraft, revealed_drafts
from app.consensus.rules import Outcome, PointKind
from app.core_ideas.comparison import Row, Span, Statement
from app.core_ideas.decisions import ABSENCE, Take, joined_rows
from app.core_ideas.discussed import NONE_OF_THEM, Discussed, all_of, value_of
from app.core_ideas.given import Ground, blocks_under, compared_by_domain, ground_of
from app.core_ideas.ideas import Idea, stored
from app.core_ideas.raw_data import RawData, raw_data_of
from app.core_ideas.rules import joined as one_text
from app.domains.discussion import check_revealed
from app.domains.queries import DomainRow, domain_list
from app.domains.transcripts import TranscriptText, transcripts_of
from app.word_diff import Piece, differences


@dataclass(frozen=True)
class Cell:
    """What one judge has in a row: the words, with those of their own told, and the turns."""

    judge: RevealedDraft
    idea: Statement | None
    pieces: tuple[Piece, ...] = ()
    turns: str = ""
    value: str = ""


@dataclass(frozen=True)
class RowView:
    """A row with its choices. `take` is what was chosen (or typed) for it, `waits` whether its
    passages are still to be agreed."""

    row: Row
    number: int
    cells: tuple[Cell, ...]
    take: Take | None
    is_joined: bool
    waits: bool

    @property
    def key(self) -> str:
        """The name of its fields."""
        return self.row.key

    @property
    def chosen(self) -> str:
        """The value of the choice that stands."""
        return value_of(self.take)

    @property
    def text(self) -> str:
        """What stands in the field for other words: those that were typed, else all there are."""
        if self.take and self.take.outcome is Outcome.EDITED:
            return self.take.text
        first, *others = self.row.wordings
        for other in others:
            first = one_text(first, other)
        return first

    @property
    def choices(self) -> tuple[Choice, ...]:
        """All of them or none, beside each judge's own."""
        several = (all_of(self.row),) if len(self.row.wordings) > 1 else ()
        return (*several, NONE_OF_THEM)


@dataclass(frozen=True)
class ReasonCell:
    """Why one judge has no core idea in a domain, if they said so."""

    judge: RevealedDraft
    reason: str | None
    value: str


@dataclass(frozen=True)
class Current:
    """The domain that is open: everything that is read and chosen there."""

    discussed: Discussed
    rows: tuple[RowView, ...]
    reasons: tuple[ReasonCell, ...]
    reason: Take | None
    raw_data: tuple[RawData, ...]
    agreed: tuple[Idea, ...]

    @property
    def point(self) -> PointView:
        """The point."""
        return self.discussed.point

    @property
    def domain(self) -> DomainRow:
        """The domain."""
        return self.discussed.domain

    @property
    def open_rows(self) -> tuple[RowView, ...]:
        """What is to be talked about."""
        return tuple(row for row in self.rows if not row.is_joined)

    @property
    def joined_rows(self) -> tuple[RowView, ...]:
        """What all judges have, in the consensus already."""
        return tuple(row for row in self.rows if row.is_joined)

    @property
    def is_simple(self) -> bool:
        """Is there one thing to decide, so that the choices for the domain are all there is?"""
        return len(self.open_rows) == 1 and not self.reasons

    @property
    def chosen_reason(self) -> str:
        """The value of the choice among the reasons."""
        return value_of(self.reason)


@dataclass(frozen=True)
class Discussion:
    """The page, with the queue of all domains."""

    judges: tuple[RevealedDraft, ...]
    current: Current | None
    to_discuss: tuple[Discussed, ...]
    decided: tuple[Discussed, ...]
    joined: tuple[Discussed, ...]
    passages_open: int

    def place(self, discussed: Discussed) -> str:
        """'2 of 4'."""
        at = self.to_discuss.index(discussed) + 1
        return f"{at} of {len(self.to_discuss)}"

    @property
    def next_open(self) -> Discussed | None:
        """What comes next to be discussed, behind the domain that is open."""
        return self.after(self.current.point.id if self.current else 0)

    def after(self, point_id: int) -> Discussed | None:
        """The next domain to discuss behind a point, else the first of all."""
        others = [each for each in self.to_discuss if each.point.id != point_id]
        position = next((d.point.position for d in self.all if d.point.id == point_id), -1)
        return next((d for d in others if d.point.position > position), None) or next(
            iter(others), None
        )

    @property
    def all(self) -> tuple[Discussed, ...]:
        """Every domain in which a judge has anything."""
        return (*self.to_discuss, *self.decided, *self.joined)


def read_discussion(
    db: Session,
    case: CaseContext,
    *,
    point_id: int | None = None,
    typed: Mapping[str, Take] | None = None,
) -> Discussion:
    """The page with one domain open: the one named, else the first that is still to be discussed.

    `typed` are the choices of a form that was refused. Raises `Forbidden` before the reveal.
    """
    check_revealed(case)
    domains = {domain.id: domain for domain in domain_list(db, case.sample.id)}
    judges = revealed_drafts(db, case.unit.id)
    compared = compared_by_domain(db, judges)
    points = points_of(db, case.unit.id)
    listed = [
        Discussed(point, domains[point.domain_id], compared[point.domain_id], judges)
        for point in points
        if point.kind is PointKind.CORE_IDEAS
        and point.domain_id is not None
        and point.domain_id in domains
        and point.domain_id in compared
    ]
    shown = next((d for d in listed if d.point.id == point_id), None) or next(
        (d for d in listed if d.point.is_open), None
    )
    queue = [each for each in points if each.kind is PointKind.PASSAGE and each.is_open]
    return Discussion(
        judges=judges,
        current=_current(db, case, shown, queue, typed) if shown else None,
        to_discuss=tuple(d for d in listed if d.point.is_open),
        decided=tuple(d for d in listed if d.point.is_decided),
        joined=tuple(d for d in listed if d.point.is_joined),
        passages_open=len(queue),
    )


def _current(
    db: Session,
    case: CaseContext,
    shown: Discussed,
    queue: Sequence[PointView],
    typed: Mapping[str, Take] | None,
) -> Current:
    domain_id = shown.domain.id
    transcripts = transcripts_of(db, case.case_id)
    raw_data, _ = raw_data_of(db, case)
    ground = ground_of(db, case.unit.blocks_layer_id)
    joined = joined_rows(shown.compared, shown.decision)
    takes = shown.decision.takes if typed is None else typed
    rows = [
        RowView(
            row=row,
            number=number,
            cells=_cells(shown.judges, row, transcripts),
            take=takes.get(row.key) or (shown.decision.takes.get(row.key)),
            is_joined=row.key in joined,
            waits=_waits(ground, domain_id, row, queue),
        )
        for number, row in enumerate(shown.compared.rows, 1)
    ]
    reasons = tuple(
        ReasonCell(judge, reason, one_view(judge.account_id))
        for judge, reason in zip(shown.judges, shown.compared.absences, strict=True)
    )
    return Current(
        discussed=shown,
        rows=tuple(rows),
        reasons=reasons if any(shown.compared.absences) else (),
        reason=takes.get(ABSENCE),
        raw_data=tuple(raw_data.get(domain_id, ())),
        agreed=tuple(stored(db, case.unit.layer_id, domain_id=domain_id)),
    )


def _waits(ground: Ground, domain_id: int, row: Row, queue: Sequence[PointView]) -> bool:
    if blocks_under(ground, domain_id, row.passages):
        return False
    places = [
        Span(point.transcript_version_id, point.start or 0, point.end or 0)
        for point in queue
        if point.transcript_version_id is not None
    ]
    return any(at.overlaps(passage) for at in places for passage in row.passages)


def _cells(
    judges: Sequence[RevealedDraft], row: Row, transcripts: Sequence[TranscriptText]
) -> tuple[Cell, ...]:
    told = differences([idea.text for idea in row.ideas])
    pieces = {idea.id: each for idea, each in zip(row.ideas, told, strict=True)}
    return tuple(
        Cell(
            judge,
            idea,
            pieces[idea.id],
            cite(transcripts, idea.passages),
            one_view(judge.account_id),
        )
        if idea
        else Cell(judge, None)
        for judge, idea in zip(judges, row.cells, strict=True)
    )


def cite(transcripts: Sequence[TranscriptText], passages: Sequence[Span]) -> str:
    """'turn 44', 'turns 12, 42–44'."""
    by_version = {transcript.version_id: transcript for transcript in transcripts}
    found = [
        by_version[span.version_id].cite(span.start, span.end)
        for span in passages
        if span.version_id in by_version
    ]
    named = list(dict.fromkeys(filter(None, found)))
    if not named:
        return ""
    one = len(named) == 1 and "–" not in named[0]
    return f"{'turn' if one else 'turns'} {', '.join(named)}"
