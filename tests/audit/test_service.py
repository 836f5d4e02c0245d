"""The moves of an audit: requested, returned by all, answered, closed, asked again."""

import pytest
from sqlmodel import Session, select

from app.audit.models import Response
from app.audit.responding import decide
from app.audit.service import (
    ask_for_a_further_round,
    close_if_done,
    let_go,
    request_audit,
    return_audit,
)
from app.audit.words import Decision
from app.consensus.rules import State
from app.consensus.service import reopen
from app.errors import Conflict, Forbidden, Invalid, NotFound, StepLocked
from app.meetings.forms import Arrangement
from app.meetings.minutes import minutes_of
from app.meetings.queries import meeting_of
from app.meetings.service import begin, close
from app.trail.service import verify
from tests.audit.an_audit import AnAudit, agree_all, agreed_case, an_audit
from tests.html import Reader
from tests.people import People


@pytest.fixture
def audit(db: Session, people: People) -> AnAudit:
    return an_audit(db, people)


def _state(db: Session, audit: AnAudit) -> State:
    return audit.case.context(db).unit.state


def _decide(db: Session, audit: AnAudit, comment_id: int | None, decision: Decision) -> str:
    assert comment_id is not None
    ana = audit.case.people.ana
    db.add(Response(comment_id=comment_id, decision=decision, decided_by=ana.id))
    db.flush()
    held_up = close_if_done(db, audit.context(db, ana).scene, audit.id)
    db.commit()
    return held_up


def test_the_team_gets_an_audit_when_all_auditors_have_returned(
    db: Session, audit: AnAudit
) -> None:
    people = audit.case.people
    audit.comment(db, people.eli)
    audit.give_back(db, people.eli)
    assert _state(db, audit) is State.IN_AUDIT
    audit.give_back(db, people.gus)
    assert _state(db, audit) is State.RESPONDING
    assert not list(verify(db))


def test_no_comments_is_a_deliberate_answer(db: Session, audit: AnAudit) -> None:
    eli = audit.context(db, audit.case.people.eli)
    with pytest.raises(Invalid, match="say so by returning it with no comments"):
        return_audit(db, eli.scene, audit_id=audit.id, without_comments=False, seen=0)


def test_what_is_returned_is_what_was_on_the_page(db: Session, audit: AnAudit) -> None:
    people = audit.case.people
    audit.comment(db, people.eli)
    eli = audit.context(db, people.eli)
    with pytest.raises(Conflict, match="1 comments and this page showed 0"):
        return_audit(db, eli.scene, audit_id=audit.id, without_comments=True, seen=0)


def test_nobody_returns_the_audit_of_another(db: Session, audit: AnAudit) -> None:
    ben = audit.context(db, audit.case.people.ben)
    with pytest.raises(Forbidden, match="not asked"):
        return_audit(db, ben.scene, audit_id=audit.id, without_comments=True, seen=0)


def test_an_auditor_who_was_not_asked_learns_of_no_audit(db: Session, audit: AnAudit) -> None:
    with pytest.raises(NotFound):
        audit.context(db, audit.case.people.fay)


def test_nobody_audits_what_they_judged(db: Session, people: People) -> None:
    case = agreed_case(db, people).context(db)
    with pytest.raises(Invalid, match="Nobody audits what they judged"):
        request_audit(db, case.scene, case.unit, auditors=[people.ben.id], what="P07")


def test_only_what_is_agreed_goes_to_the_auditors(db: Session, people: People) -> None:
    case = agreed_case(db, people)
    context = case.context(db)
    reopen(db, context.scene, context.unit, reason="A passage was missed.")
    with pytest.raises(StepLocked):
        request_audit(db, context.scene, context.unit, auditors=[people.eli.id], what="P07")


def test_an_audit_without_comments_closes_when_the_team_looks(db: Session, audit: AnAudit) -> None:
    people = audit.case.people
    audit.give_back(db, people.eli, people.gus)
    assert close_if_done(db, audit.context(db, people.ana).scene, audit.id) == ""
    assert _state(db, audit) is State.CLOSED


