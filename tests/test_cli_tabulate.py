"""`concord tabulate`, line by line of its contract in the product's description."""

import csv
import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import docx
import openpyxl
import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from app.cli import app
from tests.published_tables import invented_cases, published_tables

pytestmark = pytest.mark.pure

KEYS = ["sample", "N", "rule", "domain", "level", "parent", "category", "n", "percent", "label"]


@dataclass(frozen=True)
class Result:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.out, newline="")))

    def column(self, name: str) -> list[str]:
        return [row[name] for row in self.rows]


@dataclass(frozen=True)
class Desk:
    """A folder with a sheet in it."""

    folder: Path

    def sheet(self, *rows: str, header: str = "case,domain,category", name: str = "x.csv") -> Path:
        path = self.folder / name
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    def run(self, *arguments: object) -> Result:
        before = sorted(self.folder.iterdir())
        result = CliRunner().invoke(app, ["tabulate", *map(str, arguments)])
        if result.exit_code:
            assert result.exit_code == 2, result.output
            assert result.stdout == ""
            assert sorted(self.folder.iterdir()) == before
            assert "Traceback" not in result.stderr
        return Result(result.exit_code, result.stdout_bytes.decode(), result.stderr)

    def csv(self, *arguments: object) -> Result:
        result = self.run(*arguments, "--format", "csv")
        assert result.code == 0, result.err
        return result

    def refused(self, *arguments: object) -> str:
        result = self.run(*arguments)
        assert result.code == 2
        return " ".join(result.err.split())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def found_in(count: int, *place: str, start: int = 1) -> Iterable[str]:
    """Rows that put `count` cases into a place."""
    return [",".join([f"P{number:02}", *place]) for number in range(start, start + count)]


@pytest.fixture
def ten(desk: Desk) -> Path:
    """N = 10: one category for each label, met from the rarest up."""
    return desk.sheet(
        *found_in(10, "", ""),
        *found_in(1, "D", "single"),
        *found_in(5, "D", "variant"),
        *found_in(6, "D", "typical"),
        *found_in(9, "D", "general"),
    )


# Input


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_csv_in_usual_encodings(desk: Desk, encoding: str) -> None:
    path = desk.folder / "x.csv"
    path.write_bytes("case,domain,category\n1,Gründe,Nähe\n".encode(encoding))
    assert desk.csv(path).column("domain") == ["Gründe"]


def test_csv_in_a_named_encoding(desk: Desk) -> None:
    path = desk.folder / "x.csv"
    path.write_bytes("case,domain,category\n1,Důvody,Pláč\n".encode("cp1250"))
    assert desk.csv(path, "--encoding", "cp1250").column("category") == ["Pláč"]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_separators(desk: Desk, mark: str) -> None:
    path = desk.sheet(mark.join("1DA"), header=mark.join(["case", "domain", "category"]))
    assert desk.csv(path).column("category") == ["A"]


def test_csv_with_a_sep_line(desk: Desk) -> None:
    path = desk.sheet("case|domain|category", "1|D|A", header="sep=|")
    assert desk.csv(path).column("category") == ["A"]


def test_xlsx_first_sheet_with_numbers_as_codes(desk: Desk) -> None:
    book = Workbook()
    for row in (["Case", "DOMAIN", "category"], [1.0, "D", "A"], ["1", "D", "A"], [2, "D", "A"]):
        book.active.append(row)
    book.create_sheet("second").append(["case"])
    path = desk.folder / "x.xlsx"
    book.save(path)
    (found,) = desk.csv(path).rows
    assert (found["N"], found["n"]) == ("2", "2")


def test_columns_in_any_order_and_spelling_and_unknown_ones_ignored(desk: Desk) -> None:
    path = desk.sheet("x,a,A,D,1,y", header="Note,SUB-Category,CATEGORY, domain,c ase,Core_Idea")
    assert desk.csv(path).column("parent") == ["", "A"]


def test_a_doubled_known_column_is_an_error(desk: Desk) -> None:
    path = desk.sheet("1,D,A,x,y", header="case,domain,category,core idea,Core-Idea")
    message = desk.refused(path)
    assert "x.csv, row 1" in message
    assert '"core_idea" is there twice' in message


