"""A board sorted by hand: with the mouse and by keys alone."""

import pytest
from playwright.sync_api import Locator, Page, expect

from app.cross_analysis.service import remove_category
from tests.browser.conftest import Live
from tests.cross_analysis.a_board import ABoard, a_sorted_board

pytestmark = [pytest.mark.browser, pytest.mark.pure]


@pytest.fixture
def board(live: Live) -> ABoard:
    """Two categories, a subcategory, one card unsorted and one in Miscellaneous."""
    with live.write() as db:
        return a_sorted_board(db, live.people)


@pytest.fixture
def window(live: Live, board: ABoard) -> Page:
    """Ben at the board."""
    page = live.open(live.people.ben)
    page.goto(f"{live.people.sample_url}/domains/{board.domain_id}/cross-analysis")
    return page


def place(window: Page, key: object) -> Locator:
    """The cards in one place of the board."""
    return window.locator(f"#cards-{key} a")


def card(window: Page, text: str) -> Locator:
    """A card by its text, in its first place."""
    return window.locator(".idea-card a", has_text=text).first


def test_a_card_is_dragged_into_a_category_and_taken_back(window: Page, board: ABoard) -> None:
    deeper = board.categories["Deeper work"]
    card(window, "P was tired.").drag_to(window.locator(f"#cards-{deeper}"))
    expect(place(window, deeper)).to_have_text(["P01 P felt close to C.", "P02 P was tired."])
    expect(window.locator("#count-unsorted")).to_have_text("0")
    expect(card(window, "P was tired.")).to_be_focused()
    window.get_by_role("button", name="Undo", exact=True).click()
    expect(place(window, "unsorted")).to_have_text(["P02 P was tired."])
    window.reload()
    expect(place(window, deeper)).to_have_text(["P01 P felt close to C."])


def test_a_refused_drag_puts_the_card_back(window: Page, board: ABoard, live: Live) -> None:
    deeper = board.categories["Deeper work"]
    window.context.route("**/live?*", lambda route: route.abort())
    window.reload()
    with live.write() as db:
        board.db = db
        remove_category(db, board.seen_by(), category_id=deeper, cards_too=True)
    card(window, "P was tired.").drag_to(window.locator(f"#cards-{deeper}"))
    expect(window.locator(".toast")).to_contain_text("removed meanwhile")
    expect(place(window, "unsorted")).to_have_text(["P02 P was tired."])


def test_a_card_is_moved_by_keys_alone_and_keeps_the_focus(window: Page, board: ABoard) -> None:
    card(window, "P was tired.").focus()
    window.keyboard.press("m")
    expect(window.get_by_role("textbox", name="Category", exact=True)).to_be_focused()
    window.keyboard.type("cared")
    window.keyboard.press("Enter")
    idea, cared = board.ideas["P was tired."], board.categories["C felt cared for"]
    expect(window.locator(f"#card-{idea}-{cared}")).to_be_focused()
    expect(window.locator(".toast")).to_contain_text("P02 moved to 'C felt cared for'.")
    window.keyboard.press("x")
    expect(window.locator(f"#card-{idea}-")).to_be_focused()
    expect(place(window, "unsorted")).to_have_text(["P02 P was tired."])


def test_shift_enter_makes_the_category_that_was_typed(window: Page, board: ABoard) -> None:
    card(window, "P was tired.").focus()
    window.keyboard.press("m")
    window.keyboard.type("Aftermath")
    expect(window.locator("#move-popover [data-typed]")).to_have_text("“Aftermath”")
    window.keyboard.press("Shift+Enter")
    column = window.locator(".column", has=window.get_by_role("heading", name="Aftermath"))
    expect(column.locator(".idea-card a")).to_have_text(["P02 P was tired."])
    expect(card(window, "P was tired.")).to_be_focused()
    window.keyboard.press("m")
    window.keyboard.type("after")
    expect(window.locator("#move-popover [data-top]")).to_have_text("Aftermath")


def test_a_card_is_added_to_a_second_category_and_says_so_in_both(
    window: Page, board: ABoard
) -> None:
    cared, deeper = board.categories["C felt cared for"], board.categories["Deeper work"]
    idea = board.ideas["C spoke of the loss."]
    window.locator(f"#card-{idea}-{cared}").focus()
    window.keyboard.press("a")
    window.keyboard.type("deep")
    window.keyboard.press("Enter")
    expect(window.locator(f"#card-{idea}-{deeper}")).to_be_focused()
    both = window.locator(".idea-card[data-double]", has_text="C spoke of the loss.")
    expect(both.locator(".card-meta")).to_have_text(
        ["also in Deeper work", "also in C felt cared for"]
    )


