"""What a decision (or a reveal) made in the consensus layer, and taking it back.

Kept in a point's `chosen`, so that deciding again can take back the earlier decision's own passages
and nothing else. What was changed since stays, and so does what a core idea or a memo was built on.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session

from app.domains.passages import Kind, Passage, stored
from app.domains.resting import resting_on


@dataclass(frozen=True)
class Made:
    """A passage as a decision put it: in which domains it put it, not which others it is in."""

    kind: Kind
    id: int
    guid: str
    transcript_version: int
    start: int
    end: int
    domains: tuple[int, ...]
    memo: str = ""

    @classmethod
    def of(cls, passage: Passage, domains: Iterable[int]) -> "Made":
        """What was made of a stored passage by putting it in these domains."""
        return cls(
            passage.kind,
            passage.id,
            passage.guid,
            passage.transcript_version,
            passage.start,
            passage.end,
            tuple(sorted(domains)),
            passage.memo,
        )

    def as_values(self) -> dict[str, Any]:
        """For a point's `chosen`: plain values."""
        return {**vars(self), "kind": self.kind.value, "domains": list(self.domains)}

    @classmethod
    def from_values(cls, values: dict[str, Any]) -> "Made":
        """Back from a point's `chosen`."""
        kind, domains = Kind(values["kind"]), tuple(values["domains"])
        return cls(**{**values, "kind": kind, "domains": domains})

    def is_as_made(self, passage: Passage | None) -> bool:
        """Does it still stand as it was put?"""
        return (
            passage is not None
            and passage.guid == self.guid
            and (passage.start, passage.end) == (self.start, self.end)
            and set(self.domains) <= set(passage.domains)
        )


def in_the_other(
    chosen: dict[str, Any] | None, domain_id: int, into_id: int, *, in_both: Collection[str]
) -> dict[str, Any] | None:
    """A point's `chosen` after a domain was merged into another: what it made is in the other.

    Of a passage `in_both` before (by guid) that it did not put into the other itself, it made
    nothing that it could take back.
    """
    if not chosen or not chosen.get("made"):
        return chosen
    kept = []
    for each in map(Made.from_values, chosen["made"]):
        if domain_id in each.domains:
            left = {*each.domains} - {domain_id}
            if each.guid not in in_both:
                left.add(into_id)
            if not left:
                continue
            each = replace(each, domains=tuple(sorted(left)))
        kept.append(each.as_values())
    return chosen | {"made": kept}


@dataclass(frozen=True)
class TakenBack:
    """Passages before and after taking back, and what was made and stays as others left it."""

    before: tuple[Passage, ...]
    after: tuple[Passage, ...]
    stays: tuple[Made, ...]


def taking_back(db: Session, layer_id: int, made: Sequence[Made]) -> TakenBack:
    """What taking these back changes. A passage that is gone already is no matter."""
    present = {
        found.key: found
        for kind in Kind
        for found in stored(db, layer_id, kind, [each.id for each in made if each.kind is kind])
    }
    before, after, stays = [], [], []
    for each in made:
        passage = present.get((each.kind, each.id))
        if passage is None or passage.guid != each.guid:
            continue
        if not each.is_as_made(passage) or _is_built_on(db, passage, each):
            stays.append(each)
            continue
        before.append(passage)
        left = tuple(domain for domain in passage.domains if domain not in each.domains)
        if left:
            after.append(replace(passage, domains=left))
    return TakenBack(tuple(before), tuple(after), tuple(stays))


def _is_built_on(db: Session, passage: Passage, made: Made) -> bool:
    would_go = set(passage.domains) <= set(made.domains)
    if would_go and passage.memo != made.memo:
        return True
    return any(idea.domain_id in made.domains for idea in resting_on(db, passage.id))
