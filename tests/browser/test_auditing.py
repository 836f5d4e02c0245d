"""Auditing in Chromium by hand and by keyboard: selecting, typing, two windows, answering."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Live
from tests.browser.test_audit import HELD, at_page, audit, picture

pytestmark = [pytest.mark.browser, pytest.mark.pure]
__all__ = ["audit"]

IDEA = "P let two tears go because some of it was P's own."


def _select(page: Page, words: str, within: str) -> None:
    """Mark words of an item with the mouse's own means."""
    page.get_by_text(within, exact=True).evaluate(
        """(element, words) => {
            const text = element.firstChild, start = text.data.indexOf(words);
            getSelection().setBaseAndExtent(text, start, text, start + words.length);
        }""",
        words,
    )


def _form(page: Page) -> Locator:
    return page.locator("#comment-form")


def _type(page: Page, words: str) -> None:
    page.get_by_label("Comment", exact=True).fill(words)
    expect(page.locator("#comment-saved")).to_contain_text("saved")


def test_words_that_are_selected_are_commented_on_and_what_is_typed_is_kept(
    live: Live, audit: str
) -> None:
    eli = at_page(live, live.people.eli, audit)
    _select(eli, "because", IDEA)
    expect(eli.locator("#quote-popover")).to_be_visible()
    picture(eli, "audit-selected")
    eli.locator("#quote-popover").get_by_role("button", name="Comment").click()
    expect(eli.get_by_label("The words it is about")).to_have_value("because")
    expect(eli.get_by_label("Comment", exact=True)).to_be_focused()
    assert eli.url == audit or eli.url.endswith(audit)
    _type(eli, "The team's word.")
    expect(eli.locator("#comments")).to_contain_text("The team's word.")
    picture(eli, "audit-typed")

    # Another window, in which the same comment is changed; then the first one types on.
    other = eli.context.new_page()
    other.goto(audit)
    other.get_by_role("link", name="Change the comment on core idea 2.1").click()
    _type(other, "P never says because.")
    eli.get_by_label("Comment", exact=True).fill("The team's word, not P's.")
    versions = eli.locator("#comment-versions")
    expect(versions).to_contain_text("P never says because.")
    expect(versions).to_contain_text("The team's word, not P's.")
    eli.reload()
    eli.get_by_role("link", name="Change the comment on core idea 2.1").click()
    expect(versions).to_contain_text("P never says because.")
    picture(eli, "audit-two-versions")
    versions.get_by_role("button", name="Replace by what is here").click()
    expect(eli.locator("#comments")).to_contain_text("The team's word, not P's.")
    expect(eli.locator("#comments")).not_to_contain_text("P never says because.")

    # What is typed is saved too where another comment is opened at once.
    eli.get_by_role("link", name="Comment on passage 2a").click()
    expect(_form(eli).locator("h2")).to_have_text("Passage 2a")
    eli.get_by_label("Comment", exact=True).press_sequentially("Hm.")
    eli.get_by_role("link", name="Comment on the domain Antecedent").evaluate(
        "link => link.click()"
    )
    expect(_form(eli).locator("h2")).to_have_text("Domain 1")
    expect(eli.locator("#comments [data-comment]")).to_have_count(2)
    eli.get_by_role("button", name="Take away the comment on passage 2a").click()

    # Nothing typed is nothing kept, and what is taken away can be brought back.
    eli.get_by_role("link", name="Comment on passage 1a").click()
    expect(_form(eli).locator("h2")).to_have_text("Passage 1a")
    _form(eli).get_by_label("Comment", exact=True).fill("x")
    expect(eli.locator("#comments [data-comment]")).to_have_count(2)
    _form(eli).get_by_label("Comment", exact=True).fill("")
    expect(eli.locator("#comment-saved")).to_contain_text("Empty, so it is not kept.")
    expect(eli.locator("#comments [data-comment]")).to_have_count(1)
    eli.get_by_role("button", name="Undo").click()
    expect(eli.get_by_text("The comment is back.")).to_be_visible()
    expect(_form(eli).get_by_label("Comment", exact=True)).to_have_value("x")
    eli.wait_for_load_state()
    _form(eli).get_by_label("Comment", exact=True).fill("")
    expect(eli.locator("#comment-saved")).to_contain_text("Empty, so it is not kept.")
    expect(eli.locator("#comments [data-comment]")).to_have_count(1)
    eli.get_by_role("link", name="Close").click()
    expect(_form(eli)).to_have_count(0)
    eli.get_by_role("button", name="Take away the comment on core idea 2.1").click()
    expect(eli.get_by_text("None yet.")).to_be_visible()
    eli.get_by_role("button", name="Undo").click()
    expect(eli.locator("#comments")).to_contain_text("The team's word, not P's.")


def test_an_audit_is_read_commented_and_answered_by_keyboard_alone(live: Live, audit: str) -> None:
    eli = at_page(live, live.people.eli, audit)
    for key in ("j", "j"):
        eli.keyboard.press(key)
    expect(eli.locator("[data-item]", has_text=HELD).first).to_be_focused()
    eli.keyboard.press("c")
    expect(eli.get_by_label("Comment", exact=True)).to_be_focused()
    eli.keyboard.type("Keep.")
    eli.keyboard.press("Escape")
    expect(_form(eli)).to_have_count(0)
    expect(eli.locator("[data-item]", has_text=HELD).first).to_be_focused()
    expect(eli.locator("#comments")).to_contain_text("Keep.")
    eli.keyboard.press("Enter")
    expect(eli.locator("[data-comment]")).to_be_focused()
    eli.keyboard.press("Enter")
    expect(eli.get_by_label("Comment", exact=True)).to_have_value("Keep.")
    eli.keyboard.press("Escape")
    expect(_form(eli)).to_have_count(0)
    eli.keyboard.press("?")
    expect(eli.locator("#keys-sheet")).to_contain_text("Next, previous item")
    eli.keyboard.press("Escape")
    eli.get_by_role("button", name="Return my audit").press("Enter")
    expect(eli.get_by_text("Your audit is returned.")).to_be_visible()
    gus = at_page(live, live.people.gus, audit)
    gus.get_by_role("button", name="Return with no comments").press("Enter")
    expect(gus.get_by_text("The team responds next.")).to_be_visible()

    ben = at_page(live, live.people.ben, audit)
    ben.keyboard.press("j")
    expect(ben.locator("[data-card]")).to_be_focused()
    ben.keyboard.press("r")
    expect(ben.get_by_label("Why")).to_be_focused()
    ben.keyboard.type("It is P's own word.")
    ben.keyboard.press("Escape")
    expect(ben.locator("[data-card]")).to_be_focused()
    ben.keyboard.press("d")
    expect(ben.get_by_text("1 comment, 0 decided")).to_be_visible()
    expect(ben.locator("[data-card]")).to_contain_text("Deferred")
    ben.keyboard.press("n")
    expect(ben.get_by_text("The audit is closed.")).to_be_visible()