def test_cells_are_trimmed_collapsed_and_composed(desk: Desk) -> None:
    path = desk.sheet("1, D ,A\u0308rger   now", "2,D,Ärger now")
    (row,) = desk.csv(path).rows
    assert (row["domain"], row["category"], row["n"]) == ("D", "Ärger now", "2")


def test_cells_are_case_sensitive(desk: Desk) -> None:
    assert desk.csv(desk.sheet("1,D,anger", "2,D,Anger")).column("n") == ["1", "1"]


def test_case_codes_that_differ_only_in_case_are_warned_of(desk: Desk) -> None:
    result = desk.csv(desk.sheet("P1,D,A", "p1,D,A", "P2,D,A"))
    assert result.column("N") == ["3"]
    assert "P1 and p1 differ only in capitals" in result.err
    assert "P2" not in result.err


def test_blank_rows_are_skipped(desk: Desk) -> None:
    assert desk.csv(desk.sheet("", "1,D,A", " , ,", "2,D,A")).column("N") == ["2"]


def test_a_blank_sample_in_a_sheet_that_has_the_column_is_an_error(desk: Desk) -> None:
    path = desk.sheet("1,D,A,S", "2,D,A,", header="case,domain,category,sample")
    assert 'x.csv, row 3, column "sample"' in desk.refused(path)


# Meaning


def test_a_row_without_a_category_counts_the_case_into_n(desk: Desk) -> None:
    result = desk.csv(desk.sheet("1,D,A", "2,,", "3,D,"))
    assert (result.column("N"), result.column("n")) == (["3"], ["1"])


@pytest.mark.parametrize("title", ["Miscellaneous", "misc", "OTHER"])
def test_miscellaneous_counts_into_n_only(desk: Desk, title: str) -> None:
    rows = ["1,D,A,", f"2,D,{title},", f"3,D,{title},part"]
    path = desk.sheet(*rows, header="case,domain,category,subcategory")
    result = desk.csv(path)
    assert (result.column("category"), result.column("N")) == (["A"], ["3"])
    kept = desk.csv(path, "--keep-other")
    assert kept.column("category") == [title, "part", "A"]


def test_a_category_or_subcategory_that_only_begins_with_other_is_tabled(desk: Desk) -> None:
    rows = ["1,D,Other stressors,Other", "2,D,Other stressors,Other"]
    path = desk.sheet(*rows, header="case,domain,category,subcategory")
    assert desk.csv(path).column("category") == ["Other stressors", "Other"]


def test_n_may_be_larger_than_the_cases_of_the_sheet(desk: Desk, ten: Path) -> None:
    assert set(desk.csv(ten, "--n", "12").column("N")) == {"12"}
    assert set(desk.csv(ten, "--n", "10").column("N")) == {"10"}


def test_n_smaller_than_the_cases_of_the_sheet_is_an_error(desk: Desk, ten: Path) -> None:
    assert "has 10 cases" in desk.refused(ten, "--n", "9")


@pytest.mark.parametrize("text", ["ten", "", "1.5", "-3", "1_0", "٣", "9" * 5000])
def test_n_that_is_no_number_is_an_error(desk: Desk, ten: Path, text: str) -> None:
    assert "--n" in desk.refused(ten, f"--n={text}")


@pytest.fixture
def two(desk: Desk) -> Path:
    """Two samples, one with an equals sign in its name."""
    return desk.sheet(
        "1,D,A,B=2",
        "2,D,A,B=2",
        "1,E,C,S",
        "2,E,C,S",
        "3,D,A,B=2",
        header="case,domain,category,sample",
    )


def test_n_of_a_named_sample_is_split_at_the_last_equals_sign(desk: Desk, two: Path) -> None:
    assert desk.csv(two, "--n", "B=2=7", "--n", "S=4").column("N") == ["7", "4"]


def test_plain_n_with_several_samples_needs_one_chosen(desk: Desk, two: Path) -> None:
    assert "several samples (B=2, S)" in desk.refused(two, "--n", "9")
    result = desk.csv(two, "--n", "9", "--sample", "S")
    assert (result.column("sample"), result.column("N")) == (["S"], ["9"])


def test_sample_prints_only_that_sample(desk: Desk, two: Path) -> None:
    assert desk.csv(two, "--sample", " B=2 ").column("sample") == ["B=2"]


