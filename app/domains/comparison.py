"""What the judges' drafts have in common, and what the team has to talk about. PURE.

Where every drafter has a domain at overlapping passages, these are one passage for the team, from
the earliest start to the latest end. Everything else is to be discussed, and what overlaps is one
point. Passages whose ends only touch do not overlap. With one drafter everything is joined.

A *not coded* mark counts like a domain, with one difference: a mark that stands against no block of
anybody needs no talk, also where not all judges made it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar


class Coded(NamedTuple):
    """A passage of a draft: a block with its domains, or (without domains) a *not coded* mark.

    `version` is the transcript version; `start` and `end` are code points, end-exclusive.
    """

    version: int
    start: int
    end: int
    domains: frozenset[int]


class Piece(NamedTuple):
    """One judge's passage in one domain (None: a *not coded* mark)."""

    judge: int
    version: int
    start: int
    end: int
    domain: int | None


@dataclass(frozen=True)
class Joined:
    """One domain (None: *not coded*) from the earliest start to the latest end of the judges'."""

    version: int
    start: int
    end: int
    domain: int | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class ToDiscuss:
    """A passage that the judges see differently, with what each of them put there."""

    version: int
    start: int
    end: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Comparison:
    """The drafts of a case against one another, in the order of the text."""

    joined: tuple[Joined, ...]
    to_discuss: tuple[ToDiscuss, ...]


def compare(drafts: Mapping[int, Iterable[Coded]], versions: Sequence[int] = ()) -> Comparison:
    """Compare the drafts of a case, by judge. `versions` is the order of its transcripts.

    Each passage of each draft, once for each of its domains, is in exactly one of the joined
    passages or of the points.
    """
    shared, left = _parted(_groups(pieces_of(drafts)), frozenset(drafts))
    order = {version: place for place, version in enumerate(versions)}

    def place(at: Joined | ToDiscuss) -> tuple[int, int, int, int]:
        return order.get(at.version, len(order)), at.version, at.start, at.end

    joined = [Joined(*group) for group in sorted(shared, key=lambda group: group.domain or 0)]
    points = [
        ToDiscuss(*_reach(cluster), tuple(piece for group in cluster for piece in group.pieces))
        for cluster in _clusters(left)
    ]
    return Comparison(tuple(sorted(joined, key=place)), tuple(sorted(points, key=place)))


class _Group(NamedTuple):
    """Overlapping passages in one domain: together they cover `start` to `end` without a gap."""

    version: int
    start: int
    end: int
    domain: int | None
    pieces: tuple[Piece, ...]

    @property
    def judges(self) -> frozenset[int]:
        return frozenset(piece.judge for piece in self.pieces)


def pieces_of(drafts: Mapping[int, Iterable[Coded]]) -> set[Piece]:
    """Each passage of each draft, once for each of its domains."""
    return {
        Piece(judge, version, start, end, domain)
        for judge, passages in drafts.items()
        for version, start, end, domains in passages
        for domain in domains or {None}
    }


def unions(pieces: Iterable[Piece]) -> list[Coded]:
    """In each domain what hangs together, from the earliest start to the latest end.

    Domains that come out at the same passage share it. In the order of the text.
    """
    places: dict[tuple[int, int, int, bool], set[int]] = {}
    for group in _groups(pieces):
        at = (group.version, group.start, group.end, group.domain is None)
        places.setdefault(at, set()).update(() if group.domain is None else (group.domain,))
    return [Coded(*at[:3], frozenset(domains)) for at, domains in sorted(places.items())]


def _groups(pieces: Iterable[Piece]) -> list[_Group]:
    by_domain: dict[int | None, list[Piece]] = {}
    for piece in pieces:
        by_domain.setdefault(piece.domain, []).append(piece)
    return [
        _Group(*_reach(cluster), domain, tuple(cluster))
        for domain, same in by_domain.items()
        for cluster in _clusters(same)
    ]


def _parted(
    groups: Sequence[_Group], drafters: frozenset[int]
) -> tuple[list[_Group], list[_Group]]:
    """What is joined by itself, and what is left to discuss."""
    coded = [group for group in groups if group.domain is not None]
    shared = [group for group in coded if group.judges == drafters]
    left = [group for group in coded if group.judges != drafters]
    for_marks: tuple[list[_Group], list[_Group]] = [], []
    for mark in groups:
        if mark.domain is None:
            stands_against = left if mark.judges == drafters else coded
            for_marks[_meets(mark, stands_against)].append(mark)
    return shared + for_marks[False], left + for_marks[True]


def _meets(mark: _Group, groups: Iterable[_Group]) -> bool:
    return any(
        group.version == mark.version and group.start < mark.end and mark.start < group.end
        for group in groups
    )


Ranged = TypeVar("Ranged", Piece, _Group)


def _clusters(ranges: Collection[Ranged]) -> list[list[Ranged]]:
    """What hangs together by overlapping, in each version, each in the order of the text."""
    found: list[list[Ranged]] = []
    version, reach = 0, 0
    for each in sorted(ranges, key=lambda r: (r.version, r.start, r.end, _judge(r))):
        if found and each.version == version and each.start < reach:
            found[-1].append(each)
            reach = max(reach, each.end)
        else:
            found.append([each])
            version, reach = each.version, each.end
    return found


def _judge(ranged: Piece | _Group) -> int:
    return ranged.judge if isinstance(ranged, Piece) else ranged.domain or 0


def _reach(cluster: Sequence[Piece] | Sequence[_Group]) -> tuple[int, int, int]:
    start, end = min(each.start for each in cluster), max(each.end for each in cluster)
    return cluster[0].version, start, end
