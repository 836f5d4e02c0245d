"""How a passage holds on to its text. PURE.

Offsets count Unicode code points of one transcript version's text and are end-exclusive; the
quote is stored beside them and must equal the text between them. Nothing here guesses: what does
not fit is refused.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

from app.errors import Conflict, Invalid

Id = TypeVar("Id", bound=Hashable)


@dataclass(frozen=True)
class Span(Generic[Id]):
    """A block seen as a range of the text: `start` to before `end`, in code points."""

    id: Id
    start: int
    end: int


@dataclass(frozen=True)
class Run(Generic[Id]):
    """A piece of text throughout which the same blocks hold, in the order they were given."""

    start: int
    end: int
    ids: tuple[Id, ...]


def quote_at(text: str, start: int, end: int) -> str:
    """The words between two offsets. Raises Invalid for a range that is empty or outside."""
    if not 0 <= start < end <= len(text):
        raise Invalid(
            f"The passage from {start} to {end} does not lie within the transcript's "
            f"{len(text)} characters. Select the passage again."
        )
    return text[start:end]


def check_quote(text: str, start: int, end: int, quote: str) -> None:
    """Refuse an anchor whose words are not in its place.

    Raises Invalid for a range that cannot be, Conflict where the text reads differently.
    """
    if quote_at(text, start, end) != quote:
        raise Conflict(
            "The selected passage no longer matches the transcript's text. "
            "Load the page again and select the passage once more; nothing was changed."
        )


def snap(
    start: int, end: int, boundaries: Sequence[int], text_length: int, text: str | None = None
) -> tuple[int, int]:
    """Widen a range to the whole sentences it touches; never empty.

    `boundaries` are the ascending offsets at which sentences begin. Given the `text`, blank space
    at either edge is left out, so that a block never starts or ends with it; a range that only
    touches blank space keeps the sentence before it. Raises Invalid for a text without words.
    """
    if text_length < 1:
        raise Invalid("There is no text to select from. Choose a turn that has words in it.")
    start = min(max(start, 0), text_length - 1)
    end = min(max(end, start + 1), text_length)
    if text is not None:
        start, end = _trimmed(text, start, end)
    first = bisect_right(boundaries, start) - 1
    last = bisect_left(boundaries, end)
    whole_start = boundaries[first] if first >= 0 else 0
    whole_end = boundaries[last] if last < len(boundaries) else text_length
    return (whole_start, whole_end) if text is None else _trimmed(text, whole_start, whole_end)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The range without blank space at its edges; unchanged if it is nothing but blank."""
    piece = text[start:end]
    inner = piece.strip()
    if not inner:
        return start, end
    lead = len(piece) - len(piece.lstrip())
    return start + lead, start + lead + len(inner)


def split_runs(range_start: int, range_end: int, blocks: Iterable[Span[Id]]) -> list[Run[Id]]:
    """Cut a range (a turn, say) into runs that tile it, each with every block that covers it.

    Lists of blocks and not sets of domains: two blocks of one domain may overlap, and the tail of
    the longer one must survive the end of the shorter.
    """
    within = [b for b in blocks if b.start < range_end and b.end > range_start and b.start < b.end]
    edges = {range_start, range_end}
    for block in within:
        edges.update((max(block.start, range_start), min(block.end, range_end)))
    cuts = sorted(edges)
    order = {id(block): place for place, block in enumerate(within)}
    by_start = sorted(within, key=lambda block: block.start)
    runs: list[Run[Id]] = []
    open_blocks: list[Span[Id]] = []
    arriving = 0
    for start, end in pairwise(cuts):
        while arriving < len(by_start) and by_start[arriving].start <= start:
            open_blocks.append(by_start[arriving])
            arriving += 1
        open_blocks = [block for block in open_blocks if block.end > start]
        covering = sorted(open_blocks, key=lambda block: order[id(block)])
        runs.append(Run(start, end, tuple(block.id for block in covering)))
    return runs


def lanes(blocks: Iterable[Span[Id]]) -> dict[Id, int]:
    """The margin lane (0 = nearest the text) of each block: as few lanes as can be.

    Blocks in one lane never overlap. Taken by start, the longer first, each block goes to the
    first lane that is free: the number of lanes is the greatest number of blocks at one place.
    """
    free_from: list[int] = []
    placed: dict[Id, int] = {}
    for block in sorted(blocks, key=lambda block: (block.start, -block.end)):
        lane = next((n for n, end in enumerate(free_from) if end <= block.start), len(free_from))
        if lane == len(free_from):
            free_from.append(block.end)
        free_from[lane] = block.end
        placed[block.id] = lane
    return placed
