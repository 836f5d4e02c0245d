"""Reading a transcript's file: one module a format, chosen by content; the rules are in `turns`."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.cases.lines import Line
from app.cases.readers import docx, kinds, limits, pdf, text
from app.cases.readers.kinds import Kind
from app.cases.turns import ReadTurn, assemble
from app.errors import Invalid

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_READERS = {Kind.TEXT: text.lines_of, Kind.DOCX: docx.lines_of, Kind.PDF: pdf.lines_of}
SHOWN = 5
"""How many of the lines left out a warning quotes."""


@dataclass(frozen=True)
class Reading:
    """What was found in one file, as the preview shows it and the import stores it.

    `kind` is text, docx or pdf; `encoding` a Python codec, "" where the format settles it.
    """

    turns: tuple[ReadTurn, ...]
    kind: str
    encoding: str
    warnings: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def speakers(self) -> dict[str, int]:
        """Turns of each speaker as written ("" for turns without one), in order of appearance."""
        return dict(Counter(turn.speaker for turn in self.turns))


def read(name: str, data: bytes, encoding: str | None = None) -> Reading:
    """The turns of a transcript's file. `encoding` overrules what a text is assumed to be in.

    Line ends become LF, NUL and lone surrogates go (with a warning); nothing else is normalised.
    Raises Invalid, naming the file and what to do, for anything that cannot be read.
    """
    limits.check_bytes(name, len(data))
    kind = kinds.kind_of(name, data)
    found = _READERS[kind](name, data, encoding)
    limits.check_lines(name, len(found.lines))
    lines, removed = _storable(found.lines)
    limits.check_characters(name, sum(len(line.text) for line in lines))
    if not any(line.text.strip() for line in lines):
        raise Invalid(f"{name} is empty. Choose the file that holds the transcript.")
    assembled = assemble(lines)
    if not assembled.turns:
        raise Invalid(f"{name} has headings but no turns. Choose the file with the transcript.")
    left_out = (*dict.fromkeys(found.dropped), *assembled.left_out)
    warnings = (*found.warnings, *removed, *_remarks(assembled.turns, left_out))
    return Reading(assembled.turns, kind.value, found.encoding, warnings, left_out)


def _storable(lines: Sequence[Line]) -> tuple[list[Line], tuple[str, ...]]:
    """Without the characters that PostgreSQL or UTF-8 cannot hold."""
    bad = sum(len(_UNSTORABLE.findall(line.text)) for line in lines)
    if not bad:
        return list(lines), ()
    clean = [replace(line, text=_UNSTORABLE.sub("", line.text)) for line in lines]
    return clean, (f"Left out {bad} characters that cannot be stored (zero bytes, half pairs).",)


def _remarks(turns: Sequence[ReadTurn], left_out: Sequence[str]) -> list[str]:
    remarks = []
    if not any(turn.speaker for turn in turns):
        remarks.append("No speakers found: each paragraph is a turn of its own.")
    if left_out:
        quoted = ", ".join(f"“{line[:60]}”" for line in left_out[:SHOWN])
        more = f" and {len(left_out) - SHOWN} more" if len(left_out) > SHOWN else ""
        remarks.append(f"Left out as headings, facts or page furniture: {quoted}{more}.")
    return remarks
