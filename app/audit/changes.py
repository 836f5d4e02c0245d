"""What is different between two documents, item by item, in the order they are read.

PURE. Things keep their guid from version to version. A thing stands in a place (a core idea and a
passage in a domain, a card in a category), some in several at once; with the same guid in another
place it has moved. For a further round of an audit, and for what changed while somebody was
reading or deciding.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from app.audit.list_document import ListDocument
from app.core_ideas.consensus_version import Document
from app.cross_analysis.board_version import MISCELLANEOUS, UNSORTED, BoardDocument, Card
from app.word_diff import Piece, word_diff

AnyDocument = Document | BoardDocument | ListDocument


class What(StrEnum):
    """What became of an item."""

    SAME = "same"
    REWORDED = "reworded"
    RESTS = "other raw data"
    MOVED = "moved"
    ADDED = "new"
    REMOVED = "removed"


@dataclass(frozen=True)
class Entry:
    """An item in its place. `key` is the guid comments name it by, `thing` the one that stays.

    `behind` is what it rests on: the turns of a core idea, why a domain has none.
    """

    kind: str
    key: str
    thing: str
    place: str
    place_title: str
    number: str
    text: str
    behind: str = ""

    @property
    def name(self) -> str:
        """'core idea 3.1', 'domain 2'."""
        word = {"block": "passage", "placement": "card"}.get(self.kind, self.kind)
        return f"{word.replace('_', ' ')} {self.number}".strip()


@dataclass(frozen=True)
class Change:
    """One item of two documents; `was` is None for a new one, `now` for one that is gone."""

    what: What
    was: Entry | None
    now: Entry | None

    @property
    def entry(self) -> Entry:
        """The item as it stands, else as it stood."""
        found = self.now or self.was
        assert found
        return found

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Its words, from the earlier to the later document."""
        return word_diff(self.was.text if self.was else "", self.now.text if self.now else "")

    @property
    def is_reworded(self) -> bool:
        """Has it other words, wherever it stands?"""
        return bool(self.was and self.now and self.was.text != self.now.text)

    @property
    def rests_elsewhere(self) -> bool:
        """Does it rest on other raw data?"""
        return bool(self.was and self.now and self.was.behind != self.now.behind)


@dataclass(frozen=True)
class Changes:
    """From one document to another: every item of the later one, then what is gone."""

    items: tuple[Change, ...]

    @cached_property
    def differing(self) -> tuple[Change, ...]:
        """Only what is not the same."""
        return tuple(change for change in self.items if change.what is not What.SAME)

    @property
    def told(self) -> str:
        """How many changed, and how: '2 reworded, 1 new'."""
        counts = Counter(change.what.value for change in self.differing)
        return ", ".join(f"{count} {what}" for what, count in counts.items())

    @cached_property
    def _by_place(self) -> dict[tuple[str, str], Change]:
        return {(each.now.key, each.now.place): each for each in self.items if each.now}

    @cached_property
    def _things(self) -> dict[str, str]:
        ends = (entry for each in self.items for entry in (each.was, each.now) if entry)
        return {entry.key: entry.thing for entry in ends}

    def of(self, key: str, place: str) -> Change | None:
        """What became of an item of the later document."""
        return self._by_place.get((key, place))

    def thing(self, key: str) -> str:
        """The guid that stays, of what either document names by `key`; else `key` itself."""
        return self._things.get(key, key)

    def gone_from(self, place: str) -> tuple[Change, ...]:
        """What stood in this place and is nowhere now."""
        return tuple(each for each in self._gone if each.entry.place == place)

    @cached_property
    def gone_with_their_place(self) -> tuple[Change, ...]:
        """What is gone together with the domain or category it stood in."""
        places = {each.now.thing for each in self.items if each.now}
        places |= {each.now.place for each in self.items if each.now}
        return tuple(each for each in self._gone if each.entry.place not in places)

    @cached_property
    def _gone(self) -> tuple[Change, ...]:
        return tuple(each for each in self.items if each.what is What.REMOVED)


def compare(before: AnyDocument, after: AnyDocument) -> Changes:
    """What is different in `after`; both are of the same unit."""
    old, new = list(entries(before)), list(entries(after))
    stood = {(entry.thing, entry.place): entry for entry in old}
    stands = {(entry.thing, entry.place) for entry in new}
    left: dict[str, list[Entry]] = {}
    for entry in old:
        if (entry.thing, entry.place) not in stands:
            left.setdefault(entry.thing, []).append(entry)
    found = []
    for entry in new:
        was = stood.get((entry.thing, entry.place))
        if was is not None:
            found.append(Change(_how(was, entry), was, entry))
        elif left.get(entry.thing):
            found.append(Change(What.MOVED, left[entry.thing].pop(0), entry))
        else:
            found.append(Change(What.ADDED, None, entry))
    gone = [entry for entries_ in left.values() for entry in entries_]
    found += [Change(What.REMOVED, entry, None) for entry in old if entry in gone]
    return Changes(tuple(found))


def _how(was: Entry, now: Entry) -> What:
    if was.text != now.text:
        return What.REWORDED
    return What.SAME if was.behind == now.behind else What.RESTS


def entries(document: AnyDocument) -> Iterator[Entry]:
    """Every item of a document in its place, in order."""
    if isinstance(document, BoardDocument):
        yield from _of_board(document)
        return
    if isinstance(document, ListDocument):
        for item in document.items():
            yield Entry(item.kind, item.guid, item.guid, "", "", item.number, item.text)
        return
    for domain in document.domains:
        if domain.is_empty:
            continue
        number = str(domain.number)
        place = (domain.guid, domain.title)
        yield Entry(
            "domain", domain.guid, domain.guid, "", "", number, domain.title, domain.absence
        )
        for idea in domain.statements:
            yield Entry(
                "core_idea", idea.guid, idea.guid, *place, idea.number, idea.text, idea.turns
            )
        for passage in domain.passages:
            yield Entry("block", passage.guid, passage.guid, *place, passage.number, passage.text)


def _of_board(board: BoardDocument) -> Iterator[Entry]:
    yield Entry("domain", board.guid, board.guid, "", "", "", board.title)
    titles = {each.guid: each.title for each in board.every_category}
    parents = {sub.guid: top.guid for top in board.categories for sub in top.subcategories}
    for category in board.every_category:
        parent = parents.get(category.guid, "")
        place = (parent, titles.get(parent, "the board"))
        yield Entry(
            "category", category.guid, category.guid, *place, category.number, category.title
        )
        yield from (_card(card, category.guid, category.title) for card in category.cards)
    for pile, cards in ((MISCELLANEOUS, board.miscellaneous), (UNSORTED, board.unsorted)):
        yield from (_card(card, pile, pile) for card in cards)


def _card(card: Card, place: str, title: str) -> Entry:
    kind = "placement" if card.placement else "core_idea"
    key = card.placement or card.guid
    return Entry(kind, key, card.guid, place, title, card.number, card.text, card.turns)
