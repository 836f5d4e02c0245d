"""What an auditor types is kept; what changed meanwhile is listed before anybody accepts it."""

import json
import re
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlmodel import Session, select

from app.audit.planning import plan_of
from app.audit.service import request_audit
from app.consensus.rules import State
from app.consensus.service import agree, reopen
from app.core_ideas.amending import correct
from app.core_ideas.models import CoreIdea
from app.core_ideas.service import add_core_idea, reword
from app.cross_analysis.guard import BoardContext, load_board
from app.cross_analysis.service import add_category, place
from app.meetings.forms import Arrangement
from app.meetings.service import begin
from tests.audit.an_audit import AnAudit, agree_all, an_audit
from tests.domains.a_case import a_case
from tests.html import Reader
from tests.people import People, Person

HELD, TEARS = "P held P's breath.", "P let two tears go."


@pytest.fixture
def audit(db: Session, people: People) -> AnAudit:
    """P07 with two core ideas, with Eli and Gus."""
    case = a_case(db, people, code="P07")
    case.put(db, "I held my breath.", "Antecedent")
    case.put(db, "So I let two tears go.", "Consequences")
    for title, text in (("Antecedent", HELD), ("Consequences", TEARS)):
        add_core_idea(db, case.context(db), domain_id=case.domains[title], text=text)
    agree_all(db, case)
    return an_audit(db, people, case=case)


def _reads(audit: AnAudit, person: Person, more: str = "") -> Reader:
    return Reader(person.browser).open(audit.url + more)


def _idea(db: Session, text: str) -> CoreIdea:
    idea = db.exec(select(CoreIdea).where(CoreIdea.text == text)).one()
    db.refresh(idea)
    return idea


def _typed(db: Session, on: str, text: str, **more: str) -> dict[str, str]:
    """The form of a comment on a core idea, as the page sends it."""
    fields = {"guid": "8f14e45f-ceea-467f-a0e6-6cf2b6f6a9ab", "item": _idea(db, on).guid}
    return fields | {"type": "wording", "strength": "should", "text": text, "version": "0"} | more


def _change(db: Session, audit: AnAudit, was: str, now: str) -> None:
    """A judge rewords a core idea in answer to the audit."""
    idea, case = _idea(db, was), audit.case.context(db)
    reword(db, case, core_idea_id=idea.id or 0, text=now, version=idea.version)
    db.commit()


def _correct(db: Session, audit: AnAudit, was: str, now: str) -> None:
    idea, case = _idea(db, was), audit.case.context(db)
    correct(db, case, core_idea_id=idea.id or 0, text=now, version=idea.version)
    db.commit()


def test_a_comment_is_saved_as_it_is_typed_and_an_empty_one_is_not_kept(
    db: Session, audit: AnAudit
) -> None:
    eli, url = audit.case.people.eli, f"{audit.url}/comments?draft=1"
    saved = eli.post(url, _typed(db, HELD, "Whose"), htmx=True)
    assert saved.status_code == 200
    assert 'name="version" value="1"' in saved.text
    assert "saved" in saved.text
    again = eli.post(url, _typed(db, HELD, "Whose breath?", version="1"), htmx=True)
    assert 'name="version" value="2"' in again.text
    page = _reads(audit, eli)
    assert "Whose breath?" in page.text
    assert "1 comment over" in page.text
    emptied = eli.post(url, _typed(db, HELD, "", version="2"), htmx=True)
    assert "Empty, so it is not kept." in emptied.text
    assert "None yet." in _reads(audit, eli).text
    assert eli.post(url, _typed(db, HELD, "", version="0"), htmx=True).status_code == 200
    same_words = _typed(db, HELD, "", suggests="wording", wording=HELD)
    assert "Empty, so it is not kept." in eli.post(url, same_words, htmx=True).text


def test_a_passage_in_two_domains_is_commented_on_where_it_was_read(
    db: Session, people: People
) -> None:
    case = a_case(db, people, code="P08")
    case.put(db, "I held my breath.", "Antecedent", "Consequences")
    agree_all(db, case)
    audit = an_audit(db, people, case=case)
    page = _reads(audit, people.eli)
    link = page.page.xpath('//a[@aria-label="Comment on passage 3a"]')[0]
    page.open(link.get("href").split("#")[0]).send("Keep the comment", text="Only an antecedent.")
    assert page.text.count("Only an antecedent.") == 1
    anchor = page.page.xpath('//*[@data-comment]//a[text()="passage 3a"]')[0].get("href")
    assert page.page.get_element_by_id(anchor.removeprefix("#")).get("data-number") == "3a"
    lines = people.eli.get(f"{audit.url}/form.csv").text.splitlines()
    assert [each.split(",")[0] for each in lines if "Only an antecedent." in each] == ["block 3a"]
    audit.give_back(db, people.eli, people.gus)
    assert _reads(audit, people.ben).text.count("Only an antecedent.") == 1


