"""What an auditor reads: the frozen version of a round, item by item, with their comments."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlmodel import Session

from app.audit.commenting import CommentView, comments_of
from app.audit.guard import AuditContext
from app.audit.queries import RoundFacts
from app.audit.words import About, CommentType, Suggestion
from app.consensus.rules import UnitKind
from app.consensus.versions import document_of_version
from app.core_ideas.consensus_version import Document, Item, read_document
from app.cross_analysis.board_version import BoardDocument, read_board_document
from app.errors import NotFound
from app.word_diff import Piece, word_diff

ABOUT = {
    "domain": About.DOMAIN,
    "block": About.BLOCK,
    "core_idea": About.CORE_IDEA,
    "category": About.CATEGORY,
    "placement": About.PLACEMENT,
}
WHOLE = ""
FOR_CASES = (
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
FOR_BOARDS = (
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


@dataclass(frozen=True)
class Reading:
    """A round's document with the comments this person may see."""

    round: RoundFacts
    kind: UnitKind
    document: Document | BoardDocument
    comments: tuple[CommentView, ...]

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Everything that can be commented on, in order."""
        return tuple(self.document.items())

    @cached_property
    def by_item(self) -> dict[str, list[CommentView]]:
        """The comments of this round by the item's guid; those on the whole under ''."""
        found: dict[str, list[CommentView]] = {}
        for comment in self.comments:
            if comment.round_id == self.round.id:
                found.setdefault(comment.item, []).append(comment)
        return found

    def mine(self, account_id: int) -> list[CommentView]:
        """One's own comments of this round, in the order of the document."""
        return [each for each in self.in_order() if each.account_id == account_id]

    def in_order(self) -> Iterator[CommentView]:
        """The comments of this round in the order of the document; on the whole first."""
        for guid in (WHOLE, *(item.guid for item in self.items)):
            yield from self.by_item.get(guid, ())

    def item(self, guid: str) -> Item:
        """An item by its guid; '' is the whole. Raises `NotFound`."""
        if guid == WHOLE:
            return Item("whole", WHOLE, "", "", "")
        found = next((item for item in self.items if item.guid == guid), None)
        if found is None:
            raise NotFound("This item is not in the version you read. Load the page again.")
        return found

    @property
    def types(self) -> tuple[CommentType, ...]:
        """The types of comments that fit what is audited."""
        return FOR_CASES if self.kind is UnitKind.CASE else FOR_BOARDS

    @property
    def type_options(self) -> list[tuple[str, str]]:
        """The types for a select."""
        return [(type_.value, type_.value) for type_ in self.types]

    def suggestion_options(self, item: Item) -> list[tuple[str, str]]:
        """The kinds of change that can be suggested for an item."""
        fitting = {
            "core_idea": (
                Suggestion.WORDING,
                Suggestion.MOVE,
                Suggestion.MERGE,
                Suggestion.SPLIT,
            ),
            "block": (Suggestion.MOVE,),
            "category": (Suggestion.WORDING, Suggestion.MERGE, Suggestion.MOVE),
            "placement": (Suggestion.WORDING, Suggestion.MOVE, Suggestion.SPLIT),
        }
        return [(each.value, each.value) for each in fitting.get(item.kind, ())]

    def wording(self, comment: CommentView) -> tuple[Piece, ...]:
        """The suggested words against those that were read, word by word."""
        suggested = (comment.suggestion or {}).get("text", "")
        return tuple(word_diff(self.item(comment.item).text, suggested))

    def named(self, guid: str) -> str:
        """An item by number and words, as it was read."""
        found = next((item for item in self.items if item.guid == guid), None)
        return f"{found.number} {found.text}".strip() if found else "what is not there any more"

    def destinations(self, item: Item) -> list[tuple[str, str]]:
        """Where an item could be moved, or what it could be merged with: guid and words."""
        wanted = {
            "core_idea": ("domain",),
            "block": ("domain",),
            "placement": ("category",),
            "category": ("category",),
        }.get(item.kind, ())
        return [
            (each.guid, f"{each.number} {each.text}".strip())
            for each in self.items
            if each.kind in wanted and each.guid not in (item.guid, item.domain)
        ]

    def partners(self, item: Item) -> list[tuple[str, str]]:
        """What an item could be merged with: its own kind, in its own domain."""
        if item.kind not in ("core_idea", "category"):
            return []
        return [
            (each.guid, f"{each.number} {each.text[:80]}".strip())
            for each in self.items
            if (each.kind, each.domain) == (item.kind, item.domain) and each.guid != item.guid
        ]


def read_audit(db: Session, audit: AuditContext, *, number: int | None = None) -> Reading:
    """The newest round, or the one with this number. Raises `NotFound` where there is none."""
    round_ = next((r for r in audit.rounds if r.number == number), None) if number else audit.round
    if round_ is None or round_.version_id is None:
        raise NotFound("There is no such round of this audit.")
    values = document_of_version(db, round_.version_id)
    is_case = audit.unit.kind is UnitKind.CASE
    document: Document | BoardDocument = (
        read_document(values) if is_case else read_board_document(values)
    )
    comments: Sequence[CommentView] = comments_of(db, audit)
    return Reading(round_, audit.unit.kind, document, tuple(comments))
