"""Advice on the wording of core ideas."""

import pytest

from app.core_ideas.advice import Check, advise

pytestmark = pytest.mark.pure

RAW = "I think it was her grief, and maybe some of it was mine, because my mother was ill. " * 3
KNOWN = ("P", "C", "PT")


def _found(text: str, raw: str = RAW, **more: object) -> dict[Check, tuple[str, ...]]:
    return {a.check: a.words for a in advise(text, raw, KNOWN, **more)}  # type: ignore[arg-type]


def test_a_core_idea_in_the_third_person_with_known_abbreviations_needs_no_advice() -> None:
    assert _found("P thought that part of the grief was P's, as P's mother was ill.") == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("P's mother was ill and I cried.", ("I",)),
        ("It was mine. P cried for my mother.", ("mine", "my")),
        ("P said we’re alike.", ("we’re",)),
        ("P said “I cried for my mother”.", ()),
        ('P said "I cried".', ()),
        ("P said ‘I don’t cry’.", ()),
        ("P said „ich… I cried“.", ()),
        ("P's mother's illness.", ()),
    ],
)
def test_the_first_person_is_noted_outside_quotation_marks(
    text: str, words: tuple[str, ...]
) -> None:
    assert _found(text).get(Check.FIRST_PERSON, ()) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("C told P.", ()),
        ("PTs cried.", ()),
        ("T told C and T's TA.", ("T", "TA")),
        ("A client cried, OK.", ()),
        ("P met HCPs.", ("HCPs",)),
        ("Is it? As C said.", ()),
    ],
)
def test_an_abbreviation_outside_the_list_is_noted_once(text: str, words: tuple[str, ...]) -> None:
    assert _found(text).get(Check.ABBREVIATIONS, ()) == words


def test_a_core_idea_has_at_most_as_many_words_as_its_raw_data() -> None:
    assert Check.LENGTH in _found("P cried for a while.", "Seconds, really.")
    assert Check.LENGTH not in _found("P cried briefly.", "Seconds, it was.")


def test_words_of_inference_are_noted_unless_the_participant_used_them() -> None:
    assert _found("P seemed sad and probably repressed it.")[Check.INFERENCE] == (
        "seemed",
        "probably",
        "repressed",
    )
    assert Check.INFERENCE not in _found("Maybe it was P's.")


def test_what_is_switched_off_is_not_checked() -> None:
    text = "I probably met a TA."
    assert set(_found(text)) == {Check.FIRST_PERSON, Check.ABBREVIATIONS, Check.INFERENCE}
    off = {"first-person", Check.INFERENCE}
    assert set(_found(text, off=off)) == {Check.ABBREVIATIONS}
