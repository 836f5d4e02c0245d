"""A case coded by hand: selecting with the mouse, the popover, and keys alone."""

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import col, select

from app.domains.models import Block, BlockDomain, Domain, NotCoded
from app.studies.models import Member
from tests.browser.conftest import Live
from tests.domains.a_case import ACase, a_case

pytestmark = [pytest.mark.browser, pytest.mark.pure]

MOTHER = "😢 She told me about her mother."
BREATH = "I held my breath."
AWAY = "Then I looked away."

WHERE_WORDS_STAND = """([id, words]) => {
  const walker = document.createTreeWalker(document.getElementById(id), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.data.indexOf(words);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(walker.currentNode, at);
    range.setEnd(walker.currentNode, at + words.length);
    const box = range.getBoundingClientRect();
    return [box.left, box.right, box.top + box.height / 2];
  }
}"""


@pytest.fixture
def case(live: Live) -> ACase:
    """One short interview, three domains, nothing coded."""
    with live.write() as db:
        return a_case(db, live.people)


@pytest.fixture
def window(live: Live, case: ACase) -> Page:
    """Ben at the case."""
    page = live.open(live.people.ben)
    page.goto(case.url)
    return page


def stripe(window: Page, turn: int, abbreviation: str) -> Locator:
    """The stripe of a domain beside a turn."""
    return window.locator(f"#turn-{turn} .stripe", has_text=abbreviation)


def drag_over(window: Page, first: str, last: str, *, turn: int = 2, to_turn: int = 0) -> None:
    """Select with the mouse from the first letter of `first` to the last of `last`."""
    left, _, top = window.evaluate(WHERE_WORDS_STAND, [f"turn-{turn}", first])
    _, right, bottom = window.evaluate(WHERE_WORDS_STAND, [f"turn-{to_turn or turn}", last])
    window.mouse.move(left + 1, top)
    window.mouse.down()
    window.mouse.move(right - 1, bottom, steps=4)
    window.mouse.up()
    if window.locator("#domain-popover").count():
        expect(window.locator("#domain-popover .picker-filter")).to_be_focused()


def blocks(live: Live) -> dict[str, set[str]]:
    """Every block's words and the titles of its domains."""
    found: dict[str, set[str]] = {}
    with live.database.read() as db:
        rows = db.exec(
            select(Block.quote, Domain.title)
            .join(BlockDomain, col(BlockDomain.block_id) == col(Block.id))
            .join(Domain, col(Domain.id) == col(BlockDomain.domain_id))
        )
        for quote, title in rows:
            found.setdefault(quote, set()).add(title)
    return found


def is_in_transcript(window: Page) -> bool:
    """Has the transcript, or something in it, the focus?"""
    return bool(window.evaluate("document.activeElement.closest('transcript-pane') !== null"))


def test_a_passage_behind_an_emoji_is_selected_with_the_mouse_and_put_in_a_typed_domain(
    live: Live, window: Page
) -> None:
    drag_over(window, "held", "breath")
    popover = window.get_by_role("form", name="Put the passage in a domain")
    expect(popover).to_be_visible()
    expect(popover.get_by_label("Domain")).to_be_focused()
    window.keyboard.type("reas")
    expect(popover.get_by_role("button", name="Reasons for crying")).to_be_visible()
    expect(popover.get_by_role("button", name="Antecedent")).to_be_hidden()
    window.keyboard.press("Enter")
    expect(stripe(window, 2, "REA")).to_be_visible()
    expect(popover).to_be_hidden()
    expect(window.locator(".toast")).to_contain_text("Block added.")
    assert blocks(live) == {BREATH: {"Reasons for crying"}}


def test_the_popover_stands_at_the_selection_on_a_scrolled_page(live: Live, window: Page) -> None:
    window.set_viewport_size({"width": 1360, "height": 320})
    window.locator("#turn-4").scroll_into_view_if_needed()
    drag_over(window, "some of it", "mine", turn=4)
    box = window.locator("#domain-popover").bounding_box()
    _, right, middle = window.evaluate(WHERE_WORDS_STAND, ["turn-4", "mine"])
    assert box is not None
    assert abs(box["x"] - right) < 400
    assert min(abs(box["y"] - middle), abs(box["y"] + box["height"] - middle)) < 60


def test_a_digit_in_the_popover_takes_the_domain_at_once(live: Live, window: Page) -> None:
    drag_over(window, "She told", "mother")
    window.keyboard.press("3")
    expect(stripe(window, 2, "CON")).to_be_visible()
    assert blocks(live) == {MOTHER: {"Consequences"}}


def test_alt_keeps_exactly_what_was_selected(live: Live, window: Page) -> None:
    window.keyboard.down("Alt")
    drag_over(window, "her mother", "her mother")
    window.keyboard.up("Alt")
    window.keyboard.press("1")
    expect(stripe(window, 2, "ANT")).to_be_visible()
    assert blocks(live) == {"her mother": {"Antecedent"}}


def test_a_selection_over_several_turns_is_one_block(live: Live, window: Page) -> None:
    drag_over(window, "looked", "yes", to_turn=4)
    window.keyboard.press("1")
    expect(window.locator(".stripe[data-domain]")).to_have_count(3)
    expect(window.locator("a.stripe[data-domain]")).to_have_count(1)
    assert list(blocks(live)) == [f"{AWAY}\nYou wanted to keep it from her.\nAt first, yes."]


