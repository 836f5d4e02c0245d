"""A document of paragraphs on paper: as a Word file, and as a web page that stands alone. PURE."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape

from app.reports import word


class Look(StrEnum):
    """How a stretch of text looks."""

    PLAIN = "plain"
    STRONG = "strong"
    FAINT = "faint"
    REMOVED = "removed"
    ADDED = "added"


class Place(StrEnum):
    """What a paragraph is."""

    TITLE = "Title"
    MARK = "Mark"
    FACT = "Fact"
    HEAD = "Domain"
    SUBHEAD = "Subcategory"
    STATEMENT = "Core Idea"
    RAW_DATA = "Raw Data"
    NOTE = "Note"


@dataclass(frozen=True)
class Run:
    """A stretch of text of one look."""

    text: str
    look: Look = Look.PLAIN


@dataclass(frozen=True)
class Line:
    """A paragraph."""

    place: Place
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        """Its words."""
        return "".join(run.text for run in self.runs)


def line(place: Place, *runs: Run | str) -> Line:
    """A paragraph of these stretches; a string is a plain one, an empty one is left out."""
    found = (Run(run) if isinstance(run, str) else run for run in runs)
    return Line(place, tuple(run for run in found if run.text))


_FAINT = '<w:color w:val="595959"/>'
_HANGING = '<w:spacing w:before="120"/><w:ind w:left="720" w:hanging="720"/>'
_STYLES = (
    word.Style(Place.TITLE, '<w:spacing w:after="120"/>', f'{word.BOLD}<w:sz w:val="32"/>', 1),
    word.Style(Place.MARK, '<w:spacing w:after="120"/>', word.BOLD),
    word.Style(Place.FACT, '<w:ind w:left="1800" w:hanging="1800"/>'),
    word.Style(
        Place.HEAD,
        '<w:keepNext/><w:spacing w:before="360" w:after="60"/>',
        f'{word.BOLD}<w:sz w:val="28"/>',
        2,
    ),
    word.Style(
        Place.SUBHEAD, '<w:keepNext/><w:spacing w:before="240" w:after="60"/>', word.BOLD, 3
    ),
    word.Style(Place.STATEMENT, _HANGING),
    word.Style(
        Place.RAW_DATA,
        '<w:spacing w:before="60"/><w:ind w:left="1440" w:hanging="720"/>',
        '<w:sz w:val="22"/>',
    ),
    word.Style(Place.NOTE, '<w:spacing w:before="60"/>', '<w:sz w:val="22"/>'),
)
_LOOKS = {
    Look.PLAIN: "",
    Look.STRONG: word.BOLD,
    Look.FAINT: _FAINT,
    Look.REMOVED: "<w:strike/>",
    Look.ADDED: '<w:u w:val="single"/>',
}


def as_word(lines: Sequence[Line]) -> bytes:
    """The docx file; line breaks within a paragraph stay."""
    body = "".join(
        word.paragraph(each.place, "".join(_word_run(run) for run in each.runs)) for each in lines
    )
    return word.pack(_STYLES, body)


def _word_run(run: Run) -> str:
    parts = run.text.split("\n")
    return "<w:r><w:br/></w:r>".join(word.run(part, _LOOKS[run.look]) for part in parts)


_TAGS = {Place.TITLE: "h1", Place.HEAD: "h2", Place.SUBHEAD: "h3"}
_MARKS = {
    Look.PLAIN: ("", ""),
    Look.STRONG: ("<b>", "</b>"),
    Look.FAINT: ('<span class="faint">', "</span>"),
    Look.REMOVED: ("<del>", "</del>"),
    Look.ADDED: ("<ins>", "</ins>"),
}
_STYLE = """
body { font: 12pt/1.5 "Times New Roman", Times, serif; color: #000; background: #fff;
  max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4em; margin: 0 0 .5rem; }
h2 { font-size: 1.15em; margin: 1.75rem 0 .25rem; }
h3 { font-size: 1em; margin: 1.25rem 0 .25rem; }
p { margin: .25rem 0; white-space: pre-line; }
.mark { font-weight: bold; border: 1px solid; padding: .25rem .5rem; }
.core-idea { padding-left: 3rem; text-indent: -3rem; margin-top: .5rem; }
.raw-data { margin-left: 3rem; padding-left: .75rem; border-left: 2px solid #ccc;
  font-size: .95em; }
.note { font-size: .95em; }
.faint { color: #595959; }
@page { margin: 2cm; }
@media print {
  body { margin: 0; max-width: none; padding: 0; }
  p { break-inside: avoid; }
  h1, h2, h3 { break-after: avoid; }
}
"""


def as_page(title: str, lines: Sequence[Line]) -> str:
    """A whole web page without a script or a reference to anything; every text is escaped."""
    body = "\n".join(_html(each) for each in lines)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"{body}\n</body>\n</html>\n"
    )


def _html(each: Line) -> str:
    words = "".join(
        f"{_MARKS[run.look][0]}{escape(run.text)}{_MARKS[run.look][1]}" for run in each.runs
    )
    tag = _TAGS.get(each.place, "p")
    kind = "" if tag != "p" else f' class="{each.place.lower().replace(" ", "-")}"'
    return f'<{tag}{kind} dir="auto">{words}</{tag}>'
