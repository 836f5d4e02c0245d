"""Every (n, N, rule) against closed forms, the published cut-offs, and what must always hold."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.frequency.rules import RULES, Band, Label, Rule, RuleName, cut_offs, label, percent
from tests.published_tables import published_tables

pytestmark = pytest.mark.pure

G, T, V, R = Label.GENERAL, Label.TYPICAL, Label.VARIANT, Label.RARE
NOT, ABSENT = Label.NOT_REPORTED, Label.ABSENT
LABELLING = [name for name in RuleName if name != RuleName.COUNTS]
VECTORS = Path(__file__).parents[1] / "vectors"
CUT_OFFS = json.loads((VECTORS / "cut_offs.json").read_text(encoding="utf-8"))["rows"]


def by_formula(n: int, cases: int, rule: str, min_cases: int) -> Label | None:
    """The definition, question by question, written apart from the program's bands."""
    slack = {"hill-2012": 1, "hill-2005-rare": 1, "knox-2017": int(cases > 6)}.get(rule, 0)
    if cases < 3 or rule == "counts":
        return None
    if n == 0:
        return ABSENT
    if n < min_cases:
        return NOT
    if n >= cases - slack:
        return G
    if 2 * n > cases or (rule == "hill-1997" and 2 * n == cases):
        return T
    if rule == "hill-2005-rare" and cases > 15 and n <= 3:
        return R
    return V


@pytest.mark.parametrize("min_cases", [2, 3])
@pytest.mark.parametrize("rule", RuleName)
def test_every_count_of_every_sample_up_to_thirty_has_the_label_of_the_definition(
    rule: RuleName, min_cases: int
) -> None:
    for cases in range(1, 31):
        for n in range(cases + 1):
            expected = by_formula(n, cases, rule, min_cases)
            assert label(n, cases, RULES[rule], min_cases) == expected, (n, cases)


