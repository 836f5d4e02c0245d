"""Reading a spreadsheet with a header row, csv or xlsx, by its content and not by its name.

csv: UTF-8 or UTF-16 with a mark, UTF-8, else cp1252; separated by comma, semicolon or tab, or as a
first line `sep=` says. xlsx: the first sheet, the values stored in it. Cells are trimmed, inner
spaces collapsed, and brought to NFC.
"""

import codecs
import csv
import io
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from app.errors import Invalid

SEPARATORS = ",;\t"
MAX_UNPACKED = 200 * 1024 * 1024
"""Bytes an xlsx may unpack to; a larger one is a mistake or an attack."""

MAX_PROBLEMS = 10
"""How many wrong cells one error lists."""

_SEPARATOR_LINE = re.compile(r'\A"?sep=([^\w\s"]|\t)"?[ \t]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class SheetRow:
    """A row that is not blank: its number as the spreadsheet shows it, its cells by column."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Sheet:
    """The known columns that a sheet has, and its rows; a cell that is blank is ""."""

    columns: tuple[str, ...]
    rows: tuple[SheetRow, ...]


@dataclass(frozen=True)
class _Grid:
    """Every cell as clean text; `unreadable` says by (row, place), from 0, why one has none."""

    rows: Sequence[Sequence[str]]
    unreadable: Mapping[tuple[int, int], str] = field(default_factory=dict)
    is_csv: bool = False


def read_sheet(
    content: bytes,
    name: str,
    *,
    required: Sequence[str],
    optional: Sequence[str] = (),
    encoding: str | None = None,
) -> Sheet:
    """The known columns of a sheet, in any order; case, spaces, hyphens, underscores do not matter.

    `name` is the file's, for the errors; `encoding` is for csv. Unknown columns and blank rows are
    ignored. Raises `Invalid`, naming file, row and column: not a table, no header, a doubled known
    column, no rows, a cell that cannot be read.
    """
    if content.startswith(b"PK\x03\x04"):
        grid = _read_xlsx(content, name)
    else:
        grid = _read_csv(content, name, encoding, (*required, *optional))
    head = next((line for line, cells in enumerate(grid.rows) if any(cells)), None)
    if head is None:
        raise Invalid(f"{name} is empty: there is no header row. {_wanted(required)}")
    places = _places(grid.rows[head], name, head + 1, required, optional)
    rows = tuple(_rows(grid, head, places, name))
    if not rows:
        raise Invalid(f"{name}: there are no rows under the header in row {head + 1}. Add some.")
    return Sheet(tuple(places), rows)


def clean(text: str) -> str:
    """A cell as it is compared: NFC, trimmed, inner spaces collapsed."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def problems(name: str, found: Iterable[tuple[int, str, str]]) -> None:
    """Raise `Invalid` with one line for each (row, column, sentence); nothing if there is none."""
    lines = [f'{name}, row {row}, column "{column}": {what}' for row, column, what in found]
    if len(lines) > MAX_PROBLEMS:
        lines[MAX_PROBLEMS:] = [f"{name}: {len(lines) - MAX_PROBLEMS} more rows have a problem."]
    if lines:
        raise Invalid("\n".join(lines))


def _wanted(required: Sequence[str]) -> str:
    *others, last = required
    return f"The first row must name the columns {', '.join(others)} and {last}."


def _key(heading: str) -> str:
    return re.sub(r"[\s_-]+", "", clean(heading).casefold())


def _places(
    header: Sequence[str],
    name: str,
    row: int,
    required: Sequence[str],
    optional: Sequence[str],
) -> dict[str, int]:
    known = {_key(column): column for column in (*required, *optional)}
    places: dict[str, int] = {}
    for place, heading in enumerate(header):
        column = known.get(_key(heading))
        if column in places:
            raise Invalid(
                f'{name}, row {row}: the column "{column}" is there twice. Rename or remove one.'
            )
        if column:
            places[column] = place
    missing = [column for column in required if column not in places]
    if len(missing) == len(required):
        raise Invalid(
            f"{name} is not a table with a header: row {row} names none of the columns "
            f"{', '.join(required)}. {_wanted(required)}"
        )
    if missing:
        raise Invalid(
            f'{name}, row {row}: the header has no column "{missing[0]}". {_wanted(required)}'
        )
    return places


def _rows(grid: _Grid, head: int, places: Mapping[str, int], name: str) -> Iterator[SheetRow]:
    width = len(grid.rows[head])
    unreadable = []
    for line, cells in enumerate(grid.rows[head + 1 :], start=head + 1):
        if grid.is_csv and any(cells[width:]):
            raise Invalid(
                f"{name}, row {line + 1}: there are more cells than the header has columns. "
                "Put quotes around a cell that holds the separator."
            )
        unreadable += [
            (line + 1, column, grid.unreadable[line, place])
            for column, place in places.items()
            if (line, place) in grid.unreadable
        ]
        row = {
            column: cells[place] if place < len(cells) else "" for column, place in places.items()
        }
        if any(row.values()):
            yield SheetRow(line + 1, row)
    problems(name, unreadable)


def _read_csv(content: bytes, name: str, encoding: str | None, known: Sequence[str]) -> _Grid:
    text = _decode(content, name, encoding)
    separator_line = _SEPARATOR_LINE.match(text)
    if separator_line:  # a spreadsheet does not show it, so it is no row
        text = text[separator_line.end() :]
        separator = separator_line[1]
    else:
        separator = max(SEPARATORS, key=lambda mark: _recognised(text, mark, known))
    rows: list[list[str]] = []
    try:
        rows.extend([clean(cell) for cell in cells] for cells in _csv(text, separator))
    except csv.Error as error:
        raise Invalid(
            f"{name}, row {len(rows) + 1}: the quotes do not close ({error}). "
            'Double a quote inside a quoted cell: "".'
        ) from None
    return _Grid(rows, is_csv=True)


def _csv(text: str, separator: str) -> Iterator[list[str]]:
    """Strict: an open quote would otherwise swallow the rows after it without a word."""
    return csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True
    )


