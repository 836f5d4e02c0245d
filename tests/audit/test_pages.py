"""An audit as its people see it: read, comment, return, respond, answer, look again."""

import pytest
from sqlmodel import Session, select

from app.audit.models import Audit
from app.consensus.rules import State
from app.consensus.service import agree
from app.core_ideas.service import add_core_idea
from tests.audit.an_audit import AnAudit, agree_all
from tests.domains.a_case import a_case
from tests.html import Reader, without_keys
from tests.people import People, Person

HELD = "P held P's breath."
SHORTER = "P held their breath."


@pytest.fixture
def audit(db: Session, people: People) -> AnAudit:
    """P07 with a core idea, agreed and sent to Eli and Gus by the plan's page."""
    case = a_case(db, people, code="P07")
    case.put(db, "I held my breath.", "Antecedent")
    domain = case.domains["Antecedent"]
    add_core_idea(db, case.context(db), domain_id=domain, text=HELD)
    db.commit()
    agree_all(db, case)
    page = Reader(people.ana.browser).open(f"{people.url}/audits/plan")
    page.send("Use this plan")
    unit = case.context(db).unit.id
    page.open(f"{people.url}/audits/plan?change={unit}")
    page.send(
        "Save the auditors of P07",
        auditors=[str(people.eli.id), str(people.gus.id)],
        reason="Fay is on leave.",
    )
    page.send("Send to the auditors")
    asked = db.exec(select(Audit.id).where(Audit.unit_id == unit)).one()
    assert asked is not None
    return AnAudit(case, asked)


def _reads(audit: AnAudit, person: Person) -> Reader:
    return Reader(person.browser).open(audit.url)


def _comment(page: Reader, on: str, text: str, **more: str) -> Reader:
    return page.follow(on).send("Keep the comment", text=text, **more)


def _return_all(audit: AnAudit) -> None:
    people = audit.case.people
    for person in (people.eli, people.gus):
        page = _reads(audit, person)
        words = "Return my audit" if "Return my audit" in page.text else "Return with no comments"
        page.send(words)


def _comment_on_the_idea(audit: AnAudit, person: Person, text: str, **more: str) -> Reader:
    page = _reads(audit, person)
    link = next(a for a in page.page.iter("a") if "core idea 1.1" in (a.get("aria-label") or ""))
    page.open(link.get("href").split("#")[0])
    return page.send("Keep the comment", text=text, **more)


def test_an_auditor_reads_the_frozen_version_and_comments_item_by_item(
    db: Session, audit: AnAudit
) -> None:
    eli = audit.case.people.eli
    page = _reads(audit, eli)
    assert HELD in page.text
    assert "I held my breath." in page.text
    page = _comment_on_the_idea(audit, eli, "Whose breath?", type="wording")
    assert "Whose breath?" in page.text
    assert "Return my audit" in page.text


def test_co_auditors_and_the_team_see_nothing_before_all_have_returned(
    db: Session, audit: AnAudit
) -> None:
    people = audit.case.people
    readers = (people.gus, people.ana, people.ben)
    before = [without_keys(person.get(audit.url).text) for person in readers]
    _comment_on_the_idea(audit, people.eli, "A comment of Eli's own.")
    assert [without_keys(person.get(audit.url).text) for person in readers] == before
    _reads(audit, people.eli).send("Return my audit")
    for person in readers:
        assert "A comment of Eli's own." not in person.get(audit.url).text
    _reads(audit, people.gus).send("Return with no comments")
    for person in readers:
        assert "A comment of Eli's own." in _reads(audit, person).text


def test_a_returned_audit_is_not_changed_any_more(db: Session, audit: AnAudit) -> None:
    eli = audit.case.people.eli
    _comment_on_the_idea(audit, eli, "Whose breath?")
    _reads(audit, eli).send("Return my audit")
    answer = eli.post(f"{audit.url}/comments", {"item": "", "type": "praise", "text": "More."})
    assert answer.status_code == 409
    assert "returned your audit" in answer.text


def test_accepting_a_wording_applies_it_and_the_judges_agree_to_it(
    db: Session, audit: AnAudit
) -> None:
    people = audit.case.people
    _comment_on_the_idea(
        audit, people.eli, "Shorter.", type="wording", suggests="wording", wording=SHORTER
    )
    _return_all(audit)
    page = _reads(audit, people.ben)
    assert "1 comment, 0 decided" in page.text
    page.send("Accept the wording")
    idea = Reader(people.ben.browser).open(f"{people.sample_url}/cases/P07/core-ideas")
    assert SHORTER in idea.answer.text  # type: ignore[union-attr]
    assert audit.case.context(db).unit.state is State.RESPONDING
    agree_all(db, audit.case)
    assert audit.case.context(db).unit.state is State.CLOSED


