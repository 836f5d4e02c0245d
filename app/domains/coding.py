"""What the coding page of a case reads: transcript, margin, domains with counts, coverage.

A constant number of SQL statements; everything else is computed from what they return.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from app.accounts.models import Account
from app.cases.guard import CaseContext
from app.consensus.models import Assignment, Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER
from app.consensus.rules import AGREED_OR_LATER
from app.db import run
from app.domains.coverage import Range, joined, open_sentences
from app.domains.margin import Mark, TurnText, TurnView, affected, draw
from app.domains.models import Block, BlockDomain, Domain, NotCoded
from app.domains.passages import Kind
from app.domains.queries import DOMAIN_COLUMNS, DomainRow
from app.domains.transcripts import TranscriptText, transcripts_of
from app.permissions import Action, Actor, Refused, Role, decide
from app.studies.models import Sample

KEYS = "1234567890"
NOT_CODED_SIGN = "n/c"


class CaseUnit(NamedTuple):
    """The case in one of its samples: what the switch shows, and whether its layer may be seen."""

    sample_id: int
    sample: str
    domain_list: int
    layer_id: int
    is_visible: bool


class Placed(NamedTuple):
    """A block or a *not coded* mark as the page has it."""

    kind: Kind
    id: int
    layer_id: int
    version_id: int
    start: int
    end: int
    memo: str
    version: int
    by: str
    at: datetime
    domain_ids: tuple[int, ...]


class DomainLine(NamedTuple):
    """A domain in the panel: its key, how many blocks it has here, where the first one is."""

    domain: DomainRow
    key: str
    blocks: int
    first_turn: int | None


class NextTurn(NamedTuple):
    """The next turn that is not covered."""

    transcript: int
    turn: int
    sentence: int
    sentences: int


@dataclass(frozen=True)
class Coding:
    """The coding page of a case, whole or (after a change) the turns that changed."""

    units: tuple[CaseUnit, ...]
    domain_list: int
    transcripts: tuple[TranscriptText, ...]
    transcript: TranscriptText | None
    turns: list[TurnView]
    domains: tuple[DomainLine, ...]
    placed: tuple[Placed, ...]
    covered: int
    participant_turns: int
    next_open: NextTurn | None

    @property
    def prefix(self) -> str:
        """What a turn's number carries on this page: '2:' in the second transcript."""
        return f"{self.transcript.number}:" if self.transcript and self._is_further else ""

    @property
    def turn_id(self) -> str:
        """What a turn's element id begins with; unlike in each transcript of the case."""
        return (
            f"turn-{self.transcript.number}-" if self.transcript and self._is_further else "turn-"
        )

    @property
    def _is_further(self) -> bool:
        return self.transcript is not None and self.transcript.number > 1


def read_coding(
    db: Session,
    case: CaseContext,
    *,
    transcript: int | None = None,
    found: str = "",
    touched: Iterable[Range] | None = None,
) -> Coding:
    """The page of one transcript of the case (by number; the first unless named).

    `found` marks where a search hits. With `touched`, only the turns are drawn that a change at
    these ranges may have altered.
    """
    units = case_units(db, case)
    transcripts = transcripts_of(db, case.case_id)
    domains = _domains(db, units)
    placed = _placed(db, case, [unit.layer_id for unit in units])
    shown = next((t for t in transcripts if t.number == (transcript or 1)), None)
    shown = shown or (transcripts[0] if transcripts else None)
    open_turns = {t.number: _open_turns(t, placed) for t in transcripts}
    marks = _marks(case, units, domains, placed, shown)
    own = [p for p in placed if p.layer_id == case.unit.layer_id]
    here = next(unit for unit in units if unit.sample_id == case.sample.id)
    return Coding(
        units=units,
        domain_list=here.domain_list,
        transcripts=transcripts,
        transcript=shown,
        turns=_drawn(shown, marks, open_turns, found, touched),
        domains=_lines(case, domains, own, shown),
        placed=tuple(own),
        covered=sum(
            turn.is_participant and turn.number not in open_turns[t.number]
            for t in transcripts
            for turn in t.turns
        ),
        participant_turns=sum(turn.is_participant for t in transcripts for turn in t.turns),
        next_open=_next_open(transcripts, open_turns, shown),
    )


