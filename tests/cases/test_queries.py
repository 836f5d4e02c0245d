"""The list of cases: what it says, to whom, and at what cost."""

import pytest
from sqlmodel import Session

from app.cases.guard import load_case
from app.cases.models import SpeakerRole
from app.cases.queries import InSample, case_list, case_page
from app.cases.service import add_case, store_transcript
from app.consensus.models import Assignment
from app.consensus.service import agree, change_content
from app.errors import NotFound
from app.studies.models import Sample
from tests.people import People, Person

TURNS = [("I", "How did it begin?", ""), ("P", "I cried. It was short.", "")]


def _add(db: Session, people: People, code: str, *, text: bool = True) -> None:
    study = people.context(db)
    assert people.sample.id
    attributes = {"Gender": "woman"}
    case = add_case(db, study, code=code, sample_ids=[people.sample.id], attributes=attributes)
    assert case.id
    if text:
        roles = {"I": SpeakerRole.INTERVIEWER}
        store_transcript(db, study, case_id=case.id, title="Interview", turns=TURNS, roles=roles)


def _standing(db: Session, people: People, person: Person, code: str = "P07") -> InSample:
    assert people.sample.id
    row = next(row for row in case_list(db, people.context(db, person)) if row.code == code)
    found = row.in_sample(people.sample.id)
    assert found
    return found


def test_the_list_is_in_the_order_people_count(db: Session, people: People) -> None:
    for code in ("P10", "p2", "P1", "A-1"):
        _add(db, people, code)
    assert [row.code for row in case_list(db, people.context(db))] == ["A-1", "P1", "p2", "P10"]


def test_a_row_has_transcripts_with_words_and_turns(db: Session, people: People) -> None:
    _add(db, people, "P07")
    (row,) = case_list(db, people.context(db))
    assert [(one.title, one.words, one.turns) for one in row.transcripts] == [("Interview", 9, 2)]
    assert row.attributes == (("Gender", "woman"),)


def test_a_case_in_no_sample_stands_nowhere(db: Session, people: People) -> None:
    add_case(db, people.context(db), code="P07")
    (row,) = case_list(db, people.context(db))
    assert (row.samples, row.transcripts) == ((), ())


def test_a_case_waits_for_its_text_then_for_its_judges(db: Session, people: People) -> None:
    _add(db, people, "P06", text=False)
    _add(db, people, "P07")
    assert _standing(db, people, people.ana, "P06").waits_for == "a transcript"
    standing = _standing(db, people, people.ana)
    assert (standing.words, standing.waits_for) == ("not started", "its judges")


def test_the_judges_of_a_unit_and_the_pi_see_who_has_still_to_agree(
    db: Session, people: People
) -> None:
    _add(db, people, "P07")
    assert people.sample.id
    case = load_case(db, people.context(db, people.ben), people.sample.id, "P07")
    for person in (people.ben, people.chi):
        db.add(Assignment(unit_id=case.unit.id, account_id=person.id))
    db.flush()
    case = load_case(db, people.context(db, people.ben), people.sample.id, "P07")
    unit = change_content(db, case.unit, "P07")
    assert _standing(db, people, people.ben).words == "consensus · nobody has agreed yet"
    agree(db, case.scene, unit, content=unit.content, what="P07")
    for person in (people.ana, people.ben, people.chi):
        standing = _standing(db, people, person)
        assert (standing.words, standing.waits_for) == ("consensus · 1 of 2 agreed", "Chi")
    other = _standing(db, people, people.dee)
    assert (other.waits_for, other.coding_url) == ("its judges", None)


def test_an_agreed_case_waits_for_nobody(db: Session, people: People) -> None:
    _add(db, people, "P07")
    assert people.sample.id
    case = load_case(db, people.context(db), people.sample.id, "P07")
    db.add(Assignment(unit_id=case.unit.id, account_id=people.ana.id))
    db.flush()
    case = load_case(db, people.context(db), people.sample.id, "P07")
    unit = change_content(db, case.unit, "P07")
    agree(db, case.scene, unit, content=unit.content, what="P07")
    standing = _standing(db, people, people.dee)
    assert (standing.words, standing.waits_for) == ("agreed", "")
    assert standing.coding_url == f"{people.sample_url}/cases/P07/coding"


def test_the_list_never_shows_another_studys_cases(db: Session, people: People) -> None:
    _add(db, people, "P07")
    assert people.other_study.id
    from app.studies.guard import load_study

    theirs = load_study(db, people.hal.me, people.other_study.id)
    assert case_list(db, theirs) == ()
    with pytest.raises(NotFound):
        case_page(db, theirs, "P07")


def test_the_list_takes_as_many_statements_for_twenty_cases_as_for_one(
    db: Session, people: People, statements: list[str]
) -> None:
    db.add(Sample(study_id=people.study.id, name="as client", name_key="as client"))
    db.flush()
    counts = []
    for cases in (range(1), range(1, 20)):
        for number in cases:
            _add(db, people, f"P{number:02}")
        db.commit()
        for url in (f"{people.url}/cases", f"{people.url}/cases/P00"):
            statements.clear()
            assert people.ana.get(url).status_code == 200
            counts.append(len(statements))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 24
