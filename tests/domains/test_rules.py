"""Names for the margin."""

import pytest

from app.domains.rules import abbreviate, title_key

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("title", "taken", "expected"),
    [
        ("Antecedent", (), "ANT"),
        ("Reasons for crying", (), "REA"),
        ("The extent of crying", (), "EXT"),
        ("Reasons given", {"REA"}, "GIV"),
        ("Reasons given", {"REA", "GIV"}, "RG"),
        ("Reasons", {"REA"}, "RE2"),
        ("Reasons", {"REA", "RE2"}, "RE3"),
        ("???", (), "D"),
        ("Ärger", (), "ÄRG"),
    ],
)
def test_an_abbreviation_is_short_and_not_taken(title: str, taken: set[str], expected: str) -> None:
    assert abbreviate(title, taken) == expected


def test_titles_are_compared_without_regard_to_case_and_composition() -> None:
    assert title_key("A\u0308rger") == title_key("ÄRGER")
