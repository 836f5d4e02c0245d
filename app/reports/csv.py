"""The results table as csv: the plain columns of the command line, or safe for a spreadsheet."""

import csv
import io
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
    out = io.StringIO()
    writer = csv.DictWriter(out, KEYS, lineterminator="\n")
    writer.writeheader()
    for row in plain_rows(tables):
        writer.writerow(_harmless(row) if for_spreadsheet else row)
    return MARK + out.getvalue() if for_spreadsheet else out.getvalue()


def _harmless(row: dict[str, str | int]) -> dict[str, str | int]:
    return {
        key: "'" + value if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
        for key, value in row.items()
    }