def test_n_given_twice_for_a_sample_is_an_error(desk: Desk, two: Path) -> None:
    assert "given twice" in desk.refused(two, "--n", "S=4", "--n", "S=5")
    assert "given twice" in desk.refused(two, "--sample", "S", "--n", "4", "--n", "S=5")


@pytest.mark.parametrize("arguments", [("--sample", "T"), ("--n", "T=9")])
def test_an_unknown_sample_is_an_error(desk: Desk, two: Path, arguments: tuple[str, str]) -> None:
    message = desk.refused(two, *arguments)
    assert 'no sample "T"' in message
    assert "B=2, S" in message
    bare = desk.sheet("1,D,A", name="bare.csv")
    assert 'no sample "T"' in desk.refused(bare, *arguments)


def test_a_case_in_two_samples_counts_in_both(desk: Desk, two: Path) -> None:
    assert desk.csv(two).column("n") == ["3", "2"]


# Errors


@pytest.mark.parametrize(
    ("rows", "row", "words"),
    [
        ([",D,A"], "row 2", ['column "case"', "blank"]),
        (["1,D,A", "1,,A"], "row 3", ['column "domain"', 'category "A"', "no domain"]),
        (["1,D,A,", "", "1,D,,a"], "row 4", ['column "category"', 'subcategory "a"']),
    ],
)
def test_errors_name_file_row_and_column(
    desk: Desk, rows: list[str], row: str, words: list[str]
) -> None:
    message = desk.refused(desk.sheet(*rows, header="case,domain,category,subcategory"))
    for word in ("x.csv", row, *words):
        assert word in message


def test_no_header_and_no_rows_are_errors(desk: Desk) -> None:
    assert "row 1" in desk.refused(desk.sheet("1,D,A", header="P1,Reasons,Anger"))
    assert "no rows" in desk.refused(desk.sheet())
    (desk.folder / "empty.csv").write_bytes(b"")
    assert "empty.csv is empty" in desk.refused(desk.folder / "empty.csv")


@pytest.mark.parametrize("name", ["x.csv", "x.xlsx"])
def test_what_is_not_a_table_at_all_is_an_error(desk: Desk, name: str) -> None:
    (desk.folder / name).write_bytes(b"%PDF-1.4\0\0")
    assert f"{name} is not a table" in desk.refused(desk.folder / name)


def test_a_file_that_is_not_there_or_is_a_folder_is_an_error(desk: Desk) -> None:
    assert "none.csv could not be read" in desk.refused(desk.folder / "none.csv")
    assert "could not be read" in desk.refused(desk.folder)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--rule", "knox"),
        ("--min-cases", "1"),
        ("--min-cases", "4"),
        ("--format", "pdf"),
        ("--nonsense",),
        ("--encoding", "klingon"),
    ],
)
def test_a_wrong_option_is_an_error(desk: Desk, ten: Path, arguments: tuple[str, ...]) -> None:
    assert desk.refused(*([ten] if arguments else []), *arguments)


# Rules


@pytest.mark.parametrize(
    ("rule", "labels"),
    [
        ("knox-2017", ["general", "typical", "variant", "not reported"]),
        ("hill-2012", ["general", "typical", "variant", "not reported"]),
        ("hill-2005-rare", ["general", "typical", "variant", "not reported"]),
        ("strict", ["typical", "typical", "variant", "not reported"]),
        ("hill-1997", ["typical", "typical", "typical", "not reported"]),
        ("counts", ["", "", "", ""]),
    ],
)
def test_rules(desk: Desk, ten: Path, rule: str, labels: list[str]) -> None:
    result = desk.csv(ten, "--rule", rule)
    assert result.column("label") == labels
    assert set(result.column("rule")) == {rule}


def test_the_default_rule_is_knox_2017(desk: Desk, ten: Path) -> None:
    assert set(desk.csv(ten).column("rule")) == {"knox-2017"}


def test_knox_2017_asks_for_all_up_to_six_cases_and_names_itself(desk: Desk) -> None:
    six = desk.sheet("P06,,", *found_in(5, "D", "A"))
    assert [(r["rule"], r["label"]) for r in desk.csv(six).rows] == [("knox-2017", "typical")]
    assert desk.csv(six, "--rule", "hill-2012").column("label") == ["general"]


