"""Importing transcripts over HTTP, without JavaScript: preview, then confirm."""

import io
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import httpx2
import pytest
from docx import Document
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app.cases import preview, reading
from app.cases.models import (
    Case,
    CaseAttribute,
    SampleCase,
    Speaker,
    SpeakerRole,
    Transcript,
    TranscriptVersion,
    Turn,
)
from app.cases.proposal import propose
from app.cases.reading import parse
from app.config import Settings
from app.consensus.models import Unit
from app.db import Database
from app.main import create_app
from app.migrations import migrate
from app.studies.models import Member, Study
from app.trail.models import TrailEntry
from tests.people import Browser, People, Person, make_people

INTERVIEW = (
    b"Interviewer: How did it begin?\n\n"
    b"Participant: I cried. It was short, and she nodded.\n\n"
    b"Interviewer: And then?\n\n"
    b"Participant: Then we went on as if nothing had happened.\n"
)
LONG = "".join(f"Interviewer: Question {n}?\n\nParticipant: Answer {n}.\n\n" for n in range(40))
CAFE = "Interviewer: Où?\n\nParticipant: Au café, à côté.\n".encode("cp1252")

Files = dict[str, bytes]


def send(person: Person, url: str, files: Files, field: str, **form: object) -> httpx2.Response:
    """Send a form with files."""
    parts = [(field, (name, data, "application/octet-stream")) for name, data in files.items()]
    return person.post(url, form, files=parts)


def read_files(people: People, files: Files, **form: object) -> httpx2.Response:
    """Ana chooses several files at once."""
    return send(people.ana, f"{people.url}/cases/new/files", files, "files", **form)


@dataclass
class Installed:
    """An installation that really commits, its people, and a way to open a browser."""

    database: Database
    people: People
    browser: Callable[[], Browser]


PreviewOf = Callable[[Files], str]


@pytest.fixture
def preview_of(db: Session, people: People, settings: Settings) -> PreviewOf:
    """A function that puts files aside for Ana, without the process that an upload starts."""

    def put_aside(files: Files) -> str:
        parsed = [(parse(name, data, None), data) for name, data in files.items()]
        content = {"proposal": propose(parsed, code=None).as_json()}
        key = preview.keep(settings, people.context(db), content)
        return f"{people.url}/cases/new/{key}"

    return put_aside


def kept_files(settings: Settings) -> list[Path]:
    """What lies in the folder of previews."""
    folder = settings.data_dir / "previews"
    return sorted(folder.iterdir()) if folder.exists() else []


@pytest.fixture(autouse=True)
def _no_previews_left(settings: Settings) -> Iterator[None]:
    yield
    for path in kept_files(settings):
        path.unlink()


def test_the_pi_imports_two_cases_from_two_files(
    db: Session, people: People, settings: Settings
) -> None:
    sent = read_files(
        people,
        {"P01 first.txt": INTERVIEW, "P02.txt": INTERVIEW},
        samples=str(people.sample.id),
    )
    place = sent.headers["location"]
    shown = people.ana.get(place).text
    for expected in ('value="P01"', 'value="P02"', "How did it begin?", "4 turns", "Participant"):
        assert expected in shown
    assert db.exec(select(Case)).all() == []
    stored = people.ana.post(
        place,
        {
            "code-0": "P01",
            "title-0": "First interview",
            "role-0-0": "other",
            "code-1": "P02",
            "title-1": "Only interview",
            "samples": str(people.sample.id),
        },
    )
    assert stored.headers["location"] == f"{people.url}/cases"
    assert db.exec(select(Case.code).order_by(Case.code_key)).all() == ["P01", "P02"]
    assert len(db.exec(select(Unit)).all()) == 2
    titles = select(Transcript.title).order_by(col(Transcript.id))
    assert db.exec(titles).all() == ["First interview", "Only interview"]
    roles = db.exec(select(Speaker.role).order_by(col(Speaker.id))).all()
    assert roles == [
        SpeakerRole.OTHER,
        SpeakerRole.PARTICIPANT,
        SpeakerRole.INTERVIEWER,
        SpeakerRole.PARTICIPANT,
    ]
    text = db.exec(select(TranscriptVersion.text)).first()
    assert text is not None
    assert text.splitlines()[1] == "I cried. It was short, and she nodded."
    numbers = db.exec(select(Turn.number).order_by(col(Turn.id))).all()
    assert numbers == [1, 2, 3, 4, 1, 2, 3, 4]
    assert kept_files(settings) == []
    assert people.ana.get(place).status_code == 404
    assert people.ana.post(place, {"code-0": "P09"}).status_code == 404


