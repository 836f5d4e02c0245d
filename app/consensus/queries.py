"""A unit as a page or a guard needs it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import and_, exists
from sqlmodel import Session, col

from app.accounts.models import Account
from app.accounts.sessions import initials
from app.consensus.models import Agreement, Assignment, Layer, Unit
from app.consensus.rules import AGREED_OR_LATER, OPEN_FOR_CONTENT, State, UnitKind
from app.db import run
from app.studies.models import Member


@dataclass(frozen=True)
class Judge:
    """A judge of a unit; `agreed` is to the present content version."""

    id: int
    name: str
    agreed: bool

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        return initials(self.name)


@dataclass(frozen=True)
class UnitFacts:
    """Where a unit stands, its consensus layer and its judges."""

    id: int
    study_id: int
    sample_id: int
    kind: UnitKind
    state: State
    content: int
    layer_id: int
    judges: tuple[Judge, ...]

    @property
    def is_open(self) -> bool:
        """May its judges change the content?"""
        return self.state in OPEN_FOR_CONTENT

    @property
    def is_agreed(self) -> bool:
        """Has it been agreed (and not been reopened since)?"""
        return self.state in AGREED_OR_LATER

    @property
    def agreed_count(self) -> int:
        """How many judges agreed to the present content."""
        return sum(judge.agreed for judge in self.judges)

    @property
    def still_missing(self) -> tuple[Judge, ...]:
        """The judges who have not agreed to the present content."""
        return tuple(judge for judge in self.judges if not judge.agreed)

    def is_judge(self, account_id: int) -> bool:
        """Is this person one of its judges?"""
        return any(judge.id == account_id for judge in self.judges)

    def has_agreed(self, account_id: int) -> bool:
        """Has this person agreed to the present content?"""
        return any(judge.id == account_id and judge.agreed for judge in self.judges)


def unit_facts(db: Session, row: Mapping[str, object]) -> UnitFacts:
    """Complete a row of `UNIT_COLUMNS` with the unit's judges."""
    facts = dict(row)
    return UnitFacts(judges=judges_of(db, facts), **facts)  # type: ignore[arg-type]


UNIT_COLUMNS: tuple[sa.ColumnElement[Any], ...] = (
    col(Unit.id).label("id"),
    col(Unit.study_id).label("study_id"),
    col(Unit.sample_id).label("sample_id"),
    col(Unit.kind).label("kind"),
    col(Unit.state).label("state"),
    col(Unit.content).label("content"),
    col(Layer.id).label("layer_id"),
)
CONSENSUS_LAYER = and_(col(Layer.unit_id) == col(Unit.id), col(Layer.account_id).is_(None))


_NAMED = and_(col(Assignment.unit_id) == col(Unit.id), col(Assignment.until).is_(None))
JUDGES = (
    sa.select(col(Unit.id), col(Account.id), col(Account.name), col(Agreement.id).is_not(None))
    .select_from(Unit)
    .join(Member, col(Member.study_id) == col(Unit.study_id))
    .join(Account, col(Account.id) == col(Member.account_id))
    .join(
        Agreement,
        and_(
            col(Agreement.unit_id) == col(Unit.id),
            col(Agreement.account_id) == col(Account.id),
            col(Agreement.content) == col(Unit.content),
        ),
        isouter=True,
    )
    .where(
        col(Unit.id).in_(sa.bindparam("units", expanding=True)),
        col(Member.is_judge),
        col(Member.left_at).is_(None),
        col(Account.disabled_at).is_(None),
        ~exists().where(_NAMED)
        | exists().where(_NAMED, col(Assignment.account_id) == col(Account.id)),
    )
    .order_by(col(Account.name), col(Account.id))
)


def judges_of(db: Session, facts: Mapping[str, object]) -> tuple[Judge, ...]:
    """The judges of one unit, by name."""
    unit_id = facts["id"]
    assert isinstance(unit_id, int)
    return judges_of_units(db, [unit_id])[unit_id]


def judges_of_units(db: Session, unit_ids: Collection[int]) -> dict[int, tuple[Judge, ...]]:
    """For each unit its judges: those assigned by name, else every judge of the study (a set team).

    One statement, however many units.
    """
    rows = run(db, JUDGES, {"units": list(unit_ids)})
    found: dict[int, list[Judge]] = {unit_id: [] for unit_id in unit_ids}
    for unit_id, *judge in rows:
        found[unit_id].append(Judge(*judge))
    return {unit_id: tuple(judges) for unit_id, judges in found.items()}
