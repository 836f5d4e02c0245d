"""A case and a cross-analysis go to rotating auditors and come back, without JavaScript.

Three auditors rotate in pairs over three cases. Two of them read P01 and comment; the team accepts
what they suggest with one click, rejects, notes, defers and decides; the judges agree to what
changed; a second round shows it. Then the board of a domain goes the same way, with the auditor
from outside. Everything is done on pages, each person in a browser of their own.
"""

import re
from collections import Counter

import pytest
from sqlmodel import Session, select

from app.cases.service import add_case, store_transcript
from app.core_ideas.models import CoreIdea
from app.core_ideas.service import add_core_idea
from app.cross_analysis.guard import load_board
from app.cross_analysis.service import add_category, place
from app.trail.service import verify
from tests.audit.an_audit import agree_all
from tests.domains.a_case import ROLES, TURNS, ACase, a_case
from tests.html import Reader
from tests.people import People, Person

IDEAS = {
    "Antecedent": (
        "C told P of her mother.",
        "P let two tears go.",
        "P held P's breath.",
        "P did not breathe.",
    ),
    "Consequences": ("P looked away and wanted to keep it from C.",),
}
CODES = ("P01", "P02", "P03")


@pytest.fixture
def cases(db: Session, people: People) -> list[ACase]:
    """Three cases, each with five core ideas, agreed by all judges."""
    found = [a_case(db, people, code=CODES[0])]
    for code in CODES[1:]:
        study = people.context(db)
        made = add_case(db, study, code=code, sample_ids=[people.sample.id or 0])
        store_transcript(
            db, study, case_id=made.id or 0, title="Interview", turns=TURNS, roles=ROLES
        )
        found.append(ACase(people, code, made.id or 0, found[0].domains))
    for case in found:
        case.put(db, "She told me about her mother. I held my breath.", "Antecedent")
        case.put(db, "Then I looked away.", "Consequences")
        for title, texts in IDEAS.items():
            for text in texts:
                domain_id = case.domains[title]
                add_core_idea(db, case.context(db), domain_id=domain_id, text=text)
        db.commit()
        agree_all(db, case)
    return found


def reads(person: Person, url: str) -> Reader:
    """Somebody opens a page."""
    return Reader(person.browser).open(url)


def waiting(person: Person) -> list[str]:
    """What the home page says that waits for somebody."""
    page = reads(person, "/").page
    return [" ".join(a.text_content().split()) for a in page.xpath("//ul[@class='agenda']/li/a")]


def option(page: Reader, name: str, words: str) -> str:
    """The value of the choice with these words."""
    for each in page.page.xpath(f"//select[@name='{name}']/option"):
        if words in each.text_content():
            return str(each.get("value"))
    raise AssertionError(f"{name} offers no '{words}'")


def comment(page: Reader, on: str, type_: str, text: str, **suggested: str) -> None:
    """Open the form of a comment on an item, fill it in, keep it."""
    if on:
        labels = {a.get("aria-label"): a.get("href") for a in page.page.iter("a")}
        page.open(labels[f"Comment on {on}"].split("#")[0])
    else:
        page.follow("on the whole")
    for name in ("move_to", "merge_with"):
        if name in suggested:
            suggested[name] = option(page, name, suggested[name])
    page.send("Keep the comment", type=type_, text=text, **suggested)


def respond(page: Reader, said: str, button: str, **fields: str) -> None:
    """Press a button under the comment with these words."""
    (card,) = (c for c in page.page.iter("article") if said in c.text_content())
    (form,) = card.xpath(".//form[contains(@action, '/response')]")
    for pressed in form.iter("button"):
        if pressed.text_content().strip() == button:
            typed = dict(form.form_values()) | fields | {"decision": pressed.get("value")}
            url = pressed.get("formaction") or form.get("action")
            page._settle(page.browser.post(url, typed))
            return
    raise AssertionError(f"no button '{button}' under '{said}'")


def pairs(plan: Reader) -> dict[str, tuple[str, ...]]:
    """Who audits what, as the list of what can be sent says."""
    names = re.compile(r"\b(Eli|Fay|Gus)\b")
    found = {}
    for field in plan.page.xpath("//section[@id='ready']//input[@type='checkbox']/.."):
        words = " ".join(field.text_content().split())
        found[words.split()[0]] = tuple(names.findall(words))
    return found