def test_rare_is_two_to_three_of_more_than_fifteen(desk: Desk) -> None:
    rows = [*found_in(16, "", ""), *found_in(3, "D", "A"), *found_in(4, "D", "B")]
    result = desk.csv(desk.sheet(*rows), "--rule", "hill-2005-rare")
    assert result.column("category") == ["B", "A"]
    assert result.column("label") == ["variant", "rare"]


def test_min_cases_three(desk: Desk) -> None:
    path = desk.sheet(*found_in(10, "", ""), *found_in(2, "D", "A"))
    assert desk.csv(path).column("label") == ["variant"]
    assert desk.csv(path, "--min-cases", "3").column("label") == ["not reported"]


def test_fewer_than_three_cases_give_no_label_and_a_warning(desk: Desk) -> None:
    result = desk.csv(desk.sheet("1,D,A", "2,D,A"))
    assert result.column("label") == [""]
    assert "N = 2" in result.err
    assert "at least three cases" in result.err


# Output


def test_csv_is_byte_exact(desk: Desk) -> None:
    path = desk.sheet(
        'P1,"Reasons, given",A,a',
        'P2,"Reasons, given",A,',
        'P3,"Reasons, given","say ""no""",',
        header="case,domain,category,subcategory",
    )
    assert desk.csv(path).out == (
        "sample,N,rule,domain,level,parent,category,n,percent,label\n"
        ',3,knox-2017,"Reasons, given",category,,A,2,67,typical\n'
        ',3,knox-2017,"Reasons, given",subcategory,A,a,1,33,not reported\n'
        ',3,knox-2017,"Reasons, given",category,,"say ""no""",1,33,not reported\n'
    )


def test_csv_keeps_what_looks_like_a_formula(desk: Desk) -> None:
    assert desk.csv(desk.sheet("1,D,=1+1")).column("category") == ["=1+1"]


def test_percent_is_rounded_half_up(desk: Desk) -> None:
    path = desk.sheet(*found_in(8, "", ""), *found_in(1, "D", "A"), *found_in(3, "D", "B"))
    assert desk.csv(path).column("percent") == ["38", "13"]


def test_json_has_the_same_keys_integers_and_blanks(desk: Desk, ten: Path) -> None:
    found = json.loads(desk.run(ten, "--format", "json").out)
    assert [list(entry) for entry in found] == [KEYS] * 4
    assert found[0] == {
        "sample": "",
        "N": 10,
        "rule": "knox-2017",
        "domain": "D",
        "level": "category",
        "parent": "",
        "category": "general",
        "n": 9,
        "percent": 90,
        "label": "general",
    }
    plain = [{key: str(value) for key, value in entry.items()} for entry in found]
    assert plain == desk.csv(ten).rows


def test_samples_and_domains_stand_as_first_met(desk: Desk) -> None:
    rows = ["1,Z,A,T", "1,Y,A,S", "2,X,A,T", "2,B,A,S", "1,Z,B,T"]
    result = desk.csv(desk.sheet(*rows, header="case,domain,category,sample"))
    assert [(row["sample"], row["domain"]) for row in result.rows] == [
        *(("T", "Z"), ("T", "Z"), ("T", "X")),
        *(("S", "Y"), ("S", "B")),
    ]


def test_rows_stand_by_label_and_ties_as_first_met(desk: Desk, ten: Path) -> None:
    assert desk.csv(ten).column("category") == ["general", "typical", "variant", "single"]
    tie = desk.sheet("P1,D,z", *found_in(3, "D", "b"), *found_in(2, "D", "a"), "P1,D,c", "P9,,")
    assert desk.csv(tie, "--n", "10").column("category") == ["b", "a", "z", "c"]


def test_under_counts_all_stand_as_first_met(desk: Desk, ten: Path) -> None:
    result = desk.csv(ten, "--rule", "counts")
    assert result.column("category") == ["single", "variant", "typical", "general"]


def test_subcategories_stand_under_their_category(desk: Desk) -> None:
    path = desk.sheet(
        *found_in(10, "", "", ""),
        *found_in(2, "D", "A", "variant"),
        *found_in(3, "D", "B", "b"),
        *found_in(6, "D", "A", "typical"),
        header="case,domain,category,subcategory",
    )
    found = [(row["level"], row["parent"], row["category"]) for row in desk.csv(path).rows]
    assert found == [
        ("category", "", "A"),
        ("subcategory", "A", "typical"),
        ("subcategory", "A", "variant"),
        ("category", "", "B"),
        ("subcategory", "B", "b"),
    ]


