"""Which words two texts share, and which only one of them has. PURE."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

TOKEN = re.compile(r"\w+(?:[’'-]\w+)*|\s+|[^\w\s]")


class Kind(StrEnum):
    """Whose words these are."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True)
class Piece:
    """A stretch of words of one kind."""

    kind: Kind
    text: str


def word_diff(before: str, after: str) -> tuple[Piece, ...]:
    """From `before` to `after`, word by word; blanks between two changed words change with them.

    The pieces that are not added make up `before`, those that are not removed `after`.
    """
    old, new = TOKEN.findall(before), TOKEN.findall(after)
    pieces: list[Piece] = []
    # Without `autojunk`: it would call frequent words noise in texts of 200 words and more.
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            same = "".join(old[i1:i2])
            if not same.isspace() or not _between_changes(pieces, j2 < len(new) or i2 < len(old)):
                pieces.append(Piece(Kind.SAME, same))
                continue
        removed, added = "".join(old[i1:i2]), "".join(new[j1:j2])
        pieces = _with(pieces, removed, added)
    return tuple(pieces)


def own_words(text: str, others: Sequence[str]) -> tuple[Piece, ...]:
    """A text read beside others: `SAME` what it shares with each of them, `ADDED` the rest.

    No text is the one that the others differ from, so none of them is preferred.
    """
    shared = [True] * len(text)
    for other in others:
        at = 0
        for piece in word_diff(other, text):
            if piece.kind is not Kind.REMOVED:
                if piece.kind is Kind.ADDED:
                    shared[at : at + len(piece.text)] = [False] * len(piece.text)
                at += len(piece.text)
    pieces: list[Piece] = []
    for character, is_shared in zip(text, shared, strict=True):
        kind = Kind.SAME if is_shared else Kind.ADDED
        if pieces and pieces[-1].kind is kind:
            pieces[-1] = Piece(kind, pieces[-1].text + character)
        else:
            pieces.append(Piece(kind, character))
    return tuple(pieces)


HARDLY_ALIKE = 1 / 3
"""Where texts share less than this of their characters, telling each difference tells nothing."""


def differences(texts: Sequence[str]) -> list[tuple[Piece, ...]]:
    """Each text with the words that not all others share; of texts that are hardly alike, none."""
    told = [own_words(text, [*texts[:at], *texts[at + 1 :]]) for at, text in enumerate(texts)]
    shared = sum(len(piece.text) for pieces in told for piece in pieces if piece.kind is Kind.SAME)
    if shared < HARDLY_ALIKE * sum(map(len, texts)):
        return [(Piece(Kind.SAME, text),) for text in texts]
    return told


def _between_changes(pieces: list[Piece], more: bool) -> bool:
    return more and bool(pieces) and pieces[-1].kind is not Kind.SAME


def _with(pieces: list[Piece], removed: str, added: str) -> list[Piece]:
    """One run of removed words, then one of added ones, however many changes made it."""
    while pieces and pieces[-1].kind is not Kind.SAME:
        last = pieces.pop()
        if last.kind is Kind.REMOVED:
            removed = last.text + removed
        else:
            added = last.text + added
    found = ((Kind.REMOVED, removed), (Kind.ADDED, added))
    return [*pieces, *(Piece(kind, text) for kind, text in found if text)]
