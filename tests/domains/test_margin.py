"""Drawing a transcript: runs that tile the words, stripes in lanes, how far a change reaches."""

import pytest

from app.domains.margin import Mark, TurnText, TurnView, affected, draw, short

pytestmark = pytest.mark.pure

TEXT = "What was it?\n😢 One two. Three four. Five.\nMm-hm."
TURNS = [
    TurnText(1, "I", False, 0, 12, (0,), "0"),
    TurnText(2, "P", True, 13, 41, (13, 24, 36), "13,24,36"),
    TurnText(3, "P", True, 42, 48, (42,), "42"),
]


def _mark(key: str, start: int, end: int, hue: int = 1, *, faint: bool = False) -> Mark:
    id_ = int(key.partition("-")[0])
    return Mark(key, id_, start, end, hue, hue, "ANT", "Antecedent", "Ana", faint)


def _draw(*marks: Mark, **more: object) -> list[TurnView]:
    return draw(TEXT, TURNS, marks, open_turns={2}, **more)  # type: ignore[arg-type]


def _tiles(turns: list[TurnView]) -> str:
    return "\n".join("".join(words.text for words in turn.words) for turn in turns)


@pytest.mark.parametrize(
    "marks",
    [
        [],
        [_mark("1-1", 13, 41)],
        [_mark("1-1", 13, 30), _mark("2-2", 24, 41)],
        [_mark("1-1", 13, 41), _mark("2-2", 24, 30)],
        [_mark("1-1", 24, 30), _mark("1-2", 24, 30, 2)],
        [_mark("1-1", 13, 23), _mark("2-1", 24, 30)],
        [_mark("1-1", 5, 44)],
    ],
    ids=["none", "one", "overlapping", "nested", "two domains", "adjacent", "over three turns"],
)
def test_the_runs_of_every_turn_tile_its_words(marks: list[Mark]) -> None:
    turns = _draw(*marks)
    assert _tiles(turns) == TEXT
    for turn in turns:
        for words in turn.words:
            assert TEXT[words.start :].startswith(words.text)


def test_where_two_blocks_overlap_the_run_names_both() -> None:
    words = _draw(_mark("1-1", 13, 30), _mark("2-2", 24, 41, 2))[1].words
    assert [(run.blocks, run.hues) for run in words] == [
        ("1", (1,)),
        ("1 2", (1, 2)),
        ("2", (2,)),
    ]


def test_the_tail_of_a_block_survives_the_end_of_another_of_the_same_domain() -> None:
    words = _draw(_mark("1-1", 13, 41), _mark("2-1", 13, 24))[1].words
    assert [run.blocks for run in words] == ["1 2", "1"]
    assert words[-1].hues == (1,)


def test_marks_that_share_a_line_have_lanes_of_their_own_and_others_share() -> None:
    text = " ".join(["word"] * 60)
    turn = TurnText(1, "P", True, 0, len(text), (0,), "0")
    marks = [
        _mark("1-1", 0, 100),
        _mark("2-2", 20, 34),
        _mark("3-1", 40, 49),
        _mark("4-1", 150, 160),
    ]
    (view,) = draw(text, [turn], marks, open_turns=())
    assert {stripe.mark.key: stripe.lane for stripe in view.stripes} == {
        "1-1": 0,
        "2-2": 1,
        "3-1": 2,
        "4-1": 0,
    }


def test_a_stripe_says_where_its_block_really_begins_and_ends() -> None:
    turns = _draw(_mark("1-1", 5, 44))
    ends = [(s.starts, s.ends) for turn in turns for s in turn.stripes]
    assert ends == [(True, False), (False, False), (False, True)]


def test_a_stripe_stands_beside_its_lines() -> None:
    text = " ".join(["word"] * 60)
    turn = TurnText(1, "P", True, 0, len(text), (0,), "0")
    (view,) = draw(text, [turn], [_mark("1-1", 150, 225)], open_turns=())
    assert 4 <= view.stripes[0].top <= 7
    assert 8 <= view.stripes[0].bottom <= 12


def test_marks_of_another_sample_have_stripes_and_no_tint() -> None:
    turn = _draw(_mark("1-1", 13, 30, faint=True))[1]
    assert len(turn.stripes) == 1
    assert {run.blocks for run in turn.words} == {""}


def test_a_mark_without_hue_says_not_coded() -> None:
    turn = _draw(_mark("7-0", 13, 23, hue=0))[1]
    assert [run.not_coded for run in turn.words] == [True, False]
    assert {run.blocks for run in turn.words} == {""}


def test_what_a_search_found_has_words_and_no_stripe() -> None:
    turn = _draw(hits=[(15, 18)])[1]
    assert [run.text for run in turn.words if run.found] == ["One"]
    assert turn.stripes == []


def test_only_the_turns_that_are_touched_are_drawn_when_asked() -> None:
    assert [turn.id for turn in _draw(touched=[(24, 30)])] == ["turn-2"]


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ([], (10, 20)),
        ([(30, 40)], (10, 20)),
        ([(15, 40), (35, 60), (70, 80)], (10, 60)),
        ([(0, 12), (18, 25)], (0, 25)),
    ],
    ids=["alone", "others elsewhere", "a chain of overlaps", "both sides"],
)
def test_a_change_reaches_as_far_as_lanes_may_move(
    ranges: list[tuple[int, int]], expected: tuple[int, int]
) -> None:
    assert affected(ranges, 10, 20) == expected


@pytest.mark.parametrize(
    ("speaker", "expected"),
    [
        ("P", "P"),
        ("P01", "P01"),
        ("Participant", "P"),
        ("Dr. Lee", "DL"),
        ("", ""),
        ("????", "???"),
    ],
)
def test_a_speaker_fits_its_column(speaker: str, expected: str) -> None:
    assert short(speaker) == expected