def test_text_is_the_default_and_shows_what_is_not_reported(desk: Desk, ten: Path) -> None:
    out = desk.run(ten).out
    assert out == desk.run(ten, "--format", "text").out
    assert "Not reported" in out
    assert "General categories = 9–10 cases" in out


@pytest.mark.parametrize(
    ("ending", "start"),
    [
        (".txt", b"Table 1\n"),
        (".csv", b"sample,N,"),
        (".json", b"[\n"),
        (".md", b"**Table 1**\n"),
        (".html", b"<!doctype html>"),
        (".tex", b"%"),
        (".docx", b"PK"),
        (".xlsx", b"PK"),
        (".XLSX", b"PK"),
        (".unknown", b"Table 1\n"),
    ],
)
def test_the_ending_chooses_the_format(desk: Desk, ten: Path, ending: str, start: bytes) -> None:
    out = desk.folder / f"table{ending}"
    result = desk.run(ten, "-o", out)
    assert (result.code, result.out) == (0, "")
    assert out.read_bytes().startswith(start)


def test_a_named_format_wins_over_the_ending(desk: Desk, ten: Path) -> None:
    out = desk.folder / "table.csv"
    desk.run(ten, "-o", out, "--format", "json")
    assert json.loads(out.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["docx", "xlsx"])
def test_binary_formats_need_a_file(desk: Desk, ten: Path, name: str) -> None:
    assert f"-o table.{name}" in desk.refused(ten, "--format", name)


@pytest.mark.parametrize("name", ["html", "latex", "markdown"])
def test_printed_formats_capitalise_leave_out_and_end_with_the_note(
    desk: Desk, ten: Path, name: str
) -> None:
    out = desk.run(ten, "--format", name).out
    assert "General" in out
    assert "single" not in out
    assert "Not reported" not in out
    dash = "--" if name == "latex" else "–"
    assert f"General categories = 9{dash}10 cases" in out
    assert "Rule knox-2017" in out.splitlines()[-1] or name == "html"


def test_docx_leaves_out_what_is_not_reported(desk: Desk, ten: Path) -> None:
    out = desk.folder / "table.docx"
    desk.run(ten, "-o", out)
    document = docx.Document(str(out))
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows][1:] == [
        ["D"] * 3,
        ["general", "General", "9"],
        ["typical", "Typical", "6"],
        ["variant", "Variant", "5"],
    ]
    assert "General categories = 9–10 cases" in document.paragraphs[-1].text


def test_xlsx_shows_what_is_not_reported(desk: Desk, ten: Path) -> None:
    out = desk.folder / "table.xlsx"
    desk.run(ten, "-o", out)
    rows = list(openpyxl.load_workbook(out).active.iter_rows(values_only=True))
    assert ("single", "Not reported", 1, 10) in rows
    assert any(row[0] and row[0].startswith("Note. N = 10") for row in rows[-3:])


def test_each_tables_note_has_its_own_n_and_cut_offs(desk: Desk) -> None:
    rows = [f"P{case},D,A,{sample}" for sample, n in (("S", 10), ("T", 6)) for case in range(n)]
    out = desk.run(desk.sheet(*rows, header="case,domain,category,sample")).out
    assert "N = 10; General categories = 9–10 cases;" in out
    assert "N = 6; General categories = 6 cases; Typical categories = 4–5 cases;" in out


def test_provisional_goes_to_the_note_and_to_standard_error_never_into_csv(
    desk: Desk, ten: Path
) -> None:
    plain = desk.csv(ten, "--n", "12")
    assert "rovisional" not in plain.out
    assert "Provisional: 10 of 12 cases in" in plain.err
    assert "rovisional" not in desk.run(ten, "--n", "12", "--format", "json").out
    assert "Provisional: 10 of 12 cases in." in desk.run(ten, "--n", "12").out
    assert desk.csv(ten).err == ""