def test_two_windows_lose_neither_text(db: Session, audit: AnAudit) -> None:
    eli, url = audit.case.people.eli, f"{audit.url}/comments?draft=1"
    eli.post(url, _typed(db, HELD, "From the first window."), htmx=True)
    stale = eli.post(url, _typed(db, HELD, "From the second window."), htmx=True)
    assert stale.status_code == 409
    assert stale.headers["HX-Retarget"] == "#comment-place"
    page = _reads(audit, eli).follow("Change")
    for words in ("From the first window.", "From the second window."):
        assert words in page.text
    page.send("Replace by what is here")
    page = _reads(audit, eli)
    assert "From the second window." in page.text
    assert "From the first window." not in page.text
    assert "another window" not in page.follow("Change").text


def test_a_comment_that_was_taken_away_can_be_brought_back(db: Session, audit: AnAudit) -> None:
    eli = audit.case.people.eli
    typed = _typed(db, HELD, "Split it.", suggests="split", parts="P held it.\nP let it go.")
    eli.post(f"{audit.url}/comments", typed)
    page = _reads(audit, eli).send("Take away")
    assert "None yet." in page.text
    page.send("Undo")
    assert "Split it." in page.text
    assert "P let it go." in page.text
    undo = f"{audit.url}/comments/{typed['guid']}/restoration"
    assert eli.post(undo).status_code == 404
    assert audit.case.people.gus.post(undo).status_code == 404


def _emptied(db: Session, audit: AnAudit, text: str) -> str:
    """Eli types a comment and empties it; the address that takes this back."""
    eli, url = audit.case.people.eli, f"{audit.url}/comments?draft=1"
    eli.post(url, _typed(db, HELD, text), htmx=True)
    answer = eli.post(url, _typed(db, HELD, "", version="1"), htmx=True)
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert toast["text"] == "The comment is empty, so it was taken away."
    return str(toast["undo"])


def test_a_comment_that_was_emptied_can_be_brought_back_into_its_form(
    db: Session, audit: AnAudit
) -> None:
    eli, url = audit.case.people.eli, f"{audit.url}/comments?draft=1"
    undo = _emptied(db, audit, "Whose breath?")
    nothing = eli.post(url, _typed(db, HELD, "", version="0"), htmx=True)
    assert "HX-Trigger" not in nothing.headers
    back = eli.post(undo, htmx=True).headers["HX-Redirect"]
    page = Reader(eli.browser).open(back)
    form, _ = page._form_with("Keep the comment")
    assert dict(form.form_values())["text"].strip() == "Whose breath?"
    assert eli.post(undo, htmx=True).status_code == 404


def test_what_was_typed_into_an_emptied_comment_stays_beside_what_comes_back(
    db: Session, audit: AnAudit
) -> None:
    eli = audit.case.people.eli
    undo = _emptied(db, audit, "Whose breath?")
    eli.post(f"{audit.url}/comments", _typed(db, HELD, "P's, I see."))
    eli.post(undo, htmx=True)
    page = _reads(audit, eli)
    assert "Whose breath?" in page.text
    assert "P's, I see." in page.text


def test_emptying_takes_away_only_the_words_that_were_on_the_page(
    db: Session, audit: AnAudit
) -> None:
    eli, url = audit.case.people.eli, f"{audit.url}/comments?draft=1"
    eli.post(url, _typed(db, HELD, "From here."), htmx=True)
    eli.post(url, _typed(db, HELD, "From another window.", version="1"), htmx=True)
    eli.post(url, _typed(db, HELD, "", version="1"), htmx=True)
    assert "From another window." in _reads(audit, eli).text


def test_who_of_the_team_decided_is_told_by_the_plan(db: Session, audit: AnAudit) -> None:
    people = audit.case.people
    audit.comment(db, people.eli)
    audit.give_back(db, people.eli, people.gus)
    begin(db, people.context(db, people.ben), Arrangement(frozenset({people.chi.id})))
    db.commit()
    _reads(audit, people.ben).send("Note")
    assert "Ben, Chi" in _reads(audit, people.ana).text
    assert "Noted in the meeting of" in _reads(audit, people.eli).text
    assert "Ben, Chi" in _reads(audit, people.eli).text
    plan = plan_of(db, people.study.id or 0)
    plan.shows_names = False
    db.add(plan)
    db.commit()
    assert "Ben, Chi" in _reads(audit, people.ana).text
    for path in ("", "?all=1", "/form.csv", "/transcript"):
        told = people.eli.get(audit.url + path).text
        assert "Ben" not in told, path
        assert "Chi" not in told, path
    for ending in ("docx", "xlsx"):
        file = ZipFile(BytesIO(people.eli.get(f"{audit.url}/form.{ending}").content))
        told = " ".join(file.read(name).decode() for name in file.namelist() if ".xml" in name)
        assert "noted" in told
        assert not re.search(r"\b(Ben|Chi)\b", told), ending
    assert "Noted in the meeting of" in _reads(audit, people.eli).text


