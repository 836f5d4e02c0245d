"""`in_board(Action)`: the guard of everything under a domain's cross-analysis."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from fastapi import Request
from sqlmodel import Session, col

from app.accounts.sessions import SignedIn
from app.consensus.audited import audits_unit
from app.consensus.guard import UnitContext, let_in
from app.consensus.models import Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER, UNIT_COLUMNS, unit_facts
from app.db import Db, run
from app.domains.models import Domain, DomainKind
from app.errors import NotFound
from app.permissions import Action
from app.studies.guard import Id, StudyContext, enter
from app.trail.service import Scene, Values


@dataclass(frozen=True)
class BoardContext(UnitContext):
    """Somebody at the board of a domain of a sample.

    `noted` is what each entry in the trail shall note, as `app.trail.service.Scene` has it.
    """

    domain_id: int
    title: str
    abbreviation: str
    noted: Values | None = None

    @property
    def scene(self) -> Scene:
        """For `trail.record`."""
        return replace(super().scene, noted=self.noted)

    @property
    def what(self) -> str:
        """The board in a sentence."""
        return f"the board of {self.title}"

    @property
    def url(self) -> str:
        """The address of the board; its actions hang below it."""
        return (
            f"/studies/{self.study.id}/samples/{self.sample.id}"
            f"/domains/{self.domain_id}/cross-analysis"
        )

    @property
    def may_edit(self) -> bool:
        """Roles and state together: should the page offer changes?"""
        return self.can(Action.SORT) and self.unit.is_open


def load_board(db: Session, study: StudyContext, sample_id: int, domain_id: int) -> BoardContext:
    """The board of a domain of a sample. Raises `NotFound`."""
    sample = study.sample(sample_id)
    row = (
        run(
            db,
            sa.select(col(Domain.title), col(Domain.abbreviation), *UNIT_COLUMNS)
            .join(Unit, col(Unit.domain_id) == col(Domain.id))
            .join(Layer, CONSENSUS_LAYER)
            .where(
                col(Domain.id) == domain_id,
                col(Domain.sample_id) == sample_id,
                col(Domain.kind) == DomainKind.ANALYTIC,
            ),
        )
        .mappings()
        .first()
    )
    if row is None:
        raise NotFound("There is no such domain with a cross-analysis in this sample.")
    facts = dict(row)
    title, abbreviation = facts.pop("title"), facts.pop("abbreviation")
    unit = unit_facts(db, facts, way=study.board_way, looking=study.me.id)
    audits = audits_unit(db, study, unit)
    return BoardContext(study, sample, unit, domain_id, title, abbreviation, audits=audits)


def in_board(action: Action) -> Callable[..., Any]:
    """A dependency: the board context of somebody who may do `action`, else 404 or 403."""

    def guard(
        request: Request, db: Db, me: SignedIn, study: Id, sample: Id, domain: Id
    ) -> BoardContext:
        context = load_board(db, enter(request, db, me, study), sample, domain)
        return let_in(request, db, context, action, work=Action.SORT)

    guard.action = action  # type: ignore[attr-defined]
    return guard
