"""The cycle: every state against every move, and who still has to agree."""

import itertools

import pytest

from app.consensus.rules import (
    AGREED_OR_LATER,
    CYCLE,
    OPEN_FOR_CONTENT,
    Move,
    State,
    after,
    all_agree,
    check_open,
    missing_agreements,
)
from app.errors import StepLocked

pytestmark = pytest.mark.pure

# Read as sentences: from this state, this move leads to that state. All else is refused.
LEGAL = {
    "not started | begin together": "consensus",
    "not started | begin independent drafts": "independent",
    "independent | reveal the drafts": "consensus",
    "independent | lay a practice beside the consensus": "closed",
    "consensus | agree, all of the judges": "agreed",
    "agreed | go on to the core ideas": "not started",
    "closed | go on to the core ideas": "not started",
    "agreed | request the audit": "in audit",
    "in audit | return the audit, all of the auditors": "responding",
    "responding | close the audit": "closed",
    "closed | ask for a further round": "in audit",
    "agreed | reopen for recoding": "consensus",
    "in audit | reopen for recoding": "consensus",
    "responding | reopen for recoding": "consensus",
    "closed | reopen for recoding": "consensus",
    "not started | reopen the domains": "consensus",
    "consensus | reopen the domains": "consensus",
}


@pytest.mark.parametrize(
    ("state", "move"), list(itertools.product(State, Move)), ids=lambda value: value.value
)
def test_a_unit_moves_only_as_the_cycle_says(state: State, move: Move) -> None:
    expected = LEGAL.get(f"{state} | {move}")
    if expected is None:
        with pytest.raises(StepLocked, match=str(state)):
            after(state, move)
    else:
        assert after(state, move) == expected


def test_every_state_can_be_reached_and_left() -> None:
    assert {leads.to for leads in CYCLE.values()} | {State.NOT_STARTED} == set(State)
    assert {state for state, _ in CYCLE} == set(State)


@pytest.mark.parametrize("state", State)
def test_content_changes_before_agreement_and_in_answer_to_an_audit(state: State) -> None:
    if state in OPEN_FOR_CONTENT:
        check_open(state, "P07")
    else:
        with pytest.raises(StepLocked, match=f"P07 is {state}|P07 is being drafted"):
            check_open(state, "P07")


def test_what_is_agreed_changes_only_in_answer_to_an_audit() -> None:
    assert {State.RESPONDING} == OPEN_FOR_CONTENT & AGREED_OR_LATER


def test_consensus_needs_every_judge_and_never_a_majority() -> None:
    judges = frozenset({1, 2, 3})
    assert not all_agree(judges, frozenset({1, 2}))
    assert all_agree(judges, judges)
    assert missing_agreements(judges, {1, 2}) == {3}


def test_an_agreement_of_somebody_who_left_does_not_stand_in_for_a_judge() -> None:
    assert not all_agree(frozenset({1, 2}), frozenset({1, 9}))


def test_a_unit_without_judges_is_never_agreed() -> None:
    assert not all_agree(frozenset(), frozenset())
