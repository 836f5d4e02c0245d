"""What the address of a findings page asks for, and what an address is made of."""

import pytest
from starlette.datastructures import QueryParams

from app.frequency.illustrations import Illustration
from app.frequency.rules import RULES
from app.frequency.tables import Table
from app.reports.choices import Choice, read_choice
from app.reports.layout import Column

pytestmark = pytest.mark.pure

LABELLED = Table("", 10, RULES["knox-2017"], ())
COUNTED = Table("", 10, RULES["counts"], ())


def read(query: str, *, everything: bool = True) -> Choice:
    return read_choice(QueryParams(query), raw_data=everything, not_agreed=everything)


@pytest.mark.parametrize(
    ("query", "labelled", "counted"),
    [
        ("", "label n", "n percent"),
        ("columns=title", "", ""),
        ("columns=title&columns=percent&columns=label", "label percent", "percent"),
        ("columns=title&columns=n&columns=nonsense", "n", "n"),
        ("illustration=core-idea", "label n illustration", "n percent illustration"),
        ("columns=title&illustration=quotation", "illustration", "illustration"),
        ("illustration=poem", "label n", "n percent"),
    ],
)
def test_columns_of_an_address(query: str, labelled: str, counted: str) -> None:
    choice = read(query)
    assert choice.columns(LABELLED) == tuple(map(Column, labelled.split()))
    assert choice.columns(COUNTED) == tuple(map(Column, counted.split()))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?columns=title",
        "?columns=title&columns=label&columns=n&columns=percent",
        "?illustration=quotation&unagreed=1&category=12",
    ],
)
def test_an_address_is_read_as_it_was_written(query: str) -> None:
    assert read(query.removeprefix("?")).query == query


def test_who_may_not_see_it_gets_no_quotation_and_nothing_that_is_not_agreed() -> None:
    choice = read("illustration=quotation&unagreed=1", everything=False)
    assert choice == Choice()
    assert read("illustration=core-idea", everything=False).illustration is Illustration.CORE_IDEA


@pytest.mark.parametrize("category", ["", "x", "-1", "1.5", "٣", "9" * 11])
def test_a_category_that_is_no_number_is_left_out(category: str) -> None:
    assert read(f"category={category}").category is None


def test_a_file_leaves_its_columns_to_the_format_unless_some_were_chosen() -> None:
    assert read("").chosen_columns([LABELLED]) is None
    assert read("columns=title&columns=label").chosen_columns([COUNTED, LABELLED]) == (
        Column.LABEL,
    )