def test_an_audit_stays_open_while_a_comment_is_undecided_or_deferred(
    db: Session, audit: AnAudit
) -> None:
    people = audit.case.people
    first, second = audit.comment(db, people.eli), audit.comment(db, people.gus)
    audit.give_back(db, people.eli, people.gus)
    assert _decide(db, audit, first.id, Decision.DEFERRED) == (
        "1 comment has no response and 1 is deferred"
    )
    response = db.exec(select(Response).where(Response.comment_id == first.id)).one()
    response.decision = Decision.NOTED
    assert _decide(db, audit, second.id, Decision.REJECTED) == ""
    assert _state(db, audit) is State.CLOSED


def test_what_is_changed_in_answer_is_agreed_to_before_the_audit_closes(
    db: Session, audit: AnAudit
) -> None:
    people = audit.case.people
    comment = audit.comment(db, people.eli)
    audit.give_back(db, people.eli, people.gus)
    audit.case.put(db, "Then I looked away.", "Consequences", person=people.ben)
    assert _state(db, audit) is State.RESPONDING
    assert _decide(db, audit, comment.id, Decision.ACCEPTED) == (
        "not all judges have agreed to what changed"
    )
    agree_all(db, audit.case)
    assert _state(db, audit) is State.CLOSED


def test_a_further_round_asks_the_auditors_again(db: Session, audit: AnAudit) -> None:
    people = audit.case.people
    audit.give_back(db, people.eli, people.gus)
    close_if_done(db, audit.context(db, people.ana).scene, audit.id)
    ana = audit.context(db, people.ana)
    ask_for_a_further_round(db, ana.scene, audit_id=audit.id, auditors=[people.eli.id])
    db.commit()
    again = audit.context(db, people.eli)
    assert [round_.number for round_ in again.rounds] == [1, 2]
    assert again.may_comment
    assert not audit.context(db, people.gus).may_comment


def test_who_will_not_return_an_audit_holds_nothing_up(db: Session, audit: AnAudit) -> None:
    people = audit.case.people
    audit.give_back(db, people.eli)
    ana = audit.context(db, people.ana)
    let_go(db, ana.scene, audit_id=audit.id, auditor=people.gus.id)
    assert _state(db, audit) is State.RESPONDING


def test_what_is_decided_at_a_meeting_carries_it_and_is_in_its_minutes(
    db: Session, audit: AnAudit
) -> None:
    people = audit.case.people
    first, second = audit.comment(db, people.eli), audit.comment(db, people.gus, "Too short.")
    audit.give_back(db, people.eli, people.gus)
    study = people.context(db)
    decide(db, audit.context(db, people.dee), guid=first.guid, decision=Decision.NOTED)
    meeting_id = begin(db, study, Arrangement(frozenset({people.ana.id, people.ben.id})))
    db.commit()
    agenda = Reader(people.ben.browser).open(f"{people.url}/meetings/{meeting_id}")
    assert "Audits to respond to P07 1 comment to decide" in agenda.text
    decide(
        db,
        audit.context(db, people.ben),
        guid=second.guid,
        decision=Decision.REJECTED,
        reason="It has all that was said.",
        turns="2",
    )
    meeting = meeting_of(db, study, meeting_id)
    (unit,) = minutes_of(db, study, meeting).units
    assert unit.title == "P07"
    assert [(each.where, each.outcome, each.reason) for each in unit.decisions] == [
        ("the audit, the whole", "rejected", "It has all that was said. (2)")
    ]
    close(db, study, meeting_id)
    db.commit()
    page = Reader(people.ben.browser).open(f"{people.url}/meetings/{meeting_id}")
    assert "It has all that was said. (2)" in page.text
    assert people.eli.get(f"{people.url}/meetings/{meeting_id}").status_code == 403