def _recognised(text: str, separator: str, known: Sequence[str]) -> int:
    keys = set(map(_key, known))
    try:
        header = next((cells for cells in _csv(text, separator) if any(cells)), [])
    except csv.Error:
        return -1
    return sum(_key(heading) in keys for heading in header)


def _decode(content: bytes, name: str, encoding: str | None) -> str:
    if content.startswith(_OLD_EXCEL):
        raise Invalid(
            f"{name} is an old Excel file or has a password. Save it as .xlsx without a password."
        )
    try:
        text = content.decode(encoding or _encoding(content))
    except LookupError:
        raise Invalid(f"There is no encoding {encoding!r}. Try utf-8, utf-16 or cp1252.") from None
    except ValueError:
        how = f"as {encoding}" if encoding else "as text"
        raise Invalid(
            f"{name} is not a table that can be read {how}. Save it as .xlsx or as csv in UTF-8, "
            "or name its --encoding."
        ) from None
    if "\0" in text:
        raise Invalid(f"{name} is not a table: it is neither xlsx nor text. Save it as .xlsx.")
    return text.removeprefix("\ufeff")


def _encoding(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        content.decode()
    except UnicodeDecodeError:
        return "utf-8" if content.startswith(codecs.BOM_UTF8) else "cp1252"
    return "utf-8"


def _read_xlsx(content: bytes, name: str) -> _Grid:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MAX_UNPACKED:
            raise Invalid(f"{name} unpacks to more than 200 MB. Keep only the sheet itself.")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and validations openpyxl does not know
            return _xlsx_grid(content)
    except Invalid:
        raise
    except Exception:  # whatever a broken or foreign zip makes openpyxl raise
        raise Invalid(
            f"{name} is not a table: it is no xlsx file, or a damaged one. Save it as .xlsx or csv."
        ) from None


def _xlsx_grid(content: bytes) -> _Grid:
    rows: list[list[str]] = []
    unreadable: dict[tuple[int, int], str] = {}
    stored, written = (_first_sheet(content, data_only=only) for only in (True, False))
    for line, (cells, formulas) in enumerate(zip(stored, written, strict=True)):
        rows.append([_cell_text(cell.value) for cell in cells])
        for place, (cell, formula) in enumerate(zip(cells, formulas, strict=True)):
            if cell.data_type == "e":
                unreadable[line, place] = f"the cell holds the error {cell.value}. Mend it."
            elif cell.value is None and formula.data_type == "f":
                unreadable[line, place] = (
                    "the formula has no stored value. Open and save the file in a spreadsheet."
                )
    return _Grid(rows, unreadable)


def _first_sheet(content: bytes, *, data_only: bool) -> Iterator[Sequence[Any]]:
    import openpyxl

    book = openpyxl.load_workbook(
        io.BytesIO(content), read_only=True, data_only=data_only, keep_links=False
    )
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # some programs store a wrong one, which would cut rows off
    return sheet.iter_rows()


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):  # as a spreadsheet shows it: 1.0 is 1, 15 digits at most
        return str(int(value)) if value.is_integer() else f"{value:.15g}"
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return clean(str(value))
