"""What every printed format shares."""

import pytest

from app.frequency.rules import RULES
from app.frequency.tables import CategoryCases, DomainCases, build_table
from app.reports.layout import Column, PrintedTable, lay_out
from tests.reports.tables_to_print import cases, reasons

pytestmark = pytest.mark.pure


def paper(**options: str) -> PrintedTable:
    (printed,) = lay_out([reasons(**options)], None, for_paper=True)
    return printed


def test_the_title_ends_with_the_topic_else_with_the_sample() -> None:
    title = "Domains, Categories, and Frequencies of Findings"
    assert paper(topic="Crying", sample="S").title == f"{title} Regarding Crying"
    assert paper(sample="S").title == f"{title} (S)"
    assert paper().title == title


def test_tables_are_numbered_in_order() -> None:
    printed = lay_out([reasons(), reasons()], None, for_paper=True)
    assert [table.number for table in printed] == ["Table 1", "Table 2"]


def test_labels_are_capitalised() -> None:
    (working,) = lay_out([reasons()], [Column.LABEL], for_paper=False)
    assert {row.cells[0] for row in working.rows if row.cells} == {
        *("General", "Typical", "Variant"),
        "Not reported",
    }


def test_a_paper_leaves_out_what_is_not_reported_and_the_domains_that_become_empty() -> None:
    assert [(row.depth, row.title) for row in paper().rows] == [
        (0, "Reasons for crying"),
        (1, "P felt close to C"),
        (2, "at the end of PT"),
        (1, "P was tired"),
    ]


def test_a_working_table_shows_everything() -> None:
    (working,) = lay_out([reasons()], None, for_paper=False)
    assert [row.title for row in working.rows][-4:] == [
        *("P was tired", "single"),
        *("Only a single case", "alone"),
    ]


def test_columns_are_chosen_and_keep_one_order() -> None:
    wanted = [Column.ILLUSTRATION, Column.PERCENT, Column.LABEL]
    (printed,) = lay_out([reasons()], wanted, for_paper=True)
    assert printed.headings == ("Domain and category", "Frequency", "%", "Illustration")
    assert printed.rows[1].cells == ("General", 90, "P cried because C's grief was P's own.")


def test_without_a_choice_a_paper_has_label_and_n_and_counts_have_n_and_per_cent() -> None:
    assert paper().columns == (Column.LABEL, Column.CASES)
    bare = build_table([DomainCases("D", [CategoryCases("A", cases(1))])], 10, RULES["counts"])
    (printed,) = lay_out([bare], None, for_paper=True)
    assert printed.columns == (Column.CASES, Column.PERCENT)
    assert printed.rows[1].cells == (1, 10)


def test_a_papers_note_explains_bold_and_indent() -> None:
    assert paper().note[1] == (
        "Bold = domain; indented = category; further indented = subcategory."
    )


def test_characters_that_no_document_can_hold_are_dropped() -> None:
    (printed,) = lay_out([reasons(topic="Cry\x00ing\x1b \ufffe")], None, for_paper=True)
    assert printed.title.endswith("Regarding Crying ")
