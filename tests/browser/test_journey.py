"""A whole small study by hand in Chromium, from an empty installation to a table in Word.

The journey of `tests/journeys`, as people with a mouse and a keyboard make it: Jo sets Concord up,
Ana makes a study and invites Ben, four transcripts come in as four cases; P01 is coded with the
mouse and a typed domain, P02 with digit keys, P03 and P04 by keys alone; core ideas are typed and
saved by leaving the field; a board is sorted by a drag and by keys; both agree, and Ana downloads
the table.
"""

import re
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Locator, Page, expect

from app.accounts.service import first_start_link
from app.trail.service import verify
from tests.browser.conftest import Served

pytestmark = [pytest.mark.browser, pytest.mark.pure]

TRANSCRIPTS = Path(__file__).parents[1] / "transcripts"
FILES = [
    TRANSCRIPTS / name
    for name in ("garden_00017.md", "garden_00042.md", "library_P1.pdf", "library_P2.pdf")
]
CODES = ("P01", "P02", "P03", "P04")
WORDS = "four unrelated calm words"

# Where the first words of a turn begin and end.
ENDS_OF_A_TURN = """turn => {
  const box = (node, at) => {
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    const { left, right, top, height } = range.getBoundingClientRect();
    return { left: left + 1, right: right - 1, middle: top + height / 2 };
  };
  const node = turn.querySelector(".run").firstChild;
  const [first, last] = [box(node, 0), box(node, Math.min(node.length, 20) - 1)];
  return [first.left, first.middle, last.right, last.middle];
}"""


@pytest.mark.whole
def test_a_team_of_two_goes_by_hand_from_transcripts_to_a_table_in_word(
    served: Served, tmp_path: Path
) -> None:
    ana, ben = _a_team(served)
    sample = _a_sample_with_two_domains(ana)
    _import_as_cases(ana, sample)
    _code_with_the_mouse(ana, f"{sample}/cases/P01/coding")
    _code_with_digits(ben, f"{sample}/cases/P02/coding")
    _code_by_keys_alone(ana, f"{sample}/cases/P03/coding")
    _code_by_keys_alone(ben, f"{sample}/cases/P04/coding")
    for number, code in enumerate(CODES):
        _write_core_ideas(ben if number % 2 else ana, f"{sample}/cases/{code}/core-ideas")
    _sort_with_the_mouse_and_keys(ana, sample)
    _agree(ana, ben, sample)
    _take_the_table(ana, sample, tmp_path)
    with served.database.read() as db:
        assert list(verify(db)) == []


def _a_team(served: Served) -> tuple[Page, Page]:
    with served.write() as db:
        token = first_start_link(db)
    jo, ana, ben = (served.window().new_page() for _ in range(3))
    jo.goto(f"/setup/{token}")
    _fill(jo, {"Your name": "Jo", "E-mail": "jo@example.org"})
    _choose_password(jo, "Set up Concord")
    jo.locator("summary.avatar").click()
    jo.get_by_role("link", name="Accounts", exact=True).click()
    _fill(jo, {"Name": "Ana", "E-mail": "ana@example.org"})
    jo.get_by_role("button", name="Make the account").click()
    ana.goto(jo.locator("#one-time-link").inner_text())
    _choose_password(ana, "Open my account")
    ana.goto("/studies/new")
    ana.get_by_label("Title").fill("Gardens and libraries")
    ana.get_by_label("I am one of its judges").check()
    ana.get_by_role("button", name="Create the study").click()
    ana.locator("#rail").get_by_role("link", name="Team").click()
    ana.get_by_label("Judge", exact=True).check()
    ana.get_by_label("Who is it for").fill("Ben")
    ana.get_by_role("button", name="Make a link").click()
    ben.goto(ana.locator("#invitation-link").inner_text())
    _fill(ben, {"Your name": "Ben", "E-mail": "ben@example.org"})
    _choose_password(ben, "Create my account and join")
    expect(ben.locator(".masthead-study")).to_contain_text("Gardens and libraries")
    return ana, ben


def _fill(page: Page, fields: dict[str, str]) -> None:
    for label, value in fields.items():
        page.get_by_label(label, exact=True).fill(value)


def _choose_password(page: Page, button: str) -> None:
    _fill(page, {"Password": WORDS, "The same password again": WORDS})
    page.get_by_role("button", name=button).click()


