"""Two people at one page: what one changes appears at the other's, who loses nothing of theirs."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from sqlmodel import col, select

from app.core_ideas.models import CoreIdea
from app.live.hub import Hub
from tests.browser.conftest import Live
from tests.core_ideas.a_case import ACase, make_case
from tests.cross_analysis.a_board import ABoard, a_sorted_board
from tests.domains.a_case import ACase as CodedCase
from tests.domains.a_case import a_case
from tests.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.pure]

SOON = 2_000
"""Milliseconds within which others see a change: what is promised."""
FIRST, SECOND = "P heard of C's mother.", "P felt some of the grief."
MOTHER = "😢 She told me about her mother."
TEARS = "So I let two tears go."


@pytest.fixture
def case(live: Live) -> ACase:
    """P07 with two core ideas in Antecedent."""
    with live.write() as db:
        made = make_case(db, live.people)
        for text in (FIRST, SECOND):
            made.add_idea(text)
    return made


@pytest.fixture
def coded(live: Live) -> CodedCase:
    """P01 with nothing coded."""
    with live.write() as db:
        return a_case(db, live.people)


@pytest.fixture
def board(live: Live) -> ABoard:
    """Two categories, a subcategory, one card unsorted and one in Miscellaneous."""
    with live.write() as db:
        return a_sorted_board(db, live.people)


def at(live: Live, url: str, person: Person, window: Page | None = None) -> Page:
    """Somebody's window on a page, listening."""
    page = window or live.open(person)
    with page.expect_response(lambda answer: "/live?" in answer.url):
        page.goto(url)
    return page


def another_window(live: Live, **more: Any) -> BrowserContext:
    """A window of Ana's that no other test gets."""
    browser = live.window().browser
    assert browser is not None
    window = browser.new_context(base_url=live.url, **more)
    live.sign_in(window, live.people.ana.account)
    return window


def until(page: Page, is_so: Callable[[], bool]) -> None:
    """Wait for what does not show on a page."""
    for _ in range(100):
        if is_so():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never became so")


def field(page: Page, number: str) -> Locator:
    """The field of a core idea."""
    return page.get_by_label(f"Core idea {number}", exact=True)


def publish(page: Page, number: str, text: str) -> None:
    """Write other words and leave the field."""
    field(page, number).fill(text)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        field(page, number).blur()


def published(live: Live) -> list[str]:
    """The words of all core ideas, as everybody sees them."""
    with live.database.read() as db:
        return list(db.exec(select(CoreIdea.text).order_by(col(CoreIdea.position))))


def test_a_core_idea_of_another_appears_while_somebody_types(live: Live, case: ACase) -> None:
    ana, ben = at(live, case.url, live.people.ana), at(live, case.url, live.people.ben)
    field(ana, "1.1").click()
    ana.keyboard.press("Control+End")
    ana.keyboard.type(" It was a l")
    publish(ben, "1.2", "P was touched by the grief.")
    expect(field(ana, "1.2")).to_have_value("P was touched by the grief.", timeout=SOON)
    expect(ana.locator(".core-idea[data-changed]")).to_contain_text("1.2")
    expect(ana.locator("#announcer")).to_have_text("Ben changed P07.")
    ana.keyboard.type("ong week.")
    expect(field(ana, "1.1")).to_be_focused()
    expect(field(ana, "1.1")).to_have_value(f"{FIRST} It was a long week.")
    field(ana, "1.2").focus()
    expect(ana.locator("output.saved", has_text="saved")).to_have_count(1)
    assert published(live) == [f"{FIRST} It was a long week.", "P was touched by the grief."]


def test_who_types_in_what_another_changes_keeps_both_texts(live: Live, case: ACase) -> None:
    ana, ben = at(live, case.url, live.people.ana), at(live, case.url, live.people.ben)
    field(ana, "1.1").fill("P heard that C's mother forgot her.")
    publish(ben, "1.1", "P heard of C's loss.")
    expect(ana.locator(".core-idea[data-changed]")).to_contain_text("1.1", timeout=SOON)
    expect(field(ana, "1.1")).to_be_focused()
    expect(field(ana, "1.1")).to_have_value("P heard that C's mother forgot her.")
    field(ana, "1.2").focus()
    versions = ana.locator(".versions")
    expect(versions).to_contain_text("Ben changed this core idea")
    expect(versions).to_contain_text("P heard that C's mother forgot her.")
    assert published(live)[0] == "P heard of C's loss."


