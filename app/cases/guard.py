"""`in_case(Action)`: the guard of everything under a case in a sample."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from fastapi import Request
from sqlmodel import Session, col

from app.accounts.sessions import SignedIn
from app.cases.models import Case
from app.consensus import first_cases  # noqa: F401 - it takes part in agreeing
from app.consensus.audited import audits_unit
from app.consensus.guard import UnitContext, let_in
from app.consensus.models import Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER, UNIT_COLUMNS, unit_facts
from app.consensus.rules import Step
from app.db import Db, run
from app.errors import NotFound
from app.permissions import Action
from app.studies.guard import Code, Id, StudyContext, enter


@dataclass(frozen=True)
class CaseContext(UnitContext):
    """Somebody in a case of a sample: study, sample, case, its unit and the layer they work on."""

    case_id: int
    code: str

    @property
    def url(self) -> str:
        """The address of the case in this sample; pages hang below it."""
        return f"/studies/{self.study.id}/samples/{self.sample.id}/cases/{self.code}"

    @property
    def may_edit(self) -> bool:
        """Roles and state together: should the page offer changes?"""
        return self.can(Action.CODE) and self.unit.is_open

    @property
    def may_code(self) -> bool:
        """Should the page offer changes of blocks? In the second of two passes they are locked."""
        return self.may_edit and self.unit.step is not Step.CORE_IDEAS

    @property
    def may_write(self) -> bool:
        """Should the page offer changes of core ideas? In the first of two passes not yet."""
        return self.may_edit and self.unit.step is not Step.DOMAINS


CASE_IN_SAMPLE = (
    sa.select(col(Case.id).label("case_id"), col(Case.code), *UNIT_COLUMNS)
    .join(Unit, col(Unit.case_id) == col(Case.id))
    .join(Layer, CONSENSUS_LAYER)
    .where(
        col(Case.study_id) == sa.bindparam("study_id"),
        col(Case.code_key) == sa.bindparam("code_key"),
        col(Unit.sample_id) == sa.bindparam("sample_id"),
    )
)


def load_case(db: Session, study: StudyContext, sample_id: int, code: str) -> CaseContext:
    """A case in a sample by its code, without regard to case. Raises `NotFound`."""
    sample = study.sample(sample_id)
    row = (
        run(
            db,
            CASE_IN_SAMPLE,
            {"study_id": study.id, "code_key": code.casefold(), "sample_id": sample_id},
        )
        .mappings()
        .first()
    )
    if row is None:
        raise NotFound(f"There is no case {code} in the sample “{sample.name}”.")
    facts = dict(row)
    case_id, code = facts.pop("case_id"), facts.pop("code")
    unit = unit_facts(db, facts, way=study.way_of_working, passes=study.passes, looking=study.me.id)
    return CaseContext(study, sample, unit, case_id, code, audits=audits_unit(db, study, unit))


def in_case(action: Action) -> Callable[..., Any]:
    """A dependency: the case context of somebody who may do `action` to it, else 404 or 403."""

    def guard(
        request: Request, db: Db, me: SignedIn, study: Id, sample: Id, code: Code
    ) -> CaseContext:
        context = load_case(db, enter(request, db, me, study), sample, code)
        return let_in(request, db, context, action, work=Action.CODE)

    guard.action = action  # type: ignore[attr-defined]
    return guard
