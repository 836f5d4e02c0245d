"""What a methods section says of the audits: items, rounds, comments, what became of them."""

from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from app.audit.models import Audit, AuditRound, Comment, Response
from app.audit.words import CommentType, Decision
from app.consensus.models import Unit
from app.consensus.rules import UnitKind
from app.db import run


@dataclass(frozen=True)
class Totals:
    """Counted over the rounds that all auditors have returned; the others are not to be known."""

    cases: int
    boards: int
    lists: int
    rounds: int
    by_type: tuple[tuple[CommentType, int], ...]
    by_decision: tuple[tuple[Decision, int], ...]
    undecided: int

    @property
    def comments(self) -> int:
        """All comments."""
        return sum(count for _, count in self.by_type)

    def share(self, count: int) -> int:
        """Per cent of the comments, rounded half up."""
        return (200 * count + self.comments) // (2 * self.comments) if self.comments else 0


RETURNED = (
    sa.select(col(AuditRound.id), col(Audit.id), col(Unit.kind))
    .join(Audit, col(Audit.id) == col(AuditRound.audit_id))
    .join(Unit, col(Unit.id) == col(Audit.unit_id), isouter=True)
    .where(col(Audit.study_id) == sa.bindparam("study"), col(AuditRound.returned_at).is_not(None))
)
SAID = (
    sa.select(col(Comment.type), col(Response.decision), sa.func.count())
    .select_from(Comment)
    .join(AuditRound, col(AuditRound.id) == col(Comment.round_id))
    .join(Audit, col(Audit.id) == col(AuditRound.audit_id))
    .join(Response, col(Response.comment_id) == col(Comment.id), isouter=True)
    .where(col(Audit.study_id) == sa.bindparam("study"), col(AuditRound.returned_at).is_not(None))
    .group_by(col(Comment.type), col(Response.decision))
)


def totals_of(db: Session, study_id: int) -> Totals:
    """The totals of a study, in two statements."""
    rounds = run(db, RETURNED, {"study": study_id}).all()
    kinds = {audit_id: kind for _, audit_id, kind in rounds}
    types: Counter[CommentType] = Counter()
    decisions: Counter[Decision] = Counter()
    undecided = 0
    for type_, decision, count in run(db, SAID, {"study": study_id}):
        types[CommentType(type_)] += count
        if decision is None or decision == Decision.DEFERRED:
            undecided += count
        else:
            decisions[Decision(decision)] += count
    return Totals(
        cases=sum(kind == UnitKind.CASE for kind in kinds.values()),
        boards=sum(kind == UnitKind.CROSS_ANALYSIS for kind in kinds.values()),
        lists=sum(kind is None for kind in kinds.values()),
        rounds=len(rounds),
        by_type=tuple(types.most_common()),
        by_decision=tuple((each, decisions[each]) for each in Decision if decisions[each]),
        undecided=undecided,
    )
