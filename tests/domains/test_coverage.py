"""Coverage: which sentences of a turn still have a word that nobody looked at."""

import pytest

from app.domains.coverage import first_open, joined

pytestmark = pytest.mark.pure

TEXT = "One here. Two there. (pause) Three."
SENTENCES = [0, 10, 21]


def _open(*ranges: tuple[int, int]) -> int | None:
    return first_open(TEXT, SENTENCES, len(TEXT), joined(ranges))


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ([], 0),
        ([(0, 9)], 1),
        ([(0, 20)], 2),
        ([(0, 35)], None),
        ([(21, 35), (0, 9), (10, 20)], None),
        ([(0, 8), (10, 19), (21, 34)], None),
        ([(4, 35)], 0),
        ([(0, 9), (10, 20), (29, 35)], 2),
        ([(0, 15), (12, 40)], None),
        ([(50, 60)], 0),
    ],
    ids=[
        "nothing",
        "the first",
        "two in one block",
        "the whole turn",
        "each by itself, in any order",
        "all but full stops",
        "a word left at the start",
        "a word left in brackets",
        "overlapping blocks",
        "elsewhere",
    ],
)
def test_the_first_sentence_with_a_word_outside_all_blocks(
    ranges: list[tuple[int, int]], expected: int | None
) -> None:
    assert _open(*ranges) == expected


def test_a_turn_without_sentences_is_covered() -> None:
    assert first_open("", [], 0, []) is None


def test_touching_and_overlapping_ranges_are_one() -> None:
    assert joined([(5, 9), (0, 5), (8, 12), (20, 21)]) == [(0, 12), (20, 21)]