def _a_sample_with_two_domains(ana: Page) -> str:
    """The sample's address."""
    ana.locator("#rail").get_by_role("link", name="Settings").click()
    new = ana.locator("#new-sample")
    new.get_by_label("Name").fill("all")
    new.get_by_label("Topic phrase").fill("Quiet Places")
    new.get_by_role("button", name="Add the sample").click()
    ana.locator("#rail").get_by_role("link", name="Domains").click()
    ana.get_by_label("Topics, one a line").fill("Uses: what P goes there for\nDoubts: what P minds")
    ana.get_by_role("button", name="Add these domains").click()
    expect(ana.locator("#entries > li")).to_have_count(2)
    found = re.match(r"https?://[^/]+(/studies/\d+/samples/\d+)", ana.url)
    assert found
    return found[1]


def _import_as_cases(ana: Page, sample: str) -> None:
    ana.goto(f"{sample.partition('/samples')[0]}/cases/new")
    several = ana.locator("#several")
    several.get_by_label("Transcripts").set_input_files(FILES)
    if not several.get_by_label("all", exact=True).is_checked():
        several.get_by_label("all", exact=True).check()
    several.get_by_role("button", name="Read the files").click()
    codes = ana.get_by_label("Code number of the case")
    expect(codes).to_have_count(4)
    for field, code in zip(codes.all(), CODES, strict=True):
        field.fill(code)
    ana.get_by_role("button", name="Store 4 transcripts").click()
    for code in CODES:
        expect(ana.get_by_role("link", name=code, exact=True)).to_be_visible()


def _answers(page: Page) -> list[Locator]:
    """The participant's first two turns of some length."""
    turns = page.locator(".turn[data-role=participant]")
    said = turns.locator(".turn-text").all_inner_texts()  # at once: there are hundreds
    assert len(said) == turns.count()
    long = [turns.nth(place) for place, text in enumerate(said) if len(text) > 30]
    assert len(long) >= 2
    return long[:2]


def _stripe(turn: Locator, abbreviation: str) -> Locator:
    return turn.locator("a.stripe", has_text=abbreviation)


def _abbreviations(page: Page) -> list[str]:
    return page.locator("#domain-list abbr").all_inner_texts()


def _code_with_the_mouse(judge: Page, url: str) -> None:
    judge.goto(url)
    popover = judge.locator("#domain-popover")
    for turn, title, short in zip(
        _answers(judge), ("uses", "doub"), _abbreviations(judge), strict=True
    ):
        turn.scroll_into_view_if_needed()
        left, top, right, bottom = turn.evaluate(ENDS_OF_A_TURN)
        judge.mouse.move(left, top)
        judge.mouse.down()
        judge.mouse.move(right, bottom, steps=4)
        judge.mouse.up()
        expect(popover.get_by_label("Domain")).to_be_focused()
        judge.keyboard.type(title)
        judge.keyboard.press("Enter")
        expect(_stripe(turn, short)).to_be_visible()
        expect(popover).to_be_hidden()


def _code_with_digits(judge: Page, url: str) -> None:
    judge.goto(url)
    for turn, digit, short in zip(_answers(judge), ("1", "2"), _abbreviations(judge), strict=True):
        turn.locator(".turn-text").dblclick(position={"x": 20, "y": 10})
        expect(judge.locator("#domain-popover")).to_be_visible()
        judge.keyboard.press(digit)
        expect(_stripe(turn, short)).to_be_visible()


def _code_by_keys_alone(judge: Page, url: str) -> None:
    judge.goto(url)
    expect(judge.locator("transcript-pane")).to_be_focused()
    for digit, short in zip(("1", "2"), _abbreviations(judge), strict=True):
        judge.keyboard.press("n")
        turn = judge.locator(".turn:focus")
        expect(turn).to_have_attribute("data-role", "participant")
        id_ = turn.get_attribute("id")
        judge.keyboard.press("Shift+ArrowDown")
        judge.keyboard.press(digit)
        turn = judge.locator(f"#{id_}")
        expect(_stripe(turn, short)).to_be_visible()
        expect(turn).to_be_focused()


