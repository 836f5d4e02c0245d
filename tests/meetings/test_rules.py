"""Whose turn it is: fair for who always comes, for who cannot, and for who comes new."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.meetings.rules import FIRST_PROMPT, PROMPTS, Turn, in_turn, next_of, prompt

pytestmark = pytest.mark.pure

ANA, BEN, CHI, DEE = 1, 2, 3, 4


def _meet(*attendances: tuple[int, ...]) -> list[int]:
    """Who had the turn at each of these meetings, one after another."""
    past: list[Turn] = []
    for present in attendances:
        past.append(Turn(frozenset(present), in_turn(present, past)))
    return [turn.had for turn in past]


def test_in_a_set_team_the_turn_goes_round() -> None:
    team = (ANA, BEN, CHI)
    assert _meet(*[team] * 7) == [ANA, BEN, CHI, ANA, BEN, CHI, ANA]


def test_who_was_away_is_not_owed_the_meetings_they_missed() -> None:
    pair, team = (ANA, BEN), (ANA, BEN, CHI)
    had = _meet(*[pair] * 10, *[team] * 6)
    assert had[:10] == [ANA, BEN] * 5
    assert sorted(had[10:]) == [ANA, ANA, BEN, BEN, CHI, CHI]


def test_who_comes_new_gets_a_first_word_and_then_waits_like_the_others() -> None:
    had = _meet(*[(ANA, BEN, CHI)] * 6, *[(ANA, BEN, CHI, DEE)] * 8)
    assert all(had[6:].count(person) == 2 for person in (ANA, BEN, CHI, DEE))


def test_a_turn_that_was_changed_by_hand_counts_for_who_had_it() -> None:
    team = frozenset({ANA, BEN, CHI})
    past = [Turn(team, BEN), Turn(team, BEN)]
    assert in_turn([ANA, BEN, CHI], past) == ANA
    assert in_turn([ANA, BEN, CHI], [*past, Turn(team, ANA)]) == CHI


def test_who_speaks_first_does_not_write_as_well() -> None:
    assert in_turn([ANA, BEN, CHI], [], but=ANA) == BEN
    assert in_turn([ANA], [], but=ANA) == ANA


def test_without_anybody_there_is_no_turn() -> None:
    with pytest.raises(ValueError, match="nobody"):
        in_turn([], [])


attendance = st.lists(
    st.sets(st.integers(1, 5), min_size=1).map(lambda present: tuple(sorted(present))),
    min_size=1,
    max_size=30,
)


@settings(max_examples=40, deadline=None)
@given(attendance)
def test_nobody_is_ever_far_from_their_fair_share(meetings: list[tuple[int, ...]]) -> None:
    had = _meet(*meetings)
    for person in range(1, 6):
        fair = sum(1 / len(present) for present in meetings if person in present)
        assert abs(had.count(person) - fair) < 2


@settings(max_examples=40, deadline=None)
@given(attendance)
def test_the_turn_is_of_somebody_who_is_there(meetings: list[tuple[int, ...]]) -> None:
    assert all(had in present for had, present in zip(_meet(*meetings), meetings, strict=True))


def test_a_prompt_comes_now_and_then_and_never_at_once() -> None:
    assert prompt(0, FIRST_PROMPT - 1) == ""
    asked = [prompt(0, FIRST_PROMPT * count) for count in (1, 2, 3)]
    assert asked == list(PROMPTS[:3])


def test_at_closing_something_is_always_asked_and_another_thing_the_next_time() -> None:
    assert prompt(0, 5, closing=True) == PROMPTS[0]
    assert prompt(1, 5, closing=True) == PROMPTS[2]


def test_the_next_case_is_the_next_that_is_not_done() -> None:
    assert next_of([7, 8, 9], 7) == 8
    assert next_of([7, 8, 9], 7, done={8}) == 9
    assert next_of([7, 8, 9], 9) == 7
    assert next_of([7, 8, 9], None) == 7
    assert next_of([7], 7) is None
    assert next_of([], 7) is None
