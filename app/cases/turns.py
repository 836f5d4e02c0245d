"""From the lines of a file to the turns of a transcript. PURE.

A reader hands over lines, whatever its format; the rules of a transcript are here and nowhere
else: each speaker label starts a turn, paragraphs of one turn are joined by a line feed, soft
wraps by a space; headings, metadata and paragraph numbers are left out, and named.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from app.cases.lines import Line, paragraph_numbers, soft_wraps
from app.cases.lines.header import header_lines
from app.cases.lines.label_choice import accepted_labels
from app.cases.lines.speaker_labels import (
    Label,
    Shape,
    is_metadata_key,
    label_at,
    shape_of,
    split_end_stamp,
    stamp_at,
)


@dataclass(frozen=True)
class ReadTurn:
    """One turn: the speaker as written or "", the words, and the time stamp if it has one."""

    speaker: str
    text: str
    time_stamp: str = ""


@dataclass(frozen=True)
class Assembled:
    """The turns, and what was left out of them."""

    turns: tuple[ReadTurn, ...]
    left_out: tuple[str, ...]


@dataclass
class _Turn:
    speaker: str
    time_stamp: str
    paragraphs: list[list[str]]


@dataclass
class _Draft:
    """What is known of the file while its turns are put together."""

    lines: list[Line]
    labels: list[Label | None]
    words: soft_wraps.Vocabulary
    header: set[int]
    first: int | None
    opening: list[list[str]] = field(default_factory=list)
    turns: list[_Turn] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    pending_stamp: str = ""


_CLOSING = re.compile(
    r"[\[(*_\s]*(?:(?:the )?end of (?:the )?(?:interview|transcript(?:ion)?|recording|tape|audio)"
    r"|(?:recording|tape|audio|interview|transcript) (?:ends|ended|stops|stopped)"
    r"|transcribed (?:by|with|using) .{1,80}|automatically transcribed.{0,80})[\])*_.\s]*",
    re.IGNORECASE,
)
HEADING_WORDS = 20
"""A line of more words than this before the first label is prose and not a heading."""


def assemble(lines: Sequence[Line]) -> Assembled:
    """Put the lines of one file together as turns."""
    filled = _gaps(lines)
    found = [label_at(line.text, strong=line.strong or line.heading) for line in filled]
    filled, found, numbers = _without_numbers(filled, found)
    filled = _with_wraps(filled, found)
    labels = accepted_labels(
        [label if line.may_label else None for line, label in zip(filled, found, strict=True)],
        paragraphs=_paragraphs(filled, found),
        texts=[line.text for line in filled],
    )
    header = header_lines(filled, found, labels)
    named = [
        n
        for n, line in enumerate(filled)
        if n not in header and (labels[n] or line.speaker is not None)
    ]
    draft = _Draft(
        lines=filled,
        labels=labels,
        words=soft_wraps.vocabulary([line.text for line in filled]),
        header=header,
        first=named[0] if named else None,
    )
    if numbers:
        draft.left_out.append(f"paragraph numbers {numbers[0]} to {numbers[-1]}")
    _put_together(draft)
    return Assembled(tuple(_finished(draft)), tuple(draft.left_out))


def _paragraphs(lines: list[Line], found: list[Label | None]) -> int:
    """How many paragraphs there are at whose start a speaker could be named."""
    count = 0
    named_above = False
    for line, label in zip(lines, found, strict=True):
        if label is not None:
            count += not line.heading and not is_metadata_key(label.name)
            named_above = not label.rest
        elif not (line.continues or line.heading):
            stamp = stamp_at(line.text)
            aside = (stamp is not None and not stamp.rest) or soft_wraps.LIST_ITEM.match(line.text)
            count += not aside and not named_above
            named_above = False
    return count


def _gaps(lines: Sequence[Line]) -> list[Line]:
    """The lines that hold something; a blank one becomes the gap above the next."""
    filled: list[Line] = []
    gap = False
    for line in lines:
        if line.text.strip():
            filled.append(replace(line, gap=True) if gap and not line.gap else line)
            gap = False
        else:
            gap = True
    return filled


def _without_numbers(
    lines: list[Line], found: list[Label | None]
) -> tuple[list[Line], list[Label | None], list[int]]:
    """Take paragraph or line numbers away; a paragraph begins where a paragraph number stood."""
    gaps = sum(line.gap for line in lines) + 1
    paragraphs = gaps if gaps > 2 else len(lines)
    chain = paragraph_numbers.counting_numbers([line.text for line in lines], found, paragraphs)
    if not chain:
        return lines, found, []
    every_line = len(chain) >= 0.9 * len(lines)
    numbered = {item.place: item for item in chain}
    kept: list[Line] = []
    labels: list[Label | None] = []
    gap = False
    for place, line in enumerate(lines):
        item = numbered.get(place)
        if item is None or not (every_line or item.labelled or _begins(lines, place)):
            kept.append(replace(line, gap=True) if gap else line)
            labels.append(found[place])
            gap = False
            continue
        gap = gap or line.gap or not every_line
        if item.rest.strip():
            kept.append(replace(line, text=item.rest, gap=gap))
            labels.append(label_at(item.rest, strong=line.strong or line.heading))
            gap = False
    return kept, labels, [item.number for item in chain]


def _begins(lines: list[Line], place: int) -> bool:
    """Whether a paragraph can begin at a line: "In" and "5 years" below it are one sentence."""
    before = lines[place - 1].text if place else ""
    return lines[place].gap or not before or soft_wraps.ends_sentence(before)


def _with_wraps(lines: list[Line], found: list[Label | None]) -> list[Line]:
    """Decide by the widths where no reader has decided."""
    if all(line.continues is not None for line in lines):
        return lines
    pairs: dict[int, soft_wraps.Pair] = {}
    for n, (before, after) in enumerate(pairwise(lines), start=1):
        apart = after.gap or after.heading or before.heading or after.speaker is not None
        if not apart and after.continues is None and not _could_be_speaker(found[n]):
            pairs[n] = soft_wraps.Pair(before.text.rstrip(), after.text.strip())
    width = soft_wraps.wrap_width(list(pairs.values()))
    return [
        line
        if line.continues is not None
        else replace(line, continues=n in pairs and soft_wraps.continues(pairs[n], width))
        for n, line in enumerate(lines)
    ]


def _could_be_speaker(label: Label | None) -> bool:
    return label is not None and shape_of(label.name) is not Shape.NONE


def _put_together(draft: _Draft) -> None:
    for n, line in enumerate(draft.lines):
        label = draft.labels[n]
        if n in draft.header or (line.heading and label is None):
            draft.left_out.append(line.text.strip())
        elif label is not None or line.speaker is not None:
            _start_turn(draft, line, label)
        elif (stamp := stamp_at(line.text)) is not None and not stamp.rest:
            draft.pending_stamp = stamp.time_stamp
        elif draft.first is None:
            _add_unlabelled(draft, line)
        elif n < draft.first:
            _add_to(draft.opening, line)
        else:
            _add_to(draft.turns[-1].paragraphs, line)


def _start_turn(draft: _Draft, line: Line, label: Label | None) -> None:
    speaker = label.name if label else line.speaker or ""
    stamp = (label.time_stamp if label else line.time_stamp) or draft.pending_stamp
    draft.pending_stamp = ""
    text = label.rest if label else line.text
    draft.turns.append(_Turn(speaker, stamp, [[text]] if text.strip() else []))


def _add_to(paragraphs: list[list[str]], line: Line) -> None:
    if line.continues and paragraphs:
        paragraphs[-1].append(line.text)
    else:
        paragraphs.append([line.text])


def _add_unlabelled(draft: _Draft, line: Line) -> None:
    """In a file without labels every paragraph is a turn."""
    if line.continues and draft.turns:
        _add_to(draft.turns[-1].paragraphs, line)
        return
    stamp = stamp_at(line.text)
    time = (stamp.time_stamp if stamp else "") or draft.pending_stamp
    draft.pending_stamp = ""
    draft.turns.append(_Turn("", time, [[stamp.rest if stamp else line.text]]))


def _finished(draft: _Draft) -> list[ReadTurn]:
    opening = [soft_wraps.join(parts, draft.words) for parts in draft.opening]
    prose = [text for text in opening if not _is_heading(text)]
    draft.left_out.extend(text for text in opening if _is_heading(text))
    turns = [ReadTurn("", "\n".join(prose))] if prose else []
    for n, turn in enumerate(draft.turns, start=1):
        time, texts = turn.time_stamp, []
        for parts in turn.paragraphs:
            text, stamp = split_end_stamp(soft_wraps.join(parts, draft.words))
            time = time or stamp
            texts.append(text.strip())
        if n == len(draft.turns) and texts and _is_closing(texts[-1]):
            draft.left_out.append(texts.pop())
        if spoken := "\n".join(text for text in texts if text):
            turns.append(ReadTurn(turn.speaker, spoken, time))
    return turns


def _is_heading(text: str) -> bool:
    """Before the first label, what is no sentence and not long is a heading or a fact."""
    return not soft_wraps.ends_sentence(text) and len(text.split()) <= HEADING_WORDS


def _is_closing(text: str) -> bool:
    return len(text) < 120 and _CLOSING.fullmatch(text) is not None
