"""Numbers that a tool or a typist set before paragraphs or lines, told from numbers said. PURE."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.cases.lines.speaker_labels import Kind, Label, Shape, label_at, shape_of

_NUMBER = re.compile(r"\s{0,12}[\[(]?(\d{1,5})[\])]?[.):]?(?:\s+|$)")
MOST = 0.6
"""The share of a file's turns (or paragraphs) that carry a number where numbers count them."""


@dataclass(frozen=True)
class Numbered:
    """A line that begins with a number: its place, the number, the rest of the line.

    `labelled`: a speaker's label follows, on this line or, after a bare number, on the next.
    """

    place: int
    number: int
    rest: str
    labelled: bool


def counting_numbers(
    texts: Sequence[str], labels: Sequence[Label | None], paragraphs: int
) -> list[Numbered]:
    """The lines of a file whose number counts paragraphs or lines and says nothing itself.

    Each is one more than the one before (or begins again at 1, as on a new page), and most of
    the turns carry one, or most of the `paragraphs` where nobody is labelled: a numbered list
    inside an answer is in order too, but covers little. Empty if the file is not numbered.
    """
    candidates = _candidates(texts, labels)
    chain: list[Numbered] = []
    for item in candidates:
        if not chain or item.number in (chain[-1].number + 1, 1):
            chain.append(item)
        elif len(chain) == 1 or (
            item.number == chain[-1].number and item.labelled and not chain[-1].labelled
        ):
            chain[-1] = item
    turns = sum(bool(item.labelled and item.rest) for item in candidates)
    turns += sum(map(_is_speaker, labels))
    covered = sum(item.labelled for item in chain) if turns else len(chain)
    enough = MOST * (turns or paragraphs)
    return chain if len(chain) >= 3 and covered >= enough and chain[-1].number >= 3 else []


def _candidates(texts: Sequence[str], labels: Sequence[Label | None]) -> list[Numbered]:
    found = []
    for place, text in enumerate(texts):
        number = _NUMBER.match(text)
        if number is not None:
            rest = text[number.end() :]
            below = labels[place + 1] if place + 1 < len(labels) else None
            labelled = _is_speaker(label_at(rest) if rest else below)
            found.append(Numbered(place, int(number[1]), rest, labelled))
    return found


def _is_speaker(label: Label | None) -> bool:
    return (
        label is not None
        and label.kind in (Kind.COLON, Kind.TIMED)
        and not label.name[0].isdigit()
        and shape_of(label.name) in (Shape.ROLE, Shape.NAME)
    )
