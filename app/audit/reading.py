"""What an auditor reads: the frozen version of a round, item by item, with their comments."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.audit.changes import AnyDocument, Change, Changes, Entry, What, compare, entries
from app.audit.commenting import CommentView, ResponseView, comments_of
from app.audit.guard import AuditContext
from app.audit.kinds import AuditedItem
from app.audit.list_document import is_definition, read_list_document
from app.audit.models import AuditRound
from app.audit.queries import RoundFacts
from app.audit.words import OF_CORE_IDEAS, About, Kind, Suggestion
from app.consensus.models import ConsensusVersion
from app.consensus.rules import Step
from app.core_ideas.consensus_version import Document, Item, read_document
from app.cross_analysis.board_version import read_board_document
from app.db import run
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


@dataclass(frozen=True)
class Reading:
    """A round's document with the comments this person may see."""

    round: RoundFacts
    audited: AuditedItem
    document: AnyDocument
    comments: tuple[CommentView, ...]
    since: Changes | None = None
    """What changed since the version of the round before; None in a first round."""
    shows_all: bool = True
    """Is everything shown in full, or only what changed and what was said of it?"""
    before: tuple[int, ...] = ()
    """The rounds before this one, the last first."""
    since_round: int = 0
    """The number of the round that `since` begins with."""

    @property
    def kind(self) -> Kind:
        """Whether it is a case, a board or a domain list."""
        return self.audited.kind

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Everything that can be commented on, in order.

        In a round on the core ideas alone the passages are what they are read against.
        """
        items = tuple(self.document.items())
        if self.round.step is Step.CORE_IDEAS:
            return tuple(item for item in items if item.kind != "block")
        return items

    @cached_property
    def by_item(self) -> dict[str, list[CommentView]]:
        """The comments of this round by the item's guid; those on the whole under ''."""
        found: dict[str, list[CommentView]] = {}
        for comment in self.comments:
            if comment.round_id == self.round.id:
                found.setdefault(comment.item, []).append(comment)
        return found

    @cached_property
    def _earlier(self) -> dict[str, list[CommentView]]:
        found: dict[str, list[CommentView]] = {}
        rounds = {each.round_id for each in self.comments if each.round_id != self.round.id}
        last = next((each for each in self.before if each in rounds), None)
        for comment in self.comments:
            if comment.round_id == last and self.since is not None:
                found.setdefault(self.since.thing(comment.item), []).append(comment)
        return found

    def earlier(self, key: str) -> list[CommentView]:
        """What was said of an item in the round before, with the responses."""
        return self._earlier.get(self.since.thing(key), []) if self.since else []

    @cached_property
    def _places(self) -> dict[str, str]:
        return {entry.key: entry.place for entry in entries(self.document)}

    def place(self, key: str) -> str:
        """The guid of where a category stands; '' for the board itself."""
        return self._places.get(key, "")

    def change(self, key: str, place: str) -> Change | None:
        """What became of an item since the round before; None where that is not to be told."""
        found = self.since.of(key, place) if self.since else None
        return found if found and found.what is not What.SAME else None

    def is_line(self, key: str, place: str) -> bool:
        """Is it enough to name an item in a line: nothing changed, and nobody says anything?"""
        if self.since is None or self.shows_all or self.change(key, place):
            return False
        return not (self.by_item.get(key) or self.earlier(key))

    def mine(self, account_id: int) -> list[CommentView]:
        """One's own comments of this round, in the order of the document."""
        return [each for each in self.in_order() if each.account_id == account_id]

    def in_order(self) -> Iterator[CommentView]:
        """The comments of this round in the order of the document; on the whole first."""
        for guid in dict.fromkeys((WHOLE, *(item.guid for item in self.items))):
            yield from self.by_item.get(guid, ())

    def item(self, guid: str, number: str = "") -> Item:
        """An item by its guid; '' is the whole. Raises `NotFound`.

        A passage in two domains is an item in each of them: `number` tells which.
        """
        if guid == WHOLE:
            return Item("whole", WHOLE, "", "", "")
        there = [item for item in self.items if item.guid == guid]
        found = next((item for item in there if item.number == number), next(iter(there), None))
        if found is None:
            raise NotFound("This item is not in the version you read. Load the page again.")
        return found

    @property
    def type_options(self) -> list[tuple[str, str]]:
        """The types for a select; without core ideas nothing is said of their words."""
        left_out = OF_CORE_IDEAS if self.round.step is Step.DOMAINS else frozenset()
        return [(each.value, each.value) for each in self.audited.types if each not in left_out]

    def suggestions(self, item: Item) -> tuple[Suggestion, ...]:
        """The kinds of change that can be suggested for an item."""
        fitting = self.audited.suggestions.get(item.kind, ())
        return (Suggestion.WORDING,) if is_definition(item) and fitting else fitting

    def suggestion_options(self, item: Item) -> list[tuple[str, str]]:
        """The same for a select."""
        return [(each.value, each.value) for each in self.suggestions(item)]

    def read_at(self, comment: CommentView) -> Entry | None:
        """The item of a comment in the place where the auditor read it; None for the whole."""
        places = {(each.key, each.number): each for each in entries(self.document)}
        return places.get((comment.item, comment.number))

    def place_of(self, comment: CommentView) -> str:
        """Where an item that is to be moved stands: its domain or category, in words."""
        found = self.read_at(comment)
        return found.place_title if found else ""

    def effect(self, response: ResponseView) -> tuple[Piece, ...]:
        """What applying a suggestion did to the words of its item."""
        was, became = response.before or {}, response.after or {}
        name = "title" if "title" in became else "text"
        return tuple(word_diff(str(was.get(name, "")), str(became.get(name, ""))))

    def wording(self, comment: CommentView) -> tuple[Piece, ...]:
        """The suggested words against those that were read, word by word."""
        suggested = (comment.suggestion or {}).get("text", "")
        return tuple(word_diff(self.item(comment.item).text, suggested))

    def anchors(self, guid: str) -> list[tuple[str, Item]]:
        """Where an item stands on the page; a passage in two domains stands there twice."""
        return [(anchor(item), item) for item in self.items if item.guid == guid]

    def anchor(self, comment: CommentView) -> str:
        """Where on the page the item of a comment stands."""
        return anchor(self.item(comment.item, comment.number)) if comment.item else "whole"

    def named(self, guid: str) -> str:
        """An item by number and words, as it was read."""
        found = next((item for item in self.items if item.guid == guid), None)
        return f"{found.number} {found.text}".strip() if found else "what is not there any more"

    def destinations(self, item: Item) -> list[tuple[str, str]]:
        """Where an item could be moved, or what it could be merged with: guid and words."""
        wanted = "category" if self.audited.kind is Kind.BOARD else "domain"
        if Suggestion.MOVE not in self.suggestions(item):
            return []
        return [
            (each.guid, f"{each.number} {each.text}".strip())
            for each in self.items
            if each.kind == wanted and each.guid not in (item.guid, item.domain)
        ]

    def partners(self, item: Item) -> list[tuple[str, str]]:
        """What an item could be merged with: its own kind, in its own domain."""
        if Suggestion.MERGE not in self.suggestions(item):
            return []
        return [
            (each.guid, f"{each.number} {each.text[:80]}".strip())
            for each in self.items
            if each.kind == item.kind
            and each.guid != item.guid
            and not is_definition(each)
            and (item.kind == "domain" or each.domain == item.domain)
        ]


