"""The one cycle that every unit of work passes.

PURE. Units are a case in a sample (its blocks and core ideas) and the cross-analysis of a domain of
a sample. Source of the steps: Knox et al. (2017), Data Analysis: domains and core ideas by
consensus, cross-analysis, each step reviewed by rotating auditors. What is not in `CYCLE` is
illegal; the state diagram in `docs/consensus.md` is drawn from it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.errors import StepLocked


class UnitKind(StrEnum):
    """What is drafted, agreed and audited as one."""

    CASE = "case"
    CROSS_ANALYSIS = "cross-analysis"


class Step(StrEnum):
    """What of a case is worked on now: in one pass both, in two passes one after the other."""

    BOTH = "domains and core ideas"
    DOMAINS = "domains"
    CORE_IDEAS = "core ideas"


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
    COMPARE = "lay a practice beside the consensus"
    AGREE = "agree, all of the judges"
    NEXT_PASS = "go on to the core ideas"
    REQUEST_AUDIT = "request the audit"
    RETURN_AUDIT = "return the audit, all of the auditors"
    CLOSE_AUDIT = "close the audit"
    NEXT_ROUND = "ask for a further round"
    REOPEN = "reopen for recoding"
    REOPEN_DOMAINS = "reopen the domains"


class Who(StrEnum):
    """Whose act a move is. A last act of all of them makes the move by itself."""

    A_JUDGE = "a judge of the unit"
    ALL_DRAFTERS = "the last of the judges who draft"
    ALL_JUDGES = "the last of the unit's judges"
    ALL_AUDITORS = "the last of the unit's auditors"
    JUDGE_OR_PI = "a judge of the unit or the PI"


@dataclass(frozen=True)
class Leads:
    """Where a move leads, who makes it, and what must be so before (a sentence, or nothing)."""

    to: State
    by: Who
    only_if: str = ""


CYCLE: dict[tuple[State, Move], Leads] = {
    (State.NOT_STARTED, Move.BEGIN_TOGETHER): Leads(
        State.CONSENSUS, Who.A_JUDGE, "the unit's way of working is together"
    ),
    (State.NOT_STARTED, Move.BEGIN_DRAFTS): Leads(
        State.INDEPENDENT, Who.A_JUDGE, "the unit's way of working has private drafts"
    ),
    (State.INDEPENDENT, Move.REVEAL): Leads(
        State.CONSENSUS, Who.ALL_DRAFTERS, "everybody who drafts has submitted"
    ),
    (State.INDEPENDENT, Move.COMPARE): Leads(
        State.CLOSED, Who.ALL_DRAFTERS, "the case is a blind practice, and its draft is submitted"
    ),
    (State.CONSENSUS, Move.AGREE): Leads(
        State.AGREED, Who.ALL_JUDGES, "all judges agreed to the same content version"
    ),
    (State.AGREED, Move.NEXT_PASS): Leads(
        State.NOT_STARTED, Who.JUDGE_OR_PI, "the study works in two passes and this was the first"
    ),
    (State.CLOSED, Move.NEXT_PASS): Leads(
        State.NOT_STARTED, Who.JUDGE_OR_PI, "the study works in two passes and this was the first"
    ),
    (State.AGREED, Move.REQUEST_AUDIT): Leads(State.IN_AUDIT, Who.JUDGE_OR_PI),
    (State.IN_AUDIT, Move.RETURN_AUDIT): Leads(
        State.RESPONDING, Who.ALL_AUDITORS, "every assigned auditor returned the audit"
    ),
    (State.RESPONDING, Move.CLOSE_AUDIT): Leads(
        State.CLOSED, Who.ALL_JUDGES, "no comment is open or deferred, and all judges agreed"
    ),
    (State.CLOSED, Move.NEXT_ROUND): Leads(State.IN_AUDIT, Who.JUDGE_OR_PI),
    **{
        (state, Move.REOPEN): Leads(State.CONSENSUS, Who.JUDGE_OR_PI, "a reason is given")
        for state in (State.AGREED, State.IN_AUDIT, State.RESPONDING, State.CLOSED)
    },
    **{
        (state, Move.REOPEN_DOMAINS): Leads(
            State.CONSENSUS, Who.JUDGE_OR_PI, "it is the second of two passes; a reason is given"
        )
        for state in (State.NOT_STARTED, State.CONSENSUS)
    },
}

OPEN_FOR_CONTENT = frozenset({State.NOT_STARTED, State.CONSENSUS, State.RESPONDING})
"""Where the consensus layer of a unit may be changed: before agreement, and in answer to an audit.

What is changed in answer to an audit is agreed to anew before the audit closes.
"""

AGREED_OR_LATER = frozenset({State.AGREED, State.IN_AUDIT, State.RESPONDING, State.CLOSED})


def may_reopen_domains(state: State, step: Step) -> bool:
    """May the domains of a first pass be opened again, while its core ideas are not agreed yet?

    Not while core ideas are drafted in private: what is in a draft keeps its ground.
    """
    return step is Step.CORE_IDEAS and (state, Move.REOPEN_DOMAINS) in CYCLE


def is_agreed(state: State, step: Step) -> bool:
    """Is a unit agreed, with its core ideas? The end of the first of two passes is not that."""
    return state in AGREED_OR_LATER and step is not Step.DOMAINS


PRIVATE = frozenset({State.NOT_STARTED, State.INDEPENDENT})
"""Where a unit with drafts has nothing but drafts: each judge works on, and sees, their own."""


class PointKind(StrEnum):
    """What the team has to talk about after a reveal."""

    PASSAGE = "passage"
    CORE_IDEAS = "core ideas"
    CATEGORIES = "categories"


class Outcome(StrEnum):
    """What the team decided on a point; all are equal in weight."""

    ONE_VIEW = "one view"
    DOUBLE_CODE = "double-code"
    EDITED = "edited"
    NOT_CODED = "not coded"
    TALK_LATER = "talk later"


DECIDED = frozenset(Outcome) - {Outcome.TALK_LATER}


def after(state: State, move: Move) -> State:
    """The state a move leads to. Raises `StepLocked` where the cycle has no such move."""
    try:
        return CYCLE[state, move].to
    except KeyError:
        raise StepLocked(f"This unit is {state}: it cannot {move} from there.") from None


def check_open(state: State, what: str) -> None:
    """Raise `StepLocked` unless content may change; `what` names the unit, as in 'P07'."""
    if state is State.INDEPENDENT:
        raise StepLocked(
            f"{what} is being drafted: each draft is private until all are submitted, and there "
            "is no shared layer to change yet."
        )
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


def all_submitted(drafters: Collection[int], submitted: Collection[int]) -> bool:
    """May the drafts be revealed? All who draft have submitted, and at least one does."""
    return bool(drafters) and not missing_agreements(drafters, submitted)
