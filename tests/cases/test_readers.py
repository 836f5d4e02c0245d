"""Files of every kind: what is read of them, and what is said where nothing can be.

The interviews in `tests/transcripts/` are invented twins of real ones; the real ones are read too
where they lie beside the checkout.
"""

import io
import random
import re
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import process_time
from typing import Any

import pypdfium2
import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from app.cases.read_command import read_files
from app.cases.readers import Reading, read
from app.errors import Invalid

pytestmark = pytest.mark.pure

TWINS = Path(__file__).parents[1] / "transcripts"
REAL = Path(__file__).parents[3] / "shared" / "data" / "transcripts"
needs_real = pytest.mark.skipif(
    not REAL.exists(), reason="../shared/data/transcripts is not beside this checkout"
)


def read_file(path: Path) -> Reading:
    return read(path.name, path.read_bytes())


def spoken(reading: Reading) -> list[tuple[str, str]]:
    return [(turn.speaker, turn.text) for turn in reading.turns]


def docx_of(fill: Callable[[Any], object]) -> bytes:
    document = Document()
    fill(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def repacked(data: bytes, change: Callable[[str, bytes], bytes], **more: bytes) -> bytes:
    """A docx with its parts changed and parts added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, content in more.items():
            new.writestr(name, content)
    return out.getvalue()


def pdf_of(*pages: str, encrypt: bool = False) -> bytes:
    """A PDF written by hand: each page a content stream, Helvetica as /F."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for n, stream in enumerate(pages):
        objects.append(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>"
            f"/Contents {5 + 2 * n} 0 R>>"
        )
        objects.append(f"<</Length {len(stream.encode('cp1252'))}>>stream\n{stream}\nendstream")
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    locked = f"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O({'x' * 32})/U({'x' * 32})>>/ID[(a)(a)]"
    size = len(objects) + 1
    end = (
        f"xref\n0 {size}\n0000000000 65535 f \n{table}"
        f"trailer\n<</Size {size}/Root 1 0 R{locked if encrypt else ''}>>\n"
        f"startxref\n{len(body)}\n%%EOF"
    )
    return body + end.encode()


def lines_at(x: float, y: float, *lines: str, size: int = 10, step: float = 12) -> str:
    """Content that shows lines below one another."""
    shown = (
        f"BT /F {size} Tf {x} {y - n * step} Td ({line}) Tj ET" for n, line in enumerate(lines)
    )
    return "".join(f"{line}\n" for line in shown)


# The twins


@pytest.mark.parametrize(
    ("name", "speakers", "first", "last"),
    [
        (
            "library_P1.pdf",
            {"Mara": 19, "Participant": 20},
            "Okay. So that was the last of the practical part, and now I only have a few questions "
            "about how you use the library catalogue.",
            "Okay. Thank you.",
        ),
        (
            "library_P2.pdf",
            {"Mara": 17, "Participant": 18},
            "So I will ask you some questions now, and there is no right or wrong.",
            "Then everybody is right.",
        ),
        (
            "garden_00017.md",
            {"Assistant": 1, "User": 11, "AI": 11},
            "Hello! I am an interviewer for a small study about allotment gardens. Thank you for "
            "making the time.\n",
            "Thank you again for your time, and give my regards to the bus driver.",
        ),
        (
            "garden_00042.md",
            {"Assistant": 1, "User": 10, "AI": 9},
            "Good morning! This is an interview about choirs and what keeps people in them.",
            "My finger slipped: a pleasure, I was going to say.",
        ),
        (
            "shop_P03.docx",
            {"INTERVIEWER": 6, "PARTICIPANT": 6},
            "You’ve had this shop for nineteen years. How did it begin?",
            "I’d leave the window open. But yes – of course I would.",
        ),
        (
            "allotment_P07.txt",
            {"I": 7, "P": 6},
            "Thank you for coming, in this heat. I’d like to begin with the day you took over the "
            "plot. What do you remember?",
            "Thank you. That was everything from my side.",
        ),
    ],
)
def test_a_twin_is_read_from_its_first_turn_to_its_last(
    name: str, speakers: dict[str, int], first: str, last: str
) -> None:
    reading = read_file(TWINS / name)
    assert reading.speakers == speakers
    assert reading.turns[0].text.startswith(first)
    assert reading.turns[-1].text == last
    assert not any(re.fullmatch(r"[\d/ ]+|Interview", turn.text) for turn in reading.turns)


def test_a_long_turn_of_a_printed_page_is_one_line() -> None:
    turn = read_file(TWINS / "library_P1.pdf").turns[3]
    assert turn.text == (
        "Both, I would say. If I know the topic I go to the shelves, because I know where the "
        "books about rivers and bridges stand. If it is something new, I start with the catalogue, "
        "and then I write three or four call numbers on my hand, which my pupils find very funny."
    )


def test_what_is_left_out_is_said() -> None:
    reading = read_file(TWINS / "library_P2.pdf")
    assert reading.left_out == ("1/2", "2/2", "paragraph numbers 1 to 36", "Interview")
    assert "“1/2”" in reading.warnings[-1]


def test_a_word_document_reads_as_with_all_changes_accepted() -> None:
    turns = spoken(read_file(TWINS / "shop_P03.docx"))
    assert turns[2] == ("INTERVIEWER", "And you stayed from that day on?")
    assert turns[9][1].startswith("No, no. That’s only the baker.")
    assert "\n".join(text for _, text in turns).count("confidential") == 0


# The real ones


@needs_real
@pytest.mark.parametrize(
    ("name", "speakers"),
    [
        ("pdpilot_P1.pdf", {"Dan": 47, "Participant": 47}),
        ("pdpilot_P2.pdf", {"Dan": 81, "Participant": 84}),
        ("anthropic_interviewer_00254.md", {"Assistant": 1, "User": 15, "AI": 15}),
        ("anthropic_interviewer_00306.md", {"Assistant": 1, "User": 12, "AI": 12}),
    ],
)
def test_a_real_transcript_has_the_turns_it_has(name: str, speakers: dict[str, int]) -> None:
    assert read_file(REAL / name).speakers == speakers


@needs_real
@pytest.mark.parametrize("name", ["pdpilot_P1.pdf", "pdpilot_P2.pdf"])
def test_no_word_of_a_real_pdf_is_lost_or_added(name: str) -> None:
    with pypdfium2.PdfDocument(REAL / name) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    printed = re.sub(r"(?m)^(?:\d+/\d+|\d+|Interview)\s*$", "", "\n".join(pages))
    turns = " ".join(f"{speaker}: {text}" for speaker, text in spoken(read_file(REAL / name)))
    assert turns.split() == re.sub("[\ufffe\x02]\\s*", "-", printed).split()


@needs_real
@pytest.mark.parametrize("number", ["00254", "00306"])
def test_no_word_of_a_real_text_is_lost_or_added(number: str) -> None:
    path = REAL / f"anthropic_interviewer_{number}.md"
    body = path.read_text(encoding="utf-8").split("---", 1)[1]
    turns = " ".join(f"{speaker}: {text}" for speaker, text in spoken(read_file(path)))
    assert turns.split() == body.split()


# Text

THREE = "Dan: It’s “fine” – café…\nPat: naïve\nDan: ok"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (THREE.encode(), "utf-8"),
        (THREE.encode("utf-8-sig"), "utf-8"),
        (THREE.encode("utf-16"), "utf-16"),
        (THREE.encode("utf-16-le"), "utf-16"),
        (b"\xfe\xff" + THREE.encode("utf-16-be"), "utf-16"),
        (THREE.encode("utf-32"), "utf-32"),
        (THREE.encode("cp1252"), "cp1252"),
    ],
)
def test_a_text_is_read_in_its_encoding(data: bytes, encoding: str) -> None:
    reading = read("x.txt", data)
    assert reading.encoding == encoding
    assert spoken(reading) == [("Dan", "It’s “fine” – café…"), ("Pat", "naïve"), ("Dan", "ok")]


