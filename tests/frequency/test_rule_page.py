"""Choosing a sample's frequency rule: what it would mean, and what a later change takes."""

import re

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col

from app.consensus.rules import State
from app.db import run
from app.frequency.rules import RULES
from app.studies.models import Sample
from app.trail.models import TrailEntry, TrailValues
from tests.home.a_sample import SampleInTheMaking
from tests.people import People


@pytest.fixture
def sample(db: Session, people: People) -> SampleInTheMaking:
    """The people's sample, empty, with builders for its cases and domains."""
    return SampleInTheMaking(db, people)


def cut_offs(html: str) -> dict[str, list[str]]:
    """The cells of each rule's line."""
    found = {}
    for row in re.findall(r"<tr[^>]*>\s*<th scope=\"row\">(.*?)</tr>", html, re.S):
        cells = re.findall(r"<td>(.*?)</td>", row)
        names = [name for name in RULES if name in row]
        found[max(names, key=len)] = cells
    return found


def test_every_rule_shows_its_cut_offs_at_the_present_n(
    people: People, sample: SampleInTheMaking
) -> None:
    for number in range(10):
        sample.case(f"P{number}")
    sample.db.commit()
    html = people.ana.get(f"{people.sample_url}/rule").text
    assert cut_offs(html) == {
        "knox-2017": ["9–10", "6–8", "2–5", "–"],
        "hill-2012": ["9–10", "6–8", "2–5", "–"],
        "hill-2005-rare": ["9–10", "6–8", "2–5", "–"],
        "strict": ["10", "6–9", "2–5", "–"],
        "hill-1997": ["10", "5–9", "2–4", "–"],
        "counts": ["–", "–", "–", "–"],
    }
    stricter = people.ana.get(f"{people.sample_url}/rule?min_cases=3&rule=strict").text
    assert cut_offs(stricter)["strict"] == ["10", "6–9", "3–5", "–"]
    fragment = people.ana.get(f"{people.sample_url}/rule?min_cases=3&rule=strict", htmx=True).text
    assert fragment.lstrip().startswith('<div class="table-scroll" id="cut-offs"')
    assert cut_offs(fragment) == cut_offs(stricter)


def test_a_sample_too_small_for_labels_shows_an_example(people: People) -> None:
    html = people.ana.get(f"{people.sample_url}/rule").text
    assert "This sample has 0 cases so far. As an example: the cut-offs with 12." in html


def test_rare_is_asked_about_from_sixteen_cases_on(
    people: People, sample: SampleInTheMaking
) -> None:
    for number in range(15):
        sample.case(f"P{number}")
    sample.db.commit()
    assert "Will you use rare?" not in people.ana.get(f"{people.sample_url}/rule").text
    sample.case("P15")
    sample.db.commit()
    assert "Will you use rare?" in people.ana.get(f"{people.sample_url}/rule").text
    assert "Will you use rare?" not in people.ben.get(f"{people.sample_url}/rule").text
    people.ana.post(f"{people.sample_url}/rule", {"rule": "hill-2005-rare", "version": "1"})
    html = people.ana.get(f"{people.sample_url}/rule").text
    assert "Will you use rare?" not in html
    assert cut_offs(html)["hill-2005-rare"] == ["15–16", "9–14", "4–8", "2–3"]


def test_the_first_choice_needs_no_reason_and_a_later_one_does(
    people: People, sample: SampleInTheMaking, db: Session
) -> None:
    url = f"{people.sample_url}/rule"
    first = people.ana.post(url, {"rule": "strict", "min_cases": "3", "version": "1"})
    assert first.headers["location"] == f"{people.url}/settings#sample-{people.sample.id}"
    assert "Why the rule changes" not in people.ana.get(url).text
    sample.case("P01", State.CONSENSUS)
    db.commit()
    assert "Why the rule changes" in people.ana.get(url).text
    refused = people.ana.post(url, {"rule": "hill-2012", "min_cases": "2", "version": "2"})
    assert refused.status_code == 422
    assert "Say why the rule changes" in refused.text
    assert re.search(r'value="hill-2012" checked', refused.text)
    later = {"rule": "hill-2012", "min_cases": "2", "version": "2", "reason": "N grew to ten"}
    assert people.ana.post(url, later).status_code == 303
    entries = run(
        db,
        sa.select(col(TrailEntry.verb), col(TrailValues.before), col(TrailValues.after))
        .join(TrailValues, col(TrailValues.entry_id) == col(TrailEntry.id))
        .order_by(col(TrailEntry.id)),
    ).all()
    assert [entry.verb for entry in entries] == ["choose a rule", "change the rule"]
    was = {"name": "as therapist", "rule": "strict", "min_cases": 3, "version": 2}
    assert entries[1].before == was | {"topic": "Participants Crying as Therapists"}
    assert entries[1].after["reason"] == "N grew to ten"


def test_a_rule_chosen_meanwhile_is_not_overwritten(people: People, db: Session) -> None:
    url = f"{people.sample_url}/rule"
    people.ana.post(url, {"rule": "strict", "version": "1"})
    stale = people.ana.post(url, {"rule": "counts", "version": "1"})
    assert stale.status_code == 409
    assert "its rule is strict" in stale.text
    assert 'name="version" value="2"' in stale.text
    assert run(db, sa.select(col(Sample.rule))).scalar_one() == "strict"


@pytest.mark.parametrize("values", [{"rule": "mine"}, {"rule": "strict", "min_cases": "1"}])
def test_an_unknown_rule_is_refused(people: People, values: dict[str, str]) -> None:
    assert people.ana.post(f"{people.sample_url}/rule", values).status_code == 422


@pytest.mark.parametrize(
    ("name", "seen", "saved"),
    [("ana", 200, 303), ("ben", 200, 403), ("eli", 403, 403), ("ida", 403, 403), ("hal", 404, 404)],
)
def test_who_sees_and_who_chooses_the_rule(
    people: People, name: str, seen: int, saved: int
) -> None:
    person = people.everybody[name]
    page = person.get(f"{people.sample_url}/rule")
    assert page.status_code == seen
    assert ("Use this rule" in page.text) == (saved == 303)
    answer = person.post(f"{people.sample_url}/rule", {"rule": "strict", "version": "1"})
    assert answer.status_code == saved


def test_a_sample_of_another_study_is_not_found(people: People) -> None:
    assert people.ana.get(f"{people.url}/samples/9999/rule").status_code == 404
