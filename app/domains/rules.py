"""What a domain is called, and what is done to a passage.

PURE. A domain is told apart by its title and, in the margin of a transcript, by an abbreviation.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

HUES = 12
"""So many stripe colours there are; beyond that they begin again."""

MARGIN_LETTERS = 3
LONGEST_ABBREVIATION = 5
LONGEST_TITLE = 160
SMALL_WORDS = frozenset({"a", "an", "and", "about", "at", "for", "in", "of", "on", "the", "to"})


class Verb(StrEnum):
    """A change of blocks or *not coded* marks, as the trail names it."""

    ASSIGN = "assign a block"
    DOUBLE_CODE = "put a block into another domain"
    TAKE_OUT = "take a block out of a domain"
    REMOVE = "remove a block"
    MOVE = "move the ends of a block"
    MERGE = "merge two blocks"
    MEMO = "write a memo"
    NOT_CODED = "mark as not coded"
    CODED_AFTER_ALL = "remove a not coded mark"
    UNDO = "undo"
    REDO = "redo"


JOIN = "join what all judges have"
PUT_IN = "put in as decided"
TAKE_BACK = "take back as decided anew"
"""What reveals and decisions do to passages: not one's own change, so it is not undone as one."""


def title_key(title: str) -> str:
    """What two titles are compared by: composed characters, without regard to case."""
    return unicodedata.normalize("NFC", title).casefold()


def free_hue(taken: Collection[int]) -> int:
    """The colour (1-12) for a new domain: the first of those that fewest have."""
    used = Counter(taken)
    return min(range(1, HUES + 1), key=lambda hue: used[hue])


def abbreviate(title: str, taken: Collection[str] = ()) -> str:
    """A short capital name for the margin that is not in `taken`: 'Antecedent' is ANT."""
    return next(name for name in _proposals(title) if name not in taken)


def _proposals(title: str) -> Iterator[str]:
    letters = "".join(c if c.isalnum() else " " for c in title.upper())
    words = [word for word in letters.split() if word.casefold() not in SMALL_WORDS]
    words = words or letters.split() or ["D"]
    yield from (word[:MARGIN_LETTERS] for word in words)
    if len(words) > 1:
        yield "".join(word[0] for word in words)[:LONGEST_ABBREVIATION]
    number = 2
    while True:
        yield f"{words[0][: MARGIN_LETTERS - 1]}{number}"
        number += 1


@dataclass(frozen=True)
class ListLine:
    """A domain out of pasted lines; `number` is the line's, from 1."""

    number: int
    title: str
    definition: str


BULLET = re.compile(r"^\s*(?:[-–—*•·▪]|\(?(?:\d{1,2}|[a-zA-Z])[.)])\s+")


def read_lines(pasted: str) -> list[ListLine]:
    """Domains from lines as 'Title: definition'; numbers and bullets before them are dropped.

    A tab (as pasted from a table) parts title and definition as well. Blank lines are skipped.
    """
    found = []
    for number, line in enumerate(pasted.splitlines(), 1):
        words = BULLET.sub("", line).strip()
        if words:
            title, _, definition = words.partition("\t" if "\t" in words else ":")
            found.append(ListLine(number, title.strip(), definition.strip()))
    return found
