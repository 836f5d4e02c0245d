"""The findings in a real browser: labels and columns answer in place, and paper gets the table."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Live
from tests.frequency.a_sample import make_sample

pytestmark = [pytest.mark.browser, pytest.mark.pure]

CODES = tuple(f"P{number:02}" for number in range(1, 11))


@pytest.fixture
def findings(live: Live) -> Page:
    """Ben at a table of ten cases."""
    with live.write() as db:
        sample = make_sample(db, live.people)
        sample.add_cases(*CODES)
        for number in range(1, 10):
            sample.find(CODES[:number], "Reasons", f"said by {number}")
    page = live.open(live.people.ben)
    page.goto(live.url + sample.url)
    return page


def test_a_label_opens_beside_the_table_and_keeps_the_focus(findings: Page) -> None:
    label = findings.get_by_role("link", name="Typical: said by 6")
    label.focus()
    findings.keyboard.press("Enter")
    expect(findings.get_by_role("heading", name="said by 6")).to_be_visible()
    expect(label).to_be_focused()
    expect(label).to_have_attribute("aria-current", "true")
    expect(findings.locator("tr[data-current]")).to_have_count(1)
    findings.reload()
    expect(findings.get_by_role("heading", name="said by 6")).to_be_visible()


def test_columns_answer_at_once_for_table_and_files(findings: Page) -> None:
    findings.get_by_role("link", name="Variant: said by 2").click()
    expect(findings.get_by_role("heading", name="said by 2")).to_be_visible()
    findings.get_by_label("%", exact=True).check()
    expect(findings.get_by_role("columnheader", name="%")).to_be_visible()
    findings.get_by_label("Label", exact=True).uncheck()
    expect(findings.get_by_role("columnheader", name="Frequency")).to_have_count(0)
    expect(findings.get_by_role("heading", name="said by 2")).to_be_visible()
    findings.get_by_text("Export").click()
    link = findings.get_by_role("link", name="Word .docx")
    expect(link).to_have_attribute("href", re.compile("columns=n&columns=percent$"))
    findings.go_back()
    expect(findings.get_by_role("columnheader", name="Frequency")).to_be_visible()


def test_paper_gets_the_table_and_its_note_alone(findings: Page) -> None:
    findings.emulate_media(media="print")
    expect(findings.get_by_text("Table 1")).to_be_visible()
    expect(findings.get_by_text("Note.")).to_be_visible()
    for beside in ("#rail", "#panel", ".toolbar", ".page-head", ".masthead", ".unprinted"):
        expect(findings.locator(beside).first).to_be_hidden()
