"""A Word file from paragraphs: what every docx of Concord shares.

Files are written as XML, not through python-docx: that searches a table for every cell and carries
a template of half a megabyte along, some fifteen times slower for these few styles.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

UNDATED = (1980, 1, 1, 0, 0, 0)
"""The same content gives the same bytes: a file of a snapshot carries no time of its own."""

TEXT_WIDTH = 9026
"""Between the margins of an A4 page; widths are in twentieths of a point."""

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

# In the style and in the run: what is pasted into a manuscript may lose its styles.
BOLD = "<w:b/>"
ITALIC = "<w:i/>"

_OFFICE = "http://schemas.openxmlformats.org"
_MAIN = f'xmlns:w="{_OFFICE}/wordprocessingml/2006/main"'
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_RELATION = f"{_OFFICE}/officeDocument/2006/relationships"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Style(NamedTuple):
    """A paragraph style: its name, its paragraph properties and its run properties, as XML.

    `level` is 1 or more for a heading, which makes it part of the document's outline.
    """

    name: str
    paragraph: str = ""
    run: str = ""
    level: int = 0


def pack(styles: Sequence[Style], body: str) -> bytes:
    """The file: one section of A4 with these styles; `body` is made of `paragraph()` and tables."""
    packed = io.BytesIO()
    parts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relation("officeDocument", "word/document.xml"),
        "word/_rels/document.xml.rels": _relation("styles", "styles.xml"),
        "word/styles.xml": _styles(styles),
        "word/document.xml": _document(body),
    }
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            entry = zipfile.ZipInfo(name, UNDATED)
            archive.writestr(entry, _XML + part, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def paragraph(style: str, runs: str, properties: str = "") -> str:
    """One paragraph; `runs` is made of `run()`."""
    named = f'<w:pStyle w:val="{_style_id(style)}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{runs}</w:p>"


def run(text: str, properties: str = "") -> str:
    """A stretch of text of one look, without the characters that XML cannot hold."""
    look = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    printable = escape(_UNPRINTABLE.sub("", text))
    return f'<w:r>{look}<w:t xml:space="preserve">{printable}</w:t></w:r>'


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


def _styles(styles: Sequence[Style]) -> str:
    own = "".join(
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{_style_id(style.name)}">'
        f'<w:name w:val="{style.name}"/><w:basedOn w:val="Normal"/><w:qFormat/>'
        f"<w:pPr>{style.paragraph}{_outline(style.level)}</w:pPr><w:rPr>{style.run}</w:rPr>"
        "</w:style>"
        for style in styles
    )
    return (
        f"<w:styles {_MAIN}><w:docDefaults><w:rPrDefault><w:rPr>"
        '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" '
        'w:eastAsia="Times New Roman" w:cs="Times New Roman"/><w:sz w:val="24"/>'
        '<w:szCs w:val="24"/><w:lang w:val="en-US"/></w:rPr></w:rPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
        f"<w:qFormat/></w:style>{own}</w:styles>"
    )


def _outline(level: int) -> str:
    return f'<w:outlineLvl w:val="{level - 1}"/>' if level else ""


def _style_id(name: str) -> str:
    return name.replace(" ", "")


def _document(body: str) -> str:
    return (
        f"<w:document {_MAIN}><w:body>{body}<w:sectPr>"
        '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" '
        'w:left="1440" w:header="720" w:footer="720" w:gutter="0"/></w:sectPr></w:body>'
        "</w:document>"
    )
