"""What the consensus made of one judge's own coding. PURE.

Passage by passage and domain by domain: kept as it was, kept with other ends, put in another
domain, not taken, or added by the team where the judge had nothing of the kind.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Fate(StrEnum):
    """What became of a passage."""

    KEPT = "kept"
    OTHER_ENDS = "other ends"
    OTHER_DOMAIN = "other domain"
    DROPPED = "dropped"
    ADDED = "added"


class Place(NamedTuple):
    """A passage in one domain (None: *not coded*) of a layer."""

    version: int
    start: int
    end: int
    domain: int | None

    def meets(self, other: "Place") -> bool:
        """Do the two share a character?"""
        return self.version == other.version and self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class OwnChange:
    """A passage of one's own, or one that was added, and what stands there now."""

    fate: Fate
    mine: Place | None
    team: tuple[Place, ...]

    @property
    def at(self) -> Place:
        """Where it is shown."""
        return self.mine or self.team[0]


def own_changes(mine: Iterable[Place], team: Iterable[Place]) -> tuple[OwnChange, ...]:
    """Every passage of one's own once, then what was added; in the order of the text."""
    own, theirs = sorted(set(mine), key=_key), sorted(set(team), key=_key)
    found = [_fate(place, own, theirs) for place in own]
    met = {place for change in found for place in change.team}
    found += [OwnChange(Fate.ADDED, None, (place,)) for place in theirs if place not in met]
    return tuple(sorted(found, key=lambda c: (_key(c.at)[:3], c.mine is None, c.at.domain or 0)))


def _fate(place: Place, own: Sequence[Place], team: Sequence[Place]) -> OwnChange:
    there = [other for other in team if other.meets(place)]
    same = tuple(other for other in there if other.domain == place.domain)
    if place in same:
        return OwnChange(Fate.KEPT, place, (place,))
    if same:
        return OwnChange(Fate.OTHER_ENDS, place, same)
    instead = tuple(
        other
        for other in there
        if not any(each.domain == other.domain and each.meets(other) for each in own)
    )
    return OwnChange(Fate.OTHER_DOMAIN if instead else Fate.DROPPED, place, instead)


def _key(place: Place) -> tuple[int, int, int, int]:
    return place.version, place.start, -place.end, place.domain or 0
