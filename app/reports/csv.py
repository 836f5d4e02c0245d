"""The results table as csv: the plain columns of the command line, or safe for a spreadsheet."""

import csv
from collections.abc import Sequence

from app.frequency.tables import Table
from app.reports.plain_rows import KEYS, plain_rows

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0")
"""A cell that starts so may run as a formula when a spreadsheet opens it."""

MARK = "\ufeff"


def render(tables: Sequence[Table], *, for_spreadsheet: bool = False) -> str:
    """One row for each category and subcategory; LF, quoted only where needed.

    `for_spreadsheet` (a download in the browser) puts ' before whatever could be a formula and a
    mark in front, by which Excel knows UTF-8.
    """
    lines = _Lines()
    writer = csv.DictWriter(lines, KEYS)
    writer.writeheader()
    for row in plain_rows(tables):
        writer.writerow(_harmless(row) if for_spreadsheet else row)
    return (MARK if for_spreadsheet else "") + "".join(lines)


class _Lines(list[str]):
    """Rows that end with LF; told to end them so itself, `csv` would not quote a CR in a cell."""

    def write(self, line: str) -> None:
        self.append(line.removesuffix("\r\n") + "\n")


def _harmless(row: dict[str, str | int]) -> dict[str, str | int]:
    return {
        key: "'" + value if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
        for key, value in row.items()
    }
