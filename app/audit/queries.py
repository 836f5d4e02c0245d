"""An audit as its guard and its pages need it: the unit, the round, who was asked."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from app.accounts.models import Account
from app.accounts.sessions import initials
from app.audit.due import ItemKey
from app.audit.models import Audit, AuditReturn, AuditRound
from app.audit.rules import all_returned
from app.consensus.models import ConsensusVersion
from app.consensus.queries import Judge
from app.consensus.rules import Step
from app.db import run
from app.studies import judges


@dataclass(frozen=True)
class Part:
    """One auditor's part in a round."""

    account_id: int
    name: str
    opened_at: datetime | None
    returned_at: datetime | None
    without_comments: bool

    @property
    def is_returned(self) -> bool:
        """Have they returned their audit?"""
        return self.returned_at is not None

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        return initials(self.name)


@dataclass(frozen=True)
class RoundFacts:
    """A round: what was frozen for it and how far the auditors are."""

    id: int
    number: int
    version_id: int | None
    step: Step
    requested_at: datetime
    returned_at: datetime | None
    closed_at: datetime | None
    parts: tuple[Part, ...]

    @property
    def is_returned(self) -> bool:
        """Have all auditors returned? Until then none sees another's comments, nor the team any."""
        return all_returned(
            [part.account_id for part in self.parts],
            [part.account_id for part in self.parts if part.is_returned],
        )

    def part_of(self, account_id: int) -> Part | None:
        """This person's part, if they were asked."""
        return next((part for part in self.parts if part.account_id == account_id), None)


ROUNDS = (
    sa.select(
        col(AuditRound.id),
        col(AuditRound.number),
        col(AuditRound.version_id),
        col(AuditRound.step),
        col(AuditRound.requested_at),
        col(AuditRound.returned_at),
        col(AuditRound.closed_at),
    )
    .where(col(AuditRound.audit_id) == sa.bindparam("audit"))
    .order_by(col(AuditRound.number))
)
PARTS = (
    sa.select(
        col(AuditReturn.round_id),
        col(AuditReturn.account_id),
        col(Account.name),
        col(AuditReturn.opened_at),
        col(AuditReturn.returned_at),
        col(AuditReturn.without_comments),
    )
    .join(AuditRound, col(AuditRound.id) == col(AuditReturn.round_id))
    .join(Account, col(Account.id) == col(AuditReturn.account_id))
    .where(col(AuditRound.audit_id) == sa.bindparam("audit"))
    .order_by(col(Account.name), col(Account.id))
)


def rounds_of(db: Session, audit_id: int) -> tuple[RoundFacts, ...]:
    """The rounds of an audit in order, in two statements."""
    parts: dict[int, list[Part]] = {}
    for round_id, *part in run(db, PARTS, {"audit": audit_id}):
        parts.setdefault(round_id, []).append(Part(*part))
    rounds = run(db, ROUNDS, {"audit": audit_id}).mappings()
    return tuple(RoundFacts(**row, parts=tuple(parts.get(row["id"], ()))) for row in rounds)


def judges_of_study(db: Session, study_id: int) -> tuple[Judge, ...]:
    """Every judge of a study, by name: who answers for its domain lists."""
    found = judges.judges_of_study(db, study_id)
    return tuple(Judge(each.id, each.name, agreed=False) for each in found)


def newest_version(db: Session, unit_id: int) -> int | None:
    """The consensus version that a new round reads."""
    newest: int | None = run(
        db,
        sa.select(col(ConsensusVersion.id))
        .where(col(ConsensusVersion.unit_id) == unit_id)
        .order_by(col(ConsensusVersion.number).desc())
        .limit(1),
    ).scalar()
    return newest


def open_audit(db: Session, key: ItemKey) -> Audit | None:
    """The audit of an item that is not closed, if there is one."""
    found: Audit | None = (
        db.execute(
            sa.select(Audit)
            .where(
                col(Audit.unit_id) == key.unit_id,
                col(Audit.sample_id) == key.sample_id,
                col(Audit.closed_at).is_(None),
            )
            .order_by(col(Audit.id).desc())
            .execution_options(populate_existing=True)
        )
        .scalars()
        .first()
    )
    return found
