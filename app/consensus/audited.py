"""Does somebody audit a unit? From the request of its audit on they may see it as the team does.

Audits lie on a floor above; they are read by table name. An audit opens the unit's own pages while
it is read and answered and after it was closed, not once the unit is reopened. Those pages say who
of the team did what; where auditors are not to know that, they read in their audit alone.
"""

import sqlalchemy as sa
from sqlmodel import Session

from app.consensus.queries import UnitFacts
from app.consensus.rules import State
from app.db import run
from app.permissions import AUDITORS
from app.studies.guard import StudyContext

WITH_AUDITORS = frozenset({State.IN_AUDIT, State.RESPONDING, State.CLOSED})
AUDIT = sa.table("audit", *map(sa.column, ("id", "unit_id")))
LATER = AUDIT.alias("later")
ROUND = sa.table("audit_round", *map(sa.column, ("id", "audit_id")))
PART = sa.table("audit_return", *map(sa.column, ("round_id", "account_id")))
PLAN = sa.table("audit_plan", *map(sa.column, ("study_id", "shows_names")))
AUDITED_BY = (
    sa.select(AUDIT.c.id)
    .join(ROUND, ROUND.c.audit_id == AUDIT.c.id)
    .join(PART, PART.c.round_id == ROUND.c.id)
    .where(
        AUDIT.c.unit_id == sa.bindparam("unit"),
        PART.c.account_id == sa.bindparam("account"),
        ~sa.exists().where(LATER.c.unit_id == AUDIT.c.unit_id, LATER.c.id > AUDIT.c.id),
        ~sa.exists().where(PLAN.c.study_id == sa.bindparam("study"), ~PLAN.c.shows_names),
    )
    .limit(1)
)


def audits_unit(db: Session, study: StudyContext, unit: UnitFacts) -> bool:
    """Was this person asked for the unit's newest audit, and may see the team's own pages?

    One statement, and none for who is no auditor of the study.
    """
    if not study.roles & AUDITORS or unit.state not in WITH_AUDITORS:
        return False
    asked = {"unit": unit.id, "account": study.me.id, "study": study.id}
    return run(db, AUDITED_BY, asked).first() is not None
