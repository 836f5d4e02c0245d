"""The list of cases and a case's own page, over HTTP as a browser without JavaScript has them."""

from html import unescape

import httpx2
import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.cases.guard import load_case
from app.cases.models import (
    Case,
    CaseAttribute,
    SampleCase,
    Speaker,
    SpeakerRole,
    Transcript,
    TranscriptVersion,
)
from app.cases.service import add_case, store_transcript
from app.consensus.models import Unit
from app.domains.models import Block
from tests.people import People

TURNS = [("I", "How did it begin?", ""), ("P", "I cried. It was short.", "")]


def stored_case(db: Session, people: People, code: str = "P07") -> int:
    """A case in the sample with one transcript."""
    study = people.context(db)
    assert people.sample.id
    case = add_case(db, study, code=code, sample_ids=[people.sample.id])
    assert case.id
    store_transcript(db, study, case_id=case.id, title="Interview", turns=TURNS, roles={})
    db.commit()
    return case.id


def seen(answer: httpx2.Response) -> str:
    """The page's text as people read it."""
    return unescape(answer.text)


def add(people: People, htmx: bool = False, **form: object) -> httpx2.Response:
    """Ana sends the form of one case."""
    return people.ana.post(f"{people.url}/cases/new", form, htmx=htmx)


def test_an_empty_list_teaches_and_offers_the_first_step_to_the_pi(people: People) -> None:
    page = people.ana.get(f"{people.url}/cases")
    assert "known by a code number" in page.text
    assert f"{people.url}/cases/new" in page.text
    assert f"{people.url}/cases/new" not in people.ben.get(f"{people.url}/cases").text


def test_the_pi_adds_a_case_by_its_code(db: Session, people: People) -> None:
    answer = add(
        people,
        code=" P07 ",
        samples=str(people.sample.id),
        attributes="Gender = woman\r\nYears = 7",
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{people.url}/cases/P07"
    page = people.ana.get(f"{people.url}/cases/p07")
    assert "Gender = woman\nYears = 7" in page.text
    listed = people.ben.get(f"{people.url}/cases").text
    assert "Gender: woman" in listed
    assert "waits for a transcript" in listed
    assert db.exec(select(Unit.sample_id)).all() == [people.sample.id]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", "has no code number"),
        ("maria@example.org", "'maria@example.org' is an e-mail address"),
        ("P 7", "may hold only letters"),
        ("new", "a use of its own"),
    ],
)
def test_a_code_that_may_not_be_is_refused_and_what_was_typed_is_kept(
    db: Session, people: People, code: str, reason: str
) -> None:
    for htmx in (False, True):
        answer = add(people, htmx, code=code, samples=str(people.sample.id), attributes="A = 1")
        assert answer.status_code == 422
        assert reason in seen(answer)
        assert f'value="{code}"' in answer.text
        assert "A = 1" in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert ("<html" in answer.text) != htmx
    assert db.exec(select(Case)).all() == []


@pytest.mark.parametrize("code", ["Maria", "AB120390", "017023456789"])
def test_a_code_that_could_be_a_name_is_asked_about_and_may_stand(
    db: Session, people: People, code: str
) -> None:
    asked = add(people, code=code)
    assert asked.status_code == 422
    assert f"'{code}' looks like" in seen(asked)
    assert 'name="sure"' in asked.text
    assert db.exec(select(Case)).all() == []
    assert add(people, code=code, sure="on").status_code == 303
    assert db.exec(select(Case.code)).all() == [code]


def test_a_taken_code_is_refused_whatever_its_case(db: Session, people: People) -> None:
    stored_case(db, people)
    answer = add(people, code="p07")
    assert answer.status_code == 422
    assert "There is already a case P07" in seen(answer)


def test_an_attribute_without_a_value_sign_is_named(db: Session, people: People) -> None:
    answer = add(people, code="P07", attributes="Gender woman")
    assert answer.status_code == 422
    assert "Line 1 of the attributes" in seen(answer)
    assert db.exec(select(Case)).all() == []


def test_a_case_joins_and_leaves_a_sample_from_its_page(db: Session, people: People) -> None:
    add(people, code="P07")
    url = f"{people.url}/cases/P07"
    assert "in no sample yet" in people.ana.get(url).text
    joined = people.ana.post(f"{url}/samples", {"sample": str(people.sample.id)})
    assert joined.status_code == 303
    page = people.ana.get(url)
    assert f"{people.sample_url}/cases/P07/coding" in page.text
    assert f"/samples/{people.sample.id}/leave" in page.text
    left = people.ana.post(f"{url}/samples/{people.sample.id}/leave")
    assert left.status_code == 303
    assert db.exec(select(SampleCase)).all() == []


def test_a_coded_case_stays_in_its_sample(db: Session, people: People) -> None:
    _code(db, people, stored_case(db, people))
    url = f"{people.url}/cases/P07"
    answer = people.ana.post(f"{url}/samples/{people.sample.id}/leave")
    assert answer.status_code == 409
    assert "it has 1 block there" in seen(answer)
    assert len(db.exec(select(SampleCase)).all()) == 1


def test_attributes_are_changed_and_a_stale_save_shows_both(db: Session, people: People) -> None:
    stored_case(db, people)
    url = f"{people.url}/cases/P07"
    first = people.ana.post(f"{url}/attributes", {"attributes": "Gender = woman", "version": "1"})
    assert first.status_code == 303
    stale = people.ana.post(f"{url}/attributes", {"attributes": "Age = 40", "version": "1"})
    assert stale.status_code == 409
    assert "Gender = woman" in stale.text
    assert "Age = 40" in stale.text
    assert 'name="version" value="2"' in stale.text
    again = people.ana.post(
        f"{url}/attributes", {"attributes": "Gender = woman\nAge = 40", "version": "2"}
    )
    assert again.status_code == 303
    names = select(CaseAttribute.name).order_by(col(CaseAttribute.position))
    assert db.exec(names).all() == ["Gender", "Age"]


