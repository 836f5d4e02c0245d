"""A whole small study, from an empty installation to a table in Word, without JavaScript.

Jo sets Concord up; Ana makes a study and invites Ben; four transcripts come in as four cases; both
code, write core ideas, sort and agree; Ana takes the table away. Once on the invented twins in
`tests/transcripts/`, once on the real files where `../shared` lies beside the checkout.
"""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from sqlmodel import Session

from app.accounts.service import first_start_link
from app.trail.service import verify
from tests.html import Reader
from tests.people import Browser

TWINS = Path(__file__).parents[1] / "transcripts"
REAL = Path(__file__).parents[3] / "shared" / "data" / "transcripts"
CODES = ("P01", "P02", "P03", "P04")
WORDS = "four unrelated calm words"


def _four(folder: Path) -> list[Path]:
    found = sorted((*folder.glob("*.md"), *folder.glob("*.pdf")))
    return [path for path in found if path.stem not in ("README", "SOURCES")][:4]


SOURCES = [
    pytest.param(TWINS, id="invented twins"),
    pytest.param(
        REAL,
        id="real transcripts",
        marks=pytest.mark.skipif(
            not REAL.exists(), reason="../shared/data/transcripts is not beside this checkout"
        ),
    ),
]


@pytest.mark.parametrize("folder", SOURCES)
def test_a_team_of_two_goes_from_four_transcripts_to_a_table_in_word(
    db: Session, browser_of: Callable[[], Browser], folder: Path
) -> None:
    ana, ben = _a_team(db, browser_of)
    sample = _a_sample_with_two_domains(ana)
    _import_as_cases(ana, _four(folder))
    for number, code in enumerate(CODES):
        _code_and_abstract(ben if number % 2 else ana, f"{sample}/cases/{code}")
    _sort(ana, sample)
    _agree(ana, ben, sample)
    _take_the_table(ana, sample)
    assert list(verify(db)) == []


def _a_team(db: Session, browser_of: Callable[[], Browser]) -> tuple[Reader, Reader]:
    token = first_start_link(db)
    db.commit()
    jo, ana, ben = (Reader(browser_of()) for _ in range(3))
    jo.open(f"/setup/{token}").send(
        "Set up", name="Jo", email="jo@example.org", password=WORDS, password_again=WORDS
    )
    jo.open("/accounts").send("Make the account", name="Ana", email="ana@example.org")
    ana.open(_link_in(jo, "/reset/")).send("Open my account", password=WORDS, password_again=WORDS)
    ana.open("/studies/new").send("Create the study", title="AI at work", is_judge="on")
    ana.open(f"{ana.url.split('?')[0]}/team").send("Make a link", note="Ben", is_judge="on")
    ben.open(_link_in(ana, "/invitations/")).send(
        "Create my account and join",
        name="Ben",
        email="ben@example.org",
        password=WORDS,
        password_again=WORDS,
    )
    return ana, ben


def _link_in(reader: Reader, path: str) -> str:
    found = re.search(rf"{re.escape(path)}[\w-]{{43}}", reader.page.text_content())
    assert found, reader.text
    return found.group()


def _a_sample_with_two_domains(ana: Reader) -> str:
    study = re.match(r"/studies/\d+", ana.url)
    assert study
    ana.open(f"{study.group()}/settings")
    ana.send("Add the sample", name="all", topic="Using AI at Work")
    ana.open(study.group()).follow("Domains")
    ana.send("Add these domains", lines="Uses: what P uses it for\nDoubts: what P worries about")
    return ana.url.partition("/domains")[0]


def _import_as_cases(ana: Reader, files: list[Path]) -> None:
    assert len(files) == 4
    study = ana.url.partition("/samples")[0]
    uploads = [("files", (path.name, path.read_bytes())) for path in files]
    samples = [
        box.get("value")
        for box in ana.open(f"{study}/cases/new").page.xpath(
            "//form[@id='several']//input[@name='samples']"
        )
    ]
    ana.send("Read the files", files=uploads, samples=samples)
    assert "turns" in ana.text
    ana.send(
        "Store 4 transcripts",
        **{f"code-{number}": code for number, code in enumerate(CODES)},
    )
    listed = ana.open(f"{study}/cases").text
    assert all(code in listed for code in CODES)


def _code_and_abstract(judge: Reader, case: str) -> None:
    domains = _code(judge, case)
    judge.open(f"{case}/core-ideas")
    for domain in domains:
        form = judge.page.get_element_by_id(f"domain-{domain}").xpath(
            ".//form[contains(@class,'core-idea-new')]"
        )[0]
        text = f"P says something about domain {domain} in {case[-3:]}."
        fields = dict(form.form_values()) | {"new_text": text}
        judge._settle(judge.browser.post(form.get("action"), fields))
        assert text in judge.text


def _code(judge: Reader, case: str) -> list[str]:
    page = judge.open(f"{case}/coding").page
    turns = page.xpath("//li[@data-role='participant']/a[contains(@class,'turn-number')]/text()")
    assert len(turns) >= 5, "a participant speaks"
    domains = [box.get("value") for box in page.xpath("//input[@type='checkbox'][@name='domain']")]
    for domain, turn in zip(domains, turns[1:], strict=False):
        judge.send("Put it there", from_turn=turn, to_turn=turn, domain=domain)
        judge.open(f"{case}/coding")
    return domains


def _sort(ana: Reader, sample: str) -> None:
    for title, category, cases in (("Uses", "Writing", 4), ("Doubts", "Being wrong", 3)):
        ana.open(f"{sample}/cross-analysis").follow(title)
        board = ana.url.split("?")[0]
        ana.send("Add", title=category)
        for number in range(4):
            card = ana.open(board).page.xpath("//ul[@id='cards-unsorted']/li/a/@href")[0]
            ana.open(card)
            into = category if number < cases else "Miscellaneous"
            places = {
                option.text_content().strip(): option.get("value")
                for option in ana.page.xpath("//select[@name='to']/option")
            }
            ana.send("Move there", to=places[into])


def _agree(ana: Reader, ben: Reader, sample: str) -> None:
    for code in CODES:
        for judge in (ana, ben):
            judge.open(f"{sample}/cases/{code}/coding").send("Agree to this version")
        assert "Agreed" in ben.open(f"{sample}/cases/{code}/coding").text
    for title in ("Uses", "Doubts"):
        for judge in (ana, ben):
            judge.open(f"{sample}/cross-analysis").follow(title)
            judge.open(f"{judge.url.split('?')[0]}?beside=agree").send("Agree")


def _take_the_table(ana: Reader, sample: str) -> None:
    page = ana.open(f"{sample}/findings").text
    assert "rovisional" not in page
    answer = ana.browser.get(f"{sample}/findings/table.docx")
    assert answer.status_code == 200
    document = Document(io.BytesIO(answer.content))
    rows = [[cell.text.strip() for cell in row.cells] for row in document.tables[0].rows]
    assert ["Writing", "General", "4"] in rows
    assert ["Being wrong", "Typical", "3"] in rows
    assert not any("Miscellaneous" in row for row in rows)
    printed = " ".join(paragraph.text for paragraph in document.paragraphs)
    assert "Using AI at Work" in printed
    assert "N = 4" in printed
