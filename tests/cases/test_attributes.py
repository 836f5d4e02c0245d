"""Attributes, typed as lines and read from a table."""

import pytest

from app.cases.attributes import as_lines, from_lines
from app.cases.sheet import read_sheet
from app.errors import Invalid

pytestmark = pytest.mark.pure


def test_attributes_are_typed_one_a_line() -> None:
    found = from_lines("Gender = woman\n\n Years  of work =  7 \nNotes =\nLink = a = b")
    assert found == {"Gender": "woman", "Years of work": "7", "Link": "a = b"}
    assert from_lines(as_lines(found)) == found


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("Gender = woman\nolder", "Line 2"),
        ("= woman", "has no name"),
        ("A = 1\nA = 2", "twice"),
        ("A = " + "x" * 301, "too long"),
    ],
)
def test_a_line_that_is_no_attribute_is_named(lines: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason) as refusal:
        from_lines(lines)
    assert "attributes" in refusal.value.fields


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_is_read_whatever_its_separator(separator: str) -> None:
    text = "\n".join(
        separator.join(row)
        for row in (["Case code", "Gender", "Years"], ["P01", "woman", "7"], ["", "", ""], ["p02"])
    )
    sheet = read_sheet("a.csv", text.encode("utf-8-sig"))
    assert sheet.columns == ("Gender", "Years")
    assert sheet.rows == (("P01", ("woman", "7")), ("p02", ("", "")))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"name,Gender\nP01,woman\n", "no column 'code'"),
        (b"code\nP01\n", "an attribute column"),
        (b"code,A,A\nP01,1,2\n", "twice"),
        (b"code,A\nP01,1\np01,2\n", "row 3"),
        (b"code,A\n,1\n", "row 2"),
        (b"code,A\n\x00\x01\x02P01,1\n", "not a table"),
    ],
)
def test_a_table_that_cannot_be_used_says_where(data: bytes, reason: str) -> None:
    with pytest.raises(Invalid, match=reason) as refusal:
        read_sheet("people.csv", data)
    assert "people.csv" in refusal.value.message


def test_columns_that_could_tell_who_somebody_is_are_doubted() -> None:
    sheet = read_sheet(
        "a.csv",
        b"code,Surname,Contact,Reach,Gender,Years\n"
        b"P01,Lopez,a@example.org,+49 170 2345678,woman,7\n",
    )
    assert [bool(sheet.doubt(place)) for place in range(5)] == [True, True, True, False, False]
