"""Each format, read again by something else than what wrote it."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser

import docx
import openpyxl
import pytest
from docx.table import Table as DocxTable
from docx.text.paragraph import Paragraph

from app.frequency.tables import Table
from app.reports.formats import FORMATS, FormatName
from app.reports.latex import escape as latex_escape
from app.reports.layout import Column
from app.reports.markdown import escape as markdown_escape
from tests.reports.tables_to_print import DANGEROUS, dangerous, reasons

pytestmark = pytest.mark.pure

ALL_COLUMNS = tuple(Column)
SPACED = [" ".join(text.split()) for text in DANGEROUS]


def text(name: FormatName, *tables: Table, columns: tuple[Column, ...] | None = None) -> str:
    return FORMATS[name].render(tables, columns).decode("utf-8")


def word(*tables: Table, columns: tuple[Column, ...] | None = None) -> docx.document.Document:
    return docx.Document(io.BytesIO(FORMATS[FormatName.DOCX].render(tables, columns)))


def excel(*tables: Table, columns: tuple[Column, ...] | None = None) -> openpyxl.Workbook:
    content = FORMATS[FormatName.XLSX].render(tables, columns)
    return openpyxl.load_workbook(io.BytesIO(content))


def word_rows(table: DocxTable) -> Iterator[list[str]]:
    for row in table.rows:
        yield [cell.text for cell in row.cells]


def left(paragraph: Paragraph) -> int:
    return (paragraph.style.paragraph_format.left_indent or 0) if paragraph.style else 0


@pytest.mark.parametrize("name", FormatName)
def test_the_same_table_gives_the_same_bytes(name: FormatName) -> None:
    assert FORMATS[name].render([reasons()]) == FORMATS[name].render([reasons()])


@pytest.mark.parametrize("name", FormatName)
def test_every_format_prints_no_tables_and_an_empty_table(name: FormatName) -> None:
    empty = Table("", 3, reasons().rule, ())
    assert FORMATS[name].render([]) != FORMATS[name].render([reasons()])
    assert FORMATS[name].render([empty])


def test_csv_is_exactly_as_specified() -> None:
    table = reasons(sample='as "therapist", once', provisional="9 of 10 cases in")
    sample = '"as ""therapist"", once"'
    domain = "10,knox-2017,Reasons for crying"
    assert text(FormatName.CSV, table) == (
        "sample,N,rule,domain,level,parent,category,n,percent,label\n"
        f"{sample},{domain},category,,P felt close to C,9,90,general\n"
        f"{sample},{domain},subcategory,P felt close to C,at the end of PT,6,60,typical\n"
        f"{sample},{domain},subcategory,P felt close to C,seen once,1,10,not reported\n"
        f"{sample},{domain},category,,P was tired,2,20,variant\n"
        f"{sample},{domain},category,,single,1,10,not reported\n"
        f"{sample},10,knox-2017,Only a single case,category,,alone,1,10,not reported\n"
    )


def test_csv_of_the_command_line_changes_no_text() -> None:
    rows = list(csv.DictReader(io.StringIO(text(FormatName.CSV, dangerous()), newline="")))
    assert [row["category"] for row in rows[::2]] == list(DANGEROUS)


def test_csv_of_the_browser_has_a_mark_and_no_cell_that_could_run() -> None:
    content = FORMATS[FormatName.CSV].render([dangerous()], for_browser=True)
    assert content.startswith(b"\xef\xbb\xbfsample,")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    for row in rows:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())
    assert [row["category"].removeprefix("'") for row in rows[::2]] == list(DANGEROUS)


def test_json_is_a_list_of_objects_with_the_keys_of_csv() -> None:
    content = text(FormatName.JSON, reasons())
    found = json.loads(content)
    header = text(FormatName.CSV, reasons()).splitlines()[0].split(",")
    assert all(list(entry) == header for entry in found)
    assert found[0] == {
        "sample": "",
        "N": 10,
        "rule": "knox-2017",
        "domain": "Reasons for crying",
        "level": "category",
        "parent": "",
        "category": "P felt close to C",
        "n": 9,
        "percent": 90,
        "label": "general",
    }


def test_text_is_aligned_and_keeps_each_sentence_of_the_note_on_one_line() -> None:
    lines = text(FormatName.TEXT, reasons()).splitlines()
    assert lines[3:9] == [
        "Domain and category   Frequency     n   %",
        "-" * 41,
        "Reasons for crying",
        "  P felt close to C   General       9  90",
        "    at the end of PT  Typical       6  60",
        "    seen once         Not reported  1  10",
    ]
    assert lines[-2].startswith("Note. N = 10; General categories = 9–10 cases; Typical")


def test_docx_is_a_real_apa_table() -> None:
    document = word(reasons(topic="Participants Crying as Therapists"))
    number, title, note = document.paragraphs
    assert number.text == "Table 1"
    assert number.runs[0].bold
    assert title.text == (
        "Domains, Categories, and Frequencies of Findings Regarding "
        "Participants Crying as Therapists"
    )
    assert title.runs[0].italic
    assert note.text.startswith("Note. N = 10; General categories = 9–10 cases; Typical")
    assert [run.text for run in note.runs if run.italic] == ["Note.", "N"]
    assert list(word_rows(document.tables[0])) == [
        ["Domain and category", "Frequency", "n"],
        ["Reasons for crying"] * 3,
        ["P felt close to C", "General", "9"],
        ["at the end of PT", "Typical", "6"],
        ["P was tired", "Variant", "2"],
    ]


def test_docx_domains_are_bold_and_each_level_is_indented_more() -> None:
    (table,) = word(reasons()).tables
    _, domain, category, subcategory, _ = [row.cells[0].paragraphs[0] for row in table.rows]
    assert domain.runs[0].bold
    assert domain.style
    assert domain.style.font.bold
    assert not category.runs[0].bold
    assert 0 == left(domain) < left(category) < left(subcategory)


def test_docx_has_horizontal_rules_only_and_repeats_its_header() -> None:
    (table,) = word(reasons()).tables
    xml = table._tbl.xml
    borders = set(re.findall(r"<w:(top|bottom|left|right|insideH|insideV) w:val=", xml))
    assert borders == {"top", "bottom"}
    assert [row._tr.xpath("boolean(./w:trPr/w:tblHeader)") for row in table.rows] == [
        *(True, False),
        *(False, False, False),
    ]


def test_docx_starts_every_further_table_on_a_new_page() -> None:
    starts = [p for p in word(reasons(), reasons()).paragraphs if p.text.startswith("Table ")]
    assert [bool(p.paragraph_format.page_break_before) for p in starts] == [False, True]


def test_docx_keeps_dangerous_text_as_text() -> None:
    (table,) = word(dangerous(), columns=ALL_COLUMNS).tables
    found = [row[0] for row in word_rows(table)][1::3]
    assert [" ".join(title.split()) for title in found] == SPACED


def test_docx_refers_to_nothing_outside_itself() -> None:
    content = FORMATS[FormatName.DOCX].render([dangerous()])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        relations = [archive.read(name) for name in archive.namelist() if name.endswith(".rels")]
    assert relations
    assert not any(b"External" in relation for relation in relations)


def test_xlsx_holds_numbers_as_numbers_and_ends_with_its_note() -> None:
    sheet = excel(reasons()).active
    rows = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
    assert rows[3:8] == [
        ["Domain and category", "Frequency", "n", "%"],
        ["Reasons for crying"],
        ["P felt close to C", "General", 9, 90],
        ["at the end of PT", "Typical", 6, 60],
        ["seen once", "Not reported", 1, 10],
    ]
    assert rows[-2][0].startswith("Note. N = 10; General categories = 9–10 cases")


def test_xlsx_has_one_sheet_for_each_table() -> None:
    assert excel(reasons(), reasons()).sheetnames == ["Table 1", "Table 2"]


def test_xlsx_has_no_formula_and_no_link_whatever_the_text() -> None:
    sheet = excel(dangerous(), columns=ALL_COLUMNS).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert not any(cell.hyperlink for cell in cells)
    titles = [" ".join(str(cell.value).split()) for cell in cells]
    assert set(SPACED) <= set(titles)


class Page(HTMLParser):
    """Tags, attributes and texts of a page."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data)


