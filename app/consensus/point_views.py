"""Points to discuss and reservations as pages read them: many units in two statements."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.accounts.models import Account
from app.consensus.models import Point, Reservation
from app.consensus.rules import DECIDED, Outcome, PointKind
from app.db import run


@dataclass(frozen=True)
class ReservationView:
    """What a judge wants to stay on record; a withdrawn one stays visible as withdrawn."""

    id: int
    unit_id: int
    point_id: int | None
    account_id: int
    by: str
    text: str
    made_at: datetime
    withdrawn_at: datetime | None
    meeting_id: int | None

    @property
    def is_withdrawn(self) -> bool:
        """Was it taken back?"""
        return self.withdrawn_at is not None


@dataclass(frozen=True)
class PointView:
    """A point with its decision, if there is one, and the reservations kept beside it."""

    id: int
    unit_id: int
    kind: PointKind
    position: int
    domain_id: int | None
    transcript_version_id: int | None
    start: int | None
    end: int | None
    is_joined: bool
    outcome: Outcome | None
    chosen: dict[str, Any] | None
    reason: str
    decided_by_id: int | None
    decided_by: str | None
    decided_at: datetime | None
    meeting_id: int | None
    version: int
    reservations: tuple[ReservationView, ...] = ()

    @property
    def is_decided(self) -> bool:
        """Has the team decided it? *Talk later* is a note and no decision."""
        return self.outcome in DECIDED

    @property
    def is_open(self) -> bool:
        """Is it still to be discussed?"""
        return not self.is_joined and not self.is_decided

    @property
    def is_for_later(self) -> bool:
        """Did the team put it off?"""
        return self.outcome is Outcome.TALK_LATER


POINTS = (
    sa.select(
        col(Point.id),
        col(Point.unit_id),
        col(Point.kind),
        col(Point.position),
        col(Point.domain_id),
        col(Point.transcript_version_id),
        col(Point.start),
        col(Point.end),
        col(Point.is_joined),
        col(Point.outcome),
        col(Point.chosen),
        col(Point.reason),
        col(Point.decided_by),
        col(Account.name),
        col(Point.decided_at),
        col(Point.meeting_id),
        col(Point.version),
    )
    .join(Account, col(Account.id) == col(Point.decided_by), isouter=True)
    .where(col(Point.unit_id).in_(sa.bindparam("units", expanding=True)))
    .order_by(col(Point.unit_id), col(Point.position), col(Point.id))
)
RESERVATIONS = (
    sa.select(
        col(Reservation.id),
        col(Reservation.unit_id),
        col(Reservation.point_id),
        col(Reservation.account_id),
        col(Account.name),
        col(Reservation.text),
        col(Reservation.made_at),
        col(Reservation.withdrawn_at),
        col(Reservation.meeting_id),
    )
    .join(Account, col(Account.id) == col(Reservation.account_id))
    .where(col(Reservation.unit_id).in_(sa.bindparam("units", expanding=True)))
    .order_by(col(Reservation.unit_id), col(Reservation.made_at), col(Reservation.id))
)


def points_of(db: Session, unit_id: int) -> tuple[PointView, ...]:
    """The points of a unit in their order, decided, joined and open ones."""
    return points_of_units(db, [unit_id])[unit_id]


def points_of_units(db: Session, unit_ids: Collection[int]) -> dict[int, tuple[PointView, ...]]:
    """The points of each unit. Two statements, however many units."""
    kept: dict[int | None, list[ReservationView]] = {}
    for reservations in reservations_of(db, unit_ids).values():
        for reservation in reservations:
            kept.setdefault(reservation.point_id, []).append(reservation)
    found: dict[int, list[PointView]] = {unit_id: [] for unit_id in unit_ids}
    for row in run(db, POINTS, {"units": list(unit_ids)}):
        point = PointView(*row)
        found[point.unit_id].append(replace(point, reservations=tuple(kept.get(point.id, ()))))
    return {unit_id: tuple(points) for unit_id, points in found.items()}


def reservations_of(
    db: Session, unit_ids: Collection[int]
) -> dict[int, tuple[ReservationView, ...]]:
    """The reservations of each unit, of its points and of the whole, oldest first."""
    found: dict[int, list[ReservationView]] = {unit_id: [] for unit_id in unit_ids}
    for row in run(db, RESERVATIONS, {"units": list(unit_ids)}):
        found[row[1]].append(ReservationView(*row))
    return {unit_id: tuple(reservations) for unit_id, reservations in found.items()}
