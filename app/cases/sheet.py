"""Attributes of cases out of a csv file: a column of code numbers, then one column an attribute.

PURE but for the decoding, which is the transcripts' own.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.cases.codes import code_key
from app.cases.readers.encodings import decode
from app.errors import Invalid

CODE_COLUMNS = frozenset({"code", "case", "casecode", "codenumber", "casenumber", "caseid", "id"})
MOST_ROWS = 5000
MOST_COLUMNS = 200
PERSONAL_HEADS = re.compile(
    r"((first|last|full|given|family|sur|middle|maiden)?names?|e?mails?(address)?|phones?(number)?"
    r"|telephones?|mobiles?|cell(phone)?|address|street|(date)?of?birth(date|day)?|dob|initials"
    r"|ssn|vorname|nachname|telefon|geburtsdatum|adresse)"
)
PHONE = re.compile(r"\+?[\d\s()/.-]{7,20}")


@dataclass(frozen=True)
class Sheet:
    """The attribute columns and, for each code as written, the row's values."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]

    def doubt(self, column: int) -> str | None:
        """Why this column could give participants away, as a sentence."""
        head, values = self.columns[column], [values[column] for _, values in self.rows]
        if any("@" in value for value in values):
            return f"'{head}' holds e-mail addresses."
        if any(PHONE.fullmatch(value) and sum(map(str.isdigit, value)) >= 7 for value in values):
            return f"'{head}' looks like phone numbers or dates of birth."
        if PERSONAL_HEADS.fullmatch(re.sub(r"[^a-z]", "", head.casefold())):
            return f"'{head}' looks like something that tells who a participant is."
        return None


def read_sheet(name: str, data: bytes) -> Sheet:
    """Read a csv file (comma, semicolon or tab). Raises `Invalid` naming file, row and column."""
    text = decode(name, data).text
    if "\x00" in text:
        raise Invalid(f"{name} is not a table of text. Save the sheet as .csv and choose that.")
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=separator))
    except csv.Error as error:
        raise Invalid(f"{name} cannot be read as a csv table: {error}.") from None
    numbered = [(n, [cell.strip() for cell in row]) for n, row in enumerate(rows, 1) if any(row)]
    if not numbered:
        raise Invalid(f"{name} is empty. It needs a header row and one row for each case.")
    return _sheet(name, numbered[0][1], numbered[1:])


def _sheet(name: str, header: list[str], rows: Sequence[tuple[int, list[str]]]) -> Sheet:
    keys = [re.sub(r"[\s_-]", "", head.casefold()) for head in header]
    places = [place for place, key in enumerate(keys) if key in CODE_COLUMNS]
    if not places:
        raise Invalid(
            f"{name} has no column 'code' in its first row, so nobody can tell whose attributes "
            "these are. Name the column of code numbers 'code'."
        )
    code = places[0]
    wanted = [place for place, head in enumerate(header) if head and place != code]
    columns = tuple(header[place] for place in wanted)
    if not columns or not rows:
        raise Invalid(f"{name} needs a column 'code', an attribute column and a row for each case.")
    if len(columns) > MOST_COLUMNS or len(rows) > MOST_ROWS:
        raise Invalid(f"{name} is larger than {MOST_ROWS:,} rows or {MOST_COLUMNS} columns.")
    if len(set(columns)) < len(columns):
        twice = next(head for head in columns if columns.count(head) > 1)
        raise Invalid(f"{name} has the column '{twice}' twice. Keep one of them.")
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for number, row in rows:
        cells = row + [""] * (len(header) - len(row))
        written = cells[code]
        if not written:
            raise Invalid(f"{name}, row {number}: the code is empty. Fill it in or take it out.")
        if code_key(written) in found:
            raise Invalid(f"{name}, row {number}: the case {written[:60]} is there twice.")
        found[code_key(written)] = (written, tuple(cells[place] for place in wanted))
    return Sheet(columns, tuple(found.values()))
