"""Plain text and Markdown: they cannot be told apart by content, so both are read alike."""

import re
from itertools import groupby

from app.cases.lines import Found, Line
from app.cases.lines.soft_wraps import ends_sentence
from app.cases.readers import encodings, kinds, limits
from app.cases.readers.tables import lines_of_table

_RULE = re.compile(r"\s{0,3}([-*_=~—])(?:\s?\1){2,}\s*")
_UNDERLINE = re.compile(r"\s{0,3}(?:={3,}|-{3,})\s*")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(?P<text>\S.*?)\s*#*\s*")
_PAGE = re.compile(
    r"\s*[-–—\[(]?\s*(?:page|seite|página|pagina|p\.|s\.)\s*\d{1,4}(?:\s*(?:/|of|von|de|di|sur)"
    r"\s*\d{1,4})?\s*[-–—\])]?\s*|\s*[-–—]\s?\d{1,4}\s?[-–—]\s*",
    re.IGNORECASE,
)
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)\w{0,20}\s*")
LONGEST = 200
"""A line of more characters is neither a rule nor a heading."""
_TABLE_RULE = re.compile(r"[\s|:\-]+")


def lines_of(name: str, data: bytes, encoding: str | None) -> Found:
    """The lines of a text. Raises Invalid for what is no text, or does not fit the encoding."""
    decoded = encodings.decode(name, data, encoding)
    kinds.check_text(name, decoded.text)
    limits.check_characters(name, len(decoded.text))
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")
    lines: list[Line] = []
    dropped: list[str] = []
    raw = text.split("\n")
    limits.check_lines(name, len(raw))
    for is_table, group in groupby(range(len(raw)), key=lambda n: _is_row(raw[n])):
        if is_table:
            lines += lines_of_table(_cells([raw[n] for n in group]))
        else:
            lines += (_line(raw, n, dropped) for n in group)
    return Found(lines, decoded.encoding, decoded.warnings, tuple(dropped))


def _line(raw: list[str], n: int, dropped: list[str]) -> Line:
    line = raw[n].rstrip()
    if not line:
        return Line("")
    if len(line) < LONGEST:
        if _RULE.fullmatch(line) or _FENCE.fullmatch(line):
            return Line("")
        if _PAGE.fullmatch(line):
            dropped.append(line.strip())
            return Line("")
        if (heading := _HEADING.fullmatch(line)) is not None:
            return Line(heading["text"], gap=True, heading=True)
        if _is_underlined(raw, n):
            return Line(line, gap=True, heading=True)
    return Line(_unquoted(line))


def _is_row(line: str) -> bool:
    bare = line.strip()
    return len(bare) > 2 and bare[0] == bare[-1] == "|"


def _is_underlined(raw: list[str], n: int) -> bool:
    """A short line, alone, with a rule right below it: a heading."""
    line = raw[n]
    above = n == 0 or not raw[n - 1].strip() or _UNDERLINE.fullmatch(raw[n - 1][:LONGEST])
    below = n + 1 < len(raw) and _UNDERLINE.fullmatch(raw[n + 1][:LONGEST])
    return bool(line.strip() and above and below) and not ends_sentence(line)


def _unquoted(line: str) -> str:
    """A Markdown quotation's line without its mark."""
    bare = line.lstrip()
    return bare[2:] if bare.startswith("> ") else "" if bare.rstrip() == ">" else line


def _cells(table: list[str]) -> list[list[str]]:
    """The cells of a Markdown table, its rule left out."""
    rows = (line.strip().strip("|").split("|") for line in table if not _TABLE_RULE.fullmatch(line))
    return [[cell.replace("<br>", "\n").strip() for cell in row] for row in rows]
