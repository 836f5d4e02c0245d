"""Which acts of the whole unit a page offers: submitting a draft, agreeing, reopening, going on."""

from dataclasses import dataclass

from app.cases.guard import CaseContext
from app.consensus.queries import UnitFacts
from app.consensus.rules import AGREED_OR_LATER, State, may_reopen_domains
from app.permissions import Action


@dataclass(frozen=True)
class UnitActs:
    """For `templates/domains/unit_head.html`, which every page of a case shows.

    `to_discuss` counts the open points, for who may see the drafts.
    """

    may_agree: bool
    has_agreed: bool
    may_reopen: bool
    may_correct: bool
    to_discuss: int = 0
    may_submit: bool = False
    may_take_back: bool = False
    may_go_on: bool = False
    may_reopen_domains: bool = False


def unit_acts(case: CaseContext) -> UnitActs:
    """What this person may do to the case as a whole just now."""
    unit = case.unit
    has_agreed = unit.has_agreed(case.study.me.id)
    may_agree = case.can(Action.AGREE) and unit.state == State.CONSENSUS and not unit.open_points
    return UnitActs(
        may_agree=may_agree and not has_agreed,
        has_agreed=has_agreed,
        may_correct=case.can(Action.CODE) and _is_agreed_to(unit),
        may_reopen=case.can(Action.REOPEN) and unit.state in AGREED_OR_LATER,
        to_discuss=unit.open_points if case.can(Action.SEE_DRAFTS) else 0,
        may_submit=unit.draft is not None and not unit.draft.is_submitted,
        may_take_back=unit.draft is not None and unit.draft.is_submitted,
        may_go_on=case.can(Action.GO_ON) and unit.may_go_on,
        may_reopen_domains=case.can(Action.REOPEN) and may_reopen_domains(unit.state, unit.step),
    )


def _is_agreed_to(unit: UnitFacts) -> bool:
    """Is there an agreement that a correction of spelling keeps?"""
    return unit.is_agreed or (unit.state is State.CONSENSUS and unit.agreed_count > 0)
