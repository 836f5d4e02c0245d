"""The cross-analysis of a domain as a document: categories, their cards, counts and labels.

PURE. What the judges agreed to, frozen like a case's consensus version. Everything in it has a
guid, which stays the same from version to version, and a number, which is its place in this one:
category 2 has the subcategories 2a, 2b and the cards 2.1, 2.2; subcategory 2a has the card 2a.1.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.core_ideas.consensus_version import Item, Note, read_notes
from app.word_diff import Piece, word_diff

MISCELLANEOUS = "Miscellaneous"
UNSORTED = "Unsorted"


@dataclass(frozen=True)
class Card:
    """A core idea in one place. `placement` is that place's own guid, "" where it is unsorted.

    `idea` is its number in the case's consensus version ('3.2'), `also_in` its other places.
    """

    guid: str
    placement: str
    number: str
    code: str
    idea: str
    text: str
    turns: str
    also_in: tuple[str, ...]


@dataclass(frozen=True)
class CategoryPart:
    """A category or subcategory. `n` are the distinct cases of it and its subcategories."""

    guid: str
    number: str
    title: str
    n: int
    label: str
    codes: tuple[str, ...]
    cards: tuple[Card, ...]
    subcategories: tuple["CategoryPart", ...] = ()

    @property
    def is_subcategory(self) -> bool:
        """Does it lie in another one?"""
        return not self.number.isdecimal()


@dataclass(frozen=True)
class BoardDocument:
    """A board as it was agreed to. `guid` is the domain's, `rule` the frequency rule's name."""

    study: str
    sample: str
    guid: str
    title: str
    abbreviation: str
    hue: int
    domain_list: int
    cases: tuple[str, ...]
    rule: str
    min_cases: int
    categories: tuple[CategoryPart, ...]
    miscellaneous: tuple[Card, ...]
    unsorted: tuple[Card, ...]
    notes: tuple[Note, ...]

    @property
    def every_category(self) -> tuple[CategoryPart, ...]:
        """Categories, each followed by its subcategories."""
        return tuple(c for top in self.categories for c in (top, *top.subcategories))

    @property
    def piles(self) -> Iterator[tuple[str, str, tuple[Card, ...]]]:
        """Every place with its guid (or name), its title and its cards."""
        for category in self.every_category:
            yield category.guid, category.title, category.cards
        yield MISCELLANEOUS, MISCELLANEOUS, self.miscellaneous
        yield UNSORTED, UNSORTED, self.unsorted

    def as_json(self) -> dict[str, Any]:
        """Plain values for the database."""
        return {"kind": "cross-analysis"} | asdict(self)

    def items(self) -> Iterator[Item]:
        """Everything that can be commented on, in the order of the document.

        A card is a core idea in its place: the item's guid is the placement's where it has one.
        """
        yield Item("domain", self.guid, self.guid, "", self.title)
        for category in self.every_category:
            yield Item("category", category.guid, self.guid, category.number, category.title)
            yield from self._cards(category.cards)
        yield from self._cards(self.miscellaneous)
        yield from self._cards(self.unsorted)

    def _cards(self, cards: Sequence[Card]) -> Iterator[Item]:
        for card in cards:
            kind, key = (
                ("placement", card.placement) if card.placement else ("core_idea", card.guid)
            )
            yield Item(kind, key, self.guid, card.number, card.text)


def read_board_document(values: Mapping[str, Any]) -> BoardDocument:
    """Back from the database."""
    whole = {name: value for name, value in values.items() if name != "kind"}
    return BoardDocument(
        **whole
        | {
            "cases": tuple(values["cases"]),
            "categories": tuple(_category(each) for each in values["categories"]),
            "miscellaneous": _read_cards(values["miscellaneous"]),
            "unsorted": _read_cards(values["unsorted"]),
            "notes": read_notes(values["notes"]),
        }
    )


def _category(values: Mapping[str, Any]) -> CategoryPart:
    return CategoryPart(
        **{
            **values,
            "codes": tuple(values["codes"]),
            "cards": _read_cards(values["cards"]),
            "subcategories": tuple(_category(each) for each in values["subcategories"]),
        }
    )


def _read_cards(values: Sequence[Mapping[str, Any]]) -> tuple[Card, ...]:
    return tuple(Card(**{**card, "also_in": tuple(card["also_in"])}) for card in values)


@dataclass(frozen=True)
class CategoryChanges:
    """A category that is not the same in both versions, `None` where one has it not."""

    was: CategoryPart | None
    now: CategoryPart | None
    moved_from: str
    came: tuple[tuple[Card, str], ...]
    left: tuple[tuple[Card, str], ...]

    @property
    def title(self) -> str:
        """What it is called, or was."""
        known = self.now or self.was
        return known.title if known else ""

    @property
    def renamed_from(self) -> str:
        """Its former title, where that was another."""
        return self.was.title if self.was and self.now and self.was.title != self.now.title else ""

    @property
    def counts(self) -> tuple[str, str]:
        """Before and after: '3, variant' and '5, typical'."""
        return _count(self.was), _count(self.now)

    @property
    def is_there(self) -> bool:
        """Does it differ?"""
        return bool(
            self.was is None
            or self.now is None
            or self.renamed_from
            or self.moved_from
            or self.came
            or self.left
            or self.counts[0] != self.counts[1]
        )


@dataclass(frozen=True)
class BoardComparison:
    """From one version of a board to another: only what differs."""

    categories: tuple[CategoryChanges, ...]
    miscellaneous: CategoryChanges
    unsorted: CategoryChanges
    reworded: tuple[tuple[Card, tuple[Piece, ...]], ...]
    cases: tuple[int, int]
    rules: tuple[str, str]

    @property
    def is_there(self) -> bool:
        """Does anything differ?"""
        return bool(
            self.categories
            or self.miscellaneous.is_there
            or self.unsorted.is_there
            or self.reworded
            or self.cases[0] != self.cases[1]
            or self.rules[0] != self.rules[1]
        )


def compare_boards(before: BoardDocument, after: BoardDocument) -> BoardComparison:
    """What is different in `after`; categories, cards and core ideas are matched by guid."""
    old = {category.guid: category for category in before.every_category}
    new = {category.guid: category for category in after.every_category}
    stood, stands = _places(before), _places(after)
    parents = _parents(before), _parents(after)

    def changes(was: CategoryPart | None, now: CategoryPart | None) -> CategoryChanges:
        known = was or now
        assert known
        moved = parents[0].get(known.guid) != parents[1].get(known.guid) and was and now
        parent = parents[0].get(known.guid, "")
        return CategoryChanges(
            was,
            now,
            (old[parent].title if parent else "the board") if moved else "",
            _came(was.cards if was else (), now.cards if now else (), stood),
            _came(now.cards if now else (), was.cards if was else (), stands),
        )

    pairs = [(old.get(guid), category) for guid, category in new.items()]
    gone: list[tuple[CategoryPart | None, CategoryPart | None]] = [
        (category, None) for guid, category in old.items() if guid not in new
    ]
    found = (changes(was, now) for was, now in [*pairs, *gone])
    words = {card.guid: card for _, _, cards in before.piles for card in cards}
    return BoardComparison(
        categories=tuple(each for each in found if each.is_there),
        miscellaneous=changes(
            _as_category(before.miscellaneous, MISCELLANEOUS),
            _as_category(after.miscellaneous, MISCELLANEOUS),
        ),
        unsorted=changes(
            _as_category(before.unsorted, UNSORTED), _as_category(after.unsorted, UNSORTED)
        ),
        reworded=tuple(
            (card, word_diff(words[guid].text, card.text))
            for guid, card in {c.guid: c for _, _, cards in after.piles for c in cards}.items()
            if guid in words and words[guid].text != card.text
        ),
        cases=(len(before.cases), len(after.cases)),
        rules=(before.rule, after.rule),
    )


def _as_category(cards: tuple[Card, ...], title: str) -> CategoryPart:
    return CategoryPart(title, "", title, 0, "", (), cards)


def _places(document: BoardDocument) -> dict[str, list[str]]:
    """For each core idea the titles of its places."""
    found: dict[str, list[str]] = {}
    for _, title, cards in document.piles:
        for card in cards:
            found.setdefault(card.guid, []).append(title)
    return found


def _parents(document: BoardDocument) -> dict[str, str]:
    return {sub.guid: top.guid for top in document.categories for sub in top.subcategories}


def _came(
    before: Sequence[Card], after: Sequence[Card], elsewhere: Mapping[str, Sequence[str]]
) -> tuple[tuple[Card, str], ...]:
    """The cards only `after` has, each with where it stood in the other version ("" nowhere)."""
    there = {card.guid for card in before}
    return tuple(
        (card, ", ".join(elsewhere.get(card.guid, ()))) for card in after if card.guid not in there
    )


def _count(category: CategoryPart | None) -> str:
    if category is None:
        return "none"
    return f"{category.n}, {category.label}" if category.label else str(category.n)
