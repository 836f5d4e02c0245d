"""What the guards of a case and of a board share: who is at a unit, and what they may do to it."""

from dataclasses import dataclass, field, replace
from typing import TypeVar

from fastapi import Request
from sqlmodel import Session

from app.consensus.drafting import take_up
from app.consensus.queries import UnitFacts
from app.db import SAFE_METHODS
from app.permissions import Action, Actor, Refused, decide
from app.studies.guard import SampleName, StudyContext, check
from app.trail.service import Scene


@dataclass(frozen=True)
class UnitContext:
    """Somebody at a unit of a sample.

    `audits` the unit: from the request of its audit on they see what the team sees.
    """

    study: StudyContext
    sample: SampleName
    unit: UnitFacts
    audits: bool = field(default=False, kw_only=True)

    @property
    def scene(self) -> Scene:
        """For `trail.record`."""
        unit = self.unit
        return Scene(self.study.id, self.study.me.id, unit.id, unit.layer_id, unit.chain)

    @property
    def actor(self) -> Actor:
        """For the permission table; every judge of the sample judges a board."""
        return Actor(
            self.study.roles,
            judges_unit=self.unit.is_judge(self.study.me.id),
            audits_item=self.audits,
            unit_agreed=self.unit.is_agreed,
        )

    def can(self, action: Action) -> bool:
        """May this person do it to this unit, as far as roles go?"""
        return not isinstance(decide(self.actor, action), Refused)


Context = TypeVar("Context", bound=UnitContext)


def let_in(
    request: Request, db: Session, context: Context, action: Action, *, work: Action
) -> Context:
    """The context of somebody who may do `action`; who comes to `work` has a draft of their own.

    Raises `Forbidden` with the table's reason.
    """
    check(context.actor, action)
    if action is work and request.method not in SAFE_METHODS:
        return replace(context, unit=take_up(db, context.scene, context.unit))
    return context
