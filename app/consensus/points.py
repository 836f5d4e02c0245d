"""What the team has to discuss after a reveal: decide it, decide it again, keep a reservation.

The same for a passage, a domain's core ideas and a category list: a decision names the outcome,
what was chosen, a reason, who noted it and in which meeting. What it does to the consensus layer is
done by the room above, in the same transaction.

While a point is open nobody can agree to the unit; a point that is opened again makes the
agreements stop counting. So an agreement is always to content without open points.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.consensus.meetings import open_meeting
from app.consensus.models import Point, Reservation, Unit
from app.consensus.point_views import (
    PointView,
    ReservationView,
    points_of,
    points_of_units,
    reservations_of,
)
from app.consensus.queries import UnitFacts, open_points
from app.consensus.rules import DECIDED, Outcome, PointKind, State
from app.consensus.service import change_content, lock_unit
from app.db import now, one_or_not_found, run
from app.errors import Forbidden, Invalid, StaleEdit, StepLocked, Versions
from app.trail.service import Scene, record

LONGEST_REASON = 2_000
ABOUT = {
    PointKind.PASSAGE: "a passage",
    PointKind.CORE_IDEAS: "core ideas",
    PointKind.CATEGORIES: "categories",
}


@dataclass(frozen=True)
class Decided:
    """What a decision replaced and what stands now, with the unit as it is afterwards."""

    before: PointView
    after: PointView
    unit: UnitFacts
    entry: int


def add_points(db: Session, points: Sequence[Point]) -> None:
    """Write the points that a reveal found in a unit, in the order in which they are talked about.

    They come behind those that are there: the passages of a case before its core ideas.
    """
    units = {point.unit_id for point in points}
    behind = sa.select(sa.func.count()).where(col(Point.unit_id).in_(units))
    for position, point in enumerate(points, start=run(db, behind).scalar_one()):
        point.position = position
        db.add(point)
    db.flush()


def take_point(
    db: Session,
    scene: Scene,
    unit: UnitFacts,
    point_id: int,
    *,
    version: int,
    what: str,
    reason: str = "",
) -> PointView:
    """Take the unit's row and read a point, so that it is still so when it is decided.

    Call it before the consensus layer is changed for a decision. `what` names the unit, `reason` is
    what was typed. Raises `Forbidden` for who is not a judge of the unit, `StepLocked` unless the
    unit is in consensus, `StaleEdit` where somebody decided the point first, `Invalid` for a reason
    that is too long.
    """
    reason = _checked(reason, "reason")
    _take_unit(db, scene, unit, what)
    found = (point for point in points_of(db, unit.id) if point.id == point_id)
    point = one_or_not_found(next(found, None), f"point to discuss in {what}")
    if point.version != version:
        raise _decided_first(point, reason)
    return point


def decide_point(
    db: Session,
    scene: Scene,
    unit: UnitFacts,
    point_id: int,
    *,
    outcome: Outcome,
    version: int,
    what: str,
    chosen: dict[str, Any] | None = None,
    reason: str = "",
    meeting_id: int | None = None,
) -> Decided:
    """Note what the team decided on a point, or decided anew; the trail keeps what was before.

    `version` is the point's as it was on the page; `chosen` are plain values that the point's room
    understands; putting a point off keeps those of an earlier decision. Without a meeting it is
    stamped with the one that runs, if who decides is there. Raises as `take_point` does, and
    `Invalid` for a reason that is too long.
    """
    reason = _checked(reason, "reason")
    before = take_point(db, scene, unit, point_id, version=version, what=what, reason=reason)
    if not before.is_open and outcome not in DECIDED:
        unit = change_content(db, unit, what)
    row = db.get_one(Point, point_id, populate_existing=True)
    row.is_joined = False
    row.outcome, row.reason = outcome, reason
    if outcome in DECIDED:
        row.chosen = chosen
    row.decided_by, row.decided_at = scene.account_id, now()
    row.meeting_id = meeting_id or open_meeting(db, scene.study_id, scene.account_id)
    return _written(db, scene, unit, row, before, "decide on a point")


def note_reason(
    db: Session,
    scene: Scene,
    unit: UnitFacts,
    point_id: int,
    *,
    version: int,
    what: str,
    reason: str,
) -> PointView:
    """Keep the line for the reason before the decision is there, and nothing else."""
    reason = _checked(reason, "reason")
    before = take_point(db, scene, unit, point_id, version=version, what=what, reason=reason)
    if reason == before.reason:
        return before
    row = db.get_one(Point, point_id, populate_existing=True)
    row.reason = reason
    return _written(db, scene, unit, row, before, "note why on a point").after


def discuss_after_all(
    db: Session, scene: Scene, unit: UnitFacts, point_id: int, *, version: int, what: str
) -> Decided:
    """Open a point that was joined by itself, or decided: the team wants to talk about it.

    What stands in the consensus layer, and `chosen`, stay until the team decides. Earlier
    agreements stop counting. It carries the meeting at which it is opened; the trail keeps the one
    at which it was decided.
    """
    before = take_point(db, scene, unit, point_id, version=version, what=what)
    if not before.is_open:
        unit = change_content(db, unit, what)
    row = db.get_one(Point, point_id, populate_existing=True)
    row.is_joined, row.outcome, row.reason = False, None, ""
    row.decided_by = row.decided_at = None
    row.meeting_id = open_meeting(db, scene.study_id, scene.account_id)
    return _written(db, scene, unit, row, before, "discuss a point after all")


def _written(
    db: Session, scene: Scene, unit: UnitFacts, row: Point, before: PointView, verb: str
) -> Decided:
    row.version += 1
    db.add(row)
    db.flush()
    entry = record(
        db,
        scene,
        verb,
        item=row,
        before=_values(before),
        after=_values(row) | {"about": ABOUT[row.kind]},
    )
    after = next(point for point in points_of(db, unit.id) if point.id == row.id)
    return Decided(before, after, replace(unit, open_points=_still_open(db, unit)), entry)


def _values(point: Point | PointView) -> dict[str, Any]:
    by = point.decided_by_id if isinstance(point, PointView) else point.decided_by
    return {
        "joined": point.is_joined,
        "outcome": point.outcome.value if point.outcome else None,
        "chosen": point.chosen,
        "reason": point.reason,
        "decided_by": by,
        "meeting": point.meeting_id,
    }


def _still_open(db: Session, unit: UnitFacts) -> int:
    return open_points(db, [unit.id]).get(unit.id, 0)


def reserve(
    db: Session,
    scene: Scene,
    unit: UnitFacts,
    *,
    text: str,
    what: str,
    point_id: int | None = None,
    meeting_id: int | None = None,
) -> int:
    """Keep one's own reservation on record, beside a point or the whole unit. Returns its id.

    It changes no count and no agreement. Raises `Invalid` without words.
    """
    text = _checked(text, "reservation")
    if not text:
        raise Invalid(
            "Say what you want to stay on record, in a sentence.",
            {"reservation": "Say it in a sentence."},
        )
    _take_unit(db, scene, unit, what)
    if point_id is not None:
        of_unit = select(Point.id).where(col(Point.id) == point_id, col(Point.unit_id) == unit.id)
        one_or_not_found(db.exec(of_unit).first(), f"point to discuss in {what}")
    assert scene.account_id is not None
    row = Reservation(
        unit_id=unit.id,
        point_id=point_id,
        account_id=scene.account_id,
        text=text,
        meeting_id=meeting_id or open_meeting(db, scene.study_id, scene.account_id),
    )
    db.add(row)
    db.flush()
    record(db, scene, "keep a reservation", item=row, after={"text": text, "point": point_id})
    assert row.id is not None
    return row.id


def withdraw_reservation(
    db: Session, scene: Scene, unit: UnitFacts, reservation_id: int, *, what: str
) -> None:
    """Take one's own reservation back; it stays on record as withdrawn. Twice changes nothing."""
    _take_unit(db, scene, unit, what)
    row = one_or_not_found(
        db.exec(
            select(Reservation)
            .where(col(Reservation.id) == reservation_id, col(Reservation.unit_id) == unit.id)
            .execution_options(populate_existing=True)
        ).first(),
        f"reservation in {what}",
    )
    if row.account_id != scene.account_id:
        raise Forbidden("Only who made a reservation withdraws it.")
    if row.withdrawn_at is not None:
        return
    row.withdrawn_at = now()
    db.add(row)
    db.flush()
    noted = {"point": row.point_id, "meeting": open_meeting(db, scene.study_id, scene.account_id)}
    record(db, scene, "withdraw a reservation", item=row, after=noted)


