"""The generated note: N, the cut-offs as ranges, abbreviations that occur, the rule, the state."""

from typing import Any

import pytest

from app.frequency.notes import note
from app.frequency.rules import RULES
from app.frequency.tables import CategoryCases, DomainCases, Table, build_table

pytestmark = pytest.mark.pure

LIST = (("C", "client"), ("P", "participant"), ("PT", "psychotherapy"), ("T", "therapist"))


def table(cases: int, rule: str = "knox-2017", **options: Any) -> Table:
    category = CategoryCases("P felt closer to T's grief", {"1", "2"}, illustration="C wept.")
    return build_table([DomainCases("Reasons", [category])], cases, RULES[rule], **options)


def test_the_note_starts_with_n_and_the_cut_offs_as_ranges() -> None:
    assert note(table(10))[0] == (
        "N = 10; General categories = 9–10 cases; Typical categories = 6–8 cases; "
        "Variant categories = 2–5 cases."
    )


def test_a_band_of_one_count_is_not_a_range() -> None:
    assert "General categories = 6 cases; Typical categories = 4–5 cases" in note(table(6))[0]


def test_an_empty_band_is_left_out() -> None:
    first = note(table(3, "hill-2012"))[0]
    assert first == "N = 3; General categories = 2–3 cases."


def test_rare_has_a_range_only_where_it_exists() -> None:
    assert "Rare categories = 2–3 cases" in note(table(16, "hill-2005-rare"))[0]
    assert "Rare" not in note(table(15, "hill-2005-rare"))[0]


def test_only_abbreviations_that_occur_in_the_table_are_explained() -> None:
    first = note(table(10, abbreviations=LIST))[0]
    assert first.endswith("; P = participant; T = therapist.")


def test_abbreviations_of_illustrations_are_explained_where_these_are_printed() -> None:
    assert "C = client" in note(table(10, abbreviations=LIST), illustrated=True)[0]
    assert "C = client" not in note(table(10, abbreviations=LIST))[0]


def test_the_rule_is_named_with_its_source_and_its_fewest_cases() -> None:
    assert note(table(10, min_cases=3))[1] == (
        "Rule knox-2017 (Knox et al., 2017): general = all or all but one, and only all where "
        "N ≤ 6; typical = more than half; findings of fewer than three cases are not reported."
    )


def test_counts_have_a_rule_without_cut_offs() -> None:
    assert note(table(10, "counts")) == (
        "N = 10.",
        "Rule counts: numbers of cases, no labels.",
    )


def test_a_sample_too_small_for_labels_says_so() -> None:
    assert note(table(2)) == (
        "N = 2.",
        "Rule knox-2017: no labels, for they need at least three cases.",
    )


def test_a_provisional_table_says_so_last() -> None:
    assert note(table(10, provisional="7 of 10 cases in"))[-1] == "Provisional: 7 of 10 cases in."
    assert not any("rovisional" in sentence for sentence in note(table(10)))
