"""What depends on something that was changed is marked until a judge has looked at it.

A mark blocks nothing: it says what was changed and where to look again.
"""

from collections.abc import Collection

import sqlalchemy as sa
from sqlmodel import Session, col

from app.consensus.models import Stale, Unit
from app.consensus.queries import UnitFacts
from app.db import now, run
from app.errors import Forbidden
from app.trail.service import Scene, record

LOOKED = "look at a unit again"
_UNSEEN = col(Stale.looked_at).is_(None)


def mark_stale(db: Session, scene: Scene, unit_ids: Collection[int], why: str) -> None:
    """Mark units; one that has the same mark already, and nobody has looked, keeps that.

    `why` is a sentence for the judges ("P07 was reopened.") and holds nothing of a private draft.
    """
    there = set(
        run(
            db,
            sa.select(col(Stale.unit_id)).where(
                col(Stale.unit_id).in_(unit_ids), col(Stale.why) == why, _UNSEEN
            ),
        ).scalars()
        if unit_ids
        else ()
    )
    for unit_id in sorted(set(unit_ids) - there):
        db.add(Stale(unit_id=unit_id, why=why, made_by=scene.account_id))
    db.flush()


def look_at(db: Session, scene: Scene, unit: UnitFacts, *, up_to: int, what: str) -> bool:
    """A judge has looked at the unit again: its marks up to this one are done with.

    A mark that came meanwhile stays. Returns whether there was any. Raises `Forbidden` for who is
    not a judge of the unit; `what` names it.
    """
    if scene.account_id is None or not unit.is_judge(scene.account_id):
        raise Forbidden(f"Only the judges of {what} say that they have looked at it.")
    whys = (
        run(
            db,
            sa.update(Stale)
            .where(col(Stale.unit_id) == unit.id, col(Stale.id) <= up_to, _UNSEEN)
            .values(looked_at=now(), looked_by=scene.account_id)
            .returning(col(Stale.why)),
        )
        .scalars()
        .all()
    )
    if whys:
        record(db, scene, LOOKED, item=db.get_one(Unit, unit.id), after={"why": list(whys)})
    return bool(whys)
