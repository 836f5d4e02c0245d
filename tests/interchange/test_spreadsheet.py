"""Spreadsheets as people save them: encodings, separators, headers, xlsx values, broken files."""

import csv
import io
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from app.errors import Invalid
from app.interchange import spreadsheet
from app.interchange.spreadsheet import Sheet, read_sheet

pytestmark = pytest.mark.pure

REQUIRED = ("case", "domain", "category")
OPTIONAL = ("core_idea", "sub-category")


def read(content: bytes | str, encoding: str | None = None) -> Sheet:
    raw = content.encode() if isinstance(content, str) else content
    return read_sheet(raw, "a.csv", required=REQUIRED, optional=OPTIONAL, encoding=encoding)


def cells(sheet: Sheet) -> list[tuple[str, ...]]:
    return [tuple(row.cells.values()) for row in sheet.rows]


def refused(content: bytes | str, encoding: str | None = None) -> str:
    with pytest.raises(Invalid) as caught:
        read(content, encoding)
    return caught.value.message


def xlsx(*rows: Sequence[object]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


HEAD = ["case", "domain", "category"]
UMLAUT = "case,domain,category\n1,Gründe,Ärger – „laut“\n"
READ = [("1", "Gründe", "Ärger – „laut“")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_csv_in_a_usual_encoding_is_read_without_being_told(encoding: str) -> None:
    assert cells(read(UMLAUT.encode(encoding))) == READ


def test_utf_16_of_the_other_byte_order_is_known_by_its_mark() -> None:
    assert cells(read(b"\xfe\xff" + UMLAUT.encode("utf-16-be"))) == READ


def test_another_encoding_is_read_when_named() -> None:
    raw = "case,domain,category\n1,Причины,Слёзы\n".encode("koi8-r")
    assert cells(read(raw, "koi8-r")) == [("1", "Причины", "Слёзы")]


def test_a_mark_is_no_part_of_the_header_when_the_encoding_is_named() -> None:
    assert cells(read(UMLAUT.encode("utf-8-sig"), "utf-8")) == READ


def test_text_that_is_not_in_the_named_encoding_is_refused() -> None:
    assert "a.csv is not a table that can be read as ascii" in refused(UMLAUT, "ascii")


@pytest.mark.parametrize("encoding", ["klingon", "rot13", "a\0b"])
def test_an_unknown_encoding_is_refused(encoding: str) -> None:
    assert encoding.split("\0")[0] in refused(UMLAUT, encoding)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_separator_is_found_by_the_header(mark: str) -> None:
    text = f"case{mark}domain{mark}category\n1{mark}D{mark}A\n"
    assert cells(read(text)) == [("1", "D", "A")]


def test_another_mark_inside_a_quoted_heading_does_not_mislead() -> None:
    text = '"notes, old, long, odd, more";case;domain;category\nx;1;D;"A; B"\n'
    assert cells(read(text)) == [("1", "D", "A; B")]


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;", "sep=; "])
def test_a_sep_line_is_respected_and_is_no_row(line: str) -> None:
    sheet = read(f"{line}\r\ncase;domain;category\r\n1;D;A\r\n")
    assert [(row.number, row.cells["category"]) for row in sheet.rows] == [(2, "A")]


def test_a_sep_line_may_name_a_tab_or_any_other_mark() -> None:
    assert cells(read("sep=\t\ncase\tdomain\tcategory\n1\tD\tA\n")) == [("1", "D", "A")]
    assert cells(read("sep=|\ncase|domain|category\n1|D|A\n")) == [("1", "D", "A")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_read(end: str) -> None:
    assert cells(read(end.join(["case,domain,category", "1,D,A", "2,D,A"]))) == [
        ("1", "D", "A"),
        ("2", "D", "A"),
    ]


def test_columns_stand_in_any_order_and_are_named_in_any_spelling() -> None:
    sheet = read("Sub Category,CATEGORY,Core-Idea, Domain ,c_a_s_e\na,A,text,D,1\n")
    (row,) = sheet.rows
    assert dict(row.cells) == {
        "case": "1",
        "domain": "D",
        "category": "A",
        "core_idea": "text",
        "sub-category": "a",
    }


def test_unknown_columns_are_ignored_even_when_doubled() -> None:
    assert cells(read("case,note,domain,note,category,\n1,x,D,y,A,z\n")) == [("1", "D", "A")]


def test_a_doubled_known_column_is_refused_with_its_row() -> None:
    message = refused("case,domain,Domain,category\n1,D,D,A\n")
    assert message.startswith('a.csv, row 1: the column "domain" is there twice')


@pytest.mark.parametrize("missing", REQUIRED)
def test_a_missing_column_is_named_with_its_row(missing: str) -> None:
    header = ",".join(column for column in REQUIRED if column != missing)
    assert f'a.csv, row 1: the header has no column "{missing}"' in refused(f"{header}\n1,D\n")


def test_cells_are_trimmed_collapsed_and_composed() -> None:
    text = 'case,domain,category\n  P  1 ,"a\n b\t c",\u00a0A\u0308rger  now \n'
    assert cells(read(text)) == [("P 1", "a b c", "Ärger now")]


def test_blank_rows_are_skipped_and_still_counted_in_row_numbers() -> None:
    sheet = read("case,domain,category,x\n\n1,D,A\n , ,  ,note\n,,,\n2,D,A\n")
    assert [row.number for row in sheet.rows] == [3, 6]


def test_a_cell_of_several_lines_is_one_row_of_the_spreadsheet() -> None:
    sheet = read('case,domain,category\n1,D,"two\nlines"\n2,D,A\n')
    assert [row.number for row in sheet.rows] == [2, 3]


def test_a_short_row_is_blank_to_its_right() -> None:
    assert cells(read("case,domain,category\n1\n")) == [("1", "", "")]


def test_an_unquoted_separator_is_not_read_as_a_shifted_row() -> None:
    message = refused("case,domain,category\n1,D,A\n2,Reasons, given,A\n")
    assert message.startswith("a.csv, row 3: there are more cells than the header has columns")


def test_an_open_quote_does_not_swallow_the_rows_after_it() -> None:
    assert "a.csv, row 3: the quotes do not close" in refused(
        'case,domain,category\n1,D,A\n2,D,"A\n3,D,A\n'
    )


def test_a_quote_after_a_space_opens_a_quoted_cell() -> None:
    assert cells(read('case, domain, category\n1, "Reasons, given", A\n')) == [
        ("1", "Reasons, given", "A")
    ]


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf", b"sep=;\n", b",,,\n"])
def test_an_empty_file_has_no_header(content: bytes) -> None:
    assert "a.csv is empty: there is no header row" in refused(content)


@pytest.mark.parametrize("content", ["case,domain,category\n", "case,domain,category\n,,\n\n"])
def test_a_header_without_rows_is_refused(content: str) -> None:
    assert "a.csv: there are no rows under the header in row 1" in refused(content)


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"PK\x03\x04 and then nothing of a zip",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old Excel",
        b"Dear colleague,\nplease find the cross-analysis attached.\n",
        b"\x81\x8d\x8f\x90",
        b"\xef\xbb\xbfcase\xff",
        UMLAUT.encode("utf-16-le"),
    ],
)
def test_what_is_no_table_at_all_is_refused_with_a_way_out(content: bytes) -> None:
    message = refused(content)
    assert message.startswith("a.csv is ")
    assert "Save it as" in message or "The first row must name" in message


def test_a_zip_that_is_no_xlsx_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert "no xlsx file" in refused(out.getvalue())


def test_an_xlsx_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "MAX_UNPACKED", 1000)
    assert "unpacks to more than" in refused(xlsx(HEAD, ["1", "D", "A"]))