def docx_of(*paragraphs: str) -> bytes:
    """A Word document of these paragraphs."""
    document, file = Document(), io.BytesIO()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(file)
    return file.getvalue()


def pdf_of(*lines: str) -> bytes:
    """A PDF of one page with a text layer, one line under another."""
    shown = " ".join(f"({line}) Tj T*" for line in lines)
    content = f"BT /F 11 Tf 14 TL 72 720 Td {shown} ET"
    bodies = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        "/Resources << /Font << /F 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    objects = "".join(f"{n} 0 obj\n{body}\nendobj\n" for n, body in enumerate(bodies, 1))
    return f"%PDF-1.4\n{objects}trailer\n<< /Root 1 0 R /Size 6 >>\n%%EOF".encode()


def test_every_format_is_imported_alike(db: Session, people: People) -> None:
    said = ("Interviewer: How did it begin?", "Participant: I cried. It was short.")
    marked = [re.sub(r"^(\w+:)", r"**\1**", line) for line in said]
    files = {
        "P01.txt": "\r\n\r\n".join(said).encode("utf-16"),
        "P02.md": "\n\n".join(["# Talk", *marked]).encode(),
        "P03.docx": docx_of(*said),
        "P04.pdf": pdf_of(*said),
    }
    place = read_files(people, files).headers["location"]
    assert people.ana.post(place).is_redirect
    assert db.exec(select(Case.code).order_by(Case.code_key)).all() == ["P01", "P02", "P03", "P04"]
    texts = set(db.exec(select(TranscriptVersion.text)).all())
    assert texts == {"How did it begin?\nI cried. It was short."}
    assert set(db.exec(select(Speaker.label, Speaker.role)).all()) == {
        ("Interviewer", SpeakerRole.INTERVIEWER),
        ("Participant", SpeakerRole.PARTICIPANT),
    }


def test_the_file_itself_never_reaches_the_disk(people: People, settings: Settings) -> None:
    read_files(people, {"P01.txt": INTERVIEW})
    (path,) = kept_files(settings)
    kept = json.loads(path.read_text())["content"]["proposal"]["transcripts"][0]
    assert kept["data"] == ""
    assert INTERVIEW not in path.read_bytes()


def test_one_case_comes_with_its_transcripts(db: Session, people: People) -> None:
    answer = send(
        people.ana,
        f"{people.url}/cases/new",
        {"a.txt": INTERVIEW, "b.txt": INTERVIEW},
        "transcripts",
        code="P07",
        samples=str(people.sample.id),
        attributes="Gender = woman",
    )
    place = answer.headers["location"]
    shown = people.ana.get(place).text
    assert shown.count('value="P07"') == 2
    assert 'value="Follow-up interview"' in shown
    stored = people.ana.post(place, {"samples": str(people.sample.id)})
    assert stored.headers["location"] == f"{people.url}/cases/P07"
    numbers = db.exec(select(Transcript.number, Transcript.title).order_by(col(Transcript.id)))
    assert numbers.all() == [(1, "First interview"), (2, "Follow-up interview")]
    assert db.exec(select(CaseAttribute.name)).all() == ["Gender"]
    assert len(db.exec(select(SampleCase)).all()) == 1


def test_a_case_gets_a_further_transcript(db: Session, people: People) -> None:
    people.ana.post(f"{people.url}/cases/new", {"code": "P07"})
    url = f"{people.url}/cases/p07/transcripts"
    assert people.ana.get(f"{url}/new").status_code == 200
    for title in ("First interview", "Follow-up interview"):
        place = send(people.ana, url, {"x.txt": INTERVIEW}, "transcripts").headers["location"]
        shown = people.ana.get(place).text
        assert f'value="{title}"' in shown
        assert 'name="code-0"' not in shown
        # A code that is sent all the same does not lead the text into another case.
        stored = people.ana.post(place, {"code-0": "P99"})
        assert stored.headers["location"] == f"{people.url}/cases/P07"
    assert db.exec(select(Case.code)).all() == ["P07"]
    assert len(db.exec(select(Transcript)).all()) == 2


