"""PDF with a text layer. Scripts, attachments, links and forms are not looked at.

`pages` fetches the lines of each page through PDFium; `layout` decides by their places what they
are.
"""

import threading

from app.cases.lines import Found
from app.cases.readers.pdf.layout import read_layout
from app.cases.readers.pdf.pages import pages_of
from app.errors import Invalid

_one_at_a_time = threading.Lock()
"""PDFium keeps global state and may be used by one thread at a time."""


def lines_of(name: str, data: bytes, encoding: str | None) -> Found:
    """The lines of a PDF. Raises Invalid for one that is locked, damaged, scanned or too long."""
    with _one_at_a_time:
        pages = list(pages_of(name, data))
    if not any(pages):
        raise Invalid(
            f"{name} has no text layer: it was probably scanned. Run text recognition (OCR) on it, "
            "check the result, and import that."
        )
    return read_layout(pages)