def test_wrong_attributes_keep_what_was_typed(db: Session, people: People) -> None:
    stored_case(db, people)
    answer = people.ana.post(
        f"{people.url}/cases/P07/attributes", {"attributes": "A = 1\nA = 2", "version": "1"}
    )
    assert answer.status_code == 422
    assert "is there twice" in seen(answer)
    assert "A = 1\nA = 2" in answer.text


def test_title_and_roles_are_changed_from_the_page(db: Session, people: People) -> None:
    stored_case(db, people)
    url = f"{people.url}/cases/P07/transcripts/1"
    answer = people.ana.post(url, {"title": "First", "role-0": "interviewer", "role-1": "nonsense"})
    assert answer.status_code == 303
    assert dict(db.exec(select(Speaker.label, Speaker.role)).all()) == {
        "I": SpeakerRole.INTERVIEWER,
        "P": SpeakerRole.PARTICIPANT,
    }
    assert people.ana.post(url, {"title": " "}).status_code == 422
    assert db.exec(select(Transcript.title)).one() == "First"


def test_a_transcript_is_removed_until_it_is_coded(db: Session, people: People) -> None:
    case_id = stored_case(db, people)
    url = f"{people.url}/cases/P07"
    assert f"{url}/transcripts/1/remove" in people.ana.get(url).text
    _code(db, people, case_id)
    assert f"{url}/transcripts/1/remove" not in people.ana.get(url).text
    refused = people.ana.post(f"{url}/transcripts/1/remove")
    assert refused.status_code == 409
    assert "it carries 1 block" in seen(refused)
    db.execute(sa.delete(Block))
    db.commit()
    assert people.ana.post(f"{url}/transcripts/1/remove").status_code == 303
    assert db.exec(select(Transcript)).all() == []


def test_names_that_hold_markup_are_shown_as_text(db: Session, people: People) -> None:
    study = people.context(db)
    case = add_case(db, study, code="P07", attributes={"<b>x</b>": "<script>1</script>"})
    assert case.id
    store_transcript(
        db,
        study,
        case_id=case.id,
        title="<script>2</script>",
        turns=[("<i>P</i>", "text", "")],
        roles={},
    )
    db.commit()
    for person in (people.ana, people.ben):
        for url in (f"{people.url}/cases", f"{people.url}/cases/P07"):
            page = person.get(url).text
            assert "<script>1" not in page
            assert "<script>2" not in page
            assert "<i>P" not in page


KEY = "0" * 48
PAGES = ["", "/P07"]
PI_PAGES = ["/new", "/new/attributes", "/P07/transcripts/new", f"/new/{KEY}"]
ACTS = [
    "/new",
    "/new/files",
    "/new/attributes",
    f"/new/{KEY}",
    f"/new/{KEY}/typed",
    f"/new/{KEY}/encoding",
    f"/new/{KEY}/cancel",
    f"/new/{KEY}/attributes",
    "/P07/attributes",
    "/P07/samples",
    "/P07/samples/1/leave",
    "/P07/transcripts",
    "/P07/transcripts/1",
    "/P07/transcripts/1/remove",
]


@pytest.mark.parametrize(
    ("name", "status"),
    [("ben", 200), ("eli", 403), ("gus", 403), ("ida", 403), ("hal", 404), ("jo", 404)],
)
def test_only_the_pi_and_the_judges_see_cases(
    db: Session, people: People, name: str, status: int
) -> None:
    stored_case(db, people)
    for url in PAGES:
        assert people.everybody[name].get(f"{people.url}/cases{url}").status_code == status


@pytest.mark.parametrize(
    ("name", "status"), [("ben", 403), ("eli", 403), ("ida", 403), ("hal", 404), ("jo", 404)]
)
def test_only_the_pi_changes_cases(db: Session, people: People, name: str, status: int) -> None:
    stored_case(db, people)
    person = people.everybody[name]
    form = {"code": "X1", "sample": str(people.sample.id), "title": "x", "version": "1"}
    for url in PI_PAGES:
        assert person.get(f"{people.url}/cases{url}").status_code == status, url
    for url in ACTS:
        assert person.post(f"{people.url}/cases{url}", form).status_code == status, url
    assert db.exec(select(Case.code)).all() == ["P07"]
    assert len(db.exec(select(TranscriptVersion)).all()) == 1


def test_a_stranger_is_asked_to_sign_in(people: People) -> None:
    for url in PAGES + PI_PAGES:
        answer = people.stranger.get(f"{people.url}/cases{url}")
        assert answer.headers["location"].startswith("/sign-in?next=")


def test_a_judge_is_offered_nothing_to_change(db: Session, people: People) -> None:
    stored_case(db, people)
    page = people.ben.get(f"{people.url}/cases/P07").text
    for offer in ("/attributes", "/leave", "/transcripts/", "/samples/1/leave"):
        assert f'action="{people.url}/cases/P07{offer}' not in page
    assert f"{people.url}/cases/P07/transcripts/new" not in page


def _code(db: Session, people: People, case_id: int) -> None:
    assert people.sample.id
    case = load_case(db, people.context(db), people.sample.id, "P07")
    assert case.case_id == case_id
    db.add(
        Block(
            layer_id=case.unit.layer_id,
            transcript_version_id=db.exec(select(TranscriptVersion.id)).one(),
            start=0,
            end=3,
            quote="How",
            made_by=people.ana.id,
        )
    )
    db.commit()
