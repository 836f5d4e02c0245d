"""Core ideas edited in place, by two people at once and by keys alone."""

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import col, select

from app.core_ideas.models import CoreIdea, CoreIdeaDraft
from tests.browser.conftest import Live
from tests.core_ideas.a_case import ACase, make_case
from tests.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.pure]

FIRST, SECOND = "P heard of C's mother.", "P felt some of the grief."

COUNT_PUBLISHING = """() => {
  window.published = 0;
  addEventListener("click", (event) => {
    if (!event.target.matches("[data-publish]")) return;
    window.published += 1;
    event.preventDefault();
  }, true);
}"""


@pytest.fixture
def case(live: Live) -> ACase:
    """P07 with two core ideas in Antecedent."""
    with live.write() as db:
        made = make_case(db, live.people)
        for text in (FIRST, SECOND):
            made.add_idea(text)
    return made


def at(live: Live, case: ACase, person: Person) -> Page:
    """Somebody's window on the page."""
    page = live.open(person)
    page.goto(case.url)
    return page


def field(page: Page, number: str) -> Locator:
    """The field of a core idea."""
    return page.get_by_label(f"Core idea {number}", exact=True)


def idea(page: Page, place: int) -> Locator:
    """A core idea by its place on the page, from 1: the ids of the rows tell nothing."""
    return page.locator("li.core-idea").nth(place - 1)


def published(live: Live) -> list[str]:
    """The words of all core ideas, as everybody sees them."""
    with live.database.read() as db:
        in_order = (col(CoreIdea.domain_id), col(CoreIdea.position))
        return list(db.exec(select(CoreIdea.text).order_by(*in_order)))


def drafts(live: Live) -> list[str]:
    """What somebody has typed and not published."""
    with live.database.read() as db:
        return list(db.exec(select(CoreIdeaDraft.text)))


def test_typing_is_kept_and_leaving_the_field_publishes(live: Live, case: ACase) -> None:
    page = at(live, case, live.people.ben)
    field(page, "1.1").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" It hurt.")
    expect(idea(page, 1).locator(".saved")).to_contain_text("kept for you")
    assert (published(live), drafts(live)) == ([FIRST, SECOND], [f"{FIRST} It hurt."])
    page.keyboard.type(" Much.")
    field(page, "1.2").click()
    expect(idea(page, 1).locator(".saved")).to_have_text("saved")
    assert (published(live), drafts(live)) == ([f"{FIRST} It hurt. Much.", SECOND], [])
    expect(field(page, "1.2")).to_be_focused()
    page.get_by_role("button", name="Agree to this version").click()
    expect(page.locator(".toast")).to_contain_text("You agreed to this version")


def test_the_loser_of_two_saves_sees_both_texts_and_loses_none(live: Live, case: ACase) -> None:
    ben, chi = at(live, case, live.people.ben), at(live, case, live.people.chi)
    for page, text in ((chi, "C's mother no longer knew C."), (ben, "P heard of C's loss.")):
        field(page, "1.1").fill(text)
        field(page, "1.2").click()
    expect(ben.locator(".versions")).to_contain_text("Chi changed this core idea")
    expect(ben.locator(".versions")).to_contain_text("C's mother no longer knew C.")
    expect(ben.locator(".versions ins").first).to_be_visible()
    assert published(live) == ["C's mother no longer knew C.", SECOND]
    assert drafts(live) == ["P heard of C's loss."]
    ben.reload()
    expect(ben.locator(".versions")).to_contain_text("P heard of C's loss.")
    ben.get_by_text("Write one of both").click()
    ben.get_by_label("One of both").fill("P heard that C's mother no longer knew C.")
    ben.get_by_role("button", name="Publish this").click()
    expect(field(ben, "1.1")).to_have_value("P heard that C's mother no longer knew C.")
    assert published(live) == ["P heard that C's mother no longer knew C.", SECOND]
    assert drafts(live) == []


def test_a_core_idea_is_split_and_brought_together_by_keys_alone(live: Live, case: ACase) -> None:
    page = at(live, case, live.people.ben)
    field(page, "1.1").focus()
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.keyboard.type("P was moved.")
    change = idea(page, 1).locator("summary", has_text="Change")
    while not change.evaluate("each => each === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    split = idea(page, 1).get_by_role("button", name="Split")
    while not split.evaluate("each => each === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(field(page, "1.2")).to_be_focused()
    expect(field(page, "1.2")).to_have_value("P was moved.")
    assert published(live) == [FIRST, "P was moved.", SECOND]
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(field(page, "1.2")).to_have_value(SECOND)
    assert published(live) == [FIRST, SECOND]


def test_a_field_taken_away_by_a_split_does_not_publish_its_words_again(
    live: Live, case: ACase
) -> None:
    page = at(live, case, live.people.ben)
    page.evaluate(COUNT_PUBLISHING)
    field(page, "1.1").fill(f"{FIRST}\nP was moved.")
    # Neither the menu nor the focus moves, as when the answer is here before the next frame.
    split = idea(page, 1).get_by_role("button", name="Split", include_hidden=True)
    with page.expect_response(lambda answer: answer.url.endswith("/split")):
        split.evaluate("each => each.dispatchEvent(new MouseEvent('click', {cancelable: true}))")
    expect(field(page, "1.2")).to_have_value("P was moved.")
    assert page.evaluate("window.published") == 0
    assert published(live) == [FIRST, "P was moved.", SECOND]


def test_words_in_other_fields_stay_when_something_is_done(live: Live, case: ACase) -> None:
    page = at(live, case, live.people.ben)
    new = page.get_by_label("New core idea in Antecedent")
    new.fill("Half a thou")
    field(page, "1.1").fill("P heard of it.")
    idea(page, 2).locator("summary", has_text="Change").click()
    idea(page, 2).get_by_role("button", name="Move up").click()
    expect(field(page, "1.1")).to_have_value(SECOND)
    expect(field(page, "1.2")).to_have_value("P heard of it.")
    expect(new).to_have_value("Half a thou")
    assert published(live) == [SECOND, "P heard of it."]


def test_core_ideas_are_added_one_after_another(live: Live, case: ACase) -> None:
    page = at(live, case, live.people.ben)
    for text in ("P shared the grief.", "P was silent."):
        new = page.get_by_label("New core idea in Thoughts")
        new.fill(text)
        page.locator(f"#domain-{case.domains['THO']}").get_by_role(
            "button", name="Add core idea"
        ).click()
        expect(new).to_have_value("")
        expect(new).to_be_focused()
    expect(field(page, "2.2")).to_have_value("P was silent.")
    extent = page.locator(f"#domain-{case.domains['EXT']}")
    extent.get_by_role("button", name="not asked").click()
    expect(extent).to_contain_text("No core idea: not asked")
    expect(page.locator("#core-ideas-overview")).to_contain_text("3 of 3")