def test_xlsx_numbers_are_read_as_the_spreadsheet_shows_them() -> None:
    rows: list[list[object]] = [
        [1.0, "D", "A"],
        [2, "D", "A"],
        ["3", "D", "A"],
        [1.5, "D", "A"],
        [0.1 + 0.2, "D", True],
        [datetime(2024, 3, 1), "D", "A"],
    ]
    assert [row[0] for row in cells(read(xlsx(HEAD, *rows)))] == [
        *("1", "2", "3", "1.5", "0.3"),
        "2024-03-01",
    ]
    assert cells(read(xlsx(HEAD, *rows)))[4][2] == "TRUE"


def test_xlsx_is_known_by_its_content_and_only_its_first_sheet_is_read() -> None:
    book = Workbook()
    book.active.append(HEAD)
    book.active.append(["1", "D", "A"])
    book.create_sheet("second").append(["9", "E", "B"])
    out = io.BytesIO()
    book.save(out)
    assert cells(read(out.getvalue())) == [("1", "D", "A")]


def test_xlsx_rows_keep_the_numbers_the_spreadsheet_shows() -> None:
    book = Workbook()
    sheet = book.active
    for place, value in enumerate(HEAD, start=2):
        sheet.cell(3, place, value)
        sheet.cell(7, place, f"x{place}")
    out = io.BytesIO()
    book.save(out)
    (row,) = read(out.getvalue()).rows
    assert (row.number, row.cells["case"]) == (7, "x2")


