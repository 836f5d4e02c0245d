"""Core ideas discussed by keys: one choice after another, other words typed right there."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Live
from tests.core_ideas.a_revealed_case import ARevealedCase, revealed_case

pytestmark = [pytest.mark.browser, pytest.mark.pure]


@pytest.fixture
def case(live: Live) -> ARevealedCase:
    """P07, revealed."""
    with live.write() as db:
        return revealed_case(db, live.people)


def test_a_team_decides_by_keys_and_edits_the_words_on_the_page(
    live: Live, case: ARevealedCase
) -> None:
    page = live.open(live.people.ben)
    page.goto(case.discussion)
    queue, stands = page.locator("#queue"), page.locator(".stands")
    expect(queue).to_contain_text("3 to discuss")
    page.keyboard.press("w")
    reason = page.get_by_label("Why (stays with the decision)")
    expect(reason).to_be_focused()
    page.keyboard.type("Not a feeling.")
    reason.blur()
    page.get_by_role("button", name="None").click()
    expect(queue).to_contain_text("2 to discuss")
    expect(page.locator("#discussed-head")).to_be_focused()
    expect(page.locator("#discussed-head")).to_contain_text("Thoughts")
    page.keyboard.press("2")
    expect(page.get_by_role("alert")).to_contain_text("still to be agreed")
    page.keyboard.press("c")
    expect(page.locator("#discussed-head")).to_contain_text("Extent")
    page.wait_for_load_state()
    page.keyboard.press("e")
    words = page.get_by_label("Other words")
    words.fill("P shed two tears, in seconds.")
    page.get_by_role("button", name="Take these words").click()
    expect(queue).to_contain_text("1 to discuss")
    page.get_by_role("link", name="Extent").click()
    page.wait_for_load_state()
    expect(stands).to_contain_text("P shed two tears, in seconds.")
    page.keyboard.press("3")
    expect(page.locator("#discussed-head")).to_contain_text("Thoughts")
    page.get_by_role("link", name="Extent").click()
    page.wait_for_load_state()
    expect(stands).to_contain_text("for seconds")
    expect(stands).not_to_contain_text("two tears")
    page.get_by_text("Note a reservation").click()
    page.get_by_label("My reservation").fill("I still count two.")
    page.get_by_role("button", name="Keep it on record").click()
    expect(page.locator(".reservations")).to_contain_text("Ben keeps a reservation")
    page.get_by_role("link", name="Mine").click()
    expect(page.locator(".own-changes").first).to_contain_text("kept")
