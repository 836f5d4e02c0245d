"""The PI plans the audits: how many auditors, which items, who: by draw, by hand with a reason."""

import secrets
from collections.abc import Collection

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.audit.models import Audit, AuditAssignment, AuditPlan, AuditReturn, AuditRound, Recusal
from app.audit.plan_queries import PlanView, auditors_of, plan_view
from app.audit.service import close_if_done, let_go
from app.audit.words import Audited
from app.cases.models import Case
from app.consensus.models import Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER, UNIT_COLUMNS, judges_of_units, unit_facts
from app.consensus.rules import State
from app.consensus.service import lock_unit
from app.db import now, run
from app.errors import Invalid, NotFound, StaleEdit
from app.studies.guard import StudyContext
from app.studies.members import when_team_changes
from app.studies.models import Study
from app.trail.service import Scene, record

MOST_AUDITORS = 6


def plan_of(db: Session, study_id: int) -> AuditPlan:
    """The study's plan; one with the usual settings (two auditors, everything) if it has none."""
    found = db.exec(
        select(AuditPlan)
        .where(AuditPlan.study_id == study_id)
        .execution_options(populate_existing=True)
    ).first()
    if found is not None:
        return found
    # A study's guid is drawn by lot, so the first proposal is too, and stays until it is saved.
    guid = run(db, sa.select(col(Study.guid)).where(col(Study.id) == study_id)).scalar_one()
    return AuditPlan(study_id=study_id, seed=int(guid[:7], 16))


def _stored_plan(db: Session, study_id: int) -> AuditPlan:
    plan = plan_of(db, study_id)
    if plan.id is None:
        db.add(plan)
        db.flush()
    return plan


def change_plan(
    db: Session,
    study: StudyContext,
    *,
    auditors_an_item: int,
    cases: Audited,
    first_cases: int,
    batch: int,
    boards: Audited,
    is_apart: bool,
    shows_names: bool,
    version: int,
) -> None:
    """Save how the study audits. What is assigned already stays as it is.

    Raises `Invalid` at the field that is out of its range, `StaleEdit` where somebody changed the
    plan meanwhile.
    """
    plan = plan_of(db, study.id)
    if plan.id is not None and plan.version != version:
        raise StaleEdit("Somebody changed the audit plan meanwhile. Look at it, then change it.")
    if not 1 <= auditors_an_item <= MOST_AUDITORS:
        sentence = f"An item has between 1 and {MOST_AUDITORS} auditors; two are usual."
        raise Invalid(sentence, {"auditors_an_item": sentence})
    if cases is Audited.FIRST and first_cases < 1:
        sentence = "Say how many of the first cases are audited, for instance 3."
        raise Invalid(sentence, {"first_cases": sentence})
    if cases is Audited.BATCHES and batch < 2:
        sentence = "Say how many cases go to the auditors together, at least 2."
        raise Invalid(sentence, {"batch": sentence})
    plan = _stored_plan(db, study.id)
    before = _values(plan)
    plan.auditors_an_item, plan.cases, plan.boards = auditors_an_item, cases, boards
    plan.first_cases = first_cases if cases is Audited.FIRST else 0
    plan.batch = batch if cases is Audited.BATCHES else 0
    plan.is_apart, plan.shows_names = is_apart, shows_names
    if _values(plan) == before:
        return
    plan.version += 1
    db.add(plan)
    db.flush()
    record(db, study.scene, "change the audit plan", item=plan, before=before, after=_values(plan))


def _values(plan: AuditPlan) -> dict[str, object]:
    return {
        "auditors": plan.auditors_an_item,
        "cases": plan.cases.value,
        "first_cases": plan.first_cases,
        "batch": plan.batch,
        "boards": plan.boards.value,
        "apart": plan.is_apart,
        "names": plan.shows_names,
    }


def draw_anew(db: Session, study: StudyContext) -> None:
    """Draw another order for everything that is a proposal as yet."""
    plan = _stored_plan(db, study.id)
    before = plan.seed
    plan.seed = secrets.randbelow(2**31 - 1)
    db.add(plan)
    db.flush()
    record(
        db,
        study.scene,
        "draw the auditors anew",
        item=plan,
        before={"seed": before},
        after={"seed": plan.seed},
    )