def send_to_auditors(ana: Reader, people: People, name: str) -> tuple[str, list[Person]]:
    """Ana sends one item of the plan. Returns the address of its audit, and its auditors."""
    plan = ana.open(f"{people.url}/audits/plan")
    for field in plan.page.xpath("//section[@id='ready']//input[@type='checkbox']"):
        if name in field.getparent().text_content():
            team = [people.everybody[who.lower()] for who in pairs(plan)[name]]
            plan.send("Send to the auditors", **{field.get("name"): [field.get("value")]})
            (link,) = (a for a in plan.page.xpath("//table//th/a") if a.text_content() == name)
            return str(link.get("href")), team
    raise AssertionError(f"{name} cannot be sent")


def agree_to_the_responses(people: People, url: str) -> None:
    """Every judge agrees to what was changed, on their own screen."""
    for judge in (people.ana, people.ben, people.chi, people.dee):
        reads(judge, url).send("Agree to the responses")


def test_a_case_and_a_board_go_to_their_auditors_and_back(
    db: Session, people: People, cases: list[ACase]
) -> None:
    ana = Reader(people.ana.browser)
    assert "Plan the audits" in waiting(people.ana)
    settings = f"{people.url}/audits/plan?change=settings"
    ana.open(settings).send("Save the plan", boards="none").send("Use this plan")
    drawn = Counter(frozenset(team) for team in pairs(ana).values())
    assert sorted(map(sorted, drawn)) == [["Eli", "Fay"], ["Eli", "Gus"], ["Fay", "Gus"]]
    assert "Send P01, P02 and P03 to the auditors" in waiting(people.ana)
    url, (first, second) = send_to_auditors(ana, people, "P01")
    (third,) = {people.eli.name, people.fay.name, people.gus.name} - {first.name, second.name}
    _two_of_three_read(people, url, first, second)
    assert people.everybody[third].get(url).status_code == 404
    _the_team_responds(people, url)
    _the_auditor_answers(people, url, second)
    _a_second_round_shows_what_changed(people, url, first, second)
    _the_board_is_sorted(db, people, cases)
    ana.open(settings).send("Save the plan", boards="all").send("Use this plan")
    _the_board_goes_the_same_way(people, ana)
    said = ana.open(f"{people.url}/audits").text
    assert "1 case, 1 cross-analysis, in 4 rounds" in said
    trail = ana.open(f"{people.url}/trail?part=audits").text
    assert "sent P01 to the auditors, round 2" in trail
    assert "responded to a comment on P01: rejected" in trail
    assert list(verify(db)) == []


def _two_of_three_read(people: People, url: str, first: Person, second: Person) -> None:
    assert waiting(first) == waiting(second) == ["Audit P01"]
    page = reads(first, url)
    assert all(text in page.text for text in IDEAS["Antecedent"])
    words = {"suggests": "wording", "wording": "C told P about the loss of her mother."}
    comment(page, "core idea 1.1", "wording", "“Of” is too little.", **words)
    move = {"suggests": "move", "move_to": "Consequences"}
    comment(page, "core idea 1.2", "wrong domain", "This came of it.", **move)
    merge = {"suggests": "merge", "merge_with": "P did not breathe."}
    comment(page, "core idea 1.3", "redundant", "The same twice.", **merge)
    split = {"suggests": "split", "parts": "P looked away.\nP wanted to keep it from C."}
    number = "3.1" if "3.1" in page.text else "2.1"
    comment(page, f"core idea {number}", "split or merge", "Two things.", **split)
    comment(page, "", "praise", "Close to what P said.")
    page.send("Return my audit")
    assert waiting(first) == []
    page = reads(second, url)
    assert "The same twice." not in page.text
    comment(page, "", "question", "Is this one session?")
    comment(page, "core idea 1.1", "interpretation", "P says nothing of a loss.")
    assert "Is this one session?" not in reads(people.ben, url).text
    page.send("Return my audit")


