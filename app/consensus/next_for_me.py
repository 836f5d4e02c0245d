"""What of a sample waits for the same judge next, so that nobody goes home in between."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from app.consensus.assignments import CASE, DOMAIN
from app.consensus.models import Agreement, Layer, Unit
from app.consensus.queries import judges_of_units, open_points
from app.consensus.rules import PRIVATE, State, UnitKind
from app.db import run


class Next(NamedTuple):
    """A unit by its case's code or its domain's title, and the id of that domain."""

    name: str
    domain_id: int | None


UNITS = (
    sa.select(col(Unit.id), sa.func.coalesce(CASE.c.code, DOMAIN.c.title), col(Unit.domain_id))
    .select_from(Unit)
    .join(CASE, CASE.c.id == col(Unit.case_id), isouter=True)
    .join(DOMAIN, DOMAIN.c.id == col(Unit.domain_id), isouter=True)
    .where(
        col(Unit.sample_id) == sa.bindparam("sample"), col(Unit.kind) == sa.bindparam("unit_kind")
    )
    .order_by(CASE.c.code_key, DOMAIN.c.position, col(Unit.id))
)


def next_to_agree(
    db: Session, account_id: int, *, sample_id: int, kind: UnitKind, after: int
) -> Next | None:
    """The next case or board of a sample, behind the unit `after`, that this judge can agree to.

    Somebody has worked on it, nothing of it is still to be discussed, and they have not agreed to
    it as it is.
    """
    agreed = sa.exists().where(
        col(Agreement.unit_id) == col(Unit.id),
        col(Agreement.account_id) == account_id,
        col(Agreement.content) == col(Unit.content),
    )
    waits = sa.and_(col(Unit.state) == State.CONSENSUS, ~agreed)
    return _next(db, account_id, sample_id, kind, after, waits)


def next_to_draft(
    db: Session, account_id: int, *, sample_id: int, kind: UnitKind, after: int
) -> Next | None:
    """The next one that this judge can draft in private: begun by nobody, or not submitted yet."""
    submitted = sa.exists().where(
        col(Layer.unit_id) == col(Unit.id),
        col(Layer.account_id) == account_id,
        col(Layer.submitted_at).is_not(None),
    )
    waits = sa.and_(col(Unit.state).in_(PRIVATE), ~submitted)
    return _next(db, account_id, sample_id, kind, after, waits)


def _next(
    db: Session,
    account_id: int,
    sample_id: int,
    kind: UnitKind,
    after: int,
    waits: sa.ColumnElement[bool],
) -> Next | None:
    found = run(
        db,
        UNITS.where(waits | (col(Unit.id) == after)),
        {"sample": sample_id, "unit_kind": kind},
    )
    rows = [(int(unit_id), Next(name, domain)) for unit_id, name, domain in found]
    ids = [row[0] for row in rows]
    judges, points = judges_of_units(db, ids), open_points(db, ids)
    place = ids.index(after) if after in ids else -1
    for unit_id, each in (*rows[place + 1 :], *rows[: max(place, 0)]):
        if unit_id not in points and any(judge.id == account_id for judge in judges[unit_id]):
            return each
    return None
