"""A meeting in Chromium: one judge projects it, the other agrees on their own screen.

Ana has the page on the wall, by keys alone; Ben has his own. What he writes and agrees to appears
on the wall without a reload, and what has the focus there keeps it.
"""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Live
from tests.meetings.a_meeting import AMeeting, a_meeting

pytestmark = [pytest.mark.browser, pytest.mark.pure]


@pytest.fixture
def team(live: Live) -> AMeeting:
    """Two cases and a board in consensus, and no meeting yet."""
    with live.database.session(writing=True) as db:
        return a_meeting(db, live.people, begun=False)


def test_one_projects_and_the_other_agrees_on_their_own_screen(live: Live, team: AMeeting) -> None:
    ana, ben = live.open(live.people.ana), live.open(live.people.ben)
    ana.set_viewport_size({"width": 1280, "height": 720})
    _begin(ana, live)
    _nothing_is_wider_than_the_wall(ana)
    link = ana.get_by_role("link", name="P02", exact=True)
    link.focus()

    ben.goto(ana.url)
    notes = ben.get_by_label("What stays of the talking")
    ben.keyboard.press("n")
    expect(notes).to_be_focused()
    ben.keyboard.type("We began late.")
    expect(ben.locator("#notes-line")).to_have_text("saved")
    expect(ana.locator("#notes")).to_contain_text("We began late.")

    _agree_to_all(ben)
    for unit in ("P01", "P02", "Reasons for crying"):
        agreed = ana.get_by_role("list", name=f"Who has agreed to {unit}")
        expect(agreed.locator("[data-agreed]")).to_have_text(["Ben agreed"])
    expect(link).to_be_focused()

    _to_a_case_and_back(ana)
    _two_write(ana, ben)
    _close(ana, ben)


def _begin(ana: Page, live: Live) -> None:
    ana.goto(f"{live.people.url}/meetings")
    ana.get_by_role("link", name="Begin a meeting").first.click()
    ana.wait_for_load_state()  # before its scripts have come, a page does nothing by itself
    turns = ana.locator("#turns")
    expect(turns).to_contain_text("whose turn it is: Ana")
    ana.get_by_role("checkbox", name="Ben").check()
    expect(turns.get_by_label("Writes")).to_contain_text("whose turn it is: Ben")
    ana.get_by_role("button", name="Begin the meeting").click()
    ana.wait_for_load_state()
    facts = ana.locator(".meeting-facts")
    expect(facts).to_contain_text("Ana")
    expect(facts.locator("dd")).to_have_text(["Ana", "Ben", "Ana, Ben"])


def _nothing_is_wider_than_the_wall(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    sizes = page.locator(".meeting-facts dd, .meeting-what > a, .meeting-judges").evaluate_all(
        "all => all.map(each => parseFloat(getComputedStyle(each).fontSize))"
    )
    assert min(sizes) >= 20


def _agree_to_all(ben: Page) -> None:
    ben.get_by_role("heading", level=1).click()
    ben.keyboard.press("a")
    expect(ben.get_by_role("heading", level=1)).to_have_text("Agree to all of today")
    for box in ben.get_by_role("checkbox").all():
        box.check()
    ben.get_by_role("button", name="Agree to what is ticked").click()
    expect(ben.locator(".toast")).to_contain_text("You agreed to P01, P02, Reasons for crying")
    expect(ben.get_by_role("checkbox")).to_have_count(0)


def _to_a_case_and_back(ana: Page) -> None:
    ana.keyboard.press("1")
    bar = ana.get_by_role("region", name="Meeting", exact=True)
    expect(bar).to_contain_text("Ana speaks first")
    expect(bar.get_by_role("link", name="Next: P02")).to_be_visible()
    bar.get_by_role("link", name="Back to the agenda").click()
    ana.wait_for_load_state()
    expect(ana.locator("#today")).to_be_visible()


def _two_write(ana: Page, ben: Page) -> None:
    """Ana takes the pen: Ben's page says so, but not over words of his that are not saved."""
    ben.get_by_role("link", name="Back to the agenda").click()
    ben.wait_for_load_state()
    notes = ben.get_by_label("What stays of the talking")
    expect(notes).to_have_value("We began late.")
    ana.get_by_role("button", name="I write").click()
    ben.get_by_role("button", name="I write").click()
    expect(ana.get_by_role("button", name="I write")).to_be_visible()
    notes.click()
    ana.get_by_role("button", name="I write").click()
    mine = ana.get_by_label("What stays of the talking")
    mine.fill("We began late. All spoke.")
    expect(ana.locator("#notes-line")).to_have_text("saved")
    notes.fill("We began late. Ben spoke most.")
    both = ben.get_by_role("group", name="Two versions to choose from")
    expect(both).to_contain_text("We began late. All spoke.")
    both.get_by_text("Write one of both").click()
    both.get_by_label("Process notes").fill("We began late. All spoke, Ben most.")
    both.get_by_role("button", name="Save this").click()
    expect(ben.locator("#notes")).to_contain_text("All spoke, Ben most.")


def _close(ana: Page, ben: Page) -> None:
    ana.reload()
    ana.get_by_role("link", name="Close…").click()
    ana.get_by_role("button", name="Close and write the minutes").click()
    for page in (ana, ben):
        expect(page.get_by_role("heading", level=1)).to_have_text("Minutes of meeting 1")
        expect(page.locator(".minutes")).to_contain_text("We began late. All spoke, Ben most.")
        expect(page.locator(".minutes")).to_contain_text("Agreed to by Ben.")
