"""Tables counted in the database: what counts, what does not, and what is still to come."""

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col

from app.consensus.models import Layer, Unit
from app.consensus.rules import State, UnitKind
from app.db import run
from app.domains.models import DomainKind
from app.frequency.queries import findings_of, samples_of
from app.frequency.rules import Label
from app.frequency.tables import Row, Table
from app.studies.models import Sample
from app.studies.service import add_abbreviation, add_sample
from tests.frequency.a_sample import (
    MISCELLANEOUS,
    ASample,
    another_sample,
    arrange,
    findings_table,
    make_sample,
)
from tests.people import People
from tests.published_tables import published_tables

TEN = tuple(f"P{number:02}" for number in range(1, 11))


@pytest.fixture
def sample(db: Session, people: People) -> ASample:
    """The sample 'as therapist', still empty."""
    return make_sample(db, people)


def table_of(sample: ASample, *, agreed_only: bool = False) -> Table:
    return findings_table(sample.db, sample.study_id, sample.id, agreed_only=agreed_only)


def rows_of(table: Table) -> dict[str, Row]:
    """Every category and subcategory by its title."""
    return {
        row.title: row
        for domain in table.domains
        for top in domain.rows
        for row in (top, *top.subcategories)
    }


# The published tables


@pytest.mark.parametrize("most", [False, True], ids=["fewest cases", "most cases"])
def test_the_66_published_rows_get_their_labels_in_one_study_of_three_samples(
    sample: ASample, most: bool
) -> None:
    first, *others = published_tables()
    samples = [sample, *(another_sample(sample, table.title) for table in others)]
    for made, published in zip(samples, [first, *others], strict=True):
        arrange(made, published, most=most)
    compared = 0
    for made, published in zip(samples, [first, *others], strict=True):
        table = table_of(made)
        assert (table.cases, table.provisional, table.remarks) == (published.cases, "", ())
        found = [
            (domain.title, path, str(row.label), row.key)
            for domain in table.domains
            for top in domain.rows
            for path, row in (
                ((top.title, ""), top),
                *(((top.title, part.title), part) for part in top.subcategories),
            )
        ]
        keys = made.categories
        assert found == [
            (
                row.domain,
                (row.category, row.subcategory),
                row.label,
                keys[tuple(filter(None, (row.domain, row.category, row.subcategory)))],
            )
            for row in published.rows
        ]
        compared += len(found)
    assert compared == 66


# What counts


def test_a_case_with_several_core_ideas_in_a_category_counts_once(sample: ASample) -> None:
    sample.add_cases("P01", "P02", "P03")
    sample.find(["P01", "P01", "P01", "P02"], "Reasons", "Felt close")
    assert rows_of(table_of(sample))["Felt close"].cases == 2


def test_a_category_counts_the_cases_of_its_subcategories_each_once(sample: ASample) -> None:
    sample.add_cases(*TEN)
    sample.find(["P01"], "Reasons", "Loss")
    sample.find(["P01", "P02", "P03"], "Reasons", "Loss", "of a parent")
    sample.find(["P03", "P04"], "Reasons", "Loss", "of a client")
    rows = rows_of(table_of(sample))
    assert [rows[title].cases for title in ("Loss", "of a parent", "of a client")] == [4, 3, 2]
    assert rows["Loss"].percent == 40


def test_a_core_idea_in_two_categories_counts_in_both(sample: ASample) -> None:
    sample.add_cases("P01", "P02", "P03")
    sample.add_category("Reasons", "Felt close")
    sample.add_category("Reasons", "Own loss")
    for code in ("P01", "P02"):
        sample.add_idea(code, "Reasons", "Felt close", "Own loss")
    rows = rows_of(table_of(sample))
    assert (rows["Felt close"].cases, rows["Own loss"].cases) == (2, 2)


def test_miscellaneous_is_never_counted_nor_tabled(sample: ASample) -> None:
    sample.add_cases("P01", "P02", "P03")
    sample.find(["P01", "P02"], "Reasons", "Felt close")
    sample.add_idea("P03", "Reasons", MISCELLANEOUS)
    sample.add_domain("Extent")
    sample.add_idea("P01", "Extent", MISCELLANEOUS)
    table = table_of(sample)
    assert list(rows_of(table)) == ["Felt close"]
    assert rows_of(table)["Felt close"].cases == 2
    assert table.provisional == ""