def test_a_further_round_shows_what_changed_and_what_was_said_of_it(
    db: Session, audit: AnAudit
) -> None:
    people = audit.case.people
    people.eli.post(f"{audit.url}/comments", _typed(db, TEARS, "Two of them?", type="question"))
    audit.give_back(db, people.eli, people.gus)
    _change(db, audit, HELD, "P held their breath.")
    _reads(audit, people.ben).send("Note", reason="Turn 4 has two.")
    agree_all(db, audit.case)
    _reads(audit, people.ana).send("Ask for a further round")
    page = _reads(audit, people.gus)
    assert "Since round 1: 1 reworded." in page.text
    reworded, asked, passage = (
        page.page.xpath(f'//*[@data-number="{number}"][not(self::form)]')[0]
        for number in ("1.1", "3.1", "1a")
    )
    assert "data-line" not in reworded.attrib
    assert [each.text for each in reworded.iter("del")] == ["P's"]
    assert "Two of them?" in asked.text_content()
    assert "Turn 4 has two." in asked.text_content()
    assert "data-line" in passage.attrib
    page.follow("Everything")
    assert not page.page.xpath("//*[@data-line]")
    assert "Two of them?" not in page.text


def test_the_team_sees_what_changed_since_the_last_round_too_folded(
    db: Session, audit: AnAudit
) -> None:
    people = audit.case.people
    audit.give_back(db, people.eli, people.gus)
    _change(db, audit, HELD, "P held their breath.")
    agree_all(db, audit.case)
    _reads(audit, people.ana).send("Ask for a further round")
    page = _reads(audit, people.ben)
    (since,) = page.page.xpath('//details[@id="since"]')
    assert "open" not in since.attrib
    assert since.findtext("summary") == "Changed since round 1: 1 reworded"
    assert "Core idea 1.1, reworded" in since.text_content()
    assert [each.text for each in since.iter("del", "ins")] == ["P's", "their"]
    assert not _reads(audit, people.ben, "?round=1").page.xpath('//*[@id="since"]')
    audit.give_back(db, people.eli, people.gus)
    _reads(audit, people.ana).send("Close the audit")
    _reads(audit, people.ana).send("Ask for a further round")
    page = _reads(audit, people.ben)
    assert "Nothing changed since round 2." in page.text


def test_an_auditor_returns_with_what_was_corrected_meanwhile_before_their_eyes(
    db: Session, audit: AnAudit
) -> None:
    people = audit.case.people
    page = _reads(audit, people.eli)
    _correct(db, audit, HELD, "P held P's breath!")
    form, _ = page._form_with("Return with no comments")
    sent = dict(form.form_values()) | {"without_comments": "on"}
    refused = people.eli.post(f"{audit.url}/return", sent)
    assert refused.status_code == 409
    assert "The team corrected P07 since you opened this page." in refused.text
    page = _reads(audit, people.eli)
    assert "Changed since this was frozen for you" in page.text
    page.send("Return with no comments")
    assert "Your audit is returned." in page.text


def test_a_core_idea_on_an_audited_board_is_listed_once_its_case_is_agreed(
    db: Session, audit: AnAudit
) -> None:
    people, case = audit.case.people, audit.case

    def board(person: Person) -> BoardContext:
        domain = case.domains["Consequences"]
        return load_board(db, people.context(db, person), people.sample.id or 0, domain)

    category = add_category(db, board(people.ana), title="Shed tears")
    place(db, board(people.ana), core_idea_id=_idea(db, TEARS).id or 0, category_id=category.id)
    for person in (people.ana, people.ben, people.chi, people.dee):
        seen = board(person)
        agree(db, seen.scene, seen.unit, content=seen.unit.content, what=seen.title)
    here = board(people.ana)
    asked = request_audit(db, here.scene, here.unit, auditors=[people.gus.id], what="the board")
    db.commit()
    page = Reader(people.gus.browser).open(f"{people.url}/audits/{asked.id}")
    assert "Changed since" not in page.text
    _correct(db, audit, TEARS, "P let two tears go!")
    refused = people.gus.post(page.url + "/return", {"without_comments": "on", "seen": "0"})
    assert refused.status_code == 409
    page.open(page.url)
    assert "Changed since this was frozen for you" in page.text
    assert "Card 1.1, reworded" in page.text
    context = case.context(db)
    reopen(db, context.scene, context.unit, reason="A passage was missed.")
    _change(db, audit, "P let two tears go!", "P let three tears go.")
    assert "three tears" not in page.open(page.url).text


