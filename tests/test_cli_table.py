"""`concord table`, line by line of its contract in the product's description."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import docx
import pytest
import sqlalchemy as sa
from sqlmodel import Session, col
from typer.testing import CliRunner

from app.accounts.service import create_account
from app.accounts.sessions import Me
from app.cli import app
from app.consensus.rules import State
from app.db import Database, run
from app.migrations import migrate
from app.studies.guard import load_study
from app.studies.models import Sample
from app.studies.service import add_sample, create_study
from tests.frequency.a_sample import ASample, another_sample, arrange
from tests.published_tables import published_tables

KEYS = ["sample", "N", "rule", "domain", "level", "parent", "category", "n", "percent", "label"]
CODES = tuple(f"P{number:02}" for number in range(1, 11))


@dataclass(frozen=True)
class Installation:
    """A database of its own, and how a command finds it."""

    database: Database
    environment: dict[str, str]
    folder: Path

    def run(self, *arguments: object) -> tuple[int, str, str]:
        """Exit code, standard output and standard error."""
        result = CliRunner().invoke(app, ["table", *map(str, arguments)], env=self.environment)
        if result.exit_code:
            assert result.exit_code == 2, result.output
            assert result.stdout == ""
            assert "Traceback" not in result.stderr
        return result.exit_code, result.stdout_bytes.decode(), result.stderr

    def csv(self, *arguments: object) -> list[dict[str, str]]:
        """The rows of the csv."""
        code, out, err = self.run(*arguments, "--format", "csv")
        assert code == 0, err
        return list(csv.DictReader(io.StringIO(out, newline="")))

    def refused(self, *arguments: object) -> str:
        """Why the command was refused, on one line."""
        code, _, err = self.run(*arguments)
        assert code == 2
        return " ".join(err.split())

    def study(self, db: Session, title: str, *samples: str) -> ASample:
        """A study with samples; returns the first."""
        account = create_account(db, email=f"{title}@example.org", name="Ana", cheap=True)
        me = Me(account.id or 0, account.email, account.name, False)
        study_id = create_study(db, me, title=title).id or 0
        context = load_study(db, me, study_id)
        made = [add_sample(db, context, name=name).id or 0 for name in samples]
        return ASample(db, me, study_id, made[0])


@pytest.fixture
def installation(fresh_database_url: Callable[[], str], tmp_path: Path) -> Iterator[Installation]:
    """An installation without a study, on the database under test."""
    url = fresh_database_url()
    database = Database(url)
    migrate(database.engine)
    environment = {
        "CONCORD_DATA_DIR": str(tmp_path / "data"),
        "CONCORD_DATABASE_URL": url.replace("postgresql+psycopg://", "postgresql://", 1),
    }
    yield Installation(database, environment, tmp_path)
    database.engine.dispose()


@pytest.fixture
def ten(installation: Installation) -> Installation:
    """A study 'Crying' with N = 10 in the sample 'as therapist'; all agreed."""
    with installation.database.write() as db:
        made = installation.study(db, "Crying", "as therapist")
        made.add_cases(*CODES)
        made.find(CODES[:3], "Zeal", "variant")
        made.find(CODES[:9], "Zeal", "general")
        made.find(CODES[:6], "Zeal", "general", "part")
        made.find(CODES[:1], "Antecedent", "single")
        made.find(CODES[:2], "Antecedent", "two")
    return installation


def change(installation: Installation, **values: object) -> None:
    """Change the settings of every sample."""
    with installation.database.write() as db:
        run(db, sa.update(Sample).values(**values))


def test_the_columns_are_those_of_tabulate_and_domains_stand_in_list_order(
    ten: Installation,
) -> None:
    found = ten.csv()
    assert list(found[0]) == KEYS
    assert [tuple(row.values()) for row in found] == [
        ("as therapist", "10", "knox-2017", "Zeal", level, parent, title, n, percent, label)
        for level, parent, title, n, percent, label in (
            ("category", "", "general", "9", "90", "general"),
            ("subcategory", "general", "part", "6", "60", "typical"),
            ("category", "", "variant", "3", "30", "variant"),
        )
    ] + [
        ("as therapist", "10", "knox-2017", "Antecedent", "category", "", title, n, percent, label)
        for title, n, percent, label in (
            ("two", "2", "20", "variant"),
            ("single", "1", "10", "not reported"),
        )
    ]


def test_the_rule_is_the_samples_own_unless_another_is_asked_for(ten: Installation) -> None:
    change(ten, rule="strict", min_cases=3)
    own = {row["category"]: (row["rule"], row["label"]) for row in ten.csv()}
    assert own["general"] == ("strict", "typical")
    assert own["two"] == ("strict", "not reported")
    asked = ten.csv("--rule", "hill-2012", "--min-cases", "2")
    assert {row["category"]: (row["rule"], row["label"]) for row in asked} == {
        "general": ("hill-2012", "general"),
        "part": ("hill-2012", "typical"),
        "variant": ("hill-2012", "variant"),
        "two": ("hill-2012", "variant"),
        "single": ("hill-2012", "not reported"),
    }


def test_a_larger_n_makes_the_table_provisional(ten: Installation) -> None:
    _, out, err = ten.run("--n", "12")
    assert "N = 12" in out
    assert "Provisional: 10 of 12 cases in." in out
    assert 'Provisional: 10 of 12 cases in (sample "as therapist").' in err
    assert "has 10 cases, so N cannot be smaller" in ten.refused("--n", "9")
    assert "as therapist" in ten.refused("--n", "other=12")


def test_what_is_provisional_goes_to_the_note_and_to_standard_error_never_into_csv(
    ten: Installation,
) -> None:
    with ten.database.write() as db:
        run(
            db, sa.text("UPDATE unit SET state = 'consensus' WHERE id = (SELECT min(id) FROM unit)")
        )
    _, out, err = ten.run()
    assert "Provisional: 9 of 10 cases in." in out
    assert 'Provisional: 9 of 10 cases in (sample "as therapist").' in err
    _, out, err = ten.run("--format", "csv")
    assert "rovisional" not in out
    assert "Provisional: 9 of 10 cases in" in err


def test_a_domain_that_is_not_agreed_is_printed_and_named(ten: Installation) -> None:
    with ten.database.write() as db:
        run(
            db,
            sa.text(
                "UPDATE unit SET state = 'consensus' WHERE domain_id = "
                "(SELECT id FROM domain WHERE title = 'Zeal')"
            ),
        )
    _, out, err = ten.run()
    assert "general" in out
    assert "Not agreed yet: Zeal." in out
    assert 'Sample "as therapist": Not agreed yet: Zeal.' in err


def test_one_sample_or_all_in_their_order(ten: Installation) -> None:
    with ten.database.write() as db:
        ((sample_id, study_id),) = run(db, sa.select(col(Sample.id), col(Sample.study_id)))
        account_id = run(db, sa.text("SELECT account_id FROM member")).scalar_one()
        first = ASample(db, Me(account_id, "", "Ana", False), study_id, sample_id)
        second = another_sample(first, "As Client")
        second.add_cases("P01", "P02", "P03")
        second.find(["P01", "P02", "P03"], "Reasons", "close")
    assert list(dict.fromkeys(row["sample"] for row in ten.csv())) == ["as therapist", "As Client"]
    assert [row["N"] for row in ten.csv("--sample", "as client")] == ["3"]
    assert "Table 2" in ten.run()[1]
    assert "Table 2" not in ten.run("--sample", "As Client")[1]
    assert "has several samples (as therapist, As Client)" in ten.refused("--n", "12")
    assert ten.csv("--n", "as client=4", "--sample", "As Client")[0]["N"] == "4"


def test_several_studies_need_a_choice_by_number_or_title(ten: Installation) -> None:
    with ten.database.write() as db:
        other = ten.study(db, "Laughing", "all")
        other.add_cases("P01", "P02", "P03")
        other.find(["P01", "P02"], "Reasons", "close")
        number = other.study_id
    reason = ten.refused()
    assert f"Choose one with --study: {number - 1} (Crying); {number} (Laughing)." in reason
    assert [row["category"] for row in ten.csv("--study", "laughing")] == ["close"]
    assert ten.csv("--study", number) == ten.csv("--study", "Laughing")
    assert len(ten.csv("--study", "Crying")) == 5
    reason = ten.refused("--study", "Sleeping")
    assert f'There is no study "Sleeping". There is: {number - 1} (Crying)' in reason


def test_two_studies_of_one_title_are_told_apart_by_number(installation: Installation) -> None:
    with installation.database.write() as db:
        first = installation.study(db, "Twin", "a")
        account_id = first.me.id
        create_study(db, Me(account_id, "", "Ana", False), title="Twin")
    assert 'Several studies are called "twin". Give the number' in installation.refused(
        "--study", "twin"
    )
    assert installation.run("--study", first.study_id)[0] == 0


def test_an_unknown_sample_is_an_error_with_the_list(ten: Installation) -> None:
    reason = ten.refused("--sample", "as client")
    assert 'There is no sample "as client" in the study' in reason
    assert "It has: as therapist." in reason


def test_a_study_without_a_sample_says_so(installation: Installation) -> None:
    with installation.database.write() as db:
        account = create_account(db, email="ana@example.org", name="Ana", cheap=True)
        create_study(db, Me(account.id or 0, "", "Ana", False), title="New")
    assert "has no sample yet" in installation.refused()


def test_a_database_without_a_study_is_an_error(installation: Installation) -> None:
    assert "There is no study in this database yet." in installation.refused()


def test_no_database_at_all_is_an_error_and_makes_none(tmp_path: Path) -> None:
    folder = tmp_path / "nothing"
    result = CliRunner().invoke(
        app, ["table"], env={"CONCORD_DATA_DIR": str(folder), "CONCORD_DATABASE_URL": ""}
    )
    assert result.exit_code == 2
    assert "There is no Concord database" in result.stderr
    assert not folder.exists()


def test_formats_by_name_and_by_the_ending_of_the_file(ten: Installation) -> None:
    target = ten.folder / "table.docx"
    assert ten.run("-o", target) == (0, "", "")
    (table,) = docx.Document(str(target)).tables
    assert [cell.text for cell in table.rows[2].cells] == ["general", "General", "9"]
    assert json.loads(ten.run("--format", "json")[1])[0]["n"] == 9
    assert "-o" in ten.refused("--format", "xlsx")


def test_two_cases_get_no_label_and_a_warning(installation: Installation) -> None:
    with installation.database.write() as db:
        made = installation.study(db, "Small", "all")
        made.add_cases("P01", "P02")
        made.find(["P01", "P02"], "Reasons", "close")
    code, out, err = installation.run("--format", "csv")
    assert code == 0
    assert out.endswith(",2,100,\n")
    assert 'N = 2 in the sample "all": no labels.' in err


def test_counts_print_without_labels_as_on_the_board(ten: Installation) -> None:
    found = ten.csv("--rule", "counts")
    assert [row["category"] for row in found] == ["variant", "general", "part", "single", "two"]
    assert {row["label"] for row in found} == {""}


def test_the_published_rows_through_the_command(installation: Installation) -> None:
    tables = published_tables()
    with installation.database.write() as db:
        made = installation.study(db, "Crying", *(table.title for table in tables))
        for sample, table in zip(made.study.samples, tables, strict=True):
            arrange(ASample(db, made.me, made.study_id, sample.id), table, most=True)
    found = installation.csv()
    expected = [
        (table.title, str(table.cases), row.domain, row.subcategory or row.category, row.label)
        for table in tables
        for row in table.rows
    ]
    assert len(found) == 66
    assert [
        (row["sample"], row["N"], row["domain"], row["category"], row["label"]) for row in found
    ] == expected


def test_the_installed_command_prints_the_table(ten: Installation) -> None:
    concord = Path(sys.executable).with_name("concord")
    result = subprocess.run(
        [concord, "table", "--sample", "as therapist"],
        env={**os.environ, **ten.environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert result.returncode == 0
    assert result.stdout.startswith("Table 1\nDomains, Categories, and Frequencies of Findings")
    assert "Note. N = 10; General categories = 9–10 cases" in result.stdout


def test_states_are_only_read(ten: Installation) -> None:
    """The command changes nothing: the same call gives the same answer and states stay."""
    first = ten.run()
    with ten.database.read() as db:
        states = list(run(db, sa.text("SELECT state FROM unit ORDER BY id")).scalars())
    assert ten.run() == first
    assert set(states) == {State.AGREED}
