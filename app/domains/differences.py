"""The points of a case with what the judges' drafts have at each of them.

Drafts are frozen, so what a point is about never changes; what the team made of it since lies in
the consensus layer and in the point's decision.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlmodel import Session

from app.consensus.points import PointView, points_of
from app.consensus.rules import PointKind
from app.domains.comparison import Coded, Piece, pieces_of
from app.domains.drafts import Drafts, read_drafts
from app.domains.made import Made
from app.domains.outcomes import Passage, Shared, pieces_at


def was_joined(point: PointView) -> bool:
    """Was it joined by itself at the reveal, whatever became of it since?"""
    return bool((point.chosen or {}).get("joined"))


def made_by(point: PointView) -> list[Made]:
    """What the reveal or the point's last decision put in the consensus layer."""
    return [Made.from_values(values) for values in (point.chosen or {}).get("made", [])]


def passage_of(point: PointView) -> Passage:
    """Where a point is."""
    assert point.transcript_version_id is not None
    assert point.start is not None
    assert point.end is not None
    return Passage(point.transcript_version_id, point.start, point.end)


@dataclass(frozen=True)
class Differences:
    """A case's passages to discuss, beside the drafts they come from."""

    drafts: Drafts
    points: tuple[PointView, ...]

    @cached_property
    def shared(self) -> tuple[Shared, ...]:
        """What was joined by itself."""
        return tuple(
            Shared(*passage_of(point), point.domain_id)
            for point in self.points
            if was_joined(point)
        )

    @cached_property
    def _pieces(self) -> set[Piece]:
        return pieces_of(
            {
                judge.account_id: [
                    Coded(each.version_id, each.start, each.end, frozenset(each.domain_ids))
                    for each in self.drafts.of(judge)
                ]
                for judge in self.drafts.judges
            }
        )

    def pieces(self, point: PointView) -> tuple[Piece, ...]:
        """What the judges put at a point."""
        if was_joined(point):
            own = Shared(*passage_of(point), point.domain_id)
            return pieces_at(passage_of(point), filter(own.has, self._pieces), ())
        return pieces_at(passage_of(point), self._pieces, self.shared)

    def around(self, point: PointView) -> Sequence[Shared]:
        """What else is joined and overlaps a point."""
        own = Shared(*passage_of(point), point.domain_id) if was_joined(point) else None
        return [each for each in self.shared if each != own and each.meets(*passage_of(point))]


def read_differences(db: Session, unit_id: int) -> Differences:
    """The passages of a unit that were compared; empty before the reveal. Five statements."""
    drafts = read_drafts(db, unit_id)
    points = points_of(db, unit_id)
    return Differences(drafts, tuple(p for p in points if p.kind is PointKind.PASSAGE))
