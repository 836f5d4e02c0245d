"""The audit plan as it is read: items, auditors, what is stored, what the rotation proposes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from app.accounts.models import Account
from app.audit.due import Due, ItemKey, batches, due, due_step, waits_for, wanted_cases
from app.audit.models import Audit, AuditAssignment, AuditPlan, AuditRound, Recusal
from app.audit.plan_matrix import Auditor, PlanRow, PlanView
from app.audit.queries import judges_of_study
from app.audit.rotation import Assigned, Item, rotate
from app.audit.words import Audited, Kind
from app.cases.models import Case
from app.consensus.models import Unit
from app.consensus.queries import Judge, judges_of_units
from app.consensus.rules import State, Step, UnitKind
from app.db import now, run
from app.domains.models import Domain, DomainKind
from app.studies.guard import StudyContext
from app.studies.models import AuditorKind, Member, Sample

AUDITORS_OF_STUDY = (
    sa.select(col(Account.id), col(Account.name), col(Member.auditor))
    .join(Member, col(Member.account_id) == col(Account.id))
    .where(
        col(Member.study_id) == sa.bindparam("study"),
        col(Member.left_at).is_(None),
        col(Member.auditor).is_not(None),
        col(Account.disabled_at).is_(None),
    )
    .order_by(col(Account.name), col(Account.id))
)
UNITS_OF_STUDY = (
    sa.select(
        col(Unit.id),
        col(Unit.kind),
        col(Unit.state),
        col(Unit.step),
        col(Unit.case_id),
        sa.func.coalesce(col(Case.code), col(Domain.title)),
        col(Sample.name),
    )
    .join(Sample, col(Sample.id) == col(Unit.sample_id))
    .join(Case, col(Case.id) == col(Unit.case_id), isouter=True)
    .join(Domain, col(Domain.id) == col(Unit.domain_id), isouter=True)
    .where(
        col(Unit.study_id) == sa.bindparam("study"),
        sa.or_(col(Unit.domain_id).is_(None), col(Domain.kind) == DomainKind.ANALYTIC),
    )
    .order_by(col(Sample.position), col(Unit.kind), col(Case.code_key), col(Domain.position))
)
LISTS_OF_STUDY = (
    sa.select(col(Sample.id), col(Sample.name))
    .where(
        col(Sample.study_id) == sa.bindparam("study"),
        sa.exists().where(col(Domain.sample_id) == col(Sample.id)).correlate(Sample),
    )
    .order_by(col(Sample.position), col(Sample.id))
)
AUDITED = (
    sa.select(
        col(Audit.id),
        col(Audit.unit_id),
        col(Audit.sample_id),
        col(Audit.state),
        col(AuditRound.step),
        col(AuditRound.closed_at).is_not(None),
        col(AuditRound.requested_at),
    )
    .join(AuditRound, col(AuditRound.audit_id) == col(Audit.id))
    .where(col(Audit.study_id) == sa.bindparam("study"))
    .order_by(col(Audit.id), col(AuditRound.number))
)
ASSIGNED = (
    sa.select(
        col(AuditAssignment.unit_id),
        col(AuditAssignment.sample_id),
        col(AuditAssignment.account_id),
        col(AuditAssignment.by_hand),
    )
    .where(
        col(AuditAssignment.study_id) == sa.bindparam("study"),
        col(AuditAssignment.until).is_(None),
    )
    .order_by(col(AuditAssignment.account_id))
)
RECUSED = (
    sa.select(
        col(Recusal.id),
        col(Recusal.account_id),
        col(Recusal.case_id),
        col(Case.code),
        col(Account.name),
        col(Recusal.reason),
    )
    .join(Case, col(Case.id) == col(Recusal.case_id))
    .join(Account, col(Account.id) == col(Recusal.account_id))
    .where(col(Recusal.study_id) == sa.bindparam("study"), col(Recusal.ended_at).is_(None))
    .order_by(col(Case.code_key), col(Account.name))
)


def auditors_of(db: Session, study_id: int) -> tuple[Auditor, ...]:
    """Who audits in this study now, by name."""
    rows = run(db, AUDITORS_OF_STUDY, {"study": study_id})
    return tuple(Auditor(id_, name, kind == AuditorKind.EXTERNAL) for id_, name, kind in rows)


def assigned_to(db: Session, study_id: int) -> dict[ItemKey, tuple[tuple[int, ...], bool]]:
    """For each item with auditors: who, and whether the PI chose them by hand."""
    found: dict[ItemKey, tuple[tuple[int, ...], bool]] = {}
    for unit_id, sample_id, account_id, by_hand in run(db, ASSIGNED, {"study": study_id}):
        key = ItemKey(unit_id, sample_id)
        team, was_by_hand = found.get(key, ((), False))
        found[key] = ((*team, account_id), was_by_hand or by_hand)
    return found


@dataclass
class _Audited:
    """The newest audit of an item, and what closed rounds of all of them were about."""

    id: int = 0
    state: State | None = None
    newest: tuple[Step, ...] = ()
    ever: tuple[Step, ...] = ()
    asked: datetime | None = None


def _audited(db: Session, study_id: int) -> dict[ItemKey, _Audited]:
    found: dict[ItemKey, _Audited] = {}
    for audit_id, unit_id, sample_id, state, step, is_closed, asked in run(
        db, AUDITED, {"study": study_id}
    ):
        about = found.setdefault(ItemKey(unit_id, sample_id), _Audited())
        if about.id != audit_id:
            about.id, about.state, about.newest = audit_id, state, ()
        about.asked = asked
        if is_closed:
            about.newest, about.ever = (*about.newest, step), (*about.ever, step)
    return found


@dataclass(frozen=True)
class _Listed:
    """An item of the study before anybody is assigned to it."""

    key: ItemKey
    kind: Kind
    name: str
    sample: str
    state: State | None
    step: Step
    case_id: int | None
    judges: frozenset[int]


def _items(db: Session, study_id: int, audited: Mapping[ItemKey, _Audited]) -> list[_Listed]:
    """The lists first, since their audit comes first; then cases and boards by sample."""
    units = run(db, UNITS_OF_STUDY, {"study": study_id}).all()
    judges = judges_of_units(db, [unit[0] for unit in units])
    everyone = _ids(judges_of_study(db, study_id))
    found = []
    for sample_id, sample in run(db, LISTS_OF_STUDY, {"study": study_id}):
        key = ItemKey(sample_id=sample_id)
        state = audited.get(key, _Audited()).state
        found.append(
            _Listed(key, Kind.DOMAIN_LIST, "Domain list", sample, state, Step.BOTH, None, everyone)
        )
    for unit_id, kind, state, step, case_id, name, sample in units:
        found.append(
            _Listed(
                ItemKey(unit_id),
                Kind.CASE if kind == UnitKind.CASE else Kind.BOARD,
                name,
                sample,
                State(state),
                Step(step),
                case_id,
                _ids(judges[unit_id]),
            )
        )
    return found


def plan_view(db: Session, study: StudyContext, plan: AuditPlan) -> PlanView:
    """The matrix: what is stored, and for everything else what the rotation proposes."""
    auditors = auditors_of(db, study.id)
    audited = _audited(db, study.id)
    items = _items(db, study.id, audited)
    recusals = run(db, RECUSED, {"study": study.id}).all()
    recused: dict[int | None, frozenset[int]] = {}
    for _, account_id, case_id, *_ in recusals:
        recused[case_id] = recused.get(case_id, frozenset()) | {account_id}
    stored = assigned_to(db, study.id)
    wanted = _wanted(plan, items)
    planned = [item for item in items if item.key in wanted or item.key in stored]
    proposed = rotate(
        [
            Item(
                item.key.number,
                item.judges | recused.get(item.case_id, frozenset()),
                wants_external=item.kind is Kind.BOARD,
                kind=item.kind,
            )
            for item in planned
        ],
        [auditor.id for auditor in auditors],
        k=plan.auditors_an_item,
        seed=plan.seed,
        external=frozenset(auditor.id for auditor in auditors if auditor.is_external),
        kept={key.number: team for key, (team, _) in stored.items()},
        filled={item.key.number for item in planned if _is_filled_up(item, stored)},
    )
    in_batches = _in_batches(plan, items)
    rows, at = [], now()
    for item in planned:
        assigned: Assigned = proposed[item.key.number]
        team, by_hand = stored.get(item.key, ((), False))
        about = audited.get(item.key, _Audited())
        next_part = _due(plan, item, about)
        number, batch = in_batches.get(item.key, (0, ()))
        rows.append(
            PlanRow(
                item.key,
                item.name,
                item.sample,
                item.kind,
                item.state,
                assigned.auditors,
                assigned.warnings,
                frozenset(team),
                by_hand,
                recused.get(item.case_id, frozenset()),
                item.judges,
                about.id or None,
                item.step,
                next_part,
                number,
                _waits(batch, next_part),
                until=_until(plan, item, about, at),
            )
        )
    told = tuple((row[0], row[3], row[4], row[5]) for row in recusals)
    return PlanView(plan, auditors, tuple(rows), told)


def _ids(judges: Iterable[Judge]) -> frozenset[int]:
    return frozenset(judge.id for judge in judges)


def _is_filled_up(item: _Listed, stored: Mapping[ItemKey, tuple[tuple[int, ...], bool]]) -> bool:
    """Whom the PI chose stays as it is, and so does an audit that auditors were asked for."""
    if item.key not in stored or stored[item.key][1]:
        return False
    return item.state not in (State.IN_AUDIT, State.RESPONDING, State.CLOSED)


def _by_sample(items: Iterable[_Listed]) -> dict[str, list[_Listed]]:
    found: dict[str, list[_Listed]] = {}
    for item in items:
        if item.kind is Kind.CASE:
            found.setdefault(item.sample, []).append(item)
    return found


def _wanted(plan: AuditPlan, items: Sequence[_Listed]) -> set[ItemKey]:
    """The items that the plan sends to auditors."""
    found = set()
    for cases in _by_sample(items).values():
        numbers = [case.key.number for case in cases]
        wanted = set(wanted_cases(numbers, plan.cases, plan.first_cases))
        found |= {case.key for case in cases if case.key.number in wanted}
    for item in items:
        is_board = item.kind is Kind.BOARD and plan.boards is not Audited.NONE
        if is_board or (item.kind is Kind.DOMAIN_LIST and plan.domain_lists):
            found.add(item.key)
    return found


def _in_batches(
    plan: AuditPlan, items: Sequence[_Listed]
) -> dict[ItemKey, tuple[int, tuple[_Listed, ...]]]:
    """For each case that goes to the auditors in a batch: which, and the cases of it."""
    if plan.cases is not Audited.BATCHES:
        return {}
    found = {}
    for cases in _by_sample(items).values():
        by_number = {case.key.number: case for case in cases}
        for number, batch in enumerate(batches(list(by_number), plan.batch), 1):
            together = tuple(by_number[each] for each in batch)
            found.update({case.key: (number, together) for case in together})
    return found


def _due(plan: AuditPlan, item: _Listed, about: _Audited) -> Step | None:
    if item.kind is Kind.DOMAIN_LIST:
        return None if about.id else Step.BOTH
    assert item.state is not None
    closed = about.ever if item.step is Step.CORE_IDEAS else about.newest
    is_apart = plan.is_apart and item.kind is Kind.CASE
    return due_step(item.state, item.step, closed, is_apart=is_apart)


def _until(plan: AuditPlan, item: _Listed, about: _Audited, at: datetime) -> Due | None:
    if item.state is not State.IN_AUDIT or about.asked is None:
        return None
    return due(about.asked, plan.days, at)


def _waits(batch: Sequence[_Listed], due: Step | None) -> tuple[str, ...]:
    if due is None or not batch:
        return ()
    states = {case.key.number: (case.state, case.step) for case in batch if case.state is not None}
    late = set(waits_for(list(states), states, due))
    return tuple(case.name for case in batch if case.key.number in late)
