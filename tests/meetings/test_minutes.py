"""The minutes: what stands in them, that they stay, and the Word file opened again."""

import io
from datetime import UTC, datetime, timedelta

import docx
import pytest
from sqlmodel import Session

from app.cases.guard import load_case
from app.consensus.models import Reservation, Stale
from app.consensus.rules import Outcome
from app.consensus.service import agree
from app.db import now
from app.meetings.minutes import Minutes, minutes_of
from app.meetings.queries import meeting_of
from app.meetings.service import add_to_minutes, close, go, save_notes
from tests.html import Reader
from tests.meetings.a_meeting import AMeeting
from tests.people import Person


def minutes(meeting: AMeeting, person: Person | None = None) -> Minutes:
    study = meeting.people.context(meeting.db, person)
    return minutes_of(meeting.db, study, meeting_of(meeting.db, study, meeting.id))


@pytest.fixture
def held(db: Session, meeting: AMeeting) -> AMeeting:
    """A meeting in which P01 was decided, reserved and agreed to; P02 is left open."""
    people = meeting.people
    made = {"made": [{"domains": [meeting.board]}], "judge": people.chi.id}
    point = meeting.add_point(
        "P01",
        outcome=Outcome.ONE_VIEW,
        chosen=made,
        reason="She says why.",
        meeting_id=meeting.id,
    )
    meeting.add_point("P02")
    unit = meeting.unit("P01").id or 0
    for text, withdrawn in (("I would have two.", None), ("No longer.", now())):
        db.add(
            Reservation(
                unit_id=unit,
                point_id=point.id,
                account_id=people.chi.id,
                text=text,
                meeting_id=meeting.id,
                withdrawn_at=withdrawn,
            )
        )
    db.add(Stale(unit_id=meeting.unit("P02").id or 0, why="the domain list was changed"))
    for person in (people.ana, people.ben):
        case = load_case(db, people.context(db, person), people.sample.id or 0, "P01")
        agree(db, case.scene, case.unit, content=1, what="P01")
    go(db, people.context(db, people.chi), meeting.id, people.chi.id)
    save_notes(
        db,
        people.context(db, people.ben),
        meeting.id,
        text="Ana spoke most.\nDee was away.",
        version=1,
    )
    db.commit()
    return meeting


def test_the_minutes_say_what_was_decided_agreed_reserved_and_left(held: AMeeting) -> None:
    found = minutes(held)
    assert [(each.name, each.until is None) for each in found.attended] == [
        ("Ana", True),
        ("Ben", True),
        ("Chi", False),
    ]
    assert (found.first_speaker, found.writer) == ("Ana", "Ben")
    (p01,) = found.units
    assert p01.title == "P01"
    assert [(d.where, d.outcome, d.reason) for d in p01.decisions] == [
        ("turn 2", "Reasons for crying", "She says why.")
    ]
    assert [(r.by, r.where, r.text) for r in p01.reservations] == [
        ("Chi", "turn 2", "I would have two.")
    ]
    assert p01.agreed == ("Ana", "Ben")
    left = {each.title: each.waits_for for each in found.left_open}
    assert left == {
        "P01": ["still to agree: Chi and Dee"],
        "P02": [
            "1 point to discuss",
            "still to agree: Ana, Ben, Chi and Dee",
            "to look at again: the domain list was changed",
        ],
        "Reasons for crying": ["still to agree: Ana, Ben, Chi and Dee"],
    }
    assert found.notes == "Ana spoke most.\nDee was away."


def test_the_minutes_never_say_whose_view_was_taken(held: AMeeting) -> None:
    (decision,) = minutes(held).units[0].decisions
    assert "Chi" not in f"{decision}"


def test_an_agreement_that_no_longer_counts_is_not_in_the_minutes(held: AMeeting) -> None:
    unit = held.unit("P01")
    unit.content += 1
    held.db.add(unit)
    held.db.commit()
    assert minutes(held).units[0].agreed == ()


