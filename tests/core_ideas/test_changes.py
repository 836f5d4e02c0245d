"""What the consensus made of one judge's own core ideas."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core_ideas.changes import Change, Fate, Placed, changes
from app.core_ideas.comparison import Span, Statement
from app.word_diff import Kind

pytestmark = pytest.mark.pure

ANT, THO = 1, 2


def placed(*ideas: tuple[int, str], since: int = 0) -> list[Placed]:
    """Core ideas in their domains, all on the same passage."""
    return [
        Placed(domain, Statement(since + at, text, (Span(1, 0, 50),)))
        for at, (domain, text) in enumerate(ideas)
    ]


def told(mine: list[tuple[int, str]], agreed: list[tuple[int, str]]) -> list[tuple[Fate, str, str]]:
    """Each change with both texts."""
    return [
        (
            change.fate,
            change.mine.idea.text if change.mine else "",
            change.agreed.idea.text if change.agreed else "",
        )
        for change in changes(placed(*mine), placed(*agreed, since=100))
    ]


def test_every_core_idea_of_mine_is_kept_reworded_moved_or_dropped() -> None:
    mine = [
        (ANT, "P heard of C's mother."),
        (ANT, "P felt some of the grief."),
        (ANT, "P held her breath."),
        (THO, "Wet eyes."),
    ]
    agreed = [
        (ANT, "p heard of C's mother"),
        (ANT, "P felt C's grief as her own."),
        (THO, "P held her breath."),
        (THO, "C came back later."),
    ]
    assert told(mine, agreed) == [
        (Fate.KEPT, mine[0][1], agreed[0][1]),
        (Fate.REWORDED, mine[1][1], agreed[1][1]),
        (Fate.MOVED, mine[2][1], agreed[2][1]),
        (Fate.DROPPED, mine[3][1], ""),
        (Fate.ADDED, "", agreed[3][1]),
    ]


def test_moved_and_reworded_is_recognised_by_most_of_its_words() -> None:
    assert told([(ANT, "P held her breath then.")], [(THO, "P held her breath.")]) == [
        (Fate.MOVED, "P held her breath then.", "P held her breath.")
    ]


def test_the_same_passage_alone_does_not_make_two_core_ideas_one() -> None:
    assert [fate for fate, *_ in told([(ANT, "P cried.")], [(ANT, "C left early.")])] == [
        Fate.DROPPED,
        Fate.ADDED,
    ]


def test_a_rewording_shows_which_words_changed() -> None:
    (change,) = changes(placed((ANT, "P felt grief.")), placed((ANT, "P felt loss."), since=100))
    assert [(piece.kind, piece.text) for piece in change.pieces] == [
        (Kind.SAME, "P felt "),
        (Kind.REMOVED, "grief"),
        (Kind.ADDED, "loss"),
        (Kind.SAME, "."),
    ]
    assert Change(Fate.DROPPED, change.mine, None).pieces == ()


IDEAS = st.lists(
    st.tuples(
        st.sampled_from([ANT, THO]), st.sampled_from(["P cried.", "P cried much.", "C left."])
    ),
    max_size=6,
)


@given(IDEAS, IDEAS)
def test_nothing_is_told_twice_and_nothing_is_left_out(
    mine: list[tuple[int, str]], agreed: list[tuple[int, str]]
) -> None:
    own, theirs = placed(*mine), placed(*agreed, since=100)
    found = changes(own, theirs)
    assert [change.mine for change in found if change.mine] == own
    assert sorted(c.agreed.idea.id for c in found if c.agreed) == [o.idea.id for o in theirs]
    assert changes(own, theirs) == found