def test_an_xlsx_with_a_wrong_stored_dimension_loses_no_row() -> None:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx(HEAD, ["1", "D", "A"], ["2", "D", "A"]))) as source,
        zipfile.ZipFile(out, "w") as target,
    ):
        for name in source.namelist():
            part = source.read(name).replace(b'ref="A1:C3"', b'ref="A1"')
            target.writestr(name, part)
    assert len(read(out.getvalue()).rows) == 2


def test_a_formula_is_read_as_its_stored_value() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEAD)
    sheet.write_formula(1, 0, '="P"&1', None, "P1")
    sheet.write_row(1, 1, ["D", "A"])
    book.close()
    assert cells(read(out.getvalue())) == [("P1", "D", "A")]


def test_a_formula_without_a_stored_value_is_not_taken_for_a_blank() -> None:
    message = refused(xlsx(HEAD, ["1", "D", "A"], ["2", "D", '="A"&"B"']))
    assert message.startswith('a.csv, row 3, column "category": the formula has no stored value')


def test_an_error_value_in_a_known_column_is_refused() -> None:
    assert 'row 2, column "domain": the cell holds the error #N/A' in refused(
        xlsx([*HEAD, "x"], ["1", "#N/A", "A", "#N/A"])
    )


def test_an_error_value_in_an_unknown_column_does_not_matter() -> None:
    assert cells(read(xlsx([*HEAD, "x"], ["1", "D", "A", "#N/A"]))) == [("1", "D", "A")]


def test_many_problems_are_listed_up_to_a_limit() -> None:
    rows = [["1", "#N/A", "A"]] * 14
    lines = refused(xlsx(HEAD, *rows)).splitlines()
    assert len(lines) == 11
    assert lines[-1] == "a.csv: 4 more rows have a problem."


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_content_is_either_rows_or_refused_with_a_sentence(content: bytes) -> None:
    for prefix in (b"", b"PK\x03\x04", b"case,domain,category\n"):
        with suppress(Invalid):
            assert read(prefix + content).rows


@given(st.lists(st.lists(st.text(max_size=8), min_size=3, max_size=3), min_size=1, max_size=5))
def test_what_csv_writes_is_read_back(rows: list[list[str]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    kept = [[cell.replace("\0", "") for cell in row] for row in rows]
    writer.writerows([HEAD, *kept])
    expected = [tuple(map(spreadsheet.clean, row)) for row in kept]
    expected = [row for row in expected if any(row)]
    if expected:
        assert cells(read(out.getvalue())) == expected
