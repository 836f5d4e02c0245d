"""What a meeting has before it: the units in consensus of who is there, across cases and boards."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from app.accounts.models import Account
from app.cases.models import Case
from app.consensus.models import Agreement, Meeting, Point, Stale, Unit
from app.consensus.queries import IS_OPEN_POINT, Judge, judges_of_units
from app.consensus.rules import AGREED_OR_LATER, PointKind, State, Step, UnitKind
from app.db import UTCDateTime, run
from app.domains.models import Domain, DomainKind
from app.home.happened import PARTS
from app.home.words import listed
from app.permissions import Action, Actor, Refused, decide
from app.studies.guard import StudyContext
from app.studies.models import Sample
from app.trail.models import TrailEntry
from app.trail.queries import STUDY_CHAIN
from app.web.templating import plural

CONTENT = [kind for part in ("coding", "core-ideas", "boards") for kind in PARTS[part][1]]
"""The kinds of item whose changes are changes of a unit's content."""


class Changes(NamedTuple):
    """How often a unit's content was changed since some moment, and by whom."""

    times: int = 0
    by: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """'3 changes by Ben and Chi'."""
        return f"{plural(self.times, 'change')} by {listed(self.by)}"


class Points(NamedTuple):
    """A unit's points of one kind: how many there are, and how many are still open."""

    made: int = 0
    still_open: int = 0


@dataclass(frozen=True)
class AgendaUnit:
    """One line of the agenda. `changes` are those since the moment that was asked about."""

    id: int
    kind: UnitKind
    step: Step
    sample_id: int
    domain_id: int | None
    title: str
    """A case by its code, a board by its domain."""
    sample: str
    base: str
    """Its address; the pages of the unit hang below it."""
    content: int
    state: State
    state_since: datetime
    judges: tuple[Judge, ...]
    points: Mapping[PointKind, Points]
    changes: Changes
    stale: tuple[str, ...]
    may_open: bool

    @property
    def is_board(self) -> bool:
        """Is it the cross-analysis of a domain?"""
        return self.kind is UnitKind.CROSS_ANALYSIS

    @property
    def open_points(self) -> int:
        """How many points are still to be discussed."""
        return sum(points.still_open for points in self.points.values())

    @property
    def agreed(self) -> tuple[Judge, ...]:
        """Who agreed to the present content."""
        return tuple(judge for judge in self.judges if judge.agreed)

    @property
    def missing(self) -> tuple[Judge, ...]:
        """Who has still to agree."""
        return tuple(judge for judge in self.judges if not judge.agreed)

    @property
    def url(self) -> str:
        """Where it is discussed: the page with what is open, else the page of the work."""
        if self.is_board:
            return f"{self.base}/discussion" if self.points else self.base
        later = {PointKind.CORE_IDEAS: "core-ideas"}
        kinds = [kind for kind, points in self.points.items() if points.still_open] or self.points
        pages = sorted(later.get(kind, "coding") for kind in kinds)
        if pages:
            return f"{self.base}/{pages[0]}/discussion"
        return f"{self.base}/{'core-ideas' if self.step is Step.CORE_IDEAS else 'coding'}"

    def is_judge(self, account_id: int) -> bool:
        """Is this person one of its judges?"""
        return any(judge.id == account_id for judge in self.judges)

    def has_agreed(self, account_id: int) -> bool:
        """Has this person agreed to the present content?"""
        return any(judge.id == account_id for judge in self.agreed)

    def is_at(self, path: str) -> bool:
        """Is this address one of the unit's pages?"""
        path, base = path.casefold(), self.base.casefold()
        return path == base or path.startswith(f"{base}/")


UNITS: Any = (
    sa.select(
        col(Unit.id),
        col(Unit.kind),
        col(Unit.step),
        col(Unit.content),
        col(Unit.state),
        col(Unit.state_since),
        col(Unit.sample_id),
        col(Sample.name).label("sample"),
        col(Case.code),
        col(Domain.id).label("domain_id"),
        col(Domain.title),
    )
    .join(Sample, col(Sample.id) == col(Unit.sample_id))
    .join(Case, col(Case.id) == col(Unit.case_id), isouter=True)
    .join(Domain, col(Domain.id) == col(Unit.domain_id), isouter=True)
    .where(
        col(Unit.study_id) == sa.bindparam("study"),
        col(Domain.id).is_(None) | (col(Domain.kind) == DomainKind.ANALYTIC),
    )
    .order_by(
        col(Sample.position),
        col(Sample.id),
        col(Case.code_key).is_(None),
        col(Case.code_key),
        col(Domain.position),
        col(Unit.id),
    )
)
IN_CONSENSUS = UNITS.where(col(Unit.state) == State.CONSENSUS)
NAMED = UNITS.where(col(Unit.id).in_(sa.bindparam("units", expanding=True)))


def agenda(
    db: Session,
    study: StudyContext,
    present: Collection[int],
    *,
    since: datetime | None,
    reader: int = 0,
) -> tuple[AgendaUnit, ...]:
    """Every unit in consensus of which somebody present is a judge, in the order of the study.

    Private drafts are no part of it. `changes` are those of `changes_since`; none without `since`.
    """
    rows = run(db, IN_CONSENSUS, {"study": study.id}).all()
    found = _complete(db, study, rows, since, reader)
    return tuple(unit for unit in found if any(judge.id in present for judge in unit.judges))


