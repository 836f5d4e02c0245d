"""The results table as LaTeX, to be read into a manuscript with \\input."""

import re
from collections.abc import Iterator, Sequence

from app.frequency.tables import Table
from app.reports.layout import NUMERIC, Column, PrintedRow, PrintedTable, lay_out

PREAMBLE = "% Needs in the preamble: \\usepackage{booktabs} and \\usepackage{longtable}\n"
WIDTHS = {Column.ILLUSTRATION: "p{0.3\\linewidth}"}

_SPECIAL = {
    "\\": "\\textbackslash{}",
    "{": "\\{",
    "}": "\\}",
    "$": "\\$",
    "&": "\\&",
    "#": "\\#",
    "_": "\\_",
    "%": "\\%",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
    "<": "\\textless{}",
    ">": "\\textgreater{}",
    "|": "\\textbar{}",
    "`": "\\textasciigrave{}",
    '"': "\\char34{}",  # babel gives " a meaning of its own in some languages
    "[": "{[}",  # after \\ a bracket would be its optional argument
    "]": "{]}",
    "–": "--",
    "≤": "$\\leq$",
    "≥": "$\\geq$",
}
_ESCAPED = re.compile("|".join(re.escape(character) for character in _SPECIAL) + "|-(?=-)")


def render(tables: Sequence[Table], columns: Sequence[Column] | None = None) -> str:
    """One longtable with booktabs rules for each table; every text is escaped."""
    printed = lay_out(tables, columns, for_paper=True)
    return PREAMBLE + "\n".join("\n".join(_lines(table)) for table in printed)


def _lines(table: PrintedTable) -> Iterator[str]:
    illustrated = Column.ILLUSTRATION in table.columns
    first = "p{0.35\\linewidth}" if illustrated else "p{0.65\\linewidth}"
    others = "".join(WIDTHS.get(c, "r" if c in NUMERIC else "l") for c in table.columns)
    head = " & ".join(map(escape, table.headings)) + " \\\\"
    yield "\\setlength{\\LTcapwidth}{\\linewidth}"
    yield f"\\begin{{longtable}}{{@{{}}{first}{others}@{{}}}}"
    yield f"\\caption{{{escape(table.title)}}}\\\\"
    yield f"\\toprule\n{head}\n\\midrule\n\\endfirsthead"
    yield f"\\toprule\n{head}\n\\midrule\n\\endhead"
    yield "\\bottomrule\n\\endfoot"
    for row in table.rows:
        yield _row(row, len(table.columns))
    yield "\\end{longtable}"
    note = escape(" ".join(table.note)).removeprefix("N")
    yield f"\\noindent\\textit{{Note.}} \\textit{{N}}{note}\n"


def _row(row: PrintedRow, columns: int) -> str:
    if row.depth == 0:
        title = f"\\textbf{{{escape(row.title)}}}"
        return f"\\multicolumn{{{columns + 1}}}{{@{{}}p{{\\linewidth}}@{{}}}}{{{title}}} \\\\*"
    cells = "".join(f" & {escape(str(cell))}" for cell in row.cells)
    return f"\\hspace*{{{row.depth}em}}{escape(row.title)}{cells} \\\\"


def escape(text: str) -> str:
    """Text that LaTeX prints as it is, in one line."""
    return _ESCAPED.sub(
        lambda found: _SPECIAL.get(found[0], "-{}"),
        " ".join(text.split()),
    )
