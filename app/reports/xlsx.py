"""The results table as an Excel file, one sheet for each table; no cell is ever a formula."""

import io
from collections.abc import Sequence
from datetime import datetime

import xlsxwriter

from app.frequency.tables import Table
from app.reports.layout import NUMERIC, Column, PrintedTable, lay_out

UNDATED = datetime(1980, 1, 1)
"""The same table gives the same bytes: a file of a snapshot carries no time of its own."""

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
WIDTHS = {Column.LABEL: 14, Column.CASES: 6, Column.PERCENT: 6, Column.ILLUSTRATION: 60}
HEAD_ROW = 3


def render(tables: Sequence[Table], columns: Sequence[Column] | None = None) -> bytes:
    """An xlsx file; numbers are numbers, everything else is text."""
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, OPTIONS)
    workbook.set_properties({"title": "Results tables", "created": UNDATED})
    for table in lay_out(tables, columns, for_paper=False):
        _write(workbook, table)
    workbook.close()
    return out.getvalue()


def _write(workbook: xlsxwriter.Workbook, table: PrintedTable) -> None:
    bold = workbook.add_format({"bold": True, "valign": "top"})
    italic = workbook.add_format({"italic": True})
    head = workbook.add_format({"top": 1, "bottom": 1})
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
    titles = {
        0: bold,
        **{
            depth: workbook.add_format({"text_wrap": True, "valign": "top", "indent": depth})
            for depth in (1, 2)
        },
    }
    sheet = workbook.add_worksheet(table.number)
    sheet.set_column(0, 0, 60)
    for place, column in enumerate(table.columns, start=1):
        sheet.set_column(place, place, WIDTHS[column])
    sheet.write_string(0, 0, table.number, bold)
    sheet.write_string(1, 0, table.title, italic)
    for place, heading in enumerate(table.headings):
        sheet.write_string(HEAD_ROW, place, heading, head)
    line = HEAD_ROW
    for line, row in enumerate(table.rows, start=HEAD_ROW + 1):
        sheet.write_string(line, 0, row.title, titles[row.depth])
        for place, (column, cell) in enumerate(zip(table.columns, row.cells, strict=False), 1):
            if column in NUMERIC:
                sheet.write_number(line, place, int(cell), wrapped)
            else:
                sheet.write_string(line, place, str(cell), wrapped)
    for place, sentence in enumerate(table.note):
        sheet.write_string(line + 2 + place, 0, ("Note. " if place == 0 else "") + sentence)
    sheet.repeat_rows(HEAD_ROW)
    sheet.freeze_panes(HEAD_ROW + 1, 0)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
