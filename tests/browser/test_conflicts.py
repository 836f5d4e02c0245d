"""Two people on one text in two windows; a form sent twice; undo by keys; an item's history."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, select

from app.accounts.models import KeptText
from app.cross_analysis.models import Category
from app.domains.models import Block
from tests.browser.conftest import Live
from tests.people import Person
from tests.two_people import Shared, shared_texts

pytestmark = [pytest.mark.browser, pytest.mark.pure]


@pytest.fixture
def texts(live: Live) -> dict[str, Shared]:
    with live.write() as db:
        return shared_texts(db, live.people)


def _conflict(live: Live, text: Shared, person: Person) -> Page:
    """Somebody's window after Ben was first with the memo, while they were writing it."""
    page = live.open(person)
    page.goto(text.page)
    page.get_by_label("Memo", exact=True).fill("It began on a Wednesday.")
    other = live.open(live.people.ben)
    for words in ("It began on a Monday.", "It began on a Tuesday."):
        other.goto(text.page)
        other.get_by_label("Memo", exact=True).fill(words)
        other.get_by_role("button", name="Save memo").click()
        expect(other.locator("#toasts")).to_contain_text("Memo saved")
    other.close()
    page.get_by_role("button", name="Save memo").click()
    expect(page.get_by_role("group", name="Two versions to choose from")).to_be_visible()
    return page


def _memo(live: Live) -> str:
    with live.database.read() as db:
        return next(iter(db.exec(select(Block.memo).where(col(Block.memo) != ""))))


def _kept(live: Live) -> int:
    with live.database.read() as db:
        return len(db.exec(select(KeptText.id)).all())


def test_the_second_of_two_sees_both_texts_and_keeps_the_others(
    live: Live, texts: dict[str, Shared]
) -> None:
    page = _conflict(live, texts["memo"], live.people.ana)
    versions = page.get_by_role("group", name="Two versions to choose from")
    expect(versions.locator("del")).to_have_text("Tuesday")
    expect(versions.locator("ins")).to_have_text("Wednesday")
    assert _kept(live) == 1
    page.get_by_role("button", name="Keep ben’s").click()
    expect(versions).to_have_count(0)
    expect(page.get_by_label("Memo", exact=True)).to_have_value("It began on a Tuesday.")
    assert (_memo(live), _kept(live)) == ("It began on a Tuesday.", 0)


def test_the_second_of_two_replaces_the_others(live: Live, texts: dict[str, Shared]) -> None:
    page = _conflict(live, texts["memo"], live.people.ana)
    page.get_by_role("button", name="Replace by mine").click()
    expect(page.locator(".versions")).to_have_count(0)
    expect(page.get_by_label("Memo", exact=True)).to_have_value("It began on a Wednesday.")
    assert (_memo(live), _kept(live)) == ("It began on a Wednesday.", 0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_second_of_two_writes_one_of_both(
    live: Live, texts: dict[str, Shared], theme: str, tmp_path: Path
) -> None:
    page = _conflict(live, texts["memo"], live.people.ana)
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.get_by_text("Write one of both").click()
    page.screenshot(path=tmp_path / f"conflict-{theme}.png")
    page.locator(".versions").get_by_label("Memo").fill("Tuesday or Wednesday.")
    page.get_by_role("button", name="Save this").click()
    expect(page.locator(".versions")).to_have_count(0)
    expect(page.get_by_label("Memo", exact=True)).to_have_value("Tuesday or Wednesday.")
    assert (_memo(live), _kept(live)) == ("Tuesday or Wednesday.", 0)


def test_a_form_that_stays_open_does_something_new_each_time_and_a_double_click_once(
    live: Live, texts: dict[str, Shared]
) -> None:
    page = live.open(live.people.ben)
    page.goto(texts["category"].page.partition("?")[0])
    keys: list[str] = []
    page.on("request", lambda sent: sent.method == "POST" and keys.append(sent.post_data or ""))
    for title in ("One", "Two"):
        page.get_by_label("New category").fill(title)
        page.locator("#new-category").get_by_role("button", name="Add").click()
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    page.get_by_label("New category").fill("Three")
    page.locator("#new-category").get_by_role("button", name="Add").dblclick()
    expect(page.get_by_role("heading", name="Three", exact=True)).to_be_visible()
    page.wait_for_load_state("networkidle")
    sent = [key.rpartition("form_key")[2] for key in keys]
    assert all(sent)
    assert len(set(sent)) == 3
    with live.database.read() as db:
        titles = db.exec(select(Category.title)).all()
    assert sorted(titles) == ["As it began.", "One", "Three", "Two"]


def test_a_board_is_undone_and_done_again_by_keys(live: Live, texts: dict[str, Shared]) -> None:
    page = live.open(live.people.ben)
    page.goto(texts["category"].page.partition("?")[0])
    undo, redo = page.locator("#turn-undo"), page.locator("#turn-redo")
    expect(undo).to_have_attribute("aria-disabled", "true")
    page.get_by_label("New category").fill("One")
    page.locator("#new-category").get_by_role("button", name="Add").click()
    heading = page.get_by_role("heading", name="One", exact=True)
    expect(heading).to_be_visible()
    expect(undo).not_to_have_attribute("aria-disabled", "true")
    page.locator(".idea-card a").first.focus()
    page.keyboard.press("u")
    expect(heading).to_have_count(0)
    expect(redo).not_to_have_attribute("aria-disabled", "true")
    page.locator(".idea-card a").first.focus()
    page.keyboard.press("Shift+U")
    expect(heading).to_be_visible()


def test_the_history_of_a_block_opens_over_the_page_and_gives_the_focus_back(
    live: Live, texts: dict[str, Shared]
) -> None:
    page = live.open(live.people.ben)
    page.goto(texts["memo"].page)
    opener = page.locator("#block-card .history-link")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="History")
    expect(dialog).to_contain_text("put a passage of P07")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()