def test_html_prints_rows_and_note() -> None:
    page = Page(text(FormatName.HTML, reasons(topic="Crying")))
    start = page.texts.index("Domain and category")
    assert page.texts[start : start + 7] == [
        *("Domain and category", "Frequency", "n"),
        "Reasons for crying",
        *("P felt close to C", "General", "9"),
    ]
    note = "".join(page.texts[page.texts.index("Note.") :])
    assert note.startswith("Note.N = 10; General categories = 9–10 cases")


def test_html_stands_alone_and_escapes_everything() -> None:
    content = text(FormatName.HTML, dangerous(), columns=ALL_COLUMNS)
    page = Page(content)
    assert not {"script", "link", "img", "a", "iframe", "input"} & set(page.tags)
    assert not {"src", "href", "style", "onclick"} & page.attributes
    assert "url(" not in content
    assert "@import" not in content
    titles = [" ".join(found.split()) for found in page.texts]
    assert set(SPACED) <= set(titles)


def test_markdown_is_a_pipe_table_with_bold_domains() -> None:
    lines = text(FormatName.MARKDOWN, reasons()).splitlines()
    assert lines[4:9] == [
        "| Domain and category | Frequency | n |",
        "| :--- | :--- | ---: |",
        "| **Reasons for crying** |  |  |",
        "| &emsp;P felt close to C | General | 9 |",
        "| &emsp;&emsp;at the end of PT | Typical | 6 |",
    ]
    assert lines[-1].startswith("*Note.* *N* = 10; General categories = 9–10 cases; Typical")


def test_markdown_keeps_every_row_whole_and_lets_no_html_through() -> None:
    content = text(FormatName.MARKDOWN, dangerous(), columns=ALL_COLUMNS)
    rows = [line for line in content.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {6}
    assert "<" not in content
    assert markdown_escape("a*b_c|d\\e<f>&`g`[h]") == (r"a\*b\_c\|d\\e&lt;f&gt;&amp;\`g\`\[h\]")


def test_latex_is_a_booktabs_table() -> None:
    content = text(FormatName.LATEX, reasons())
    for rule in (r"\toprule", r"\midrule", r"\bottomrule"):
        assert rule in content
    assert r"\textbf{Reasons for crying}" in content
    assert "\\hspace*{1em}P felt close to C & General & 9 \\\\\n" in content
    assert "\\hspace*{2em}at the end of PT & Typical & 6 \\\\\n" in content
    assert r"\textit{Note.} \textit{N} = 10; General categories = 9--10 cases" in content


def test_latex_escapes_what_would_be_a_command() -> None:
    assert latex_escape("\\a{b}$&#_%~^") == (
        r"\textbackslash{}a\{b\}\$\&\#\_\%\textasciitilde{}\textasciicircum{}"
    )
    assert latex_escape("a -- b --- c – [d] ≤") == r"a -{}- b -{}-{}- c -- {[}d{]} $\leq$"
    content = text(FormatName.LATEX, dangerous(), columns=ALL_COLUMNS)
    assert r"\input" not in content
    rows = [line for line in content.splitlines() if line.startswith(r"\hspace")]
    assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {4}
