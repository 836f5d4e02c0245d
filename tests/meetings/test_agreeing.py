"""Agreeing to all of today: each unit for itself, at the version that was on the screen."""

import pytest
from sqlmodel import Session, select

from app.cases.guard import load_case
from app.consensus.models import Agreement, Unit
from app.consensus.rules import Outcome, State
from app.consensus.service import agree
from app.domains.models import Block
from app.meetings.agenda import agenda, changes_since
from app.meetings.agreeing import Answer, agree_to_all, to_agree
from app.meetings.queries import meeting_of
from app.studies.guard import load_study
from app.trail.models import TrailEntry
from app.trail.service import Scene, record, verify
from tests.meetings.a_meeting import AMeeting
from tests.people import Person


def change(meeting: AMeeting, code: str, person: Person, *, chain: int = 0) -> None:
    """Somebody changes a case: its content counts on, and the trail says so."""
    unit = meeting.unit(code)
    if not chain:
        unit.content += 1
    meeting.db.add(unit)
    scene = Scene(meeting.people.study.id or 0, person.id, unit.id, None, chain)
    record(meeting.db, scene, "assign a block", item=Block(id=7))
    meeting.db.commit()


def versions(meeting: AMeeting) -> dict[int, int]:
    """Every unit in consensus with its content, as a screen shows them."""
    rows = meeting.db.exec(select(Unit.id, Unit.content).where(Unit.state == State.CONSENSUS))
    return {unit_id or 0: content for unit_id, content in rows}


def agree_as(meeting: AMeeting, person: Person, ticked: dict[int, int]) -> tuple[Answer, ...]:
    context = meeting.people.context(meeting.db, person)
    answers = agree_to_all(meeting.db, context, ticked)
    meeting.db.commit()
    return answers


def test_the_last_judge_makes_all_of_them_agreed(meeting: AMeeting) -> None:
    people, seen = meeting.people, versions(meeting)
    for person in (people.ana, people.ben, people.chi):
        assert not any(answer.is_agreed for answer in agree_as(meeting, person, seen))
    answers = agree_as(meeting, people.dee, seen)
    assert [(answer.title, answer.is_agreed) for answer in answers] == [
        ("P01", True),
        ("P02", True),
        ("Reasons for crying", True),
    ]
    assert versions(meeting) == {}


def test_what_all_others_agreed_to_is_agreed_when_an_account_is_closed(meeting: AMeeting) -> None:
    people, db = meeting.people, meeting.db
    for person in (people.ana, people.ben, people.dee):
        agree_as(meeting, person, versions(meeting))
    people.jo.post(f"/accounts/{people.chi.id}/closed", {"closed": "yes"})
    assert versions(meeting) == {}
    assert meeting.present() == ["ana", "ben"]
    by_itself = select(TrailEntry.account_id).where(TrailEntry.verb == "agreed by all who remain")
    assert db.exec(by_itself).all() == [None] * 3
    assert not list(verify(db))


def test_agreeing_twice_changes_nothing_meanwhile_or_is_open_is_refused_and_the_rest_goes_through(
    meeting: AMeeting,
) -> None:
    people, seen = meeting.people, versions(meeting)
    change(meeting, "P01", people.chi)
    meeting.add_point("P02")
    answers = {each.title: each.refusal for each in agree_as(meeting, people.ben, seen)}
    assert "was changed after you opened this version" in answers["P01"]
    assert "1 point is still open in P02" in answers["P02"]
    assert answers["Reasons for crying"] == ""
    found = meeting.db.exec(select(Agreement.unit_id, Agreement.account_id)).all()
    board = meeting.db.exec(select(Unit.id).where(Unit.domain_id == meeting.board)).one()
    assert found == [(board, people.ben.id)]


def test_agreeing_twice_changes_nothing(meeting: AMeeting) -> None:
    seen = versions(meeting)
    for _ in range(2):
        assert not any(a.refusal for a in agree_as(meeting, meeting.people.ben, seen))
    assert len(meeting.db.exec(select(Agreement.id)).all()) == 3