def use_plan(db: Session, study: StudyContext, *, seen: Collection[str]) -> int:
    """Assign everybody as the matrix proposes. Returns how many items were assigned.

    `seen` is the proposal that was on the page (`signature`); raises `StaleEdit` where it is
    another by now, because a case was added or somebody left.
    """
    plan = _stored_plan(db, study.id)
    view = plan_view(db, study, plan)
    if set(seen) != set(signature(view)):
        raise StaleEdit("The proposal changed since you opened it. Look at it, then use it.")
    for row in view.proposed:
        for auditor in row.auditors:
            _assign(db, study, row.unit_id, auditor, by_hand=False)
    plan.is_used = True
    db.add(plan)
    db.flush()
    if view.proposed:
        after = {str(row.unit_id): list(row.auditors) for row in view.proposed}
        record(
            db,
            study.scene,
            "assign auditors by rotation",
            item=plan,
            after={"seed": plan.seed, "items": after},
        )
    return len(view.proposed)


def signature(view: PlanView) -> list[str]:
    """The proposal in short, for the form that takes it over."""
    return [f"{row.unit_id}:{'-'.join(map(str, row.auditors))}" for row in view.proposed]


def _assign(
    db: Session, study: StudyContext, unit_id: int, account_id: int, *, by_hand: bool
) -> None:
    db.add(
        AuditAssignment(study_id=study.id, unit_id=unit_id, account_id=account_id, by_hand=by_hand)
    )


def choose_auditors(
    db: Session, study: StudyContext, *, unit_id: int, auditors: Collection[int], reason: str
) -> None:
    """Put other auditors on an item by hand. Raises `Invalid` without a reason or without anybody,
    or where somebody would audit what they judged, stand back from, or does not audit here.

    In an audit under way who goes is let go, and who comes is asked as well.
    """
    if not reason.strip():
        sentence = "Say why the rotation is changed here; it is kept in the trail."
        raise Invalid(sentence, {"reason": sentence})
    unit = _unit(db, study, unit_id)
    chosen = list(dict.fromkeys(auditors))
    _check_may_audit(db, study, unit, chosen)
    row = lock_unit(db, unit_id)
    before = _open_assignments(db, unit_id)
    leaving = [each for each in before if each.account_id not in chosen]
    for each in before:
        each.by_hand = True
        each.until = now() if each in leaving else None
        db.add(each)
    present = {each.account_id for each in before}
    for auditor in chosen:
        if auditor not in present:
            _assign(db, study, unit_id, auditor, by_hand=True)
    db.flush()
    record(
        db,
        Scene(study.id, study.me.id, unit_id),
        "choose auditors by hand",
        item=row,
        before={"auditors": sorted(present)},
        after={"auditors": sorted(chosen), "reason": reason.strip()},
    )
    if row.state is State.IN_AUDIT:
        _ask_also(db, unit_id, [auditor for auditor in chosen if auditor not in present])
        for each in leaving:
            _let_go(db, study.scene, unit_id, each.account_id)


def _unit(db: Session, study: StudyContext, unit_id: int) -> Unit:
    unit = db.get(Unit, unit_id)
    if unit is None or unit.study_id != study.id:
        raise NotFound("There is no such item in this study's audit plan.")
    return unit


def _check_may_audit(db: Session, study: StudyContext, unit: Unit, chosen: Collection[int]) -> None:
    if not chosen:
        sentence = "Choose at least one auditor."
        raise Invalid(sentence, {"auditors": sentence})
    names = {auditor.id: auditor.name for auditor in auditors_of(db, study.id)}
    assert unit.id is not None
    judged = {judge.id for judge in judges_of_units(db, [unit.id])[unit.id]}
    recused = set(
        db.exec(
            select(Recusal.account_id).where(
                Recusal.case_id == unit.case_id, col(Recusal.ended_at).is_(None)
            )
        )
    )
    for auditor in chosen:
        sentence = ""
        if auditor not in names:
            sentence = "One of those you chose does not audit in this study (any more)."
        elif auditor in judged:
            sentence = f"{names[auditor]} judged it, and nobody audits what they judged."
        elif auditor in recused:
            sentence = f"{names[auditor]} stands back from this case."
        if sentence:
            raise Invalid(sentence, {"auditors": sentence})


