"""Lines that only the page's width broke, joined again. PURE.

A soft wrap becomes a space; where an author began a new line on purpose it stays a line. Files
of fixed width are told from files of one line a paragraph by asking of every pair of lines
whether the next line's first word would still have fitted.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

ENDINGS = frozenset(".?!…。？！؟।:：;")
_CLOSERS = "\"'”’»)]」』*_"
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_COMPOUND = re.compile(
    r"(?:self|well|non|half|long|short|high|low|full|follow|step|one|two|three|four|five|six|seven"
    r"|eight|nine|ten|(?:twen|thir|for|fif|six|seven|eigh|nine)ty)-"
    r"(?!(?:ly|er|en|ing|ed|est|ness|ty|teen|ment|tion|self|ish|s|sense)$)"
)
LIST_ITEM = re.compile(r"\s*(?:[-–—*•·]\s|\(?\d{1,3}[.)]\s|[a-z][.)]\s)")
MIN_WIDTH, MAX_WIDTH = 30, 240


@dataclass(frozen=True)
class Pair:
    """Two neighbouring lines of text without a blank line between, as widths and as words."""

    before: str
    after: str

    def fits(self, width: float) -> bool:
        """Whether the second line's first word still had room on the first."""
        first_word = self.after.split(maxsplit=1)[0]
        return len(self.before) + 1 + len(first_word) <= width

    @property
    def runs_on(self) -> bool:
        """The sentence goes on: no ending before, no capital after."""
        start = next((c for c in self.after if c.isalnum()), "")
        return not ends_sentence(self.before) and not start.isupper()


def ends_sentence(text: str) -> bool:
    """Does the text end where a sentence does, closing quotes and brackets apart?"""
    bare = text.rstrip().rstrip(_CLOSERS)
    return bool(bare) and bare[-1] in ENDINGS


def wrap_width(pairs: Sequence[Pair]) -> int | None:
    """The width at which a file was wrapped, in characters, or None if it was not."""
    if not pairs:
        return None
    lengths = sorted((len(pair.before) for pair in pairs), reverse=True)
    runs_on = sum(pair.runs_on for pair in pairs) / len(pairs)
    if len(pairs) < 3:
        whole = runs_on == 1 and lengths[-1] >= MIN_WIDTH and lengths[0] <= MAX_WIDTH
        return lengths[-1] if whole else None
    count = len(lengths)
    for outliers in sorted({0, 1, 2, count // 100, count // 50, count // 30}):
        width = lengths[outliers]
        if not MIN_WIDTH <= width <= MAX_WIDTH:
            continue
        broken = sum(not pair.fits(width) for pair in pairs) / len(pairs)
        full = sum(len(pair.before) >= 0.75 * width for pair in pairs) / len(pairs)
        if broken >= 0.8 and runs_on >= 0.25:
            return width
        if full >= 0.8 and runs_on >= 0.5:
            return int(0.85 * width)
    return None


def continues(pair: Pair, width: int | None) -> bool:
    """Whether the second line of a pair belongs to the paragraph of the first."""
    if width is None or LIST_ITEM.match(pair.after):
        return False
    return not pair.fits(width) or pair.runs_on


@dataclass(frozen=True)
class Vocabulary:
    """The words of a file and how often, to tell `inter-view` from `decision-making`.

    `divides`: whether the file divides words at all. Programs that do end some lines in twenty
    with a hyphen; without hyphenation only compounds end so, one line in a hundred.
    """

    times: Counter[str]
    divides: bool


def vocabulary(lines: Sequence[str]) -> Vocabulary:
    """Count the words of a file."""
    times = Counter(word for line in lines for word in _WORD.findall(line.casefold()))
    hyphens = sum(line.rstrip()[-1:] in ("-", "\u2010") for line in lines)
    return Vocabulary(times, hyphens >= 0.02 * len(lines))


def join(parts: Sequence[str], known: Vocabulary) -> str:
    """The lines of one paragraph as one: with spaces, and mended where a word was divided."""
    pieces = [part for part in (part.strip() for part in parts) if part]
    for n, (before, after) in enumerate(pairwise(pieces)):
        if before[-1] == "\u00ad":
            pieces[n] = before[:-1]
        elif before[-1] in "-\u2010" and before[-2:-1].isalnum():
            pieces[n] = _at_hyphen(before, after, known)
        elif not (_is_unspaced(before[-1]) and _is_unspaced(after[0])):
            pieces[n] = before + " "
    return "".join(pieces)


def _at_hyphen(before: str, after: str, known: Vocabulary) -> str:
    """How a line ending in a hyphen goes on.

    Without the hyphen inside a word, with it in a compound, with a space after a word broken off.
    """
    head = re.search(r"[^\W\d_]*$", before[:-1][-60:])
    tail = re.match(r"[^\W\d_]*", after[:60])
    first, second = (found[0] if found else "" for found in (head, tail))
    if not first or not second:
        return before if after[0].isalnum() else before + " "
    if second[0].isupper():
        return before if first[0].isupper() else before + " "
    low, high = first.casefold(), second.casefold()
    # Both halves stand in the count once already, at this very line end.
    if known.times[low + high]:
        return before[:-1]
    stutter = high.startswith(low) or len(low) == 1
    words = known.times[low] > 1 and known.times[high] > 1
    compound = known.times[f"{low}-{high}"] or _COMPOUND.match(f"{low}-{high}") or words
    return before if stutter or compound or not known.divides else before[:-1]


def _is_unspaced(character: str) -> bool:
    """Chinese and Japanese write no space between words; their punctuation neither."""
    return (
        "\u2e80" <= character <= "\u312f"
        or "\u31f0" <= character <= "\u9fff"
        or "\uf900" <= character <= "\ufaff"
        or "\uff00" <= character <= "\uffef"
        or "\U00020000" <= character <= "\U0003ffff"
    )