def test_a_rejection_needs_a_reason_which_the_auditor_reads_and_may_contest(
    db: Session, audit: AnAudit
) -> None:
    people = audit.case.people
    _comment_on_the_idea(audit, people.eli, "Leave it out.", type="redundant")
    _return_all(audit)
    page = _reads(audit, people.ben)
    form, _ = page._form_with("Reject")
    url = form.get("action")
    refused = people.ben.post(url, {"decision": "rejected", "version": "0"})
    assert refused.status_code == 422
    assert "Say in a few words why" in refused.text
    page.send("Reject", reason="It is the only word of it.", turns="2")
    assert audit.case.context(db).unit.state is State.CLOSED
    read = _reads(audit, people.eli)
    assert "It is the only word of it." in read.text
    read.send("Send the answer", verdict="contests", text="Turn 2 is about the client.")
    assert "Eli contests it: Turn 2 is about the client." in _reads(audit, people.ana).text


def test_a_second_response_to_one_comment_does_not_overwrite_the_first(
    db: Session, audit: AnAudit
) -> None:
    people = audit.case.people
    _comment_on_the_idea(audit, people.eli, "Leave it out.")
    _comment_on_the_idea(audit, people.eli, "And this too.")
    _return_all(audit)
    form, _ = _reads(audit, people.ben)._form_with("Reject")
    url = form.get("action")
    first = {"decision": "noted", "version": "0"}
    assert people.ben.post(url, first).status_code == 303
    second = people.chi.post(url, {"decision": "rejected", "reason": "No.", "version": "0"})
    assert second.status_code == 409
    assert "Ben responded to this comment meanwhile" in second.text
    assert "No.</textarea>" in second.text


def test_a_further_round_shows_the_new_version_to_the_same_auditors(
    db: Session, audit: AnAudit
) -> None:
    people = audit.case.people
    _comment_on_the_idea(
        audit, people.eli, "Shorter.", type="wording", suggests="wording", wording=SHORTER
    )
    _return_all(audit)
    _reads(audit, people.ben).send("Accept the wording")
    agree_all(db, audit.case)
    _reads(audit, people.ana).send("Ask for a further round")
    page = _reads(audit, people.gus)
    assert "round 2" in page.text
    assert SHORTER in page.text
    assert HELD not in page.text


def test_who_is_not_asked_learns_nothing_at_any_address_of_an_audit(
    db: Session, audit: AnAudit
) -> None:
    people = audit.case.people
    _comment_on_the_idea(audit, people.eli, "A comment of Eli's own.")
    posts = ("comments", "return", "close", "rounds", "comments/x/response", "comments/x/answer")
    for person, status in ((people.fay, 404), (people.hal, 404), (people.ida, 403)):
        assert person.get(audit.url).status_code == status
        for path in posts:
            assert person.post(f"{audit.url}/{path}").status_code in (403, 404)
    for path in ("comments", "return", "comments/x/answer"):
        assert people.ben.post(f"{audit.url}/{path}").status_code == 403
    for path in ("comments/x/response", "close", "rounds"):
        assert people.eli.post(f"{audit.url}/{path}").status_code == 403


def test_agreeing_is_still_to_the_version_that_was_read(db: Session, audit: AnAudit) -> None:
    people = audit.case.people
    _return_all(audit)
    context = audit.case.context(db, people.ben)
    assert (
        agree(db, context.scene, context.unit, content=context.unit.content, what="P07")
        is State.RESPONDING
    )


def test_the_transcript_is_one_click_away_for_its_auditors_and_no_other_case(
    db: Session, audit: AnAudit
) -> None:
    people = audit.case.people
    page = _reads(audit, people.eli).follow("Transcript")
    assert "You wanted to keep it from her." in page.text
    assert people.eli.get(f"{audit.url}/transcript?case=P99").status_code == 404
    assert people.fay.get(f"{audit.url}/transcript").status_code == 404


def test_the_totals_for_the_methods_section_count_what_was_returned(
    db: Session, audit: AnAudit
) -> None:
    people = audit.case.people
    _comment_on_the_idea(audit, people.eli, "Leave it out.", type="redundant")
    url = f"{people.url}/audits"
    assert "For the methods section" not in people.ana.get(url).text
    _return_all(audit)
    _reads(audit, people.ben).send("Reject", reason="It is the only word of it.")
    said = Reader(people.ana.browser).open(url).text
    assert "1 case, 0 cross-analyses, in 1 round" in said
    assert "redundant 1" in said
    assert "rejected 1 (100 %)" in said
