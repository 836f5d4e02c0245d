"""Drawing a transcript: runs that tile the words, stripes in lanes, how far a change reaches."""

import html
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domains.lines import line_starts
from app.domains.margin import Mark, TurnText, TurnView, affected, draw, short

pytestmark = pytest.mark.pure

TEXT = "What was it?\n😢 One two. Three four. Five.\nMm-hm."
LONG = " ".join(["word"] * 60)


def _turn(number: int, start: int, end: int, *sentences: int, text: str = TEXT) -> TurnText:
    lines = line_starts(text, start, end)
    return TurnText(number, "P", number > 1, start, end, sentences, lines, "data-sentences=0")


TURNS = [_turn(1, 0, 12, 0), _turn(2, 13, 41, 13, 24, 36), _turn(3, 42, 48, 42)]


def _mark(key: str, start: int, end: int, hue: int = 1, *, faint: bool = False) -> Mark:
    id_ = int(key.partition("-")[0])
    return Mark(key, id_, start, end, hue, hue, "ANT", "Antecedent · Ana", faint)


def _draw(*marks: Mark, **more: object) -> list[TurnView]:
    return draw(TEXT, TURNS, marks, open_turns={2}, **more)  # type: ignore[arg-type]


def _in_long_text(*marks: Mark) -> dict[str, dict[str, str]]:
    """The stripes beside one long turn, by their element ids."""
    turn = _turn(1, 0, len(LONG), 0, text=LONG)
    (view,) = draw(LONG, [turn], marks, open_turns=())
    found = [_attributes(stripe.attributes) for stripe in view.stripes]
    return {each["id"]: each for each in found}


def _attributes(written: str) -> dict[str, str]:
    return dict(part.partition("=")[::2] for part in written.split())


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
    assert "\n".join("".join(run.text for run in turn.words) for turn in turns) == TEXT
    for turn in turns:
        for run in turn.words:
            assert TEXT[int(_attributes(run.attributes)["data-start"]) :].startswith(run.text)


def test_where_two_blocks_overlap_the_run_names_both() -> None:
    words = _draw(_mark("1-1", 13, 30), _mark("2-2", 24, 41, 2))[1].words
    assert [(run.blocks, run.attributes) for run in words] == [
        ("1", "data-start=13 data-hue=1"),
        ("1 2", "data-start=24 data-hue=1 data-hue-2=2"),
        ("2", "data-start=30 data-hue=2"),
    ]


def test_the_tail_of_a_block_survives_the_end_of_another_of_the_same_domain() -> None:
    words = _draw(_mark("1-1", 13, 41), _mark("2-1", 13, 24))[1].words
    assert [run.blocks for run in words] == ["1 2", "1"]
    assert words[-1].attributes.endswith("data-hue=1")


def test_a_block_in_two_domains_is_one_block_with_two_stripes_and_two_hues() -> None:
    turn = _draw(_mark("1-1", 13, 41), _mark("1-2", 13, 41, 2))[1]
    assert [run.blocks for run in turn.words] == ["1"]
    assert turn.words[0].attributes.endswith("data-hue=1 data-hue-2=2")
    assert {_attributes(s.attributes)["data-lane"] for s in turn.stripes} == {"0", "1"}


def test_marks_that_share_a_line_have_lanes_of_their_own_and_others_share() -> None:
    places = {"1-1": (0, 100), "2-2": (20, 34), "3-1": (40, 49), "4-1": (150, 160)}
    stripes = _in_long_text(*(_mark(key, *place) for key, place in places.items()))
    assert [stripes[f"stripe-{key}"]["data-lane"] for key in places] == ["0", "1", "2", "0"]


def test_a_stripe_stands_beside_its_lines() -> None:
    stripe = _in_long_text(_mark("1-1", 145, 205))["stripe-1-1"]  # all in the third of five
    assert (stripe["data-from"], stripe["data-to"]) == ("5", "7")