def case_units(db: Session, case: CaseContext) -> tuple[CaseUnit, ...]:
    """The case in each of its samples, in the samples' order."""
    named = sa.exists().where(
        col(Assignment.unit_id) == col(Unit.id), col(Assignment.until).is_(None)
    )
    me = case.study.me.id
    rows = run(
        db,
        sa.select(
            col(Sample.id),
            col(Sample.name),
            col(Sample.domain_list),
            col(Layer.id),
            col(Unit.state),
            ~named | named.where(col(Assignment.account_id) == me),
        )
        .join(Unit, col(Unit.sample_id) == col(Sample.id))
        .join(Layer, CONSENSUS_LAYER)
        .where(col(Unit.case_id) == case.case_id)
        .order_by(col(Sample.position), col(Sample.id)),
    )
    return tuple(
        CaseUnit(
            sample_id,
            name,
            domain_list,
            layer_id,
            _may_see(case.study.roles, judges=bool(judges), agreed=state in AGREED_OR_LATER),
        )
        for sample_id, name, domain_list, layer_id, state, judges in rows
    )


def _may_see(roles: frozenset[Role], *, judges: bool, agreed: bool) -> bool:
    actor = Actor(roles, judges_unit=judges, unit_agreed=agreed)
    return not isinstance(decide(actor, Action.SEE_CODING), Refused)


def _domains(db: Session, units: Sequence[CaseUnit]) -> dict[int, tuple[int, DomainRow]]:
    rows = run(
        db,
        sa.select(col(Domain.sample_id), *DOMAIN_COLUMNS)
        .where(col(Domain.sample_id).in_([unit.sample_id for unit in units]))
        .order_by(col(Domain.sample_id), col(Domain.position), col(Domain.id)),
    )
    return {row[1]: (row[0], DomainRow(*row[1:])) for row in rows}


def _placed(db: Session, case: CaseContext, layer_ids: Sequence[int]) -> list[Placed]:
    rows = run(
        db,
        sa.select(
            col(Block.id),
            col(Block.layer_id),
            col(Block.transcript_version_id),
            col(Block.start),
            col(Block.end),
            col(Block.memo),
            col(Block.version),
            col(Account.name),
            col(Block.made_at),
            col(BlockDomain.domain_id),
        )
        .join(BlockDomain, col(BlockDomain.block_id) == col(Block.id))
        .join(Account, col(Account.id) == col(Block.made_by))
        .join(Domain, col(Domain.id) == col(BlockDomain.domain_id))
        .where(col(Block.layer_id).in_(layer_ids))
        .order_by(col(Block.start), col(Block.id), col(Domain.position)),
    )
    found: list[Placed] = []
    for row in rows:
        if found and found[-1].id == row[0]:
            found[-1] = found[-1]._replace(domain_ids=(*found[-1].domain_ids, row[-1]))
        else:
            found.append(Placed._make((Kind.BLOCK, *row[:-1], (row[-1],))))
    marks = run(
        db,
        sa.select(
            col(NotCoded.id),
            col(NotCoded.layer_id),
            col(NotCoded.transcript_version_id),
            col(NotCoded.start),
            col(NotCoded.end),
            sa.literal(""),
            col(NotCoded.version),
            col(Account.name),
            col(NotCoded.made_at),
        )
        .join(Account, col(Account.id) == col(NotCoded.made_by))
        .where(col(NotCoded.layer_id).in_(layer_ids))
        .order_by(col(NotCoded.start), col(NotCoded.id)),
    )
    found.extend(Placed._make((Kind.NOT_CODED, *row, ())) for row in marks)
    return found


