"""A finished case copied for a new judge: blind until submitted, and counted nowhere."""

import re
from dataclasses import replace

import pytest
from sqlmodel import Session, col, select

from app.cases.guard import CaseContext, load_case
from app.consensus.drafting import submit, take_up
from app.consensus.models import Layer, Practice, Unit
from app.consensus.rules import State
from app.consensus.service import agree
from app.core_ideas.ideas import stored
from app.core_ideas.merging_domains import merge_domains
from app.core_ideas.models import Absence, AbsenceReason
from app.core_ideas.service import add, set_absence
from app.domains.blocks import assign
from app.domains.queries import domain_list
from app.domains.transcripts import transcripts_of
from app.studies.guard import load_study
from app.trail.models import TrailEntry, TrailValues
from app.trail.service import verify
from tests.core_ideas.a_case import GRIEF, MOTHER, TEARS, ACase, make_case
from tests.html import Reader, without_keys
from tests.people import People

AGREED_WORDS = "P heard of C's mother for the first time."
SECRET = "Some of the grief was P's own."


@pytest.fixture
def case(db: Session, people: People) -> ACase:
    """P07, finished: two core ideas, a reason for having none, all have agreed."""
    case = make_case(db, people)
    case.add_idea(AGREED_WORDS, block_ids=[case.block_at(MOTHER)])
    case.add_idea(SECRET, "THO")
    set_absence(db, case.seen_by(), domain_id=case.domains["EXT"], reason=AbsenceReason.NOT_ASKED)
    for person in (people.ana, people.ben, people.chi, people.dee):
        seen = case.seen_by(person)
        agree(db, seen.scene, seen.unit, content=seen.unit.content, what="P07")
    db.commit()
    return case


def begun(people: People) -> tuple[str, str]:
    """Ana copies P07. Returns the address of the practice's study, and the link for who codes."""
    ana = Reader(people.ana.browser).open(f"{people.url}/team").follow("Blind practice")
    ana.send("Copy P07 for practice")
    link = re.search(r"/invitations/[\w-]+", ana.text)
    opened = ana.page.xpath("//a[normalize-space()='Open the practice']/@href")
    assert link
    return str(opened[0]), link.group()


def joined(people: People, link: str = "", url: str = "") -> tuple[str, Reader]:
    """Hal, who is in none of Ana's studies, follows the link. Returns the study's address."""
    if not link:
        url, link = begun(people)
    hal = Reader(people.hal.browser).open(link)
    hal.send("Join")
    return url, hal


def coding_of(db: Session, url: str) -> str:
    """The address of the copied case."""
    unit = db.exec(select(Unit).where(col(Unit.id).in_(select(Practice.unit_id)))).one()
    return f"{url}/samples/{unit.sample_id}/cases/P07"


def code(db: Session, people: People, case_url: str) -> None:
    """Hal has the mother as the team has it, in other words; and the tears, which it left out."""
    _, _, study_id, _, sample_id, *_ = case_url.split("/")

    def drafted() -> CaseContext:
        study = load_study(db, people.hal.me, int(study_id))
        case = load_case(db, study, int(sample_id), "P07")
        return replace(case, unit=take_up(db, case.scene, case.unit))

    domains = {row.abbreviation: row.id for row in domain_list(db, int(sample_id))}
    (text,) = transcripts_of(db, drafted().case_id)
    for words, domain in ((MOTHER, "ANT"), (TEARS, "EXT")):
        start = text.text.index(words)
        assign(
            db,
            drafted(),
            version_id=text.version_id,
            start=start,
            end=start + len(words),
            quote=words,
            domain_ids=[domains[domain]],
        )
    add(db, drafted(), domain_id=domains["ANT"], text="P heard of C's mother.")
    db.commit()


def every_page(url: str, case_url: str) -> list[str]:
    """What a member of the practice can open, as far as it could tell of the consensus."""
    below = ("coding", "core-ideas", "consensus-version", "coding/discussion", "draft/submission")
    of_study = ("", "/cases", "/cases/P07", "/team", "/trail", "/settings", "/meetings")
    return [f"{case_url}/{each}" for each in below] + [url + each for each in of_study]


def test_nothing_of_the_consensus_is_seen_before_the_draft_is_submitted(
    db: Session, people: People, case: ACase
) -> None:
    url, _ = joined(people)
    case_url = coding_of(db, url)
    for person in (people.hal, people.ana):
        for page in every_page(url, case_url):
            answer = person.get(page)
            assert answer.status_code in (200, 303, 403), page
            text = answer.text
            assert AGREED_WORDS[:-1] not in text.replace("&#39;", "'"), page
            assert "was P's own" not in text.replace("&#39;", "'"), page
    layers = db.exec(
        select(Layer.id)
        .join(Unit)
        .where(Unit.study_id == int(url[9:]), col(Unit.case_id).is_not(None))
    ).all()
    assert len(layers) == 1, "the copy's consensus layer, with nothing in it"
    assert MOTHER in people.hal.get(f"{case_url}/coding").text.replace("&#39;", "'")
    values = db.exec(select(TrailValues.before, TrailValues.after).join(TrailEntry)).all()
    ours = db.exec(
        select(TrailValues.after).join(TrailEntry).where(TrailEntry.study_id == int(url[9:]))
    ).all()
    assert len(values) > len(ours)
    assert not any("grief was" in str(value) for value in ours)


