"""The page of practices: which cases can be copied, and how far each practice is."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.accounts.models import Account
from app.cases.models import Case
from app.consensus.models import Practice, Unit
from app.consensus.rules import State, Step
from app.db import run
from app.studies.guard import StudyContext
from app.studies.models import Member, Sample


@dataclass(frozen=True)
class Finished:
    """A case that can be copied."""

    code: str
    sample_id: int
    sample: str


@dataclass(frozen=True)
class Copied:
    """A practice, with who practises; `study_id` only for who is a member of it."""

    code: str
    made_by: str
    made_at: datetime
    learners: tuple[str, ...]
    state: State
    study_id: int | None

    @property
    def words(self) -> str:
        """How far it is."""
        if not self.learners:
            return "nobody has followed the link yet"
        how = {State.NOT_STARTED: "not begun", State.INDEPENDENT: "being coded"}
        return f"{' and '.join(self.learners)}: {how.get(self.state, 'submitted, can be compared')}"


def finished_cases(db: Session, study: StudyContext) -> tuple[Finished, ...]:
    """Cases that all judges agreed to and that no audit is at work on."""
    rows = run(
        db,
        sa.select(col(Case.code), col(Sample.id), col(Sample.name))
        .join(Unit, col(Unit.case_id) == col(Case.id))
        .join(Sample, col(Sample.id) == col(Unit.sample_id))
        .where(
            col(Unit.study_id) == study.id,
            col(Unit.state).in_((State.AGREED, State.CLOSED)),
            col(Unit.step) != Step.DOMAINS,
        )
        .order_by(col(Sample.position), col(Sample.id), col(Case.code_key)),
    )
    return tuple(Finished(*row) for row in rows)


def practices_of(db: Session, study: StudyContext) -> tuple[Copied, ...]:
    """The practices that were made of this study's cases, the newest first."""
    of = aliased(Unit)
    rows = run(
        db,
        sa.select(
            col(Unit.study_id),
            col(Unit.state),
            col(Case.code),
            col(Account.name),
            col(Practice.made_at),
        )
        .select_from(Practice)
        .join(Unit, col(Unit.id) == col(Practice.unit_id))
        .join(of, col(of.id) == col(Practice.of_unit_id))
        .join(Case, col(Case.id) == col(of.case_id))
        .join(Account, col(Account.id) == col(Practice.made_by))
        .where(col(Practice.of_study_id) == study.id)
        .order_by(col(Practice.id).desc()),
    ).all()
    members = run(
        db,
        sa.select(col(Member.study_id), col(Account.id), col(Account.name), col(Member.is_judge))
        .join(Account, col(Account.id) == col(Member.account_id))
        .where(col(Member.study_id).in_([row[0] for row in rows]), col(Member.left_at).is_(None))
        .order_by(col(Account.name)),
    ).all()
    return tuple(
        Copied(
            code,
            name,
            made_at,
            tuple(who for at, _, who, judges in members if at == study_id and judges),
            state,
            study_id
            if any(at == study_id and account == study.me.id for at, account, *_ in members)
            else None,
        )
        for study_id, state, code, name, made_at in rows
    )
