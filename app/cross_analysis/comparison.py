"""Which titles the judges' category lists have in common, and which are read side by side. PURE.

A title that every judge has (composed characters, without regard to case) is joined; below it its
subcategories are compared in the same way. Every other title is to be discussed together with its
subcategories, beside the titles that share most words with it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.core_ideas.alignment import align
from app.core_ideas.comparison import shared_words
from app.domains.rules import title_key

THE_SAME = 2.0
"""More alike than any two different titles can be."""
HALF = 1 / 2
"""Titles are short: so many of their words two must share to be laid side by side."""


@dataclass(frozen=True)
class Listed:
    """A category of one judge's list, with its subcategories in order."""

    id: int
    title: str
    subcategories: tuple["Listed", ...] = ()


@dataclass(frozen=True)
class TitleRow:
    """Titles side by side, one cell a judge. `below` is the joined row they are subcategories of.

    `is_same`: every judge has this title.
    """

    cells: tuple[Listed | None, ...]
    is_same: bool
    below: "TitleRow | None" = None

    @property
    def listed(self) -> tuple[Listed, ...]:
        """Those of the judges who have one here."""
        return tuple(each for each in self.cells if each)

    @property
    def titles(self) -> tuple[str, ...]:
        """The different ones; of spellings that differ in case alone the first by alphabet."""
        return different(each.title for each in self.listed)

    @property
    def subtitles(self) -> tuple[str, ...]:
        """The different titles of all their subcategories, judge by judge."""
        return different(sub.title for each in self.listed for sub in each.subcategories)


def different(titles: Iterable[str]) -> tuple[str, ...]:
    """Titles that are not the same, in their order; of the same ones the first by alphabet."""
    found: dict[str, list[str]] = {}
    for title in titles:
        found.setdefault(title_key(title), []).append(title)
    return tuple(min(same) for same in found.values())


def compare(lists: Sequence[Sequence[Listed]]) -> tuple[TitleRow, ...]:
    """Lay the judges' lists side by side. Every category stands once: in a row of its own, or as a
    subcategory with the category of a row that is not joined."""
    found = []
    for row in _rows(lists, None):
        found.append(row)
        if row.is_same:
            below = [each.subcategories if each else () for each in row.cells]
            found += _rows(below, row)
    return tuple(found)


def _rows(lists: Sequence[Sequence[Listed]], below: TitleRow | None) -> list[TitleRow]:
    return [
        TitleRow(
            cells,
            all(cells) and len({title_key(each.title) for each in cells if each}) == 1,
            below,
        )
        for cells in align(lists, likeness, least=HALF)
    ]


def likeness(one: Listed, other: Listed) -> float:
    """How alike two titles are: the share of words in common, and more where they are the same."""
    if title_key(one.title) == title_key(other.title):
        return THE_SAME
    return shared_words(one.title, other.title)
