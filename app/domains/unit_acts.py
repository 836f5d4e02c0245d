"""Which acts of the whole unit a page offers: agreeing to it, reopening it."""

from dataclasses import dataclass

from app.cases.guard import CaseContext
from app.consensus.rules import State
from app.permissions import Action


@dataclass(frozen=True)
class UnitActs:
    """For `templates/domains/unit_head.html`, which every page of a case shows."""

    may_agree: bool
    has_agreed: bool
    may_reopen: bool


def unit_acts(case: CaseContext) -> UnitActs:
    """What this person may do to the case as a whole just now."""
    has_agreed = case.unit.has_agreed(case.study.me.id)
    return UnitActs(
        may_agree=case.can(Action.AGREE) and case.unit.state == State.CONSENSUS and not has_agreed,
        has_agreed=has_agreed,
        may_reopen=case.can(Action.REOPEN) and case.unit.is_agreed,
    )