def _open_turns(transcript: TranscriptText, placed: Sequence[Placed]) -> dict[int, list[int]]:
    """The participants' turns that are not covered, each with its open sentences (from 0)."""
    ground = joined((p.start, p.end) for p in placed if p.version_id == transcript.version_id)
    found = {}
    for turn in transcript.turns:
        if turn.is_participant:
            left = open_sentences(transcript.text, turn.sentences, turn.end, ground)
            if left:
                found[turn.number] = left
    return found


def _marks(
    case: CaseContext,
    units: Sequence[CaseUnit],
    domains: dict[int, tuple[int, DomainRow]],
    placed: Sequence[Placed],
    shown: TranscriptText | None,
) -> list[Mark]:
    visible = {unit.layer_id for unit in units if unit.is_visible}
    own = case.unit.layer_id
    found = []
    for each in placed:
        if shown is None or each.version_id != shown.version_id or each.layer_id not in visible:
            continue
        faint = each.layer_id != own
        note = f"{each.by}: {each.memo}" if each.memo else each.by
        place = (each.start, each.end)
        for domain_id in each.domain_ids:
            domain = domains[domain_id][1]
            found.append(
                Mark(
                    f"{each.id}-{domain_id}",
                    each.id,
                    *place,
                    domain_id,
                    domain.hue,
                    domain.abbreviation,
                    domain.title,
                    note,
                    faint,
                )
            )
        if each.kind is Kind.NOT_CODED:
            key = f"not-coded-{each.id}"
            found.append(Mark(key, each.id, *place, 0, 0, NOT_CODED_SIGN, "Not coded", note, faint))
    return found


def _drawn(
    shown: TranscriptText | None,
    marks: Sequence[Mark],
    open_turns: dict[int, dict[int, list[int]]],
    found: str,
    touched: Iterable[Range] | None,
) -> list[TurnView]:
    if shown is None:
        return []
    within = None
    if touched is not None:
        reach = [affected([(m.start, m.end) for m in marks], *each) for each in touched]
        if not reach:
            return []
        within = (min(start for start, _ in reach), max(end for _, end in reach))
    return draw(
        shown.text,
        shown.turns,
        marks,
        open_turns=open_turns[shown.number],
        hits=shown.search(found),
        within=within,
    )


def _lines(
    case: CaseContext,
    domains: dict[int, tuple[int, DomainRow]],
    own: Sequence[Placed],
    shown: TranscriptText | None,
) -> tuple[DomainLine, ...]:
    counts: dict[int, int] = {}
    first: dict[int, int] = {}
    for each in own:
        for domain_id in each.domain_ids:
            counts[domain_id] = counts.get(domain_id, 0) + 1
            if shown and each.version_id == shown.version_id:
                first.setdefault(domain_id, each.start)
    listed = [row for sample_id, row in domains.values() if sample_id == case.sample.id]
    return tuple(
        DomainLine(
            row,
            KEYS[place] if place < len(KEYS) else "",
            counts.get(row.id, 0),
            _turn_at(shown.turns, first[row.id]) if shown and row.id in first else None,
        )
        for place, row in enumerate(listed)
    )


def _turn_at(turns: Sequence[TurnText], offset: int) -> int | None:
    return next((turn.number for turn in turns if turn.end >= offset), None)


def _next_open(
    transcripts: Sequence[TranscriptText],
    open_turns: dict[int, dict[int, list[int]]],
    shown: TranscriptText | None,
) -> NextTurn | None:
    """The first open turn of the transcript shown, else of the case."""
    for transcript in sorted(transcripts, key=lambda t: t is not shown):
        for turn in transcript.turns:
            left = open_turns[transcript.number].get(turn.number)
            if left:
                return NextTurn(transcript.number, turn.number, left[0] + 1, len(turn.sentences))
    return None
