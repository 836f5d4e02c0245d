"""Who practises a case cannot look at what was agreed on it: refused where somebody joins a study.

A member of the study that a case comes from could open its consensus, its boards or the findings.
So nobody who is one practises, and nobody who practises becomes one before the draft is submitted.
"""

import sqlalchemy as sa
from sqlmodel import Session, col

from app.consensus.models import Practice, Unit
from app.consensus.practising import STILL_BLIND
from app.db import run
from app.errors import Conflict
from app.studies.members import check_joining
from app.studies.models import Member, RoleSet, Study


@check_joining
def _check_no_member_practises(db: Session, study_id: int, account_id: int, held: RoleSet) -> None:
    if not held.is_judge:
        return
    blind = STILL_BLIND.with_only_columns(col(Practice.of_study_id)).where(
        col(Unit.study_id) == study_id
    )
    title = run(
        db,
        sa.select(col(Study.title))
        .join(Member, col(Member.study_id) == col(Study.id))
        .where(
            col(Member.account_id) == account_id,
            col(Member.left_at).is_(None),
            col(Study.id).in_(blind),
        ),
    ).scalar()
    if title is not None:
        raise Conflict(
            f"Who is a member of “{title}” could look at what was agreed on this case, so the "
            "practice would not be blind. Practise before joining that study; who is a member "
            "already has to leave it first."
        )


@check_joining
def _check_nobody_who_practises_joins(
    db: Session, study_id: int, account_id: int, held: RoleSet
) -> None:
    practised = (
        STILL_BLIND.with_only_columns(col(Study.title))
        .join(Study, col(Study.id) == col(Unit.study_id))
        .join(Member, col(Member.study_id) == col(Study.id))
        .where(
            col(Practice.of_study_id) == study_id,
            col(Member.account_id) == account_id,
            col(Member.is_judge),
            col(Member.left_at).is_(None),
        )
    )
    title = run(db, practised).scalar()
    if title is not None:
        raise Conflict(
            f"“{title}” is not submitted yet, and a member of this study could look at what was "
            "agreed on the case. Submit the practice first, or leave it; then join."
        )
