"""Who owes what of an audit, since when: on home, on the overview, on the rail."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from app.audit.due import due
from app.audit.models import Audit, AuditReturn, AuditRound, Comment, Response
from app.audit.service import ask_for_a_further_round, close_if_done
from app.audit.words import Decision
from app.cases.service import add_case, take_out_of_sample
from app.consensus.rules import State
from app.consensus.service import agree, reopen
from app.db import now, run
from app.home.audits import audits_at_home
from app.home.progress import sample_progress, sample_tabs
from app.home.words import days_ago
from app.studies.queries import my_studies
from tests.audit.an_audit import AnAudit, agree_all, agreed_case, an_audit
from tests.domains.a_case import a_case
from tests.home.a_sample import SampleInTheMaking
from tests.html import Reader, without_keys
from tests.people import People, Person


@pytest.fixture
def audit(db: Session, people: People) -> AnAudit:
    """P07 with Eli and Gus."""
    return an_audit(db, people)


def told(db: Session, person: Person) -> list[tuple[str, str]]:
    """What waits for somebody: text and note."""
    studies = {study.id: study.roles for study in my_studies(db, person.me)}
    return [(task.text, task.note) for task in audits_at_home(db, person.id, studies).tasks]


def owed(db: Session, person: Person) -> list[tuple[str, str]]:
    """What waits for others, as a PI is told."""
    studies = {study.id: study.roles for study in my_studies(db, person.me)}
    return [(task.text, task.note) for task in audits_at_home(db, person.id, studies).owed]


def on_the_rail(person: Person, people: People) -> str:
    """The words of the rail's entry."""
    page = Reader(person.browser).open(people.url).page
    (entry,) = page.xpath("//nav[@id='rail']//a[starts-with(normalize-space(), 'Audits')]")
    return " ".join(entry.text_content().split())


def asked(days_before: int = 0, days: int = 14) -> str:
    """'asked today, due 6 December'."""
    at = now()
    then = at - timedelta(days=days_before)
    return f"asked {days_ago(then, at)}, {due(then, days, at).words}"


def decide(db: Session, comment: Comment, decision: Decision, by: Person) -> None:
    """A response, as the team writes it."""
    db.add(Response(comment_id=comment.id or 0, decision=decision, decided_by=by.id))
    db.commit()


def on_the_board(db: Session, people: People, person: Person | None = None) -> tuple[str, str]:
    """Of P07: how its audit stands, and whom it waits for."""
    study = people.context(db, person)
    case = sample_progress(db, study, sample_tabs(db, study)[0]).cases[0]
    return case.audit.standing.words, case.waiting.words


@pytest.mark.pure
def test_days_are_told_in_words() -> None:
    at = datetime.fromisoformat("2026-03-31T12:00:00+00:00")
    said = [days_ago(at - timedelta(hours=hours), at) for hours in (-1, 1, 25, 49, 24 * 16)]
    assert said == ["today", "today", "yesterday", "2 days ago", "16 days ago"]


def test_an_audit_waits_for_its_auditors_until_each_has_returned(
    db: Session, people: People, audit: AnAudit
) -> None:
    for person in (people.eli, people.gus):
        assert told(db, person) == [("Audit P07", asked())]
        assert on_the_rail(person, people) == "Audits 1 waiting for you"
    assert told(db, people.fay) == told(db, people.ben) == told(db, people.ida) == []
    assert on_the_rail(people.ben, people) == on_the_rail(people.fay, people) == "Audits"
    assert owed(db, people.ana) == [("P07: with Eli and Gus", asked())]
    assert on_the_board(db, people) == ("with the auditors, asked today", "Eli and Gus")
    audit.give_back(db, people.eli)
    assert told(db, people.eli) == []
    assert owed(db, people.ana) == [("P07: with Gus", asked())]
    assert "Audit P07" in Reader(people.gus.browser).open("/").text
    assert "Audit P07" in Reader(people.gus.browser).open(people.url).text


def test_nobody_is_told_how_much_is_written_before_all_have_returned(
    db: Session, people: People, audit: AnAudit
) -> None:
    readers = (people.ana, people.ben, people.gus)

    def seen() -> list[str]:
        return [without_keys(r.get(url).text) for r in readers for url in ("/", people.url)]

    before = seen()
    audit.comment(db, people.eli)
    audit.comment(db, people.eli)
    assert seen() == before


