"""How many audits wait for a member, as a subquery of their membership: the number on the rail.

Audits and units lie on floors above; they are read by table name. What an auditor has written and
not returned changes no number: only rounds that all have returned are looked into.
"""

import sqlalchemy as sa
from sqlmodel import Session, col

from app.db import run
from app.studies.models import Member

AUDIT = sa.table("audit", *map(sa.column, ("id", "study_id", "unit_id", "closed_at")))
ROUND = sa.table("audit_round", *map(sa.column, ("id", "audit_id", "number", "returned_at")))
LATER = ROUND.alias("later")
PART = sa.table("audit_return", *map(sa.column, ("round_id", "account_id", "returned_at")))
COMMENT = sa.table("audit_comment", *map(sa.column, ("id", "round_id")))
RESPONSE = sa.table("audit_response", *map(sa.column, ("comment_id", "decision")))
UNIT = sa.table("unit", *map(sa.column, ("id", "content")))
ASSIGNMENT = sa.table("assignment", *map(sa.column, ("unit_id", "account_id", "until")))
AGREEMENT = sa.table("agreement", *map(sa.column, ("unit_id", "account_id", "content")))


def _there_is(table: sa.FromClause, *which: sa.ColumnElement[bool]) -> sa.Exists:
    """A row of the table; everything else that `which` names is of the statement around it."""
    return sa.exists().where(*which).correlate_except(table)


_to_return = _there_is(
    PART,
    PART.c.round_id == ROUND.c.id,
    PART.c.account_id == col(Member.account_id),
    PART.c.returned_at.is_(None),
)
_said = _there_is(COMMENT, COMMENT.c.round_id == ROUND.c.id)
_decided = _there_is(
    RESPONSE, RESPONSE.c.comment_id == COMMENT.c.id, RESPONSE.c.decision != "deferred"
)
_undecided = _there_is(COMMENT, COMMENT.c.round_id == ROUND.c.id, ~_decided)
_assigned = sa.and_(ASSIGNMENT.c.unit_id == UNIT.c.id, ASSIGNMENT.c.until.is_(None))
_judges = sa.and_(
    col(Member.is_judge),
    ~_there_is(ASSIGNMENT, _assigned)
    | _there_is(ASSIGNMENT, _assigned, ASSIGNMENT.c.account_id == col(Member.account_id)),
)
_agreed = _there_is(
    AGREEMENT,
    AGREEMENT.c.unit_id == UNIT.c.id,
    AGREEMENT.c.account_id == col(Member.account_id),
    AGREEMENT.c.content == UNIT.c.content,
)
AUDITS_WAITING = (
    sa.select(sa.func.count())
    .select_from(AUDIT)
    .join(ROUND, ROUND.c.audit_id == AUDIT.c.id)
    .join(UNIT, UNIT.c.id == AUDIT.c.unit_id, isouter=True)
    .where(
        AUDIT.c.study_id == col(Member.study_id),
        AUDIT.c.closed_at.is_(None),
        ~_there_is(LATER, LATER.c.audit_id == AUDIT.c.id, LATER.c.number > ROUND.c.number),
        sa.case(
            (ROUND.c.returned_at.is_(None), _to_return),
            else_=sa.and_(_judges, sa.or_(_undecided, ~_said, ~_agreed)),
        ),
    )
    .correlate(Member)
    .scalar_subquery()
)
"""To return as an auditor; to respond to, to agree to or to close as a judge of the unit."""

AUDITORS = sa.table("audit_assignment", *map(sa.column, ("unit_id", "sample_id")))


def forget_auditors(
    db: Session, *, unit_id: int | None = None, sample_id: int | None = None
) -> None:
    """Of a unit or a sample that goes, forget who was to audit it: nobody was asked yet.

    An audit that was asked for keeps its unit, or its sample, by a foreign key.
    """
    run(
        db,
        sa.delete(AUDITORS).where(
            AUDITORS.c.unit_id == unit_id if unit_id else AUDITORS.c.sample_id == sample_id
        ),
    )
