"""A diff that people can read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.word_diff import Kind, differences, own_words, word_diff

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


def test_words_of_ones_own_are_those_that_not_all_others_share() -> None:
    ben, chi, dee = "P felt grief.", "P felt loss.", "P felt grief and loss."
    assert [(p.kind, p.text) for p in own_words(ben, [chi])] == [
        (SAME, "P felt "),
        (ADDED, "grief"),
        (SAME, "."),
    ]
    assert [(p.kind, p.text) for p in own_words(ben, [chi, dee])] == [
        (SAME, "P felt "),
        (ADDED, "grief"),
        (SAME, "."),
    ]
    assert own_words(ben, []) == own_words(ben, [ben])


@given(st.text(max_size=40), st.lists(st.text(max_size=40), max_size=3))
def test_own_words_lose_no_character(text: str, others: list[str]) -> None:
    assert "".join(piece.text for piece in own_words(text, others)) == text


def test_differences_are_told_of_all_texts_alike_and_not_where_hardly_a_word_is_shared() -> None:
    told = differences(["P felt grief.", "P felt loss.", "P felt grief."])
    assert [[p.text for p in pieces if p.kind is ADDED] for pieces in told] == [
        ["grief"],
        ["loss"],
        ["grief"],
    ]
    apart = ["P cried all evening.", "Her mother had died."]
    assert [[(p.kind, p.text) for p in pieces] for pieces in differences(apart)] == [
        [(SAME, text)] for text in apart
    ]
    assert differences([]) == []
