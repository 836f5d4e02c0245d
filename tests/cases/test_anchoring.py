"""A passage holds on to its words: offsets in code points, whole sentences, overlaps, lanes."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.anchoring import Span, check_quote, lanes, quote_at, snap, split_runs
from app.cases.sentences import sentence_starts
from app.errors import Conflict, Invalid

pytestmark = pytest.mark.pure

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "anchors.json").read_text("utf-8"))
TEXT = "I cried 😀 there. Then I left.\nNobody asked.  It rained."
STARTS = sentence_starts(TEXT)


@pytest.mark.parametrize("vector", VECTORS, ids=[v["quote"] for v in VECTORS])
def test_a_browser_selection_is_found_by_code_points(vector: dict[str, Any]) -> None:
    text, start, end = vector["text"], vector["start"], vector["end"]
    assert quote_at(text, start, end) == vector["quote"]
    check_quote(text, start, end, vector["quote"])
    utf16 = text.encode("utf-16-le")
    selected = utf16[2 * vector["utf16_start"] : 2 * vector["utf16_end"]]
    assert selected.decode("utf-16-le") == vector["quote"]


@pytest.mark.parametrize(("start", "end"), [(0, 0), (5, 4), (-1, 3), (0, 1000), (len(TEXT), 1000)])
def test_a_range_that_cannot_be_is_refused(start: int, end: int) -> None:
    with pytest.raises(Invalid, match="Select the passage again"):
        quote_at(TEXT, start, end)
    with pytest.raises(Invalid):
        check_quote(TEXT, start, end, "")


def test_words_that_are_not_in_their_place_are_a_conflict() -> None:
    with pytest.raises(Conflict, match="no longer matches"):
        check_quote(TEXT, 0, 7, "I tried")


@pytest.mark.parametrize(
    ("selected", "whole"),
    [
        ("cried", "I cried 😀 there."),
        ("I cried 😀 there.", "I cried 😀 there."),
        ("I cried 😀 there. ", "I cried 😀 there."),
        ("there. Then", "I cried 😀 there. Then I left."),
        ("left.\nNobody", "Then I left.\nNobody asked."),
        ("\nNobody", "Nobody asked."),
        ("  ", "Nobody asked."),
        ("rained", "It rained."),
    ],
)
def test_a_selection_grows_to_the_whole_sentences_it_touches(selected: str, whole: str) -> None:
    start = TEXT.index(selected)
    snapped = snap(start, start + len(selected), STARTS, len(TEXT), TEXT)
    assert TEXT[slice(*snapped)] == whole


def test_a_place_without_a_length_takes_its_sentence() -> None:
    assert TEXT[slice(*snap(20, 20, STARTS, len(TEXT), TEXT))] == "Then I left."


def test_without_the_text_blank_space_stays_with_its_sentence() -> None:
    assert TEXT[slice(*snap(3, 4, STARTS, len(TEXT)))] == "I cried 😀 there. "


def test_there_is_nothing_to_snap_to_in_an_empty_text() -> None:
    with pytest.raises(Invalid):
        snap(0, 1, [], 0, "")


WORDY = st.text(st.sampled_from("ab. \n😀"), min_size=1, max_size=40).filter(str.strip)


@given(WORDY, st.integers(-5, 50), st.integers(-5, 50))
def test_what_is_snapped_is_words_and_stays_when_snapped_again(text: str, a: int, b: int) -> None:
    starts = sentence_starts(text)
    start, end = snap(a, b, starts, len(text), text)
    assert 0 <= start < end <= len(text)
    if quote := text[start:end].strip():
        assert quote == text[start:end]
        assert snap(start, end, starts, len(text), text) == (start, end)


@pytest.mark.parametrize(
    ("blocks", "runs"),
    [
        ([], ["0-10 "]),
        (["a 2-5"], ["0-2 ", "2-5 a", "5-10 "]),
        (["a 2-6", "b 4-8"], ["0-2 ", "2-4 a", "4-6 ab", "6-8 b", "8-10 "]),
        (["a 2-8", "b 4-5"], ["0-2 ", "2-4 a", "4-5 ab", "5-8 a", "8-10 "]),
        (["b 4-5", "a 2-8"], ["0-2 ", "2-4 a", "4-5 ba", "5-8 a", "8-10 "]),
        (["a 2-4", "b 4-6"], ["0-2 ", "2-4 a", "4-6 b", "6-10 "]),
        (["a 2-4", "b 2-4"], ["0-2 ", "2-4 ab", "4-10 "]),
        (["a -9-99"], ["0-10 a"]),
        (["a -9-0", "b 10-12", "c 3-3"], ["0-10 "]),
        (["a 0-10", "b 0-3", "c 7-10"], ["0-3 ab", "3-7 a", "7-10 ac"]),
    ],
)
def test_overlapping_blocks_split_a_turn_into_runs(blocks: list[str], runs: list[str]) -> None:
    found = split_runs(0, 10, [span(block) for block in blocks])
    assert [f"{run.start}-{run.end} {''.join(run.ids)}" for run in found] == runs


def span(written: str) -> Span[str]:
    name, places = written.split(" ")
    start, end = places.rsplit("-", 1)
    return Span(name, int(start), int(end))


SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12)), max_size=12).map(
    lambda pairs: [Span(n, start, start + length) for n, (start, length) in enumerate(pairs)]
)


@given(SPANS)
def test_every_character_is_in_one_run_with_all_its_blocks(blocks: list[Span[int]]) -> None:
    runs = split_runs(5, 25, blocks)
    assert (runs[0].start, runs[-1].end) == (5, 25)
    assert all(before.end == after.start for before, after in pairwise(runs))
    for run in runs:
        for place in range(run.start, run.end):
            assert run.ids == tuple(b.id for b in blocks if b.start <= place < b.end)


@given(SPANS)
def test_lanes_never_overlap_and_are_as_few_as_can_be(blocks: list[Span[int]]) -> None:
    placed = lanes(blocks)
    assert set(placed) == {block.id for block in blocks}
    deepest = 0
    for place in range(50):
        here = [placed[b.id] for b in blocks if b.start <= place < b.end]
        assert len(here) == len(set(here))
        deepest = max(deepest, len(here))
    assert len(set(placed.values())) == deepest


def test_a_long_stripe_stands_nearest_the_text() -> None:
    assert lanes([Span("short", 0, 3), Span("long", 0, 9), Span("later", 3, 5)]) == {
        "long": 0,
        "short": 1,
        "later": 1,
    }
