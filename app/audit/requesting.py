"""Handing what is agreed to the auditors that the plan assigned to it."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlmodel import Session, col

from app.audit.due import ItemKey
from app.audit.models import AuditPlan, Recusal
from app.audit.plan_matrix import PlanRow
from app.audit.plan_queries import plan_view
from app.audit.service import ask_for_a_further_round, request_audit, request_audit_of_list
from app.audit.words import Kind
from app.consensus.models import Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER, UNIT_COLUMNS, unit_facts
from app.consensus.rules import State, Step
from app.db import now, run
from app.errors import Invalid, NotFound, StepLocked
from app.permissions import Action, Actor
from app.studies.guard import StudyContext, check
from app.studies.models import Sample
from app.trail.service import Scene, record


def request_audits(
    db: Session, study: StudyContext, plan: AuditPlan, *, items: Collection[ItemKey]
) -> int:
    """Hand these items to their auditors, all or none. Returns how many.

    Raises `Invalid` where none is named or one has no auditor, `Forbidden` for who is neither PI
    nor a judge of it, `StepLocked` where one is not agreed, or waits for the others of its batch.
    """
    if not items:
        raise Invalid("Tick what is to go to the auditors.")
    _take(db, items)
    view = plan_view(db, study, plan)
    for key in sorted(set(items), key=lambda key: key.number):
        row = view.row(key)
        if row is None:
            raise NotFound("One of these items is not in the audit plan. Load the page again.")
        check(Actor(study.roles, judges_unit=study.me.id in row.judges), Action.REQUEST_AUDIT)
        _check_due(row)
        _send(db, study, row)
    return len(set(items))


def _take(db: Session, items: Collection[ItemKey]) -> None:
    """Take every row before anything is recorded: whoever else acts takes rows, then the trail."""
    samples = sa.select(col(Sample.id)).where(col(Sample.id).in_([k.sample_id for k in items]))
    units = sa.select(col(Unit.id)).where(col(Unit.id).in_([k.unit_id for k in items]))
    for rows in (samples.order_by(col(Sample.id)), units.order_by(col(Unit.kind), col(Unit.id))):
        run(db, rows.with_for_update(key_share=True))


def _check_due(row: PlanRow) -> None:
    if row.waits:
        raise StepLocked(
            f"{row.name} goes to the auditors with batch {row.batch}, and "
            f"{', '.join(row.waits)} of it {'is' if len(row.waits) == 1 else 'are'} not agreed yet."
        )
    if row.state is State.AGREED and row.due is None:
        raise StepLocked(
            f"{row.name} goes to its auditors when its core ideas are agreed too. To audit its "
            "domains before, let the plan audit domains and core ideas apart."
        )


def _send(db: Session, study: StudyContext, row: PlanRow) -> None:
    auditors = [auditor for auditor in row.auditors if auditor in row.stored]
    if row.kind is Kind.DOMAIN_LIST:
        assert row.key.sample_id is not None
        sample = study.sample(row.key.sample_id)
        request_audit_of_list(db, study.scene, sample, auditors=auditors)
        return
    scene = Scene(study.id, study.me.id, row.key.unit_id)
    if row.state is State.CLOSED and row.due is not None and row.audit_id is not None:
        ask_for_a_further_round(db, scene, audit_id=row.audit_id, auditors=auditors, step=row.due)
        return
    facts = run(
        db,
        sa.select(*UNIT_COLUMNS)
        .join(Layer, CONSENSUS_LAYER)
        .where(col(Unit.id) == row.key.unit_id),
    ).mappings()
    request_audit(
        db,
        scene,
        unit_facts(db, facts.one()),
        auditors=auditors,
        what=row.name,
        step=row.due or Step.BOTH,
    )


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
