"""`in_audit(Action)`: the guard of everything under an audit."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from fastapi import Request
from sqlmodel import Session, col

from app.accounts.sessions import SignedIn
from app.audit.models import Audit
from app.audit.queries import RoundFacts, rounds_of
from app.cases.models import Case
from app.consensus.models import Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER, UNIT_COLUMNS, UnitFacts, unit_facts
from app.consensus.rules import State, UnitKind
from app.db import Db, run
from app.domains.models import Domain
from app.errors import NotFound
from app.permissions import AUDITORS, Action, Actor, Refused, Role, decide
from app.studies.guard import Id, SampleName, StudyContext, check, enter
from app.trail.service import Scene


@dataclass(frozen=True)
class AuditContext:
    """Somebody at the audit of a unit: its rounds, and their part in them if they audit it."""

    study: StudyContext
    sample: SampleName
    id: int
    code: str | None
    domain_id: int | None
    title: str | None
    unit: UnitFacts
    rounds: tuple[RoundFacts, ...]

    @property
    def name(self) -> str:
        """What is audited, in a sentence: 'P07' or 'the board of Consequences'."""
        return self.code or f"the board of {self.title}"

    @property
    def round(self) -> RoundFacts:
        """The newest round."""
        return self.rounds[-1]

    @property
    def is_auditor(self) -> bool:
        """Was this person asked to audit it, in any round?"""
        me = self.study.me.id
        return any(round_.part_of(me) for round_ in self.rounds)

    @property
    def scene(self) -> Scene:
        """For `trail.record`."""
        return Scene(self.study.id, self.study.me.id, self.unit.id, None)

    @property
    def actor(self) -> Actor:
        """For the permission table."""
        return Actor(
            self.study.roles,
            judges_unit=self.unit.is_judge(self.study.me.id),
            audits_item=self.is_auditor,
            unit_agreed=self.unit.is_agreed,
        )

    @property
    def url(self) -> str:
        """The address of the audit; its actions hang below it."""
        return f"/studies/{self.study.id}/audits/{self.id}"

    @property
    def unit_url(self) -> str:
        """Where the team works on the unit."""
        sample = f"/studies/{self.study.id}/samples/{self.sample.id}"
        if self.unit.kind is UnitKind.CASE:
            return f"{sample}/cases/{self.code}"
        return f"{sample}/domains/{self.domain_id}/cross-analysis"

    def can(self, action: Action) -> bool:
        """May this person do it to this audit, as far as roles go?"""
        return not isinstance(decide(self.actor, action), Refused)

    @property
    def may_comment(self) -> bool:
        """Is this person's own audit of the newest round still to be returned?"""
        part = self.round.part_of(self.study.me.id)
        return self.unit.state is State.IN_AUDIT and part is not None and not part.is_returned

    @property
    def may_respond(self) -> bool:
        """Is it with the team, and is this person one of its judges?"""
        return self.can(Action.RESPOND) and self.unit.state is State.RESPONDING


AUDITED = (
    sa.select(
        col(Audit.id).label("audit_id"),
        col(Case.code).label("code"),
        col(Unit.domain_id).label("domain_id"),
        col(Domain.title).label("title"),
        *UNIT_COLUMNS,
    )
    .select_from(Audit)
    .join(Unit, col(Unit.id) == col(Audit.unit_id))
    .join(Layer, CONSENSUS_LAYER)
    .join(Case, col(Case.id) == col(Unit.case_id), isouter=True)
    .join(Domain, col(Domain.id) == col(Unit.domain_id), isouter=True)
    .where(col(Audit.id) == sa.bindparam("audit"), col(Audit.study_id) == sa.bindparam("study"))
)


def load_audit(db: Session, study: StudyContext, audit_id: int) -> AuditContext:
    """An audit of this study.

    Raises `NotFound` also for an auditor who was not asked: of an audit that is not theirs they
    learn nothing, not even that there is one.
    """
    row = run(db, AUDITED, {"audit": audit_id, "study": study.id}).mappings().first()
    context = None
    if row is not None:
        facts = dict(row)
        id_, code, domain_id, title = (
            facts.pop(name) for name in ("audit_id", "code", "domain_id", "title")
        )
        context = AuditContext(
            study,
            study.sample(facts["sample_id"]),
            id_,
            code,
            domain_id,
            title,
            unit_facts(db, facts),
            rounds_of(db, id_),
        )
    only_audits = not study.roles & {Role.PI, Role.JUDGE} and bool(study.roles & AUDITORS)
    if context is None or (only_audits and not context.is_auditor):
        raise NotFound("There is no such audit in this study.")
    return context


def in_audit(action: Action) -> Callable[..., Any]:
    """A dependency: the audit context of somebody who may do `action` to it, else 404 or 403."""

    def guard(request: Request, db: Db, me: SignedIn, study: Id, audit: Id) -> AuditContext:
        context = load_audit(db, enter(request, db, me, study), audit)
        check(context.actor, action)
        return context

    guard.action = action  # type: ignore[attr-defined]
    return guard
