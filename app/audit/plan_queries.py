"""The audit plan as a matrix: which item goes to which auditors, and how far each is."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlmodel import Session, col

from app.accounts.models import Account
from app.accounts.sessions import initials
from app.audit.models import Audit, AuditAssignment, AuditPlan, Recusal
from app.audit.rotation import Assigned, Item, rotate
from app.audit.words import Audited
from app.cases.models import Case
from app.consensus.models import Unit
from app.consensus.queries import Judge, judges_of_units
from app.consensus.rules import State, UnitKind
from app.db import run
from app.domains.models import Domain, DomainKind
from app.studies.guard import StudyContext
from app.studies.models import AuditorKind, Member, Sample


@dataclass(frozen=True)
class Auditor:
    """A member who audits."""

    id: int
    name: str
    is_external: bool

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        return initials(self.name)


@dataclass(frozen=True)
class PlanRow:
    """An item of the plan with its auditors; `is_stored` where they are more than a proposal."""

    unit_id: int
    name: str
    sample: str
    kind: UnitKind
    state: State
    auditors: tuple[int, ...]
    warnings: tuple[str, ...]
    is_stored: bool
    by_hand: bool
    recused: frozenset[int]
    judges: frozenset[int]
    audit_id: int | None

    def mark(self, auditor_id: int) -> str:
        """The word of a cell in the matrix."""
        if auditor_id in self.auditors:
            return "audits"
        if auditor_id in self.judges:
            return "judged it"
        return "stands back" if auditor_id in self.recused else ""


@dataclass(frozen=True)
class PlanView:
    """The matrix, the settings behind it, and how the load is shared."""

    plan: AuditPlan
    auditors: tuple[Auditor, ...]
    rows: tuple[PlanRow, ...]
    recusals: tuple[tuple[int, str, str, str], ...] = field(default=())

    @property
    def loads(self) -> Counter[int]:
        """How many items each auditor has."""
        return Counter(auditor for row in self.rows for auditor in row.auditors)

    @property
    def teams(self) -> list[tuple[str, int]]:
        """How often each combination of auditors comes, by name."""
        names = {auditor.id: auditor.name for auditor in self.auditors}
        together = Counter(
            " and ".join(names.get(each, "who left") for each in row.auditors)
            for row in self.rows
            if len(row.auditors) > 1
        )
        return sorted(together.items())

    @property
    def proposed(self) -> tuple[PlanRow, ...]:
        """Items whose auditors are a proposal as yet."""
        return tuple(row for row in self.rows if not row.is_stored and row.auditors)

    @property
    def ready(self) -> tuple[PlanRow, ...]:
        """Agreed items with auditors that nobody has asked to audit them yet."""
        return tuple(row for row in self.rows if row.is_stored and row.state is State.AGREED)

    @property
    def options(self) -> list[tuple[int, str]]:
        """The auditors for a select."""
        return [(auditor.id, auditor.name) for auditor in self.auditors]

    def names(self, ids: Iterable[int]) -> str:
        """Auditors by name."""
        names = {auditor.id: auditor.name for auditor in self.auditors}
        return " and ".join(names[each] for each in ids if each in names)


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
        col(Unit.case_id),
        col(Case.code),
        col(Domain.title),
        col(Sample.name),
        sa.select(sa.func.max(col(Audit.id)))
        .where(col(Audit.unit_id) == col(Unit.id))
        .correlate(Unit)
        .scalar_subquery(),
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
ASSIGNED = (
    sa.select(
        col(AuditAssignment.unit_id), col(AuditAssignment.account_id), col(AuditAssignment.by_hand)
    )
    .where(
        col(AuditAssignment.study_id) == sa.bindparam("study"),
        col(AuditAssignment.unit_id).is_not(None),
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


def assigned_to(db: Session, study_id: int) -> dict[int, tuple[tuple[int, ...], bool]]:
    """For each unit with auditors: who, and whether the PI chose them by hand."""
    found: dict[int, tuple[tuple[int, ...], bool]] = {}
    for unit_id, account_id, by_hand in run(db, ASSIGNED, {"study": study_id}):
        team, was_by_hand = found.get(unit_id, ((), False))
        found[unit_id] = ((*team, account_id), was_by_hand or by_hand)
    return found


def plan_view(db: Session, study: StudyContext, plan: AuditPlan) -> PlanView:
    """The matrix: what is stored, and for everything else what the rotation proposes."""
    auditors = auditors_of(db, study.id)
    units = run(db, UNITS_OF_STUDY, {"study": study.id}).all()
    judges = judges_of_units(db, [unit[0] for unit in units])
    recusals = run(db, RECUSED, {"study": study.id}).all()
    recused: dict[int, set[int]] = {}
    for _, account_id, case_id, *_ in recusals:
        recused.setdefault(case_id, set()).add(account_id)
    stored = assigned_to(db, study.id)
    wanted = _wanted(plan, units)
    items = [
        Item(
            unit_id,
            _ids(judges[unit_id]) | frozenset(recused.get(case_id, ())),
            wants_external=kind == UnitKind.CROSS_ANALYSIS,
        )
        for unit_id, kind, _, case_id, *_ in units
        if unit_id in wanted or unit_id in stored
    ]
    proposed = rotate(
        items,
        [auditor.id for auditor in auditors],
        k=plan.auditors_an_item,
        seed=plan.seed,
        external=frozenset(auditor.id for auditor in auditors if auditor.is_external),
        kept={unit_id: team for unit_id, (team, _) in stored.items()},
    )
    rows = []
    for unit_id, kind, state, case_id, code, title, sample, audit_id in units:
        if unit_id not in proposed:
            continue
        assigned: Assigned = proposed[unit_id]
        rows.append(
            PlanRow(
                unit_id,
                code or title,
                sample,
                UnitKind(kind),
                State(state),
                assigned.auditors,
                assigned.warnings,
                unit_id in stored,
                stored.get(unit_id, ((), False))[1],
                frozenset(recused.get(case_id, ())),
                _ids(judges[unit_id]),
                audit_id,
            )
        )
    told = tuple((row[0], row[3], row[4], row[5]) for row in recusals)
    return PlanView(plan, auditors, tuple(rows), told)


def _ids(judges: Iterable[Judge]) -> frozenset[int]:
    return frozenset(judge.id for judge in judges)


def _wanted(plan: AuditPlan, units: Iterable[sa.Row]) -> set[int]:
    """The units that the plan sends to auditors."""
    found: set[int] = set()
    seen: dict[str, int] = {}
    for unit_id, kind, _, _, code, _, sample, _ in units:
        if kind == UnitKind.CROSS_ANALYSIS:
            if plan.boards is not Audited.NONE:
                found.add(unit_id)
            continue
        assert code is not None
        seen[sample] = seen.get(sample, 0) + 1
        if plan.cases is Audited.NONE:
            continue
        if plan.cases is not Audited.FIRST or seen[sample] <= plan.first_cases:
            found.add(unit_id)
    return found