def _write_core_ideas(judge: Page, url: str) -> None:
    judge.goto(url)
    code = url.split("/")[-2]
    for number, title in enumerate(("Uses", "Doubts"), start=1):
        new = judge.get_by_label(f"New core idea in {title}")
        new.fill("P")
        judge.locator(".domain-section", has=new).get_by_role(
            "button", name="Add core idea"
        ).click()
        idea = judge.get_by_label(f"Core idea {number}.1", exact=True)
        idea.fill(f"P tells of {title.lower()} in {code}.")
        judge.get_by_role("heading", level=1).click()
        saved = judge.locator("output.saved", has_text="saved")
        expect(saved).to_have_count(1 if number == 1 else 2)
    judge.reload()
    for number, title in enumerate(("Uses", "Doubts"), start=1):
        idea = judge.get_by_label(f"Core idea {number}.1", exact=True)
        expect(idea).to_have_value(f"P tells of {title.lower()} in {code}.")


def _sort_with_the_mouse_and_keys(ana: Page, sample: str) -> None:
    ana.goto(f"{sample}/cross-analysis")
    ana.get_by_role("link", name="Uses").first.click()
    cards = ana.locator(".idea-card a")
    new = ana.get_by_label("New category", exact=True)
    new.fill("Writing")
    ana.keyboard.press("Enter")
    expect(new).to_have_value("")
    writing = ana.locator(".column", has=ana.get_by_role("heading", name="Writing"))
    cards.filter(has_text="P01").drag_to(writing.locator(".cards"))
    expect(writing.locator(".idea-card")).to_have_count(1)
    for number, code in enumerate(CODES[1:], start=2):
        _by_key(ana, cards.filter(has_text=code), "writ", "Enter")
        expect(writing.locator(".idea-card")).to_have_count(number)
    ana.goto(f"{sample}/cross-analysis")
    ana.get_by_role("link", name="Doubts").first.click()
    _by_key(ana, cards.filter(has_text="P01"), "Being wrong", "Shift+Enter")
    wrong = ana.locator(".column", has=ana.get_by_role("heading", name="Being wrong"))
    expect(wrong.locator(".idea-card")).to_have_count(1)
    for number, code in ((2, "P02"), (3, "P03")):
        _by_key(ana, cards.filter(has_text=code), "being", "Enter")
        expect(wrong.locator(".idea-card")).to_have_count(number)
    _by_key(ana, cards.filter(has_text="P04"), "misc", "Enter")
    expect(ana.locator("#count-unsorted")).to_have_text("0")


def _by_key(page: Page, card: Locator, typed: str, key: str) -> None:
    card.focus()
    page.keyboard.press("m")
    expect(page.locator("#move-popover .picker-filter")).to_be_focused()
    page.keyboard.type(typed)
    page.keyboard.press(key)
    expect(card).to_be_focused()


def _agree(ana: Page, ben: Page, sample: str) -> None:
    for code in CODES:
        for judge in (ana, ben):
            judge.goto(f"{sample}/cases/{code}/coding")
            judge.get_by_role("button", name="Agree to this version").click()
            expect(judge.locator("#page-actions")).not_to_contain_text("Agree to this version")
        expect(ben.locator("#page-state")).to_contain_text("Agreed")
    for title in ("Uses", "Doubts"):
        for judge in (ana, ben):
            judge.goto(f"{sample}/cross-analysis")
            judge.get_by_role("link", name=title).first.click()
            judge.locator("#agree-link").click()
            judge.locator("#panel").get_by_role("button", name="Agree").click()
        expect(ben.locator("#page-state")).to_contain_text("Agreed")


def _take_the_table(ana: Page, sample: str, folder: Path) -> None:
    ana.locator("#rail").get_by_role("link", name="Findings").click()
    expect(ana.locator("#page-state")).to_contain_text("All 4 cases in")
    ana.locator("#export summary").click()
    with ana.expect_download() as download:
        ana.get_by_role("link", name="Word .docx").click()
    path = folder / download.value.suggested_filename
    assert path.suffix == ".docx"
    download.value.save_as(path)
    document = Document(str(path))
    printed = [[cell.text.strip() for cell in row.cells] for row in document.tables[0].rows]
    on_screen = [
        [" ".join(cell.split()) for cell in row.locator("th, td").all_inner_texts()]
        for row in ana.locator("#findings table tbody tr").all()
    ]
    counted = [row for row in printed if row[-1].isdigit()]
    assert counted == [["Writing", "General", "4"], ["Being wrong", "Typical", "3"]]
    assert [row for row in on_screen if row[-1].isdigit()] == counted
    words = " ".join(paragraph.text for paragraph in document.paragraphs)
    assert "Quiet Places" in words
    assert "N = 4" in words
