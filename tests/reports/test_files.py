"""The files taken from a findings page, each opened again."""

import csv
import html
import io
import json
import re

import docx
import openpyxl
import pytest
import sqlalchemy as sa
from sqlmodel import Session, col

from app.db import run
from app.reports.formats import FORMATS
from app.studies.models import Sample
from tests.frequency.a_sample import ASample, another_sample, make_sample
from tests.people import People
from tests.reports.a_page import rows, words
from tests.reports.tables_to_print import DANGEROUS

ENDINGS = [entry.ending for entry in FORMATS.values()]


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_format_is_downloaded_under_a_made_name(
    people: People, sample: ASample, ending: str
) -> None:
    answer = people.ben.get(f"{sample.url}/table{ending}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="crying-in-therapy-as-therapist{ending}"'
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    media_type = next(entry.media_type for entry in FORMATS.values() if entry.ending == ending)
    assert answer.headers["content-type"] == media_type
    assert b"P felt close" in answer.content or answer.content.startswith(b"PK")


def test_the_word_file_is_the_table_of_the_page(people: People, sample: ASample) -> None:
    query = "?columns=title&columns=label&columns=n&columns=percent&unagreed=1"
    page = people.ben.get(f"{sample.url}{query}").text
    link = re.search(r'href="([^"]+table\.docx[^"]*)"', page)
    assert link
    document = docx.Document(io.BytesIO(people.ben.get(html.unescape(link[1])).content))
    (table,) = document.tables
    found = [[cell.text for cell in row.cells] for row in table.rows]
    assert found[0] == ["Domain and category", "Frequency", "n", "%"]
    shown = [
        cells if len(cells) > 1 else [cells[0].removesuffix(" not agreed yet")] * 4
        for cells in rows(page)
    ]
    assert found[1:] == shown
    assert [paragraph.text for paragraph in document.paragraphs][:2] == [
        "Table 1",
        "Domains, Categories, and Frequencies of Findings Regarding Participants Crying as "
        "Therapists",
    ]
    assert document.paragraphs[-1].text in words(page)
    assert document.paragraphs[-1].text.endswith("Not agreed yet: Consequences.")


def test_the_page_offers_its_own_columns_as_files(people: People, sample: ASample) -> None:
    page = people.ben.get(f"{sample.url}?illustration=core-idea").text
    wanted = "columns=title&amp;columns=label&amp;columns=n&amp;illustration=core-idea"
    for ending in ENDINGS:
        assert f'href="{sample.url}/table{ending}?{wanted}"' in page


def test_the_excel_file_has_numbers_and_the_chosen_columns(people: People, sample: ASample) -> None:
    answer = people.ben.get(f"{sample.url}/table.xlsx?columns=title&columns=n")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert [[cell.value for cell in row] for row in sheet["A4:B6"]] == [
        ["Domain and category", "n"],
        ["Reasons", None],
        ["P felt close", 9],
    ]


def test_csv_is_safe_for_a_spreadsheet_and_plain_for_a_machine(db: Session, people: People) -> None:
    made = make_sample(db, people)
    made.add_cases("P01", "P02", "P03")
    titles = list(dict.fromkeys(" ".join(text.split()) for text in DANGEROUS))
    for title in titles:
        made.find(["P01", "P02"], "Reasons", title)
    db.commit()
    safe = people.ben.get(f"{made.url}/table.csv").content
    plain = people.ben.get(f"{made.url}/table.csv?plain=1").content
    assert safe.startswith(b"\xef\xbb\xbfsample,N,rule,")
    assert plain.startswith(b"sample,N,rule,")
    guarded = list(csv.DictReader(io.StringIO(safe.decode("utf-8-sig"), newline="")))
    assert not any(row["category"].startswith(("=", "+", "-", "@")) for row in guarded)
    exact = csv.DictReader(io.StringIO(plain.decode(), newline=""))
    assert [row["category"] for row in exact] == titles


def test_json_has_every_row_also_those_not_reported(people: People, sample: ASample) -> None:
    found = json.loads(people.ben.get(f"{sample.url}/table.json").content)
    assert [(row["category"], row["n"], row["label"]) for row in found] == [
        ("P felt close", 9, "general"),
        ("at the end", 6, "typical"),
        ("P was tired", 2, "variant"),
        ("P was alone", 1, "not reported"),
        ("Minimal", 7, "typical"),
        ("Deeper work", 8, "typical"),
    ]


def test_a_file_holds_every_domain_and_names_those_not_agreed(
    people: People, sample: ASample
) -> None:
    printed = people.ben.get(f"{sample.url}/table.txt").text
    assert "Deeper work" in printed
    assert "Not agreed yet: Consequences." in printed
    assert "Deeper work" not in people.ben.get(sample.url).text


def test_all_samples_go_into_one_file(db: Session, people: People, sample: ASample) -> None:
    other = another_sample(sample, "as client", topic="Participants Crying as Clients")
    other.add_cases("P01", "P02", "P03")
    other.find(["P01", "P02"], "Reasons", "P felt safe")
    db.commit()
    answer = people.ben.get(f"{people.url}/samples/all/findings/table.docx")
    assert answer.headers["content-disposition"] == (
        'attachment; filename="crying-in-therapy-all-samples.docx"'
    )
    document = docx.Document(io.BytesIO(answer.content))
    assert [table.cell(1, 0).text for table in document.tables] == ["Reasons", "Reasons"]
    assert [table.cell(2, 0).text for table in document.tables] == ["P felt close", "P felt safe"]
    assert f'href="{people.url}/samples/all/findings/table.docx' in people.ben.get(sample.url).text


def test_a_name_without_latin_letters_still_makes_an_ascii_file_name(
    db: Session, people: People
) -> None:
    people.study.title = "Плач в терапии"
    db.add(people.study)
    run(
        db, sa.update(Sample).where(col(Sample.id) == people.sample.id).values(name='Ärger/"x"\r\n')
    )
    db.commit()
    made = make_sample(db, people)
    answer = people.ben.get(f"{made.url}/table.txt")
    assert answer.headers["content-disposition"] == 'attachment; filename="arger-x.txt"'


def test_an_unknown_format_says_which_there_are(people: People, sample: ASample) -> None:
    answer = people.ben.get(f"{sample.url}/table.pdf")
    assert answer.status_code == 404
    assert "Tables are not made as .pdf; there is .txt, .csv" in answer.text
