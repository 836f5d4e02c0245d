"""What a PI can send to the auditors now, and what nobody is assigned to yet."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.accounts.models import Account
from app.audit.due import batches, due_step, waits_for, wanted_cases
from app.audit.models import Audit, AuditAssignment, AuditPlan, AuditRound
from app.audit.words import Audited
from app.cases.models import Case
from app.consensus.models import Unit
from app.consensus.rules import State, Step, UnitKind
from app.db import run
from app.domains.models import Domain, DomainKind
from app.home.waiting import ONE_BY_ONE, Task
from app.home.words import some
from app.studies.models import Member, Sample
from app.web.templating import plural

_HAS_AUDITORS = (
    sa.exists()
    .where(
        col(Member.study_id) == col(Sample.study_id),
        col(Member.auditor).is_not(None),
        col(Member.left_at).is_(None),
        col(Account.id) == col(Member.account_id),
        col(Account.disabled_at).is_(None),
    )
    .correlate(Sample)
)


def _is_assigned(where: sa.ColumnElement[bool], around: Any) -> sa.ColumnElement[bool]:
    open_ones = sa.exists().where(where, col(AuditAssignment.until).is_(None))
    return open_ones.correlate(around).label("is_assigned")


_PLAN = (
    col(AuditPlan.cases),
    col(AuditPlan.first_cases),
    col(AuditPlan.batch),
    col(AuditPlan.boards),
    col(AuditPlan.domain_lists),
    col(AuditPlan.is_apart),
    col(AuditPlan.is_used),
)
UNITS = (
    sa.select(
        col(Sample.study_id),
        col(Unit.sample_id),
        col(Unit.id),
        col(Unit.kind),
        col(Unit.state),
        col(Unit.step),
        sa.func.coalesce(col(Case.code), col(Domain.title)).label("name"),
        _is_assigned(col(AuditAssignment.unit_id) == col(Unit.id), Unit),
        *_PLAN,
    )
    .select_from(Unit)
    .join(Sample, col(Sample.id) == col(Unit.sample_id))
    .join(Case, col(Case.id) == col(Unit.case_id), isouter=True)
    .join(Domain, col(Domain.id) == col(Unit.domain_id), isouter=True)
    .join(AuditPlan, col(AuditPlan.study_id) == col(Unit.study_id), isouter=True)
    .where(
        col(Unit.study_id).in_(sa.bindparam("studies", expanding=True)),
        sa.or_(col(Unit.domain_id).is_(None), col(Domain.kind) == DomainKind.ANALYTIC),
        _HAS_AUDITORS,
    )
    .order_by(col(Sample.position), col(Unit.kind), col(Case.code_key), col(Domain.position))
)
LISTS = (
    sa.select(
        col(Sample.study_id),
        col(Sample.name),
        _is_assigned(col(AuditAssignment.sample_id) == col(Sample.id), Sample),
    )
    .join(AuditPlan, col(AuditPlan.study_id) == col(Sample.study_id))
    .where(
        col(Sample.study_id).in_(sa.bindparam("studies", expanding=True)),
        col(AuditPlan.domain_lists),
        sa.exists().where(col(Domain.sample_id) == col(Sample.id)).correlate(Sample),
        ~sa.exists().where(col(Audit.sample_id) == col(Sample.id)).correlate(Sample),
        _HAS_AUDITORS,
    )
    .order_by(col(Sample.position), col(Sample.id))
)
ABOUT = (
    sa.select(col(Audit.unit_id), col(Audit.id), col(AuditRound.step))
    .join(AuditRound, col(AuditRound.audit_id) == col(Audit.id))
    .where(
        col(Audit.study_id).in_(sa.bindparam("studies", expanding=True)),
        col(Audit.unit_id).is_not(None),
        col(AuditRound.closed_at).is_not(None),
    )
    .order_by(col(Audit.id), col(AuditRound.number))
)


@dataclass
class _Found:
    """Of one study: what can be sent, and how many items have nobody."""

    is_planned: bool = False
    ready: list[str] = field(default_factory=list)
    without: int = 0

    def note(self, name: str, *, is_assigned: bool) -> None:
        """An item that could go to its auditors now."""
        if is_assigned:
            self.ready.append(name)
        else:
            self.without += 1


def to_send(db: Session, leading: Collection[int]) -> Iterator[Task]:
    """For a PI of these studies, in three statements; where nobody audits there is nothing."""
    studies = {"studies": list(leading)}
    units = run(db, UNITS, studies).all()
    about: dict[int, dict[int, list[Step]]] = {}
    for unit_id, audit_id, step in run(db, ABOUT, studies):
        about.setdefault(unit_id, {}).setdefault(audit_id, []).append(step)
    found: dict[int, _Found] = {}
    by_sample: dict[int, list[Any]] = {}
    for row in units:
        by_sample.setdefault(row.sample_id, []).append(row)
        found.setdefault(row.study_id, _Found(bool(row.is_used)))
    for rows in by_sample.values():
        for row in _due_now(rows, about):
            found[row.study_id].note(row.name, is_assigned=row.is_assigned)
    for study_id, sample, is_assigned in run(db, LISTS, studies):
        name = f"the domain list of “{sample}”"
        found.setdefault(study_id, _Found(True)).note(name, is_assigned=is_assigned)
    for study_id, each in found.items():
        yield from _told(study_id, each)


def _told(study_id: int, found: _Found) -> Iterator[Task]:
    url = f"/studies/{study_id}/audits/plan"
    if found.ready:
        names, many = some(found.ready), f"{len(found.ready)} items"
        what = many if len(found.ready) > ONE_BY_ONE else names
        note = f"not sent yet: {names}" if what is many else "not sent yet"
        yield Task(study_id, f"Send {what} to the auditors", note, f"{url}#ready")
    if found.without:
        text = "Assign auditors" if found.is_planned else "Plan the audits"
        count = plural(found.without, "item has", "items have")
        yield Task(study_id, text, f"{count} no auditors, and could be audited now", url)


def _due_now(rows: Sequence[Any], about: dict[int, dict[int, list[Step]]]) -> Iterator[Any]:
    """Of a sample's units those that the plan sends next, as the plan's page has them."""
    cases = [row for row in rows if row.kind == UnitKind.CASE]
    which = Audited(rows[0].cases or Audited.ALL)
    wanted = set(wanted_cases([case.id for case in cases], which, rows[0].first_cases or 0))
    late = _late(cases, about) if which is Audited.BATCHES else {}
    for row in rows:
        is_case = row.kind == UnitKind.CASE
        is_meant = row.id in wanted if is_case else row.boards != Audited.NONE
        due = _due(row, about)
        if due is not None and (is_meant or row.is_assigned) and not late.get(row.id):
            yield row


def _due(row: Any, about: dict[int, dict[int, list[Step]]]) -> Step | None:
    audits = list(about.get(row.id, {}).values())
    ever = [step for steps in audits for step in steps]
    closed = ever if row.step == Step.CORE_IDEAS else (audits[-1] if audits else [])
    is_apart = bool(row.is_apart) and row.kind == UnitKind.CASE
    return due_step(State(row.state), Step(row.step), closed, is_apart=is_apart)


def _late(cases: Sequence[Any], about: dict[int, dict[int, list[Step]]]) -> dict[int, bool]:
    """For each case: does it wait for another of its batch?"""
    by_id = {case.id: case for case in cases}
    found = {}
    for batch in batches(list(by_id), by_id[next(iter(by_id))].batch) if by_id else ():
        states = {each: (State(by_id[each].state), Step(by_id[each].step)) for each in batch}
        for each in batch:
            due = _due(by_id[each], about)
            found[each] = due is not None and bool(waits_for(batch, states, due))
    return found
