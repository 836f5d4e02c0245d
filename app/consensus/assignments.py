"""The page of assignments: which judge has which unit, since when, and who drafts it.

Cases and domains live on floors above; their names are read by table name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from app.accounts.models import Account
from app.consensus.models import Assignment, Drafter, Unit
from app.consensus.rules import AGREED_OR_LATER, PRIVATE, State, Step, UnitKind
from app.db import run
from app.studies.guard import StudyContext
from app.studies.judges import StudyJudge, judges_of_study
from app.studies.ways import WayOfWorking

CASE = sa.table(
    "study_case",
    sa.column("id", sa.Integer),
    sa.column("code", sa.String),
    sa.column("code_key", sa.String),
)
DOMAIN = sa.table(
    "domain",
    sa.column("id", sa.Integer),
    sa.column("title", sa.String),
    sa.column("position", sa.Integer),
)
NAMED_UNITS = (
    sa.select(
        col(Unit.id),
        col(Unit.kind),
        col(Unit.state),
        col(Unit.step),
        col(Unit.way),
        sa.func.coalesce(CASE.c.code, DOMAIN.c.title),
    )
    .select_from(Unit)
    .join(CASE, CASE.c.id == col(Unit.case_id), isouter=True)
    .join(DOMAIN, DOMAIN.c.id == col(Unit.domain_id), isouter=True)
    .where(col(Unit.study_id) == sa.bindparam("study"))
)
OF_SAMPLE = NAMED_UNITS.where(col(Unit.sample_id) == sa.bindparam("sample")).order_by(
    col(Unit.kind), CASE.c.code_key, DOMAIN.c.position, col(Unit.id)
)
ASSIGNED = (
    sa.select(
        col(Assignment.unit_id),
        col(Assignment.account_id),
        col(Account.name),
        col(Assignment.since),
        col(Assignment.until),
    )
    .join(Account, col(Account.id) == col(Assignment.account_id))
    .where(col(Assignment.unit_id).in_(sa.bindparam("units", expanding=True)))
    .order_by(col(Assignment.since), col(Assignment.id))
)
DRAFTERS = (
    sa.select(col(Drafter.unit_id), col(Drafter.account_id), col(Account.name))
    .join(Account, col(Account.id) == col(Drafter.account_id))
    .where(col(Drafter.unit_id).in_(sa.bindparam("units", expanding=True)))
)


class Assigned(NamedTuple):
    """That somebody judges a unit by name, or did until they were taken off."""

    account_id: int
    name: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class NamedUnit:
    """A unit with what it is called: a case's code, or a domain's title."""

    id: int
    kind: UnitKind
    state: State
    step: Step
    way: WayOfWorking | None
    name: str

    @property
    def is_case(self) -> bool:
        """Is it a case (and not a board)?"""
        return self.kind is UnitKind.CASE

    @property
    def what(self) -> str:
        """In a sentence: 'P07', 'the board of Consequences'."""
        return self.name if self.is_case else f"the board of {self.name}"

    @property
    def is_begun(self) -> bool:
        """Has anybody worked on it? Then who is taken off stays on record."""
        return self.state is not State.NOT_STARTED or self.step is Step.CORE_IDEAS

    @property
    def is_settled(self) -> bool:
        """Is it agreed, so that its judges stay as they were? An audit may ask them once more."""
        return self.state in AGREED_OR_LATER - {State.RESPONDING}

    def drafts_by_turns(self, study: StudyContext) -> bool:
        """Does one judge draft it for the others, and is that still to come?"""
        way = self.way or (study.way_of_working if self.is_case else study.board_way)
        return way is WayOfWorking.DRAFTER_AND_REVIEWERS and self.state in PRIVATE


@dataclass(frozen=True)
class Line:
    """A unit on the page: who judges it, by name or as the set team; who was taken off."""

    unit: NamedUnit
    judges: frozenset[int]
    named: tuple[Assigned, ...]
    taken_off: tuple[Assigned, ...]
    drafter: str | None
    drafter_id: int | None
    has_drafter: bool

    def assigned(self, account_id: int) -> Assigned | None:
        """Since when somebody judges it by name."""
        return next((each for each in self.named if each.account_id == account_id), None)

    def was_taken_off(self, account_id: int) -> Assigned | None:
        """Until when somebody judged it, who does no more."""
        ended = [each for each in self.taken_off if each.account_id == account_id]
        return ended[-1] if ended and account_id not in self.judges else None


@dataclass(frozen=True)
class AssignmentsPage:
    """Everything the page shows."""

    judges: tuple[StudyJudge, ...]
    cases: tuple[Line, ...]
    boards: tuple[Line, ...]


def assignments_page(db: Session, study: StudyContext, sample_id: int) -> AssignmentsPage:
    """The units of a sample with their judges, in four statements."""
    judges = judges_of_study(db, study.id)
    rows = run(db, OF_SAMPLE, {"study": study.id, "sample": sample_id})
    units = [NamedUnit(*row) for row in rows]
    ids = [unit.id for unit in units]
    assigned: dict[int, list[Assigned]] = {unit_id: [] for unit_id in ids}
    for unit_id, *row in run(db, ASSIGNED, {"units": ids}):
        assigned[unit_id].append(Assigned(*row))
    drafters = {row[0]: row[1:] for row in run(db, DRAFTERS, {"units": ids})}
    lines = [_line(study, unit, judges, assigned[unit.id], drafters) for unit in units]
    return AssignmentsPage(
        judges=judges,
        cases=tuple(line for line in lines if line.unit.is_case),
        boards=tuple(line for line in lines if not line.unit.is_case),
    )


def _line(
    study: StudyContext,
    unit: NamedUnit,
    judges: Sequence[StudyJudge],
    assigned: Sequence[Assigned],
    drafters: dict[int, tuple[int, str]],
) -> Line:
    named = tuple(each for each in assigned if each.until is None)
    everybody = frozenset(judge.id for judge in judges)
    ids = everybody & {each.account_id for each in named} if named else everybody
    drafter_id, drafter = drafters.get(unit.id, (0, ""))
    return Line(
        unit=unit,
        judges=ids,
        named=named,
        taken_off=tuple(each for each in assigned if each.until is not None),
        drafter=drafter if drafter_id in ids else None,
        drafter_id=drafter_id if drafter_id in ids else None,
        has_drafter=unit.drafts_by_turns(study),
    )


def named_unit(db: Session, study: StudyContext, unit_id: int) -> NamedUnit | None:
    """A unit of the study with its name, if there is one."""
    row = run(db, NAMED_UNITS.where(col(Unit.id) == unit_id), {"study": study.id}).first()
    return NamedUnit(*row) if row else None
