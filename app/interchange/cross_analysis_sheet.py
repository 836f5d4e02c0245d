"""A cross-analysis kept in a spreadsheet: one row for each core idea and where it is placed."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.interchange.spreadsheet import Sheet, SheetRow, problems, read_sheet

REQUIRED = ("case", "domain", "category")
OPTIONAL = ("subcategory", "sample", "core_idea", "quote")


@dataclass(frozen=True)
class PlacedCase:
    """A row: the case, and what it says where; without a category it only counts into N."""

    case: str
    domain: str = ""
    category: str = ""
    subcategory: str = ""
    sample: str = ""
    core_idea: str = ""
    quote: str = ""


def read_cross_analysis(
    content: bytes, name: str, encoding: str | None = None
) -> tuple[PlacedCase, ...]:
    """The rows in the sheet's order; `sample` is "" throughout if there is no such column.

    Raises `Invalid` naming file, row and column: what `read_sheet` refuses, a blank case, a blank
    sample in a sheet that has the column, a category without a domain, a subcategory without a
    category.
    """
    sheet = read_sheet(content, name, required=REQUIRED, optional=OPTIONAL, encoding=encoding)
    problems(name, _contradictions(sheet))
    return tuple(PlacedCase(**row.cells) for row in sheet.rows)


def _contradictions(sheet: Sheet) -> Iterator[tuple[int, str, str]]:
    for row in sheet.rows:
        found = _contradiction(row, "sample" in sheet.columns)
        if found:
            yield (row.number, *found)


def _contradiction(row: SheetRow, has_samples: bool) -> tuple[str, str] | None:
    cells = row.cells
    if not cells["case"]:
        return "case", "the case is blank. Fill in the case's code, or clear the whole row."
    if has_samples and not cells["sample"]:
        return "sample", "the sample is blank. Fill it in, or remove the column sample."
    if cells["category"] and not cells["domain"]:
        return "domain", f'the category "{cells["category"]}" has no domain. Fill in the domain.'
    if cells.get("subcategory") and not cells["category"]:
        return "category", (
            f'the subcategory "{cells["subcategory"]}" has no category. Fill in the category.'
        )
    return None