def test_what_was_coded_is_laid_beside_the_consensus(
    db: Session, people: People, case: ACase
) -> None:
    url, hal = joined(people)
    case_url = coding_of(db, url)
    code(db, people, case_url)
    hal.open(f"{case_url}/draft/submission")
    assert "laid beside what Ana, Ben, Chi and Dee agreed on" in hal.text
    hal.send("Submit my draft")
    assert "My coding beside the consensus" in hal.text
    assert hal.url == f"{case_url}/coding/discussion/mine"
    for words in ("1 as in the consensus", "1 only yours", "only in the consensus", GRIEF[:20]):
        assert words in hal.text, words
    hal.follow("On to the core ideas")
    for words in ("1 in other words", "1 only in the consensus", "Some of the grief was P's own."):
        assert words in hal.text, words
    assert people.ana.get(f"{case_url}/coding/discussion").status_code == 200
    unit = db.exec(
        select(Unit).where(Unit.study_id == int(url[9:]), col(Unit.case_id).is_not(None))
    ).one()
    assert unit.state is State.CLOSED
    assert not list(verify(db))


def test_a_practice_counts_nowhere_in_the_study_it_comes_from(
    db: Session, people: People, case: ACase
) -> None:
    def shown() -> list[str]:
        of_sample = ("/domains", "/cross-analysis", "/findings")
        pages = [people.url + each for each in ("", "/cases", "/meetings")]
        pages += [people.sample_url + each for each in of_sample]
        found = [people.ben.get(page) for page in (*pages, "/")]
        assert {each.status_code for each in found} == {200}
        return [without_keys(each.text) for each in found]

    url, link = begun(people)
    before = shown()
    _, hal = joined(people, link, url)
    case_url = coding_of(db, url)
    code(db, people, case_url)
    assert shown() == before
    hal.open(f"{case_url}/draft/submission").send("Submit my draft")
    assert shown() == before
    assert people.ben.get(url).status_code == 404
    assert people.hal.get(people.url).status_code == 404


def test_nobody_practises_who_could_look_and_nobody_looks_who_practises(
    db: Session, people: People, case: ACase
) -> None:
    url, link = begun(people)
    answer = people.dee.post(link)
    assert answer.status_code == 409
    assert "could look at what was agreed" in answer.text
    Reader(people.hal.browser).open(link).send("Join")
    ana = Reader(people.ana.browser).open(f"{people.url}/team")
    ana.send("Make a link", is_judge="1")
    other = re.search(r"/invitations/[\w-]+", ana.text)
    assert other
    answer = people.hal.post(other.group())
    assert answer.status_code == 409
    assert "is not submitted yet" in answer.text
    case_url = coding_of(db, url)
    code(db, people, case_url)
    Reader(people.hal.browser).open(f"{case_url}/draft/submission").send("Submit my draft")
    assert people.hal.post(other.group()).status_code == 303
    assert people.hal.get(people.url).status_code == 200
    page = Reader(people.ana.browser).open(f"{people.url}/team/practice").text
    assert "Hal: submitted, can be compared" in page


def test_only_a_finished_case_is_copied_and_only_by_a_pi(
    db: Session, people: People, case: ACase
) -> None:
    url = case.url.replace("core-ideas", "practice")
    for person, status in ((people.ben, 403), (people.eli, 403), (people.hal, 404)):
        assert person.post(url).status_code == status
        assert person.get(f"{people.url}/team/practice").status_code == status
    unit = db.exec(select(Unit).where(col(Unit.case_id).is_not(None))).one()
    unit.state = State.RESPONDING
    db.add(unit)
    db.commit()
    assert people.ana.post(url).status_code == 409
    assert "No case is finished yet" in people.ana.get(f"{people.url}/team/practice").text


def test_domains_of_a_copy_that_are_merged_keep_what_the_team_had_in_either(
    db: Session, people: People, case: ACase
) -> None:
    url, _ = joined(people)
    case_url = coding_of(db, url)
    code(db, people, case_url)
    study = load_study(db, people.ana.me, int(url.rsplit("/", 1)[-1]))
    sample = study.samples[0].id
    listed = {row.abbreviation: row.id for row in domain_list(db, sample)}
    for goes in ("THO", "EXT"):
        merge_domains(db, study, sample_id=sample, domain_id=listed[goes], into_id=listed["ANT"])
    db.commit()
    copy = load_case(db, load_study(db, people.hal.me, study.id), sample, "P07")
    submit(db, copy.scene, copy.unit, what="P07")
    written = stored(db, load_case(db, study, sample, "P07").unit.consensus_layer_id)
    assert [(idea.domain_id, idea.text) for idea in written] == [
        (listed["ANT"], AGREED_WORDS),
        (listed["ANT"], SECRET),
    ]
    assert not db.exec(select(Absence.id).where(Absence.domain_id == listed["ANT"])).all(), (
        "why there is none in Extent says nothing of the two"
    )
