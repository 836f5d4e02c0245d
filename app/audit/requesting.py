"""Handing agreed units to the auditors that the plan assigned to them."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlmodel import Session, col

from app.audit.models import Recusal
from app.audit.plan_queries import assigned_to
from app.audit.service import request_audit
from app.cases.models import Case
from app.consensus.models import Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER, UNIT_COLUMNS, unit_facts
from app.db import now, run
from app.domains.models import Domain
from app.errors import Invalid, NotFound
from app.permissions import Action, Actor
from app.studies.guard import StudyContext, check
from app.trail.service import Scene, record


def request_audits(db: Session, study: StudyContext, *, unit_ids: Collection[int]) -> int:
    """Hand these units to their auditors, all or none. Returns how many.

    Raises `Invalid` where none is named or one has no auditor, `Forbidden` for who is neither PI
    nor a judge of it, `StepLocked` where one is not agreed.
    """
    if not unit_ids:
        raise Invalid("Tick what is to go to the auditors.")
    auditors = assigned_to(db, study.id)
    rows = run(
        db,
        sa.select(sa.func.coalesce(col(Case.code), col(Domain.title)).label("what"), *UNIT_COLUMNS)
        .select_from(Unit)
        .join(Layer, CONSENSUS_LAYER)
        .join(Case, col(Case.id) == col(Unit.case_id), isouter=True)
        .join(Domain, col(Domain.id) == col(Unit.domain_id), isouter=True)
        .where(col(Unit.study_id) == study.id, col(Unit.id).in_(unit_ids))
        .order_by(col(Unit.id)),
    ).mappings()
    found = rows.all()
    if len(found) != len(set(unit_ids)):
        raise NotFound("One of these items is not in this study any more. Load the page again.")
    for row in found:
        facts = dict(row)
        what = facts.pop("what")
        unit = unit_facts(db, facts)
        check(Actor(study.roles, judges_unit=unit.is_judge(study.me.id)), Action.REQUEST_AUDIT)
        team, _ = auditors.get(unit.id, ((), False))
        scene = Scene(study.id, study.me.id, unit.id)
        request_audit(db, scene, unit, auditors=team, what=what)
    return len(found)


def take_stand_back(db: Session, study: StudyContext, *, recusal_id: int) -> None:
    """An auditor does not stand back any more; what was assigned meanwhile stays."""
    recusal = db.get(Recusal, recusal_id)
    if recusal is None or recusal.study_id != study.id:
        raise NotFound("There is no such note in this study.")
    if recusal.ended_at is None:
        recusal.ended_at = now()
        db.add(recusal)
        db.flush()
        record(db, study.scene, "stand back no more", item=recusal)
