"""A diff that people can read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core_ideas.word_diff import Kind, word_diff

pytestmark = pytest.mark.pure

SAME, REMOVED, ADDED = Kind.SAME, Kind.REMOVED, Kind.ADDED


def _diff(before: str, after: str) -> list[tuple[Kind, str]]:
    return [(piece.kind, piece.text) for piece in word_diff(before, after)]


def test_a_changed_word_stands_beside_the_one_it_replaces() -> None:
    assert _diff("P's tears came from loss.", "P's tears came from grief.") == [
        (SAME, "P's tears came from "),
        (REMOVED, "loss"),
        (ADDED, "grief"),
        (SAME, "."),
    ]


def test_neighbouring_changes_read_as_one() -> None:
    assert _diff("P cried for a long time", "P cried in many short moments") == [
        (SAME, "P cried "),
        (REMOVED, "for a long time"),
        (ADDED, "in many short moments"),
    ]


def test_equal_texts_have_one_piece_and_empty_ones_none() -> None:
    assert _diff("P cried.", "P cried.") == [(SAME, "P cried.")]
    assert _diff("", "") == []
    assert _diff("", "P cried.") == [(ADDED, "P cried.")]


def test_frequent_words_of_a_long_text_are_still_compared() -> None:
    before = "the client said that the client " * 60
    assert _diff(before, before + "cried") == [(SAME, before), (ADDED, "cried")]


@given(st.text("ab ’.\n", max_size=40), st.text("ab ’.\n", max_size=40))
def test_the_pieces_make_up_both_texts(before: str, after: str) -> None:
    pieces = word_diff(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind is not ADDED) == before
    assert "".join(piece.text for piece in pieces if piece.kind is not REMOVED) == after
