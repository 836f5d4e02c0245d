"""Two judges draft the same case, each in a window of their own, submit, and see both."""

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, select

from app.consensus.models import Assignment, Unit
from app.studies.models import Study
from app.studies.ways import WayOfWorking
from tests.browser.conftest import Live
from tests.domains.a_case import ACase, a_case

pytestmark = [pytest.mark.browser, pytest.mark.pure]


@pytest.fixture
def case(live: Live) -> ACase:
    """P01, judged by Ana and Ben, in a study that drafts independently first."""
    with live.write() as db:
        made = a_case(db, live.people)
        study = db.get_one(Study, live.people.study.id)
        study.way_of_working = WayOfWorking.INDEPENDENT_FIRST
        db.add(study)
        unit = db.exec(select(Unit.id).where(col(Unit.case_id) == made.case_id)).one() or 0
        for judge in (live.people.ana, live.people.ben):
            db.add(Assignment(unit_id=unit, account_id=judge.id))
    return made


def code_a_sentence(window: Page, turn: int, digit: str) -> None:
    """Put the first sentence of a turn into a domain, by keys alone."""
    window.locator(f"#turn-{turn}").focus()
    window.keyboard.press("Shift+ArrowDown")
    window.keyboard.press(digit)


def submit(window: Page) -> None:
    """Submit one's draft, past the page that says what is uncoded."""
    window.get_by_role("link", name="Submit my draft…").click()
    expect(window.get_by_text("Not covered yet")).to_be_visible()
    window.get_by_role("button", name="Submit my draft").click()


def test_two_judges_draft_alone_submit_and_are_revealed(live: Live, case: ACase) -> None:
    ana, ben = live.open(live.people.ana), live.open(live.people.ben)
    for window in (ana, ben):
        window.goto(case.url)
        expect(window.locator(".draft-bar")).to_contain_text("This is your own draft.")
    code_a_sentence(ana, 2, "1")
    expect(ana.locator("a.stripe")).to_have_count(1)
    code_a_sentence(ben, 4, "2")
    expect(ben.locator("a.stripe")).to_have_count(1)
    expect(ben.locator("#page-state")).to_contain_text("0 of 2 submitted")
    ana.reload()
    expect(ana.locator("a.stripe b")).to_have_text(["ANT"])

    submit(ana)
    expect(ana.locator(".draft-bar")).to_contain_text("submitted and frozen")
    expect(ana.locator("#domain-popover")).to_have_count(0)
    ana.get_by_role("button", name="Take my draft back").click()
    expect(ana.locator(".draft-bar")).to_contain_text("This is your own draft.")
    submit(ana)
    ben.reload()
    expect(ben.locator(".draft-bar")).to_contain_text("Submitted: Ana. Still drafting: you.")
    expect(ben.locator("a.stripe b")).to_have_text(["REA"])

    submit(ben)
    for window in (ana, ben):
        window.goto(case.url)
        expect(window.locator(".draft-bar")).to_contain_text("The drafts are revealed.")
    ben.get_by_role("link", name="Discuss the drafts").click()
    for words in ("Ana", "Ben"):
        expect(ben.locator("#main")).to_contain_text(words)
