"""What each outcome of a point puts in the consensus layer."""

import pytest

from app.consensus.rules import Outcome
from app.domains.comparison import Coded, Piece
from app.domains.outcomes import Passage, Shared, is_coded, pieces_at, put_in, view_of

pytestmark = pytest.mark.pure

BEN, CHI, DEE = 1, 2, 3
REA, TFA, ANT = 11, 12, 13
TEXT = "At first, yes. But some of it was mine. So I let two tears go."
HERE = Passage(7, 0, 39)


def piece(judge: int, start: int, end: int, domain: int | None = None) -> Piece:
    return Piece(judge, 7, start, end, domain)


def block(start: int, end: int, *domains: int) -> Coded:
    return Coded(7, start, end, frozenset(domains))


OTHER_DOMAINS = (piece(BEN, 0, 14, REA), piece(CHI, 0, 39, TFA), piece(DEE, 15, 39, REA))


def decided(
    outcome: Outcome,
    judge: int | None = None,
    pieces: tuple[Piece, ...] = OTHER_DOMAINS,
    shared: tuple[Shared, ...] = (),
) -> tuple[Coded, ...]:
    return put_in(outcome, judge, HERE, pieces, shared, TEXT)


def test_a_point_has_the_pieces_at_its_passage_that_are_not_joined() -> None:
    elsewhere = piece(BEN, 39, 62, REA)
    of_another = Piece(BEN, 8, 0, 14, REA)
    joined = piece(CHI, 2, 10, ANT)
    found = pieces_at(
        HERE, (*OTHER_DOMAINS, elsewhere, of_another, joined), [Shared(7, 0, 20, ANT)]
    )
    assert set(found) == set(OTHER_DOMAINS)


def test_a_piece_that_reaches_out_of_a_joined_passage_is_not_in_it() -> None:
    beyond = piece(CHI, 2, 21, ANT)
    assert pieces_at(HERE, [beyond], [Shared(7, 0, 20, ANT)]) == (beyond,)


def test_one_view_takes_that_judges_passages_and_domains() -> None:
    double = (*OTHER_DOMAINS, piece(BEN, 0, 14, ANT))
    assert decided(Outcome.ONE_VIEW, BEN, double) == (block(0, 14, REA, ANT),)
    assert decided(Outcome.ONE_VIEW, CHI, double) == (block(0, 39, TFA),)


def test_the_view_of_a_judge_who_put_nothing_there_is_empty() -> None:
    assert decided(Outcome.ONE_VIEW, CHI, (piece(BEN, 0, 14, REA),)) == ()


def test_double_coding_keeps_every_domain_with_its_own_ends() -> None:
    assert decided(Outcome.DOUBLE_CODE) == (
        block(0, 14, REA),
        block(0, 39, TFA),
        block(15, 39, REA),
    )
    nested = (piece(BEN, 0, 39, REA), piece(DEE, 15, 20, REA), piece(CHI, 0, 39, TFA))
    assert decided(Outcome.DOUBLE_CODE, pieces=nested) == (block(0, 39, REA, TFA),)


def test_double_coding_leaves_out_what_was_marked() -> None:
    pieces = (piece(BEN, 0, 39), piece(CHI, 0, 14, TFA))
    assert decided(Outcome.DOUBLE_CODE, pieces=pieces) == (block(0, 14, TFA),)


def test_not_coded_marks_the_passage() -> None:
    assert decided(Outcome.NOT_CODED) == (block(0, 39),)


def test_not_coded_leaves_what_all_judges_have_alone() -> None:
    assert decided(Outcome.NOT_CODED, shared=(Shared(7, 0, 14, ANT),)) == (block(15, 39),)
    assert decided(Outcome.NOT_CODED, shared=(Shared(7, 5, 14, ANT),)) == (
        block(0, 5),
        block(15, 39),
    )
    assert decided(Outcome.NOT_CODED, shared=(Shared(7, 0, 39, ANT),)) == ()
    assert decided(Outcome.NOT_CODED, shared=(Shared(7, 0, 37, ANT),)) == (block(37, 39),)
    assert decided(Outcome.NOT_CODED, shared=(Shared(7, 0, 38, ANT),)) == ()


def test_a_mark_inside_a_joined_passage_can_still_be_taken() -> None:
    marked = (piece(BEN, 3, 8),)
    assert decided(Outcome.NOT_CODED, None, marked, (Shared(7, 0, 39, ANT),)) == (block(3, 8),)


@pytest.mark.parametrize("outcome", [Outcome.EDITED, Outcome.TALK_LATER])
def test_editing_and_putting_off_put_nothing_in(outcome: Outcome) -> None:
    assert decided(outcome) == ()


def test_a_view_of_marks_alone_is_not_coded() -> None:
    assert not is_coded(view_of(BEN, [piece(BEN, 0, 3)]))
    assert is_coded(view_of(BEN, [piece(BEN, 0, 3, REA), piece(BEN, 0, 3)]))
