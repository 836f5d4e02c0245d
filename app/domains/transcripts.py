"""The transcripts of a case as coding reads them: the newest version of each, turn by turn."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.models import Speaker, SpeakerRole, Transcript, TranscriptVersion, Turn
from app.db import run
from app.domains.margin import TurnText
from app.errors import Conflict, Invalid, NotFound


@dataclass(frozen=True)
class TranscriptText:
    """One transcript: its frozen text and its turns."""

    id: int
    number: int
    title: str
    version_id: int
    text: str
    turns: tuple[TurnText, ...]

    @cached_property
    def boundaries(self) -> list[int]:
        """Where sentences begin, ascending."""
        return [start for turn in self.turns for start in turn.sentences]

    @cached_property
    def sentence_ends(self) -> list[int]:
        """Where sentences end, ascending, without the blank space behind them."""
        stops = (*self.boundaries[1:], len(self.text))
        return [
            start + len(self.text[start:stop].rstrip())
            for start, stop in zip(self.boundaries, stops, strict=False)
        ]

    def cite(self, start: int, end: int) -> str:
        """'44', '2:44' in the second transcript, '31–32' over several turns."""
        touched = [turn.number for turn in self.turns if turn.start < end and start < turn.end]
        if not touched:
            return ""
        prefix = f"{self.number}:" if self.number > 1 else ""
        last = f"–{touched[-1]}" if touched[-1] != touched[0] else ""
        return f"{prefix}{touched[0]}{last}"

    def search(self, words: str) -> list[tuple[int, int]]:
        """Where the words stand, without regard to case and to the kind of blank between them."""
        if not words.strip():
            return []
        pattern = r"\s+".join(re.escape(word) for word in words.split())
        return [found.span() for found in re.finditer(pattern, self.text, re.IGNORECASE)]

    def sentence(self, turn_number: int, sentence: int) -> tuple[int, int]:
        """Start and end of a sentence by its numbers, both from 1. Raises `Invalid`."""
        turn = next((turn for turn in self.turns if turn.number == turn_number), None)
        if turn is None:
            raise Invalid(
                f"There is no turn {turn_number}; the transcript has {len(self.turns)} turns."
            )
        if not 1 <= sentence <= len(turn.sentences):
            raise Invalid(
                f"Turn {turn_number} has {len(turn.sentences)} sentences; there is no sentence "
                f"{sentence} in it."
            )
        place = self.boundaries.index(turn.sentences[sentence - 1])
        return self.boundaries[place], self.sentence_ends[place]


def transcripts_of(db: Session, case_id: int) -> tuple[TranscriptText, ...]:
    """Every transcript of a case in its newest version. Two statements."""
    newest = (
        sa.select(sa.func.max(col(TranscriptVersion.number)))
        .where(col(TranscriptVersion.transcript_id) == col(Transcript.id))
        .correlate(Transcript)
        .scalar_subquery()
    )
    heads = run(
        db,
        sa.select(
            col(Transcript.id),
            col(Transcript.number),
            col(Transcript.title),
            col(TranscriptVersion.id),
            col(TranscriptVersion.text),
        )
        .join(TranscriptVersion, col(TranscriptVersion.transcript_id) == col(Transcript.id))
        .where(col(Transcript.case_id) == case_id, col(TranscriptVersion.number) == newest)
        .order_by(col(Transcript.number)),
    ).all()
    turns: dict[int, list[TurnText]] = {version_id: [] for _, _, _, version_id, _ in heads}
    for row in _turns(db, list(turns)):
        turns[row[0]].append(TurnText(*row[1:]))
    return tuple(
        TranscriptText(id_, number, title, version_id, text, tuple(turns[version_id]))
        for id_, number, title, version_id, text in heads
    )


def _turns(db: Session, version_ids: list[int]) -> Any:
    return run(
        db,
        sa.select(
            col(Turn.version_id),
            col(Turn.number),
            col(Turn.speaker),
            col(Speaker.role) == SpeakerRole.PARTICIPANT,
            col(Turn.start),
            col(Turn.end),
            col(Turn.sentences),
        )
        .join(TranscriptVersion, col(TranscriptVersion.id) == col(Turn.version_id))
        .join(
            Speaker,
            sa.and_(
                col(Speaker.transcript_id) == col(TranscriptVersion.transcript_id),
                col(Speaker.label) == col(Turn.speaker),
            ),
            isouter=True,
        )
        .where(col(Turn.version_id).in_(version_ids))
        .order_by(col(Turn.version_id), col(Turn.number)),
    )


def transcript_with(transcripts: tuple[TranscriptText, ...], version_id: int) -> TranscriptText:
    """The transcript whose newest version this is.

    Raises `NotFound` where the case has no transcript, `Conflict` for a version that is not the
    newest of any of them.
    """
    if not transcripts:
        raise NotFound("This case has no transcript yet. Add one first, then code it.")
    for transcript in transcripts:
        if transcript.version_id == version_id:
            return transcript
    raise Conflict(
        "The transcript on your page is not the case's present one. Load the page again and "
        "select the passage once more; nothing was changed."
    )
