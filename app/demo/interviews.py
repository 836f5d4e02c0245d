"""The source format of the demo's invented interviews, and its reader.

One file per case in `app/demo/interviews/`. A head of `key: value` lines, a blank line, the turns
(`I:` interviewer, `P:` participant, one turn a line), the line `=== core ideas`, and one line per
core idea or absence:

    T13 | a, c | P and C felt closer after P's tears.
    T misc REF | d | ...         a core idea of domain REF in Miscellaneous
    T sort CTX | e | ...         a core idea of a domain that is not cross-analysed
    T none DIS | not asked       why the case says nothing in that domain

`T`, `C` and `O` are the samples (as therapist, as client, own therapist); the number is the row of
the published table. A passage is marked `[a|...]` in the text; marks may nest. One core idea may
stand in two categories: `T13 T14 | a | ...`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

INTERVIEWS = Path(__file__).parent / "interviews"
ABSENCE_REASONS = ("nothing said", "not asked", "no such event", "too thin")


@dataclass(frozen=True)
class Passage:
    """A marked passage: code points of the whole text, end-exclusive."""

    start: int
    end: int


@dataclass(frozen=True)
class DemoIdea:
    """A core idea with the rows it counts in; `domain` only for Miscellaneous and unsorted ones."""

    sample: str
    rows: tuple[int, ...]
    domain: str
    miscellaneous: bool
    marks: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Interview:
    """One invented case: its turns, marked passages, core ideas and absences."""

    code: str
    attributes: dict[str, str]
    turns: tuple[tuple[str, str], ...]
    passages: dict[str, Passage]
    ideas: tuple[DemoIdea, ...]
    absences: dict[tuple[str, str], str] = field(default_factory=dict)

    @cached_property
    def text(self) -> str:
        """The version's text: turns joined by a line feed."""
        return "\n".join(text for _, text in self.turns)


def read_interview(path: Path) -> Interview:
    """Read one file. Raises `ValueError` naming file and line where the format is broken."""
    body, _, tail = path.read_text(encoding="utf-8").partition("=== core ideas")
    head, _, talk = body.partition("\n\n")
    facts = dict(_pairs(head))
    turns: list[tuple[str, str]] = []
    passages: dict[str, Passage] = {}
    offset = 0
    for line in filter(None, (line.strip() for line in talk.splitlines())):
        speaker, colon, marked = line.partition(": ")
        if not colon or speaker not in ("I", "P"):
            raise ValueError(f"{path.name}: a turn starts with 'I: ' or 'P: ': {line[:60]!r}")
        plain = _unmark(marked, offset, passages, path.name)
        turns.append((speaker, plain))
        offset += len(plain) + 1
    ideas, absences = _core_ideas(tail, passages, path.name)
    attributes = {
        name.strip(): value.strip()
        for name, _, value in (pair.partition("=") for pair in facts["attributes"].split(";"))
    }
    return Interview(facts["code"], attributes, tuple(turns), passages, ideas, absences)


def _pairs(head: str) -> Iterator[tuple[str, str]]:
    for line in head.splitlines():
        if not line.startswith("#"):
            key, _, value = line.partition(":")
            yield key.strip(), value.strip()


def _unmark(marked: str, offset: int, passages: dict[str, Passage], where: str) -> str:
    plain: list[str] = []
    length = 0
    opened: list[tuple[str, int]] = []
    for piece in re.split(r"(\[[a-z0-9]+\||\])", marked):
        if piece == "]":
            if not opened:
                raise ValueError(f"{where}: a ']' closes nothing: {marked[:60]!r}")
            mark, start = opened.pop()
            if mark in passages:
                raise ValueError(f"{where}: the mark '{mark}' is used twice")
            passages[mark] = Passage(offset + start, offset + length)
        elif piece.startswith("[") and piece.endswith("|"):
            opened.append((piece[1:-1], length))
        else:
            plain.append(piece)
            length += len(piece)
    if opened or "[" in "".join(plain):
        raise ValueError(f"{where}: a mark is not closed within its turn: {marked[:60]!r}")
    return "".join(plain)


def _core_ideas(
    tail: str, passages: dict[str, Passage], where: str
) -> tuple[tuple[DemoIdea, ...], dict[tuple[str, str], str]]:
    ideas: list[DemoIdea] = []
    absences: dict[tuple[str, str], str] = {}
    for line in filter(None, (line.strip() for line in tail.splitlines())):
        place, *rest = (part.strip() for part in line.split("|", 2))
        words = place.split()
        if len(words) == 3 and words[1] == "none":
            if rest[0] not in ABSENCE_REASONS:
                raise ValueError(f"{where}: unknown absence reason in {line!r}")
            absences[words[0], words[2]] = rest[0]
            continue
        marks = tuple(mark.strip() for mark in rest[0].split(","))
        unknown = [mark for mark in marks if mark not in passages]
        if unknown:
            raise ValueError(f"{where}: no passage is marked {unknown} for {line[:60]!r}")
        if len(words) == 3 and words[1] in ("misc", "sort"):
            idea = DemoIdea(words[0], (), words[2], words[1] == "misc", marks, rest[1])
        else:
            rows = tuple(int(word[1:]) for word in words)
            idea = DemoIdea(words[0][0], rows, "", False, marks, rest[1])
        ideas.append(idea)
    return tuple(ideas), absences
