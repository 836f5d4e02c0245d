"""The results table for a terminal."""

from collections.abc import Iterator, Sequence

from app.frequency.tables import Table
from app.reports.layout import NUMERIC, Column, PrintedTable, lay_out

INDENT = "  "


def render(tables: Sequence[Table], columns: Sequence[Column] | None = None) -> str:
    """Aligned columns; each sentence of the note on its own line, however long."""
    printed = lay_out(tables, columns, for_paper=False)
    return "\n\n".join("\n".join(_lines(table)) for table in printed) + "\n"


def _lines(table: PrintedTable) -> Iterator[str]:
    rows = [table.headings]
    rows += (
        (INDENT * row.depth + row.title, *(str(cell) for cell in row.cells)) for row in table.rows
    )
    whole = [row for row in rows if len(row) == len(table.headings)]
    widths = [max(len(row[place]) for row in whole) for place in range(len(table.headings))]
    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))

    def line(row: Sequence[str]) -> str:
        cells = [row[0].ljust(widths[0])]
        for column, cell, width in zip(table.columns, row[1:], widths[1:], strict=False):
            cells.append(cell.rjust(width) if column in NUMERIC else cell.ljust(width))
        return "  ".join(cells).rstrip()

    yield table.number
    yield table.title
    yield rule
    yield line(rows[0])
    yield rule
    yield from map(line, rows[1:])
    yield rule
    yield "Note. " + "\n".join(table.note)
