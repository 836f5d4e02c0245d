"""The findings page as each person gets it."""

import html
import re

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col

from app.consensus.rules import State
from app.db import run
from app.studies.models import Sample
from tests.frequency.a_sample import ASample, another_sample, make_sample
from tests.people import People
from tests.reports.a_page import CODES, QUOTE, opening, rows, words

# The table


def test_the_page_is_the_table_as_it_prints(people: People, sample: ASample) -> None:
    page = people.ben.get(sample.url).text
    assert rows(page) == [
        ["Reasons"],
        ["P felt close", "General", "9"],
        ["at the end", "Typical", "6"],
        ["P was tired", "Variant", "2"],
        ["Extent"],
        ["Minimal", "Typical", "7"],
    ]
    text = words(page)
    assert (
        "Table 1 Domains, Categories, and Frequencies of Findings Regarding "
        "Participants Crying as Therapists Domain and category Frequency n"
    ) in text
    assert "Note. N = 10; General categories = 9–10 cases; Typical categories = 6–8 cases" in text
    assert "P = participant. Bold = domain; indented = category; further indented" in text


def test_columns_are_chosen_in_the_address(people: People, sample: ASample) -> None:
    page = people.ben.get(f"{sample.url}?columns=title&columns=percent&illustration=core-idea").text
    assert rows(page)[1] == ["P felt close", "90", "P01 said something."]
    assert rows(people.ben.get(f"{sample.url}?columns=title").text)[1] == ["P felt close"]


def test_a_quotation_may_illustrate(people: People, sample: ASample) -> None:
    page = people.ben.get(f"{sample.url}?illustration=quotation").text
    assert rows(page)[1] == ["P felt close", "General", "9", f"“{QUOTE}”"]


def test_a_table_is_provisional_until_every_case_is_in(
    db: Session, people: People, sample: ASample
) -> None:
    assert "rovisional" not in people.ben.get(sample.url).text
    for code in CODES[:3]:
        sample.set_case(code, State.CONSENSUS)
    db.commit()
    text = words(people.ben.get(sample.url).text)
    assert "Provisional: 7 of 10 cases in" in text
    assert "Table 1 provisional, 7 of 10 cases in" in text
    assert "are not reported. Provisional: 7 of 10 cases in." in text


def test_what_is_being_sorted_is_folded_behind_a_switch(people: People, sample: ASample) -> None:
    page = people.ben.get(sample.url).text
    assert "1 of 3 domains is not agreed yet: counts and labels are hidden while sorting" in page
    assert "Deeper work" not in page
    assert "Left out until the judges have agreed on them: Consequences." in words(page)
    assert f'href="{sample.url}?unagreed=1"' in page
    shown = people.ben.get(f"{sample.url}?unagreed=1").text
    assert rows(shown)[-2:] == [["Consequences not agreed yet"], ["Deeper work", "Typical", "8"]]
    assert f'href="{sample.url}"' in shown


def test_single_cases_are_folded(people: People, sample: ASample) -> None:
    page = people.ben.get(sample.url).text
    assert "1 finding of a single case is not reported" in page
    assert ["P was alone", "Not reported", "1"] not in rows(page)


def test_a_sample_of_two_cases_says_why_it_has_no_labels(
    db: Session, people: People, sample: ASample
) -> None:
    small = another_sample(sample, "small")
    small.add_cases("P01", "P02")
    small.find(["P01", "P02"], "Reasons", "P felt close")
    db.commit()
    page = people.ben.get(small.url).text
    assert "N = 2: no labels. A cross-analysis needs at least three cases." in page
    assert rows(page)[1] == ["P felt close", "2", "100"]


def test_the_rule_counts_has_numbers_to_click(db: Session, people: People, sample: ASample) -> None:
    run(db, sa.update(Sample).where(col(Sample.id) == sample.id).values(rule="counts"))
    db.commit()
    page = people.ben.get(sample.url).text
    assert rows(page)[1] == ["P felt close", "9", "90"]
    assert 'aria-label="9: P felt close"' in page
    assert "numbers of cases, no labels" in words(page)


def test_the_rule_is_named_and_leads_to_where_it_is_changed(
    people: People, sample: ASample
) -> None:
    page = people.ana.get(sample.url).text
    assert f'href="{people.sample_url}/rule">knox-2017</a>' in page
    assert "Change the rule" in page
    assert "Change the rule" not in people.ben.get(sample.url).text


def test_every_sample_is_one_click_away(db: Session, people: People, sample: ASample) -> None:
    other = another_sample(sample, "as client")
    db.commit()
    page = people.ben.get(f"{sample.url}?columns=title&columns=n").text
    assert f'href="{other.url}?columns=title&amp;columns=n"' in page


@pytest.mark.parametrize("prepared", ["nothing", "cases", "domains", "sorting"])
def test_an_empty_page_teaches(db: Session, people: People, prepared: str) -> None:
    made = make_sample(db, people)
    if prepared != "nothing":
        made.add_cases("P01", "P02", "P03")
    if prepared in ("domains", "sorting"):
        made.add_domain("Reasons", agreed=prepared == "domains")
    db.commit()
    title = {
        "nothing": "No case in this sample yet",
        "cases": "No domain to report yet",
        "domains": "Nothing is sorted yet",
        "sorting": "No domain is agreed yet",
    }[prepared]
    page = people.ana.get(made.url)
    assert page.status_code == 200
    assert title in page.text
    assert "/findings/table." not in page.text


