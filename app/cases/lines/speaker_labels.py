"""Who speaks: what the start of a line could say of a speaker. PURE.

`label_at` reads one line by itself, `shape_of` judges the name; which labels a file really has is
decided over the whole file, in `label_choice`.
"""

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from app.cases.lines import label_words as words

HEAD = 140
"""Characters of a line that are looked at: no label is longer, and no pattern runs away."""


class Kind(Enum):
    """How a label is written."""

    COLON = "Anna: text"
    DOTTED = "Q. text"
    TIMED = "Anna 00:12"
    COLUMN = "Anna <tab> text"
    DASH = "Anna - text"
    ALONE = "**Anna**, alone on its line"


@dataclass(frozen=True)
class Label:
    """What a line's start could be: a name as written, a time stamp, and the words after it."""

    kind: Kind
    name: str
    time_stamp: str
    rest: str
    bulleted: bool = False

    @property
    def key(self) -> str:
        """The name for counting: without regard to case and to doubled blanks."""
        return " ".join(self.name.casefold().split())


@dataclass(frozen=True)
class Stamp:
    """A line that begins with a time: the time, and the words after it."""

    time_stamp: str
    rest: str


_TIME = r"\d{1,3}:\d\d(?::\d\d)?(?:[.,]\d{1,3}|-\d(?!\d))?(?:\s?[AaPp]\.?[Mm]\b\.?)?"
_TIMES = rf"{_TIME}(?:\s{{0,2}}(?:-->|to\b|[-–—])\s{{0,2}}{_TIME})?"
_BRACKETED = rf"(?:[\[(<{{]\s?{_TIMES}\s?[\])>}}]|#{_TIMES}#)"
_MARKS = r"[*_]{0,3}"
_BULLET = re.compile(r"(?:[>\-–—*•·]\s{1,4}){1,3}")
_STAMP = re.compile(rf"{_MARKS}(?P<time>{_BRACKETED}|{_TIMES}(?![\w:])){_MARKS}\s*")
_AFTER_STAMP = re.compile(rf"(?:[-–—|:]\s+)?{_MARKS}")
_QUESTION_ANSWER = re.compile(r"(?P<name>[QA]\d{0,3})\.\s{1,4}(?=\S)")
_NAME = (
    rf"{_MARKS}(?P<name>[^\s:：﹕()\[\]{{}}<>*\"“”«»?!？！;；,，。、=|]"
    r"[^:：﹕()\[\]{}<>*\t\n\"“”«»?!？！;；,，。、=|]{0,59}?)"
    r"(?P<by>\s{0,2}[(\[][^()\[\]:：]{1,40}[)\]])?"
)
_TIME_AFTER = rf"\s{{0,4}}[-–—|,]?\s{{0,4}}(?P<time>{_BRACKETED}|(?<=[\s|]){_TIMES}(?![\w:]))"
_END = rf"\s{{0,2}}{_MARKS}\s{{0,2}}"
_FORMS = (
    (Kind.COLON, re.compile(rf"{_NAME}(?:{_TIME_AFTER})?{_END}(?P<colon>[:：﹕]){_MARKS}")),
    (Kind.TIMED, re.compile(rf"{_NAME}{_TIME_AFTER}{_END}(?=\s|$)")),
    (Kind.COLUMN, re.compile(rf"{_NAME}{_END}(?=\t)")),
    (Kind.DASH, re.compile(rf"{_NAME}{_END}(?<=[\s*_])[-–—]\s+(?=\S)")),
    (Kind.ALONE, re.compile(rf"{_NAME}{_END}$")),
)
_END_STAMP = re.compile(rf"\s{{0,3}}#(?P<time>{_TIME})#\s*$")
_BRACKETS = "[](){}<>#* "
_INVISIBLE = " \t\u00a0\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff"
"""Blanks, and the direction marks that stand unseen at the start of right-to-left lines."""
_ID = re.compile(r"[A-Z]{1,4}[-_ ]?\d{1,4}[A-Za-z]?|[A-Z]{2,7}_\d{1,3}")


def split_end_stamp(text: str) -> tuple[str, str]:
    """A paragraph without the `#00:01:02-3#` that f4 writes at its end, and that time."""
    found = _END_STAMP.search(text, max(0, len(text) - 30))
    return (text[: found.start()], found["time"]) if found else (text, "")


def stamp_at(line: str) -> Stamp | None:
    """A time at the start of a line: in brackets, or alone on the line."""
    bare = line.lstrip()
    found = _STAMP.match(bare[:HEAD])
    if found is None:
        return None
    rest = bare[found.end() :].strip()
    bracketed = not found["time"][0].isdigit()
    return Stamp(found["time"].strip(_BRACKETS), rest) if bracketed or not rest else None


