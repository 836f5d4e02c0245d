"""The audits of studies: what is with the auditors, what with the team, since when."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.accounts.models import Account
from app.audit.due import USUAL_DAYS, Due, due
from app.audit.models import Audit, AuditPlan, AuditReturn, AuditRound, Comment, Response
from app.audit.words import UNDECIDED
from app.cases.models import Case
from app.consensus.models import Unit
from app.consensus.rules import State
from app.db import UTCDateTime, run
from app.domains.models import Domain
from app.permissions import Role
from app.studies.guard import StudyContext
from app.studies.models import Sample


@dataclass(frozen=True)
class Asked:
    """An auditor of a round, and when they returned it."""

    account_id: int
    name: str
    returned_at: datetime | None

    @property
    def is_returned(self) -> bool:
        """Have they returned their audit?"""
        return self.returned_at is not None


@dataclass(frozen=True)
class AuditRow:
    """One audit, with its newest round; `unit_id` is none for the audit of a domain list.

    `comments` and `undecided` are 0 until all auditors have returned: nobody may know of any.
    """

    id: int
    study_id: int
    sample_id: int
    sample: str
    unit_id: int | None
    code: str | None
    domain_id: int | None
    title: str | None
    state: State
    is_ended: bool
    since: datetime
    round: int
    comments: int
    undecided: int
    days: int = USUAL_DAYS
    asked: tuple[Asked, ...] = ()

    @property
    def name(self) -> str:
        """What is audited, in the list: 'P07', 'Consequences', 'Domain list'."""
        return self.code or self.title or "Domain list"

    @property
    def what(self) -> str:
        """What is audited, in a sentence."""
        if self.code:
            return self.code
        return f"the board {self.title}" if self.title else f"the domain list of “{self.sample}”"

    @property
    def url(self) -> str:
        """The address of the audit."""
        return f"/studies/{self.study_id}/audits/{self.id}"

    @property
    def words(self) -> str:
        """Its state; one that a reopening has cut short is told as such."""
        return "ended by reopening" if self.is_ended else self.state.value

    @property
    def still_reading(self) -> tuple[str, ...]:
        """The auditors who have still to return it."""
        if self.state is not State.IN_AUDIT:
            return ()
        return tuple(each.name for each in self.asked if not each.is_returned)

    def due(self, at: datetime) -> Due:
        """Until when its auditors have it, as it is told at this moment."""
        return due(self.since, self.days, at)

    def waits_for(self, account_id: int) -> bool:
        """Has this auditor still to return it?"""
        return self.state is State.IN_AUDIT and any(
            each.account_id == account_id and not each.is_returned for each in self.asked
        )


_later = aliased(AuditRound)
NEWEST_ROUND = ~sa.exists().where(
    col(_later.audit_id) == col(AuditRound.audit_id), col(_later.number) > col(AuditRound.number)
)
_COMMENTS = (
    sa.select(sa.func.count())
    .select_from(Comment)
    .join(Response, col(Response.comment_id) == col(Comment.id), isouter=True)
    .where(col(Comment.round_id) == col(AuditRound.id))
    .correlate(AuditRound)
)
_IS_UNDECIDED = sa.or_(col(Response.id).is_(None), col(Response.decision).in_(UNDECIDED))


def _once_returned(count: sa.Select[Any]) -> sa.ColumnElement[Any]:
    """Before all have returned nobody learns how much an auditor has written."""
    return sa.case((col(AuditRound.returned_at).is_(None), 0), else_=count.scalar_subquery())


_AUDITS = (
    sa.select(
        col(Audit.id).label("id"),
        col(Audit.study_id).label("study_id"),
        col(Sample.id).label("sample_id"),
        col(Sample.name).label("sample"),
        col(Audit.unit_id).label("unit_id"),
        col(Case.code).label("code"),
        col(Domain.id).label("domain_id"),
        col(Domain.title).label("title"),
        # What is closed stays so, whatever becomes of the unit afterwards.
        sa.case(
            (col(Audit.closed_at).is_not(None), State.CLOSED.value),
            else_=sa.func.coalesce(
                sa.cast(col(Unit.state), sa.String), sa.cast(col(Audit.state), sa.String)
            ),
        ).label("state"),
        sa.and_(col(Audit.closed_at).is_not(None), col(AuditRound.closed_at).is_(None)).label(
            "is_ended"
        ),
        sa.func.coalesce(
            col(Audit.closed_at),
            col(AuditRound.returned_at),
            col(AuditRound.requested_at),
            type_=UTCDateTime,
        ).label("since"),
        col(AuditRound.number).label("round"),
        _once_returned(_COMMENTS).label("comments"),
        _once_returned(_COMMENTS.where(_IS_UNDECIDED)).label("undecided"),
        sa.func.coalesce(col(AuditPlan.days), USUAL_DAYS).label("days"),
        col(AuditRound.id).label("round_id"),
    )
    .select_from(Audit)
    .join(Unit, col(Unit.id) == col(Audit.unit_id), isouter=True)
    .join(Sample, col(Sample.id) == sa.func.coalesce(col(Unit.sample_id), col(Audit.sample_id)))
    .join(AuditRound, sa.and_(col(AuditRound.audit_id) == col(Audit.id), NEWEST_ROUND))
    .join(AuditPlan, col(AuditPlan.study_id) == col(Audit.study_id), isouter=True)
    .join(Case, col(Case.id) == col(Unit.case_id), isouter=True)
    .join(Domain, col(Domain.id) == col(Unit.domain_id), isouter=True)
    .order_by(
        col(Sample.position),
        col(Sample.id),
        col(Unit.kind),
        col(Case.code_key),
        col(Domain.position),
        col(Audit.id),
    )
)
ASKED = (
    sa.select(
        col(AuditReturn.round_id),
        col(AuditReturn.account_id),
        col(Account.name),
        col(AuditReturn.returned_at),
    )
    .join(Account, col(Account.id) == col(AuditReturn.account_id))
    .where(col(AuditReturn.round_id).in_(sa.bindparam("rounds", expanding=True)))
    .order_by(col(Account.name), col(Account.id))
)
UNDER_WAY = col(Audit.closed_at).is_(None)


def _audits(db: Session, which: sa.ColumnElement[bool]) -> list[AuditRow]:
    rows = [dict(row) for row in run(db, _AUDITS.where(which)).mappings()]
    asked: dict[int, list[Asked]] = {}
    for round_id, *one in run(db, ASKED, {"rounds": [row["round_id"] for row in rows]}):
        asked.setdefault(round_id, []).append(Asked(*one))
    found = []
    for row in rows:
        team = asked.get(row.pop("round_id"), ())
        row["state"], row["is_ended"] = State(row["state"]), bool(row["is_ended"])
        found.append(AuditRow(**row, asked=tuple(team)))
    return found


def audits_of(db: Session, study: StudyContext) -> Sequence[AuditRow]:
    """The audits this person may know of: all for the team, else one's own. In three statements."""
    found = _audits(db, col(Audit.study_id) == study.id)
    if study.roles & {Role.PI, Role.JUDGE}:
        return found
    mine = ever_asked(db, study)
    return [row for row in found if row.id in mine]


def audits_under_way(db: Session, study_ids: Collection[int]) -> Sequence[AuditRow]:
    """The audits of these studies that are not closed, for whoever works out who owes what.

    In two statements, and of every audit: what of it somebody may know is decided by the caller.
    """
    return _audits(db, sa.and_(col(Audit.study_id).in_(study_ids), UNDER_WAY))


def audits_in_sample(db: Session, sample_id: int) -> dict[int | None, AuditRow]:
    """The newest audit of each unit of a sample, by unit, and (under None) of its domain list."""
    of_sample = sa.or_(col(Unit.sample_id) == sample_id, col(Audit.sample_id) == sample_id)
    return {row.unit_id: row for row in _audits(db, of_sample)}


def ever_asked(db: Session, study: StudyContext) -> set[int]:
    """The audits that this person was asked to take part in, in any round."""
    rows = run(
        db,
        sa.select(col(AuditRound.audit_id))
        .join(AuditReturn, col(AuditReturn.round_id) == col(AuditRound.id))
        .join(Audit, col(Audit.id) == col(AuditRound.audit_id))
        .where(col(Audit.study_id) == study.id, col(AuditReturn.account_id) == study.me.id),
    )
    return set(rows.scalars())
