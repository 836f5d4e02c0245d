"""The consensus version of a case as a document: domain by domain, core ideas and raw data.

PURE. Built from what was read, kept as one JSON value, and read back by pages, files, audits and
comparisons. Everything in it has a guid, which stays the same from version to version, and a
number, which is its place in this one: domain 3 has the core ideas 3.1, 3.2 and the passages 3a,
3b. Source of the layout: the consensus version of Hill et al. (2005), the transcript sorted anew
by domain.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.word_diff import Piece, word_diff


@dataclass(frozen=True)
class Said:
    """What one speaker says in a passage; `turn` as it is cited ('44', '2:44')."""

    turn: str
    speaker: str
    is_participant: bool
    text: str


@dataclass(frozen=True)
class Passage:
    """A block in a domain: its turns, who says what, and the other domains it is in."""

    guid: str
    number: str
    turns: str
    also_in: tuple[str, ...]
    said: tuple[Said, ...]

    @property
    def text(self) -> str:
        """Its words alone."""
        return "\n".join(said.text for said in self.said)


@dataclass(frozen=True)
class Statement:
    """A core idea: its words, the turns behind it, and the passages (by guid) it rests on."""

    guid: str
    number: str
    text: str
    turns: str
    passages: tuple[str, ...]


@dataclass(frozen=True)
class DomainPart:
    """A domain with what the case says in it, or why it says nothing (`absence`)."""

    guid: str
    number: int
    title: str
    abbreviation: str
    kind: str
    hue: int
    statements: tuple[Statement, ...]
    passages: tuple[Passage, ...]
    absence: str = ""

    @property
    def is_empty(self) -> bool:
        """Is there neither a core idea nor a passage nor a reason?"""
        return not (self.statements or self.passages or self.absence)


@dataclass(frozen=True)
class Left:
    """A passage that the team looked at and left out."""

    guid: str
    turns: str
    text: str


@dataclass(frozen=True)
class Note:
    """An amendment or an editorial change since the judges agreed to the whole.

    `at` and `agreed_at` are moments in UTC (ISO 8601). `board` is the domain while whose sorting
    it was made; a core idea that moved has another domain after than before.
    """

    guid: str
    kind: str
    core_idea: str
    number: str
    domain: str
    new_domain: str
    was: tuple[str, ...]
    became: tuple[str, ...]
    by: str
    at: str
    agreed_at: str
    board: str

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Word by word, where one core idea became one; else nothing."""
        if len(self.was) != 1 or len(self.became) != 1:
            return ()
        return word_diff(self.was[0], self.became[0])


@dataclass(frozen=True)
class Item:
    """Something in a document that can be commented on.

    `guid` and `kind` tell which from version to version, `domain` (a guid) in which domain.
    """

    kind: str
    guid: str
    domain: str
    number: str
    text: str


@dataclass(frozen=True)
class Document:
    """A case's consensus version. `transcripts` are titles with their versions."""

    study: str
    sample: str
    code: str
    domain_list: int
    transcripts: tuple[str, ...]
    domains: tuple[DomainPart, ...]
    uncoded: str
    left_out: tuple[Left, ...]
    notes: tuple[Note, ...]

    @property
    def total(self) -> int:
        """How many core ideas there are."""
        return sum(len(domain.statements) for domain in self.domains)

    def as_json(self) -> dict[str, Any]:
        """Plain values for the database; the lists stay lists."""
        return {"kind": "case"} | asdict(self)

    def items(self) -> Iterator[Item]:
        """Everything that can be commented on, in the order of the document."""
        for domain in self.domains:
            yield Item("domain", domain.guid, domain.guid, str(domain.number), domain.title)
            for idea in domain.statements:
                yield Item("core_idea", idea.guid, domain.guid, idea.number, idea.text)
            for passage in domain.passages:
                yield Item("block", passage.guid, domain.guid, passage.number, passage.text)


def read_document(values: Mapping[str, Any]) -> Document:
    """Back from the database."""
    return Document(
        **{name: values[name] for name in ("study", "sample", "code", "domain_list", "uncoded")},
        transcripts=tuple(values["transcripts"]),
        domains=tuple(_domain(domain) for domain in values["domains"]),
        left_out=tuple(Left(**left) for left in values["left_out"]),
        notes=read_notes(values["notes"]),
    )


def read_notes(values: Sequence[Mapping[str, Any]]) -> tuple[Note, ...]:
    """Amendments and editorial changes, back from the database."""
    return tuple(
        Note(**{**note, "was": tuple(note["was"]), "became": tuple(note["became"])})
        for note in values
    )


def _domain(values: Mapping[str, Any]) -> DomainPart:
    statements = tuple(
        Statement(**{**idea, "passages": tuple(idea["passages"])}) for idea in values["statements"]
    )
    passages = tuple(
        Passage(
            **{
                **passage,
                "also_in": tuple(passage["also_in"]),
                "said": tuple(Said(**said) for said in passage["said"]),
            }
        )
        for passage in values["passages"]
    )
    return DomainPart(**{**values, "statements": statements, "passages": passages})


def lettered(domain: int, place: int) -> str:
    """The number of a passage: the first of domain 3 is '3a', the 27th '3aa'."""
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(ord("a") + letter) + letters
    return f"{domain}{letters}"


def ranges(numbers: Sequence[int], prefix: str = "") -> str:
    """'1–4, 12' for the turns 1, 2, 3, 4 and 12; `prefix` names another transcript ('2:')."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ", ".join(
        f"{prefix}{first}" if first == last else f"{prefix}{first}–{last}" for first, last in found
    )
