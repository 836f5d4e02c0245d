"""Who is who in a transcript: a sensible guess at each speaker's role. PURE.

The PI sees the guess in the preview and settles it; coverage counts participants' turns.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class SpeakerRole(StrEnum):
    """Whose words they are; coverage counts participants' turns."""

    INTERVIEWER = "interviewer"
    PARTICIPANT = "participant"
    OTHER = "other"


INTERVIEWERS = re.compile(
    r"i|iv|ir|int|interviewer(in)?|q|question|researcher|investigator|moderator|mod|facilitator"
    r"|host|assistant|ai|bot|chatbot|agent|system|frage"
)
PARTICIPANTS = re.compile(
    r"p|pt|part|participant|interviewee|ie|informant|respondent|resp|subject|user|human|a|answer"
    r"|b|client|c|befragter?|antwort|teilnehmer(in)?"
)


@dataclass(frozen=True)
class Heard:
    """A speaker found in a transcript, and how much of it is theirs."""

    label: str
    turns: int
    words: int


def heard(turns: Iterable[tuple[str, str, str]]) -> tuple[Heard, ...]:
    """The speakers of a transcript's turns (speaker, text, time stamp), as they first speak."""
    counts: dict[str, list[int]] = {}
    for speaker, text, _ in turns:
        count = counts.setdefault(speaker, [0, 0])
        count[0] += 1
        count[1] += len(text.split())
    return tuple(Heard(label, *count) for label, count in counts.items())


def guess_roles(speakers: Iterable[Heard]) -> dict[str, SpeakerRole]:
    """A role for each label: by its word, else whoever says most is a participant.

    Where two people talk and only one is known by the word, the other has the other part.
    """
    speakers = list(speakers)
    roles = {speaker.label: _by_word(speaker.label) for speaker in speakers}
    unknown = [s for s in speakers if roles[s.label] is None]
    if unknown and SpeakerRole.PARTICIPANT not in roles.values():
        most = max(unknown, key=lambda speaker: speaker.words)
        roles[most.label] = SpeakerRole.PARTICIPANT
        unknown.remove(most)
    if len(unknown) == 1 and SpeakerRole.INTERVIEWER not in roles.values() and unknown[0].label:
        roles[unknown[0].label] = SpeakerRole.INTERVIEWER
    return {label: role or SpeakerRole.OTHER for label, role in roles.items()}


def _by_word(label: str) -> SpeakerRole | None:
    word = re.sub(r"[\W\d_]+", "", label.casefold())
    if INTERVIEWERS.fullmatch(word):
        return SpeakerRole.INTERVIEWER
    if PARTICIPANTS.fullmatch(word):
        return SpeakerRole.PARTICIPANT
    return None