def test_a_selection_that_overlaps_a_block_gets_a_lane_of_its_own(live: Live, window: Page) -> None:
    drag_over(window, "She told", "breath")
    window.keyboard.press("1")
    expect(stripe(window, 2, "ANT")).to_have_attribute("data-lane", "0")
    drag_over(window, "held", "away")
    window.keyboard.press("3")
    expect(stripe(window, 2, "CON")).to_have_attribute("data-lane", "1")
    expect(window.locator("#turn-2 .run[data-hue-2]")).to_have_text(f"{BREATH}")
    assert set(blocks(live)) == {f"{MOTHER} {BREATH}", f"{BREATH} {AWAY}"}


def test_a_domain_of_the_panel_takes_the_passage_too(live: Live, window: Page) -> None:
    drag_over(window, "held", "breath")
    window.locator("#domain-list").get_by_role("link", name="Consequences").click()
    expect(stripe(window, 2, "CON")).to_be_visible()
    assert blocks(live) == {BREATH: {"Consequences"}}
    window.locator("#turn-5").focus()
    window.locator("#domain-list").get_by_role("link", name="Consequences").click()
    expect(stripe(window, 2, "CON")).to_be_focused()


def test_escape_lets_go_of_the_selection(live: Live, window: Page) -> None:
    drag_over(window, "held", "breath")
    window.keyboard.press("Escape")
    expect(window.locator("#domain-popover")).to_be_hidden()
    window.keyboard.press("1")
    window.locator("#turn-2").focus()
    window.keyboard.press("1")
    assert blocks(live) == {}


def test_a_case_is_coded_by_keys_alone_and_the_focus_stays_in_the_transcript(
    live: Live, window: Page
) -> None:
    keys = window.keyboard
    window.locator("#transcript").focus()
    keys.press("n")
    expect(window.locator("#turn-2")).to_be_focused()
    keys.press("Shift+ArrowDown")
    keys.press("Shift+ArrowDown")
    keys.press("1")
    expect(stripe(window, 2, "ANT")).to_be_visible()
    assert blocks(live) == {f"{MOTHER} {BREATH}": {"Antecedent"}}
    expect(window.locator("#turn-2")).to_be_focused()

    expect(window.locator("#block-card")).to_contain_text("Turn 2")
    keys.press("3")
    expect(stripe(window, 2, "CON")).to_be_visible()
    assert blocks(live) == {f"{MOTHER} {BREATH}": {"Antecedent", "Consequences"}}

    keys.press("]")
    expect(window.locator("#block-card blockquote")).to_contain_text(AWAY)
    keys.press("{")
    expect(window.locator("#block-card blockquote")).not_to_contain_text("mother")
    assert list(blocks(live)) == [f"{BREATH} {AWAY}"]

    keys.press("m")
    expect(window.get_by_label("Memo")).to_be_focused()
    keys.type("Look again.")
    keys.press("Tab")
    keys.press("Enter")
    expect(window.locator(".toast")).to_contain_text("Memo saved.")

    window.locator("#turn-2").focus()
    keys.press("Tab")
    expect(stripe(window, 2, "ANT")).to_be_focused()
    expect(window.get_by_label("Memo")).to_have_value("Look again.")
    keys.press("x")
    expect(stripe(window, 2, "ANT")).to_have_count(0)
    expect(window.locator("#turn-2")).to_be_focused()
    assert blocks(live) == {}
    keys.press("u")
    expect(stripe(window, 2, "ANT")).to_be_visible()
    assert is_in_transcript(window)
    keys.press("u")
    expect(window.get_by_label("Memo")).to_have_value("")
    keys.press("U")
    expect(window.get_by_label("Memo")).to_have_value("Look again.")


def test_keys_go_from_turn_to_turn_and_to_what_is_not_coded_yet(live: Live, window: Page) -> None:
    keys = window.keyboard
    window.locator("#turn-1").focus()
    keys.press("j")
    keys.press("j")
    expect(window.locator("#turn-3")).to_be_focused()
    keys.press("n")
    expect(window.locator("#turn-4")).to_be_focused()
    keys.press("j")
    keys.press("Shift+ArrowDown")
    keys.press("-")
    expect(window.locator("#turn-5 .stripe[data-not-coded]")).to_be_visible()
    expect(window.locator("#coverage")).to_contain_text("1 of 3")
    with live.database.read() as db:
        assert db.exec(select(NotCoded.quote)).one() == "Mm-hm."
    keys.press("N")
    expect(window.locator("#turn-4")).to_be_focused()
    keys.press("b")
    expect(window.get_by_role("button", name="Backlight")).to_have_attribute("aria-pressed", "true")
    keys.press("/")
    expect(window.get_by_label("Search this transcript")).to_be_focused()
    keys.type("looked away")
    keys.press("Enter")
    expect(window.locator(".run[data-found]")).to_have_text("looked away")
    expect(window.locator("#turn-2")).to_be_focused()


def test_the_coding_of_another_shows_with_ones_own_next_change(
    live: Live, window: Page, case: ACase
) -> None:
    with live.write() as db:
        case.put(db, "So I let two tears go.", "Antecedent", person=live.people.chi)
    drag_over(window, "held", "breath")
    window.keyboard.press("3")
    expect(stripe(window, 2, "CON")).to_be_visible()
    expect(stripe(window, 4, "ANT")).to_be_visible()


def test_where_nothing_may_be_changed_a_selection_is_the_readers_own(
    live: Live, case: ACase
) -> None:
    with live.write() as db:
        ana = db.exec(select(Member).where(col(Member.account_id) == live.people.ana.id)).one()
        ana.is_judge = False
        db.add(ana)
    page = live.open(live.people.ana)
    page.goto(case.url)
    drag_over(page, "held", "breath")
    assert page.evaluate("getSelection().toString()").startswith("held my breath")
    expect(page.locator("#domain-popover")).to_have_count(0)
