"""Discussing passages in Chromium: by keys alone, and while somebody else decides."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Live
from tests.domains.a_discussion import MINE, TEARS, YES, ADiscussion, a_discussion

pytestmark = [pytest.mark.browser, pytest.mark.pure]

IN_VIEW = """(element) => {
  const box = element.getBoundingClientRect();
  return box.top >= 0 && box.bottom <= innerHeight;
}"""


@pytest.fixture
def found(live: Live) -> ADiscussion:
    with live.database.session(writing=True) as db:
        return a_discussion(db, live.people)


@pytest.fixture
def window(live: Live, found: ADiscussion) -> Page:
    """Ben at the discussion."""
    page = live.open(live.people.ben)
    page.goto(found.url)
    return page


def current(window: Page) -> str:
    """The title of the point that is open."""
    return window.locator(".point[data-current] h3").inner_text()


def team_stripes(window: Page) -> list[str]:
    """The abbreviations of the team's stripes beside turn 4."""
    stripes = window.locator("#turn-4 .stripe[data-group='3'] b")
    return sorted(stripes.all_inner_texts())


def test_three_points_are_discussed_by_keys_alone(
    live: Live, found: ADiscussion, window: Page
) -> None:
    expect(window.get_by_role("heading", name="3 to discuss")).to_be_visible()
    assert current(window) == "Turn 4 · coded or left out"
    window.keyboard.press("c")
    expect(window.locator(".point[data-current] h3")).to_have_text("Turn 4 · other domain")
    window.keyboard.press("w")
    window.keyboard.type("Both are named. 1 and 2.")
    window.keyboard.press("Escape")
    expect(window.locator(".point[data-current]")).to_be_focused()
    window.keyboard.press("3")
    expect(window.get_by_role("heading", name="2 to discuss")).to_be_visible()
    expect(window.locator(".toast")).to_contain_text("Turn 4: noted. 2 still to discuss.")
    expect(window.locator(".point[data-current]")).to_be_focused()
    assert current(window) == "Turn 4 · not coded by all"
    assert team_stripes(window) == ["CON", "REA"]
    window.keyboard.press("1")
    expect(window.get_by_role("heading", name="1 to discuss")).to_be_visible()
    assert current(window) == "Turn 4 · coded or left out"
    window.keyboard.press("3")
    expect(window.get_by_role("heading", name="0 to discuss")).to_be_visible()
    assert team_stripes(window) == ["CON", "CON", "REA", "n/c"]
    expect(window.get_by_role("button", name="Agree to this version")).to_be_visible()
    with live.database.read() as db:
        decided = {words: found.point(db, words) for words in (YES, MINE, TEARS)}
    assert [point.outcome for point in decided.values()] == [
        "not coded",
        "double-code",
        "one view",
    ]
    assert decided[MINE].reason == "Both are named. 1 and 2."


def test_the_keys_are_listed_and_c_leads_from_the_coding_page(
    found: ADiscussion, window: Page
) -> None:
    window.goto(found.case.url)
    window.keyboard.press("c")
    window.wait_for_url(f"**{found.url}")
    window.keyboard.press("?")
    sheet = window.locator("#keys-sheet")
    expect(sheet).to_contain_text("Next to discuss")
    expect(sheet).to_contain_text("Write why")
    expect(sheet).to_contain_text("As Ben and Chi: Reasons for crying, sentence 1")


def test_whoever_decides_second_keeps_their_words_and_sees_what_was_decided(
    live: Live, found: ADiscussion, window: Page
) -> None:
    other = live.open(live.people.chi)
    other.goto(found.url)
    other.get_by_label("Why (stays with the decision)").fill("It answers the question.")
    window.keyboard.press("3")
    expect(window.get_by_role("heading", name="2 to discuss")).to_be_visible()
    other.locator(".point[data-current]").get_by_role("button", name="Reasons for crying").click()
    expect(other.get_by_role("alert")).to_contain_text(
        "Ben noted a decision on this meanwhile: not coded"
    )
    expect(other.get_by_label("Why (stays with the decision)")).to_have_value(
        "It answers the question."
    )
    other.get_by_role("button", name="Reasons for crying").click()
    expect(other.locator(".toast")).to_contain_text("2 still to discuss")
    with live.database.read() as db:
        point = found.point(db, YES)
    assert (point.decided_by, point.reason) == ("Chi", "It answers the question.")


def test_the_queue_follows_what_others_decide_and_the_place_in_it_stays(
    live: Live, found: ADiscussion, window: Page
) -> None:
    window.set_viewport_size({"width": 1360, "height": 420})
    other = live.open(live.people.chi)
    other.goto(found.url)
    window.keyboard.press("c")
    expect(window.locator(".point[data-current] h3")).to_have_text("Turn 4 · other domain")
    window.locator("#joined summary").click()
    window.keyboard.press("w")
    window.keyboard.type("Both are n")
    why = window.get_by_label("Why (stays with the decision)")
    place = why.evaluate("element => element.getBoundingClientRect().top")
    other.keyboard.press("3")
    expect(window.get_by_role("heading", name="2 to discuss")).to_be_visible(timeout=5_000)
    window.keyboard.type("amed.")
    expect(why).to_be_focused()
    expect(why).to_have_value("Both are named.")
    expect(window.locator("#joined")).to_have_attribute("open", "")
    assert current(window) == "Turn 4 · other domain"
    now = why.evaluate("element => element.getBoundingClientRect().top")
    assert abs(now - place) < 2, "what was decided above has gone, and nothing moved"
    window.keyboard.press("Escape")
    window.keyboard.press("3")
    expect(window.get_by_role("heading", name="1 to discuss")).to_be_visible()
    with live.database.read() as db:
        assert found.point(db, MINE).reason == "Both are named."


def test_a_click_on_another_point_brings_its_turn_into_view_without_a_new_page(
    found: ADiscussion, window: Page
) -> None:
    window.set_viewport_size({"width": 1360, "height": 420})
    window.evaluate("document.documentElement.dataset.same = 'yes'")
    window.locator("#joined summary").click()
    window.get_by_role("link", name="Turn 2 · Antecedent").click()
    expect(window.locator("#turn-2")).to_have_attribute("data-current", "")
    assert window.locator("#turn-2").evaluate(IN_VIEW)
    window.get_by_role("link", name="Turn 4 · other domain").click()
    expect(window.locator("#turn-4")).to_have_attribute("data-current", "")
    assert "?point=" in window.url
    window.go_back()
    expect(window.locator("#turn-2")).to_have_attribute("data-current", "")


def test_a_passage_is_edited_by_hand_and_noted(
    live: Live, found: ADiscussion, window: Page
) -> None:
    window.keyboard.press("w")
    window.keyboard.type("Only the yes.")
    window.keyboard.press("Escape")
    window.keyboard.press("2")
    window.wait_for_url("**/coding?point=*")
    expect(window.locator("#edited-reason")).to_have_value("Only the yes.")
    window.locator("#turn-4").focus()
    window.keyboard.press("Shift+ArrowDown")
    window.keyboard.press("1")
    expect(window.locator("#turn-4 .stripe", has_text="ANT")).to_be_visible()
    expect(window.locator("#edited-by-hand")).to_be_visible()
    window.get_by_role("button", name="Note it as edited").click()
    expect(window.get_by_role("heading", name="2 to discuss")).to_be_visible()
    with live.database.read() as db:
        assert found.point(db, YES).outcome == "edited"
        assert (YES, {"Antecedent"}) in found.placed(db)