def test_unsorted_core_ideas_count_nowhere(sample: ASample) -> None:
    sample.add_cases("P01", "P02", "P03")
    sample.find(["P01", "P02"], "Reasons", "Felt close")
    sample.add_idea("P03", "Reasons")
    assert rows_of(table_of(sample))["Felt close"].cases == 2


def test_drafts_count_nowhere(sample: ASample, people: People) -> None:
    sample.add_cases("P01", "P02", "P03")
    sample.find(["P01", "P02"], "Reasons", "Felt close")
    units = run(sample.db, sa.select(col(Unit.kind), col(Unit.id)).order_by(col(Unit.id))).all()
    drafts = {}
    for kind, unit_id in units:
        draft = Layer(unit_id=unit_id, account_id=people.ben.id)
        sample.db.add(draft)
        sample.db.flush()
        drafts[kind] = draft.id
    sample.add_idea("P03", "Reasons", "Felt close", layer_id=drafts[UnitKind.CASE])
    sample.add_category("Reasons", "Only Ben's", layer_id=drafts[UnitKind.CROSS_ANALYSIS])
    (domain,) = table_of(sample).domains
    assert [(row.title, row.cases) for row in domain.rows] == [("Felt close", 2)]


def test_a_case_in_two_samples_counts_in_each_by_itself(sample: ASample) -> None:
    other = another_sample(sample, "as client")
    sample.add_cases("P01", "P02", "P03", "P04")
    other.add_cases("P01", "P02", "P05")
    sample.find(["P01", "P02", "P03"], "Reasons", "Felt close")
    other.find(["P01"], "Reasons", "Felt close")
    other.find(["P01", "P05"], "Reasons", "Felt safe")
    assert {row.title: row.cases for row in rows_of(table_of(sample)).values()} == {"Felt close": 3}
    assert {row.title: row.cases for row in rows_of(table_of(other)).values()} == {
        "Felt safe": 2,
        "Felt close": 1,
    }
    assert (table_of(sample).cases, table_of(other).cases) == (4, 3)


def test_only_analytic_domains_are_tabled_in_the_order_of_the_list(sample: ASample) -> None:
    sample.add_cases("P01", "P02", "P03")
    for kind in (DomainKind.CONTEXTUAL, DomainKind.DESCRIPTIVE, DomainKind.OTHER):
        sample.add_domain(kind.value, kind=kind)
        sample.add_idea("P01", kind.value)
    sample.find(["P01", "P02"], "Zeal", "a")
    sample.find(["P01", "P02"], "Antecedent", "b")
    table = table_of(sample)
    assert [domain.title for domain in table.domains] == ["Zeal", "Antecedent"]
    assert table.provisional == ""


def test_categories_stand_by_label_and_else_as_on_the_board(sample: ASample) -> None:
    sample.add_cases(*TEN)
    for title, count in (("v", 3), ("s", 1), ("t", 7), ("v2", 5), ("g", 9)):
        sample.find(TEN[:count], "Reasons", title)
    (domain,) = table_of(sample).domains
    assert [row.title for row in domain.rows] == ["g", "t", "v", "v2", "s"]
    assert domain.rows[-1].label is Label.NOT_REPORTED


def test_a_category_without_a_core_idea_is_in_no_table_and_is_named(sample: ASample) -> None:
    sample.add_cases("P01", "P02", "P03")
    sample.find(["P01", "P02"], "Reasons", "Felt close")
    sample.add_category("Reasons", "Nobody")
    sample.add_category("Reasons", "Felt close", "Nobody either")
    (findings,) = findings_of(sample.db, sample.study_id, samples_of(sample.db, sample.study_id))
    assert findings.domains[0].empty == ["Nobody either", "Nobody"]
    assert list(rows_of(findings.table())) == ["Felt close"]


def test_the_sample_says_rule_topic_and_abbreviations(sample: ASample) -> None:
    sample.add_cases(*TEN)
    sample.find(TEN[:9], "Reasons", "P felt close")
    sample.find(TEN[:2], "Reasons", "two")
    add_abbreviation(sample.db, sample.study, short="P", meaning="participant")
    run(
        sample.db,
        sa.update(Sample).where(col(Sample.id) == sample.id).values(rule="strict", min_cases=3),
    )
    table = table_of(sample)
    assert table.rule.name == "strict"
    assert table.topic == "Participants Crying as Therapists"
    assert table.abbreviations == (("P", "participant"),)
    assert rows_of(table)["P felt close"].label is Label.TYPICAL
    assert rows_of(table)["two"].label is Label.NOT_REPORTED


