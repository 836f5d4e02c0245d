"""What the coding page of a case reads: transcript, margin, domains with counts, coverage.

A constant number of SQL statements; everything else is computed from what they return.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.guard import CaseContext
from app.db import run
from app.domains.coverage import first_open, joined
from app.domains.margin import Mark, TurnText, TurnView, draw
from app.domains.models import Domain
from app.domains.passages import Kind, Passage
from app.domains.placed import CaseUnit, Placed, case_units, placed_on
from app.domains.queries import DOMAIN_COLUMNS, DomainRow
from app.domains.transcripts import TranscriptText, transcripts_of

KEYS = "1234567890"
DOMAINS = (
    sa.select(col(Domain.sample_id), *DOMAIN_COLUMNS)
    .where(col(Domain.sample_id).in_(sa.bindparam("samples", expanding=True)))
    .order_by(col(Domain.sample_id), col(Domain.position), col(Domain.id))
)
NOT_CODED_SIGN = "n/c"


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
    def number(self) -> int:
        """The number of the transcript shown."""
        return self.transcript.number if self.transcript else 1

    @property
    def turn_id(self) -> str:
        """What the element id of a turn of this page begins with."""
        return turn_id(self.number)


def turn_id(transcript: int) -> str:
    """What a turn's element id begins with: unlike in each transcript of a case."""
    return f"turn-{transcript}-" if transcript > 1 else "turn-"


def read_coding(
    db: Session,
    case: CaseContext,
    *,
    transcript: int | None = None,
    found: str = "",
    touched: Sequence[Passage] | None = None,
    transcripts: tuple[TranscriptText, ...] = (),
) -> Coding:
    """The page of one transcript of the case (by number; the first unless named).

    `found` marks where a search hits. With `touched`, only the turns are drawn that a change of
    these passages may have altered. `transcripts` are the case's, if they were read already.
    """
    units = case_units(db, case)
    transcripts = transcripts or transcripts_of(db, case.case_id)
    domains = _domains(db, units)
    placed = placed_on(db, [unit.layer_id for unit in units])
    shown = next((t for t in transcripts if t.number == (transcript or 1)), None)
    shown = shown or (transcripts[0] if transcripts else None)
    open_turns = {t.number: _open_turns(t, placed) for t in transcripts}
    marks = _marks(case, units, domains, placed, shown)
    own = [p for p in placed if p.layer_id == case.unit.blocks_layer_id]
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


def _domains(db: Session, units: Sequence[CaseUnit]) -> dict[int, tuple[int, DomainRow]]:
    rows = run(db, DOMAINS, {"samples": [unit.sample_id for unit in units]})
    return {row[1]: (row[0], DomainRow(*row[1:])) for row in rows}


def _open_turns(transcript: TranscriptText, placed: Sequence[Placed]) -> dict[int, int]:
    """The participants' turns that are not covered, each with its first open sentence (from 0)."""
    ground = joined((p.start, p.end) for p in placed if p.version_id == transcript.version_id)
    found = {}
    for turn in transcript.turns:
        if turn.is_participant:
            sentence = first_open(transcript.text, turn.sentences, turn.end, ground)
            if sentence is not None:
                found[turn.number] = sentence
    return found


def _marks(
    case: CaseContext,
    units: Sequence[CaseUnit],
    domains: dict[int, tuple[int, DomainRow]],
    placed: Sequence[Placed],
    shown: TranscriptText | None,
) -> list[Mark]:
    visible = {unit.layer_id for unit in units if unit.is_visible}
    own = case.unit.blocks_layer_id
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
                    f"{domain.title} · {note}",
                    faint,
                )
            )
        if each.kind is Kind.NOT_CODED:
            key = f"not-coded-{each.id}"
            found.append(
                Mark(key, each.id, *place, 0, 0, NOT_CODED_SIGN, f"Not coded · {note}", faint)
            )
    return found


def _drawn(
    shown: TranscriptText | None,
    marks: Sequence[Mark],
    open_turns: dict[int, dict[int, int]],
    found: str,
    touched: Sequence[Passage] | None,
) -> list[TurnView]:
    if shown is None:
        return []
    return draw(
        shown.text,
        shown.turns,
        marks,
        open_turns=open_turns[shown.number],
        hits=shown.search(found),
        touched=None
        if touched is None
        else [
            (passage.start, passage.end)
            for passage in touched
            if passage.transcript_version == shown.version_id
        ],
        id_prefix=turn_id(shown.number),
        cite_prefix=f"{shown.number}:" if shown.number > 1 else "",
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
            turn_at(shown.turns, first[row.id]) if shown and row.id in first else None,
        )
        for place, row in enumerate(listed)
    )


def turn_at(turns: Sequence[TurnText], offset: int) -> int | None:
    """The number of the turn in which an offset lies."""
    return next((turn.number for turn in turns if turn.end >= offset), None)


def _next_open(
    transcripts: Sequence[TranscriptText],
    open_turns: dict[int, dict[int, int]],
    shown: TranscriptText | None,
) -> NextTurn | None:
    """The first open turn of the transcript shown, else of the case."""
    for transcript in sorted(transcripts, key=lambda t: t is not shown):
        for turn in transcript.turns:
            sentence = open_turns[transcript.number].get(turn.number)
            if sentence is not None:
                return NextTurn(transcript.number, turn.number, sentence + 1, len(turn.sentences))
    return None
