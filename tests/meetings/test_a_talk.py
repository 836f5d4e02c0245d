"""A team talks about a case: from the agenda to the discussing page, to agreement and minutes."""

import re

from sqlmodel import Session, select

from app.consensus.models import Meeting
from app.consensus.rules import State
from tests.domains.a_discussion import MINE, TEARS, YES, ADiscussion, a_discussion
from tests.html import Reader
from tests.people import People, Person


def follow_agenda(person: Person, meeting: str, code: str) -> Reader:
    """Open a line of the agenda."""
    return Reader(person.browser).open(meeting).follow(code)


def decide(db: Session, found: ADiscussion, person: Person, words: str, **form: object) -> None:
    """Note a decision as the discussing page sends it."""
    point = found.point(db, words)
    sent = {"choice": "double-code", "version": point.version, **form}
    answer = person.post(f"{found.url}/points/{point.id}/decision", sent)
    assert answer.status_code == 303, answer.text


def test_a_team_talks_about_a_case_agrees_and_has_it_in_its_minutes(
    db: Session, people: People
) -> None:
    found = a_discussion(db, people)
    ben, chi, dee = people.ben, people.chi, people.dee
    url = ben.post(f"{people.url}/meetings/new", {"present": [chi.id]}).headers["location"]
    assert "P01 3 to discuss" in Reader(dee.browser).open(url).text
    page = follow_agenda(ben, url, "P01")
    assert page.url.startswith(found.url)
    assert "Back to the meeting’s agenda" in page.text

    decide(db, found, ben, YES, choice="not coded", reason="He only begins.")
    decide(db, found, chi, MINE, reason="Both are meant.")
    chi.post(
        f"{found.url}/points/{found.point(db, MINE).id}/reservations",
        {"reservation": "One would do."},
    )
    answer = dee.post(
        f"{found.url}/points/{found.point(db, TEARS).id}/decision",
        {"choice": f"one view:{ben.id}", "version": found.point(db, TEARS).version},
    )
    assert answer.status_code == 303

    assert "P01 to agree on" in Reader(chi.browser).open(url).text
    for person in (ben, chi):
        screen = Reader(person.browser).open(f"{url}/agreement")
        assert re.search(r"P01 2 decisions today; \d+ changes by", screen.text)
        screen.send("Agree to what is ticked")
        assert "You agreed to P01" in screen.text
    assert found.context(db).unit.state is State.CONSENSUS

    minutes = Reader(ben.browser).open(url).send("Close and write the minutes").text
    for said in (
        "not codedHe only begins.",
        "double-coded: ",
        "Both are meant.",
        "Chi keeps a reservation about turn 4: One would do.",
        "Agreed to by Ben and Chi.",
        "P01: still to agree: Dee",
    ):
        assert said in minutes, said
    assert "So I let two tears go" not in minutes
    stamped = [point.meeting_id for point in found.points(db) if point.outcome]
    (meeting,) = db.exec(select(Meeting.id)).all()
    assert stamped.count(meeting) == 2
    assert stamped.count(None) == 1
