"""Reading files in a process of its own."""

import pytest

from app.cases import reading
from app.cases.reading import read_apart

pytestmark = pytest.mark.pure

GOOD = b"Interviewer: How was it?\n\nParticipant: Short.\n"


def test_files_are_answered_in_their_order_and_a_bad_one_by_name() -> None:
    found = read_apart(
        [
            ("a.txt", GOOD, None),
            ("b.docx", b"PK\x03\x04no", None),
            ("c.txt", "é: ß\n".encode(), None),
        ]
    )
    assert [one.name for one in found] == ["a.txt", "b.docx", "c.txt"]
    assert found[0].turns == (("Interviewer", "How was it?", ""), ("Participant", "Short.", ""))
    assert found[0].encoding == "utf-8"
    assert "b.docx" in found[1].refusal
    assert found[1].turns == ()
    assert not found[2].refusal


def test_an_encoding_that_was_chosen_is_used() -> None:
    data = "Interviewer: Комната?\n\nParticipant: Да.\n".encode("cp1251")
    (found,) = read_apart([("a.txt", data, "cp1251")])
    assert found.turns[0][1] == "Комната?"


def test_a_reading_that_takes_too_long_is_ended_and_its_file_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "WALL_SECONDS", 0.001)
    found = read_apart([("slow.pdf", GOOD, None), ("next.txt", GOOD, None)])
    assert [one.name for one in found] == ["slow.pdf", "next.txt"]
    assert all("within the limits" in one.refusal for one in found)