def test_frozen_minutes_stay_whatever_happens_afterwards(db: Session, held: AMeeting) -> None:
    people = held.people
    before = minutes(held)
    close(db, people.context(db), held.id)
    frozen = minutes(held)
    assert frozen.as_values() | {"closed_by": ""} == before.as_values()
    assert frozen.closed_by == "Ana"
    people.chi.account.name = "Chiara"
    db.add(people.chi.account)
    for person in (people.chi, people.dee):
        case = load_case(db, people.context(db, person), people.sample.id or 0, "P01")
        agree(db, case.scene, case.unit, content=1, what="P01")
    db.commit()
    assert minutes(held) == frozen


def test_the_page_of_the_minutes_says_it_all(db: Session, held: AMeeting) -> None:
    close(db, held.people.context(db), held.id)
    db.commit()
    text = Reader(held.people.dee.browser).open(f"{held.url}/minutes").text
    for words in (
        "Minutes of meeting 1",
        "Spoke firstAna",
        "WroteBen",
        "Turn 2: Reasons for crying",
        "She says why.",
        "Chi keeps a reservation about turn 2: I would have two.",
        "Agreed to by Ana and Ben.",
        "P02: 1 point to discuss; still to agree: Ana, Ben, Chi and Dee; to look at again: the "
        "domain list was changed",
        "Ana spoke most.",
    ):
        assert words in text, words
    assert "No longer." not in text


def file_of(held: AMeeting, query: str = "") -> list[str]:
    answer = held.people.dee.get(f"{held.url}/minutes.docx{query}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == (
        'attachment; filename="crying-in-therapy-meeting-1.docx"'
    )
    document = docx.Document(io.BytesIO(answer.content))
    return [paragraph.text for paragraph in document.paragraphs]


def test_the_word_file_says_the_same(db: Session, held: AMeeting) -> None:
    close(db, held.people.context(db), held.id)
    add_to_minutes(db, held.people.context(db, held.people.dee), held.id, text="I was ill.\x0b")
    db.commit()
    lines = file_of(held)
    for line in (
        "Minutes of meeting 1",
        "Crying in therapy",
        "Spoke first: Ana",
        "Wrote: Ben",
        "– Turn 2: Reasons for crying (She says why.)",
        "– Chi keeps a reservation about turn 2: I would have two.",
        "– Agreed to by Ana and Ben.",
        "– P01: still to agree: Chi and Dee",
        "Ana spoke most.",
        "Dee was away.",
        "I was ill.",
    ):
        assert line in lines, line


def test_headings_of_the_word_file_make_its_outline(held: AMeeting) -> None:
    answer = held.people.ben.get(f"{held.url}/minutes.docx")
    document = docx.Document(io.BytesIO(answer.content))
    styles = [(p.style.name, p.text) for p in document.paragraphs if p.style]
    assert ("Minutes Title", "Minutes of meeting 1") in styles
    assert ("Minutes Unit", "P01") in styles


@pytest.mark.parametrize(
    ("zone", "date"),
    [
        ("", "21 March 2026, 23:30–01:00 (UTC)"),
        ("Europe/Vienna", "22 March 2026, 00:30–02:00 (Europe/Vienna)"),
        ("../../etc/passwd", "21 March 2026, 23:30–01:00 (UTC)"),
        ("Nowhere/Land", "21 March 2026, 23:30–01:00 (UTC)"),
    ],
)
def test_times_of_the_file_are_those_of_the_reader(
    db: Session, meeting: AMeeting, zone: str, date: str
) -> None:
    close(db, meeting.people.context(db), meeting.id)
    row = meeting.row
    row.started_at = datetime(2026, 3, 21, 23, 30, tzinfo=UTC)
    row.closed_at = row.started_at + timedelta(minutes=90)
    db.add(row)
    db.commit()
    assert f"Date: {date}" in file_of(meeting, f"?zone={zone}")
