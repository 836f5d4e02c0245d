"""How a unit's standing is put into words on a progress board.

PURE. Colour comes with each: the state given to `ui.state`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.consensus.rules import AGREED_OR_LATER, State, Step


@dataclass(frozen=True)
class Standing:
    """A dot and its words."""

    state: State
    words: str


@dataclass(frozen=True)
class Waiting:
    """Whom a unit waits for; `me` when it is the reader of the page."""

    words: str
    me: bool = False


NOBODY = Waiting("nobody")


def case_standing(
    state: State, agreed: int, judges: int, *, step: Step = Step.BOTH, drafting: str = ""
) -> Standing:
    """Domains and core ideas of a case; in two passes which of them is at hand.

    `drafting` says how far private drafts are, where there are any.
    """
    if state in AGREED_OR_LATER:
        return Standing(State.AGREED, "domains agreed" if step is Step.DOMAINS else "agreed")
    words = _in_consensus(agreed, judges) if state is State.CONSENSUS else drafting or state.value
    if step is Step.BOTH or (step is Step.DOMAINS and state is State.NOT_STARTED):
        return Standing(state, words)
    return Standing(state, f"{step}: {words}")


def board_standing(
    state: State,
    agreed: int,
    judges: int,
    *,
    core_ideas: int,
    unsorted: int,
    drafting: str = "",
) -> Standing:
    """The board of a domain. New core ideas may come to a board at any time before it is agreed."""
    if state in AGREED_OR_LATER:
        return Standing(State.AGREED, "agreed")
    if state is State.INDEPENDENT:
        return Standing(state, drafting or state.value)
    if not core_ideas:
        return Standing(State.NOT_STARTED, "no core ideas yet")
    if unsorted == core_ideas:
        return Standing(State.NOT_STARTED, "not started")
    if unsorted:
        return Standing(State.CONSENSUS, f"sorting, {unsorted} to go")
    return Standing(State.CONSENSUS, f"sorted, {_in_consensus(agreed, judges)}")


def audit_words(
    state: State, *, round_: int, comments: int, undecided: int, is_ended: bool, since: str
) -> str:
    """An audit that is under way, closed, or cut short because its unit was reopened.

    `since` says when it came to where it is, as in 'yesterday'; `comments` are those of the round.
    """
    again = f"round {round_}, " if round_ > 1 else ""
    if state is State.IN_AUDIT:
        return f"{again}with the auditors, asked {since}"
    if state is State.RESPONDING and not comments:
        return f"{again}with the team, no comments"
    if state is State.RESPONDING:
        return f"{again}with the team, {comments - undecided} of {comments} decided"
    if is_ended:
        return "ended by reopening"
    return f"closed, {round_} rounds" if round_ > 1 else "closed"


def _in_consensus(agreed: int, judges: int) -> str:
    return f"{agreed} of {judges} agreed" if agreed else "nobody agreed yet"


def transcript_standing(transcripts: int, version: int, *, coded: bool) -> Standing:
    """Whether there is a text, and whether coding has frozen it."""
    if not transcripts:
        return Standing(State.NOT_STARTED, "none yet")
    what = "frozen" if coded else "stored"
    return Standing(
        State.AGREED, f"{what}, {transcripts} texts" if transcripts > 1 else f"{what}, v{version}"
    )


def listed(names: Sequence[str]) -> str:
    """'Ana', 'Ana and Ben', 'Ana, Ben and Chi'."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def some(names: Sequence[str], shown: int = 2) -> str:
    """'P01', 'P01 and P02', 'P01, P02 and 5 more'."""
    if len(names) <= shown + 1:
        return listed(names)
    return f"{', '.join(names[:shown])} and {len(names) - shown} more"


def days_ago(at: datetime, now: datetime) -> str:
    """'today', 'yesterday', '3 days ago', by whole days passed: whose day it is does not matter."""
    days = max((now - at).days, 0)
    return ("today", "yesterday")[days] if days < 2 else f"{days} days ago"
