"""Where a core idea may stand, and how its turns are cited."""

import pytest

from app.cross_analysis.rules import IN_MISCELLANEOUS, UNSORTED, Passage, Places, cite, put

pytestmark = pytest.mark.pure

ONE, TWO = frozenset({1}), frozenset({2})


@pytest.mark.parametrize(
    ("places", "source", "to", "expected"),
    [
        (UNSORTED, UNSORTED, ONE, ONE),
        (ONE, ONE, TWO, TWO),
        (ONE, UNSORTED, TWO, ONE | TWO),
        (ONE | TWO, ONE, UNSORTED, TWO),
        (ONE | TWO, ONE, IN_MISCELLANEOUS, IN_MISCELLANEOUS),
        (IN_MISCELLANEOUS, UNSORTED, ONE, ONE),
        (IN_MISCELLANEOUS, IN_MISCELLANEOUS, UNSORTED, UNSORTED),
        (ONE | TWO, ONE, TWO, TWO),
    ],
    ids=[
        "sorted first",
        "moved",
        "added",
        "taken out of one of two",
        "miscellaneous is alone",
        "out of miscellaneous by sorting",
        "out of miscellaneous",
        "moved where it stands already",
    ],
)
def test_a_core_idea_stands_in_categories_or_in_miscellaneous(
    places: Places, source: Places, to: Places, expected: Places
) -> None:
    assert put(places, source, to) == expected


@pytest.mark.parametrize(
    ("passages", "words"),
    [
        ([], ""),
        ([(1, 44, 44)], "turn 44"),
        ([(2, 44, 44)], "turn 2:44"),
        ([(1, 88, 90)], "turns 88–90"),
        ([(1, 12, 12), (1, 88, 90)], "turns 12, 88–90"),
        ([(1, 89, 89), (1, 88, 88), (1, 88, 90)], "turns 88–90"),
        ([(1, 9, 9), (2, 1, 2)], "turns 9, 2:1–2"),
        ([(1, n, n) for n in (1, 3, 5, 7, 9)], "turns 1, 3, 5 +2"),
    ],
)
def test_turns_are_cited_shortly(passages: list[Passage], words: str) -> None:
    assert cite(passages) == words