def test_nobody_agrees_to_what_they_have_not_been_shown(live: Live, case: ACase) -> None:
    ana, ben = at(live, case.url, live.people.ana), at(live, case.url, live.people.ben)
    field(ana, "1.1").focus()
    publish(ben, "1.1", "P heard of C's loss.")
    expect(ana.locator(".core-idea[data-changed]")).to_have_count(1)
    expect(field(ana, "1.1")).to_have_value(FIRST)
    ana.get_by_role("button", name="Agree to this version").click()
    expect(ana.locator(".toast")).to_contain_text("was changed after you opened this version")
    expect(field(ana, "1.1")).to_have_value("P heard of C's loss.")
    ana.get_by_role("button", name="Agree to this version").click()
    expect(ana.locator(".toast")).to_contain_text("You agreed to this version")


def test_a_block_of_another_appears_while_the_popover_is_open(live: Live, coded: CodedCase) -> None:
    ana, ben = at(live, coded.url, live.people.ana), at(live, coded.url, live.people.ben)
    ana.locator("#turn-4").focus()
    ana.keyboard.press("Shift+ArrowDown")
    ana.keyboard.press("Enter")
    popover = ana.locator("#domain-popover")
    expect(popover.get_by_label("Domain")).to_be_focused()
    ana.keyboard.type("con")
    before = popover.bounding_box()
    ben.locator("#turn-4").focus()
    for key in ("Shift+ArrowDown", "Shift+ArrowDown", "1"):
        ben.keyboard.press(key)
    expect(ana.locator("#turn-4 .stripe", has_text="ANT")).to_be_visible(timeout=SOON)
    expect(ana.locator("#turn-4")).to_have_attribute("data-changed", "")
    expect(ana.locator("#domain-list")).to_contain_text("1 block")
    expect(popover).to_be_visible()
    expect(popover.get_by_label("Domain")).to_be_focused()
    expect(popover.get_by_label("Domain")).to_have_value("con")
    assert popover.bounding_box() == before
    assert ana.evaluate("[...[...CSS.highlights.get('passage')][0].toString()].join('')") == (
        "At first, yes."
    )
    ana.keyboard.press("Enter")
    expect(ana.locator("#turn-4 .stripe", has_text="CON")).to_be_visible()
    expect(ana.locator(".toast")).to_contain_text("Block added.")
    expect(ben.locator("#turn-4 .stripe", has_text="CON")).to_be_visible(timeout=SOON)


def test_a_selection_and_the_block_that_is_open_stay(live: Live, coded: CodedCase) -> None:
    with live.write() as db:
        coded.put(db, MOTHER, "Antecedent", person=live.people.ana)
    ana, ben = at(live, coded.url, live.people.ana), at(live, coded.url, live.people.ben)
    ana.locator("#turn-2 a.stripe").focus()
    ana.get_by_label("Memo").fill("Look ag")
    with live.write() as db:
        coded.put(db, f"{MOTHER} I held my breath.", "Consequences", person=live.people.ben)
    expect(ana.locator("#turn-2 .stripe", has_text="CON")).to_be_visible(timeout=SOON)
    expect(ana.get_by_label("Memo")).to_be_focused()
    expect(ana.get_by_label("Memo")).to_have_value("Look ag")
    ana.locator("#turn-2 a.stripe", has_text="ANT").focus()
    with live.write() as db:
        coded.put(db, MOTHER[:6], "Reasons for crying", person=live.people.chi)
    expect(ana.locator("#turn-2 .stripe", has_text="REA")).to_be_visible(timeout=SOON)
    expect(ana.locator("#turn-2 a.stripe", has_text="ANT")).to_be_focused()
    ben.close()


def test_agreeing_needs_no_reload_after_anothers_change(live: Live, coded: CodedCase) -> None:
    ana = at(live, coded.url, live.people.ana)
    with live.write() as db:
        coded.put(db, TEARS, "Consequences", person=live.people.ben)
    expect(ana.locator("#turn-4 .stripe", has_text="CON")).to_be_visible(timeout=SOON)
    ana.get_by_role("button", name="Agree to this version").click()
    expect(ana.locator(".toast")).to_contain_text("You agreed to this version of P01.")


