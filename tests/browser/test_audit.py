"""An audit in Chromium: two auditors read and comment, the team responds to both side by side."""

import os

import pytest
from playwright.sync_api import Page, expect

from app.audit.service import request_audit
from app.core_ideas.service import add_core_idea
from tests.audit.an_audit import agree_all
from tests.browser.conftest import Live
from tests.domains.a_case import a_case
from tests.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.pure]

HELD, LET_GO = "P held P's breath.", "P let two tears go because some of it was P's own."


@pytest.fixture
def audit(live: Live) -> str:
    """The address of P07's audit by Eli and Gus."""
    people = live.people
    with live.database.session(writing=True) as db:
        case = a_case(db, people, code="P07")
        case.put(db, "I held my breath.", "Antecedent")
        case.put(db, "But some of it was mine. So I let two tears go.", "Reasons for crying")
        for title, text in (("Antecedent", HELD), ("Reasons for crying", LET_GO)):
            context = case.context(db)
            add_core_idea(db, context, domain_id=case.domains[title], text=text)
        agree_all(db, case)
        context = case.context(db)
        auditors = [people.eli.id, people.gus.id]
        asked = request_audit(db, context.scene, context.unit, auditors=auditors, what="P07")
        db.commit()
        return f"{people.url}/audits/{asked.id}"


def at_page(live: Live, person: Person, url: str) -> Page:
    """A person's window at an address."""
    page = live.open(person)
    page.goto(url)
    return page


def picture(page: Page, name: str) -> None:
    """Both themes, in the folder PICTURES if there is one."""
    folder = os.environ.get("PICTURES")
    for theme in ("light", "dark") if folder else ():
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.screenshot(path=f"{folder}/{name}-{theme}.png")


def _comment(page: Page, on: str, text: str) -> None:
    page.get_by_role("link", name=f"Comment on {on}").click()
    page.get_by_label("Comment", exact=True).fill(text)


def test_an_audit_from_the_first_comment_to_the_last_response(live: Live, audit: str) -> None:
    people = live.people
    eli = at_page(live, people.eli, audit)
    _comment(eli, "core idea 2.1", "“Because” is the team's word; P says “some of it was mine”.")
    eli.get_by_label("What is the matter").select_option("interpretation")
    eli.get_by_text("Suggest a change").click()
    eli.get_by_label("Kind of change").select_option("wording")
    eli.get_by_label("Other words").fill("P let two tears go; some of it was P's own.")
    picture(eli, "audit-comment")
    eli.get_by_role("button", name="Keep the comment").click()
    expect(eli.get_by_text("Comment kept.")).to_be_visible()
    _comment(eli, "core idea 1.1", "Stays with what P said. Keep.")
    eli.get_by_label("What is the matter").select_option("praise")
    eli.get_by_role("button", name="Keep the comment").click()
    expect(eli.locator("#return")).to_contain_text("your 2 comments")
    picture(eli, "audit-read")
    eli.get_by_role("button", name="Return my audit").click()

    gus = at_page(live, people.gus, audit)
    expect(gus.get_by_text("Stays with what P said")).to_have_count(0)
    _comment(gus, "core idea 2.1", "Is the ‘letting go’ a consequence?")
    gus.get_by_role("button", name="Keep the comment").click()
    expect(gus.locator("#return")).to_contain_text("your 1 comment")
    gus.get_by_role("button", name="Return my audit").click()
    expect(gus.get_by_text("Your audit is returned")).to_be_visible()

    chi = at_page(live, people.chi, audit)
    ben = at_page(live, people.ben, audit)
    expect(ben.get_by_text("3 comments, 0 decided")).to_be_visible()
    picture(ben, "audit-respond")
    ben.locator("article", has_text="Because").focus()
    ben.keyboard.press("a")
    expect(ben.get_by_text("3 comments, 1 decided")).to_be_visible()
    expect(chi.get_by_text("3 comments, 1 decided")).to_be_visible()
    expect(chi.locator("article", has_text="Because")).to_contain_text("Accepted")
    praise = ben.locator("article", has_text="Stays with what P said")
    praise.get_by_role("button", name="Note", exact=True).click()
    asked = ben.locator("article", has_text="a consequence?")
    asked.get_by_label("Why").fill("Turn 4 tells the reason; what came of it is in turn 5.")
    asked.get_by_role("button", name="Reject").click()
    expect(ben.get_by_text("3 comments, 3 decided")).to_be_visible()
    expect(ben.locator("#in-answer")).to_contain_text("as decided")
    expect(ben.get_by_role("button", name="Agree to the responses")).to_be_visible()
    picture(ben, "audit-decided")