def test_a_text_in_an_assumed_encoding_is_read_again_in_another(
    preview_of: PreviewOf, db: Session, people: People, settings: Settings
) -> None:
    place = preview_of({"P01.txt": CAFE})
    shown = unescape(people.ana.get(place).text)
    assert "Read as Windows-1252" in shown
    assert "Au café, à côté." in shown
    form = {"code-0": "P77", "title-0": "Visite", "encoding-0": "cp1251", "again": "0"}
    assert people.ana.post(f"{place}/encoding", form).status_code == 303
    shown = unescape(people.ana.get(place).text)
    assert "Au cafй" in shown
    assert 'value="P77"' in shown
    assert 'value="Visite"' in shown
    refused = people.ana.post(f"{place}/encoding", form | {"encoding-0": "utf-8"})
    assert refused.status_code == 422
    assert "P01.txt cannot be read as UTF-8" in unescape(refused.text)
    assert people.ana.post(f"{place}/encoding", form | {"encoding-0": "cp1252"}).is_redirect
    assert people.ana.post(place, {"code-0": "P77"}).is_redirect
    assert "café" in db.exec(select(TranscriptVersion.text)).one()
    assert kept_files(settings) == []


def test_all_turns_are_shown_on_demand_and_what_was_typed_is_kept(
    preview_of: PreviewOf, people: People
) -> None:
    place = preview_of({"P01.txt": LONG.encode()})
    shown = people.ana.get(place).text
    assert "Answer 0." in shown
    assert "Answer 39." in shown
    assert "Answer 20." not in shown
    part = people.ana.get(f"{place}?all=0", htmx=True).text
    assert "Answer 20." in part
    assert "<html" not in part
    assert part.count("autofocus") == 1
    whole = people.ana.post(f"{place}/typed", {"code-0": "P55", "all": "0"})
    assert whole.headers["location"] == f"{place}?all=0#file-0"
    page = people.ana.get(f"{place}?all=0").text
    assert "Answer 20." in page
    assert 'value="P55"' in page


def test_cancelling_leaves_nothing(
    preview_of: PreviewOf, db: Session, people: People, settings: Settings
) -> None:
    place = preview_of({"P01.txt": CAFE})
    assert people.ana.post(f"{place}/cancel").is_redirect
    assert kept_files(settings) == []
    assert db.exec(select(Case)).all() == []
    assert db.exec(select(TrailEntry)).all() == []


def test_a_preview_is_its_makers_alone(preview_of: PreviewOf, db: Session, people: People) -> None:
    place = preview_of({"P01.txt": INTERVIEW})
    ben = db.exec(select(Member).where(Member.account_id == people.ben.id)).one()
    ben.is_pi = True
    db.add(ben)
    db.commit()
    assert people.ben.get(place).status_code == 404
    for act in ("", "/cancel", "/typed", "/encoding", "/attributes"):
        assert people.ben.post(place + act, {"code-0": "P01"}).status_code == 404
    assert people.ana.get(place).status_code == 200


