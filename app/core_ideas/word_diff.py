"""Which words two texts share, and which only one of them has. PURE."""

import re
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
