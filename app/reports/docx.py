"""The results table as a Word file in APA style: a real table with horizontal rules only.

The file is written as XML, not through python-docx: that searches a table for every cell and
carries a template of half a megabyte along, some fifteen times slower for these few styles.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from app.frequency.tables import Table
from app.reports.layout import NUMERIC, Column, PrintedRow, PrintedTable, lay_out

WIDTHS = {Column.LABEL: 1440, Column.CASES: 720, Column.PERCENT: 720, Column.ILLUSTRATION: 3000}
TEXT_WIDTH = 9026
"""Between the margins of an A4 page; widths are in twentieths of a point."""

ROW_STYLES = {0: "Domain", 1: "Category", 2: "Subcategory"}
UNDATED = (1980, 1, 1, 0, 0, 0)
"""The same table gives the same bytes: a file of a snapshot carries no time of its own."""

_OFFICE = "http://schemas.openxmlformats.org"
_MAIN = f'xmlns:w="{_OFFICE}/wordprocessingml/2006/main"'
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_RELATION = f"{_OFFICE}/officeDocument/2006/relationships"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

# In the style and in the run: a table pasted into a manuscript may lose its styles.
BOLD = "<w:b/>"
ITALIC = "<w:i/>"

_STYLES = (  # name, paragraph properties, run properties
    ("Table Number", "<w:keepNext/>", BOLD),
    ("Table Title", '<w:keepNext/><w:spacing w:after="120"/>', ITALIC),
    ("Table Text", "", ""),
    ("Domain", '<w:keepNext/><w:spacing w:before="120"/>', BOLD),
    ("Category", '<w:ind w:left="440" w:hanging="200"/>', ""),
    ("Subcategory", '<w:ind w:left="800" w:hanging="200"/>', ""),
    ("Table Note", '<w:spacing w:before="120"/>', ""),
)


def render(tables: Sequence[Table], columns: Sequence[Column] | None = None) -> bytes:
    """A docx file; each table after the first starts on a new page."""
    packed = io.BytesIO()
    parts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relation("officeDocument", "word/document.xml"),
        "word/_rels/document.xml.rels": _relation("styles", "styles.xml"),
        "word/styles.xml": _styles(),
        "word/document.xml": _document(lay_out(tables, columns, for_paper=True)),
    }
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            entry = zipfile.ZipInfo(name, UNDATED)
            archive.writestr(entry, _XML + part, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _content_types() -> str:
    return (
        f'<Types xmlns="{_OFFICE}/package/2006/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_TYPE}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
    )


def _relation(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{_OFFICE}/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{_RELATION}/{kind}" Target="{target}"/></Relationships>'
    )


def _styles() -> str:
    styles = "".join(
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{_style_id(name)}">'
        f'<w:name w:val="{name}"/><w:basedOn w:val="Normal"/><w:qFormat/>'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
        for name, paragraph, run in _STYLES
    )
    return (
        f"<w:styles {_MAIN}><w:docDefaults><w:rPrDefault><w:rPr>"
        '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" '
        'w:eastAsia="Times New Roman" w:cs="Times New Roman"/><w:sz w:val="24"/>'
        '<w:szCs w:val="24"/><w:lang w:val="en-US"/></w:rPr></w:rPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
        f"<w:qFormat/></w:style>{styles}</w:styles>"
    )


def _style_id(name: str) -> str:
    return name.replace(" ", "")


def _document(tables: Sequence[PrintedTable]) -> str:
    body = "".join(_table_page(table, place > 0) for place, table in enumerate(tables))
    return (
        f"<w:document {_MAIN}><w:body>{body}<w:sectPr>"
        '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" '
        'w:left="1440" w:header="720" w:footer="720" w:gutter="0"/></w:sectPr></w:body>'
        "</w:document>"
    )


def _table_page(table: PrintedTable, new_page: bool) -> str:
    note = " ".join(table.note).removeprefix("N")
    return (
        _paragraph(
            "Table Number", _run(table.number, BOLD), "<w:pageBreakBefore/>" if new_page else ""
        )
        + _paragraph("Table Title", _run(table.title, ITALIC))
        + _table(table)
        + _paragraph(
            "Table Note", _run("Note.", ITALIC) + _run(" ") + _run("N", ITALIC) + _run(note)
        )
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
        _cell(width, _paragraph("Table Text", _run(heading), alignment), rule)
        for heading, width, alignment in zip(table.headings, widths, alignments, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cells}</w:tr>"


def _rows(table: PrintedTable, widths: Sequence[int]) -> Iterator[str]:
    for row in table.rows:
        yield f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{_cells(row, table.columns, widths)}</w:tr>"


def _cells(row: PrintedRow, columns: Sequence[Column], widths: Sequence[int]) -> str:
    title = _paragraph(ROW_STYLES[row.depth], _run(row.title, "" if row.depth else BOLD))
    if row.depth == 0:
        return _cell(sum(widths), title, f'<w:gridSpan w:val="{len(widths)}"/>')
    return _cell(widths[0], title) + "".join(
        _cell(width, _paragraph("Table Text", _run(str(cell)), _alignment(column)))
        for cell, column, width in zip(row.cells, columns, widths[1:], strict=True)
    )


def _cell(width: int, paragraph: str, properties: str = "") -> str:
    size = f'<w:tcW w:w="{width}" w:type="dxa"/>'
    return f"<w:tc><w:tcPr>{size}{properties}</w:tcPr>{paragraph}</w:tc>"


def _paragraph(style: str, runs: str, properties: str = "") -> str:
    named = f'<w:pStyle w:val="{_style_id(style)}"/>'
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{runs}</w:p>"


def _run(text: str, properties: str = "") -> str:
    look = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _alignment(column: Column) -> str:
    return '<w:jc w:val="right"/>' if column in NUMERIC else ""


def _rule(edge: str) -> str:
    return f'<w:{edge} w:val="single" w:sz="6" w:space="0" w:color="auto"/>'
