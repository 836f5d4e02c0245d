"""Code numbers: what one may be, and what looks as if it gave somebody away."""

import pytest

from app.cases.codes import checked_code, doubt, proposed_code
from app.errors import Invalid

pytestmark = pytest.mark.pure

GIVES_AWAY = """
    Maria maria-lopez Maria-2 ANA lopez07 AB120390 ab-1990-03-12 12031990 M-120390 AB1985
    01702345678 555-123-4567
"""
PLAIN = "P07 P2024 case-12 Participant-3 T2-07 THER-04 0012 A1 Pilot int-3 P123456 XK-999999"


@pytest.mark.parametrize("code", ["P07", "p7", "T2-07", "0012", "Maria", "case-a"])
def test_letters_digits_and_single_hyphens_make_a_code(code: str) -> None:
    assert checked_code(f" {code} ") == code


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", "no code number"),
        ("new", "a use of its own"),
        ("NEW", "a use of its own"),
        ("ana@example.org", "e-mail address"),
        ("P 07", "only letters"),
        ("-P07", "only letters"),
        ("P07/2", "only letters"),
        ("Jörg", "only letters"),
        ("P" * 41, "at most 40"),
    ],
)
def test_anything_else_is_refused_with_its_reason(code: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason) as refusal:
        checked_code(code)
    assert refusal.value.fields == {"code": refusal.value.message}


@pytest.mark.parametrize(
    "code",
    GIVES_AWAY.split(),
)
def test_a_code_that_could_give_somebody_away_is_doubted(code: str) -> None:
    assert doubt(code)


@pytest.mark.parametrize(
    "code",
    PLAIN.split(),
)
def test_a_plain_code_is_not_doubted(code: str) -> None:
    assert doubt(code) is None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("P07.docx", "P07"),
        ("Interview P07 (final).docx", "P07"),
        ("C:\\study\\T-12 transcript.pdf", "T-12"),
        ("interview_00254.md", "interview-00254"),
        ("münchen 3.txt", "m-nchen-3"),
        ("....txt", ""),
    ],
)
def test_a_code_is_proposed_from_the_file_name(name: str, code: str) -> None:
    assert proposed_code(name) == code
