"""An audit form that was filled in offline, in Word or Excel, read back row by row."""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import docx
from docx.opc.exceptions import PackageNotFoundError

from app.audit.commenting import Written
from app.audit.reading import ABOUT, Reading
from app.audit.words import About, CommentType, Strength, Suggestion
from app.core_ideas.consensus_version import Item
from app.db import guid
from app.errors import Invalid
from app.interchange.spreadsheet import MAX_UNPACKED, clean, read_sheet

COLUMNS = ("item", "comment", "type", "suggested wording", "how strongly")
MAX_FORM = 5 * 1024 * 1024


@dataclass(frozen=True)
class FoundRow:
    """A row with a comment: where it stands in the file, and what it would make."""

    row: int
    written: Written
    item: Item


@dataclass(frozen=True)
class FoundForm:
    """What a filled-in form holds, and what of it could not be understood."""

    rows: tuple[FoundRow, ...]
    problems: tuple[str, ...]


def read_form(content: bytes, name: str, reading: Reading) -> FoundForm:
    """The comments of a form, matched to the version by the number of their item.

    Nothing is stored here: what was found is shown first. Raises `Invalid` where the file is no
    such form at all.
    """
    if len(content) > MAX_FORM:
        raise Invalid(f"{name} has more than 5 MB; an audit form has far less. Choose the form.")
    items = {_name(item): item for item in reading.items}
    items["the whole"] = reading.item("")
    found, problems = [], []
    for row, cells in _rows(content, name):
        text, wording = cells.get("comment", ""), cells.get("suggested wording", "")
        if not text and not wording:
            continue
        item = items.get(cells.get("item", "").casefold())
        if item is None:
            named = cells.get("item") or "nothing"
            problems.append(f"Row {row}: '{named}' is no item of the version you audit.")
            continue
        if Suggestion.WORDING not in reading.suggestions(item) or wording == item.text:
            wording = ""
        if not text and not wording:
            problems.append(f"Row {row}: there is no comment in it, and no other wording to take.")
            continue
        written, problem = _written(item, cells, text, wording)
        found.append(FoundRow(row, written, item))
        if problem:
            problems.append(f"Row {row}: {problem}")
    return FoundForm(tuple(found), tuple(problems))


def _name(item: Item) -> str:
    return f"{item.kind.replace('_', ' ')} {item.number}".strip().casefold()


def _written(item: Item, cells: Mapping[str, str], text: str, wording: str) -> tuple[Written, str]:
    problem = ""
    try:
        type_ = CommentType(cells.get("type", "").casefold() or CommentType.WORDING)
    except ValueError:
        type_ = CommentType.WORDING
        problem = f"'{cells['type']}' is no type of comment; it is taken as 'wording'."
    try:
        strength = Strength(cells.get("how strongly", "").casefold() or Strength.SHOULD)
    except ValueError:
        strength = Strength.SHOULD
    return Written(
        guid(),
        ABOUT.get(item.kind, About.WHOLE),
        item.guid,
        item.number,
        "",
        type_,
        text,
        strength,
        Suggestion.WORDING if wording else None,
        {"text": wording} if wording else None,
    ), problem


def _rows(content: bytes, name: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    if _is_word(content):
        yield from _word_rows(content, name)
        return
    sheet = read_sheet(content, name, required=("item", "comment"), optional=COLUMNS[2:])
    for row in sheet.rows:
        yield row.number, {column: _plain(cell) for column, cell in row.cells.items()}


def _plain(cell: str) -> str:
    """Without the ' that guards a cell of the csv against running as a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell


def _is_word(content: bytes) -> bool:
    if not content.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                raise Invalid("This file unpacks to far more than an audit form has.")
            return "word/document.xml" in archive.namelist()
    except zipfile.BadZipFile:
        return False


def _word_rows(content: bytes, name: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        document = docx.Document(io.BytesIO(content))
    except (PackageNotFoundError, KeyError, ValueError):
        raise Invalid(f"{name} cannot be read as a Word file. Save it as docx again.") from None
    for table in document.tables:
        heads = [clean(cell.text).casefold() for cell in table.rows[0].cells]
        if not {"item", "comment"} <= set(heads):
            continue
        for number, row in enumerate(table.rows[1:], start=2):
            yield number, _cells(heads, [clean(cell.text) for cell in row.cells])
        return
    raise Invalid(f"{name} has no table with the columns 'item' and 'comment'. Is it the form?")


def _cells(heads: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    return {head: cell for head, cell in zip(heads, cells, strict=False) if head in COLUMNS}
