"""The trail in plain sentences: true to the verb, silent about what people said."""

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from app.trail.sentences import SAID, past, sentence

pytestmark = pytest.mark.pure

APP = Path(__file__).parents[2] / "app"
NOT_VERBS = {"in", "of", "the", "a"}


@pytest.mark.parametrize(
    ("verb", "done"),
    [
        ("merge two blocks", "merged two blocks"),
        ("mark as not coded", "marked as not coded"),
        ("bring a category back", "brought a category back"),
        ("tidy the list", "tidied the list"),
        ("destroy a draft", "destroyed a draft"),
        ("submit a draft", "submitted a draft"),
        ("agreed by all", "agreed by all"),
        ("undo", "took back a change"),
    ],
)
def test_a_verb_is_told_in_the_past(verb: str, done: str) -> None:
    assert past(verb) == done


def test_a_sentence_takes_what_the_entry_holds() -> None:
    said = sentence(
        "change the rule",
        known={},
        before={"name": "as client", "rule": "knox-2017"},
        after={"rule": "strict", "reason": "six cases only"},
    )
    assert said == "changed the rule of “as client” to strict: six cases only"


def test_lists_are_told_with_and() -> None:
    said = sentence("join by invitation", known={}, after={"roles": ["PI", "judge"]})
    assert said == "joined as PI and judge"


@pytest.mark.parametrize("verb", sorted(SAID))
def test_an_erased_entry_still_has_a_sentence(verb: str) -> None:
    said = sentence(verb, known={"where": "P07"})
    assert said
    assert "{" not in said
    assert not said.endswith((" ", ":"))


def test_an_unknown_verb_is_told_as_it_is() -> None:
    assert sentence("draw a pathway", known={"where": "Reasons"}) == "drew a pathway in Reasons"


def test_no_sentence_repeats_what_somebody_said_or_wrote_about_it() -> None:
    fields = {name for text in SAID.values() for _, name, _, _ in Formatter().parse(text) if name}
    assert fields.isdisjoint({"text", "quote", "memo", "core_idea", "ideas", "passages"})


def verbs_in_the_code() -> Iterator[str]:
    """Every verb that a service writes out in a call of `record`."""
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = (
                node.func.id
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
                else ""
            )
            if called == "record":
                assert isinstance(node, ast.Call)
                for constant in ast.walk(node.args[2]):
                    if isinstance(constant, ast.Constant) and isinstance(constant.value, str):
                        yield constant.value


def test_every_verb_of_the_code_is_an_action_in_lower_case() -> None:
    verbs = set(verbs_in_the_code())
    assert "add a case" in verbs
    assert {verb for verb in verbs if verb != verb.strip() or verb[:1].isupper()} == set()