def _take_unit(db: Session, scene: Scene, unit: UnitFacts, what: str) -> Unit:
    if scene.account_id is None or not unit.is_judge(scene.account_id):
        raise Forbidden(f"Only the judges of {what} discuss it.")
    row = lock_unit(db, unit.id)
    if row.state is not State.CONSENSUS:
        raise StepLocked(_not_discussed(row.state, what))
    return row


def _not_discussed(state: State, what: str) -> str:
    if state in (State.NOT_STARTED, State.INDEPENDENT):
        return f"{what} is {state}: there is nothing to discuss before the drafts are revealed."
    return (
        f"{what} is {state}, so what was decided is locked. Reopen it, with a reason, to discuss "
        "it anew."
    )


def _decided_first(point: PointView, reason: str) -> StaleEdit:
    who = point.decided_by or "Somebody"
    if point.outcome is None:
        said = "This point was opened again after you opened the page"
    elif point.is_for_later:
        said = f"{who} noted meanwhile that the team talks about this later"
    else:
        said = f"{who} noted a decision on this meanwhile: {point.outcome}"
    because = f" (“{point.reason}”)" if point.reason else ""
    return StaleEdit(
        f"{said}{because}. Yours was not noted; look at what stands, and decide again if the team "
        "wants it otherwise.",
        Versions(base="", theirs=point.reason, mine=reason, theirs_by=who, version=point.version),
    )


def _checked(text: str, field: str) -> str:
    text = text.strip()
    if len(text) > LONGEST_REASON:
        raise Invalid(
            f"The {field} has {len(text):,} characters; at most {LONGEST_REASON:,} fit. A line is "
            "enough.",
            {field: f"At most {LONGEST_REASON:,} characters."},
        )
    return text


__all__ = [
    "Decided",
    "PointView",
    "ReservationView",
    "open_points",
    "points_of",
    "points_of_units",
    "reservations_of",
]
