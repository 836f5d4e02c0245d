"""Where sentences begin: computed once, when a transcript is stored, and never again."""

import re

from sentencex import get_sentence_boundaries

_MISSED = re.compile(
    r"(?:(?<!\w)[Nn]o\.(?=\s+[^\d\s])|(?:\w\w\.|\bI\.|\.\.\.|…)(?=\s+I[\s,'’]))\s+"
)
"""Ends of sentences that people say and the library takes for others: "No. I did." for a number
or an initial, "um... I" for one sentence."""


def sentence_starts(text: str) -> list[int]:
    """Code-point offsets in one turn's text at which sentences begin, ascending, the first 0.

    A line feed always ends a sentence; the blank space after a sentence belongs to it, so the
    pieces between the offsets tile the text. Empty or blank text has no sentences.
    """
    starts: list[int] = []
    offset = 0
    for paragraph in text.split("\n"):
        if paragraph.strip():
            starts.extend(offset + start for start in _starts_in_paragraph(paragraph))
        offset += len(paragraph) + 1
    return [0, *starts[1:]] if starts else []


def _starts_in_paragraph(paragraph: str) -> list[int]:
    # sentencex 1.0.32 panics on a single letter beside a blank longer than one byte in UTF-8
    # (a no-break space before a full stop, say). One blank for another keeps every offset.
    plain = "".join(" " if character.isspace() else character for character in paragraph)
    found = {boundary["start_index"] for boundary in get_sentence_boundaries("en", plain)}
    found.update(match.end() for match in _MISSED.finditer(plain))
    end = len(plain.rstrip())
    return [0, *sorted(start for start in found if 0 < start < end)]
