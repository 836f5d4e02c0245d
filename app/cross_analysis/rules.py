"""Where a core idea may stand on a board.

PURE. A place is a category's id, or `MISCELLANEOUS`. A core idea stands in any number of categories
("core ideas can be placed in more than one category", Hill et al., 2005, cross-analysis), or in
Miscellaneous alone: what nobody could place is in no category. Without a place it is unsorted.
"""

from collections.abc import Iterable

MISCELLANEOUS = None
"""The place that is never counted, labelled or tabled."""

Place = int | None
Places = frozenset[Place]
UNSORTED: Places = frozenset()

LONGEST_TITLE = 200


def added(places: Places, to: Place) -> Places:
    """The places of a core idea that is put into one more."""
    if to is MISCELLANEOUS:
        return frozenset({MISCELLANEOUS})
    return (places - {MISCELLANEOUS}) | {to}


def moved(places: Places, source: Place, to: Place) -> Places:
    """The places of a core idea that leaves one and enters another."""
    return added(places - {source}, to)


def in_order(places: Iterable[Place]) -> list[Place]:
    """The places as the trail keeps them: a list that does not depend on chance."""
    return sorted(places, key=lambda place: place or 0)
