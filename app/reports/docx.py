"""The results table as a Word file in APA style: a real table with horizontal rules only."""

from collections.abc import Iterator, Sequence

from app.frequency.tables import Table
from app.reports.layout import NUMERIC, Column, PrintedRow, PrintedTable, lay_out
from app.reports.word import BOLD, ITALIC, TEXT_WIDTH, Style, pack, paragraph, run

WIDTHS = {Column.LABEL: 1440, Column.CASES: 720, Column.PERCENT: 720, Column.ILLUSTRATION: 3000}

ROW_STYLES = {0: "Domain", 1: "Category", 2: "Subcategory"}

_STYLES = (
    Style("Table Number", "<w:keepNext/>", BOLD),
    Style("Table Title", '<w:keepNext/><w:spacing w:after="120"/>', ITALIC),
    Style("Table Text"),
    Style("Domain", '<w:keepNext/><w:spacing w:before="120"/>', BOLD),
    Style("Category", '<w:ind w:left="440" w:hanging="200"/>'),
    Style("Subcategory", '<w:ind w:left="800" w:hanging="200"/>'),
    Style("Table Note", '<w:spacing w:before="120"/>'),
)


def render(tables: Sequence[Table], columns: Sequence[Column] | None = None) -> bytes:
    """A docx file; each table after the first starts on a new page."""
    printed = lay_out(tables, columns, for_paper=True)
    return pack(
        _STYLES, "".join(_table_page(table, place > 0) for place, table in enumerate(printed))
    )


def _table_page(table: PrintedTable, new_page: bool) -> str:
    note = " ".join(table.note).removeprefix("N")
    return (
        paragraph(
            "Table Number", run(table.number, BOLD), "<w:pageBreakBefore/>" if new_page else ""
        )
        + paragraph("Table Title", run(table.title, ITALIC))
        + _table(table)
        + paragraph("Table Note", run("Note.", ITALIC) + run(" ") + run("N", ITALIC) + run(note))
    )


def _table(table: PrintedTable) -> str:
    others = [WIDTHS[column] for column in table.columns]
    widths = [TEXT_WIDTH - sum(others), *others]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{TEXT_WIDTH}" w:type="dxa"/><w:tblBorders>'
        f'{_rule("top")}{_rule("bottom")}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        f'<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="115" w:type="dxa"/>'
        f'</w:tblCellMar><w:tblLook w:val="00A0"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        f"{_header(table, widths)}{''.join(_rows(table, widths))}</w:tbl>"
    )


def _header(table: PrintedTable, widths: Sequence[int]) -> str:
    rule = f"<w:tcBorders>{_rule('bottom')}</w:tcBorders>"
    alignments = ["", *map(_alignment, table.columns)]
    cells = "".join(
        _cell(width, paragraph("Table Text", run(heading), alignment), rule)
        for heading, width, alignment in zip(table.headings, widths, alignments, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cells}</w:tr>"


def _rows(table: PrintedTable, widths: Sequence[int]) -> Iterator[str]:
    for row in table.rows:
        yield f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{_cells(row, table.columns, widths)}</w:tr>"


def _cells(row: PrintedRow, columns: Sequence[Column], widths: Sequence[int]) -> str:
    title = paragraph(ROW_STYLES[row.depth], run(row.title, "" if row.depth else BOLD))
    if row.depth == 0:
        return _cell(sum(widths), title, f'<w:gridSpan w:val="{len(widths)}"/>')
    return _cell(widths[0], title) + "".join(
        _cell(width, paragraph("Table Text", run(str(cell)), _alignment(column)))
        for cell, column, width in zip(row.cells, columns, widths[1:], strict=True)
    )


def _cell(width: int, paragraph: str, properties: str = "") -> str:
    size = f'<w:tcW w:w="{width}" w:type="dxa"/>'
    return f"<w:tc><w:tcPr>{size}{properties}</w:tcPr>{paragraph}</w:tc>"


def _alignment(column: Column) -> str:
    return '<w:jc w:val="right"/>' if column in NUMERIC else ""


def _rule(edge: str) -> str:
    return f'<w:{edge} w:val="single" w:sz="6" w:space="0" w:color="auto"/>'
