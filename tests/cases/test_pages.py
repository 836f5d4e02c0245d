"""Cases and transcripts over HTTP, as a browser without JavaScript has them."""

import re

from sqlmodel import Session, select

from app.cases.models import Case, Transcript, TranscriptVersion
from tests.people import People

INTERVIEW = (
    "Interviewer: How did it begin?\n\n"
    "Participant: I cried. It was short, and she nodded.\n\n"
    "Interviewer: And then?\n\n"
    "Participant: Then we went on as if nothing had happened.\n"
)


def _upload(people: People, url: str, *names: str, field: str = "files", **data: str):
    files = [(field, (name, INTERVIEW.encode(), "text/plain")) for name in names]
    return people.ana.post(people.url + url, data, files=files)


def test_the_pi_imports_two_cases_end_to_end(db: Session, people: People) -> None:
    assert people.ana.get(f"{people.url}/cases").status_code == 200
    assert people.ana.get(f"{people.url}/cases/new").status_code == 200
    sent = _upload(
        people, "/cases/new/files", "P01 first.txt", "P02.txt", samples=str(people.sample.id)
    )
    assert sent.status_code == 303, sent.text
    preview = sent.headers["location"]
    shown = people.ana.get(preview)
    assert shown.status_code == 200
    assert 'value="P01"' in shown.text
    assert "How did it begin?" in shown.text
    stored = people.ana.post(
        preview,
        {
            "code-0": "P01",
            "title-0": "First interview",
            "code-1": "P02",
            "title-1": "Only one",
            "samples": str(people.sample.id),
        },
    )
    assert stored.status_code == 303, stored.text
    assert db.exec(select(Case.code)).all() == ["P01", "P02"]
    listed = people.ana.get(f"{people.url}/cases").text
    assert "First interview" in listed
    assert "4 turns" in listed
    assert people.ana.get(f"{people.url}/cases/p01").status_code == 200
    assert people.ana.get(preview).status_code == 404
