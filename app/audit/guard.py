"""`in_audit(Action)`: the guard of everything under an audit."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from fastapi import Request
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.accounts.sessions import SignedIn
from app.audit.kinds import AuditedBoard, AuditedCase, AuditedItem, AuditedList
from app.audit.models import Audit
from app.audit.queries import RoundFacts, judges_of_study, rounds_of
from app.audit.words import Kind, Suggestion
from app.cases.models import Case
from app.consensus.models import Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER, UNIT_COLUMNS, unit_facts
from app.consensus.rules import State
from app.db import Db, run
from app.domains.models import Domain
from app.errors import NotFound
from app.permissions import AUDITORS, Action, Actor, Refused, Role, decide
from app.studies.guard import Id, SampleName, StudyContext, check, enter
from app.trail.service import Scene


@dataclass(frozen=True)
class AuditContext:
    """Somebody at an audit: what it is of, its rounds, and their part in them if they audit it."""

    study: StudyContext
    sample: SampleName
    id: int
    item: AuditedItem
    rounds: tuple[RoundFacts, ...]
    is_over: bool = False
    """Did a reopening end it? Whatever becomes of the unit then is no part of this audit."""

    @property
    def name(self) -> str:
        """What is audited, in a sentence: 'P07' or 'the board of Consequences'."""
        return self.item.name

    @property
    def kind(self) -> Kind:
        """Whether it is a case, a board or a domain list."""
        return self.item.kind

    @property
    def state(self) -> State:
        """How far it is."""
        return State.CLOSED if self.is_over else self.item.state

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
        return self.item.scene(self.study.id, self.study.me.id)

    @property
    def actor(self) -> Actor:
        """For the permission table."""
        return Actor(
            self.study.roles,
            judges_unit=any(judge.id == self.study.me.id for judge in self.item.judges),
            audits_item=self.is_auditor,
            unit_agreed=self.item.is_agreed,
        )

    @property
    def url(self) -> str:
        """The address of the audit; its actions hang below it."""
        return f"/studies/{self.study.id}/audits/{self.id}"

    @property
    def team_url(self) -> str:
        """Where the team works on what is audited."""
        return f"/studies/{self.study.id}/samples/{self.sample.id}/{self.item.path}"

    def can(self, action: Action) -> bool:
        """May this person do it to this audit, as far as roles go?"""
        return not isinstance(decide(self.actor, action), Refused)

    @property
    def may_comment(self) -> bool:
        """Is this person's own audit of the newest round still to be returned?"""
        part = self.round.part_of(self.study.me.id)
        return self.state is State.IN_AUDIT and part is not None and not part.is_returned

    @property
    def may_respond(self) -> bool:
        """Is it with the team, and is this person one of its judges?"""
        return self.can(Action.RESPOND) and self.state is State.RESPONDING

    def may_apply(self, suggestion: Suggestion) -> bool:
        """Can the change be made with one click, and by this person?"""
        needs = self.item.applies.get(suggestion)
        return needs is not None and self.can(needs)

    @property
    def leaves_changes_to_the_pi(self) -> bool:
        """Does this person decide on changes that they may not make themselves?"""
        return not all(self.can(needs) for needs in self.item.applies.values())

    def may_make(self, suggestion: Suggestion) -> bool:
        """May this person make a change that others accepted, because it is not theirs to make?"""
        is_another_s = self.item.applies.get(suggestion) is not Action.RESPOND
        is_answered = self.state in (State.RESPONDING, State.CLOSED)
        return is_another_s and is_answered and self.may_apply(suggestion)


_later = aliased(Audit)
IS_OVER = sa.and_(
    col(Audit.closed_at).is_not(None),
    sa.or_(
        col(Unit.state) != State.CLOSED,
        sa.exists().where(
            col(_later.unit_id) == col(Audit.unit_id), col(_later.id) > col(Audit.id)
        ),
    ),
)
AUDITED = (
    sa.select(
        col(Audit.id).label("audit_id"),
        IS_OVER.label("is_over"),
        col(Audit.sample_id).label("list_of"),
        col(Audit.state).label("list_state"),
        col(Case.code).label("code"),
        col(Unit.domain_id).label("domain_id"),
        col(Domain.title).label("title"),
        *UNIT_COLUMNS,
    )
    .select_from(Audit)
    .join(Unit, col(Unit.id) == col(Audit.unit_id), isouter=True)
    .join(Layer, CONSENSUS_LAYER, isouter=True)
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
    context = _context(db, study, dict(row)) if row is not None else None
    only_audits = not study.roles & {Role.PI, Role.JUDGE} and bool(study.roles & AUDITORS)
    if context is None or (only_audits and not context.is_auditor):
        raise NotFound("There is no such audit in this study.")
    return context


def _context(db: Session, study: StudyContext, facts: dict[str, Any]) -> AuditContext:
    id_, is_over, sample_id, state, code, domain_id, title = (
        facts.pop(name)
        for name in ("audit_id", "is_over", "list_of", "list_state", "code", "domain_id", "title")
    )
    sample = study.sample(sample_id or facts["sample_id"])
    item: AuditedItem
    if sample_id is not None:
        item = AuditedList(sample.name, state, judges_of_study(db, study.id))
    elif code is not None:
        item = AuditedCase(unit_facts(db, facts), code)
    else:
        item = AuditedBoard(unit_facts(db, facts), domain_id, title)
    return AuditContext(study, sample, id_, item, rounds_of(db, id_), bool(is_over))


def in_audit(action: Action) -> Callable[..., Any]:
    """A dependency: the audit context of somebody who may do `action` to it, else 404 or 403."""

    def guard(request: Request, db: Db, me: SignedIn, study: Id, audit: Id) -> AuditContext:
        context = load_audit(db, enter(request, db, me, study), audit)
        check(context.actor, action)
        return context

    guard.action = action  # type: ignore[attr-defined]
    return guard
