"""The blocks of a case, domain by domain, as they are read beside core ideas."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.guard import CaseContext
from app.core_ideas.consensus_version import Said
from app.db import run
from app.domains.coding import turn_id
from app.domains.models import Block, BlockDomain
from app.domains.transcripts import TranscriptText, transcripts_of


@dataclass(frozen=True)
class RawData:
    """A block: its turns ('44', '31–32', '2:14'), where it is coded, and who says what."""

    id: int
    turns: str
    url: str
    text: str
    said: tuple[Said, ...]


def raw_data_of(db: Session, case: CaseContext) -> tuple[Mapping[int, list[RawData]], bool]:
    """The blocks of each domain in the order of the transcripts; and is there a transcript at all.

    Three statements.
    """
    transcripts = {each.version_id: each for each in transcripts_of(db, case.case_id)}
    rows = run(
        db,
        sa.select(
            col(Block.id),
            col(Block.transcript_version_id),
            col(Block.start),
            col(Block.end),
            col(Block.quote),
            col(BlockDomain.domain_id),
        )
        .join(BlockDomain, col(BlockDomain.block_id) == col(Block.id))
        .where(col(Block.layer_id) == case.unit.blocks_layer_id)
        .order_by(col(Block.transcript_version_id), col(Block.start), col(Block.end)),
    ).all()
    place = {version_id: place for place, version_id in enumerate(transcripts)}
    found: dict[int, list[RawData]] = defaultdict(list)
    for id_, version_id, start, end, quote, domain_id in sorted(
        rows, key=lambda row: (place.get(row[1], -1), row[2], row[3])
    ):
        transcript = transcripts.get(version_id)
        found[domain_id].append(_raw_data(case, id_, transcript, start, end, quote))
    return found, bool(transcripts)


def _raw_data(
    case: CaseContext,
    block_id: int,
    transcript: TranscriptText | None,
    start: int,
    end: int,
    quote: str,
) -> RawData:
    coding = f"{case.url}/coding"
    said = said_in(transcript, start, end, quote)
    if transcript is None:
        return RawData(block_id, "", coding, quote, said)
    turns = [turn for turn in transcript.turns if turn.start < end and start < turn.end]
    query = f"?transcript={transcript.number}" if transcript.number > 1 else ""
    url = f"{coding}{query}#{turn_id(transcript.number)}{turns[0].number}" if turns else coding
    return RawData(block_id, transcript.cite(start, end), url, quote, said)


def said_in(
    transcript: TranscriptText | None, start: int, end: int, quote: str
) -> tuple[Said, ...]:
    """A passage turn by turn; without its transcript's present version only its words."""
    if transcript is None:
        return (Said("", "", True, quote),)
    prefix = f"{transcript.number}:" if transcript.number > 1 else ""
    return tuple(
        Said(
            f"{prefix}{turn.number}",
            turn.speaker,
            turn.is_participant,
            transcript.text[max(start, turn.start) : min(end, turn.end)],
        )
        for turn in transcript.turns
        if turn.start < end and start < turn.end
    )
