"""Word documents: paragraphs and tables in order, as the page reads with all changes accepted.

Tracked deletions are gone and insertions kept; headers, footers, notes and comments are not part
of the interview. Nothing is fetched, no field is computed, no macro is looked at.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from docx import Document
from docx.oxml.ns import qn

from app.cases.lines import Found, Line
from app.cases.readers import limits
from app.cases.readers.tables import lines_of_table
from app.errors import Invalid

_DAMAGED = (
    "cannot be opened as a Word document: it is damaged, or of an unusual kind. "
    "Open it in Word, save it as Word Document (.docx) and import that."
)
_CHUNK = 1 << 16
_LEAD = b"\xef\xbb\xbf \t\r\n"
_SMALL = 1_000_000
"""Below this many unpacked bytes no ratio is suspicious."""
_W = qn("w:p").removesuffix("p")
_GONE = frozenset(
    _W + tag for tag in ("del", "moveFrom", "instrText", "pPr", "rPr", "rt", "txbxContent")
) | {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
_SIGNS = {
    _W + "br": "\n",
    _W + "cr": "\n",
    _W + "tab": "\t",
    _W + "noBreakHyphen": "\u2011",
    _W + "softHyphen": "\u00ad",
}
_AROUND = frozenset(
    _W + tag for tag in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")
)
"""What may stand around paragraphs, rows and cells without being one."""
_HEADING_STYLE = re.compile(r"(?:heading|title|subtitle|toc)\b", re.IGNORECASE)


def lines_of(name: str, data: bytes, encoding: str | None) -> Found:
    """The lines of a Word document. Raises Invalid for a damaged, hostile or macro document."""
    _check_package(name, data)
    try:
        document = Document(io.BytesIO(data))
        styles = _heading_styles(document.styles.element)
        notes = _notes(document)
    except Exception as error:
        # python-docx answers a broken package with whatever it stumbled over: KeyError,
        # ValueError, an lxml error, a plain AttributeError.
        raise Invalid(f"{name} {_DAMAGED}") from error
    return Found(list(_body(document.element.body, styles)), warnings=notes)


def _check_package(name: str, data: bytes) -> None:
    """Unpack every entry once, counting, and stop at the first thing that is wrong."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            names = [entry.filename.casefold() for entry in entries]
            if any(part.endswith("vbaproject.bin") for part in names) or _allows_macros(archive):
                raise Invalid(
                    f"{name} contains macros. Save it in Word as a plain .docx and import that."
                )
            if len(entries) > limits.MAX_ENTRIES:
                raise Invalid(_too_large(name))
            unpacked = 0
            for entry in entries:
                unpacked = _check_entry(name, archive, entry, unpacked, len(data))
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError, ValueError) as error:
        raise Invalid(f"{name} {_DAMAGED}") from error


def _allows_macros(archive: zipfile.ZipFile) -> bool:
    with archive.open("[Content_Types].xml") as stream:
        return b"macroEnabled" in stream.read(_SMALL)


def _check_entry(
    name: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, unpacked: int, packed: int
) -> int:
    """Count what comes out, whatever size the entry declares. Returns the new total."""
    room = min(limits.MAX_UNPACKED_BYTES, max(_SMALL, limits.MAX_RATIO * packed)) - unpacked
    with archive.open(entry) as stream:
        chunk = stream.read(_CHUNK)
        if chunk.lstrip(_LEAD).startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
            _check_prolog(name, chunk)
            room = min(room, limits.MAX_XML_BYTES)
        count = 0
        while chunk:
            count += len(chunk)
            if count > room:
                raise Invalid(_too_large(name))
            chunk = stream.read(_CHUNK)
    return unpacked + count


def _too_large(name: str) -> str:
    return (
        f"{name} unpacks to far more than a transcript holds. "
        "Copy the text into a new document, save that as .docx and import it."
    )


class _Begun(Exception):
    """The root element has begun: no document type can follow."""


def _check_prolog(name: str, start: bytes) -> None:
    """Refuse a document type, and with it every entity, before anything parses the part."""
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise Invalid(
            f"{name} holds a document type declaration, which Word never writes. "
            "Open it in Word, save it again and import that."
        )

    def begun(*_: object) -> None:
        raise _Begun

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = begun
    try:
        parser.Parse(start, False)
    except (_Begun, expat.ExpatError):
        return  # what is not well-formed is refused when it is opened
    raise Invalid(f"{name} {_DAMAGED}")


