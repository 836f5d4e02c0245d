"""What every printed format of a results table shares: numbers, titles, rows, columns, the note."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.frequency.notes import note
from app.frequency.tables import DomainRows, Row, Table


class Column(StrEnum):
    """The columns beside the titles, by the name a form or an address uses."""

    LABEL = "label"
    CASES = "n"
    PERCENT = "percent"
    ILLUSTRATION = "illustration"


HEADINGS = {
    Column.LABEL: "Frequency",
    Column.CASES: "n",
    Column.PERCENT: "%",
    Column.ILLUSTRATION: "Illustration",
}
FIRST_HEADING = "Domain and category"
NUMERIC = frozenset({Column.CASES, Column.PERCENT})

Cell = str | int


@dataclass(frozen=True)
class PrintedRow:
    """`depth` is 0 for a domain (which has no cells), 1 for a category, 2 for a subcategory.

    `key` is the domain's or category's id, where the table comes from a study.
    """

    depth: int
    title: str
    cells: tuple[Cell, ...] = ()
    key: int | None = None


@dataclass(frozen=True)
class PrintedTable:
    """A table as it stands on the page; the note's first sentence starts with "N"."""

    number: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[PrintedRow, ...]
    note: tuple[str, ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """The head of each column, the titles' first."""
        return (FIRST_HEADING, *(HEADINGS[column] for column in self.columns))


def lay_out(
    tables: Sequence[Table], columns: Sequence[Column] | None, *, for_paper: bool
) -> list[PrintedTable]:
    """Each table as printed, numbered from 1.

    For a paper the rows that are *not reported* are left out and the note ends with the key to
    bold and indent; without `columns` a paper has label and n, a working table the % as well.
    """
    return [
        _printed(number, table.as_reported() if for_paper else table, columns, for_paper)
        for number, table in enumerate(tables, start=1)
    ]


def _printed(
    number: int, table: Table, wanted: Sequence[Column] | None, for_paper: bool
) -> PrintedTable:
    columns = _columns(table, wanted, for_paper)
    rows = tuple(row for domain in table.domains for row in _domain(domain, columns))
    sentences = list(note(table, illustrated=Column.ILLUSTRATION in columns))
    if for_paper and rows:
        sentences.insert(1, _key(rows))
    return PrintedTable(
        number=f"Table {number}",
        title=_printable(_title(table)),
        columns=columns,
        rows=rows,
        note=tuple(map(_printable, sentences)),
    )


def _columns(table: Table, wanted: Sequence[Column] | None, for_paper: bool) -> tuple[Column, ...]:
    if wanted is not None:
        return tuple(column for column in Column if column in wanted)
    if not table.has_labels:
        return (Column.CASES, Column.PERCENT)
    if for_paper:
        return (Column.LABEL, Column.CASES)
    return (Column.LABEL, Column.CASES, Column.PERCENT)


def _title(table: Table) -> str:
    """As Knox et al. (2017) title their tables."""
    title = "Domains, Categories, and Frequencies of Findings"
    if table.topic:
        return f"{title} Regarding {table.topic}"
    return f"{title} ({table.sample})" if table.sample else title


def _domain(domain: DomainRows, columns: Sequence[Column]) -> Iterator[PrintedRow]:
    if domain.rows:
        yield PrintedRow(0, _printable(domain.title), key=domain.key)
    for category in domain.rows:
        yield _row(1, category, columns)
        for subcategory in category.subcategories:
            yield _row(2, subcategory, columns)


def _row(depth: int, row: Row, columns: Sequence[Column]) -> PrintedRow:
    cells: dict[Column, Cell] = {
        Column.LABEL: row.label.capitalize() if row.label else "",
        Column.CASES: row.cases,
        Column.PERCENT: row.percent,
        Column.ILLUSTRATION: _printable(row.illustration),
    }
    printed = tuple(cells[column] for column in columns)
    return PrintedRow(depth, _printable(row.title), printed, row.key)


def _key(rows: Sequence[PrintedRow]) -> str:
    key = "Bold = domain; indented = category"
    if any(row.depth == 2 for row in rows):
        key += "; further indented = subcategory"
    return key + "."


_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _printable(text: str) -> str:
    """Without the characters that XML, and so docx and xlsx, cannot hold."""
    return _UNPRINTABLE.sub("", text)
