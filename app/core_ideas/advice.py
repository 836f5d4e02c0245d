"""What the method advises on the wording of a core idea. PURE. Advice never blocks anything.

Hill et al. (1997, 2005): a core idea says in fewer words what the participant said, in the third
person, without interpretation and with the same terms and abbreviations in every case.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Check(StrEnum):
    """One piece of advice that can be switched off."""

    FIRST_PERSON = "first-person"
    ABBREVIATIONS = "abbreviations"
    LENGTH = "length"
    INFERENCE = "inference"


@dataclass(frozen=True)
class Advice:
    """Something to look at again in a core idea; `words` are those that gave rise to it."""

    check: Check
    sentence: str
    words: tuple[str, ...] = ()


QUOTED = re.compile(
    r"“[^”]*”|„[^“”]*[“”]|«[^»]*»|\"[^\"]*\"|(?<!\w)[‘'](?:[^’']|[’'](?=\w))*[’'](?!\w)"
)
WORD = re.compile(r"[^\W_]+(?:[’'][^\W_]+)*")
FIRST_PERSON = re.compile(
    r"(?:i|we)(?:['’](?:m|re|ve|d|ll))?|me|my|mine|myself|us|ours?|ourselves", re.IGNORECASE
)
CAPITALS = re.compile(r"\b(?:[A-Z]{2,5}s?|[A-Z])\b")
NO_ABBREVIATION = frozenset({"A", "I", "OK", "TV", "US", "UK"})
INFERENCE = re.compile(
    r"\b(seem(?:s|ed|ing|ingly)?|appear(?:s|ed)? to|apparently|presumably|probably|possibly|"
    r"perhaps|maybe|obviously|clearly|evidently|likely|must have|unconscious(?:ly)?|"
    r"subconscious(?:ly)?|repress(?:ed|ion)|in denial|deep down|implie[sd]|suggest(?:s|ed) that)\b",
    re.IGNORECASE,
)


def advise(
    text: str, raw_data: str, abbreviations: Collection[str], *, off: Collection[str] = ()
) -> tuple[Advice, ...]:
    """What to look at again in a core idea that rests on `raw_data`.

    `abbreviations` is the study's list; what is named in `off` is not checked.
    """
    own_words = QUOTED.sub(" ", text.replace("ʼ", "’"))
    found = (
        _first_person(own_words),
        _abbreviations(text, abbreviations),
        _length(text, raw_data),
        _inference(own_words, raw_data),
    )
    return tuple(advice for advice in found if advice and advice.check not in off)


def _first_person(own_words: str) -> Advice | None:
    words = [word for word in WORD.findall(own_words) if FIRST_PERSON.fullmatch(word)]
    if not words:
        return None
    return Advice(
        Check.FIRST_PERSON,
        f"First person outside quotation marks: {_listed(words)}. Core ideas say who is meant.",
        _once(words),
    )


def _abbreviations(text: str, known: Collection[str]) -> Advice | None:
    defined = {short for name in known for short in (name, f"{name}s")} | NO_ABBREVIATION
    words = [word for word in CAPITALS.findall(text) if word not in defined]
    if not words:
        return None
    return Advice(
        Check.ABBREVIATIONS,
        f"Not in the study’s abbreviation list: {_listed(words)}.",
        _once(words),
    )


def _length(text: str, raw_data: str) -> Advice | None:
    words, of_raw_data = len(WORD.findall(text)), len(WORD.findall(raw_data))
    if words <= of_raw_data:
        return None
    return Advice(
        Check.LENGTH, f"Longer than its raw data: {words} words on {of_raw_data}. Say it in fewer."
    )


def _inference(own_words: str, raw_data: str) -> Advice | None:
    said = raw_data.casefold()
    words = [w for w in INFERENCE.findall(own_words) if w.casefold() not in said]
    if not words:
        return None
    return Advice(
        Check.INFERENCE,
        f"Sounds like an inference: {_listed(words)}. Stay with what was said.",
        _once(words),
    )


def _once(words: Collection[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _listed(words: Collection[str]) -> str:
    return ", ".join(f"“{word}”" for word in _once(words))