def closed_form(cases: int, rule: str) -> dict[Label, tuple[int, int]]:
    """The ranges written out, lower and upper end, for at least two cases."""
    half = cases // 2
    if rule == "hill-1997":
        from_half = max(2, -(-cases // 2))
        return {G: (cases, cases), T: (from_half, cases - 1), V: (2, -(-cases // 2) - 1)}
    slack = {"strict": 0, "knox-2017": 0 if cases <= 6 else 1}.get(rule, 1)
    general, typical = (cases - slack, cases), (max(half + 1, 2), cases - slack - 1)
    if rule == "hill-2005-rare" and cases > 15:
        return {G: general, T: typical, V: (4, half), R: (2, 3)}
    return {G: general, T: typical, V: (2, min(half, cases - slack - 1))}


@pytest.mark.parametrize("rule", LABELLING)
def test_cut_offs_are_the_closed_forms_and_an_empty_band_is_left_out(rule: RuleName) -> None:
    for cases in range(3, 31):
        expected = [
            Band(name, low, high)
            for name, (low, high) in closed_form(cases, rule).items()
            if low <= high
        ]
        assert list(cut_offs(cases, RULES[rule])) == expected, cases


@pytest.mark.parametrize("row", CUT_OFFS, ids=lambda row: f"N={row['N']}")
def test_cut_offs_are_those_of_the_printed_table(row: dict[str, Any]) -> None:
    def printed(kind: str) -> list[Band]:
        return [Band(Label(name), *ends) for name, ends in row[kind].items() if ends]

    cases = row["N"]
    assert list(cut_offs(cases, RULES["hill-2012"])) == printed("all_but_one")
    assert list(cut_offs(cases, RULES["strict"])) == printed("all")
    knox = "all" if cases <= 6 else "all_but_one"
    assert list(cut_offs(cases, RULES["knox-2017"])) == printed(knox)
    rare = "all_but_one_with_rare" if cases > 15 else "all_but_one"
    assert list(cut_offs(cases, RULES["hill-2005-rare"])) == printed(rare)


def test_the_default_rule_gives_the_ranges_of_all_three_published_notes() -> None:
    for table in published_tables():
        found = {
            band.label.capitalize(): (band.low, band.high)
            for band in cut_offs(table.cases, RULES["knox-2017"])
        }
        assert found == table.ranges


@pytest.mark.parametrize(
    ("n", "cases", "expected"),
    [
        *[(10, 10, G), (9, 10, G), (8, 10, T), (6, 10, T), (5, 10, V), (2, 10, V)],
        *[(1, 10, NOT), (0, 10, ABSENT)],
        *[(14, 15, G), (13, 15, T), (8, 15, T), (7, 15, V), (2, 15, V)],
        *[(6, 6, G), (5, 6, T), (4, 6, T), (3, 6, V), (2, 6, V), (1, 6, NOT)],
        *[(3, 3, G), (2, 3, T), (3, 4, T), (2, 4, V), (6, 7, G), (5, 7, T), (2, 2, None)],
    ],
)
def test_knox_2017_labels_the_hand_worked_counts(
    n: int, cases: int, expected: Label | None
) -> None:
    assert label(n, cases, RULES["knox-2017"]) == expected


@pytest.mark.parametrize(
    ("n", "expected"), [(1, NOT), (2, R), (3, R), (4, V), (8, V), (9, T), (14, T), (15, G), (16, G)]
)
def test_rare_stands_between_not_reported_and_variant_in_sixteen_cases(
    n: int, expected: Label
) -> None:
    assert label(n, 16, RULES["hill-2005-rare"]) == expected


def test_rare_needs_more_than_fifteen_cases() -> None:
    assert label(2, 15, RULES["hill-2005-rare"]) == V


def test_hill_1997_and_2012_differ_only_at_half_and_at_all_but_one() -> None:
    for cases, differing in {10: {5, 9}, 12: {6, 11}, 15: {14}}.items():
        found = {
            n
            for n in range(cases + 1)
            if label(n, cases, RULES["hill-1997"]) != label(n, cases, RULES["hill-2012"])
        }
        assert found == differing


def test_at_least_three_cases_reports_nothing_of_two() -> None:
    assert label(2, 10, RULES["knox-2017"], min_cases=3) == NOT
    assert label(2, 3, RULES["hill-2012"], min_cases=3) == NOT


def test_counts_gives_no_label_and_no_cut_offs() -> None:
    assert label(10, 10, RULES["counts"]) is None
    assert cut_offs(10, RULES["counts"]) == ()


@pytest.mark.parametrize(("n", "cases"), [(-1, 10), (11, 10)])
def test_a_count_that_cannot_be_is_refused(n: int, cases: int) -> None:
    with pytest.raises(ValueError, match="not a count"):
        label(n, cases, RULES["knox-2017"])


@pytest.mark.parametrize(
    ("n", "cases", "expected"), [(1, 8, 13), (1, 200, 1), (1, 3, 33), (2, 3, 67), (5, 5, 100)]
)
def test_percent_is_whole_and_rounded_half_up(n: int, cases: int, expected: int) -> None:
    assert percent(n, cases) == expected


def test_a_sample_without_cases_has_no_per_cent_and_no_label() -> None:
    assert percent(0, 0) == 0
    assert label(0, 0, RULES["knox-2017"]) is None


samples = st.integers(min_value=3, max_value=10_000)
rules = st.sampled_from([RULES[name] for name in LABELLING])
fewest = st.sampled_from([2, 3])


@given(samples, rules, fewest)
def test_bands_hold_every_count_once_from_the_least_reportable_to_n(
    cases: int, rule: Rule, min_cases: int
) -> None:
    bands = cut_offs(cases, rule, min_cases)
    assert bands[0].high == cases
    assert bands[-1].low == min_cases
    assert all(above.low == below.high + 1 for above, below in pairwise(bands))


@given(samples, rules, fewest, st.data())
def test_a_label_never_falls_as_the_count_grows(
    cases: int, rule: Rule, min_cases: int, data: st.DataObject
) -> None:
    n = data.draw(st.integers(min_value=0, max_value=cases - 1))
    order = list(Label)
    fewer, more = (label(count, cases, rule, min_cases) for count in (n, n + 1))
    assert fewer
    assert more
    assert order.index(more) <= order.index(fewer)


@given(samples, rules, fewest, st.data())
def test_label_and_cut_offs_agree(
    cases: int, rule: Rule, min_cases: int, data: st.DataObject
) -> None:
    n = data.draw(st.integers(min_value=min_cases, max_value=cases))
    (band,) = [band for band in cut_offs(cases, rule, min_cases) if n in band]
    assert label(n, cases, rule, min_cases) == band.label


@given(st.integers(min_value=1, max_value=10**9), st.data())
def test_percent_is_the_nearest_whole_number(cases: int, data: st.DataObject) -> None:
    n = data.draw(st.integers(min_value=0, max_value=cases))
    assert -cases <= 200 * n - 2 * cases * percent(n, cases) < cases