def test_a_preview_belongs_to_one_study(preview_of: PreviewOf, db: Session, people: People) -> None:
    place = preview_of({"P01.txt": INTERVIEW})
    db.add(Member(study_id=people.other_study.id, account_id=people.ana.id, is_pi=True))
    db.commit()
    elsewhere = place.replace(people.url, f"/studies/{people.other_study.id}")
    assert people.ana.get(elsewhere).status_code == 404
    assert people.ana.post(elsewhere, {"code-0": "P01"}).status_code == 404


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("empty.txt", b"", "empty.txt"),
        ("picture.txt", bytes(range(256)) * 40, "picture.txt"),
        ("broken.docx", b"PK\x03\x04 and no more", "broken.docx is damaged"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old.doc"),
        ("broken.pdf", b"%PDF-1.7\nnothing", "broken.pdf"),
        ("endless.txt", b"P: word\n" * 260_000, "2,000,000 characters"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_nothing_is_kept(
    db: Session, people: People, settings: Settings, name: str, data: bytes, reason: str
) -> None:
    answer = read_files(people, {name: data}, samples=str(people.sample.id))
    assert answer.status_code == 422
    assert reason in unescape(answer.text)
    assert "checked" in answer.text
    assert kept_files(settings) == []
    assert db.exec(select(Case)).all() == []


def test_good_files_go_on_and_a_bad_one_is_named_beside_them(
    preview_of: PreviewOf, people: People
) -> None:
    place = preview_of({"P01.txt": INTERVIEW, "broken.docx": b"PK\x03\x04no"})
    shown = unescape(people.ana.get(place).text)
    assert "broken.docx is damaged" in shown
    assert "Store 1 transcript" in shown


def test_choosing_no_file_is_told(people: People) -> None:
    people.ana.post(f"{people.url}/cases/new", {"code": "P07"})
    for url in ("/cases/new/files", "/cases/P07/transcripts"):
        answer = people.ana.post(people.url + url)
        assert answer.status_code == 422
        assert "Choose a file" in answer.text


def test_one_wrong_code_stores_nothing_and_keeps_what_was_typed(
    preview_of: PreviewOf, db: Session, people: People
) -> None:
    people.ana.post(f"{people.url}/cases/new", {"code": "P02"})
    place = preview_of({"P01.txt": INTERVIEW, "P02.txt": INTERVIEW, "x.txt": INTERVIEW})
    asked = people.ana.post(
        place,
        {"code-0": "P01", "code-1": "p02", "code-2": "a@b.de", "title-0": "Erstes", "title-2": ""},
    )
    assert asked.status_code == 422
    page = unescape(asked.text)
    assert "There is already a case P02" in page
    assert "The transcript has no title" in page
    assert 'value="Erstes"' in page
    assert db.exec(select(Case.code)).all() == ["P02"]
    assert db.exec(select(Transcript)).all() == []
    stored = people.ana.post(place, {"code-0": "P01", "code-1": "P03", "code-2": "P04"})
    assert stored.is_redirect
    assert len(db.exec(select(Transcript)).all()) == 3


def test_a_file_named_after_somebody_is_asked_about(
    preview_of: PreviewOf, db: Session, people: People
) -> None:
    place = preview_of({"maria lopez.txt": INTERVIEW})
    shown = unescape(people.ana.get(place).text)
    assert "'maria-lopez' looks like a name" in shown
    assert people.ana.post(place, {"code-0": "maria-lopez"}).status_code == 422
    assert db.exec(select(Case)).all() == []
    assert people.ana.post(place, {"code-0": "maria-lopez", "sure-0": "on"}).is_redirect


def test_files_with_one_code_become_transcripts_of_one_case(
    preview_of: PreviewOf, db: Session, people: People
) -> None:
    place = preview_of({"a1.txt": INTERVIEW, "a2.txt": INTERVIEW})
    people.ana.post(place, {"code-0": "P01", "code-1": "p01", "title-1": "Follow-up"})
    assert db.exec(select(Case.code)).all() == ["P01"]
    titles = select(Transcript.title).order_by(col(Transcript.number))
    assert db.exec(titles).all() == ["First interview", "Follow-up"]


def test_text_and_file_names_that_hold_markup_are_shown_as_text(
    preview_of: PreviewOf, people: People
) -> None:
    text = b"P: <script>alert(1)</script>\n\nI: <b>x</b> {{7*7}}\n"
    place = preview_of({"<img src=x>.txt": text, "b.docx": b"PK\x03\x04<script>"})
    page = people.ana.get(place).text
    assert "<script>alert" not in page
    assert "<img src" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{7*7}}" in page


def test_with_htmx_an_upload_leads_on_and_an_error_comes_as_the_form_alone(
    people: People,
) -> None:
    url = f"{people.url}/cases/new/files"
    files = [("files", ("P01.txt", INTERVIEW, "text/plain"))]
    led = people.ana.post(url, htmx=True, files=files)
    assert led.headers["HX-Redirect"].startswith(f"{people.url}/cases/new/")
    files = [("files", ("x.txt", b"", "text/plain"))]
    refused = people.ana.post(url, htmx=True, files=files)
    assert refused.status_code == 422
    assert refused.text.lstrip().startswith('<form class="form" id="several"')


def test_attributes_come_from_a_table_without_what_tells_who_somebody_is(
    db: Session, people: People
) -> None:
    for code in ("P01", "P02"):
        form = {"code": code, "attributes": "Gender = unknown\nSite = A"}
        people.ana.post(f"{people.url}/cases/new", form)
    assert people.ana.get(f"{people.url}/cases/new/attributes").status_code == 200
    table = b"code;Gender;E-mail;Years\nP01;woman;a@b.de;4\np02;;;5\nX9;man;;1\n"
    url = f"{people.url}/cases/new/attributes"
    place = send(people.ana, url, {"people.csv": table}, "sheet").headers["location"]
    shown = unescape(people.ana.get(place).text)
    assert "'E-mail' holds e-mail addresses" in shown
    assert "1 row of the table has a code that is no case" in shown
    assert people.ana.post(f"{place}/attributes", {"columns": ["0", "2"]}).is_redirect
    rows = db.exec(
        select(Case.code, CaseAttribute.name, CaseAttribute.value)
        .join(CaseAttribute, col(CaseAttribute.case_id) == col(Case.id))
        .order_by(col(Case.code), col(CaseAttribute.position))
    ).all()
    assert rows == [
        ("P01", "Gender", "woman"),
        ("P01", "Site", "A"),
        ("P01", "Years", "4"),
        ("P02", "Gender", "unknown"),
        ("P02", "Site", "A"),
        ("P02", "Years", "5"),
    ]
    assert people.ana.get(place).status_code == 404


@pytest.mark.parametrize("table", [b"", b"name,Gender\nP01,woman\n"])
def test_a_table_without_codes_is_refused_by_name(people: People, table: bytes) -> None:
    url = f"{people.url}/cases/new/attributes"
    answer = send(people.ana, url, {"people.csv": table}, "sheet")
    assert answer.status_code == 422
    assert "people.csv" in answer.text
    assert people.ana.post(url).status_code == 422


def test_a_preview_is_not_confirmed_as_the_other_kind(
    preview_of: PreviewOf, people: People
) -> None:
    url = f"{people.url}/cases/new/attributes"
    sheet = send(people.ana, url, {"a.csv": b"code,A\nP01,1\n"}, "sheet").headers["location"]
    assert people.ana.post(sheet, {}).status_code == 404
    place = preview_of({"P01.txt": INTERVIEW})
    assert people.ana.post(f"{place}/attributes", {}).status_code == 404
    assert people.ana.get(place).status_code == 200


@pytest.fixture
def installed(fresh_database_url: Callable[[], str], tmp_path: Path) -> Iterator[Installed]:
    """An installation with a database of its own, whose transactions really commit."""
    database = Database(fresh_database_url())
    migrate(database.engine)
    app = create_app(Settings(data_dir=tmp_path, test_mode=True), database)

    def browser() -> Browser:
        return Browser(TestClient(app, base_url="http://127.0.0.1", follow_redirects=False))

    with database.write() as db:
        people = make_people(db, browser)
    yield Installed(database, people, browser)
    database.engine.dispose()


def test_of_two_people_racing_for_one_code_one_is_told(installed: Installed) -> None:
    people, answers, barrier = installed.people, list[int](), threading.Barrier(4)

    def race() -> None:
        racer = installed.browser()
        racer.client.cookies.update(people.ana.browser.client.cookies)
        barrier.wait()
        answers.append(racer.post(f"{people.url}/cases/new", {"code": "P07"}).status_code)

    threads = [threading.Thread(target=race) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with installed.database.read() as db:
        assert db.exec(select(Case.code)).all() == ["P07"]
    assert sorted(answers) == [303, 422, 422, 422]


def test_nobody_waits_while_files_are_read(installed: Installed) -> None:
    answers: list[httpx2.Response] = []
    upload = threading.Thread(
        target=lambda: answers.append(read_files(installed.people, {"P01.txt": INTERVIEW}))
    )
    with reading.AT_ONCE, reading.AT_ONCE:
        upload.start()
        for _ in range(10):
            time.sleep(0.1)
            with installed.database.write() as db:
                db.add(Study(title="written meanwhile"))
        assert upload.is_alive()
    upload.join()
    assert answers[0].status_code == 303
