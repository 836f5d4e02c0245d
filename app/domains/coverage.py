"""How much of what participants said has been looked at. PURE.

A turn is covered when each of its sentences lies in a block of any of the case's units or is
marked *not coded*. Blank space and punctuation between two blocks leave no sentence open.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

Range = tuple[int, int]


def joined(ranges: Iterable[Range]) -> list[Range]:
    """The same ground as ascending ranges that neither touch nor overlap."""
    found: list[Range] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            if end > found[-1][1]:
                found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def first_open(
    text: str, sentences: Sequence[int], end: int, ground: Sequence[Range]
) -> int | None:
    """The first sentence of a turn (from 0) that has a word outside `ground`, if there is one.

    `sentences` are where the turn's sentences begin, `end` is where the turn ends; `ground` comes
    from `joined`.
    """
    for number, start in enumerate(sentences):
        stop = sentences[number + 1] if number + 1 < len(sentences) else end
        if _has_words_outside(text, start, stop, ground):
            return number
    return None


def _has_words_outside(text: str, start: int, end: int, ground: Sequence[Range]) -> bool:
    at = start
    for first, last in ground[max(0, bisect_right(ground, (start,)) - 1) :]:
        if first >= end:
            break
        if first > at and _has_words(text[at:first]):
            return True
        at = max(at, last)
    return at < end and _has_words(text[at:end])


def _has_words(piece: str) -> bool:
    return any(character.isalnum() for character in piece)
