"""The raw data behind a board's core ideas: which turns, and the words themselves."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.models import Case, Transcript, TranscriptVersion, Turn
from app.consensus.models import Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER
from app.consensus.rules import UnitKind
from app.core_ideas.models import CoreIdea, CoreIdeaBlock
from app.cross_analysis.guard import BoardContext
from app.cross_analysis.rules import Passage, cite
from app.db import run
from app.domains.coding import turn_id
from app.domains.models import Block
from app.studies.guard import SampleName


class WhichBoard(Protocol):
    """A board, whoever looks at it."""

    @property
    def domain_id(self) -> int:
        """Its domain."""

    @property
    def sample(self) -> SampleName:
        """The sample of that domain."""


def on_board(board: WhichBoard) -> tuple[Any, ...]:
    """Which core ideas are on a board: the domain's, from the sample's consensus layers."""
    return (
        col(CoreIdea.domain_id) == board.domain_id,
        col(Unit.sample_id) == board.sample.id,
        col(Unit.kind) == UnitKind.CASE,
    )


def turns_of_core_ideas(db: Session, board: WhichBoard) -> dict[int, str]:
    """For each core idea of the board the turns of its raw data, as in 'turns 92–93'.

    Three statements. Ids and offsets come as one text a row: fetching thousands of rows would cost
    more than all the rest of the page.
    """
    passages = _passages(db, board)
    links = run(
        db,
        _of_board(
            board,
            col(CoreIdeaBlock.core_idea_id),
            sa.func.aggregate_strings(sa.cast(col(CoreIdeaBlock.block_id), sa.String), " "),
        ).group_by(col(CoreIdeaBlock.core_idea_id)),
    ).all()
    cited: dict[str, str] = {}
    found = {}
    for core_idea_id, blocks in links:
        if blocks not in cited:
            cited[blocks] = cite(passages[block] for block in blocks.split())
        found[core_idea_id] = cited[blocks]
    return found


class Quote(NamedTuple):
    """A passage behind a core idea, with the coding page's address of its first turn."""

    turns: str
    text: str
    url: str


@dataclass(frozen=True)
class Evidence:
    """A core idea of a board with its case and its raw data."""

    id: int
    code: str
    text: str
    case_url: str
    quotes: tuple[Quote, ...]


def evidence_of(
    db: Session, board: BoardContext, core_idea_id: int, *, with_quotes: bool
) -> Evidence | None:
    """One core idea of the board with the words it rests on; None where it is not (any more)."""
    row = run(
        db,
        sa.select(col(CoreIdea.text), col(Case.code))
        .join(Layer, col(Layer.id) == col(CoreIdea.layer_id))
        .join(Unit, CONSENSUS_LAYER)
        .join(Case, col(Case.id) == col(Unit.case_id))
        .where(col(CoreIdea.id) == core_idea_id, *on_board(board)),
    ).first()
    if row is None:
        return None
    text, code = row
    case_url = f"/studies/{board.study.id}/samples/{board.sample.id}/cases/{code}"
    quotes = _quotes(db, core_idea_id, f"{case_url}/coding") if with_quotes else ()
    return Evidence(core_idea_id, code, text, case_url, quotes)


def _quotes(db: Session, core_idea_id: int, coding_url: str) -> tuple[Quote, ...]:
    blocks = run(
        db,
        sa.select(
            col(Block.transcript_version_id),
            col(Transcript.number),
            col(Block.start),
            col(Block.end),
            col(Block.quote),
        )
        .join(CoreIdeaBlock, col(CoreIdeaBlock.block_id) == col(Block.id))
        .join(TranscriptVersion, col(TranscriptVersion.id) == col(Block.transcript_version_id))
        .join(Transcript, col(Transcript.id) == col(TranscriptVersion.transcript_id))
        .where(col(CoreIdeaBlock.core_idea_id) == core_idea_id)
        .order_by(col(Transcript.number), col(Block.start), col(Block.end)),
    ).all()
    turns = _turn_starts(db, {block[0] for block in blocks})
    found = []
    for version_id, transcript, start, end, text in blocks:
        passage = _passage(turns[version_id], transcript, start, end)
        place = f"?transcript={transcript}" if transcript > 1 else ""
        found.append(
            Quote(cite([passage]), text, f"{coding_url}{place}#{turn_id(transcript)}{passage[1]}")
        )
    return tuple(found)


def _passage(starts: list[int], transcript: int, start: int, end: int) -> Passage:
    return (transcript, bisect_right(starts, start), bisect_left(starts, end))


def _of_board(board: WhichBoard, *columns: Any) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .select_from(CoreIdeaBlock)
        .join(CoreIdea, col(CoreIdea.id) == col(CoreIdeaBlock.core_idea_id))
        .join(Layer, col(Layer.id) == col(CoreIdea.layer_id))
        .join(Unit, CONSENSUS_LAYER)
        .where(*on_board(board))
    )


def _passages(db: Session, board: WhichBoard) -> dict[str, Passage]:
    blocks = run(
        db,
        sa.select(
            sa.cast(col(Block.id), sa.String),
            col(Block.transcript_version_id),
            col(Transcript.number),
            col(Block.start),
            col(Block.end),
        )
        .join(TranscriptVersion, col(TranscriptVersion.id) == col(Block.transcript_version_id))
        .join(Transcript, col(Transcript.id) == col(TranscriptVersion.transcript_id))
        .where(col(Block.id).in_(_of_board(board, col(CoreIdeaBlock.block_id)))),
    ).all()
    turns = _turn_starts(db, {version_id for _, version_id, *_ in blocks})
    return {
        block: _passage(turns[version_id], transcript, start, end)
        for block, version_id, transcript, start, end in blocks
    }


def _turn_starts(db: Session, version_ids: Collection[int]) -> dict[int, list[int]]:
    """Where the turns 1, 2, 3 ... of each version start."""
    rows = run(
        db,
        sa.select(
            col(Turn.version_id),
            sa.func.aggregate_strings(sa.cast(col(Turn.start), sa.String), " "),
        )
        .where(col(Turn.version_id).in_(version_ids))
        .group_by(col(Turn.version_id)),
    ).all()
    return {version_id: sorted(map(int, starts.split())) for version_id, starts in rows}
