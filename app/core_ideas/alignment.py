"""Which items of several lists belong beside each other, one of each list at most. PURE."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

Item = TypeVar("Item")
LEAST = 1 / 3
"""Items that are less alike than this are not laid beside each other."""


class _Place(NamedTuple):
    """An item by its list and its place in it."""

    which: int
    at: int


def align(
    lists: Sequence[Sequence[Item]], alike: Callable[[Item, Item], float], *, least: float = LEAST
) -> list[tuple[Item | None, ...]]:
    """Rows with one cell a list; what is most alike comes together first, and nothing is lost.

    `alike` says how alike two items are (0 is not at all; only compared). Two rows become one where
    a pair of theirs is the likest left and no list would stand in it twice. Equal pairs are taken
    in the order of the lists, so the same lists always give the same rows. Rows stand in the order
    of their first items.
    """
    row_of = {_Place(w, a): {w: a} for w, items in enumerate(lists) for a in range(len(items))}
    for _, one, other in sorted(_pairs(lists, alike, least)):
        left, right = row_of[one], row_of[other]
        if left is right or left.keys() & right.keys():
            continue
        left |= right
        for which, at in right.items():
            row_of[_Place(which, at)] = left
    rows: list[dict[int, int]] = []
    for place in sorted(row_of, key=lambda place: (place.at, place.which)):
        if row_of[place] not in rows:
            rows.append(row_of[place])
    return [
        tuple(items[row[w]] if w in row else None for w, items in enumerate(lists)) for row in rows
    ]


def _pairs(
    lists: Sequence[Sequence[Item]], alike: Callable[[Item, Item], float], least: float
) -> list[tuple[float, _Place, _Place]]:
    """Pairs of two lists that are alike enough, each with how unlike they are."""
    found = []
    for w, items in enumerate(lists):
        for x in range(w + 1, len(lists)):
            for a, item in enumerate(items):
                for b, other in enumerate(lists[x]):
                    likeness = alike(item, other)
                    if likeness >= least:
                        found.append((-likeness, _Place(w, a), _Place(x, b)))
    return found
