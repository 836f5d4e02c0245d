"""What is seen differently at a point, and what each outcome puts in the consensus layer. PURE.

A point keeps its passage; what the judges put there is read from their frozen drafts. In a domain
that all judges have there (`Shared`) a piece is joined already and is no part of the point.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from app.consensus.rules import Outcome
from app.domains.comparison import Coded, Piece, unions
from app.domains.coverage import Range, joined


class Shared(NamedTuple):
    """What was joined by itself at the reveal: a passage in one domain (None: *not coded*)."""

    version: int
    start: int
    end: int
    domain: int | None

    def has(self, piece: Piece) -> bool:
        """Is this piece in it?"""
        return (
            (piece.version, piece.domain) == (self.version, self.domain)
            and self.start <= piece.start
            and piece.end <= self.end
        )

    def meets(self, version: int, start: int, end: int) -> bool:
        """Does it overlap this passage?"""
        return version == self.version and self.start < end and start < self.end


class Passage(NamedTuple):
    """The passage of a point."""

    version: int
    start: int
    end: int


def pieces_at(
    passage: Passage, pieces: Iterable[Piece], shared: Collection[Shared]
) -> tuple[Piece, ...]:
    """What the judges put at a point, without what is joined there, in the order of the text."""
    version, start, end = passage
    found = [
        piece
        for piece in pieces
        if piece.version == version
        and piece.start < end
        and start < piece.end
        and not any(each.has(piece) for each in shared)
    ]
    return tuple(sorted(found, key=lambda p: (p.start, -p.end, p.domain or 0, p.judge)))


View = tuple[Coded, ...]


def view_of(judge: int, pieces: Iterable[Piece]) -> View:
    """What one judge put there: passages with their domains, in the order of the text."""
    places: dict[tuple[int, int, int, bool], set[int]] = {}
    for piece in pieces:
        if piece.judge == judge:
            at = (piece.version, piece.start, piece.end, piece.domain is None)
            places.setdefault(at, set()).update(() if piece.domain is None else (piece.domain,))
    return tuple(Coded(*at[:3], frozenset(domains)) for at, domains in sorted(places.items()))


def is_coded(view: View) -> bool:
    """Has somebody coded something there, and not only left it out?"""
    return any(each.domains for each in view)


def put_in(
    outcome: Outcome,
    judge: int | None,
    passage: Passage,
    pieces: Sequence[Piece],
    shared: Collection[Shared],
    text: str,
) -> View:
    """The passages that an outcome puts in the consensus layer; `text` is the version's.

    *One view* takes that judge's passages; *double-code* every domain, each with its utmost ends;
    *not coded* marks the words of the passage that are in no joined block.
    """
    if outcome is Outcome.ONE_VIEW and judge is not None:
        return view_of(judge, pieces)
    if outcome is Outcome.DOUBLE_CODE:
        return tuple(unions(piece for piece in pieces if piece.domain is not None))
    if outcome is Outcome.NOT_CODED:
        return tuple(_left_out(passage, pieces, shared, text))
    return ()


def _left_out(
    passage: Passage, pieces: Sequence[Piece], shared: Collection[Shared], text: str
) -> list[Coded]:
    covered = [
        (each.start, each.end)
        for each in shared
        if each.domain is not None and each.meets(*passage)
    ]
    free = _without((passage.start, passage.end), joined(covered))
    found = [
        Coded(passage.version, *ends, frozenset())
        for ends in (_trimmed(text, *each) for each in free)
        if any(character.isalnum() for character in text[ends[0] : ends[1]])
    ]
    return found or unions(piece for piece in pieces if piece.domain is None)


def _without(whole: Range, covered: Iterable[Range]) -> list[Range]:
    """The pieces of a range outside of others, which come ascending and apart."""
    found, at = [], whole[0]
    for start, end in covered:
        if at < start:
            found.append((at, min(start, whole[1])))
        at = max(at, end)
    if at < whole[1]:
        found.append((at, whole[1]))
    return found


def _trimmed(text: str, start: int, end: int) -> Range:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