def units_named(
    db: Session, study: StudyContext, unit_ids: Collection[int], *, since: datetime | None = None
) -> tuple[AgendaUnit, ...]:
    """These units of the study, whatever their state, in the order of the study."""
    rows = run(db, NAMED, {"study": study.id, "units": list(unit_ids)}).all()
    return _complete(db, study, rows, since)


def _complete(
    db: Session,
    study: StudyContext,
    rows: Sequence[Any],
    since: datetime | None,
    reader: int = 0,
) -> tuple[AgendaUnit, ...]:
    ids = [row.id for row in rows]
    judges = judges_of_units(db, ids)
    points, stale = _points(db, ids), _stale(db, ids)
    changes = changes_since(db, ids, since=since, reader=reader) if since else {}
    return tuple(
        AgendaUnit(
            id=row.id,
            kind=row.kind,
            step=row.step,
            sample_id=row.sample_id,
            domain_id=row.domain_id,
            title=row.code or row.title,
            sample=row.sample,
            base=_address(study.id, row.sample_id, row.code, row.domain_id),
            content=row.content,
            state=row.state,
            state_since=row.state_since,
            judges=judges[row.id],
            points=points.get(row.id, {}),
            changes=changes.get(row.id, Changes()),
            stale=stale.get(row.id, ()),
            may_open=_may_open(study, row.kind, judges[row.id]),
        )
        for row in rows
    )


def _address(study_id: int, sample_id: int, code: str | None, domain_id: int | None) -> str:
    sample = f"/studies/{study_id}/samples/{sample_id}"
    return f"{sample}/cases/{code}" if code else f"{sample}/domains/{domain_id}/cross-analysis"


def _may_open(study: StudyContext, kind: UnitKind, judges: Sequence[Judge]) -> bool:
    actor = Actor(study.roles, judges_unit=any(judge.id == study.me.id for judge in judges))
    action = Action.SEE_CODING if kind is UnitKind.CASE else Action.SEE_BOARD
    return not isinstance(decide(actor, action), Refused)


def _points(db: Session, unit_ids: Sequence[int]) -> dict[int, dict[PointKind, Points]]:
    still_open = sa.func.sum(sa.case((IS_OPEN_POINT, 1), else_=0))
    rows = run(
        db,
        sa.select(col(Point.unit_id), col(Point.kind), sa.func.count(), still_open)
        .where(col(Point.unit_id).in_(unit_ids))
        .group_by(col(Point.unit_id), col(Point.kind)),
    )
    found: dict[int, dict[PointKind, Points]] = {}
    for unit_id, kind, *counts in rows:
        found.setdefault(unit_id, {})[kind] = Points(*counts)
    return found


def _stale(db: Session, unit_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    rows = run(
        db,
        sa.select(col(Stale.unit_id), col(Stale.why))
        .where(col(Stale.unit_id).in_(unit_ids), col(Stale.looked_at).is_(None))
        .order_by(col(Stale.since), col(Stale.id)),
    )
    found: dict[int, tuple[str, ...]] = {}
    for unit_id, why in rows:
        found[unit_id] = (*found.get(unit_id, ()), why)
    return found


MY_LAST = (
    sa.select(sa.func.max(col(Agreement.agreed_at), type_=UTCDateTime()))
    .where(
        col(Agreement.unit_id) == col(TrailEntry.unit_id),
        col(Agreement.account_id) == sa.bindparam("reader"),
    )
    .correlate(TrailEntry)
    .scalar_subquery()
)
CHANGES = (
    sa.select(col(TrailEntry.unit_id), col(Account.name), sa.func.count())
    .join(Account, col(Account.id) == col(TrailEntry.account_id))
    .where(
        col(TrailEntry.unit_id).in_(sa.bindparam("units", expanding=True)),
        col(TrailEntry.chain) == STUDY_CHAIN,
        col(TrailEntry.item_kind).in_(CONTENT),
        col(TrailEntry.at) > sa.func.coalesce(MY_LAST, sa.bindparam("since", type_=UTCDateTime())),
    )
    .group_by(col(TrailEntry.unit_id), col(Account.id), col(Account.name))
    .order_by(col(TrailEntry.unit_id), col(Account.name))
)


def changes_since(
    db: Session, unit_ids: Collection[int], *, since: datetime, reader: int = 0
) -> dict[int, Changes]:
    """How often each unit's shared layer was changed since then, and by whom.

    For a `reader` who once agreed to a unit: since their last agreement to it. Changes of private
    drafts have chains of their own in the trail and are never counted.
    """
    found: dict[int, Changes] = {}
    asked = {"units": list(unit_ids), "since": since, "reader": reader}
    for unit_id, name, times in run(db, CHANGES, asked):
        so_far = found.get(unit_id, Changes())
        found[unit_id] = Changes(so_far.times + times, (*so_far.by, name))
    return found


def agreed_since(db: Session, study_id: int, since: datetime) -> tuple[str, ...]:
    """The units that came to be agreed since then, by their titles."""
    settled = UNITS.where(
        col(Unit.state).in_(AGREED_OR_LATER), col(Unit.state_since) >= sa.bindparam("since")
    )
    rows = run(db, settled, {"study": study_id, "since": since})
    return tuple(row.code or row.title for row in rows)


def last_closed(db: Session, study_id: int, before: int) -> datetime | None:
    """When the last meeting before this one was closed."""
    found: datetime | None = run(
        db,
        sa.select(col(Meeting.closed_at))
        .where(
            col(Meeting.study_id) == study_id,
            col(Meeting.id) < before,
            col(Meeting.closed_at).is_not(None),
        )
        .order_by(col(Meeting.id).desc())
        .limit(1),
    ).scalar()
    return found
