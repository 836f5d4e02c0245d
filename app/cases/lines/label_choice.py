"""Which of the possible labels of a file are its speakers: decided over the whole file. PURE.

Recurrence, shape, and how the rest of the file is built: where nearly every paragraph begins with
a label, a name that stands once is a speaker too; where paragraphs often go on without one, it is
more likely prose. When in doubt the words stay in the text, where a reader still sees them.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.cases.lines.speaker_labels import Kind, Label, Shape, is_metadata_key, shape_of

_LOWER_WORD = re.compile(r"\b[^\W\d_]+\b")
NEARLY_ALL = 0.9
OFTEN = 0.1
SHORT = 12
"""Paragraphs of a file too short for names to come back often."""


@dataclass(frozen=True)
class _Candidate:
    """One possible speaker: how often it stands, how it looks, and whether it is a plain word."""

    key: str
    kind: Kind
    times: int
    shape: Shape
    common: bool


def accepted_labels(
    labels: Sequence[Label | None], *, paragraphs: int, texts: Sequence[str]
) -> list[Label | None]:
    """The labels that are speakers, each at its line's place; None everywhere else.

    `paragraphs`: how many paragraphs the file has; `texts`: its lines, for the words in it.
    """
    possible = [label if label and _possible(label) else None for label in labels]
    bulleted = sum(label.bulleted for label in possible if label)
    if bulleted < 0.5 * max(paragraphs, 1):
        possible = [label if label and _unbulleted(label) else None for label in possible]
    lower = Counter(w for text in texts for w in _LOWER_WORD.findall(text) if w.islower())
    candidates = _candidates([label for label in possible if label], lower)
    chosen = _chosen(candidates, max(paragraphs, 1))
    return [label if label and (label.key, label.kind) in chosen else None for label in possible]


def _possible(label: Label) -> bool:
    return shape_of(label.name) is not Shape.NONE


def _unbulleted(label: Label) -> bool:
    return not label.bulleted or shape_of(label.name) is Shape.ROLE


def _candidates(labels: Sequence[Label], lower: Counter[str]) -> list[_Candidate]:
    times = Counter((label.key, label.kind) for label in labels)
    first = {(label.key, label.kind): label for label in reversed(labels)}
    return [
        _Candidate(
            key=key,
            kind=kind,
            times=count,
            shape=shape_of(first[key, kind].name),
            common=lower[key] > (count if first[key, kind].name.islower() else 0),
        )
        for (key, kind), count in times.items()
        if not is_metadata_key(key) or count >= 3
    ]


def _chosen(candidates: Sequence[_Candidate], paragraphs: int) -> set[tuple[str, Kind]]:
    by_kind = {kind: [c for c in candidates if c.kind is kind] for kind in Kind}
    chosen = {(c.key, c.kind) for c in by_kind[Kind.COLON] if _firm(c, paragraphs)}
    chosen |= _chosen_timed(by_kind[Kind.TIMED], paragraphs)
    chosen |= _chosen_dotted(by_kind[Kind.DOTTED])
    if not chosen:
        chosen |= _chosen_alone(by_kind[Kind.ALONE])
        chosen |= _chosen_columns(by_kind[Kind.COLUMN], paragraphs)
        roles = [c for c in by_kind[Kind.DASH] if c.shape is Shape.ROLE]
        chosen |= _chosen_columns(roles, paragraphs)
    rest = [c for c in by_kind[Kind.COLON] if (c.key, c.kind) not in chosen]
    if chosen:
        labelled = sum(c.times for c in candidates if (c.key, c.kind) in chosen) / paragraphs
        keys = {key for key, _ in chosen}
        parts = {part for key in keys for part in key.split()}
        chosen |= {
            (c.key, c.kind)
            for c in rest
            if c.shape is Shape.NAME
            and (
                c.key in parts
                or not keys.isdisjoint(c.key.split())
                or _likely(c, labelled, paragraphs)
            )
        }
    named = {(c.key, c.kind) for c in rest if c.shape is Shape.NAME and not c.common} | chosen
    covered = sum(c.times for c in candidates if (c.key, c.kind) in named)
    few = paragraphs <= SHORT
    return named if covered >= max(2, (0.6 if few else 0.8) * paragraphs) else chosen


def _firm(c: _Candidate, paragraphs: int) -> bool:
    """A speaker whatever else is in the file."""
    share = c.times / paragraphs
    if c.shape is Shape.ROLE:
        return True
    if c.shape is Shape.WORD or c.common:
        return c.times >= 3 and share >= OFTEN
    return c.times >= 3 or (c.times == 2 and share >= OFTEN)


def _likely(c: _Candidate, labelled: float, paragraphs: int) -> bool:
    """A speaker given the others: `labelled` is the share of paragraphs that have one already."""
    if labelled >= NEARLY_ALL:
        return c.times >= 2 or not c.common
    recurs = c.times >= 2 and c.times / paragraphs >= 0.05
    return not c.common and (labelled >= 0.75 or recurs)


def _chosen_timed(timed: Sequence[_Candidate], paragraphs: int) -> set[tuple[str, Kind]]:
    """Names with times, as Otter, Teams and Rev write them: come back, are roles, or are many."""
    named = [c for c in timed if c.shape is not Shape.WORD]
    recurring = [c for c in named if c.times > 1 or c.shape is Shape.ROLE]
    every = sum(c.times for c in named) >= max(2, 0.4 * paragraphs)
    enough = every or sum(c.times for c in recurring) >= 2
    return {(c.key, c.kind) for c in named if enough or c in recurring}


def _chosen_dotted(dotted: Sequence[_Candidate]) -> set[tuple[str, Kind]]:
    """`Q. ... A. ...`, where both recur; a single `A.` begins a list."""
    times = Counter[str]()
    for c in dotted:
        times[c.key[0]] += c.times
    return {(c.key, c.kind) for c in dotted if times["q"] > 1 and times["a"] > 1}


def _chosen_alone(alone: Sequence[_Candidate]) -> set[tuple[str, Kind]]:
    """Bold names or headings on lines of their own: two or more that take turns."""
    named = [c for c in alone if c.times > 1 or c.shape is Shape.ROLE]
    return {(c.key, c.kind) for c in named} if len(named) > 1 else set()


def _chosen_columns(columns: Sequence[_Candidate], paragraphs: int) -> set[tuple[str, Kind]]:
    """Names before a tab or a dash, where most paragraphs have one of the same few names."""
    named = [c for c in columns if c.times > 1 or c.shape is Shape.ROLE]
    return (
        {(c.key, c.kind) for c in named}
        if sum(c.times for c in named) >= 0.5 * paragraphs
        else set()
    )