def test_an_audit_that_ended_with_a_reopening_is_not_returned(db: Session, audit: AnAudit) -> None:
    eli, case = audit.case.people.eli, audit.case.context(db)
    reopen(db, case.scene, case.unit, reason="A passage was missed.")
    db.commit()
    assert "before you returned this audit, so it ended" in _reads(audit, eli).text
    refused = eli.post(f"{audit.url}/return", {"without_comments": "on", "seen": "0"})
    assert refused.status_code == 409
    assert "The team reopened P07" in refused.text


def test_the_team_sees_what_changed_since_the_decisions_and_who_has_still_to_agree(
    db: Session, audit: AnAudit
) -> None:
    people = audit.case.people
    suggested = _typed(db, HELD, "Shorter.", suggests="wording", wording="P held it.")
    people.eli.post(f"{audit.url}/comments", suggested)
    other = suggested | {"guid": "of-gus", "wording": "P's breath stood still."}
    people.gus.post(f"{audit.url}/comments", other)
    audit.give_back(db, people.eli, people.gus)
    page = _reads(audit, people.ben)
    assert "Agree to the responses 2 open" in page.text
    assert "Other words stand there now" not in page.text
    early = people.ben.post(f"{audit.url}/agreement", {"content": "1"})
    assert early.status_code == 409
    assert "2 comments are still open" in early.text
    page.send("Accept the wording")
    assert "Core idea 1.1, reworded · as decided" in page.text
    assert "Other words stand there now" in page.text
    noted = {"decision": "noted", "version": "0"}
    people.ben.post(f"{audit.url}/comments/of-gus/response", noted)
    page = _reads(audit, people.ben)
    assert "Still to agree to what was changed: Ana, Ben, Chi, Dee." in page.text
    before = _reads(audit, people.chi)
    _change(db, audit, "P held it.", "P held it in.")
    _change(db, audit, TEARS, "P let three tears go.")
    page = _reads(audit, people.ben)
    assert "Core idea 1.1, reworded · changed again since the decision" in page.text
    assert "Core idea 3.1, reworded · no comment on it" in page.text
    form, _ = before._form_with("Agree to the responses")
    stale = people.chi.post(f"{audit.url}/agreement", dict(form.form_values()))
    assert stale.status_code == 409
    assert "changed after you opened this version" in stale.text
    for person in (people.ana, people.ben, people.chi):
        _reads(audit, person).send("Agree to the responses")
    assert "You agreed; Dee to go" in _reads(audit, people.ben).text
    page = _reads(audit, people.dee).send("Agree to the responses")
    assert "The audit is closed." in page.text
    assert audit.case.context(db).unit.state is State.CLOSED


def test_an_audit_is_closed_with_what_stood_on_the_page(db: Session, audit: AnAudit) -> None:
    people = audit.case.people
    audit.give_back(db, people.eli, people.gus)
    form, _ = _reads(audit, people.ben)._form_with("Close the audit")
    sent = dict(form.form_values())
    _change(db, audit, HELD, "P held it.")
    refused = people.ben.post(f"{audit.url}/close", sent)
    assert refused.status_code == 409
    assert "was changed after you opened this page" in refused.text
    assert "no comment on it" in refused.text


def test_a_decision_by_htmx_draws_its_card_and_what_hangs_on_it(
    db: Session, audit: AnAudit
) -> None:
    people = audit.case.people
    people.eli.post(f"{audit.url}/comments", _typed(db, HELD, "Shorter."))
    people.eli.post(
        f"{audit.url}/comments", _typed(db, TEARS, "Longer.", guid="9f14e45f-ceea-467f-a0e6-6cf2b6")
    )
    audit.give_back(db, people.eli, people.gus)
    url = f"{audit.url}/comments/8f14e45f-ceea-467f-a0e6-6cf2b6f6a9ab/response"
    refused = people.ben.post(url, {"decision": "rejected", "version": "0"}, htmx=True)
    assert refused.status_code == 422
    assert "Longer." not in refused.text
    drawn = people.ben.post(url, {"decision": "noted", "version": "0"}, htmx=True)
    assert drawn.status_code == 200
    assert "Longer." not in drawn.text
    assert "2 comments, 1 decided" in drawn.text
    assert 'id="page-actions" hx-swap-oob="innerHTML"' in drawn.text
