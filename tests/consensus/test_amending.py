"""What counts as spelling, so that agreements to it stay, and what says something else."""

import pytest

from app.consensus.amending import is_editorial

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("P felt close to C", "P felt close to C."),
        ("P recieved a letter.", "P received a letter."),
        ("P was intrested in C's story.", "P was interested in C’s story."),
        ("p cried", "P cried"),
        ("the the end", "the end"),
        ("P's well being", "P's well-being"),
        ("P went in to the room", "P went into the room"),
        ("a naive remark in a cafe", "a naïve remark in a café"),
        ("P cant go on", "P can't go on"),
        ("P  cried ,then left", "P cried, then left"),
        ("P shared a part of the greif.", "P shared a part of the grief."),
        ("“P” cried—then left", "'P' cried – then left"),
        ("P's straße", "P's strasse"),
        ("Él lloró.", "El lloro."),
    ],
)
def test_spelling_and_punctuation_are_editorial(before: str, after: str) -> None:
    assert is_editorial(before, after)
    assert is_editorial(after, before)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("P cried", "T cried"),
        ("he left C", "she left C"),
        ("P was happy", "P was unhappy"),
        ("P found it important", "P found it unimportant"),
        ("P was moral about it", "P was amoral about it"),
        ("P could leave", "P would leave"),
        ("P can leave", "P can't leave"),
        ("P did cry", "P did not cry"),
        ("P should leave", "P shouldn't leave"),
        ("P waited 3 weeks", "P waited 5 weeks"),
        ("P cried in week 12", "P cried in week 13"),
        ("5 > 3", "5 < 3"),
        ("helpful to P", "helpless to P"),
        ("P was sad", "P was mad"),
        ("P trusts C", "C trusts P"),
        ("P cried twice", "P cried"),
        ("P cried", "P cried a lot"),
        ("悲しいと言った", "嬉しいと言った"),
        ("היא בכתה", "הוא בכתה"),
        ("nothing", ""),
    ],
)
def test_what_says_something_else_is_not_editorial(before: str, after: str) -> None:
    assert not is_editorial(before, after)
    assert not is_editorial(after, before)


def test_nothing_changed_is_editorial() -> None:
    assert is_editorial("P cried.", "P cried.")


def test_a_long_word_may_differ_in_two_letters_and_a_shorter_one_in_one() -> None:
    assert is_editorial("P's acomodation", "P's accommodation")
    assert not is_editorial("P's grace", "P's great")
