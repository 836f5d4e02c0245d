"""What a row of a cross-analysis must hold, and how a wrong one is named."""

import pytest

from app.errors import Invalid
from app.interchange.cross_analysis_sheet import PlacedCase, read_cross_analysis

pytestmark = pytest.mark.pure


def read(text: str) -> tuple[PlacedCase, ...]:
    return read_cross_analysis(text.encode(), "x.csv")


def test_all_seven_columns_are_read() -> None:
    text = "case,domain,category,subcategory,sample,core idea,quote\n1,D,A,a,S,P wept.,I wept\n"
    assert read(text) == (PlacedCase("1", "D", "A", "a", "S", "P wept.", "I wept"),)


def test_a_case_without_a_category_is_kept() -> None:
    assert read("case,domain,category\n1,,\n2,D,\n") == (PlacedCase("1"), PlacedCase("2", "D"))


@pytest.mark.parametrize(
    ("row", "column", "what"),
    [
        (",D,A,,S", "case", "the case is blank"),
        (",,,,S", "case", "the case is blank"),
        ("1,D,A,,", "sample", "the sample is blank"),
        ("1,,A,,S", "domain", 'the category "A" has no domain'),
        ("1,D,,a,S", "category", 'the subcategory "a" has no category'),
    ],
)
def test_a_wrong_row_is_named_by_file_row_and_column(row: str, column: str, what: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(f"case,domain,category,subcategory,sample\n1,D,A,,S\n\n{row}\n")
    assert caught.value.message.startswith(f'x.csv, row 4, column "{column}": {what}')


def test_every_wrong_row_is_named_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        read("case,domain,category\n,D,A\n1,D,A\n2,,A\n")
    assert [line.split(":")[0] for line in caught.value.message.splitlines()] == [
        'x.csv, row 2, column "case"',
        'x.csv, row 4, column "domain"',
    ]
