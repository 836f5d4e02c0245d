"""Amending a core idea from its card in Chromium: the board answers in place, nothing is lost."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Live
from tests.cross_analysis.an_agreed_case import LOSS, make_agreed_case

pytestmark = [pytest.mark.browser, pytest.mark.pure]

CLEARER = "C told P that C's mother did not know C."


def test_a_card_is_amended_split_and_given_back_without_leaving_the_board(live: Live) -> None:
    with live.database.session(writing=True) as db:
        p07 = make_agreed_case(db, live.people)
        url, version = p07.board().url, p07.seen_by().url + "/consensus-version"
    page = live.open(live.people.ben)
    page.goto(url)
    page.locator(".idea-card a").first.focus()
    page.keyboard.press("e")
    panel = page.locator("#panel")
    panel.locator("#amend summary").press("Enter")
    words = panel.get_by_label("Other words")
    expect(words).to_have_value(LOSS)
    words.fill(CLEARER)
    panel.get_by_role("button", name="Amend the wording").press("Enter")
    expect(page.locator(".idea-card a").first).to_contain_text(CLEARER)
    expect(page.locator(":focus")).not_to_have_count(0)
    panel.locator("#amend summary").press("Enter")
    panel.get_by_label("Other words").fill("C told P of C's mother.\nShe did not know C.")
    panel.get_by_role("button", name="Split at the line break").press("Enter")
    expect(page.locator("#cards-unsorted")).to_contain_text("She did not know C.")
    page.get_by_role("link", name="2 amendments").press("Enter")
    withdraw = panel.get_by_role("button", name="withdraw")
    expect(withdraw).to_have_count(2)
    withdraw.nth(1).press("Enter")
    expect(withdraw).to_have_count(1)
    withdraw.press("Enter")
    expect(panel).to_contain_text("None. Open a card")
    expect(page.locator(".idea-card a").first).to_contain_text(LOSS)
    expect(page.locator("#cards-unsorted li")).to_have_count(0)
    page.goto(version)
    expect(page.get_by_role("heading", level=1)).to_have_text("Consensus version 1")
