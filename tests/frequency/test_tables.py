"""Distinct cases, the order of rows, and the 66 published rows from invented cases."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.frequency.rules import RULES, Label, percent
from app.frequency.tables import (
    CategoryCases,
    DomainCases,
    Finding,
    Table,
    build_table,
    count_findings,
)
from tests.published_tables import invented_cases, published_tables

pytestmark = pytest.mark.pure

KNOX = RULES["knox-2017"]


def tabled(*findings: tuple[str, ...], cases: int = 10, rule: str = "knox-2017") -> Table:
    """The table of rows (cases, domain, category, subcategory); cases as "1 2 3"."""
    found = [Finding(case, *place) for codes, *place in findings for case in codes.split()]
    return build_table(count_findings(found), cases, RULES[rule])


def titles(table: Table) -> list[str]:
    return [row.title for domain in table.domains for row in domain.rows]


def test_a_case_counts_once_in_a_category_however_many_core_ideas_it_has() -> None:
    (domain,) = tabled(("1 1 1 2", "D", "A")).domains
    assert domain.rows[0].cases == 2


def test_a_category_counts_the_distinct_cases_of_itself_and_its_subcategories() -> None:
    (domain,) = tabled(
        ("1 2", "D", "A"), ("2 3 4", "D", "A", "a"), ("4 5 6", "D", "A", "b")
    ).domains
    (row,) = domain.rows
    assert (row.cases, row.percent, row.label) == (6, 60, Label.TYPICAL)
    assert [part.cases for part in row.subcategories] == [3, 3]


def test_a_category_that_has_only_subcategories_has_a_row_of_its_own() -> None:
    (domain,) = tabled(("1 2", "D", "A", "a")).domains
    assert (domain.rows[0].title, domain.rows[0].cases) == ("A", 2)


def test_the_same_category_in_two_domains_is_two_categories() -> None:
    table = tabled(("1 2", "D", "A", "a"), ("2 3 4", "E", "A", "a"))
    assert [domain.rows[0].cases for domain in table.domains] == [2, 3]
    assert [domain.rows[0].subcategories[0].cases for domain in table.domains] == [2, 3]


def test_the_same_subcategory_under_two_categories_is_two_subcategories() -> None:
    (domain,) = tabled(("1 2", "D", "A", "x"), ("3 4 5", "D", "B", "x")).domains
    assert [row.subcategories[0].cases for row in domain.rows] == [2, 3]


def test_rows_stand_from_general_to_not_reported_and_ties_as_first_met() -> None:
    table = tabled(
        ("1", "D", "single"),
        ("1 2", "D", "variant first"),
        ("1 2 3 4 5 6", "D", "typical"),
        ("1 2 3 4 5", "D", "variant second"),
        ("1 2 3 4 5 6 7 8 9", "D", "general"),
    )
    expected = ["general", "typical", "variant first", "variant second", "single"]
    assert titles(table) == expected


def test_rare_stands_after_variant() -> None:
    table = tabled(("1 2", "D", "rare"), ("1 2 3 4", "D", "v"), cases=16, rule="hill-2005-rare")
    assert titles(table) == ["v", "rare"]


def test_subcategories_stand_under_their_category_in_the_same_order() -> None:
    (domain,) = tabled(
        ("1", "D", "A", "single"),
        ("1 2", "D", "A", "variant"),
        ("1 2 3 4 5 6", "D", "A", "typical"),
    ).domains
    assert [row.title for row in domain.rows[0].subcategories] == ["typical", "variant", "single"]


def test_domains_stand_as_first_met_not_by_frequency() -> None:
    table = tabled(("1 2", "B", "x"), ("1 2 3 4 5 6 7 8 9", "A", "y"), ("3", "B", "x"))
    assert [domain.title for domain in table.domains] == ["B", "A"]


@pytest.mark.parametrize(("rule", "cases"), [("counts", 10), ("knox-2017", 2)])
def test_without_labels_everything_stands_as_first_met(rule: str, cases: int) -> None:
    table = tabled(("1", "D", "few"), ("1 2", "D", "many"), cases=cases, rule=rule)
    assert titles(table) == ["few", "many"]
    assert not table.has_labels


def test_a_category_of_the_board_without_cards_is_absent_and_last() -> None:
    empty, found = CategoryCases("empty"), CategoryCases("found", {"1", "2"})
    (domain,) = build_table([DomainCases("D", [empty, found])], 10, KNOX).domains
    assert [(row.title, row.label) for row in domain.rows] == [
        ("found", Label.VARIANT),
        ("empty", Label.ABSENT),
    ]


def test_as_reported_leaves_out_single_cases_and_domains_that_become_empty() -> None:
    table = tabled(
        ("1 2", "D", "A", "kept"), ("3", "D", "A", "single"), ("1", "D", "B"), ("1", "E", "C")
    ).as_reported()
    (domain,) = table.domains
    assert titles(table) == ["A"]
    assert domain.rows[0].cases == 3
    assert [row.title for row in domain.rows[0].subcategories] == ["kept"]


def test_as_reported_keeps_every_row_where_there_are_no_labels() -> None:
    assert titles(tabled(("1", "D", "A"), rule="counts").as_reported()) == ["A"]


@pytest.mark.parametrize("most", [True, False], ids=["most cases", "fewest cases"])
def test_all_66_published_rows_come_out_row_by_row(most: bool) -> None:
    rows = 0
    for published in published_tables():
        findings = [
            Finding(case, row.domain, row.category, row.subcategory)
            for row in published.rows
            for case in invented_cases(published, row, most=most)
        ]
        table = build_table(count_findings(findings), published.cases, KNOX)
        printed = []
        for domain in table.domains:
            for row in domain.rows:
                printed.append((domain.title, row.title, "", row.label))
                printed += [
                    (domain.title, row.title, part.title, part.label) for part in row.subcategories
                ]
        assert printed == [
            (row.domain, row.category, row.subcategory, row.label) for row in published.rows
        ]
        rows += len(printed)
    assert rows == 66


codes = st.sampled_from([f"P{number}" for number in range(12)])
names = st.sampled_from(["A", "B", "C"])
findings = st.lists(st.builds(Finding, codes, names, names, st.sampled_from(["", "a", "b"])))


@given(findings)
def test_a_parent_holds_at_least_its_largest_subcategory_and_at_most_n(
    found: list[Finding],
) -> None:
    table = build_table(count_findings(found), 12, KNOX)
    for domain in table.domains:
        for row in domain.rows:
            parts = [part.cases for part in row.subcategories]
            assert max(parts, default=0) <= row.cases <= 12
            assert row.percent == percent(row.cases, 12)


@given(findings, st.randoms(use_true_random=False))
def test_counts_do_not_depend_on_the_order_of_rows(found: list[Finding], random: Random) -> None:
    def counts(some: list[Finding]) -> set[tuple[str, str, int]]:
        table = build_table(count_findings(some), 12, KNOX)
        return {(d.title, row.title, row.cases) for d in table.domains for row in d.rows}

    shuffled = random.sample(found, len(found))
    assert counts(found) == counts(shuffled)
