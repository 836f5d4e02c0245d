"""The audit form as a file: every item of the version with its comments and the team's responses.

An auditor may fill it in offline (`app.interchange.audit_sheet` reads it back): the column *item*
tells which is which, and rows may be doubled where an item has two comments.
"""

import csv as csv_module
import io
from collections.abc import Iterator
from typing import NamedTuple

import xlsxwriter

from app.audit.commenting import CommentView
from app.audit.reading import WHOLE, Reading
from app.audit.words import Suggestion
from app.reports.csv import FORMULA_STARTS, MARK
from app.reports.word import BOLD, ITALIC, TEXT_WIDTH, Style, pack, paragraph, run
from app.reports.xlsx import OPTIONS

HEADINGS = (
    "item",
    "what it says",
    "type",
    "comment",
    "suggested wording",
    "how strongly",
    "auditor",
    "decision",
    "reason",
    "turns",
    "answer",
)
WIDTHS = (14, 50, 16, 50, 40, 12, 14, 16, 40, 10, 30)
THE_WHOLE = "the whole"
STYLES = (
    Style("Form Title", '<w:keepNext/><w:spacing w:after="60"/>', BOLD, level=1),
    Style("Form Text", '<w:spacing w:after="120"/>'),
    Style("Form Cell", "", '<w:sz w:val="18"/><w:szCs w:val="18"/>'),
)
IN_WORD = (0, 1, 2, 3, 4, 5, 7, 8)
"""The columns that fit on a page; the auditor's name stands above each comment."""


class Line(NamedTuple):
    """A row of the form, in the order of `HEADINGS`."""

    item: str
    says: str
    type: str = ""
    comment: str = ""
    wording: str = ""
    strength: str = ""
    auditor: str = ""
    decision: str = ""
    reason: str = ""
    turns: str = ""
    answer: str = ""


def lines(reading: Reading) -> Iterator[Line]:
    """The form's rows: the whole first, then every item in the order of the document."""
    yield from _of_item(THE_WHOLE, "", reading.by_item.get(WHOLE, []))
    for item in reading.items:
        name = f"{item.kind.replace('_', ' ')} {item.number}".strip()
        said = [each for each in reading.by_item.get(item.guid, []) if each.number == item.number]
        yield from _of_item(name, item.text, said)


def _of_item(name: str, says: str, comments: list[CommentView]) -> Iterator[Line]:
    if not comments:
        yield Line(name, says)
    for comment in comments:
        response = comment.response
        yield Line(
            name,
            says,
            comment.type.value,
            comment.text + _suggested(comment),
            (comment.suggestion or {}).get("text", ""),
            comment.strength.value,
            comment.by,
            response.decision.value if response else "",
            response.reason if response else "",
            response.turns if response else "",
            "; ".join(f"{each.verdict}: {each.text}".rstrip(": ") for each in comment.answers),
        )


def _suggested(comment: CommentView) -> str:
    if comment.suggests is Suggestion.SPLIT and comment.suggestion:
        return " Split into: " + " / ".join(comment.suggestion["parts"])
    return ""


def csv(reading: Reading) -> bytes:
    """For a spreadsheet: a mark in front, and no cell that could run as a formula."""
    out = io.StringIO()
    writer = csv_module.writer(out, lineterminator="\n")
    writer.writerow(HEADINGS)
    for line in lines(reading):
        writer.writerow("'" + cell if cell.startswith(FORMULA_STARTS) else cell for cell in line)
    return (MARK + out.getvalue()).encode()


def xlsx(reading: Reading) -> bytes:
    """One sheet; every cell is text."""
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, OPTIONS)
    sheet = workbook.add_worksheet("Audit")
    bold = workbook.add_format({"bold": True, "bottom": 1})
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
    for place, (heading, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, heading, bold)
    for row, line in enumerate(lines(reading), start=1):
        for place, cell in enumerate(line):
            sheet.write_string(row, place, cell, wrapped)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    workbook.close()
    return out.getvalue()


def docx(reading: Reading, title: str) -> bytes:
    """A table of the same rows on a page turned sideways in the reader's hands."""
    widths = [TEXT_WIDTH * WIDTHS[column] // sum(WIDTHS[c] for c in IN_WORD) for column in IN_WORD]
    rows = [[HEADINGS[column] for column in IN_WORD]]
    rows += [[line[column] for column in IN_WORD] for line in lines(reading)]
    table = "".join(_row(cells, widths, is_head=not place) for place, cells in enumerate(rows))
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="999999"/>'
        for side in ("top", "bottom", "insideH")
    )
    hint = "Write into the columns type, comment, suggested wording and how strongly."
    return pack(
        STYLES,
        paragraph("Form Title", run(title))
        + paragraph("Form Text", run(hint, ITALIC))
        + f'<w:tbl><w:tblPr><w:tblW w:w="{TEXT_WIDTH}" w:type="dxa"/><w:tblBorders>{borders}'
        f"</w:tblBorders></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{table}</w:tbl>",
    )


def _row(cells: list[str], widths: list[int], *, is_head: bool) -> str:
    look = BOLD if is_head else ""
    drawn = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
        f"{paragraph('Form Cell', run(cell, look))}</w:tc>"
        for cell, width in zip(cells, widths, strict=True)
    )
    head = "<w:trPr><w:tblHeader/></w:trPr>" if is_head else ""
    return f"<w:tr>{head}{drawn}</w:tr>"
