"""Tables that hold a transcript: a column for who speaks, perhaps one for the time, one of text."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from app.cases.lines import Line
from app.cases.lines.speaker_labels import Shape, is_metadata_key, shape_of, stamp_at

_NUMBER = re.compile(r"\d{1,5}[.)]?")
_SPEAKER_HEADINGS = re.compile("speaker|who|name|participant|person|role|sprecher(?:in)?")
_HEADINGS = re.compile(
    "speaker|who|name|participant|text|transcript|content|utterance|turn|time ?(?:stamp|span|code)?"
    "|start|end|no\\.?|#|nr\\.?|sprecher|zeit|person|role|message|line"
)

MOST_COLUMNS = 12
"""A table of more columns is no transcript's, and is not searched for speakers."""


def lines_of_table(rows: Sequence[Sequence[str]]) -> list[Line]:
    """The lines of one table, in order; cells are texts with line feeds between paragraphs.

    Where a column names speakers, its names go to the lines of their rows; a column of times
    becomes the time stamp, one of running numbers goes. Any other table is read cell by cell.
    """
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    width = max((len(row) for row in filled), default=0)
    if width > MOST_COLUMNS:
        return [line for row in filled for cell in row for line in _paragraphs(cell)]
    square = [[*(cell.strip() for cell in row), *[""] * (width - len(row))] for row in filled]
    headed = bool(square) and _is_heading(square[0])
    body = square[1:] if headed else square
    speaker = _headed_column(square[0]) if headed else None
    speaker = _speaker_column(body, width) if speaker is None else speaker
    if speaker is None:
        return [line for row in square for cell in row for line in _paragraphs(cell)]
    others = [n for n in range(width) if n != speaker]
    times = [n for n in others if _every(body, n, _is_time)]
    aside = {*times, *(n for n in others if _every(body, n, _is_number))}
    lines: list[Line] = []
    for row in body:
        text = "\n".join(row[n] for n in others if n not in aside and row[n])
        stamp = next((row[n].strip("[]()") for n in times if row[n]), "")
        lines += _row_lines(row[speaker].rstrip(" :：").strip(), stamp, text)
    return lines


def _row_lines(speaker: str, stamp: str, text: str) -> list[Line]:
    first, *rest = _paragraphs(text) or [Line("")]
    if not speaker or not first.text:
        return [first, *rest]
    return [replace(first, speaker=speaker, time_stamp=stamp), *rest]


def _paragraphs(cell: str) -> list[Line]:
    return [Line(part, continues=False) for part in cell.split("\n") if part.strip()]


def _is_heading(row: Sequence[str]) -> bool:
    named = [cell.casefold() for cell in row if cell]
    return bool(named) and all(_HEADINGS.fullmatch(cell) or is_metadata_key(cell) for cell in named)


def _headed_column(heading: Sequence[str]) -> int | None:
    named = [n for n, c in enumerate(heading) if _SPEAKER_HEADINGS.fullmatch(c.casefold())]
    return named[0] if len(named) == 1 and sum(map(bool, heading)) > 1 else None


def _every(rows: Sequence[Sequence[str]], column: int, test: Callable[[str], bool]) -> bool:
    cells = [row[column] for row in rows if row[column]]
    return bool(cells) and all(test(cell) for cell in cells)


def _is_time(cell: str) -> bool:
    stamp = stamp_at(cell)
    return stamp is not None and not stamp.rest


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None


def _speaker_column(rows: Sequence[Sequence[str]], width: int) -> int | None:
    """The first column of names that come back, beside columns of more words; None if none."""
    everything = sum(len(cell.split()) for row in rows for cell in row)
    for column in range(width if width > 1 else 0):
        names = [row[column].rstrip(" :：").strip() for row in rows if row[column]]
        if len(names) < 2 or len(names) < 0.5 * len(rows):
            continue
        shapes = [shape_of(name) for name in names]
        named = sum(shape in (Shape.ROLE, Shape.NAME) for shape in shapes)
        come_back = len({name.casefold() for name in names}) <= max(2, len(names) // 2)
        facts = sum(is_metadata_key(name) for name in names)
        words = sum(len(name.split()) for name in names)
        if named >= 0.9 * len(names) and come_back and not facts and everything > 3 * words:
            return column
    return None
