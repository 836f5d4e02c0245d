"""Guessing whose words are whose."""

import pytest

from app.cases.speakers import SpeakerRole, guess_roles, heard

pytestmark = pytest.mark.pure

ASKS, TELLS, OTHER = SpeakerRole.INTERVIEWER, SpeakerRole.PARTICIPANT, SpeakerRole.OTHER


@pytest.mark.parametrize(
    ("words", "roles"),
    [
        ({"I": 900, "P": 10}, {"I": ASKS, "P": TELLS}),
        ({"Q": 10, "A": 90}, {"Q": ASKS, "A": TELLS}),
        ({"Assistant": 1, "User": 9, "AI": 8}, {"Assistant": ASKS, "User": TELLS, "AI": ASKS}),
        ({"Interviewer 1": 5, "Interviewer 2:": 5, "P07": 50}, None),
        ({"Dan": 90, "Participant": 10}, {"Dan": ASKS, "Participant": TELLS}),
        ({"Ana": 10, "Ben": 90}, {"Ana": ASKS, "Ben": TELLS}),
        ({"": 40}, {"": TELLS}),
        ({"I": 10, "P": 90, "Dog": 2}, {"I": ASKS, "P": TELLS, "Dog": OTHER}),
        ({"": 3, "I": 10, "P": 90}, {"": OTHER, "I": ASKS, "P": TELLS}),
        ({"Ana": 10, "Ben": 90, "Chi": 20}, {"Ana": OTHER, "Ben": TELLS, "Chi": OTHER}),
    ],
)
def test_roles_are_guessed_by_the_word_else_by_who_says_most(
    words: dict[str, int], roles: dict[str, SpeakerRole] | None
) -> None:
    turns = [(label, "word " * count, "") for label, count in words.items()]
    expected = roles or {"Interviewer 1": ASKS, "Interviewer 2:": ASKS, "P07": TELLS}
    assert guess_roles(heard(turns)) == expected


def test_speakers_are_counted_in_the_order_they_first_speak() -> None:
    found = heard([("P", "one two", ""), ("I", "three", ""), ("P", "four", "")])
    assert [(s.label, s.turns, s.words) for s in found] == [("P", 2, 3), ("I", 1, 1)]
