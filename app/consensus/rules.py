"""The one cycle that every unit of work passes.

PURE. Units are a case in a sample (its blocks and core ideas) and the cross-analysis of a domain of
a sample. Source of the steps: Knox et al. (2017), Data Analysis: domains and core ideas by
consensus, cross-analysis, each step reviewed by rotating auditors. What is not in `CYCLE` is
illegal; the state diagram in `docs/consensus.md` is drawn from it.
"""

from collections.abc import Iterable
from enum import StrEnum

from app.errors import StepLocked


class UnitKind(StrEnum):
    """What is drafted, agreed and audited as one."""

    CASE = "case"
    CROSS_ANALYSIS = "cross-analysis"


class State(StrEnum):
    """Where a unit stands."""

    NOT_STARTED = "not started"
    INDEPENDENT = "independent"
    CONSENSUS = "consensus"
    AGREED = "agreed"
    IN_AUDIT = "in audit"
    RESPONDING = "responding"
    CLOSED = "closed"


class Move(StrEnum):
    """What takes a unit from one state to another."""

    BEGIN_TOGETHER = "begin together"
    BEGIN_DRAFTS = "begin independent drafts"
    REVEAL = "reveal the drafts"
    AGREE = "agree, all of the judges"
    REQUEST_AUDIT = "request the audit"
    RETURN_AUDIT = "return the audit, all of the auditors"
    CLOSE_AUDIT = "close the audit"
    NEXT_ROUND = "ask for a further round"
    REOPEN = "reopen for recoding"


CYCLE: dict[tuple[State, Move], State] = {
    (State.NOT_STARTED, Move.BEGIN_TOGETHER): State.CONSENSUS,
    (State.NOT_STARTED, Move.BEGIN_DRAFTS): State.INDEPENDENT,
    (State.INDEPENDENT, Move.REVEAL): State.CONSENSUS,
    (State.CONSENSUS, Move.AGREE): State.AGREED,
    (State.AGREED, Move.REQUEST_AUDIT): State.IN_AUDIT,
    (State.IN_AUDIT, Move.RETURN_AUDIT): State.RESPONDING,
    (State.RESPONDING, Move.CLOSE_AUDIT): State.CLOSED,
    (State.CLOSED, Move.NEXT_ROUND): State.IN_AUDIT,
    (State.AGREED, Move.REOPEN): State.CONSENSUS,
    (State.IN_AUDIT, Move.REOPEN): State.CONSENSUS,
    (State.RESPONDING, Move.REOPEN): State.CONSENSUS,
    (State.CLOSED, Move.REOPEN): State.CONSENSUS,
}

OPEN_FOR_CONTENT = frozenset({State.NOT_STARTED, State.CONSENSUS})
"""Where the consensus layer of a unit that works together may be changed."""

AGREED_OR_LATER = frozenset({State.AGREED, State.IN_AUDIT, State.RESPONDING, State.CLOSED})


def after(state: State, move: Move) -> State:
    """The state a move leads to. Raises `StepLocked` where the cycle has no such move."""
    try:
        return CYCLE[state, move]
    except KeyError:
        raise StepLocked(f"This unit is {state}: it cannot {move} from there.") from None


def check_open(state: State, what: str) -> None:
    """Raise `StepLocked` unless content may change; `what` names the unit, as in 'P07'."""
    if state not in OPEN_FOR_CONTENT:
        raise StepLocked(
            f"{what} is {state}, so its content is locked. "
            "Reopen it, with a reason, to change it for the whole team."
        )


def missing_agreements(judges: Iterable[int], agreed: Iterable[int]) -> frozenset[int]:
    """The assigned judges who have not agreed to the present content version.

    A unit without judges is never agreed: nobody is there to agree.
    """
    return frozenset(judges) - frozenset(agreed)


def all_agree(judges: frozenset[int], agreed: frozenset[int]) -> bool:
    """Consensus: every assigned judge agreed to the same content version. No votes."""
    return bool(judges) and not missing_agreements(judges, agreed)
