"""Private drafts that nobody waits for: their judge was taken off or has left, so they are never
revealed. A PI may discard them, unread, so that they hold no domain and no transcript in place."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.accounts.models import Account
from app.consensus.assignments import NAMED_UNITS, NamedUnit, named_unit
from app.consensus.models import Layer, Unit
from app.consensus.queries import judges_of_units
from app.consensus.revealed import REVEALED
from app.consensus.service import lock_unit
from app.db import now, one_or_not_found, run
from app.errors import Conflict, Invalid
from app.studies.guard import StudyContext
from app.trail.models import TrailEntry
from app.trail.service import Scene, record

DISCARD = "discard a draft"
KEPT = frozenset({"trail_entry"})
"""Where a row stays though its layer is emptied: nothing is ever taken out of a chain."""


class LeftDraft(NamedTuple):
    """A draft that nobody waits for: whose, and of what. Of what it holds nothing is told."""

    unit: NamedUnit
    account_id: int
    name: str


WAS_REVEALED = sa.exists().where(
    col(TrailEntry.study_id) == col(Unit.study_id),
    col(TrailEntry.item_kind) == Layer.__tablename__,
    col(TrailEntry.item_id) == col(Layer.id),
    col(TrailEntry.chain) == 0,
    col(TrailEntry.verb) == REVEALED,
)
UNREAD = (
    sa.select(col(Unit.id), col(Account.id), col(Account.name))
    .join(Layer, col(Layer.unit_id) == col(Unit.id))
    .join(Account, col(Account.id) == col(Layer.account_id))
    .where(
        col(Unit.study_id) == sa.bindparam("study"),
        col(Layer.discarded_at).is_(None),
        ~WAS_REVEALED,
    )
    .order_by(col(Unit.kind), col(Unit.id), col(Account.name))
)


def left_drafts(db: Session, study: StudyContext, sample_id: int) -> tuple[LeftDraft, ...]:
    """The drafts of a sample's units that nobody waits for any more."""
    rows = run(db, UNREAD.where(col(Unit.sample_id) == sample_id), {"study": study.id}).all()
    judges = judges_of_units(db, {row[0] for row in rows})
    left = [row for row in rows if row[1] not in {judge.id for judge in judges[row[0]]}]
    named = run(
        db, NAMED_UNITS.where(col(Unit.id).in_([row[0] for row in left])), {"study": study.id}
    )
    units = {row[0]: NamedUnit(*row) for row in named}
    return tuple(LeftDraft(units[unit_id], who, name) for unit_id, who, name in left)


def discard(
    db: Session, study: StudyContext, *, unit_id: int, account_id: int, reason: str
) -> NamedUnit:
    """Delete what a draft holds that is never revealed. The trail keeps that, by whom and why.

    Nobody has read it, who discards it neither. Raises `Conflict` for the draft of somebody who is
    a judge of the unit, or that was revealed; `Invalid` without a reason.
    """
    unit = one_or_not_found(named_unit(db, study, unit_id), "unit in this study")
    if not reason.strip():
        raise Invalid(
            f"Say why the draft of {unit.what} is discarded.",
            {"reason": "Say why, in a sentence. The trail keeps it."},
        )
    lock_unit(db, unit_id)
    unread = run(
        db,
        UNREAD.where(col(Unit.id) == unit_id, col(Account.id) == account_id),
        {"study": study.id},
    ).first()
    if unread is None or any(j.id == account_id for j in judges_of_units(db, [unit_id])[unit_id]):
        raise Conflict(
            f"There is no draft of {unit.what} that nobody waits for (any more). Load the page "
            "again."
        )
    layer = db.exec(
        select(Layer).where(Layer.unit_id == unit_id, Layer.account_id == account_id)
    ).one()
    assert layer.id is not None
    _empty(db, layer.id)
    layer.discarded_at, layer.submitted_at = now(), None
    db.add(layer)
    db.flush()
    noted = {"account": account_id, "reason": reason.strip()}
    record(db, Scene(study.id, study.me.id, unit_id), DISCARD, item=layer, after=noted)
    return unit


def _empty(db: Session, layer_id: int) -> None:
    """Delete what points to the layer, whatever rests on something before it.

    Read from the foreign keys of all tables, so that a new kind of thing in a layer is not
    forgotten.
    """
    for table in reversed(SQLModel.metadata.sorted_tables):
        if "layer_id" not in table.c or table.name in KEPT:
            continue
        own = table.c.layer_id == layer_id
        for key in table.foreign_keys:
            if key.column.table is table:
                run(db, sa.delete(table).where(own, key.parent.is_not(None)))
        run(db, sa.delete(table).where(own))
