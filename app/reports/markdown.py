"""The results table as Markdown: a pipe table with bold domains."""

import re
from collections.abc import Iterator, Sequence

from app.frequency.tables import Table
from app.reports.layout import NUMERIC, Column, PrintedRow, PrintedTable, lay_out

INDENT = "&emsp;"
_SPECIAL = re.compile(r"([\\`*_\[\]{}|~$#!])")


def render(tables: Sequence[Table], columns: Sequence[Column] | None = None) -> str:
    """One pipe table for each table; text is escaped, no HTML gets through."""
    printed = lay_out(tables, columns, for_paper=True)
    return "\n\n".join("\n".join(_lines(table)) for table in printed) + "\n"


def _lines(table: PrintedTable) -> Iterator[str]:
    yield f"**{table.number}**"
    yield ""
    yield f"*{escape(table.title)}*"
    yield ""
    yield _pipes(map(escape, table.headings))
    yield _pipes([":---", *("---:" if column in NUMERIC else ":---" for column in table.columns)])
    for row in table.rows:
        yield _pipes(_cells(row, len(table.columns)))
    yield ""
    yield "*Note.* *N*" + escape(" ".join(table.note)).removeprefix("N")


def _cells(row: PrintedRow, columns: int) -> list[str]:
    if row.depth == 0:
        return [f"**{escape(row.title)}**", *[""] * columns]
    title = INDENT * row.depth + escape(row.title)
    return [title, *(escape(str(cell)) for cell in row.cells)]


def _pipes(cells: Iterator[str] | Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def escape(text: str) -> str:
    """Text that Markdown shows as it is, in one line."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