def test_a_stripe_says_where_its_block_really_begins_and_ends() -> None:
    turns = _draw(_mark("1-1", 5, 44))
    said = [
        ("data-starts" in stripe.attributes, "data-ends" in stripe.attributes)
        for turn in turns
        for stripe in turn.stripes
    ]
    assert said == [(True, False), (False, False), (False, True)]
    assert [s.path for turn in turns for s in turn.stripes] == ["blocks/1", "", ""]


def test_marks_of_another_sample_have_stripes_and_neither_tint_nor_link() -> None:
    turn = _draw(_mark("1-1", 13, 30, faint=True))[1]
    assert [(stripe.path, stripe.abbreviation) for stripe in turn.stripes] == [("", "ANT")]
    assert "data-faint" in turn.stripes[0].attributes
    assert {run.blocks for run in turn.words} == {""}


def test_a_mark_without_hue_says_not_coded() -> None:
    turn = _draw(_mark("7-0", 13, 23, hue=0))[1]
    assert ["data-not-coded" in run.attributes for run in turn.words] == [True, False]
    assert {run.blocks for run in turn.words} == {""}
    assert turn.stripes[0].path == "not-coded/7"


def test_what_a_search_found_has_words_and_no_stripe() -> None:
    turn = _draw(hits=[(15, 18)])[1]
    assert [run.text for run in turn.words if run.is_found] == ["One"]
    assert turn.stripes == []


def test_attributes_need_no_escaping_whatever_people_wrote() -> None:
    nasty = '"><script>'
    turns = [turn._replace(speaker=nasty) for turn in TURNS]
    mark = _mark("1-1", 13, 30)._replace(abbreviation=nasty, said=nasty)
    (turn,) = draw(TEXT, turns, [mark], open_turns={2}, touched=[(13, 30)])
    written = [turn.attributes, *(s.attributes for s in turn.stripes)]
    written += [run.attributes for run in turn.words]
    assert [html.escape(each) for each in written] == written


words = st.integers(0, len(LONG) - 1)
passages = st.builds(lambda a, b: (min(a, b), max(a, b) + 1), words, words)


@settings(max_examples=60, deadline=None)
@given(st.lists(passages, max_size=8), passages, st.booleans())
def test_what_a_change_redraws_is_all_that_it_alters(
    places: list[tuple[int, int]], changed: tuple[int, int], is_added: bool
) -> None:
    edges = [0, *range(39, len(LONG), 40), len(LONG) + 1]
    text = "".join("\n" if at + 1 in edges else letter for at, letter in enumerate(LONG))
    turns = [
        _turn(number, start, end - 1, start, text=text)
        for number, (start, end) in enumerate(pairwise(edges), 1)
    ]
    others = [_mark(f"{number}-1", *place) for number, place in enumerate(places, 2)]
    both = ([_mark("1-1", *changed), *others], others)
    before, after = both[::-1] if is_added else both
    patched = {turn.id: turn for turn in draw(text, turns, before, open_turns=())}
    redrawn = draw(text, turns, after, open_turns=(), touched=[changed])
    patched |= {turn.id: turn for turn in redrawn}
    whole = draw(text, turns, after, open_turns=())
    assert {id_: _sorted(turn) for id_, turn in patched.items()} == {
        turn.id: _sorted(turn) for turn in whole
    }


def _sorted(turn: TurnView) -> TurnView:
    """Which of two blocks is named first does not matter where they begin at the same place."""
    return turn._replace(
        stripes=sorted(turn.stripes),
        words=[run._replace(blocks=" ".join(sorted(run.blocks.split()))) for run in turn.words],
    )


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


def test_lines_break_at_blanks_and_at_line_feeds() -> None:
    text = "a" * 50 + " " + "b" * 50 + "\ncc " + "d" * 200
    assert line_starts(text, 0, len(text)) == (0, 51, 102, 105, 178, 251)