def label_at(line: str, *, strong: bool = False) -> Label | None:
    """What the start of a line could be, or None. `strong`: it is bold, or set as a heading."""
    bare = line.lstrip(_INVISIBLE)
    head, time, at = bare[:HEAD], "", 0
    bullet = _BULLET.match(head)
    if bullet is not None:
        at = bullet.end()
    if (stamp := _STAMP.match(head, at)) is not None:
        time = stamp["time"].strip(_BRACKETS)
        after = _AFTER_STAMP.match(head, stamp.end())
        at = after.end() if after else stamp.end()
    if (found := _QUESTION_ANSWER.match(head, at)) is not None:
        rest = bare[found.end() :].strip()
        return Label(Kind.DOTTED, found["name"], time, rest, bullet is not None)
    for kind, form in _FORMS:
        found = form.match(head, at)
        label = _label(bare, kind, found, time, strong, bullet is not None) if found else None
        if label is not None:
            return label
    return None


def _label(
    line: str, kind: Kind, found: re.Match[str], time: str, strong: bool, bulleted: bool
) -> Label | None:
    parts = found.groupdict()
    after, rest = line[found.end() :], line[found.end() :].strip()
    time = time or (parts.get("time") or "").strip(_BRACKETS)
    marked = strong or "**" in found[0] or "__" in found[0]
    if kind is Kind.ALONE and time:
        kind = Kind.TIMED
    if (
        (kind is Kind.COLON and _is_glued(parts["colon"], after))
        or (kind is Kind.COLUMN and not rest)
        or (kind is Kind.ALONE and not (marked or _stands_alone(found["name"])))
        or (kind is Kind.ALONE and len(line) >= HEAD)
    ):
        return None
    if not time and (late := stamp_at(rest)) is not None:
        time, rest = late.time_stamp, late.rest
    name = (found["name"] + (found["by"] or "")).strip(_INVISIBLE).strip("_").strip()
    return Label(kind, name, time, rest, bulleted) if name else None


def _stands_alone(name: str) -> bool:
    """Whether a line of nothing but this could name a speaker without being bold."""
    few = len(name.split()) <= 3
    return few and (shape_of(name) is Shape.ROLE or (name.isupper() and len(name) > 2))


def _is_glued(colon: str, after: str) -> bool:
    """An address, a clock time, a ratio or a smiley goes on without a blank."""
    first = after[:1]
    return colon == ":" and first.strip() != "" and not first.isalpha() and first not in "[(“\"'*_…"


class Shape(Enum):
    """How much a name looks like a speaker's, before any counting."""

    ROLE = "Interviewer, Participant 2, P1, SPEAKER_00"
    NAME = "Anna, Dr. Smith, Maria de la Cruz"
    WORD = "anna"
    NONE = "She said, The thing is"


@lru_cache(maxsize=2048)
def shape_of(name: str) -> Shape:
    """Judge a name by its own words."""
    bare = re.sub(r"\s{0,3}[(\[][^()\[\]]{0,60}[)\]]$", "", name.strip()[:HEAD])
    parts = bare.split()
    if not parts or len(parts) > 6 or len(bare) > 45 or not any(c.isalpha() for c in bare):
        return Shape.NONE
    if not all(_plain_dots(part) for part in parts):
        return Shape.NONE
    if _is_role(parts) or _ID.fullmatch(bare):
        return Shape.ROLE
    if parts[0].casefold().strip(".#") in words.NOT_SPEAKERS:
        return Shape.NONE
    if not any(c.isupper() or c.islower() for c in bare):
        return _caseless_shape(bare, parts)
    if len(parts) == 1:
        return Shape.WORD if parts[0][0].islower() else Shape.NAME
    return Shape.NAME if all(_proper(part) for part in parts) else Shape.NONE


def _is_role(parts: list[str]) -> bool:
    if len(parts) == 1 and len(parts[0].rstrip(".")) == 1:
        return parts[0].rstrip(".") in words.LETTER_ROLES or parts[0] in words.ROLES
    cores = [re.sub(r"[\d#.]{1,8}$", "", part).casefold().strip("-_#/") for part in parts]
    roles = [any(piece in words.ROLES for piece in re.split(r"[/-]", core)) for core in cores]
    return any(roles) and all(
        is_role or not core or core in words.ROLE_QUALIFIERS or not part[0].islower()
        for is_role, core, part in zip(roles, cores, parts, strict=True)
    )


def _plain_dots(part: str) -> bool:
    """A full stop only as in `Dr.`, `B.M.`, `Int.`: otherwise a sentence has gone before."""
    stem = part.rstrip(".")
    if "." in stem:
        return all(len(piece) <= 2 for piece in stem.split("."))
    return stem == part or (len(stem) <= 5 and stem[:1].isupper())


def _proper(part: str) -> bool:
    first = next((c for c in part if c.isalnum()), "A")
    return not first.islower() or part.casefold() in words.PARTICLES


def _caseless_shape(bare: str, parts: list[str]) -> Shape:
    said = len(bare) > 1 and bare[-1] in "说說道问問称稱想是为為"
    return Shape.NAME if not said and len(parts) <= 4 and len(bare) <= 24 else Shape.NONE


def is_metadata_key(name: str) -> bool:
    """Whether `name:` heads a line about the transcript and not a line of it."""
    key = name.casefold().strip()
    parts = key.split()
    if key in words.METADATA:
        return True
    if not 1 < len(parts) <= 4:
        return False
    return parts[-1] in words.METADATA_ENDINGS | words.METADATA or parts[0] in words.METADATA