# What is still to come


def test_a_case_is_in_when_it_is_agreed_and_its_core_ideas_are_placed(sample: ASample) -> None:
    sample.add_cases("P01", "P02", "P03", "P04", agreed=False)
    sample.find(["P01", "P02"], "Reasons", "Felt close")
    assert table_of(sample).provisional == "0 of 4 cases in"
    sample.set_case("P01", State.AGREED)
    sample.set_case("P02", State.CLOSED)
    assert table_of(sample).provisional == "2 of 4 cases in"
    sample.set_case("P03", State.IN_AUDIT)
    assert table_of(sample).provisional == "3 of 4 cases in"
    unsorted = sample.add_idea("P03", "Reasons")
    assert table_of(sample).provisional == "2 of 4 cases in"
    sample.place(unsorted, "Reasons", MISCELLANEOUS)
    sample.set_case("P04", State.RESPONDING)
    assert table_of(sample).provisional == ""


def test_a_placement_on_a_draft_board_does_not_bring_a_case_in(
    sample: ASample, people: People
) -> None:
    sample.add_cases("P01")
    sample.add_domain("Reasons")
    draft = Layer(unit_id=sample.board_unit("Reasons"), account_id=people.ben.id)
    sample.db.add(draft)
    sample.db.flush()
    sample.add_category("Reasons", "Only Ben's", layer_id=draft.id)
    sample.add_idea("P01", "Reasons")
    assert table_of(sample).provisional == "0 of 1 cases in"


def test_a_core_idea_outside_the_analytic_domains_holds_nothing_up(sample: ASample) -> None:
    sample.add_cases("P01")
    sample.add_domain("Warm-up", kind=DomainKind.CONTEXTUAL)
    sample.add_idea("P01", "Warm-up")
    assert table_of(sample).provisional == ""


def test_domains_that_are_not_agreed_are_named_or_left_out(sample: ASample) -> None:
    sample.add_cases("P01", "P02", "P03")
    sample.find(["P01", "P02"], "Reasons", "Felt close")
    sample.find(["P01", "P02"], "Extent", "Minimal")
    sample.set_board("Extent", State.CONSENSUS)
    whole, agreed = table_of(sample), table_of(sample, agreed_only=True)
    assert list(rows_of(whole)) == ["Felt close", "Minimal"]
    assert whole.remarks == ("Not agreed yet: Extent.",)
    assert list(rows_of(agreed)) == ["Felt close"]
    assert agreed.remarks == ("Left out until the judges have agreed on them: Extent.",)


def test_two_cases_get_no_label(sample: ASample) -> None:
    sample.add_cases("P01", "P02")
    sample.find(["P01", "P02"], "Reasons", "Felt close")
    assert rows_of(table_of(sample))["Felt close"].label is None


def test_an_empty_sample_has_an_empty_table(sample: ASample) -> None:
    table = table_of(sample)
    assert (table.cases, table.domains, table.provisional) == (0, (), "")


def test_as_many_statements_for_nine_domains_as_for_one(
    sample: ASample, statements: list[str]
) -> None:
    def sent() -> int:
        sample.db.flush()
        statements.clear()
        findings_of(sample.db, sample.study_id, samples_of(sample.db, sample.study_id))
        return len(statements)

    sample.add_cases("P01", "P02", "P03")
    sample.find(["P01", "P02"], "Domain 1", "a")
    few = sent()
    other = another_sample(sample, "as client")
    other.add_cases(*TEN)
    for number in range(2, 10):
        sample.find(["P01", "P02", "P03"], f"Domain {number}", "a")
        other.find(TEN, f"Domain {number}", "a")
        other.find(TEN, f"Domain {number}", "a", "b")
    assert sent() == few == 5


def test_samples_come_in_their_order_with_their_n(sample: ASample) -> None:
    add_sample(sample.db, sample.study, name="a late one")
    sample.add_cases("P01", "P02", agreed=False)
    assert [(s.name, s.cases, s.cases_in) for s in samples_of(sample.db, sample.study_id)] == [
        ("as therapist", 2, 0),
        ("a late one", 0, 0),
    ]
