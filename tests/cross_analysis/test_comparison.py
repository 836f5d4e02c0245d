"""Which titles the judges' category lists have in common, and which are to be discussed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cross_analysis.comparison import Listed, TitleRow, compare

pytestmark = pytest.mark.pure


def listed(*titles: str | tuple[str, list[str]], since: int = 0) -> list[Listed]:
    """A judge's list; a pair is a category with its subcategories."""
    found = []
    for at, title in enumerate(titles):
        name, below = title if isinstance(title, tuple) else (title, [])
        subs = tuple(Listed(since + 100 * at + n, sub) for n, sub in enumerate(below, 1))
        found.append(Listed(since + 100 * at, name, subs))
    return found


def told(rows: tuple[TitleRow, ...]) -> list[tuple[str | None, ...]]:
    """The titles of each row; a subcategory's with what it is below."""
    return [
        tuple(
            (f"{row.below.titles[0]} › " if row.below else "") + cell.title if cell else None
            for cell in row.cells
        )
        for row in rows
    ]


def test_a_title_that_all_have_is_joined_whatever_its_case() -> None:
    rows = compare([listed("Felt closer", "Wept"), listed("wept", "felt Closer")])
    assert [row.is_same for row in rows] == [True, True]
    assert told(rows) == [("Felt closer", "felt Closer"), ("Wept", "wept")]
    assert rows[0].titles == ("Felt closer",)


def test_titles_that_share_words_stand_side_by_side_and_others_alone() -> None:
    rows = compare([listed("Felt closer to C", "Deeper work"), listed("C left", "Closer to C")])
    assert told(rows) == [
        ("Felt closer to C", "Closer to C"),
        (None, "C left"),
        ("Deeper work", None),
    ]
    assert not any(row.is_same for row in rows)


def test_what_two_of_three_have_is_still_to_be_discussed() -> None:
    (row,) = compare([listed("Wept"), listed("Wept"), []])
    assert told((row,)) == [("Wept", "Wept", None)]
    assert not row.is_same
    assert row.titles == ("Wept",)


def test_subcategories_are_compared_below_a_joined_title_and_go_along_with_another() -> None:
    rows = compare(
        [
            listed(("Closer", ["To C", "To colleagues"]), ("Work", ["Deeper"])),
            listed(("closer", ["to c"]), ("Pace", ["Slower"]), since=1000),
        ]
    )
    assert told(rows) == [
        ("Closer", "closer"),
        ("Closer › To C", "Closer › to c"),
        ("Closer › To colleagues", None),
        ("Work", None),
        (None, "Pace"),
    ]
    assert rows[3].subtitles == ("Deeper",)


def test_the_list_of_one_judge_is_joined_as_it_is() -> None:
    rows = compare([listed(("Closer", ["To C"]), "Work")])
    assert told(rows) == [("Closer",), ("Closer › To C",), ("Work",)]
    assert all(row.is_same for row in rows)
    assert compare([]) == compare([[], []]) == ()


TITLES = st.sampled_from(["Closer", "Closer to C", "Felt closer to C", "Work", "Deeper work", "C"])
LISTS = st.lists(
    st.lists(
        st.tuples(TITLES, st.lists(TITLES, max_size=2, unique=True)),
        max_size=4,
        unique_by=lambda pair: pair[0],
    ),
    min_size=1,
    max_size=3,
)


@given(LISTS)
def test_every_category_is_told_exactly_once(drafts: list[list[tuple[str, list[str]]]]) -> None:
    lists = [listed(*draft, since=1000 * at) for at, draft in enumerate(drafts)]
    rows = compare(lists)
    ids = [each.id for row in rows for each in row.listed]
    ids += [
        sub.id
        for row in rows
        if not row.is_same
        for each in row.listed
        for sub in each.subcategories
    ]
    everything = [each.id for draft in lists for each in draft]
    everything += [sub.id for draft in lists for each in draft for sub in each.subcategories]
    assert sorted(ids) == sorted(everything)
    assert compare(lists) == rows
