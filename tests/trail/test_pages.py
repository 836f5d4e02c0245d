"""The page of the trail: who may read it, what it says, how it is filtered and paged."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col

from app.consensus.rules import State
from app.db import now, run
from app.domains.models import Domain
from app.trail.models import TrailEntry
from app.trail.service import Scene, record
from tests.home.a_sample import SampleInTheMaking
from tests.people import People, Person


@pytest.fixture
def sample(db: Session, people: People) -> SampleInTheMaking:
    """The people's sample, empty, with builders for its cases and domains."""
    return SampleInTheMaking(db, people)


def lines(people: People, query: str = "", person: Person | None = None) -> list[str]:
    """The sentences of the page, newest first."""
    html = (person or people.ana).get(f"{people.url}/trail{query}").text
    found = re.findall(r'<li><span dir="auto">(.*?)</span><span class="number">', html, re.S)
    return [" ".join(re.sub(r"<[^>]+>", "", line).split()) for line in found]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("ana", 200),
        ("ben", 200),
        ("eli", 403),
        ("gus", 403),
        ("ida", 403),
        ("hal", 404),
        ("jo", 404),
    ],
)
def test_who_may_read_the_trail(people: People, name: str, status: int) -> None:
    answer = people.everybody[name].get(f"{people.url}/trail")
    assert answer.status_code == status
    if status == 403:
        assert "You may not read the trail with your present roles" in answer.text


def test_set_up_is_told_with_names(people: People, db: Session) -> None:
    people.ana.post(f"{people.url}/settings/samples", {"name": "as client"})
    people.ana.post(f"{people.url}/settings/abbreviations", {"short": "P", "meaning": "patient"})
    made = people.ana.post(f"{people.url}/team/invitations", {"is_judge": "on", "is_pi": "on"})
    link = re.search(r"127\.0\.0\.1(/invitations/[\w-]+)<", made.text)
    assert link
    people.hal.post(link.group(1))
    team = people.ana.get(f"{people.url}/team").text
    hal = re.search(r'change=(\d+)#member-\d+" [^>]*aria-label="Change roles of Hal"', team)
    assert hal
    people.ana.post(
        f"{people.url}/team/members/{hal.group(1)}", {"is_reader": "on", "was": "PI,judge"}
    )
    people.ana.post(f"{people.url}/team/members/{hal.group(1)}/removal")
    assert lines(people) == [
        "Ana removed Hal from the study",
        "Ana made Hal reader",
        "Hal joined as PI and judge",
        "Ana invited somebody as PI and judge",
        "Ana fixed the abbreviation P = patient",
        "Ana added the sample “as client”",
    ]


def test_work_is_told_by_case_domain_and_category(
    people: People, sample: SampleInTheMaking
) -> None:
    db = sample.db
    case, domain = sample.case("P07", State.CONSENSUS), sample.domain("Reasons")
    unit, board = sample.unit_of(case=case), sample.unit_of(domain=domain)
    idea, block = sample.core_idea(case, domain), sample.block(case)
    study = people.study.id or 0
    at_case = Scene(study, people.ben.id, unit.id, sample.layer_of(unit))
    at_board = Scene(study, people.chi.id, board.id, sample.layer_of(board))
    passage = {"passages": [{"domains": [domain.id]}]}
    record(db, at_case, "assign a block", item=block, before={"passages": []}, after=passage)
    told = {"ideas": [{"domain_id": domain.id, "text": "P cried over the loss"}]}
    record(db, at_case, "reword a core idea", item=idea, before=told, after=told)
    places = {"places": [None]}
    record(db, at_board, "sort a core idea", item=idea, before={"places": []}, after=places)
    record(db, at_board, "draw a line", item=board)
    db.commit()
    assert lines(people) == [
        "Chi drew a line in “Reasons”",
        "Chi put a core idea of P07 in Miscellaneous",
        "Ben reworded a core idea of P07 in “Reasons”",
        "Ben put a passage of P07 in “Reasons”",
    ]
    html = people.dee.get(f"{people.url}/trail").text
    assert "loss" not in html
    assert f'href="{people.sample_url}/cases/P07/coding"' in html
    assert f'href="{people.sample_url}/domains/{domain.id}/cross-analysis"' in html


def test_a_removed_domain_leaves_a_plainer_sentence(
    people: People, sample: SampleInTheMaking
) -> None:
    case = sample.case("P07")
    unit = sample.unit_of(case=case)
    scene = Scene(people.study.id or 0, people.ben.id, unit.id)
    record(
        sample.db,
        scene,
        "assign a block",
        item=Domain(id=99),
        after={"passages": [{"domains": [999]}]},
    )
    sample.db.commit()
    assert lines(people) == ["Ben assigned a block in P07"]


def test_the_page_is_filtered_by_person_part_case_and_day(
    people: People, sample: SampleInTheMaking
) -> None:
    db, study = sample.db, people.study.id or 0
    first, second = sample.case("P01"), sample.case("P02")
    for number, (person, case) in enumerate([(people.ana, first), (people.ben, second)]):
        scene = Scene(study, person.id, sample.unit_of(case=case).id)
        record(db, scene, "agree", item=sample.unit_of(case=case))
        record(db, Scene(study, person.id), "add a case", item=case, after={"code": case.code})
        run(
            db,
            sa.update(TrailEntry)
            .where(col(TrailEntry.account_id) == person.id)
            .values(at=now() - timedelta(days=5 - number)),
        )
    db.commit()
    assert lines(people, f"?person={people.ben.id}") == [
        "Ben added the case P02",
        "Ben agreed to P02",
    ]
    assert lines(people, "?part=agreements") == ["Ben agreed to P02", "Ana agreed to P01"]
    assert lines(people, "?case=p01") == ["Ana added the case P01", "Ana agreed to P01"]
    assert lines(people, f"?case=P01&person={people.ben.id}") == []
    day = (now() - timedelta(days=4)).date().isoformat()
    assert lines(people, f"?since={day}") == lines(people, f"?person={people.ben.id}")
    before = (now() - timedelta(days=5)).date().isoformat()
    assert lines(people, f"?until={before}") == lines(people, f"?person={people.ana.id}")


@pytest.mark.parametrize(
    "query", ["?person=x", "?part=nonsense", "?below=-1", "?person=99999999999"]
)
def test_a_filter_that_means_nothing_asks_for_everything(people: People, query: str) -> None:
    people.ana.post(f"{people.url}/settings/samples", {"name": "as client"})
    assert lines(people, query) == ["Ana added the sample “as client”"]


def test_a_date_that_is_none_gets_a_sentence(people: People) -> None:
    answer = people.ana.get(f"{people.url}/trail?since=yesterday")
    assert answer.status_code == 422
    assert "needs a date such as" in answer.text


def test_an_unknown_case_has_no_trail(people: People) -> None:
    people.ana.post(f"{people.url}/settings/samples", {"name": "as client"})
    assert lines(people, "?case=P99") == []


def test_fifty_lines_make_a_page_and_links_lead_on(
    people: People, sample: SampleInTheMaking
) -> None:
    for _ in range(120):
        record(sample.db, people.scene, "shift", item=people.study)
    sample.db.commit()
    seen, url = [], f"{people.url}/trail?part=study"
    for _ in range(3):
        html = people.ana.get(url).text
        seen.append(html.count("shifted"))
        older = re.search(r'href="([^"]+below=\d+)"[^>]*><span>Older', html)
        if older:
            url = older.group(1).replace("&amp;", "&")
    assert seen == [50, 50, 20]
    assert "Newest" in html
    assert "part=study" in url
