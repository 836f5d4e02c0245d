"""The judges of a study: its set team, who may meet, who answers for its domain lists."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from app.accounts.models import Account
from app.accounts.sessions import initials
from app.db import run
from app.studies.models import Member


@dataclass(frozen=True)
class StudyJudge:
    """A judge of the study."""

    id: int
    name: str

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        return initials(self.name)


JUDGES = (
    sa.select(col(Account.id), col(Account.name))
    .join(Member, col(Member.account_id) == col(Account.id))
    .where(
        col(Member.study_id) == sa.bindparam("study"),
        col(Member.is_judge),
        col(Member.left_at).is_(None),
        col(Account.disabled_at).is_(None),
    )
    .order_by(col(Account.name), col(Account.id))
)


def judges_of_study(db: Session, study_id: int) -> tuple[StudyJudge, ...]:
    """Every judge of the study who can still sign in, by name."""
    return tuple(StudyJudge(*row) for row in run(db, JUDGES, {"study": study_id}))