def _the_team_responds(people: People, url: str) -> None:
    assert "Respond to the audit of P01" in waiting(people.chi)
    page = reads(people.ben, url)
    assert "7 comments, 0 decided" in page.text
    respond(page, "“Of” is too little.", "Accept the wording")
    respond(page, "This came of it.", "Accept the move")
    respond(page, "The same twice.", "Accept the merging")
    respond(page, "Two things.", "Accept the split")
    respond(page, "Close to what P said.", "Note")
    respond(page, "Is this one session?", "Defer")
    assert "7 comments, 5 decided" in page.text
    why = {"reason": "Turn 2 tells of her mother, who is lost to her.", "turns": "2"}
    respond(page, "P says nothing of a loss.", "Reject", **why)
    assert "Respond to the audit of P01" in waiting(people.chi)
    respond(page, "Is this one session?", "Accept in part", reason="It is; we say so now.")
    assert "Agree to what changed in P01 after its audit" in waiting(people.chi)
    agree_to_the_responses(people, url)
    said = reads(people.chi, f"{people.sample_url}/cases/P01/consensus-version").text
    for text in ("C told P about the loss of her mother.", "P looked away.", "P wanted to keep"):
        assert text in said
    assert IDEAS["Antecedent"][0] not in said
    assert IDEAS["Consequences"][0] not in said
    assert not [task for task in waiting(people.chi) if "P01" in task]


def _the_auditor_answers(people: People, url: str, second: Person) -> None:
    page = reads(second, url)
    assert "Turn 2 tells of her mother, who is lost to her." in page.text
    page.send("Send the answer", verdict="contests", text="I would still leave it out.")
    assert "contests it: I would still leave it out." in reads(people.ana, url).text


def _a_second_round_shows_what_changed(
    people: People, url: str, first: Person, second: Person
) -> None:
    reads(people.ana, url).send("Ask for a further round")
    assert waiting(second) == ["Audit P01"]
    page = reads(first, url)
    assert "round 2" in page.text
    assert "C told P about the loss of her mother." in page.text
    assert "Since round 1" in page.text
    for auditor in (first, second):
        reads(auditor, url).send("Return with no comments")
    reads(people.ben, url).send("Close the audit")
    assert "closed" in reads(people.ana, f"{people.url}/audits").text


def _the_board_is_sorted(db: Session, people: People, cases: list[ACase]) -> None:
    domain_id = cases[0].domains["Antecedent"]
    board = load_board(db, people.context(db), people.sample.id or 0, domain_id)
    titles = ("The mother", "Breath", "Breathing", "Else")
    made = {title: add_category(db, board, title=title).id for title in titles}
    cards = db.exec(select(CoreIdea).where(CoreIdea.domain_id == domain_id)).all()
    for card in cards:
        told = "mother" in card.text
        breath = "Breathing" if "not breathe" in card.text else "Breath"
        title = "The mother" if told else breath if "breath" in card.text else "Else"
        place(db, board, core_idea_id=card.id, category_id=made[title])
    db.commit()
    url = f"{people.sample_url}/domains/{domain_id}/cross-analysis?beside=agree"
    for judge in (people.ana, people.ben, people.chi, people.dee):
        reads(judge, url).send("Agree")


def _the_board_goes_the_same_way(people: People, ana: Reader) -> None:
    url, team = send_to_auditors(ana, people, "Antecedent")
    assert people.gus in team, "a cross-analysis has an auditor from outside"
    (other,) = (each for each in team if each is not people.gus)
    page = reads(people.gus, url)
    title = {"suggests": "wording", "wording": "The loss of C's mother"}
    comment(page, "category The mother", "title", "Say what it was.", **title)
    merge = {"suggests": "merge", "merge_with": "Breath"}
    comment(page, "category Breathing", "split or merge", "One category.", **merge)
    move = {"suggests": "move", "move_to": "The mother"}
    comment(page, "card 4.1", "wrong domain", "It belongs to the first.", **move)
    page.send("Return my audit")
    page = reads(other, url)
    assert "Say what it was." not in page.text
    page.send("Return with no comments")
    page = reads(people.dee, url)
    assert "3 comments, 0 decided" in page.text
    respond(page, "Say what it was.", "Accept the wording")
    respond(page, "One category.", "Accept the merging")
    respond(page, "It belongs to the first.", "Defer")
    respond(page, "It belongs to the first.", "Reject", reason="P tells of tears, not of her.")
    agree_to_the_responses(people, url)
    reads(people.ana, url).send("Ask for a further round")
    page = reads(people.gus, url)
    assert "The loss of C's mother" in page.text
    assert "Since round 1" in page.text
    assert not page.page.xpath("//h3[contains(., 'Breathing')]")
    for auditor in team:
        reads(auditor, url).send("Return with no comments")
    reads(people.ben, url).send("Close the audit")
