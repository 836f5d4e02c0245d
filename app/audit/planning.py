"""The PI plans the audits: how many auditors, which items, who: by draw, by hand with a reason."""

import secrets
from collections.abc import Collection

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.audit.due import MOST_DAYS, USUAL_DAYS, ItemKey
from app.audit.models import Audit, AuditAssignment, AuditPlan, AuditReturn, Recusal
from app.audit.moving import hold
from app.audit.plan_matrix import PlanView
from app.audit.plan_queries import auditors_of, plan_view
from app.audit.queries import judges_of_study, open_audit
from app.audit.service import close_if_done, let_go, lock_round
from app.audit.words import Audited
from app.cases.models import Case
from app.consensus.assignments import named_unit
from app.consensus.models import Unit
from app.consensus.queries import judges_of_units
from app.consensus.rules import State
from app.consensus.service import lock_unit
from app.db import now, run
from app.errors import Invalid, NotFound, StaleEdit
from app.studies.guard import StudyContext
from app.studies.members import before_team_changes, when_team_changes
from app.studies.models import Sample, Study
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
    domain_lists: bool,
    is_apart: bool,
    shows_names: bool,
    version: int,
    days: int = USUAL_DAYS,
) -> None:
    """Save how the study audits. Who is assigned already stays; more may be proposed beside them.

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
    if not 1 <= days <= MOST_DAYS:
        sentence = f"An auditor has between 1 and {MOST_DAYS} days; {USUAL_DAYS} are usual."
        raise Invalid(sentence, {"days": sentence})
    plan = _stored_plan(db, study.id)
    before = _values(plan)
    plan.auditors_an_item, plan.cases, plan.boards = auditors_an_item, cases, boards
    plan.first_cases = first_cases if cases is Audited.FIRST else 0
    plan.batch = batch if cases is Audited.BATCHES else 0
    plan.domain_lists, plan.is_apart, plan.shows_names = domain_lists, is_apart, shows_names
    plan.days = days
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
        "lists": plan.domain_lists,
        "apart": plan.is_apart,
        "names": plan.shows_names,
        "days": plan.days,
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
        for auditor in row.added:
            _assign(db, study, row.key, auditor, by_hand=False)
        # All who were asked have gone meanwhile: those who come are asked in their place.
        if row.audit_id is not None and _is_read(db, row.audit_id):
            _ask_also(db, row.audit_id, row.added)
    plan.is_used = True
    db.add(plan)
    db.flush()
    if view.proposed:
        after = {row.key.word: list(row.added) for row in view.proposed}
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
    return [f"{row.key.word}:{'-'.join(map(str, row.added))}" for row in view.proposed]


def _assign(
    db: Session, study: StudyContext, key: ItemKey, account_id: int, *, by_hand: bool
) -> None:
    db.add(
        AuditAssignment(
            study_id=study.id,
            unit_id=key.unit_id,
            sample_id=key.sample_id,
            account_id=account_id,
            by_hand=by_hand,
        )
    )


def choose_auditors(
    db: Session, study: StudyContext, *, key: ItemKey, auditors: Collection[int], reason: str
) -> None:
    """Put other auditors on an item by hand. Raises `Invalid` without a reason or without anybody,
    or where somebody would audit what they judged, stand back from, or does not audit here.

    In an audit under way who goes is let go, and who comes is asked as well.
    """
    if not reason.strip():
        sentence = "Say why the rotation is changed here; it is kept in the trail."
        raise Invalid(sentence, {"reason": sentence})
    chosen = list(dict.fromkeys(auditors))
    row = _row(db, study, key)
    _check_may_audit(db, study, key, chosen)
    audit = open_audit(db, key)
    is_read = audit is not None and audit.id is not None and _is_read(db, audit.id)
    before = _open_assignments(db, key)
    leaving = [each for each in before if each.account_id not in chosen]
    for each in before:
        each.by_hand = True
        each.until = now() if each in leaving else None
        db.add(each)
    present = {each.account_id for each in before}
    for auditor in chosen:
        if auditor not in present:
            _assign(db, study, key, auditor, by_hand=True)
    db.flush()
    scene = Scene(study.id, study.me.id, key.unit_id)
    unit = named_unit(db, study, key.unit_id) if key.unit_id is not None else None
    noted = {"auditors": sorted(chosen), "reason": reason.strip()}
    # Not under the unit while it is only planned: an untouched board can still go with its domain.
    record(
        db,
        scene if unit is None or unit.is_begun else study.scene,
        "choose auditors by hand",
        item=row,
        before={"auditors": sorted(present)},
        after=noted | ({"unit": unit.what} if unit else {}),
    )
    if is_read and audit is not None and audit.id is not None:
        _ask_also(db, audit.id, [auditor for auditor in chosen if auditor not in present])
        for each in leaving:
            let_go(db, scene, audit_id=audit.id, auditor=each.account_id)


def _is_read(db: Session, audit_id: int) -> bool:
    """Is it with its auditors? Its row is taken."""
    return hold(db, audit_id)[1].state is State.IN_AUDIT


def _row(db: Session, study: StudyContext, key: ItemKey) -> Unit | Sample:
    """The unit, taken, or the sample whose list it is. Raises `NotFound`."""
    if key.unit_id is not None:
        unit = db.get(Unit, key.unit_id)
        if unit is not None and unit.study_id == study.id:
            return lock_unit(db, key.unit_id)
    sample = db.get(Sample, key.sample_id) if key.sample_id is not None else None
    if sample is None or sample.study_id != study.id:
        raise NotFound("There is no such item in this study's audit plan.")
    return sample


def _check_may_audit(
    db: Session, study: StudyContext, key: ItemKey, chosen: Collection[int]
) -> None:
    if not chosen:
        sentence = "Choose at least one auditor."
        raise Invalid(sentence, {"auditors": sentence})
    names = {auditor.id: auditor.name for auditor in auditors_of(db, study.id)}
    if key.unit_id is not None:
        judges = judges_of_units(db, [key.unit_id])[key.unit_id]
    else:
        judges = judges_of_study(db, study.id)
    recused = set(
        db.exec(
            select(Recusal.account_id)
            .join(Unit, col(Unit.case_id) == col(Recusal.case_id))
            .where(Unit.id == key.unit_id, col(Recusal.ended_at).is_(None))
        )
    )
    for auditor in chosen:
        sentence = ""
        if auditor not in names:
            sentence = "One of those you chose does not audit in this study (any more)."
        elif auditor in {judge.id for judge in judges}:
            sentence = f"{names[auditor]} judged it, and nobody audits what they judged."
        elif auditor in recused:
            sentence = f"{names[auditor]} stands back from this case."
        if sentence:
            raise Invalid(sentence, {"auditors": sentence})


def _open_assignments(db: Session, key: ItemKey) -> list[AuditAssignment]:
    return list(
        db.exec(
            select(AuditAssignment).where(
                AuditAssignment.unit_id == key.unit_id,
                AuditAssignment.sample_id == key.sample_id,
                col(AuditAssignment.until).is_(None),
            )
        )
    )


def _ask_also(db: Session, audit_id: int, auditors: Collection[int]) -> None:
    round_id = lock_round(db, audit_id).id
    assert round_id is not None
    asked = db.exec(select(AuditReturn.account_id).where(AuditReturn.round_id == round_id)).all()
    db.add_all(
        AuditReturn(round_id=round_id, account_id=auditor)
        for auditor in auditors
        if auditor not in asked
    )
    db.flush()


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
    units = db.exec(select(Unit.id).where(Unit.case_id == case_id).order_by(col(Unit.id))).all()
    for unit_id in units:
        assert unit_id is not None
        lock_unit(db, unit_id)
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
    for unit_id in units:
        _end_assignments(db, study.scene, ItemKey(unit_id), account_id)
    return recusal


def _end_assignments(db: Session, scene: Scene, key: ItemKey, account_id: int) -> None:
    audit = open_audit(db, key)
    for each in _open_assignments(db, key):
        if each.account_id == account_id:
            each.until = now()
            db.add(each)
            db.flush()
            if audit is not None and audit.id is not None:
                on_item = Scene(scene.study_id, scene.account_id, key.unit_id)
                let_go(db, on_item, audit_id=audit.id, auditor=account_id)


@before_team_changes
def _take_lists(db: Session, study_id: int) -> None:
    """The audits of domain lists, which have no unit whose row is taken."""
    run(
        db,
        sa.select(col(Audit.id))
        .where(
            col(Audit.study_id) == study_id,
            col(Audit.sample_id).is_not(None),
            col(Audit.closed_at).is_(None),
        )
        .order_by(col(Audit.id))
        .with_for_update(key_share=True),
    )


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
        key = ItemKey(each.unit_id, each.sample_id)
        _end_assignments(db, scene, key, each.account_id)
    for audit_id, unit_id in run(
        db,
        sa.select(col(Audit.id), col(Audit.unit_id))
        .join(Unit, col(Unit.id) == col(Audit.unit_id), isouter=True)
        .where(
            col(Audit.study_id) == scene.study_id,
            col(Audit.closed_at).is_(None),
            sa.func.coalesce(col(Unit.state), col(Audit.state)) == State.RESPONDING,
        )
        .order_by(col(Unit.kind), col(Audit.unit_id)),
    ).all():
        close_if_done(db, Scene(scene.study_id, None, unit_id), audit_id)
