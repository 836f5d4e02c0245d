"""What a file is, by its content and never by its name; and what Concord cannot read, said well."""

import io
import re
import zipfile
from enum import Enum

from app.errors import Invalid


class Kind(Enum):
    """The formats that are read."""

    TEXT = "text"
    DOCX = "docx"
    PDF = "pdf"


SAVE_AS = "save it as .docx, .txt, .md or PDF and import that"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SRT = re.compile(r"\s*\d{1,6}\s*[\r\n]+\s*\d{1,2}:\d\d:\d\d[,.]\d{1,3}\s*-->")
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,500}?-->\s*)?<(?:!doctype html|html|head|body)\b",
    re.I | re.S,
)
_BINARY_SHARE = 0.01
"""Control characters a text may have among its characters before it is called binary."""


def kind_of(name: str, data: bytes) -> Kind:
    """The kind of a file that is not text, or TEXT. Raises Invalid for what is not read."""
    head = data[:1024]
    if b"%PDF-" in head:
        return Kind.PDF
    if head.startswith(_OLE):
        raise Invalid(_ole_sentence(name, data))
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(name, data)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{\\rtf"):
        raise Invalid(f"{name} is an RTF file, which is not read yet: {SAVE_AS}.")
    return Kind.TEXT


def check_text(name: str, text: str) -> None:
    """Refuse decoded text that is no plain transcript. Raises Invalid."""
    head = text[:4000]
    if head.lstrip("\ufeff").startswith("WEBVTT"):
        raise Invalid(f"{name} is a WebVTT subtitle file, which is not read yet: {SAVE_AS}.")
    if _SRT.match(head):
        raise Invalid(f"{name} is an SRT subtitle file, which is not read yet: {SAVE_AS}.")
    if _HTML.match(head):
        raise Invalid(f"{name} is a web page (HTML), which is not read yet: {SAVE_AS}.")
    controls = sum(text.count(chr(c)) for c in (*range(1, 9), *range(14, 27), 28, 29, 30, 127))
    controls += text.count("\x00") if text.count("\x00") > 20 else 0
    if controls > max(3, _BINARY_SHARE * len(text)):
        raise Invalid(
            f"{name} is not a text: it looks like a picture, a recording or another program's "
            "file. Import the transcript itself, as .docx, .txt, .md or PDF with text."
        )


def _ole_sentence(name: str, data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return (
            f"{name} is protected with a password. Open it in Word, remove the password under "
            "File > Info > Protect Document, save it and import it again."
        )
    if "WordDocument".encode("utf-16-le") in data:
        return (
            f"{name} is a Word file of the old kind (.doc). Open it in Word and save it as .docx, "
            "then import that."
        )
    return (
        f"{name} is an Office file of the old kind, not a transcript Concord can read: {SAVE_AS}."
    )


def _zip_kind(name: str, data: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            mimetype = archive.open("mimetype").read(100) if "mimetype" in names else b""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise Invalid(
            f"{name} is damaged and cannot be opened. Save it again from Word, "
            "or export it once more, and import that."
        ) from None
    if b"opendocument" in mimetype:
        raise Invalid(f"{name} is an OpenDocument file, which is not read yet: {SAVE_AS}.")
    if "[Content_Types].xml" in names and any(entry.startswith("word/") for entry in names):
        return Kind.DOCX
    if any(entry.startswith(("xl/", "ppt/")) for entry in names):
        raise Invalid(f"{name} is a spreadsheet or a slide show, not a transcript: {SAVE_AS}.")
    raise Invalid(
        f"{name} is an archive (zip). Unpack it and import the transcripts in it one by one."
    )
