"""An item as the trail knows it: how it was at an earlier version, and who changed it last."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.db import run
from app.trail.models import TrailEntry, TrailValues
from app.trail.own import ACCOUNT
from app.trail.service import Scene

FAR_BACK = 100
"""So many changes of one item are looked through for an earlier version of it."""


@dataclass(frozen=True)
class Hand:
    """Somebody who changed an item, and when."""

    name: str
    at: datetime


def last_hand(
    db: Session, scene: Scene, kind: str, item_id: int, *, fields: Collection[str] = ()
) -> Hand | None:
    """Who changed an item last, in the scene's chain; with `fields`: who changed one of them."""
    rows = run(
        db,
        sa.select(
            ACCOUNT.c.name, col(TrailEntry.at), col(TrailValues.before), col(TrailValues.after)
        )
        .join(ACCOUNT, ACCOUNT.c.id == col(TrailEntry.account_id))
        .join(TrailValues, col(TrailValues.entry_id) == col(TrailEntry.id))
        .where(*_of(scene, kind, item_id))
        .order_by(col(TrailEntry.sequence).desc())
        .limit(FAR_BACK if fields else 1),
    ).all()
    for name, at, before, after in rows:
        was, became = _values(before, item_id), _values(after, item_id)
        if not fields or any(was.get(field) != became.get(field) for field in fields):
            return Hand(name, at)
    return Hand(*rows[0][:2]) if rows else None


def _values(side: Mapping[str, Any] | None, item_id: int) -> Mapping[str, Any]:
    listed = (each for each in _noted(side or {}) if each.get("id") == item_id)
    return next(listed, side or {})


def at_version(
    db: Session, scene: Scene, kind: str, item_id: int, version: int
) -> Mapping[str, Any]:
    """What the trail noted of an item at a version of it; empty where it does not know."""
    rows = run(
        db,
        sa.select(col(TrailValues.after), col(TrailValues.before))
        .join(TrailEntry, col(TrailEntry.id) == col(TrailValues.entry_id))
        .where(*_of(scene, kind, item_id))
        .order_by(col(TrailEntry.sequence).desc())
        .limit(FAR_BACK),
    )
    for sides in rows:
        for values in (each for side in sides for each in _noted(side or {})):
            if values.get("version") == version and values.get("id", item_id) == item_id:
                return values
    return {}


def _noted(side: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """An entry holds the values of one item, or lists those of several."""
    yield side
    for name in ("passages", "ideas"):
        yield from side.get(name, ())


def _of(scene: Scene, kind: str, item_id: int) -> tuple[Any, ...]:
    return (
        col(TrailEntry.study_id) == scene.study_id,
        col(TrailEntry.item_kind) == kind,
        col(TrailEntry.item_id) == item_id,
        col(TrailEntry.chain) == scene.chain,
    )
