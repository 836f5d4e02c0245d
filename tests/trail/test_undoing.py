"""Which of one's own changes stand, by the chain alone."""

import pytest

from app.trail.undoing import Action, Step, standing

pytestmark = pytest.mark.pure


def test_changes_stand_newest_first() -> None:
    found = standing([Step(9), Step(4)])
    assert [action.number for action in found.actions] == [9, 4]
    assert found.undone is None


def test_what_was_undone_does_not_stand_and_can_be_brought_back() -> None:
    found = standing([Step(9, undoes=4), Step(4), Step(2)])
    assert [action.number for action in found.actions] == [2]
    assert found.undone == Action((9,), undoes=4)


def test_what_was_brought_back_stands_once() -> None:
    found = standing([Step(11, redoes=9), Step(9, undoes=4), Step(4)])
    assert [action.number for action in found.actions] == [11]
    assert found.undone is None


def test_what_was_brought_back_can_be_undone_again() -> None:
    found = standing([Step(12, undoes=11), Step(11, redoes=9), Step(9, undoes=4), Step(4)])
    assert found.actions == ()
    assert found.undone == Action((12,), undoes=11)


def test_two_undos_are_brought_back_one_after_another() -> None:
    undone_both = [Step(8, undoes=1), Step(7, undoes=2), Step(2), Step(1)]
    first = standing(undone_both)
    assert first.undone == Action((8,), undoes=1)
    second = standing([Step(9, redoes=8), *undone_both])
    assert [action.number for action in second.actions] == [9]
    assert second.undone == Action((7,), undoes=2)


def test_after_something_new_nothing_is_brought_back() -> None:
    found = standing([Step(10), Step(9, undoes=4), Step(4), Step(2)])
    assert [action.number for action in found.actions] == [10, 2]
    assert found.undone is None


def test_what_was_done_at_once_is_one_action() -> None:
    found = standing([Step(6, along=4), Step(5, along=4), Step(4), Step(1)])
    assert [action.numbers for action in found.actions] == [(4, 5, 6), (1,)]


def test_an_action_that_begins_too_far_back_is_left_alone() -> None:
    found = standing([Step(9), Step(6, along=4), Step(5, along=4)])
    assert [action.numbers for action in found.actions] == [(9,)]


def test_a_named_action_is_found_only_while_it_stands() -> None:
    found = standing([Step(9, undoes=4), Step(4), Step(2)])
    assert found.to_undo(4) is None
    assert found.to_undo(2) == found.to_undo() == found.actions[0]
