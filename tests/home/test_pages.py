"""Home and a study's overview in a browser without JavaScript."""

import re

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col

from app.consensus.rules import State, UnitKind
from app.consensus.service import open_unit
from app.db import run
from app.studies.models import Member, Study
from app.studies.service import add_sample
from app.trail.service import Scene, record
from tests.home.a_sample import SampleInTheMaking
from tests.people import People


def text_of(html: str) -> str:
    """The words of a page, each after one blank."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_home_leads_straight_to_the_spot(people: People, sample: SampleInTheMaking) -> None:
    sample.domain("Reasons")
    unit = sample.unit_of(case=sample.case("P07", State.CONSENSUS))
    sample.agreed_by(unit, people.chi)
    sample.db.commit()
    html = people.ben.get("/").text
    assert f'href="{people.sample_url}/cases/P07/coding"' in html
    assert "Agree to P07" in html
    assert "Crying in therapy judge 1 0 of 1" in text_of(html)
    assert "Somebody else" not in html


def test_home_without_a_study_teaches_what_one_is(people: People) -> None:
    html = people.jo.get("/").text
    assert "You have no study yet" in html
    assert 'href="/studies/new"' in html


def test_the_demo_is_offered_only_to_an_administrator_of_an_empty_installation(
    people: People, db: Session
) -> None:
    assert 'action="/demo"' not in people.jo.get("/").text
    run(db, sa.delete(Member))
    db.expunge_all()
    assert 'action="/demo"' not in people.jo.get("/").text
    for name in ("sample", "study"):
        run(db, sa.text(f"DELETE FROM {name}"))
    db.commit()
    assert 'action="/demo"' in people.jo.get("/").text
    assert 'action="/demo"' not in people.hal.get("/").text


def test_nobody_signed_in_is_led_to_sign_in(people: People) -> None:
    assert people.stranger.get("/").headers["location"] == "/sign-in"


def test_the_overview_says_where_everything_stands(
    people: People, sample: SampleInTheMaking
) -> None:
    reasons = sample.domain("Reasons for crying")
    for code in ("P01", "P02"):
        sample.core_idea(sample.case(code, State.AGREED), reasons, placed=code == "P01")
    sample.agreed_by(sample.unit_of(case=sample.case("P03", State.CONSENSUS)), people.ben)
    sample.db.commit()
    words = text_of(people.ana.get(people.url).text)
    for expected in (
        "cases in this sample 3",
        "agreed, 1 in the findings 2",
        "domain, list 1 1",
        "P03 stored, v1 1 of 4 agreed you, Chi and Dee",
        "Reasons for crying 2 1 of 3 sorting, 1 to go the team",
        "Waiting for you Agree to P03",
    ):
        assert expected in words


def test_the_switch_shows_another_sample(people: People, db: Session) -> None:
    people.ana.post(f"{people.url}/settings/samples", {"name": "as client"})
    html = people.ana.get(people.url).text
    other = re.search(r'href="(/studies/\d+\?sample=\d+)" dir="auto">as client, 0', html)
    assert other
    page = people.ana.get(other.group(1)).text
    assert 'aria-current="page" dir="auto">as client, 0' in page
    assert "No case in this sample yet" in page


def test_a_study_without_a_sample_says_what_to_do_first(people: People) -> None:
    url = people.jo.post("/studies/new", {"title": "New"}).headers["location"]
    html = people.jo.get(url).text
    assert "Start with a sample" in html
    assert f'href="{url}/settings#new-sample"' in html


@pytest.mark.parametrize(
    ("name", "status"),
    [("ana", 200), ("dee", 200), ("gus", 200), ("ida", 200), ("hal", 404), ("jo", 404)],
)
def test_members_see_the_overview_and_nobody_else(people: People, name: str, status: int) -> None:
    assert people.everybody[name].get(people.url).status_code == status


@pytest.mark.parametrize("name", ["eli", "gus", "ida"])
def test_auditors_and_readers_see_no_case_and_no_trail(
    people: People, sample: SampleInTheMaking, name: str
) -> None:
    sample.case("P01", State.AGREED)
    sample.domain("Unfinished")
    record(sample.db, people.scene, "agree", item=people.study)
    sample.db.commit()
    html = people.everybody[name].get(people.url).text
    assert "P01" not in html
    assert "Unfinished" not in html
    assert "Lately" not in html
    assert "Leave this study" in html


def test_lately_tells_who_did_what_and_joins_what_was_done_in_a_row(
    people: People, sample: SampleInTheMaking
) -> None:
    case = sample.case("P04", State.CONSENSUS)
    block = sample.block(case)
    for _ in range(3):
        record(sample.db, people.scene, "move the ends of a block", item=block)
    people_renamed = people.ana.post(f"{people.url}/settings", {"title": "Tears", "version": "1"})
    assert people_renamed.status_code == 303
    sample.db.commit()
    words = text_of(people.chi.get(people.url).text)
    assert "Ana renamed the study “Tears”" in words
    assert "Ana moved the ends of a block 3 times," in words


def test_the_last_agreement_is_told_once(people: People, sample: SampleInTheMaking) -> None:
    unit = sample.unit_of(case=sample.case("P04", State.CONSENSUS))
    scene = Scene(people.study.id or 0, people.ben.id, unit.id)
    record(sample.db, scene, "agree", item=unit)
    record(sample.db, scene, "agreed by all", item=unit)
    sample.db.commit()
    words = text_of(people.ana.get(people.url).text)
    assert "Ben was the last to agree to P04" in words
    assert "Ben agreed to P04" not in words
    assert "Ben agreed to P04" in text_of(people.ana.get(f"{people.url}/trail").text)


def test_a_case_of_two_samples_is_agreed_when_both_are(
    people: People, sample: SampleInTheMaking
) -> None:
    case = sample.case("P01", State.AGREED)
    assert "Crying in therapy PI, judge 1 1 of 1" in text_of(people.ana.get("/").text)
    other = add_sample(sample.db, people.context(sample.db), name="as client")
    study = people.study.id or 0
    open_unit(
        sample.db, Scene(study, None), sample_id=other.id or 0, kind=UnitKind.CASE, case_id=case.id
    )
    sample.db.commit()
    assert "Crying in therapy PI, judge 2 0 of 1" in text_of(people.ana.get("/").text)


def test_the_pages_cost_the_same_whatever_the_size(
    people: People, sample: SampleInTheMaking, statements: list[str]
) -> None:
    def cost() -> list[int]:
        sample.db.commit()
        counts = []
        for url in ("/", people.url, f"{people.url}/trail"):
            statements.clear()
            assert people.ana.get(url).status_code == 200
            counts.append(len(statements))
        return counts

    def add(number: int) -> None:
        domain, case = sample.domain(f"D {number}"), sample.case(f"P{number:02}", State.AGREED)
        idea = sample.core_idea(case, domain)
        record(sample.db, people.scene, "sort a core idea", item=idea, after={"places": [None]})

    add(0)
    few = cost()
    for number in range(1, 21):
        add(number)
        sample.db.add(Study(title=f"Study {number}"))
        sample.db.flush()
        newest = run(sample.db, sa.select(sa.func.max(col(Study.id)))).scalar_one()
        sample.db.add(Member(study_id=newest, account_id=people.ana.id, is_pi=True))
    assert cost() == few
