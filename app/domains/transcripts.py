"""The transcripts of a case as coding reads them: the newest version of each, turn by turn."""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.models import Speaker, SpeakerRole, Transcript, TranscriptVersion, Turn
from app.db import run
from app.domains.lines import line_starts
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

    def extent(self, start: int, end: int) -> str:
        """How much of its turn a passage is: 'all', 'sentences 3–4', 'part of sentence 3'.

        'turns 31–32' where it reaches over several.
        """
        touched = [turn for turn in self.turns if turn.start < end and start < turn.end]
        if len(touched) != 1:
            return f"turns {self.cite(start, end)}"
        first = bisect_right(touched[0].sentences, start)
        last = bisect_left(touched[0].sentences, end)
        begins = self.boundaries.index(touched[0].sentences[max(first, 1) - 1])
        ends = self.sentence_ends[begins + last - max(first, 1)]
        is_whole = start <= self.boundaries[begins] and ends <= end
        if is_whole and first <= 1 and last == len(touched[0].sentences):
            return "all"
        named = f"sentence {first}" if first == last else f"sentences {first}–{last}"
        return named if is_whole else f"part of {named}"

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


_NEWEST = (
    sa.select(sa.func.max(col(TranscriptVersion.number)))
    .where(col(TranscriptVersion.transcript_id) == col(Transcript.id))
    .correlate(Transcript)
    .scalar_subquery()
)
HEADS = (
    sa.select(
        col(Transcript.id),
        col(Transcript.number),
        col(Transcript.title),
        col(TranscriptVersion.id),
        col(TranscriptVersion.guid),
        col(TranscriptVersion.text),
    )
    .join(TranscriptVersion, col(TranscriptVersion.transcript_id) == col(Transcript.id))
    .where(
        col(Transcript.case_id) == sa.bindparam("case_id"), col(TranscriptVersion.number) == _NEWEST
    )
    .order_by(col(Transcript.number))
)
PARTICIPANTS = (
    sa.select(col(Speaker.transcript_id), col(Speaker.label))
    .join(Transcript, col(Transcript.id) == col(Speaker.transcript_id))
    .where(
        col(Transcript.case_id) == sa.bindparam("case_id"),
        col(Speaker.role) == SpeakerRole.PARTICIPANT,
    )
)
TURNS = (
    sa.select(
        col(Turn.number), col(Turn.speaker), col(Turn.start), col(Turn.end), col(Turn.sentences)
    )
    .where(col(Turn.version_id) == sa.bindparam("version_id"))
    .order_by(col(Turn.number))
)


def transcripts_of(db: Session, case_id: int) -> tuple[TranscriptText, ...]:
    """Every transcript of a case in its newest version."""
    heads = run(db, HEADS, {"case_id": case_id}).all()
    participants: dict[int, set[str]] = {id_: set() for id_, *_ in heads}
    for transcript_id, label in run(db, PARTICIPANTS, {"case_id": case_id}):
        participants[transcript_id].add(label)
    return tuple(
        TranscriptText(
            id_,
            number,
            title,
            version_id,
            text,
            _turns(db, version_id, guid, text, frozenset(participants[id_])),
        )
        for id_, number, title, version_id, guid, text in heads
    )


KEPT = 64
_kept: dict[tuple[str, frozenset[str]], tuple[TurnText, ...]] = {}


def _turns(
    db: Session, version_id: int, guid: str, text: str, participants: frozenset[str]
) -> tuple[TurnText, ...]:
    """The turns of a version: where they are, not what they say.

    A version never changes, so its turns are kept by its guid, of the versions asked for lately.
    """
    key = (guid, participants)
    found = _kept.get(key)
    if found is None:
        found = tuple(
            TurnText(
                number,
                speaker,
                speaker in participants,
                start,
                end,
                tuple(sentences),
                line_starts(text, start, end),
                f"data-sentences={','.join(map(str, sentences))}" if sentences else "",
            )
            for number, speaker, start, end, sentences in run(
                db, TURNS, {"version_id": version_id}
            ).all()
        )
        if len(_kept) >= KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[key] = found
    return found


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
