"""Every room for everybody: axe without exceptions, keys alone, and a focus that is never lost."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Locator, Page, expect

from app.accounts.service import first_start_link
from tests.browser.a_house import House, Room, build, rooms
from tests.browser.conftest import Served, Server, serving, with_people

pytestmark = [pytest.mark.browser, pytest.mark.pure]

AXE = (Path(__file__).parents[1] / "vendor" / "axe-4.14.1.min.js").read_text()
VIOLATIONS = """async (options) => {
  const look = (more) => axe.run(document, { ...options, resultTypes: ["violations"], ...more });
  let { violations } = await look({ selectors: false });
  if (violations.length) ({ violations } = await look({})); // it takes long to say where
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target.join(" ")}: ${failureSummary}`));
}"""
# Sheets and media are not fetched once more: no rule that is on needs the first, no page has sound.
IN_LIGHT = {"preload": False}
IN_DARK = {"preload": False, "runOnly": ["color-contrast", "link-in-text-block"]}
UNFOLD = """() => {
  for (const fold of document.querySelectorAll("details:not([data-menu])")) fold.open = true;
}"""
FOCUSED = """async () => {
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  const it = document.activeElement;
  if (it === document.body || it === document.documentElement) return null;
  const look = getComputedStyle(it);
  const box = it.getBoundingClientRect();
  const name = it.getAttribute("aria-label") ?? it.id ?? "";
  const words = it.textContent.trim().replace(/\\s+/g, " ").slice(0, 40);
  return {
    what: `${it.tagName.toLowerCase()} ${name} ${words}`,
    ringed: look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2,
    seen: box.width > 0 && box.bottom > 0 && box.right > 0
      && box.top < innerHeight && box.left < innerWidth,
  };
}"""
UNSETTLED = ".htmx-request, .htmx-swapping, .htmx-settling"

Enter = Callable[[Room], Page]


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory,
    migrated_file: Path,
    servers: list[Server],
    chrome: Chromium,
) -> Iterator[House]:
    """One server and one study for all of this module."""
    with serving(tmp_path_factory.mktemp("house"), migrated_file, servers, chrome) as served:
        yield build(with_people(served))


@pytest.fixture(scope="module")
def enter(house: House) -> Enter:
    """Go into a room as somebody, and do what is done first; everybody uses the same window."""
    window = house.live.window()
    page = window.new_page()

    def go(room: Room) -> Page:
        page.goto("about:blank")  # else the room before asks on, without its cookie
        window.clear_cookies()
        if room.who:
            house.live.sign_in(window, house.live.people.everybody[room.who].account)
        page.emulate_media(color_scheme="light")
        page.goto(room.url)
        room.first(page)
        return page

    return go


def at(house: House, name: str) -> Room:
    """A room by its name."""
    return next(room for room in rooms(house) if room.name == name)


def complaints(served: Served, page: Page) -> list[str]:
    """What went wrong until here, and what axe finds in light and in dark."""
    found = [*served.trouble]
    page.evaluate(UNFOLD)
    page.evaluate(AXE)
    found += [f"light: {each}" for each in page.evaluate(VIOLATIONS, IN_LIGHT)]
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {each}" for each in page.evaluate(VIOLATIONS, IN_DARK)]
    served.trouble.clear()  # axe styles what it measures, which the policy forbids
    return found


@pytest.mark.whole
def test_axe_finds_nothing_in_any_room_light_or_dark_and_no_other_host_is_asked(
    house: House, enter: Enter
) -> None:
    found = [
        f"{room.name}, {each}"
        for room in rooms(house)
        for each in complaints(house.live, enter(room))
    ]
    assert not found, "\n".join(found)


def test_axe_finds_nothing_where_nobody_has_an_account_yet(served: Served) -> None:
    with served.write() as db:
        token = first_start_link(db)
    page = served.window().new_page()
    page.goto(f"/setup/{token}")
    assert complaints(served, page) == []


def test_the_skip_link_the_rail_and_the_menu_work_by_keys(house: House, enter: Enter) -> None:
    page = enter(at(house, "overview"))
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the page")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()

    page = enter(at(house, "overview"))
    menu = page.locator("summary.avatar")
    tab_to(page, menu)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Account", exact=True)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="My studies")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    expect(page.get_by_role("link", name="My studies")).to_be_hidden()

    cases = page.locator("#rail").get_by_role("link", name="Cases")
    tab_to(page, cases)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cases")
    expect(cases).to_have_attribute("aria-current", "page")


def tab_to(page: Page, wanted: Locator, most: int = 40) -> None:
    """Press Tab until it has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError(f"{most} times Tab did not reach {wanted}")


WALKED = (
    "overview",
    "new case",
    "domain list, changing",
    "coding, block open",
    "core ideas",
    "board, category open",
    "matrix",
    "findings, panel open",
    "meeting",
    "team",
    "settings",
    "sign-in",
)
WITH_KEYS = ("overview", "coding", "core ideas", "board", "findings", "trail")


@pytest.mark.whole
def test_every_stop_of_the_tab_key_shows_where_it_is(house: House, enter: Enter) -> None:
    found = []
    for name in WALKED:
        page = enter(at(house, name))
        page.evaluate("document.activeElement.blur()")
        for _ in range(150):
            page.keyboard.press("Tab")
            stop = page.evaluate(FOCUSED)
            if stop is None:
                break
            if not (stop["ringed"] and stop["seen"]):
                found.append(f"{name}: {stop}")
        else:
            found.append(f"{name}: Tab never leaves the page")
    assert not found, "\n".join(found)


def test_the_sheet_of_keys_opens_and_gives_the_focus_back(house: House, enter: Enter) -> None:
    for name in WITH_KEYS:
        page = enter(at(house, name))
        start = page.locator("#rail a").first
        start.focus()
        page.keyboard.press("?")
        sheet = page.get_by_role("dialog", name="Keys on this page")
        expect(sheet, name).to_be_visible()
        expect(sheet.locator("dt").first).to_have_text("?")
        page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()
        expect(start, name).to_be_focused()


def keeps_focus(page: Page, what: str, act: Callable[[], object]) -> None:
    """Do something that is sent to the server; somewhere on the page has the focus afterwards."""
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        act()
    expect(page.locator(UNSETTLED)).to_have_count(0)
    expect(page.locator("body :focus"), f"the focus after '{what}'").to_have_count(1)
    stop = page.evaluate(FOCUSED)
    assert stop["seen"], f"after '{what}' the focus is out of sight: {stop}"


def press_on(page: Page, what: Locator, key: str = "Enter") -> Callable[[], None]:
    """Bring the focus there and press a key, as somebody without a mouse."""

    def act() -> None:
        what.focus()
        page.keyboard.press(key)

    return act


def test_coding_never_loses_the_focus(house: House, enter: Enter) -> None:
    page = enter(at(house, "coding"))
    keys = page.keyboard
    page.locator("#turn-4").focus()
    keys.press("Shift+ArrowDown")
    keeps_focus(page, "1", lambda: keys.press("1"))
    card = page.locator("#block-card")
    further = card.get_by_role("button", name="Reasons for crying")
    keeps_focus(page, "also in", press_on(page, further))
    take_out = card.get_by_role("button", name="Take out of Reasons for crying")
    keeps_focus(page, "take out", press_on(page, take_out))
    later = card.get_by_role("button", name="End a sentence later")
    keeps_focus(page, "end later", press_on(page, later))
    card.get_by_label("Memo").fill("Look again.")
    save = card.get_by_role("button", name="Save memo")
    keeps_focus(page, "save memo", press_on(page, save))
    undo = page.locator("#lately").get_by_role("button", name="undo")
    keeps_focus(page, "undo", press_on(page, undo))
    redo = page.locator("#lately").get_by_role("button", name="redo")
    keeps_focus(page, "redo", press_on(page, redo))
    remove = card.get_by_role("button", name="Remove block")
    keeps_focus(page, "remove", press_on(page, remove))
    back = page.locator(".toast").get_by_role("button", name="Undo")
    keeps_focus(page, "undo in the toast", press_on(page, back))


def test_core_ideas_never_lose_the_focus(house: House, enter: Enter) -> None:
    page = enter(at(house, "core ideas"))
    page.get_by_label("Core idea 1.1", exact=True).fill("P heard of C's mother.")
    keeps_focus(page, "leaving the field", page.get_by_label("Core idea 1.2", exact=True).focus)
    section = page.locator(".domain-section").first
    section.get_by_label("New core idea in").fill("P was silent.")
    add = section.get_by_role("button", name="Add core idea")
    keeps_focus(page, "add", press_on(page, add))
    idea = section.locator(".core-idea").nth(1)

    def change(button: str) -> Callable[[], None]:
        def act() -> None:
            idea.locator("summary", has_text="Change").focus()
            page.keyboard.press("Enter")
            press_on(page, idea.get_by_role("button", name=button, exact=True))()

        return act

    for button in ("Move up", "Move down", "Merge", "Move"):
        keeps_focus(page, button, change(button))
    other = page.locator(".domain-section", has=page.get_by_role("button", name="not asked")).first
    title = other.get_attribute("id")
    other = page.locator(f"#{title}")
    keeps_focus(page, "not asked", press_on(page, other.get_by_role("button", name="not asked")))
    keeps_focus(page, "take back", press_on(page, other.get_by_role("button", name="take back")))


def test_the_board_never_loses_the_focus(house: House, enter: Enter) -> None:
    page = enter(at(house, "board"))
    keys = page.keyboard
    card = page.locator("#cards-unsorted a").first
    card.focus()
    keys.press("m")
    keys.type("mother")
    keeps_focus(page, "m", lambda: keys.press("Enter"))
    keeps_focus(page, "x", lambda: keys.press("x"))
    back = page.locator(".toast").get_by_role("button", name="Undo")
    keeps_focus(page, "undo in the toast", press_on(page, back))
    new = page.get_by_label("New category", exact=True)
    new.fill("What was said")
    keeps_focus(page, "new category", press_on(page, new))
    page.locator(".idea-card a").first.focus()
    keys.press("e")
    panel = page.locator("#panel")
    panel.get_by_label("Put it into").select_option(label="What was said")
    there = panel.get_by_role("button", name="Move there")
    keeps_focus(page, "move there", press_on(page, there))
    said = page.locator(".column", has=page.get_by_role("heading", name="What was said"))
    said.locator(".idea-card a").first.focus()
    keys.press("e")
    take_out = panel.get_by_role("button", name="take out").first
    keeps_focus(page, "take out", press_on(page, take_out))
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Change What was said").focus()
    keys.press("Enter")
    expect(panel.get_by_label("Title", exact=True)).to_be_focused()
    left = panel.get_by_role("button", name="To the left")
    keeps_focus(page, "to the left", press_on(page, left))
    title = panel.get_by_label("Title", exact=True)
    title.fill("What was told")
    keeps_focus(page, "rename", press_on(page, title))
    remove = panel.get_by_role("button", name="Remove the empty category")
    keeps_focus(page, "remove", press_on(page, remove))
