"""The lines of each page of a PDF and where they stand, fetched through PDFium."""

import ctypes
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from app.cases.readers import limits
from app.cases.readers.pdf.page_lines import PageLine
from app.errors import Invalid

_HYPHENS = (0x2, 0xFFFE)
"""What PDFium gives for a hyphen at a line's end, and no line feed after it."""
_BOLD = 600
_FORCED_BOLD = 1 << 18
_FIRST_COLUMN = 40
"""A second column begins within so many characters, if the first holds speakers."""


def pages_of(name: str, data: bytes) -> Iterator[list[PageLine]]:
    """The lines of page after page, without what lies off the page or stands askew.

    Raises Invalid for a document that is locked, damaged or too long.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Invalid(_refusal(name, str(error))) from None
    try:
        if len(document) > limits.MAX_PAGES:
            raise Invalid(
                f"{name} has more than {limits.MAX_PAGES:,} pages. "
                "Divide it into one file an interview and import those."
            )
        characters = 0
        for number in range(len(document)):
            lines = _page_lines(document, number)
            characters += sum(len(line.text) for line in lines)
            limits.check_characters(name, characters)
            yield lines
    except pypdfium2.PdfiumError:
        raise Invalid(_refusal(name, "")) from None
    finally:
        document.close()


def _refusal(name: str, reason: str) -> str:
    if "password" in reason.casefold():
        return (
            f"{name} is protected with a password. Open it with the password, save or print it as "
            "a PDF without one, and import that."
        )
    return f"{name} is damaged and cannot be opened as a PDF. Export it once more and import that."


def _page_lines(document: Any, number: int) -> list[PageLine]:
    page = document[number]
    text = page.get_textpage()
    try:
        return _Reader(page, text, number).lines()
    finally:
        text.close()
        page.close()


class _Reader:
    """Reads one page's characters into lines, turned upright and without what lies off the page."""

    def __init__(self, page: Any, text: Any, number: int) -> None:
        self.raw = text.raw
        self.count = text.count_chars()
        self.number = number
        self.rotation = page.get_rotation()
        self.width, self.height = page.get_size()
        self.visible = page.get_cropbox()
        self.rectangle = pdfium.FS_RECTF()

    def lines(self) -> list[PageLine]:
        """The page's lines in the order the file has them."""
        found = [pair for places in self._places() if (pair := self._line(places)) is not None]
        angles = Counter[int]()
        for angle, line in found:
            angles[angle] += len(line.text)
        # Text set askew is a watermark or a stamp in the margin.
        upright = angles.most_common(1)[0][0] if angles else 0
        return [line for angle, line in found if angle == upright]

    def _places(self) -> Iterator[list[tuple[int, int]]]:
        """The (place, code) pairs of each line."""
        line: list[tuple[int, int]] = []
        for place in range(self.count):
            code = pdfium.FPDFText_GetUnicode(self.raw, place)
            if code in _HYPHENS:
                line.append((place, ord("-")))
            if code in _HYPHENS or code == 0xA:
                yield line
                line = []
            elif code == 0x9 or (code >= 0x20 and not 0x7F <= code < 0xA0 and code != 0xFFFF):
                line.append((place, code))
        yield line

    def _line(self, places: list[tuple[int, int]]) -> tuple[int, PageLine] | None:
        while places and chr(places[-1][1]).isspace():
            places.pop()
        start = next((n for n, (_, code) in enumerate(places) if not chr(code).isspace()), None)
        if start is None:
            return None
        places = places[start:]
        first, last = self._box(places[0][0]), self._box(places[-1][0])
        if not (self._is_visible(first) or self._is_visible(last)):
            return None
        first, last = self._upright(first), self._upright(last)
        left, right = min(first[0], last[0]), max(first[2], last[2])
        text, starts = self._text(places)
        word_end = next((n for n, (_, code) in enumerate(places) if code == 0x20), len(places)) - 1
        word = self._upright(self._box(places[max(word_end, 0)][0]))
        first_word = max(first[2], word[2]) - min(first[0], word[0])
        return self._angle(places[0][0]), PageLine(
            page=self.number,
            text=text,
            left=left,
            right=right,
            base=self._base(places[0][0]),
            height=max(first[3] - first[1], 1.0),
            first_word=first_word,
            starts=starts,
            strong=self._is_bold(places[0][0]) and self._is_bold(places[-1][0]),
            page_width=self.width,
            page_height=self.height,
        )

    def _text(
        self, places: list[tuple[int, int]]
    ) -> tuple[str, tuple[tuple[int, float, float], ...]]:
        """The characters, and of the first words where each begins and how far from the last."""
        # PDFium counts in UTF-16: a pair of surrogates is one character.
        text = _decoded(code for _, code in places)
        starts = []
        for n in range(1, min(len(places) - 1, _FIRST_COLUMN)):
            if places[n][1] == 0x20 and places[n + 1][1] != 0x20:
                before = self._upright(self._box(places[n - 1][0]))
                after = self._upright(self._box(places[n + 1][0]))
                at = len(_decoded(code for _, code in places[: n + 1]))
                starts.append((at, after[0], after[0] - before[2]))
        return text, tuple(starts)

    def _box(self, place: int) -> tuple[float, float, float, float]:
        """Left, bottom, right, top of a character's cell, as high as its font."""
        box = self.rectangle
        pdfium.FPDFText_GetLooseCharBox(self.raw, place, ctypes.byref(box))
        return box.left, box.bottom, box.right, box.top

    def _base(self, place: int) -> float:
        """The height of the line a character stands on, which no change of font moves."""
        x, y = ctypes.c_double(), ctypes.c_double()
        pdfium.FPDFText_GetCharOrigin(self.raw, place, ctypes.byref(x), ctypes.byref(y))
        return self._upright((x.value, y.value, x.value, y.value))[1]

    def _is_bold(self, place: int) -> bool:
        """By the font's name: the weight that PDFium gives is often an estimate or missing."""
        name, flags = ctypes.create_string_buffer(120), ctypes.c_int()
        pdfium.FPDFText_GetFontInfo(self.raw, place, name, len(name), ctypes.byref(flags))
        weight = pdfium.FPDFText_GetFontWeight(self.raw, place)
        named = any(word in name.value.lower() for word in (b"bold", b"black", b"heavy"))
        return named or weight >= _BOLD or bool(flags.value & _FORCED_BOLD)

    def _is_visible(self, box: tuple[float, float, float, float]) -> bool:
        left, bottom, right, top = self.visible
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return left <= x <= right and bottom <= y <= top

    def _upright(self, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        left, bottom, right, top = box
        if self.rotation == 90:
            return bottom, self.height - right, top, self.height - left
        if self.rotation == 180:
            return self.width - right, self.height - top, self.width - left, self.height - bottom
        if self.rotation == 270:
            return self.width - top, left, self.width - bottom, right
        return box

    def _angle(self, place: int) -> int:
        """The slant of a character in steps of five degrees."""
        return round(math.degrees(pdfium.FPDFText_GetCharAngle(self.raw, place)) / 5)


def _decoded(codes: Iterable[int]) -> str:
    units = "".join(map(chr, codes)).encode("utf-16-le", "surrogatepass")
    return units.decode("utf-16-le", "ignore")
