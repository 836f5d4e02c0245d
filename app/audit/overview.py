"""The list of a study's audits: who owes what, since when; an auditor sees their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.accounts.models import Account
from app.audit.models import Audit, AuditReturn, AuditRound, Comment, Response
from app.audit.words import UNDECIDED
from app.cases.models import Case
from app.consensus.models import Unit
from app.consensus.rules import State, UnitKind
from app.db import run
from app.domains.models import Domain
from app.permissions import Role
from app.studies.guard import StudyContext
from app.studies.models import Sample


@dataclass(frozen=True)
class AuditRow:
    """One audit in the list. `undecided` is 0 for who may not know of comments yet."""

    id: int
    name: str
    sample: str
    kind: UnitKind
    state: State
    since: datetime
    round: int
    asked: tuple[tuple[int, str, bool], ...]
    undecided: int

    @property
    def still_reading(self) -> tuple[str, ...]:
        """The auditors who have still to return it."""
        return tuple(name for _, name, is_returned in self.asked if not is_returned)

    def waits_for(self, account_id: int) -> bool:
        """Has this auditor still to return it?"""
        return self.state is State.IN_AUDIT and any(
            auditor == account_id and not is_returned for auditor, _, is_returned in self.asked
        )


_later = aliased(AuditRound)
NEWEST_ROUND = ~sa.exists().where(
    col(_later.audit_id) == col(AuditRound.audit_id), col(_later.number) > col(AuditRound.number)
)
UNDECIDED_COMMENTS = (
    sa.select(sa.func.count())
    .select_from(Comment)
    .join(Response, col(Response.comment_id) == col(Comment.id), isouter=True)
    .where(
        col(Comment.round_id) == col(AuditRound.id),
        sa.or_(col(Response.id).is_(None), col(Response.decision).in_(UNDECIDED)),
    )
    .correlate(AuditRound)
    .scalar_subquery()
)
AUDITS = (
    sa.select(
        col(Audit.id),
        sa.func.coalesce(col(Case.code), col(Domain.title)),
        col(Sample.name),
        col(Unit.kind),
        col(Unit.state),
        col(Unit.state_since),
        col(AuditRound.id),
        col(AuditRound.number),
        # Before all have returned nobody learns how much an auditor has written.
        sa.case((col(AuditRound.returned_at).is_(None), 0), else_=UNDECIDED_COMMENTS),
    )
    .join(Unit, col(Unit.id) == col(Audit.unit_id))
    .join(Sample, col(Sample.id) == col(Unit.sample_id))
    .join(AuditRound, sa.and_(col(AuditRound.audit_id) == col(Audit.id), NEWEST_ROUND))
    .join(Case, col(Case.id) == col(Unit.case_id), isouter=True)
    .join(Domain, col(Domain.id) == col(Unit.domain_id), isouter=True)
    .where(col(Audit.study_id) == sa.bindparam("study"))
    .order_by(col(Unit.kind), col(Case.code_key), col(Domain.position), col(Audit.id))
)
ASKED = (
    sa.select(
        col(AuditReturn.round_id),
        col(AuditReturn.account_id),
        col(Account.name),
        col(AuditReturn.returned_at).is_not(None),
    )
    .join(Account, col(Account.id) == col(AuditReturn.account_id))
    .where(col(AuditReturn.round_id).in_(sa.bindparam("rounds", expanding=True)))
    .order_by(col(Account.name))
)


def audits_of(db: Session, study: StudyContext) -> Sequence[AuditRow]:
    """The audits this person may know of, in two statements: all for the team, else one's own."""
    rows = run(db, AUDITS, {"study": study.id}).all()
    asked: dict[int, list[tuple[int, str, bool]]] = {}
    for round_id, *one in run(db, ASKED, {"rounds": [row[6] for row in rows]}):
        asked.setdefault(round_id, []).append((one[0], one[1], bool(one[2])))
    found = [
        AuditRow(
            id_,
            name,
            sample,
            UnitKind(kind),
            State(state),
            since,
            number,
            tuple(asked.get(round_id, ())),
            undecided,
        )
        for id_, name, sample, kind, state, since, round_id, number, undecided in rows
    ]
    if study.roles & {Role.PI, Role.JUDGE}:
        return found
    mine = ever_asked(db, study)
    return [row for row in found if row.id in mine]


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
