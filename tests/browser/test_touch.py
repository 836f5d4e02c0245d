"""A tablet: words selected with a finger are commented on and coded, and everything is tapped."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Live
from tests.browser.test_audit import LET_GO, audit
from tests.browser.test_coding import AWAY, BREATH, MOTHER, blocks, case, stripe
from tests.domains.a_case import ACase
from tests.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.pure]
__all__ = ["audit", "case"]

TABLET = {
    "viewport": {"width": 820, "height": 1180},
    "has_touch": True,
    "is_mobile": True,
    "user_agent": "Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/124.0.0.0 Safari/537.36",
}
FINGER = 44
"""Pixels: what is tapped is at least so high."""

# As when a handle is dragged: the page hears of the selection, and of nothing else.
SELECT = """(element, words) => new Promise((heard) => {
  document.addEventListener("selectionchange", heard, { once: true });
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.data.indexOf(words);
    if (at < 0) continue;
    const text = walker.currentNode;
    getSelection().setBaseAndExtent(text, at, text, at + words.length);
    return;
  }
})"""
EXTEND = """(element) => new Promise((heard) => {
  document.addEventListener("selectionchange", heard, { once: true });
  getSelection().extend(element, element.childNodes.length);
})"""

Opened = Callable[[Person, str], Page]


@pytest.fixture
def tablet(live: Live) -> Opened:
    """Somebody's tablet at an address."""

    def opened(person: Person, url: str) -> Page:
        page = live.open(person, **TABLET)
        page.goto(url)
        page.wait_for_load_state()
        return page

    return opened


def _drag_handles(of: Locator, words: str) -> None:
    of.evaluate(SELECT, words)


def _turn(page: Page, number: int) -> Locator:
    return page.locator(f"#turn-{number} .turn-text")


class Finger:
    """A finger that stays where it is put, until the handles appear and the browser takes over."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)

    def down(self, on: Locator) -> None:
        """Long enough on some words."""
        box = on.bounding_box()
        assert box is not None
        self._send("touchStart", [{"x": box["x"] + 40, "y": box["y"] + 10}])

    def let_go(self) -> None:
        """What a page hears when the handles appear."""
        self._send("touchCancel", [])

    def _send(self, what: str, at: list[dict[str, float]]) -> None:
        self.session.send("Input.dispatchTouchEvent", {"type": what, "touchPoints": at})


def _height(of: Locator) -> float:
    box = of.bounding_box()
    assert box is not None
    return box["height"]


def _stands_below(floating: Locator) -> bool:
    return bool(
        floating.evaluate(
            """(floating) => floating.getBoundingClientRect().top >=
              getSelection().getRangeAt(0).getBoundingClientRect().bottom + 24"""
        )
    )


def test_an_auditor_comments_on_words_between_the_handles_and_returns_by_taps(
    live: Live, tablet: Opened, audit: str
) -> None:
    eli = tablet(live.people.eli, audit)
    _drag_handles(eli.get_by_text(LET_GO, exact=True), "because")
    offer = eli.locator("#quote-popover")
    expect(offer).to_be_visible()
    assert _stands_below(offer)
    assert _height(offer.get_by_role("button")) >= FINGER
    offer.get_by_role("button", name="Comment").tap()
    form = eli.locator("#comment-form")
    expect(form.get_by_label("The words it is about")).to_have_value("because")
    expect(offer).to_be_hidden()

    for field in (form.get_by_label("What is the matter"), form.get_by_text("must", exact=True)):
        assert _height(field) >= FINGER
    form.get_by_label("What is the matter").select_option("interpretation")
    form.get_by_text("must", exact=True).tap()
    form.get_by_label("Comment", exact=True).tap()
    eli.keyboard.type("The team's word.")
    form.get_by_role("button", name="Keep the comment").tap()
    expect(form).to_have_count(0)
    kept = eli.locator("#comments [data-comment]")
    expect(kept).to_contain_text("strongly suggested")
    expect(kept).to_contain_text("“because”")
    eli.get_by_role("button", name="Return my audit").tap()
    expect(eli.get_by_text("Your audit is returned.")).to_be_visible()


def test_nothing_opens_under_a_finger_or_before_the_handles_rest(
    live: Live, tablet: Opened, audit: str
) -> None:
    eli = tablet(live.people.eli, audit)
    eli.clock.install(time=0)
    eli.clock.pause_at(1_000)
    words = eli.get_by_text(LET_GO, exact=True)
    offer = eli.locator("#quote-popover")
    finger = Finger(eli)
    finger.down(words)
    _drag_handles(words, "because")
    eli.clock.run_for(2000)
    expect(offer).to_be_hidden()
    finger.let_go()
    eli.clock.run_for(390)
    _drag_handles(words, "because some of it")
    eli.clock.run_for(390)
    expect(offer).to_be_hidden()
    eli.clock.run_for(20)
    expect(offer).to_be_visible()
    _drag_handles(words, "because some of it was")
    expect(offer).to_be_hidden()


def test_a_judge_codes_a_passage_on_a_tablet(live: Live, tablet: Opened, case: ACase) -> None:
    ben = tablet(live.people.ben, case.url)
    popover = ben.locator("#domain-popover")
    finger = Finger(ben)
    finger.down(_turn(ben, 2))
    _drag_handles(_turn(ben, 2), "held my")
    finger.let_go()
    expect(popover).to_be_visible()
    assert _stands_below(popover)
    expect(popover.get_by_label("Domain")).not_to_be_focused()  # no keyboard over the page
    assert _height(popover.get_by_role("button", name="Antecedent")) >= FINGER
    assert _height(popover.get_by_label("Domain")) >= FINGER
    popover.get_by_role("button", name="Antecedent").tap()
    expect(stripe(ben, 2, "ANT")).to_be_visible()
    expect(popover).to_be_hidden()
    assert ben.evaluate("getSelection().isCollapsed")
    assert blocks(live) == {BREATH: {"Antecedent"}}
    expect(ben.locator("#block-card")).to_be_in_viewport()


def test_handles_are_moved_on_while_the_domains_are_open(
    live: Live, tablet: Opened, case: ACase
) -> None:
    ben = tablet(live.people.ben, case.url)
    popover = ben.locator("#domain-popover")
    _drag_handles(_turn(ben, 2), "her mother")
    expect(popover).to_be_visible()
    _turn(ben, 2).evaluate(EXTEND)
    expect(popover.locator("[name=quote]")).to_have_value(f"{MOTHER} {BREATH} {AWAY}")
    expect(popover).to_be_visible()
    popover.get_by_role("button", name="Not coded").tap()
    expect(ben.locator("#turn-2 .stripe[data-not-coded]")).to_be_visible()


def test_exactly_the_words_between_the_handles_are_coded(
    live: Live, tablet: Opened, case: ACase
) -> None:
    ben = tablet(live.people.ben, case.url)
    popover = ben.locator("#domain-popover")
    _drag_handles(_turn(ben, 2), "her mother")
    expect(popover.locator("[name=quote]")).to_have_value(MOTHER)
    popover.get_by_role("button", name="exact text").tap()
    expect(popover.locator("[name=quote]")).to_have_value("her mother")
    ben.locator("#domain-list").get_by_text("Consequences").tap()
    expect(stripe(ben, 2, "CON")).to_be_visible()
    assert blocks(live) == {"her mother": {"Consequences"}}