def anchor(item: Item) -> str:
    """The id of an item's element."""
    if item.kind != "block":
        return f"item-{item.guid}"
    return f"item-{item.guid}-{item.number.rstrip('abcdefghijklmnopqrstuvwxyz')}"


def read_audit(
    db: Session, audit: AuditContext, *, number: int | None = None, shows_all: bool = True
) -> Reading:
    """The newest round, or the one with this number. Raises `NotFound` where there is none."""
    round_ = next((r for r in audit.rounds if r.number == number), None) if number else audit.round
    if round_ is None:
        raise NotFound("There is no such round of this audit.")
    document = _document(db, audit, round_)
    earlier = [r for r in audit.rounds if r.number < round_.number and r.step is round_.step][::-1]
    since = compare(_document(db, audit, earlier[0]), document) if earlier else None
    return Reading(
        round_,
        audit.item,
        document,
        tuple(comments_of(db, audit)),
        since=since,
        shows_all=shows_all or since is None,
        before=tuple(each.id for each in earlier),
        since_round=earlier[0].number if earlier else 0,
    )


FROZEN = sa.select(col(AuditRound.document), col(ConsensusVersion.document).label("version")).join(
    ConsensusVersion, col(ConsensusVersion.id) == col(AuditRound.version_id), isouter=True
)


def _document(db: Session, audit: AuditContext, round_: RoundFacts) -> AnyDocument:
    own, of_version = run(db, FROZEN.where(col(AuditRound.id) == round_.id)).one()
    return in_round(as_document(audit.kind, own or of_version), round_)


def in_round(document: AnyDocument, round_: RoundFacts) -> AnyDocument:
    """What of a document a round is about: domains may be audited before there are core ideas."""
    if round_.step is Step.DOMAINS and isinstance(document, Document):
        domains = tuple(replace(domain, statements=()) for domain in document.domains)
        return replace(document, domains=domains)
    return document


def as_document(kind: Kind, values: Mapping[str, Any]) -> AnyDocument:
    """A frozen document of any kind, back from the database."""
    readers: dict[Kind, Callable[[Mapping[str, Any]], AnyDocument]] = {
        Kind.CASE: read_document,
        Kind.BOARD: read_board_document,
        Kind.DOMAIN_LIST: read_list_document,
    }
    return readers[kind](values)