def test_ones_own_change_fetches_nothing_again_but_in_ones_other_window(
    live: Live, coded: CodedCase
) -> None:
    ana = at(live, coded.url, live.people.ana)
    other = at(live, coded.url, live.people.ana, ana.context.new_page())
    again: list[str] = []
    ana.on("request", lambda asked: again.append(asked.headers.get("concord-live", "")))
    ana.bring_to_front()
    ana.locator("#turn-2").focus()
    for key in ("Shift+ArrowDown", "1"):
        ana.keyboard.press(key)
    expect(other.locator("#turn-2 .stripe", has_text="ANT")).to_be_visible()
    expect(other.locator("#announcer")).to_have_text("You, in another window, changed P01.")
    expect(ana.locator("#turn-2 .stripe", has_text="ANT")).to_be_visible()
    assert "page" not in again


def test_a_card_moves_on_a_board_while_a_category_is_being_named(live: Live, board: ABoard) -> None:
    url = f"{live.people.sample_url}/domains/{board.domain_id}/cross-analysis"
    ana, ben = at(live, url, live.people.ana), at(live, url, live.people.ben)
    ana.get_by_label("New category").fill("After")
    card = ben.locator(".idea-card a", has_text="P was tired.")
    card.focus()
    ben.keyboard.press("m")
    ben.keyboard.type("deep")
    ben.keyboard.press("Enter")
    deeper = ana.locator(f"#cards-{board.categories['Deeper work']}")
    expect(deeper).to_contain_text("P was tired.", timeout=SOON)
    expect(ana.locator("#count-unsorted")).to_have_text("0")
    expect(deeper.locator(".idea-card[data-changed]")).to_contain_text("P was tired.")
    expect(ana.get_by_label("New category")).to_be_focused()
    expect(ana.get_by_label("New category")).to_have_value("After")
    expect(ana.locator('.idea-card a[tabindex="0"]')).to_have_count(1)


def test_the_overview_follows_what_the_team_does(live: Live, coded: CodedCase) -> None:
    ana = at(live, live.people.url, live.people.ana)
    expect(ana.locator(".board-of-cases")).not_to_contain_text("Consensus")
    expect(ana.locator("#panel")).not_to_contain_text("put a passage")
    with live.write() as db:
        coded.put(db, TEARS, "Consequences", person=live.people.ben)
    expect(ana.locator("#panel")).to_contain_text("put a passage", timeout=SOON)


def test_who_is_here_is_shown_with_the_room_and_gone_when_they_leave(
    live: Live, case: ACase
) -> None:
    ana = at(live, case.url, live.people.ana)
    ben = at(live, case.url.replace("core-ideas", "coding"), live.people.ben)
    chi = at(live, live.people.url, live.people.chi)
    here = ana.locator("#presence")
    expect(here).to_contain_text("Ben here domain coding", timeout=SOON)
    expect(here.get_by_role("img", name="Chi, here now")).to_be_visible()
    expect(here.locator("li").first).to_contain_text("Ben")
    ben.close()
    chi.close()
    expect(here).to_be_empty()


def test_a_window_in_the_background_rests_and_catches_up(live: Live, coded: CodedCase) -> None:
    ana = another_window(live).new_page()
    ana.clock.install()
    at(live, coded.url, live.people.ana, ana)
    listeners = Hub.of(live.app.state)._listeners
    expect(ana.locator("#turn-4")).to_be_visible()
    until(ana, lambda: len(listeners) == 1)
    hide = "Object.defineProperty(document, 'hidden', {value: %s, configurable: true})"
    ana.evaluate(hide % "true" + "; document.dispatchEvent(new Event('visibilitychange'))")
    ana.clock.run_for(11_000)
    until(ana, lambda: not listeners)
    with live.write() as db:
        coded.put(db, TEARS, "Consequences", person=live.people.ben)
    ana.evaluate(hide % "false" + "; document.dispatchEvent(new Event('visibilitychange'))")
    ana.clock.run_for(1_000)
    expect(ana.locator("#turn-4 .stripe", has_text="CON")).to_be_visible()
    ana.context.close()


def test_without_scripts_nothing_is_missing(live: Live, coded: CodedCase) -> None:
    page = another_window(live, java_script_enabled=False).new_page()
    page.goto(coded.url)
    expect(page.locator("#turn-4")).to_be_visible()
    expect(page.locator("#presence")).to_be_empty()
    expect(page.locator("#live-page")).to_be_hidden()
    page.context.close()