# Behind a label


def test_a_label_opens_its_evidence_in_place(people: People, sample: ASample) -> None:
    url = opening(sample, "Reasons", "P felt close")
    assert html.escape(url) in people.ben.get(sample.url).text
    part = people.ben.get(url, htmx=True).text
    assert "<html" not in part
    assert 'id="evidence" hx-ext="morph" hx-swap-oob="morph"' in part
    text = words(part)
    assert "General 9 of 10 cases: all of the cases or all but one." in text
    assert "One case fewer would make this typical." in text
    assert f"“{QUOTE}”" in text or QUOTE in text
    row = re.search(rf'id="category-{sample.categories["Reasons", "P felt close"]}"[^>]*>', part)
    assert row
    assert "data-current" in row[0]


def test_the_same_address_is_a_whole_page_without_javascript(
    people: People, sample: ASample
) -> None:
    page = people.ben.get(opening(sample, "Reasons", "P was tired")).text
    assert "<html" in page
    assert "2 of 10 cases: at least two and up to half of the cases." in page
    assert rows(page)[3] == ["P was tired", "Variant", "2"]


def test_evidence_leads_to_the_turn_and_to_the_board(people: People, sample: ASample) -> None:
    page = people.ben.get(opening(sample, "Reasons", "P felt close")).text
    base = sample.url.removesuffix("/findings")
    assert f'href="{base}/cases/P01/coding#turn-2">turn 2</a>' in page
    assert f'href="{base}/domains/{sample.domains["Reasons"]}/cross-analysis"' in page


def test_a_finding_that_is_not_reported_can_be_opened(people: People, sample: ASample) -> None:
    text = words(people.ben.get(opening(sample, "Reasons", "P was alone")).text)
    assert "Not reported 1 of 10 cases: a finding of a single case is not reported." in text
    assert "One more case would make this variant." in text


def test_the_evidence_of_a_folded_domain_is_folded_too(people: People, sample: ASample) -> None:
    url = opening(sample, "Consequences", "Deeper work")
    assert people.ben.get(url).status_code == 404
    assert people.ben.get(f"{url}&unagreed=1").status_code == 200


# People


def test_a_reader_sees_what_was_agreed_and_no_raw_data(
    db: Session, people: People, sample: ASample
) -> None:
    page = people.ida.get(f"{sample.url}?unagreed=1&illustration=quotation").text
    assert rows(page)[1] == ["P felt close", "General", "9"]
    assert "Deeper work" not in page
    assert "unagreed=1" not in page
    assert "quotation" not in page
    assert "/findings/table." not in page
    assert "/rule" not in page
    evidence = people.ida.get(opening(sample, "Reasons", "P felt close")).text
    assert "P01 said something." in evidence
    assert QUOTE not in evidence
    assert "/coding" not in evidence
    hidden = opening(sample, "Consequences", "Deeper work") + "&unagreed=1"
    assert people.ida.get(hidden).status_code == 404


def test_an_auditor_is_refused_with_the_reason(people: People, sample: ASample) -> None:
    for auditor in (people.eli, people.gus):
        answer = auditor.get(sample.url)
        assert answer.status_code == 403
        assert "You may not see the findings with your present roles" in answer.text


@pytest.mark.parametrize("path", ["", "/table.docx", "/table.csv"])
def test_an_outsider_finds_nothing(people: People, sample: ASample, path: str) -> None:
    for outsider in (people.hal, people.jo):
        assert outsider.get(sample.url + path).status_code == 404


def test_a_sample_of_another_study_is_not_found(people: People, sample: ASample) -> None:
    strange = sample.url.replace(
        f"/studies/{sample.study_id}/", f"/studies/{people.other_study.id}/"
    )
    assert people.hal.get(strange).status_code == 404
    assert people.hal.get(f"{strange}/table.docx").status_code == 404


def test_only_judges_and_the_pi_take_tables_away(people: People, sample: ASample) -> None:
    for person in (people.ana, people.ben, people.ida, people.eli):
        for path in (f"{sample.url}/table.csv", f"{people.url}/samples/all/findings/table.csv"):
            answer = person.get(path)
            assert answer.status_code == (200 if person in (people.ana, people.ben) else 403)
            if answer.status_code == 403:
                assert "You may not take tables out of the study" in answer.text


# Size


def test_as_many_statements_for_nine_domains_as_for_one(
    db: Session, people: People, sample: ASample, statements: list[str]
) -> None:
    urls = [
        sample.url,
        f"{sample.url}?illustration=quotation",
        opening(sample, "Reasons", "P felt close"),
        f"{sample.url}/table.docx?illustration=quotation",
        f"{people.url}/samples/all/findings/table.docx",
    ]

    def sent(url: str) -> int:
        statements.clear()
        assert people.ben.get(url).status_code == 200
        return len(statements)

    few = [sent(url) for url in urls]
    other = another_sample(sample, "as client")
    other.add_cases(*CODES)
    for number in range(8):
        sample.find(CODES, f"Domain {number}", "a")
        sample.find(CODES, f"Domain {number}", "a", "b")
        other.find(CODES, f"Domain {number}", "a")
    sample.find(CODES, "Reasons", "P felt close")
    db.commit()
    assert [sent(url) for url in urls] == few
