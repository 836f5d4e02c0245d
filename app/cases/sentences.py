"""Where sentences begin: computed once, when a transcript is stored, and never again."""

from sentencex import get_sentence_boundaries


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
    boundaries = get_sentence_boundaries("en", plain)
    end = len(plain.rstrip())
    return [0] + [b["start_index"] for b in boundaries[1:] if b["start_index"] < end]