def _open_assignments(db: Session, unit_id: int) -> list[AuditAssignment]:
    return list(
        db.exec(
            select(AuditAssignment).where(
                AuditAssignment.unit_id == unit_id, col(AuditAssignment.until).is_(None)
            )
        )
    )


def _ask_also(db: Session, unit_id: int, auditors: Collection[int]) -> None:
    round_id = db.exec(
        select(AuditRound.id)
        .join(Audit, col(Audit.id) == col(AuditRound.audit_id))
        .where(Audit.unit_id == unit_id, col(AuditRound.returned_at).is_(None))
        .order_by(col(AuditRound.id).desc())
    ).first()
    if round_id is None:
        return
    asked = db.exec(select(AuditReturn.account_id).where(AuditReturn.round_id == round_id)).all()
    db.add_all(
        AuditReturn(round_id=round_id, account_id=auditor)
        for auditor in auditors
        if auditor not in asked
    )
    db.flush()


def _let_go(db: Session, scene: Scene, unit_id: int, auditor: int) -> None:
    rows = run(
        db,
        sa.select(*UNIT_COLUMNS).join(Layer, CONSENSUS_LAYER).where(col(Unit.id) == unit_id),
    )
    facts = unit_facts(db, rows.mappings().one())
    let_go(db, Scene(scene.study_id, scene.account_id, unit_id), facts, auditor=auditor)


def stand_back(
    db: Session, study: StudyContext, *, account_id: int, code: str, reason: str
) -> Recusal:
    """Note that an auditor stands back from a case. Raises `Invalid` without a reason or case."""
    if not reason.strip():
        sentence = "Say why, for instance 'knows the participant'."
        raise Invalid(sentence, {"reason": sentence})
    case_id = db.exec(
        select(Case.id).where(Case.study_id == study.id, Case.code_key == code.casefold())
    ).first()
    if case_id is None:
        sentence = f"There is no case {code} in this study."
        raise Invalid(sentence, {"code": sentence})
    if account_id not in {auditor.id for auditor in auditors_of(db, study.id)}:
        sentence = "Choose one of the study's auditors."
        raise Invalid(sentence, {"account": sentence})
    recusal = Recusal(
        study_id=study.id, account_id=account_id, case_id=case_id, reason=reason.strip()
    )
    db.add(recusal)
    db.flush()
    record(
        db,
        study.scene,
        "stand back from a case",
        item=recusal,
        after={"auditor": account_id, "case": case_id, "reason": reason.strip()},
    )
    for unit_id in db.exec(select(Unit.id).where(Unit.case_id == case_id)).all():
        assert unit_id is not None
        _end_assignments(db, study.scene, unit_id, account_id)
    return recusal


def _end_assignments(db: Session, scene: Scene, unit_id: int, account_id: int) -> None:
    for each in _open_assignments(db, unit_id):
        if each.account_id == account_id:
            each.until = now()
            db.add(each)
            db.flush()
            _let_go(db, scene, unit_id, account_id)


@when_team_changes
def _adapt(db: Session, scene: Scene) -> None:
    """Who audits no more is taken off the plan; what they have not returned holds nothing up."""
    auditing = {auditor.id for auditor in auditors_of(db, scene.study_id)}
    gone = db.exec(
        select(AuditAssignment).where(
            AuditAssignment.study_id == scene.study_id,
            col(AuditAssignment.until).is_(None),
            col(AuditAssignment.account_id).not_in(auditing),
        )
    ).all()
    for each in gone:
        if each.unit_id is not None:
            _end_assignments(db, scene, each.unit_id, each.account_id)
    waiting = db.exec(
        select(Unit.id).where(Unit.study_id == scene.study_id, Unit.state == State.RESPONDING)
    ).all()
    for unit_id in waiting:
        assert unit_id is not None
        close_if_done(db, Scene(scene.study_id, None, unit_id), lock_unit(db, unit_id))
