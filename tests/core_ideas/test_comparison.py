"""Which core ideas the judges have in common, and which are read beside each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core_ideas.alignment import align
from app.core_ideas.comparison import (
    Comparison,
    Given,
    Span,
    Statement,
    compare,
    shared_passages,
    shared_words,
    words_key,
)

pytestmark = pytest.mark.pure

BEN, CHI, DEE = 2, 3, 4
MOTHER, GRIEF, TEARS = Span(1, 0, 60), Span(1, 100, 140), Span(1, 200, 240)


def judge(account: int, *ideas: tuple[str, Span], absence: str | None = None) -> Given:
    """What somebody gave; ids tell who and where."""
    statements = (
        Statement(account * 100 + at, text, (span,)) for at, (text, span) in enumerate(ideas)
    )
    return Given(account, tuple(statements), absence)


def rows(compared: Comparison) -> list[tuple[str | None, ...]]:
    """The words of each row, judge by judge."""
    return [tuple(idea and idea.text for idea in row.cells) for row in compared.rows]


def test_the_same_words_are_joined_whatever_the_case_and_with_or_without_a_full_stop() -> None:
    compared = compare(
        [
            judge(BEN, ("P felt C's grief.", GRIEF)),
            judge(CHI, ("p felt  C's Grief", MOTHER)),
            judge(DEE, ("P FELT C's grief .", GRIEF)),
        ]
    )
    (row,) = compared.rows
    assert row.is_same
    assert compared.is_same
    assert row.wordings == ("P FELT C's grief .",)


def test_what_one_of_the_judges_does_not_have_is_no_common_core_idea() -> None:
    compared = compare(
        [
            judge(BEN, ("P felt C's grief.", GRIEF)),
            judge(CHI, ("P felt C's grief.", GRIEF)),
            judge(DEE),
        ]
    )
    assert rows(compared) == [("P felt C's grief.", "P felt C's grief.", None)]
    assert not compared.is_same
    assert compared.rows[0].wordings == ("P felt C's grief.",)


def test_core_ideas_on_the_same_passage_stand_side_by_side_whatever_their_order() -> None:
    compared = compare(
        [
            judge(BEN, ("P heard of C's mother.", MOTHER), ("P shared it.", GRIEF)),
            judge(CHI, ("Some grief was P's own.", GRIEF), ("C told a hard week.", MOTHER)),
        ]
    )
    assert rows(compared) == [
        ("P heard of C's mother.", "C told a hard week."),
        ("P shared it.", "Some grief was P's own."),
    ]


def test_where_all_rest_on_everything_the_words_decide() -> None:
    everything = Span(1, 0, 400)
    compared = compare(
        [
            judge(BEN, ("P felt tired.", everything), ("P hid two tears from C.", everything)),
            judge(CHI, ("P hid tears.", everything), ("P was quite tired.", everything)),
        ]
    )
    assert rows(compared) == [
        ("P felt tired.", "P was quite tired."),
        ("P hid two tears from C.", "P hid tears."),
    ]


def test_core_ideas_that_share_neither_words_nor_passages_stand_alone() -> None:
    compared = compare(
        [judge(BEN, ("P heard of C's mother.", MOTHER)), judge(CHI, ("Wet eyes.", TEARS))]
    )
    assert rows(compared) == [("P heard of C's mother.", None), (None, "Wet eyes.")]


def test_three_judges_make_one_row_and_nobody_stands_in_it_twice() -> None:
    compared = compare(
        [
            judge(BEN, ("P felt grief.", GRIEF), ("P felt much grief.", GRIEF)),
            judge(CHI, ("P felt much grief then.", GRIEF)),
            judge(DEE, ("P felt grief herself.", GRIEF)),
        ]
    )
    assert rows(compared) == [
        ("P felt grief.", None, "P felt grief herself."),
        ("P felt much grief.", "P felt much grief then.", None),
    ]
    three = compare([judge(n, (text, GRIEF)) for n, text in enumerate(("A b.", "A c.", "A d."))])
    assert rows(three) == [("A b.", "A c.", "A d.")]


def test_with_one_drafter_everything_is_joined() -> None:
    compared = compare([judge(BEN, ("One.", MOTHER), ("Two.", GRIEF))])
    assert compared.is_same
    assert rows(compared) == [("One.",), ("Two.",)]


def test_a_core_idea_that_one_judge_wrote_twice_is_joined_once() -> None:
    compared = compare(
        [judge(BEN, ("P cried.", TEARS), ("P cried.", TEARS)), judge(CHI, ("P cried", TEARS))]
    )
    assert [row.is_same for row in compared.rows] == [True, False]


def test_the_same_reason_of_all_is_joined_and_another_is_not() -> None:
    same = compare([judge(BEN, absence="not asked"), judge(CHI, absence="not asked")])
    other = compare([judge(BEN, absence="not asked"), judge(CHI, absence="too thin")])
    silent = compare([judge(BEN, absence="not asked"), judge(CHI)])
    against = compare([judge(BEN, absence="not asked"), judge(CHI, ("P cried.", TEARS))])
    assert [each.is_same for each in (same, other, silent, against)] == [True, False, False, False]
    assert compare([judge(BEN), judge(CHI)]).is_empty


TEXTS = st.sampled_from(["P cried.", "p cried", "P cried much.", "C left.", "Wet eyes.", "c left"])
SPANS = st.builds(
    lambda start, length: Span(1, start, start + length), st.integers(0, 50), st.integers(1, 30)
)
JUDGES = st.lists(st.lists(st.tuples(TEXTS, SPANS), max_size=5), min_size=1, max_size=4)


@given(JUDGES)
def test_every_core_idea_stands_in_exactly_one_row(drafts: list[list[tuple[str, Span]]]) -> None:
    views = [judge(account + 1, *ideas) for account, ideas in enumerate(drafts)]
    compared = compare(views)
    there = sorted(idea.id for row in compared.rows for idea in row.ideas)
    assert there == sorted(idea.id for view in views for idea in view.ideas)
    for row in compared.rows:
        assert len(row.cells) == len(views)
        assert all(idea in view.ideas for view, idea in zip(views, row.cells, strict=True) if idea)
        if row.is_same:
            assert len(row.ideas) == len(views)
            assert len({words_key(idea.text) for idea in row.ideas}) == 1
    assert compare(views) == compared


@given(JUDGES)
def test_what_all_have_is_never_left_to_discuss(drafts: list[list[tuple[str, Span]]]) -> None:
    views = [judge(account + 1, *ideas) for account, ideas in enumerate(drafts)]
    for row in compare(views).rows:
        keys = {words_key(idea.text) for idea in row.ideas}
        assert row.is_same or len(row.ideas) < len(views) or len(keys) > 1


@given(st.lists(SPANS, max_size=4), st.lists(SPANS, max_size=4))
def test_shared_passages_are_counted_in_characters(one: list[Span], other: list[Span]) -> None:
    first = {at for span in one for at in range(span.start, span.end)}
    second = {at for span in other for at in range(span.start, span.end)}
    expected = len(first & second) / len(first | second) if first | second else 0
    assert shared_passages(one, other) == pytest.approx(expected)


def test_passages_of_two_transcripts_share_nothing() -> None:
    assert shared_passages([Span(1, 0, 10)], [Span(2, 0, 10)]) == 0
    assert not Span(1, 0, 10).overlaps(Span(2, 0, 10))
    assert not Span(1, 0, 10).overlaps(Span(1, 10, 12))


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ("P cried.", "p CRIED", 1),
        ("P cried.", "C left.", 0),
        ("P felt it", "P felt", 0.8),
        ("", "", 0),
    ],
)
def test_words_in_common_are_a_share(one: str, other: str, share: float) -> None:
    assert shared_words(one, other) == pytest.approx(share)


def test_what_is_likest_is_laid_together_first() -> None:
    def near(one: int, other: int) -> float:
        return 1 / (1 + abs(one - other))

    assert align([[10, 1], [2, 11]], near) == [(10, 11), (1, 2)]
    assert align([[1], [9]], near) == [(1, None), (None, 9)]
    assert align([[5, 5], [5]], near) == [(5, 5), (5, None)]
    assert align([], near) == []