def test_windows_1252_is_mentioned() -> None:
    assert "Windows-1252" in read("x.txt", THREE.encode("cp1252")).warnings[0]


def test_another_encoding_can_be_asked_for() -> None:
    data = "Дан: Привет.\nПат: Да.\nДан: Нет.".encode("cp1251")
    reading = read("x.txt", data, "cp1251")
    assert spoken(reading)[0] == ("Дан", "Привет.")
    assert reading.encoding == "cp1251"


@pytest.mark.parametrize(
    ("encoding", "reason"),
    [("klingon", "no encoding called"), ("base64", "no encoding called"), ("ascii", "cannot be")],
)
def test_an_encoding_that_does_not_fit_is_refused(encoding: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        read("x.txt", THREE.encode(), encoding)


def test_what_no_database_holds_is_left_out_with_a_warning() -> None:
    reading = read("x.txt", b"Dan: a\x00b\nPat: \xed\xa0\x80c\nDan: d")
    assert spoken(reading) == [("Dan", "ab"), ("Pat", "c"), ("Dan", "d")]
    assert "2 characters" in reading.warnings[0]


def test_a_file_without_speakers_says_so() -> None:
    assert "No speakers found" in read("x.txt", b"It rained.\n\nAll day.").warnings[0]


# Word


def test_paragraphs_and_tables_of_a_document_come_in_order() -> None:
    def fill(document: Any) -> None:
        document.add_heading("The first part", 1)
        document.sections[0].header.paragraphs[0].text = "Dan: in the header"
        document.sections[0].footer.paragraphs[0].text = "Page 3"
        document.add_paragraph("Dan: How?")
        for who, words in (
            ("Pat", "Well, it began with the rain."),
            ("Dan", "And then it went on?"),
        ):
            table = document.add_table(rows=1, cols=2)
            table.cell(0, 0).text, table.cell(0, 1).text = f"{who}:", words
        document.add_paragraph("Pat: Yes.")
        document.add_paragraph("It did.")

    assert spoken(read("x.docx", docx_of(fill))) == [
        ("Dan", "How?"),
        ("Pat", "Well, it began with the rain."),
        ("Dan", "And then it went on?"),
        ("Pat", "Yes.\nIt did."),
    ]


def test_a_table_of_times_speakers_and_words_is_a_transcript() -> None:
    rows = [
        ("Time", "Speaker", "Text"),
        ("00:01", "Dan", "How did it begin?"),
        ("00:05", "Pat", "With rain.\nA lot of it."),
        ("00:09", "Dan", "And then?"),
    ]

    def fill(document: Any) -> None:
        table = document.add_table(rows=len(rows), cols=3)
        for cells, row in zip(table.rows, rows, strict=True):
            for cell, text in zip(cells.cells, row, strict=True):
                cell.text = text

    turns = read("x.docx", docx_of(fill)).turns
    assert [(t.time_stamp, t.speaker, t.text) for t in turns] == rows[1:]


def test_a_table_of_facts_is_no_transcript() -> None:
    def fill(document: Any) -> None:
        table = document.add_table(rows=2, cols=2)
        for n, (key, fact) in enumerate([("Date", "3 May"), ("Participant", "P03")]):
            table.cell(n, 0).text, table.cell(n, 1).text = key, fact
        for line in ("Dan: Hi.", "Pat: Hi.") * 3:
            document.add_paragraph(line)

    assert read("x.docx", docx_of(fill)).speakers == {"Dan": 3, "Pat": 3}


def test_a_deleted_end_of_paragraph_joins_the_next() -> None:
    def fill(document: Any) -> None:
        first = document.add_paragraph("Dan: One ")
        mark = f'<w:rPr {nsdecls("w")}><w:del w:id="1" w:author="M"/></w:rPr>'
        first._p.get_or_add_pPr().append(parse_xml(mark))
        document.add_paragraph("and two.")
        document.add_paragraph("Pat: Three.")

    assert spoken(read("x.docx", docx_of(fill))) == [("Dan", "One and two."), ("Pat", "Three.")]


def test_names_and_times_above_the_words_are_speakers() -> None:
    def fill(document: Any) -> None:
        for name, words in (("Dan Lee", "Hi."), ("Pat Ode", "Hello."), ("Dan Lee", "So.")):
            run = document.add_paragraph().add_run(f"{name}   0:03")
            run.add_break()
            run.add_text(words)

    turns = read("x.docx", docx_of(fill)).turns
    assert [(t.speaker, t.text, t.time_stamp) for t in turns] == [
        ("Dan Lee", "Hi.", "0:03"),
        ("Pat Ode", "Hello.", "0:03"),
        ("Dan Lee", "So.", "0:03"),
    ]


# PDF


def test_a_running_head_and_page_numbers_are_furniture() -> None:
    pages = [
        lines_at(50, 810, "Study of rain")
        + lines_at(50, 760, f"Dan: Question {n}?", f"Pat: Answer {n}.", step=24)
        + lines_at(290, 30, f"{n} / 3")
        for n in (1, 2, 3)
    ]
    reading = read("x.pdf", pdf_of(*pages))
    assert spoken(reading) == [
        (speaker, f"{kind} {n}{end}")
        for n in (1, 2, 3)
        for speaker, kind, end in (("Dan", "Question", "?"), ("Pat", "Answer", "."))
    ]
    assert set(reading.left_out) == {"Study of rain", "1 / 3", "2 / 3", "3 / 3"}


FULL = "and this line is as long as the page is wide so that it goes on below it, I think"


def test_words_divided_at_a_line_end_are_mended_and_compounds_stay() -> None:
    lines = (
        f"Dan: {FULL} the inter-",
        f"view was good. {FULL} self-",
        f"esteem and I heard of well-known things. {FULL[:-9]} well-",
        "known too.",
        "Pat: Yes.",
    )
    assert spoken(read("x.pdf", pdf_of(lines_at(40, 800, *lines, size=9)))) == [
        (
            "Dan",
            f"{FULL} the interview was good. {FULL} self-esteem and I heard of well-known things. "
            f"{FULL[:-9]} well-known too.",
        ),
        ("Pat", "Yes."),
    ]


def test_a_number_beside_every_line_is_no_word() -> None:
    lines = [f"Dan: {FULL}", "and ends here.", f"Pat: {FULL}", "and there.", "Dan: Well."]
    numbers = [lines_at(20, 800 - 12 * n, str(n + 1)) for n in range(len(lines))]
    page = "\n".join([lines_at(60, 800, *lines), *numbers])
    assert spoken(read("x.pdf", pdf_of(page))) == [
        ("Dan", f"{FULL} and ends here."),
        ("Pat", f"{FULL} and there."),
        ("Dan", "Well."),
    ]


def test_a_larger_line_is_a_heading() -> None:
    page = lines_at(50, 800, "The rain", size=18) + lines_at(
        50, 760, "It rained.", "It stopped.", step=30
    )
    reading = read("x.pdf", pdf_of(page))
    assert spoken(reading) == [("", "It rained."), ("", "It stopped.")]
    assert "The rain" in reading.left_out


def test_a_page_without_text_is_mentioned() -> None:
    reading = read("x.pdf", pdf_of(lines_at(50, 800, "Dan: Hi.", "Pat: Hi.", step=24), ""))
    assert "No text on page 2" in reading.warnings[0]


# What is not read


PLAIN = docx_of(lambda document: document.add_paragraph("Dan: Hi."))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def with_doctype(name: str, part: bytes, encoding: str = "utf-8") -> bytes:
    if name != "word/document.xml":
        return part
    head = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE w [<!ENTITY a "b">]>'
    return re.sub(r"^<\?xml[^>]*\?>", head, part.decode()).encode(encoding)


def allowing_macros(name: str, part: bytes) -> bytes:
    plain = b"openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return part.replace(plain, b"ms-word.document.macroEnabled.main+xml")


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


REFUSED: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "empty": ("x.txt", lambda: b"", "is empty"),
    "blank": ("x.txt", lambda: b" \r\n\n", "is empty"),
    "only headings": ("x.md", lambda: b"# One\n\n## Two\n", "no turns"),
    "binary": ("x.txt", lambda: random.Random(1).randbytes(5000), "is not a text"),
    "a picture": ("x.txt", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "is not a text"),
    "too long": ("x.txt", lambda: b"Dan: hello there\n" * 120_000, "2,000,000 characters"),
    "too many lines": ("x.txt", lambda: b"a\n" * 100_001, "100,000 lines"),
    "too large": ("x.txt", lambda: bytes(20_000_001), "larger than 20 MB"),
    "rtf": ("x.docx", lambda: b"{\\rtf1 hello}", "save it as .docx"),
    "html": ("x.txt", lambda: b"<!DOCTYPE html><p>hi", "save it as .docx"),
    "vtt": ("x.txt", lambda: b"WEBVTT\n\n00:01.000 --> 00:02.000\nhi", "save it as .docx"),
    "srt": ("x.txt", lambda: b"1\n00:00:01,000 --> 00:00:02,000\nhi", "save it as .docx"),
    "odt": (
        "x.docx",
        lambda: zipped(mimetype=b"application/vnd.oasis.opendocument.text"),
        "save it as .docx",
    ),
    "zip": ("x.docx", lambda: zipped(a=b"hi"), "Unpack it"),
    "old Word": ("x.doc", lambda: OLE + "WordDocument".encode("utf-16-le"), "save it as .docx"),
    "locked Word": (
        "x.docx",
        lambda: OLE + "EncryptedPackage".encode("utf-16-le"),
        "protected with a password",
    ),
    "cut off Word": ("x.docx", lambda: PLAIN[: len(PLAIN) // 2], "damaged"),
    "macros": ("x.docm", lambda: repacked(PLAIN, allowing_macros), "macros"),
    "a macro": (
        "x.docx",
        lambda: repacked(PLAIN, lambda _, part: part, **{"word/vbaProject.bin": b"x"}),
        "macros",
    ),
    "a document type": ("x.docx", lambda: repacked(PLAIN, with_doctype), "document type"),
    "a wide document type": (
        "x.docx",
        lambda: repacked(PLAIN, lambda name, part: with_doctype(name, part, "utf-16")),
        "document type",
    ),
    "a zip bomb": (
        "x.docx",
        lambda: repacked(PLAIN, lambda _, part: part, **{"word/x.bin": bytes(30_000_000)}),
        "unpacks to far more",
    ),
    "too many parts": (
        "x.docx",
        lambda: repacked(PLAIN, lambda _, part: part, **{f"word/{n}": b"" for n in range(2000)}),
        "unpacks to far more",
    ),
    "no document": (
        "x.docx",
        lambda: repacked(PLAIN, lambda name, part: b"" if name == "word/document.xml" else part),
        "cannot be opened",
    ),
    "locked PDF": (
        "x.pdf",
        lambda: pdf_of(lines_at(50, 800, "Dan: Hi."), encrypt=True),
        "protected with a password",
    ),
    "scanned PDF": ("x.pdf", lambda: pdf_of("10 10 500 800 re f"), "no text layer"),
    "cut off PDF": ("x.pdf", lambda: b"%PDF-1.4\n1 0 obj", "damaged"),
    "too many pages": ("x.pdf", lambda: pdf_of(*[""] * 1001), "1,000 pages"),
}


@pytest.mark.parametrize(("name", "data", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_cannot_be_read_is_named_with_its_reason(
    name: str, data: Callable[[], bytes], reason: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        read(name, data())
    assert refusal.value.message.startswith(name)
    assert reason in refusal.value.message
    assert refusal.value.message.endswith(".")


def test_a_bomb_is_counted_as_it_unpacks_whatever_it_declares() -> None:
    bomb = bytearray(repacked(PLAIN, lambda _, part: part, **{"word/x.bin": bytes(30_000_000)}))
    declared = (30_000_000).to_bytes(4, "little")
    while (at := bomb.find(declared)) >= 0:
        bomb[at : at + 4] = (10).to_bytes(4, "little")
    with pytest.raises(Invalid, match=r"x\.docx"):
        read("x.docx", bytes(bomb))


@pytest.mark.parametrize("name", ["shop_P03.docx", "library_P1.pdf", "allotment_P07.txt"])
def test_a_damaged_file_is_read_or_refused_and_never_anything_else(name: str) -> None:
    whole = (TWINS / name).read_bytes()
    chance = random.Random(7)
    outcomes = set()
    for _ in range(20):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 5, 50))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            outcomes.add(bool(read(name, bytes(data)).turns))
        except Invalid as refusal:
            outcomes.add(refusal.message.startswith(name))
    assert outcomes == {True}


@pytest.mark.parametrize(
    "line",
    [
        "a: b\n",
        "[ [ (\n",
        "**\n",
        "# a\n",
        "| a |\n",
        "00:00\n",
        "{} a\n",
        "A" + " " * 90 + "\n",
        "N{}: x\n",
        "wor-\n",
        "- - -\n",
        "Anna (\n",
        "你好：吗\n",
        "Date: x\n",
    ],
)
def test_odd_files_take_time_that_grows_with_their_length_only(line: str) -> None:
    def seconds(count: int) -> float:
        text = "".join(line.replace("{}", str(n)) for n in range(count))
        started = process_time()
        with suppress(Invalid):
            read("x.txt", text.encode())
        return process_time() - started

    seconds(100)
    assert seconds(4_000) < 25 * seconds(400) + 0.3


# concord read


def test_read_prints_json_lines_and_names_what_it_cannot_read(tmp_path: Path) -> None:
    good, bad = tmp_path / "gut 😀.txt", tmp_path / "bad.txt"
    good.write_bytes("Dan: Größe\nPat: “ja”\nDan: ok".encode())
    bad.write_bytes(b"")
    out, err = io.StringIO(), io.StringIO()
    missing = str(tmp_path / "missing.txt")
    assert read_files([str(good), str(bad), missing, str(tmp_path), str(good)], out, err) == 2
    lines = out.getvalue().splitlines()
    assert lines[0] == f'{{"file": "{good}", "turn": 1, "speaker": "Dan", "text": "Größe"}}'
    assert [line.split('"turn": ')[1][0] for line in lines] == ["1", "2", "3", "1", "2", "3"]
    named = err.getvalue().splitlines()
    assert [line.split()[0] for line in named] == [str(bad), missing, str(tmp_path)]


def test_read_writes_utf_8_whatever_the_terminal_speaks(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes("Dan: 你好 😀\nPat: é".encode())
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    assert read_files([str(path)], out, io.StringIO()) == 0
    out.flush()
    assert "你好 😀" in raw.getvalue().decode()