@pytest.mark.parametrize("most", [True, False], ids=["most cases", "fewest cases"])
def test_the_66_published_rows_in_their_published_order(desk: Desk, most: bool) -> None:
    rows, expected = [], []
    for number, table in enumerate(published_tables(), start=1):
        rows += [[f"S{number}", f"P{case:02}", "", "", ""] for case in range(1, table.cases + 1)]
        for row in table.rows:
            place = [row.domain, row.category, row.subcategory]
            rows += [[f"S{number}", code, *place] for code in invented_cases(table, row, most=most)]
            title = row.subcategory or row.category
            expected.append((f"S{number}", str(table.cases), row.domain, title, row.label))
    path = desk.folder / "knox.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(
            [["sample", "case", "domain", "category", "subcategory"], *rows]
        )
    keys = ("sample", "N", "domain", "category", "label")
    assert [tuple(row[key] for key in keys) for row in desk.csv(path).rows] == expected
    assert len(expected) == 66


# Files


def test_an_existing_file_is_replaced_whole_and_nothing_else_is_left(desk: Desk, ten: Path) -> None:
    out = desk.folder / "table.csv"
    out.write_text("old" * 10_000)
    desk.run(ten, "-o", out)
    assert out.read_text().startswith("sample,N")
    assert sorted(path.name for path in desk.folder.iterdir()) == ["table.csv", "x.csv"]


def test_a_new_file_has_the_usual_permissions(desk: Desk, ten: Path) -> None:
    out = desk.folder / "table.csv"
    umask = os.umask(0o027)
    try:
        desk.run(ten, "-o", out)
    finally:
        os.umask(umask)
    assert stat.S_IMODE(out.stat().st_mode) == 0o640


def test_a_link_stays_a_link(desk: Desk, ten: Path) -> None:
    (desk.folder / "link.csv").symlink_to("target.csv")
    desk.run(ten, "-o", desk.folder / "link.csv")
    assert (desk.folder / "link.csv").is_symlink()
    assert (desk.folder / "target.csv").read_text().startswith("sample,N")


def test_a_device_is_written_to_and_not_replaced(desk: Desk, ten: Path) -> None:
    pipe = desk.folder / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        desk.run(ten, "-o", pipe, "--format", "csv")
        assert os.read(reader, 100).startswith(b"sample,N")
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_a_file_that_cannot_be_written_is_an_error(desk: Desk, ten: Path) -> None:
    assert "could not be written" in desk.refused(ten, "-o", desk.folder / "none" / "table.csv")
    assert "could not be written" in desk.refused(ten, "-o", desk.folder, "--format", "csv")
    assert "could not be written" in desk.refused(ten, "-o", ten / "table.csv")


def test_the_sheet_itself_is_never_overwritten(desk: Desk, ten: Path) -> None:
    before = ten.read_bytes()
    (desk.folder / "same.csv").symlink_to(ten)
    assert "would overwrite" in desk.refused(ten, "-o", ten)
    assert "would overwrite" in desk.refused(ten, "-o", desk.folder / "same.csv")
    assert ten.read_bytes() == before


def test_an_error_leaves_an_existing_file_as_it_was(desk: Desk) -> None:
    out = desk.folder / "table.csv"
    out.write_text("old")
    desk.refused(desk.sheet(",D,A"), "-o", out)
    assert out.read_text() == "old"


# As a process


def concord(*arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "app.cli", "tabulate", *map(str, arguments)],
        capture_output=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_the_process_prints_utf_8_and_lf_whatever_the_locale(desk: Desk) -> None:
    path = desk.sheet("1,Gründe,Nähe")
    done = concord(path, "--format", "csv", LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0
    assert done.stdout == (
        b"sample,N,rule,domain,level,parent,category,n,percent,label\n"
        + ",1,knox-2017,Gründe,category,,Nähe,1,100,\n".encode()
    )


def test_the_process_ends_with_2_and_one_sentence(desk: Desk) -> None:
    done = concord(desk.sheet(",D,A"))
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"Error: ")
    assert done.stderr.count(b"\n") == 1


def test_a_full_disk_behind_standard_output_is_an_error(desk: Desk, ten: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "app.cli", "tabulate", str(ten)],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 2
    assert b"standard output could not be written" in done.stderr
    assert b"Traceback" not in done.stderr


def test_no_database_and_no_web_server_is_loaded(desk: Desk, ten: Path) -> None:
    script = (
        "import sys; from app.cli import app; "
        f"app(['tabulate', {str(ten)!r}], standalone_mode=False); "
        "print(sorted({'sqlalchemy', 'fastapi', 'openpyxl', 'docx'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.stdout.endswith(b"[]\n"), done.stderr
