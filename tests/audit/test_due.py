"""What the plan sends to the auditors, and when: the first cases, batches, passes apart."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audit.due import ItemKey, batches, due, due_step, item_key, waits_for, wanted_cases
from app.audit.words import Audited
from app.consensus.rules import State, Step

pytestmark = pytest.mark.pure

BOTH, DOMAINS, CORE_IDEAS = Step.BOTH, Step.DOMAINS, Step.CORE_IDEAS
AGREED, CLOSED, CONSENSUS = State.AGREED, State.CLOSED, State.CONSENSUS


def test_the_first_cases_are_those_that_come_first_in_the_sample() -> None:
    assert wanted_cases([4, 9, 2], Audited.FIRST, 2) == [4, 9]
    assert wanted_cases([4, 9, 2], Audited.BATCHES, 0) == [4, 9, 2]
    assert not wanted_cases([4, 9, 2], Audited.NONE, 2)


@given(cases=st.lists(st.integers(), unique=True, max_size=30), size=st.integers(1, 8))
def test_every_case_is_in_one_batch_and_only_the_last_may_be_short(
    cases: list[int], size: int
) -> None:
    found = batches(cases, size)
    assert [case for batch in found for case in batch] == cases
    assert all(len(batch) == size for batch in found[:-1])


def test_a_batch_has_a_case_at_least() -> None:
    with pytest.raises(ValueError, match="at least one"):
        batches([1], 0)


def test_a_batch_waits_for_its_last_case() -> None:
    states = {1: (AGREED, BOTH), 2: (State.IN_AUDIT, BOTH), 3: (CONSENSUS, BOTH)}
    assert waits_for([1, 2, 3], states, BOTH) == (3,)
    assert waits_for([1, 2], states, BOTH) == ()


def test_in_two_passes_a_batch_waits_pass_by_pass() -> None:
    states = {
        1: (AGREED, DOMAINS),
        2: (State.NOT_STARTED, CORE_IDEAS),
        3: (AGREED, CORE_IDEAS),
        4: (CONSENSUS, DOMAINS),
    }
    assert waits_for([1, 2, 3, 4], states, DOMAINS) == (4,)
    assert waits_for([1, 2, 3, 4], states, CORE_IDEAS) == (1, 2, 4)


@pytest.mark.parametrize(
    ("state", "step", "audited", "is_apart", "due"),
    [
        (AGREED, BOTH, (), False, BOTH),
        (AGREED, DOMAINS, (), False, None),
        (AGREED, CORE_IDEAS, (), False, BOTH),
        (CLOSED, BOTH, (BOTH,), False, None),
        (CONSENSUS, BOTH, (), True, None),
        # Two passes: an audit after each.
        (AGREED, DOMAINS, (), True, DOMAINS),
        (CLOSED, DOMAINS, (DOMAINS,), True, None),
        (AGREED, CORE_IDEAS, (DOMAINS,), True, CORE_IDEAS),
        (AGREED, CORE_IDEAS, (), True, BOTH),
        (CLOSED, CORE_IDEAS, (DOMAINS, CORE_IDEAS), True, None),
        # One pass: two rounds on the same version.
        (AGREED, BOTH, (), True, DOMAINS),
        (State.IN_AUDIT, BOTH, (), True, None),
        (CLOSED, BOTH, (DOMAINS,), True, CORE_IDEAS),
        (CLOSED, BOTH, (DOMAINS, DOMAINS), True, CORE_IDEAS),
        (CLOSED, BOTH, (DOMAINS, CORE_IDEAS), True, None),
        (CLOSED, BOTH, (BOTH,), True, None),
    ],
)
def test_what_of_a_case_goes_to_its_auditors_next(
    state: State, step: Step, audited: tuple[Step, ...], is_apart: bool, due: Step | None
) -> None:
    assert due_step(state, step, audited, is_apart=is_apart) is due


def test_an_item_of_the_plan_is_named_in_addresses_and_found_again() -> None:
    for key in (ItemKey(unit_id=12), ItemKey(sample_id=3)):
        assert item_key(key.word) == key
    assert ItemKey(sample_id=3).word == "list-3"
    assert [item_key(word) for word in ("", "list-", "1e3", "-4", "²", "9999999999")] == [None] * 6


@pytest.mark.parametrize(
    ("asked", "at", "is_late", "words"),
    [
        ("2026-11-22T09:00:00+00:00", "2026-11-22T09:00:00+00:00", False, "due 6 December"),
        ("2026-11-22T09:00:00+00:00", "2026-12-06T23:59:59+00:00", False, "due 6 December"),
        ("2026-11-22T23:59:00+00:00", "2026-12-07T00:00:00+00:00", True, "was due 6 December"),
        ("2026-11-22T23:30:00-02:00", "2026-12-07T23:00:00+00:00", False, "due 7 December"),
        ("2026-12-24T09:00:00+00:00", "2026-12-25T09:00:00+00:00", False, "due 7 January 2027"),
        ("2026-12-24T09:00:00+00:00", "2027-01-08T09:00:00+00:00", True, "was due 7 January"),
    ],
)
def test_an_audit_is_due_at_the_end_of_a_day_and_late_with_the_next(
    asked: str, at: str, is_late: bool, words: str
) -> None:
    found = due(datetime.fromisoformat(asked), 14, datetime.fromisoformat(at))
    assert (found.is_late, found.words) == (is_late, words)
