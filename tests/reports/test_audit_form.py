"""The audit form taken away, filled in offline, and brought back."""

import csv
import io

import docx
import openpyxl
import pytest
from sqlmodel import Session, select

from app.audit.models import Comment
from app.core_ideas.service import add_core_idea
from tests.audit.an_audit import AnAudit, agree_all, an_audit
from tests.domains.a_case import a_case
from tests.html import Reader
from tests.people import People

HELD = "P held P's breath."
SAID = "=Whose breath?"


@pytest.fixture
def audit(db: Session, people: People) -> AnAudit:
    case = a_case(db, people, code="P07")
    case.put(db, "I held my breath.", "Antecedent")
    domain = case.domains["Antecedent"]
    add_core_idea(db, case.context(db), domain_id=domain, text=HELD)
    agree_all(db, case)
    return an_audit(db, people, case=case)


def _form(audit: AnAudit, ending: str) -> bytes:
    answer = audit.case.people.eli.get(f"{audit.url}/form.{ending}")
    assert answer.status_code == 200
    return answer.content


def _csv_filled_in(content: bytes) -> bytes:
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    row = next(row for row in rows if row[0] == "core idea 1.1")
    row[2], row[3], row[4] = "interpretation", SAID, "P held their breath."
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def _xlsx_filled_in(content: bytes) -> bytes:
    workbook = openpyxl.load_workbook(io.BytesIO(content))
    sheet = workbook.active
    assert sheet is not None
    row = next(row for row in sheet.iter_rows() if row[0].value == "core idea 1.1")
    row[2].value, row[4].value = "interpretation", "P held their breath."
    row[3].value, row[3].data_type = SAID, "s"
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _docx_filled_in(content: bytes) -> bytes:
    document = docx.Document(io.BytesIO(content))
    row = next(row for row in document.tables[0].rows if row.cells[0].text == "core idea 1.1")
    row.cells[2].text, row.cells[3].text = "interpretation", SAID
    row.cells[4].text = "P held their breath."
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


FILLED_IN = {"csv": _csv_filled_in, "xlsx": _xlsx_filled_in, "docx": _docx_filled_in}


@pytest.mark.parametrize("ending", FILLED_IN)
def test_a_form_filled_in_offline_comes_back_and_is_shown_before_it_is_kept(
    db: Session, audit: AnAudit, ending: str
) -> None:
    filled_in = FILLED_IN[ending](_form(audit, ending))
    page = Reader(audit.case.people.eli.browser).open(f"{audit.url}/form")
    page.send("Look at it", files={"file": (f"form.{ending}", filled_in)})
    assert "core idea 1.1 · interpretation" in page.text
    assert not db.exec(select(Comment)).all()
    page.send("Take these comments over")
    kept = db.exec(select(Comment)).one()
    assert (kept.number, kept.type, kept.text) == ("1.1", "interpretation", SAID)
    assert kept.suggestion == {"text": "P held their breath."}


def test_a_row_of_no_item_is_named_and_the_others_are_shown(db: Session, audit: AnAudit) -> None:
    form = b"item,comment\ncore idea 9.9,What of this?\nthe whole,A careful case.\n"
    page = Reader(audit.case.people.eli.browser).open(f"{audit.url}/form")
    page.send("Look at it", files={"file": ("form.csv", form)})
    assert "Row 2: 'core idea 9.9' is no item of the version you audit." in page.text
    assert "A careful case." in page.text


@pytest.mark.parametrize(
    "content", [b"", b"nothing,of,it\n1,2,3\n", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0old"]
)
def test_what_is_no_form_is_refused_with_a_sentence(audit: AnAudit, content: bytes) -> None:
    answer = audit.case.people.eli.post(f"{audit.url}/form", files={"file": ("form.docx", content)})
    assert answer.status_code == 422


def test_no_cell_of_the_csv_runs_as_a_formula(db: Session, audit: AnAudit) -> None:
    audit.comment(db, audit.case.people.eli, "=1+1")
    assert b"'=1+1" in _form(audit, "csv")


def test_the_form_shows_nobody_what_they_may_not_see(db: Session, audit: AnAudit) -> None:
    people = audit.case.people
    audit.comment(db, people.eli, "A comment of Eli's own.")
    assert b"Eli's own" in _form(audit, "csv")
    for person in (people.gus, people.ana, people.ben):
        assert b"Eli's own" not in person.get(f"{audit.url}/form.csv").content
    assert people.fay.get(f"{audit.url}/form.csv").status_code == 404
    assert people.ben.get(f"{audit.url}/form").status_code == 403
