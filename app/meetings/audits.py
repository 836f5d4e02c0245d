"""Audits at a meeting: what is to be responded to, and what was decided on comments."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from app.audit.models import Audit, AuditRound, Comment, Response
from app.audit.overview import AuditRow, audits_under_way
from app.audit.words import About, Decision
from app.consensus.rules import State
from app.db import run
from app.studies.models import Sample


@dataclass(frozen=True)
class Responded:
    """A comment and what became of it; `sample_id` instead of `unit_id` for a domain list."""

    unit_id: int | None
    sample_id: int | None
    sample: str
    state: str
    where: str
    outcome: str
    reason: str


def to_respond(db: Session, study_id: int) -> list[AuditRow]:
    """The audits with comments that the team has still to decide, for the agenda."""
    under_way = audits_under_way(db, [study_id])
    return [row for row in under_way if row.state is State.RESPONDING and row.undecided]


RESPONSES = (
    sa.select(
        col(Audit.unit_id),
        col(Audit.sample_id),
        sa.func.coalesce(col(Sample.name), ""),
        col(Audit.state),
        col(Comment.about),
        col(Comment.number),
        col(Response.decision),
        col(Response.reason),
        col(Response.turns),
    )
    .select_from(Response)
    .join(Comment, col(Comment.id) == col(Response.comment_id))
    .join(AuditRound, col(AuditRound.id) == col(Comment.round_id))
    .join(Audit, col(Audit.id) == col(AuditRound.audit_id))
    .join(Sample, col(Sample.id) == col(Audit.sample_id), isouter=True)
    .where(col(Response.meeting_id) == sa.bindparam("meeting"))
    .order_by(col(Audit.sample_id), col(Audit.unit_id), col(Response.decided_at), col(Response.id))
)


def responses_at(db: Session, meeting_id: int) -> Sequence[Responded]:
    """The responses that carry this meeting, in one statement."""
    return [
        Responded(
            unit_id,
            sample_id,
            sample,
            state or "",
            f"the audit, {_where(about, number)}",
            Decision(decision).value,
            f"{reason} ({turns})".strip() if turns else reason,
        )
        for unit_id, sample_id, sample, state, about, number, decision, reason, turns in run(
            db, RESPONSES, {"meeting": meeting_id}
        )
    ]


def _where(about: About, number: str) -> str:
    return f"{About(about).value} {number}".strip()
