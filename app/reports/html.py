"""The results table as a web page that stands alone: no script, no reference to anything else."""

from collections.abc import Iterator, Sequence
from html import escape

from app.frequency.tables import Table
from app.reports.layout import NUMERIC, Column, PrintedRow, PrintedTable, lay_out

STYLE = """
body { font: 12pt/1.5 "Times New Roman", Times, serif; color: #000; background: #fff;
  max-width: 48rem; margin: 2rem auto; padding: 0 1rem; }
section + section { margin-top: 3rem; }
table { border-collapse: collapse; width: 100%; border-bottom: 1px solid; }
caption { text-align: left; padding-bottom: .5rem; }
caption b, caption i { display: block; }
thead th { border-top: 1px solid; border-bottom: 1px solid; }
th { font-weight: normal; }
th, td { text-align: left; vertical-align: top; padding: .15rem .75rem .15rem 0; }
tbody th[scope=rowgroup] { font-weight: bold; padding-top: .5rem; }
th.category { padding-left: 1.5rem; }
th.subcategory { padding-left: 3rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
@page { margin: 2.5cm; }
@media print {
  body { margin: 0; max-width: none; padding: 0; }
  section + section { break-before: page; margin-top: 0; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
  th[scope=rowgroup] { break-after: avoid; }
}
"""
CLASSES = {1: "category", 2: "subcategory"}


def render(tables: Sequence[Table], columns: Sequence[Column] | None = None) -> str:
    """A whole page; every text is escaped."""
    printed = lay_out(tables, columns, for_paper=True)
    title = escape(printed[0].title) if len(printed) == 1 else "Results tables"
    sections = "".join(map(_section, printed))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"{sections}</body>\n</html>\n"
    )


def _section(table: PrintedTable) -> str:
    first, *others = table.headings
    head = f'<th scope="col">{escape(first)}</th>' + "".join(
        f'<th scope="col"{_align(column)}>{escape(heading)}</th>'
        for column, heading in zip(table.columns, others, strict=True)
    )
    note = escape(" ".join(table.note)).removeprefix("N")
    return (
        f"<section>\n<table>\n<caption><b>{table.number}</b> <i>{escape(table.title)}</i>"
        f"</caption>\n<thead>\n<tr>{head}</tr>\n</thead>\n{''.join(_bodies(table))}</table>\n"
        f"<p><i>Note.</i> <i>N</i>{note}</p>\n</section>\n"
    )


def _bodies(table: PrintedTable) -> Iterator[str]:
    """One tbody for each domain, so that its heading names the group."""
    for place, row in enumerate(table.rows):
        if row.depth == 0:
            yield "</tbody>\n<tbody>\n" if place else "<tbody>\n"
        yield _row(row, table.columns)
    if table.rows:
        yield "</tbody>\n"


def _row(row: PrintedRow, columns: Sequence[Column]) -> str:
    if row.depth == 0:
        span = len(columns) + 1
        return f'<tr><th scope="rowgroup" colspan="{span}">{escape(row.title)}</th></tr>\n'
    cells = "".join(
        f"<td{_align(column)}>{escape(str(cell))}</td>"
        for column, cell in zip(columns, row.cells, strict=True)
    )
    return (
        f'<tr><th scope="row" class="{CLASSES[row.depth]}">{escape(row.title)}</th>{cells}</tr>\n'
    )


def _align(column: Column) -> str:
    return ' class="number"' if column in NUMERIC else ""
