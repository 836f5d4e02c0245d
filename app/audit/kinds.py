"""What is audited: a case, the board of a domain, or a sample's domain list.

What the kinds have in common is `AuditedItem`; whatever one of them has for itself stands in its
class here, in `moving.py` (how it moves and is frozen) and in `applying.py` (how a suggested change
is made). A case and a board are units, with judges who agree; a domain list is no unit: it is never
locked, nobody signs it, and its audit has a state of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from app.audit.words import CommentType, Kind, Suggestion
from app.consensus.queries import Judge, UnitFacts
from app.consensus.rules import State
from app.permissions import Action
from app.trail.service import Scene

Suggestions = Mapping[str, tuple[Suggestion, ...]]


class AuditedItem(Protocol):
    """What an audit is of.

    `types` and `suggestions` (by the kind of item in the document) are what its form offers;
    `applies` has the suggestions that are made with one click, and the right this takes.
    """

    kind: ClassVar[Kind]
    types: ClassVar[tuple[CommentType, ...]]
    suggestions: ClassVar[Suggestions]
    applies: ClassVar[Mapping[Suggestion, Action]]

    @property
    def name(self) -> str:
        """What is audited, in a sentence."""

    @property
    def state(self) -> State:
        """How far it is."""

    @property
    def judges(self) -> tuple[Judge, ...]:
        """Who responds to its audit."""

    @property
    def still_missing(self) -> tuple[Judge, ...]:
        """Who has to agree to what was changed in answer to the audit."""

    @property
    def is_agreed(self) -> bool:
        """For the permission table."""

    @property
    def code(self) -> str | None:
        """The one case it is about, if it is about one."""

    @property
    def has_transcripts(self) -> bool:
        """Does it rest on raw data, one click away?"""

    @property
    def path(self) -> str:
        """Where the team works on it, below its sample."""

    def scene(self, study_id: int, account_id: int) -> Scene:
        """For `trail.record`."""


@dataclass(frozen=True)
class _AuditedUnit:
    unit: UnitFacts

    has_transcripts: ClassVar[bool] = True
    applies: ClassVar[Mapping[Suggestion, Action]] = dict.fromkeys(Suggestion, Action.RESPOND)

    @property
    def state(self) -> State:
        return self.unit.state

    @property
    def judges(self) -> tuple[Judge, ...]:
        return self.unit.judges

    @property
    def still_missing(self) -> tuple[Judge, ...]:
        return self.unit.still_missing

    @property
    def is_agreed(self) -> bool:
        return self.unit.is_agreed

    def scene(self, study_id: int, account_id: int) -> Scene:
        return Scene(study_id, account_id, self.unit.id, None)


@dataclass(frozen=True)
class AuditedCase(_AuditedUnit):
    """A case in a sample: its blocks and its core ideas."""

    code: str

    kind: ClassVar[Kind] = Kind.CASE
    types: ClassVar[tuple[CommentType, ...]] = (
        CommentType.WRONG_DOMAIN,
        CommentType.MISSING,
        CommentType.WORDING,
        CommentType.INTERPRETATION,
        CommentType.TOO_ABSTRACT,
        CommentType.REDUNDANT,
        CommentType.SPLIT_OR_MERGE,
        CommentType.TITLE,
        CommentType.IDENTIFIES,
        CommentType.QUESTION,
        CommentType.PRAISE,
    )
    suggestions: ClassVar[Suggestions] = {
        "core_idea": (
            Suggestion.WORDING,
            Suggestion.MOVE,
            Suggestion.MERGE,
            Suggestion.SPLIT,
        ),
        "block": (Suggestion.MOVE,),
    }

    @property
    def name(self) -> str:
        return self.code

    @property
    def path(self) -> str:
        return f"cases/{self.code}/coding"


@dataclass(frozen=True)
class AuditedBoard(_AuditedUnit):
    """The cross-analysis of a domain."""

    domain_id: int
    title: str

    code: ClassVar[str | None] = None
    kind: ClassVar[Kind] = Kind.BOARD
    types: ClassVar[tuple[CommentType, ...]] = (
        CommentType.WRONG_DOMAIN,
        CommentType.MISSING,
        CommentType.WORDING,
        CommentType.INTERPRETATION,
        CommentType.TITLE,
        CommentType.LEVEL,
        CommentType.TOO_ABSTRACT,
        CommentType.SPLIT_OR_MERGE,
        CommentType.REDUNDANT,
        CommentType.IDENTIFIES,
        CommentType.QUESTION,
        CommentType.PRAISE,
    )
    suggestions: ClassVar[Suggestions] = {
        "category": (Suggestion.WORDING, Suggestion.MERGE, Suggestion.MOVE),
        "placement": (Suggestion.WORDING, Suggestion.MOVE, Suggestion.SPLIT),
        "core_idea": (Suggestion.WORDING, Suggestion.MOVE, Suggestion.SPLIT),
    }

    @property
    def name(self) -> str:
        return f"the board of {self.title}"

    @property
    def path(self) -> str:
        return f"domains/{self.domain_id}/cross-analysis"


@dataclass(frozen=True)
class AuditedList:
    """A sample's domain list; every judge of the study answers for it."""

    sample: str
    state: State
    judges: tuple[Judge, ...]

    code: ClassVar[str | None] = None
    has_transcripts: ClassVar[bool] = False
    still_missing: ClassVar[tuple[Judge, ...]] = ()
    is_agreed: ClassVar[bool] = True
    path: ClassVar[str] = "domains"
    kind: ClassVar[Kind] = Kind.DOMAIN_LIST
    types: ClassVar[tuple[CommentType, ...]] = (
        CommentType.TITLE,
        CommentType.WORDING,
        CommentType.REDUNDANT,
        CommentType.SPLIT_OR_MERGE,
        CommentType.MISSING,
        CommentType.LEVEL,
        CommentType.QUESTION,
        CommentType.PRAISE,
    )
    suggestions: ClassVar[Suggestions] = {"domain": (Suggestion.WORDING, Suggestion.MERGE)}
    applies: ClassVar[Mapping[Suggestion, Action]] = dict.fromkeys(
        (Suggestion.WORDING, Suggestion.MERGE), Action.EDIT_DOMAIN_LIST
    )

    @property
    def name(self) -> str:
        return f"the domain list of “{self.sample}”"

    def scene(self, study_id: int, account_id: int) -> Scene:
        return Scene(study_id, account_id)
