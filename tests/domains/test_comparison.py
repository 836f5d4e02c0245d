"""What judges' drafts have in common: joined where all have it, to be discussed where not."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domains.comparison import (
    Coded,
    Comparison,
    Joined,
    Piece,
    ToDiscuss,
    compare,
    pieces_of,
    unions,
)

pytestmark = pytest.mark.pure
of_many = settings(max_examples=60, deadline=None)

ANA, BEN, CHI = 1, 2, 3
ANT, REA, TFA = 11, 12, 13
Drafts = dict[int, list[Coded]]


def block(start: int, end: int, *domains: int, version: int = 1) -> Coded:
    return Coded(version, start, end, frozenset(domains))


def mark(start: int, end: int, version: int = 1) -> Coded:
    return Coded(version, start, end, frozenset())


def joined(found: Comparison) -> list[tuple[int, int, int | None]]:
    return [(each.start, each.end, each.domain) for each in found.joined]


def to_discuss(found: Comparison) -> list[tuple[int, int, set[tuple[int, int | None]]]]:
    return [
        (each.start, each.end, {(p.judge, p.domain) for p in each.pieces})
        for each in found.to_discuss
    ]


@pytest.mark.parametrize(
    ("case", "ben", "chi", "whole"),
    [
        ("identical", (0, 10), (0, 10), (0, 10)),
        ("nested", (0, 30), (10, 20), (0, 30)),
        ("overlapping", (0, 20), (10, 30), (0, 30)),
        ("one character shared", (0, 11), (10, 20), (0, 20)),
    ],
)
def test_overlapping_passages_in_one_domain_are_joined_to_their_utmost_ends(
    case: str, ben: tuple[int, int], chi: tuple[int, int], whole: tuple[int, int]
) -> None:
    found = compare({BEN: [block(*ben, REA)], CHI: [block(*chi, REA)]})
    assert joined(found) == [(*whole, REA)]
    assert found.to_discuss == ()


def test_ends_that_touch_do_not_overlap() -> None:
    found = compare({BEN: [block(0, 10, REA)], CHI: [block(10, 20, REA)]})
    assert joined(found) == []
    assert to_discuss(found) == [(0, 10, {(BEN, REA)}), (10, 20, {(CHI, REA)})]


def test_a_chain_of_overlapping_passages_is_one_passage() -> None:
    found = compare(
        {
            ANA: [block(0, 10, REA), block(18, 30, REA)],
            BEN: [block(8, 20, REA)],
            CHI: [block(28, 40, REA)],
        }
    )
    assert joined(found) == [(0, 40, REA)]


def test_a_domain_that_one_judge_lacks_is_discussed() -> None:
    found = compare({ANA: [block(0, 9, REA)], BEN: [block(3, 9, REA)], CHI: []})
    assert joined(found) == []
    assert to_discuss(found) == [(0, 9, {(ANA, REA), (BEN, REA)})]


def test_different_domains_at_overlapping_passages_are_one_point() -> None:
    found = compare({BEN: [block(0, 10, REA)], CHI: [block(5, 20, TFA)]})
    assert to_discuss(found) == [(0, 20, {(BEN, REA), (CHI, TFA)})]


def test_of_a_double_coded_block_only_what_is_not_shared_is_discussed() -> None:
    found = compare({BEN: [block(0, 10, REA, TFA)], CHI: [block(0, 10, REA)]})
    assert joined(found) == [(0, 10, REA)]
    assert to_discuss(found) == [(0, 10, {(BEN, TFA)})]


def test_leftovers_apart_from_each_other_are_points_of_their_own() -> None:
    found = compare({BEN: [block(0, 10, REA), block(10, 20, TFA)], CHI: []})
    assert [(start, end) for start, end, _ in to_discuss(found)] == [(0, 10), (10, 20)]


def test_a_mark_against_a_block_is_discussed() -> None:
    found = compare({BEN: [mark(0, 10)], CHI: [block(5, 20, TFA)]})
    assert joined(found) == []
    assert to_discuss(found) == [(0, 20, {(BEN, None), (CHI, TFA)})]


def test_a_mark_in_a_passage_that_all_judges_coded_is_discussed() -> None:
    found = compare(
        {BEN: [mark(3, 5), block(0, 10, REA)], CHI: [block(0, 10, REA)]},
    )
    assert joined(found) == [(0, 10, REA)]
    assert to_discuss(found) == [(3, 5, {(BEN, None)})]


def test_marks_of_all_are_joined_and_so_is_a_mark_against_nothing() -> None:
    found = compare({BEN: [mark(0, 10), mark(50, 60)], CHI: [mark(5, 12)]})
    assert joined(found) == [(0, 12, None), (50, 60, None)]
    assert found.to_discuss == ()


def test_marks_of_all_beside_a_block_of_one_are_discussed_with_it() -> None:
    found = compare({BEN: [mark(0, 10), block(8, 20, TFA)], CHI: [mark(0, 10)]})
    assert joined(found) == []
    assert to_discuss(found) == [(0, 20, {(BEN, None), (CHI, None), (BEN, TFA)})]


def test_transcripts_of_a_case_are_kept_apart_and_in_their_order() -> None:
    found = compare(
        {
            BEN: [block(0, 10, REA, version=7), block(0, 10, REA, version=4)],
            CHI: [block(0, 10, TFA, version=7), block(5, 9, REA, version=4)],
        },
        versions=[7, 4],
    )
    assert [(each.version, each.domain) for each in found.joined] == [(4, REA)]
    assert [each.version for each in found.to_discuss] == [7]
    both = compare({BEN: [block(0, 9, REA, version=v) for v in (4, 7)]}, versions=[7, 4])
    assert [each.version for each in both.joined] == [7, 4]


def test_with_one_drafter_everything_is_joined() -> None:
    draft = [block(0, 10, REA), block(5, 20, TFA, ANT), mark(15, 30), mark(40, 50)]
    found = compare({BEN: draft})
    assert joined(found) == [
        (0, 10, REA),
        (5, 20, ANT),
        (5, 20, TFA),
        (15, 30, None),
        (40, 50, None),
    ]
    assert found.to_discuss == ()


def test_nothing_was_coded() -> None:
    assert compare({BEN: [], CHI: []}) == Comparison((), ())
    assert compare({}) == Comparison((), ())


def test_the_union_of_pieces_keeps_domains_apart_but_where_they_coincide() -> None:
    pieces = pieces_of(
        {
            BEN: [block(0, 10, REA), block(30, 40, TFA), mark(50, 55)],
            CHI: [block(5, 20, REA, ANT), block(30, 40, ANT)],
        }
    )
    assert unions(pieces) == [
        block(0, 20, REA),
        block(5, 20, ANT),
        block(30, 40, ANT, TFA),
        mark(50, 55),
    ]


# Whatever the drafts are

ranges = st.tuples(st.integers(0, 30), st.integers(1, 12)).map(lambda r: (r[0], r[0] + r[1]))
passages = st.builds(
    lambda ends, domains, version: Coded(version, *ends, domains),
    ranges,
    st.frozensets(st.sampled_from([ANT, REA, TFA]), max_size=2),
    st.sampled_from([1, 2]),
)
a_draft = st.lists(passages, max_size=6)
some_drafts = st.dictionaries(st.sampled_from([1, 2, 3, 4]), a_draft, max_size=4)


def places(found: Comparison) -> list[Joined | ToDiscuss]:
    return [*found.joined, *found.to_discuss]


@of_many
@given(some_drafts)
def test_no_passage_is_lost_and_none_is_in_two_places(drafts: Drafts) -> None:
    found = [piece for each in places(compare(drafts)) for piece in each.pieces]
    assert len(found) == len(set(found))
    assert set(found) == pieces_of(drafts)


@of_many
@given(some_drafts)
def test_each_place_reaches_from_its_first_passage_to_its_last(drafts: Drafts) -> None:
    for each in places(compare(drafts)):
        assert each.start == min(piece.start for piece in each.pieces)
        assert each.end == max(piece.end for piece in each.pieces)
        assert {piece.version for piece in each.pieces} == {each.version}


@of_many
@given(some_drafts)
def test_in_a_joined_passage_every_drafter_has_the_domain(drafts: Drafts) -> None:
    for each in compare(drafts).joined:
        assert {piece.domain for piece in each.pieces} == {each.domain}
        if each.domain is not None:
            assert {piece.judge for piece in each.pieces} == set(drafts)


@of_many
@given(some_drafts)
def test_what_is_discussed_is_not_had_by_all(drafts: Drafts) -> None:
    for point in compare(drafts).to_discuss:
        for domain in {piece.domain for piece in point.pieces} - {None}:
            of_it = sorted(p for p in point.pieces if p.domain == domain)
            runs: list[list[Piece]] = []
            for piece in sorted(of_it, key=lambda p: (p.start, p.end)):
                if runs and piece.start < max(p.end for p in runs[-1]):
                    runs[-1].append(piece)
                else:
                    runs.append([piece])
            assert all({p.judge for p in run} != set(drafts) for run in runs)


@of_many
@given(some_drafts)
def test_points_of_a_transcript_never_overlap(drafts: Drafts) -> None:
    for version in (1, 2):
        here = [p for p in compare(drafts).to_discuss if p.version == version]
        assert all(before.end <= after.start for before, after in pairwise(here))


@of_many
@given(a_draft, st.integers(1, 4))
def test_when_all_are_of_one_mind_nothing_is_left_to_discuss(
    draft: list[Coded], judges: int
) -> None:
    found = compare(dict.fromkeys(range(1, judges + 1), draft))
    assert found.to_discuss == ()


@of_many
@given(some_drafts, st.randoms())
def test_the_order_of_drafts_and_passages_makes_no_difference(drafts: Drafts, chance) -> None:  # type: ignore[no-untyped-def]
    shuffled = {}
    for judge in chance.sample(sorted(drafts), len(drafts)):
        shuffled[judge] = chance.sample(drafts[judge], len(drafts[judge]))
    assert compare(shuffled) == compare(drafts)


@of_many
@given(some_drafts)
def test_the_text_gives_the_order(drafts: Drafts) -> None:
    found = compare(drafts)
    for listed in (found.joined, found.to_discuss):
        order = [(each.version, each.start, each.end) for each in listed]
        assert order == sorted(order)
