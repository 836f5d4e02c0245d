"""What judges have in common in a domain, and what is read beside each other. PURE.

Core ideas are the same where their words are, whatever the case and with or without a last full
stop. What is left is laid side by side: core ideas that rest on the same passages or share words.
Why so: docs/decisions/0016-core-ideas-side-by-side.md.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.core_ideas.alignment import align
from app.core_ideas.rules import tidy
from app.word_diff import TOKEN, Kind, word_diff


class Span(NamedTuple):
    """A passage: the transcript version, and code points of its text."""

    version_id: int
    start: int
    end: int

    def overlaps(self, other: "Span") -> bool:
        """Do the two share a character?"""
        return (
            self.version_id == other.version_id
            and self.start < other.end
            and other.start < self.end
        )


@dataclass(frozen=True)
class Statement:
    """A core idea: its words, and the passages it rests on."""

    id: int
    text: str
    passages: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Given:
    """What one judge gave for a domain: core ideas in order, or why there is none, or nothing."""

    judge_id: int
    ideas: tuple[Statement, ...] = ()
    absence: str | None = None


@dataclass(frozen=True)
class Row:
    """Core ideas side by side, one cell a judge. `is_same`: every judge has it in these words."""

    cells: tuple[Statement | None, ...]
    is_same: bool

    @property
    def key(self) -> str:
        """What a form and a decision name it by; drafts are frozen, so it stays."""
        return "-".join(str(idea.id) for idea in self.ideas)

    @property
    def ideas(self) -> tuple[Statement, ...]:
        """Those of the judges who have one here."""
        return tuple(idea for idea in self.cells if idea)

    @property
    def wordings(self) -> tuple[str, ...]:
        """The different ones of its texts; which of two that are the same is nobody's choice."""
        found: dict[str, list[str]] = {}
        for idea in self.ideas:
            found.setdefault(words_key(idea.text), []).append(idea.text)
        return tuple(
            min(texts, key=lambda text: (not text.endswith("."), text)) for texts in found.values()
        )

    @property
    def passages(self) -> tuple[Span, ...]:
        """Everything that its core ideas rest on."""
        return tuple(sorted({span for idea in self.ideas for span in idea.passages}))


@dataclass(frozen=True)
class Comparison:
    """A domain of a case in the eyes of all who drafted it."""

    given: tuple[Given, ...]
    rows: tuple[Row, ...]

    @property
    def absences(self) -> tuple[str | None, ...]:
        """Why each judge has no core idea here, as far as they said."""
        return tuple(each.absence for each in self.given)

    @property
    def same_absence(self) -> str | None:
        """The reason that every judge gave."""
        reasons = set(self.absences)
        return reasons.pop() if len(reasons) == 1 else None

    @property
    def is_same(self) -> bool:
        """Have all judges given the same here, so that there is nothing to discuss?"""
        if any(self.absences):
            return self.same_absence is not None and not self.rows
        return all(row.is_same for row in self.rows)

    @property
    def is_empty(self) -> bool:
        """Has nobody given anything?"""
        return not self.rows and not any(self.absences)


def words_key(text: str) -> str:
    """What two core ideas are compared by."""
    words = unicodedata.normalize("NFC", tidy(text)).casefold()
    return words.removesuffix(".").rstrip()


def compare(given: Sequence[Given]) -> Comparison:
    """Lay what the judges gave for a domain side by side, judges in the order they come in.

    Every core idea stands in exactly one row.
    """
    shared = _shared([each.ideas for each in given])
    same: dict[str, list[list[Statement]]] = {}
    rest: list[list[Statement]] = []
    for which, each in enumerate(given):
        left = Counter(shared)
        rest.append([])
        for idea in each.ideas:
            key = words_key(idea.text)
            if not left[key]:
                rest[which].append(idea)
                continue
            left[key] -= 1
            groups = same.setdefault(key, [[] for _ in range(shared[key])])
            groups[shared[key] - left[key] - 1].append(idea)
    rows = [Row(tuple(group), is_same=True) for groups in same.values() for group in groups]
    rows += [Row(cells, is_same=False) for cells in align(rest, likeness)]
    return Comparison(tuple(given), tuple(_in_order(given, rows)))


def _shared(lists: Iterable[Sequence[Statement]]) -> Counter[str]:
    """How often every judge has each wording."""
    counts = [Counter(words_key(idea.text) for idea in ideas) for ideas in lists]
    shared = counts[0] if counts else Counter()
    for count in counts[1:]:
        shared = shared & count
    return shared


def _in_order(given: Sequence[Given], rows: Iterable[Row]) -> list[Row]:
    """By the place of the first of each row's core ideas in its judge's list."""
    place = {
        idea.id: (at, which)
        for which, each in enumerate(given)
        for at, idea in enumerate(each.ideas)
    }
    return sorted(rows, key=lambda row: min(place[idea.id] for idea in row.ideas))


def likeness(one: Statement, other: Statement) -> float:
    """How alike two core ideas are: words in common, and raw data in common (0 to 1 each)."""
    return shared_words(one.text, other.text) + shared_passages(one.passages, other.passages)


def shared_words(one: str, other: str) -> float:
    """The share of words that two texts have in common, in the same order: 0 to 1."""
    one, other = one.casefold(), other.casefold()
    total = _count(one) + _count(other)
    same = sum(_count(piece.text) for piece in word_diff(one, other) if piece.kind is Kind.SAME)
    return 2 * same / total if total else 0.0


def _count(text: str) -> int:
    return sum(token[0].isalnum() for token in TOKEN.findall(text))


def shared_passages(one: Sequence[Span], other: Sequence[Span]) -> float:
    """The share of characters that both rest on, of those that either rests on: 0 to 1."""
    first, second = _joined(one), _joined(other)
    both = sum(_common(a, b) for a in first for b in second)
    either = sum(span.end - span.start for span in (*first, *second)) - both
    return both / either if either else 0.0


def _joined(spans: Iterable[Span]) -> list[Span]:
    """The same ground without overlaps."""
    found: list[Span] = []
    for span in sorted(spans):
        last = found[-1] if found else None
        if last and last.version_id == span.version_id and span.start <= last.end:
            found[-1] = last._replace(end=max(last.end, span.end))
        else:
            found.append(span)
    return found


def _common(one: Span, other: Span) -> int:
    if one.version_id != other.version_id:
        return 0
    return max(0, min(one.end, other.end) - max(one.start, other.start))
