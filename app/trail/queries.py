"""The trail as it is read: newest first, from a place, some fifty entries, never by a scan.

Each way of reading walks one index backwards (`ix_trail_entry_*`); a second filter is applied on
the way. Reading goes on from the sequence number of the last entry that was shown.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.db import run
from app.trail.models import TrailAlso, TrailEntry, TrailValues

STUDY_CHAIN = 0
"""Private drafts have chains of their own, which nobody reads here."""


@dataclass(frozen=True)
class Entry:
    """One change, without names."""

    sequence: int
    at: datetime
    account_id: int | None
    verb: str
    item_kind: str
    item_id: int
    unit_id: int | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True)
class Wanted:
    """Which entries of a study.

    `units` and `items` (kind and id) together stand for one thing, such as a case: its units and
    itself. `since` and `until` are moments; `below` is a sequence number to go on from.
    """

    account_id: int | None = None
    kinds: Sequence[str] = ()
    units: Sequence[int] = ()
    items: Sequence[tuple[str, int]] = ()
    since: datetime | None = None
    until: datetime | None = None
    below: int | None = None


ENTRIES = sa.select(
    col(TrailEntry.sequence),
    col(TrailEntry.at),
    col(TrailEntry.account_id),
    col(TrailEntry.verb),
    col(TrailEntry.item_kind),
    col(TrailEntry.item_id),
    col(TrailEntry.unit_id),
    col(TrailValues.before),
    col(TrailValues.after),
).join(TrailValues, col(TrailValues.entry_id) == col(TrailEntry.id))


def newest_first(db: Session, study_id: int, wanted: Wanted, *, limit: int) -> tuple[Entry, ...]:
    """The newest entries of the study's chain that are wanted, at most `limit`."""
    span = _span(db, study_id, wanted)
    walks = [
        sa.select(
            sa.select(col(TrailEntry.id))
            .where(*conditions, *span)
            .order_by(col(TrailEntry.sequence).desc())
            .limit(limit)
            .subquery()
            .c.id
        )
        for conditions in _walks(study_id, wanted)
    ]
    rows = run(
        db,
        ENTRIES.where(col(TrailEntry.id).in_(sa.union(*walks)))
        .order_by(col(TrailEntry.sequence).desc())
        .limit(limit),
    )
    return tuple(Entry(*row) for row in rows)


Items = Sequence[tuple[str, int]]
"""Kinds and ids."""
Room = tuple[int | None, int]
"""A unit (none for the set-up) and a chain of it: what somebody may see or not see as a whole."""


def rooms_of(db: Session, study_id: int, items: Items) -> frozenset[Room]:
    """In which units and chains anything happened to these items. Shown to nobody."""
    rows = run(
        db,
        sa.select(col(TrailEntry.unit_id), col(TrailEntry.chain))
        .where(col(TrailEntry.id).in_(_about(study_id, items)))
        .distinct(),
    )
    return frozenset((unit_id, chain) for unit_id, chain in rows)


def history_of(
    db: Session, study_id: int, items: Items, *, seen: Collection[Room], limit: int
) -> tuple[Entry, ...]:
    """Everything that happened to these items, newest first, in the rooms that may be `seen`."""
    if not seen:
        return ()
    in_sight = sa.or_(
        *(
            sa.and_(
                col(TrailEntry.unit_id) == unit_id
                if unit_id is not None
                else col(TrailEntry.unit_id).is_(None),
                col(TrailEntry.chain) == chain,
            )
            for unit_id, chain in seen
        )
    )
    rows = run(
        db,
        ENTRIES.where(col(TrailEntry.id).in_(_about(study_id, items)), in_sight)
        # Chains count by themselves; only the time tells what came first in two of them.
        .order_by(col(TrailEntry.at).desc(), col(TrailEntry.sequence).desc())
        .limit(limit),
    )
    return tuple(Entry(*row) for row in rows)


def _about(study_id: int, items: Items) -> Any:
    """The entries of these items, by two index walks for each."""
    own = [
        sa.select(col(TrailEntry.id)).where(
            col(TrailEntry.study_id) == study_id,
            col(TrailEntry.item_kind) == kind,
            col(TrailEntry.item_id) == item_id,
        )
        for kind, item_id in items
    ]
    also = [
        sa.select(col(TrailAlso.entry_id))
        .join(TrailEntry, col(TrailEntry.id) == col(TrailAlso.entry_id))
        .where(
            col(TrailEntry.study_id) == study_id,
            col(TrailAlso.item_kind) == kind,
            col(TrailAlso.item_id) == item_id,
        )
        for kind, item_id in items
    ]
    return sa.union(*own, *also)


def _walks(study_id: int, wanted: Wanted) -> list[list[Any]]:
    """The conditions of the index walks whose union holds what is wanted."""
    study = col(TrailEntry.study_id) == study_id
    further = [col(TrailEntry.chain) == STUDY_CHAIN]
    if wanted.account_id is not None:
        further.append(col(TrailEntry.account_id) == wanted.account_id)
    if not wanted.units and not wanted.items:
        kinds: Sequence[str | None] = wanted.kinds or (None,)
        return [
            [study, *further, *([col(TrailEntry.item_kind) == kind] if kind else [])]
            for kind in kinds
        ]
    if wanted.kinds:
        further.append(col(TrailEntry.item_kind).in_(wanted.kinds))
    # A unit is of one study; without the study here only the unit's own index can be walked.
    units = [[col(TrailEntry.unit_id) == unit, *further] for unit in wanted.units]
    items = [
        [study, col(TrailEntry.item_kind) == kind, col(TrailEntry.item_id) == item, *further]
        for kind, item in wanted.items
    ]
    return units + items


def _span(db: Session, study_id: int, wanted: Wanted) -> list[Any]:
    """Moments become sequence numbers, because the indexes are walked in that order."""
    bounds = []
    if wanted.below is not None:
        bounds.append(col(TrailEntry.sequence) < wanted.below)
    if wanted.until is not None:
        bounds.append(col(TrailEntry.sequence) <= _last_before(db, study_id, wanted.until))
    if wanted.since is not None:
        bounds.append(col(TrailEntry.sequence) > _last_before(db, study_id, wanted.since))
    return bounds


def _last_before(db: Session, study_id: int, moment: datetime) -> int:
    found = run(
        db,
        sa.select(col(TrailEntry.sequence))
        .where(
            col(TrailEntry.study_id) == study_id,
            col(TrailEntry.chain) == STUDY_CHAIN,
            col(TrailEntry.at) < moment,
        )
        .order_by(col(TrailEntry.at).desc(), col(TrailEntry.sequence).desc())
        .limit(1),
    ).scalar()
    return found or 0
