"""What changes after an agreement without reopening anything, and what counts as spelling.

PURE. An *amendment* rewords, splits or moves a core idea of an agreed case while its domain is
sorted; the case's judges agree to it together with the board. An *editorial change* corrects
spelling and punctuation, marked as such, and keeps all agreements.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby


class Cause(StrEnum):
    """Why a consensus version was frozen."""

    AGREED = "agreed"
    AMENDED = "amended"
    EDITORIAL = "editorial"
    AUDIT = "audit"
    DOMAINS_MERGED = "domains merged"


class AmendmentKind(StrEnum):
    """What was done to a core idea of an agreed case."""

    REWORD = "reword"
    SPLIT = "split"
    MOVE = "move"
    EDITORIAL = "editorial"


class Verb(StrEnum):
    """The same as the trail names it, apart from changes that ask everybody anew."""

    REWORD = "amend the wording of a core idea"
    SPLIT = "split a core idea while sorting"
    MOVE = "move a core idea to another domain while sorting"
    WITHDRAW = "withdraw an amendment"
    AGREE = "agree to an amendment"
    EDITORIAL = "correct the spelling of a core idea"


SHORTEST_TO_CORRECT = 5
"""Shorter words stay as they are but for case and accents: 'he' is not a misspelt 'she'."""
LONG_WORD = 8
ACCENTS = range(0x300, 0x370)


def is_editorial(before: str, after: str) -> bool:
    """Do two wordings say the same but for spelling and punctuation?

    Free are capitals, blanks, punctuation, accents and a word typed twice. A word of five letters
    or more may differ in one letter, one of eight or more in two; its first letter stays, so that
    no prefix turns it round. Numbers, symbols, and words in scripts without capitals stay as they
    are.
    """
    old, new = list(_words(before)), list(_words(after))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return all(
        tag == "equal" or _is_misspelling(old[i1:i2], new[j1:j2])
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
    )


def _words(text: str) -> Iterator[str]:
    """The words in small letters without accents and punctuation; a symbol is a word of its own."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(
        f" {character} " if category.startswith("S") else character
        for character in plain
        if ord(character) not in ACCENTS
        and ((category := unicodedata.category(character))[0] not in "P")
    )
    for word, _ in groupby(kept.split()):
        yield word


def _is_misspelling(old: Sequence[str], new: Sequence[str]) -> bool:
    if "".join(old) == "".join(new):
        return True
    return len(old) == len(new) and all(
        _is_same_word(one, other) for one, other in zip(old, new, strict=True)
    )


def _is_same_word(one: str, other: str) -> bool:
    if one == other:
        return True
    if one[0] != other[0] or not (_may_be_misspelt(one) and _may_be_misspelt(other)):
        return False
    shorter = min(len(one), len(other))
    if shorter < SHORTEST_TO_CORRECT:
        return False
    return _differ_by(one, other) <= (2 if shorter >= LONG_WORD else 1)


def _may_be_misspelt(word: str) -> bool:
    return word.isalpha() and word != word.upper()


def _differ_by(one: str, other: str) -> int:
    """Letters put in, left out, exchanged, or swapped with their neighbour."""
    rows = [list(range(len(other) + 1))]
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, there in enumerate(other, 1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != there))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == there:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]
