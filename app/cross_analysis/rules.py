"""Where a core idea may stand on a board, and how the board speaks of it.

PURE. A place is a category's id, or `MISCELLANEOUS`. A core idea stands in any number of categories
(Hill et al., 2005: "can be placed in more than one"), or in Miscellaneous alone, because what
nobody could place is in no category. Without a place it is unsorted.
"""

from collections.abc import Iterable

MISCELLANEOUS = None
"""The place that is never counted, labelled or tabled."""

Place = int | None
Places = frozenset[Place]
UNSORTED: Places = frozenset()
IN_MISCELLANEOUS: Places = frozenset({MISCELLANEOUS})

LONGEST_TITLE = 200
REFS_SHOWN = 3
"""So many passages stand on a card; the others are named by their number."""

Passage = tuple[int, int, int]
"""The number of the transcript, the first and the last turn."""


def put(places: Places, source: Places, to: Places) -> Places:
    """The places of a core idea that leaves `source` and enters `to` (each at most one place).

    Nothing is left where `source` is `UNSORTED`, and nothing entered where `to` is.
    """
    if to == IN_MISCELLANEOUS:
        return to
    left = places - source
    return (left - IN_MISCELLANEOUS) | to if to else left


def in_order(places: Iterable[Place]) -> list[Place]:
    """The places as the trail keeps them: a list that does not depend on chance."""
    return sorted(places, key=lambda place: place or 0)


def cite(passages: Iterable[Passage]) -> str:
    """'turn 44', 'turns 88–90, 102', 'turns 3, 9, 2:14 +4'; '' without a passage."""
    ranges = _joined(passages)
    if not ranges:
        return ""
    shown = [_ref(*passage) for passage in ranges[:REFS_SHOWN]]
    one = len(ranges) == 1 and ranges[0][1] == ranges[0][2]
    more = len(ranges) - REFS_SHOWN
    rest = f" +{more}" if more > 0 else ""
    return f"{'turn' if one else 'turns'} {', '.join(shown)}{rest}"


def _joined(passages: Iterable[Passage]) -> list[Passage]:
    found: list[Passage] = []
    for transcript, first, last in sorted(passages):
        if found and found[-1][0] == transcript and first <= found[-1][2] + 1:
            found[-1] = (transcript, found[-1][1], max(last, found[-1][2]))
        else:
            found.append((transcript, first, last))
    return found


def _ref(transcript: int, first: int, last: int) -> str:
    prefix = f"{transcript}:" if transcript > 1 else ""
    return f"{prefix}{first}" if first == last else f"{prefix}{first}–{last}"