def test_a_unit_that_is_not_begun_is_refused_by_its_reason(meeting: AMeeting) -> None:
    unit = meeting.unit("P03").id or 0
    (answer,) = agree_as(meeting, meeting.people.ben, {unit: 1})
    assert "nothing to agree to yet" in answer.refusal


def test_a_unit_of_another_study_is_not_even_named(meeting: AMeeting) -> None:
    study = meeting.people.other_study
    hal = load_study(meeting.db, meeting.people.hal.me, study.id or 0)
    assert agree_to_all(meeting.db, hal, versions(meeting)) == ()
    assert meeting.db.exec(select(Agreement.id)).all() == []


def test_ones_own_list_says_what_changed_since_one_agreed(meeting: AMeeting) -> None:
    people, db = meeting.people, meeting.db
    case = load_case(db, people.context(db, people.ben), people.sample.id or 0, "P01")
    agree(db, case.scene, case.unit, content=1, what="P01")
    for person in (people.chi, people.chi, people.ana):
        change(meeting, "P01", person)
    context = people.context(db, people.ben)
    found = {
        each.unit.title: each for each in to_agree(db, context, meeting_of(db, context, meeting.id))
    }
    assert found["P01"].unit.changes == (3, ("Ana", "Chi"))
    assert found["P01"].last is not None
    assert found["P01"].is_of_today
    assert found["P01"].may_agree
    assert found["P02"].last is None
    assert not found["P02"].is_of_today
    chi = people.context(db, people.chi)
    for_chi = {each.unit.title: each for each in to_agree(db, chi, meeting_of(db, chi, meeting.id))}
    assert for_chi["P01"].last is None


def test_what_a_judge_decided_on_counts_as_of_today(meeting: AMeeting) -> None:
    people, db = meeting.people, meeting.db
    meeting.add_point("P02", outcome=Outcome.NOT_CODED, meeting_id=meeting.id)
    context = people.context(db, people.dee)
    found = to_agree(db, context, meeting_of(db, context, meeting.id))
    assert [each.unit.title for each in found if each.is_of_today] == ["P02"]
    assert found[0].unit.title == "P02"


@pytest.mark.parametrize("chain", [0, 99])
def test_changes_of_private_drafts_are_never_counted(
    db: Session, meeting: AMeeting, chain: int
) -> None:
    unit = meeting.unit("P01").id or 0
    change(meeting, "P01", meeting.people.chi, chain=chain)
    found = changes_since(db, [unit], since=meeting.row.started_at)
    assert (unit in found) == (chain == 0)


def test_the_agenda_is_what_is_in_consensus_of_who_is_there(meeting: AMeeting) -> None:
    people, db = meeting.people, meeting.db
    context = people.context(db, people.ben)
    meeting.add_point("P01")
    found = agenda(db, context, [people.ben.id], since=None)
    assert [(unit.title, unit.open_points) for unit in found] == [
        ("P01", 1),
        ("P02", 0),
        ("Reasons for crying", 0),
    ]
    assert found[0].url == f"{people.sample_url}/cases/P01/coding/discussion"
    assert found[1].url == f"{people.sample_url}/cases/P02/coding"
    assert found[2].url == f"{people.sample_url}/domains/{meeting.board}/cross-analysis"
    assert agenda(db, context, [people.eli.id], since=None) == ()


def test_the_agenda_costs_the_same_whatever_its_length(
    meeting: AMeeting, statements: list[str]
) -> None:
    def cost() -> list[int]:
        meeting.db.commit()
        counts = []
        for rest in ("", "/agreement", "/minutes"):
            statements.clear()
            assert meeting.people.ben.get(meeting.url + rest).status_code == 200
            counts.append(len(statements))
        return counts

    few = cost()
    for number in range(10, 30):
        meeting.cases[f"P{number}"] = meeting.sample.case(f"P{number}", State.CONSENSUS)
        meeting.add_point(f"P{number}", outcome=Outcome.NOT_CODED, meeting_id=meeting.id)
    assert cost() == few