def test_the_team_responds_agrees_and_closes(db: Session, people: People, audit: AnAudit) -> None:
    comments = [audit.comment(db, who) for who in (people.eli, people.eli, people.gus)]
    audit.give_back(db, people.eli, people.gus)
    for person in (people.ana, people.ben):
        assert told(db, person) == [
            ("Respond to the audit of P07", "3 comments to decide, returned today")
        ]
        assert on_the_rail(person, people) == "Audits 1 waiting for you"
    assert told(db, people.eli) == []
    assert on_the_board(db, people) == ("with the team, 0 of 3 decided", "the team")
    decide(db, comments[0], Decision.DEFERRED, people.ana)
    decide(db, comments[1], Decision.NOTED, people.ana)
    assert told(db, people.ben)[0][1] == "2 comments to decide, returned today"
    audit.case.put(db, "Then I looked away.", "Consequences", person=people.ben)
    for response in db.exec(select(Response)).all():
        response.decision = Decision.NOTED
    decide(db, comments[2], Decision.ACCEPTED, people.ana)
    assert told(db, people.ben) == [
        ("Agree to what changed in P07 after its audit", "every comment is decided")
    ]
    context = audit.case.context(db, people.chi)
    agree(db, context.scene, context.unit, content=context.unit.content, what="P07")
    db.commit()
    assert told(db, people.ben)[0][1] == "Chi agreed"
    assert told(db, people.chi) == []
    assert on_the_rail(people.chi, people) == "Audits"
    assert on_the_rail(people.ben, people) == "Audits 1 waiting for you"
    assert on_the_board(db, people)[1] == "you, Ben and Dee"
    agree_all(db, audit.case)
    assert told(db, people.ben) == []
    assert on_the_board(db, people) == ("closed", "nobody")


def test_an_audit_without_comments_waits_to_be_closed(
    db: Session, people: People, audit: AnAudit
) -> None:
    audit.give_back(db, people.eli, people.gus)
    if audit.case.context(db).unit.state is State.RESPONDING:
        assert told(db, people.ben) == [
            ("Close the audit of P07", "returned today with no comments")
        ]
        assert on_the_rail(people.ben, people) == "Audits 1 waiting for you"
        close_if_done(db, audit.context(db, people.ana).scene, audit.id)
    ana = audit.context(db, people.ana)
    ask_for_a_further_round(db, ana.scene, audit_id=audit.id, auditors=[people.eli.id])
    db.commit()
    assert told(db, people.eli) == [("Audit P07", f"round 2, {asked()}")]
    assert on_the_board(db, people) == ("round 2, with the auditors, asked today", "Eli")


def test_the_pi_is_told_who_is_late_and_nobody_else(
    db: Session, people: People, audit: AnAudit
) -> None:
    audit.give_back(db, people.eli)
    run(db, sa.update(AuditRound).values(requested_at=now() - timedelta(days=16)))
    db.commit()
    assert told(db, people.ana) == [("Ask Gus for the audit of P07", asked(16))]
    assert owed(db, people.ana) == []
    assert told(db, people.ben) == []
    assert told(db, people.gus) == [("Audit P07", asked(16))]


def test_the_pi_says_how_many_days_an_auditor_has(
    db: Session, people: People, audit: AnAudit
) -> None:
    audit.give_back(db, people.eli)
    run(db, sa.update(AuditRound).values(requested_at=now() - timedelta(days=5)))
    db.commit()
    plan = Reader(people.ana.browser).open(f"{people.url}/audits/plan")
    days = "//dt[.='Days an auditor has']/following-sibling::dd/text()"
    assert plan.page.xpath(days) == ["14"]
    assert due(now() - timedelta(days=5), 14, now()).words in plan.text
    plan.open(f"{people.url}/audits/plan?change=settings").send("Save the plan", days="4")
    assert plan.page.xpath(days) == ["4"]
    (late,) = plan.page.xpath("//tr[contains(., 'P07')]//td/div/b")
    assert late.text_content().startswith("was due ")
    assert told(db, people.gus) == [("Audit P07", asked(5, days=4))]
    assert told(db, people.ana) == [("Ask Gus for the audit of P07", asked(5, days=4))]
    plan.open(f"{people.url}/audits/plan?change=settings").send("Save the plan", days="5")
    assert told(db, people.gus) == [("Audit P07", asked(5, days=5))]
    assert owed(db, people.ana) == [("P07: with Gus", asked(5, days=5))]


def test_an_auditor_has_a_day_at_least_and_not_for_ever(
    db: Session, people: People, audit: AnAudit
) -> None:
    form = {"auditors_an_item": "2", "cases": "all", "boards": "all", "version": "1"}
    for days in ("0", "-3", "366"):
        refused = people.ana.post(f"{people.url}/audits/plan", form | {"days": days})
        assert refused.status_code == 422
        assert "between 1 and 365 days; 14 are usual." in refused.text
        assert f'value="{days}"' in refused.text
    assert people.ben.post(f"{people.url}/audits/plan", form | {"days": "7"}).status_code == 403


def test_a_reopened_case_owes_no_audit_any_more(
    db: Session, people: People, audit: AnAudit
) -> None:
    case = audit.case.context(db)
    reopen(db, case.scene, case.unit, reason="A page was missing.")
    db.commit()
    assert told(db, people.gus) == owed(db, people.ana) == []
    assert on_the_rail(people.gus, people) == "Audits"
    agree_all(db, audit.case)
    assert on_the_board(db, people)[0] == "ended by reopening"
    listed = Reader(people.ben.browser).open(f"{people.url}/audits").text
    assert "ended by reopening" in listed