def test_several_selected_cards_move_together(window: Page, board: ABoard) -> None:
    card(window, "C spoke of the loss.").focus()
    window.keyboard.press("Space")
    window.keyboard.press("ArrowDown")
    window.keyboard.press("Space")
    window.keyboard.press("m")
    window.keyboard.type("deep")
    window.keyboard.press("Enter")
    expect(place(window, board.categories["Deeper work"])).to_have_count(3)


def test_counts_are_hidden_while_sorting_and_shown_by_a_switch(window: Page) -> None:
    counts = window.locator(".column-count:not(:empty)")
    expect(counts).to_have_count(0)
    window.get_by_role("link", name="Counts: hidden").click()
    expect(counts).to_have_text(["2", "2", "1"])
    window.wait_for_load_state()
    card(window, "P was tired.").focus()
    window.keyboard.press("m")
    window.keyboard.type("deep")
    window.keyboard.press("Enter")
    expect(counts).to_have_text(["2", "2", "2"])


def test_the_cards_are_one_tab_stop_and_arrows_move_between_them(window: Page) -> None:
    expect(window.locator('.idea-card a[tabindex="0"]')).to_have_count(1)
    card(window, "P was tired.").focus()
    window.keyboard.press("ArrowDown")
    expect(card(window, "P changed the seating.")).to_be_focused()
    window.keyboard.press("ArrowRight")
    expect(window.locator(".column a:focus")).to_have_count(1)
    window.keyboard.press("Tab")
    assert not window.locator(".idea-card a:focus").count()


def test_raw_data_opens_beside_the_board_and_closes_without_losing_the_place(
    window: Page,
) -> None:
    card(window, "P was tired.").focus()
    window.keyboard.press("e")
    panel = window.locator("#panel")
    expect(panel.get_by_role("heading", level=2)).to_have_text("P02 Core idea")
    expect(card(window, "P was tired.")).to_be_focused()
    window.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(card(window, "P was tired.")).to_be_focused()


def test_the_panel_follows_what_it_changes(window: Page) -> None:
    card(window, "P was tired.").click()
    panel = window.locator("#panel")
    panel.get_by_label("Put it into").select_option(label="Deeper work")
    panel.get_by_role("button", name="Move there").click()
    expect(panel.locator(".places li")).to_contain_text(["Deeper work"])
    panel.get_by_role("button", name="take out").click()
    expect(panel.locator(".places li")).to_contain_text(["Unsorted"])


def test_placing_an_unsorted_card_beside_the_board_opens_the_next_one(
    window: Page, live: Live, board: ABoard
) -> None:
    with live.write() as db:
        board.db = db
        board.add_idea("P02", "P was moved.")
    window.reload()
    card(window, "P was tired.").click()
    panel = window.locator("#panel")
    panel.get_by_label("Put it into").select_option(label="Deeper work")
    panel.get_by_role("button", name="Move there").click()
    expect(panel.locator("p.book").first).to_have_text("P was moved.")
    expect(panel.locator(".places li")).to_have_text(["Unsorted"])
    deeper = board.categories["Deeper work"]
    expect(place(window, deeper)).to_have_text(["P01 P felt close to C.", "P02 P was tired."])
    panel.get_by_label("Put it into").select_option(label="Deeper work")
    panel.get_by_role("button", name="Move there").click()
    expect(panel.locator(".places li")).to_contain_text(["Deeper work"])


def test_a_category_is_renamed_ordered_and_removed_beside_the_board(
    window: Page, board: ABoard
) -> None:
    window.get_by_role("link", name="Change Deeper work").click()
    title = window.get_by_label("Title", exact=True)
    expect(title).to_be_focused()
    title.fill("felt closer")
    window.keyboard.press("Enter")
    expect(window.locator("#panel .error")).to_contain_text("already")
    expect(title).to_have_value("felt closer")
    title.fill("Work went deeper")
    window.keyboard.press("Enter")
    heads = window.locator(".column > .column-head h2")
    expect(heads).to_have_text(["Felt closer", "Work went deeper"])
    window.get_by_role("button", name="To the left").click()
    expect(heads).to_have_text(["Work went deeper", "Felt closer"])
    window.get_by_role("button", name="Remove the category").click()
    expect(window.locator("#panel .notice")).to_contain_text("has cards")
    window.get_by_label("go back to the unsorted ones").check()
    window.get_by_role("button", name="Remove the category").click()
    expect(heads).to_have_text(["Felt closer"])
    expect(window.locator("#panel")).to_be_hidden()


def test_a_taken_title_of_a_new_category_is_said_at_the_field(window: Page) -> None:
    field = window.get_by_label("New category", exact=True)
    field.fill("deeper work")
    window.keyboard.press("Enter")
    expect(window.locator("#new-category .error")).to_contain_text("already")
    expect(field).to_have_value("deeper work")
    field.fill("Aftermath")
    window.keyboard.press("Enter")
    expect(window.get_by_role("heading", name="Aftermath")).to_be_visible()
    expect(field).to_be_focused()
    expect(field).to_have_value("")