def _heading_styles(styles: Any) -> frozenset[str]:
    """Ids of the styles that are headings or titles, or are based on one."""
    named = {style.get(_W + "styleId"): style for style in styles.iter(_W + "style")}

    def is_heading(style_id: str | None) -> bool:
        for _ in range(20):
            style = named.get(style_id)
            if style is None:
                return False
            name = style.find(_W + "name")
            if name is not None and _HEADING_STYLE.match(name.get(_W + "val", "")):
                return True
            based = style.find(_W + "basedOn")
            style_id = based.get(_W + "val") if based is not None else None
        return False

    return frozenset(style_id for style_id in named if style_id and is_heading(style_id))


def _notes(document: Any) -> tuple[str, ...]:
    """What the document holds besides its body, to be said in the preview."""
    kinds = {part.reltype.rsplit("/", 1)[-1] for part in document.part.rels.values()}
    body = document.element.body
    said = []
    if kinds & {"footnotes", "endnotes"} and any(
        True for _ in body.iter(_W + "footnoteReference", _W + "endnoteReference")
    ):
        said.append("Footnotes and endnotes were left out.")
    if any(True for _ in body.iter(_W + "commentReference")):
        said.append("Comments were left out.")
    if any(True for _ in body.iter(_W + "ins", _W + "del")):
        said.append("Tracked changes were read as accepted.")
    return tuple(said)


def _within(parent: Any, *tags: str) -> Iterator[Any]:
    """The children with these tags in order, through content controls and insertions."""
    for child in parent:
        if child.tag in tags:
            yield child
        elif child.tag in _AROUND:
            yield from _within(child, *tags)


def _body(parent: Any, headings: frozenset[str]) -> Iterator[Line]:
    carried = ""
    for block in _within(parent, _W + "p", _W + "tbl"):
        if block.tag == _W + "tbl":
            yield from lines_of_table(list(_rows(block)))
            continue
        text = carried + "".join(_text(block))
        carried = ""
        if block.find(f"{_W}pPr/{_W}rPr/{_W}del") is not None:
            carried = text  # the end of this paragraph is deleted: the next one goes on with it
            continue
        heading, strong = _is_heading(block, headings), _is_strong(block)
        for n, part in enumerate(text.split("\n")):
            yield Line(part, continues=None if n else False, heading=heading, strong=strong)
        for box in block.iter(_W + "txbxContent"):
            if not any(above.tag in _GONE for above in box.iterancestors()):
                yield from _body(box, headings)
    if carried:
        yield Line(carried, continues=False)


def _text(parent: Any) -> Iterator[str]:
    """The words of a paragraph as they read with all changes accepted; breaks as line feeds."""
    for child in parent:
        if child.tag in _GONE or not isinstance(child.tag, str):
            continue
        if child.tag == _W + "t":
            yield re.sub(r"[\r\n]", " ", child.text or "")
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag]
        elif not (child.tag == _W + "r" and _is_on(child, "vanish")):
            yield from _text(child)


def _is_on(run: Any, switch: str) -> bool:
    found = run.find(f"{_W}rPr/{_W}{switch}")
    return found is not None and found.get(_W + "val", "1") not in ("0", "false", "off", "none")


def _is_strong(paragraph: Any) -> bool:
    runs = [run for run in paragraph.iter(_W + "r") if any(t.strip() for t in _text(run))]
    return bool(runs) and all(_is_on(run, "b") for run in runs)


def _is_heading(paragraph: Any, headings: frozenset[str]) -> bool:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    level = paragraph.find(f"{_W}pPr/{_W}outlineLvl")
    return (style is not None and style.get(_W + "val") in headings) or (
        level is not None and level.get(_W + "val") != "9"
    )


def _rows(table: Any) -> Iterator[list[str]]:
    for row in _within(table, _W + "tr"):
        if row.find(f"{_W}trPr/{_W}del") is None:
            yield [_cell(cell) for cell in _within(row, _W + "tc")]


def _cell(cell: Any) -> str:
    parts = []
    for block in _within(cell, _W + "p", _W + "tbl"):
        if block.tag == _W + "p":
            parts.append("".join(_text(block)))
        else:
            parts.extend("\n".join(row) for row in _rows(block))
    return "\n".join(parts)