def test_the_pi_is_told_what_to_plan_and_what_to_send(db: Session, people: People) -> None:
    case = agreed_case(db, people)
    assert told(db, people.ana) == [
        ("Plan the audits", "1 item has no auditors, and could be audited now")
    ]
    assert told(db, people.ben) == []
    page = Reader(people.ana.browser).open(f"{people.url}/audits/plan").send("Use this plan")
    assert told(db, people.ana) == [("Send P07 to the auditors", "not sent yet")]
    plan = {"auditors_an_item": "2", "cases": "batches", "batch": "2", "boards": "all"}
    people.ana.post(f"{people.url}/audits/plan", plan | {"version": "1"})
    study = people.context(db)
    added = add_case(db, study, code="P08", sample_ids=[people.sample.id or 0])
    db.commit()
    assert told(db, people.ana) == [], "a batch waits for its last case"
    take_out_of_sample(db, study, case_id=added.id or 0, sample_id=people.sample.id or 0)
    db.commit()
    page.open(f"{people.url}/audits/plan").send("Send to the auditors")
    assert case.context(db).unit.state is State.IN_AUDIT
    assert told(db, people.ana) == []


def test_a_domain_list_waits_for_every_judge_of_the_study(db: Session, people: People) -> None:
    a_case(db, people)
    plan = {"auditors_an_item": "1", "cases": "none", "boards": "none", "domain_lists": "on"}
    people.ana.post(f"{people.url}/audits/plan", plan | {"version": "1"})
    assert told(db, people.ana) == [
        ("Plan the audits", "1 item has no auditors, and could be audited now")
    ]
    page = Reader(people.ana.browser).open(f"{people.url}/audits/plan").send("Use this plan")
    what = "the domain list of “as therapist”"
    assert [text for text, _ in told(db, people.ana)] == [f"Send {what} to the auditors"]
    page.open(f"{people.url}/audits/plan").send("Send to the auditors")
    everybody = (people.eli, people.fay, people.gus)
    (auditor,) = (who for who in everybody if told(db, who))
    assert told(db, auditor) == [(f"Audit {what}", asked())]
    assert (
        "Domain list: with the auditors, asked today"
        in Reader(people.ben.browser).open(people.url).text
    )
    url = Reader(auditor.browser).open(f"{people.url}/audits").follow("Domain list").url
    Reader(auditor.browser).open(url).send("Return with no comments")
    for judge in (people.ana, people.dee):
        assert told(db, judge) == [
            (f"Close the audit of {what}", "returned today with no comments")
        ]
        assert on_the_rail(judge, people) == "Audits 1 waiting for you"
    Reader(people.dee.browser).open(url).send("Close the audit")
    assert told(db, people.ana) == []
    assert on_the_rail(people.ana, people) == "Audits"


def test_many_audits_share_a_line(db: Session, people: People, sample: SampleInTheMaking) -> None:
    for number in range(1, 5):
        unit = sample.unit_of(case=sample.case(f"P0{number}", State.IN_AUDIT))
        _asked(db, people, unit.id or 0, people.eli)
    assert told(db, people.eli) == [("Audit P01, P02 and 2 more", f"the first was {asked()}")]
    assert on_the_rail(people.eli, people) == "Audits 4 waiting for you"


def _asked(db: Session, people: People, unit_id: int, *auditors: Person) -> None:
    audit = Audit(study_id=people.study.id or 0, unit_id=unit_id, requested_by=people.ana.id)
    db.add(audit)
    db.flush()
    round_ = AuditRound(audit_id=audit.id or 0, number=1)
    db.add(round_)
    db.flush()
    db.add_all(AuditReturn(round_id=round_.id or 0, account_id=a.id) for a in auditors)
    db.commit()


def test_audits_cost_the_same_whatever_their_number(
    db: Session, people: People, sample: SampleInTheMaking, statements: list[str]
) -> None:
    def cost() -> tuple[int, ...]:
        db.commit()
        found = []
        for person in (people.ana, people.eli):
            for url in ("/", people.url, f"{people.url}/audits"):
                statements.clear()
                assert person.get(url).status_code == 200
                found.append(len(statements))
        return tuple(found)

    states = (State.IN_AUDIT, State.RESPONDING, State.AGREED)
    for number in range(3):
        unit = sample.unit_of(case=sample.case(f"P{number:02}", states[number % 3]))
        _asked(db, people, unit.id or 0, people.eli, people.gus)
    few = cost()
    for number in range(3, 20):
        unit = sample.unit_of(case=sample.case(f"P{number:02}", states[number % 3]))
        _asked(db, people, unit.id or 0, people.eli, people.gus)
    assert cost() == few
