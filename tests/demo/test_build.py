"""The demo study: its three tables are the published ones, row by row, on both databases."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlmodel import col, select
from starlette.testclient import TestClient
from typer.testing import CliRunner

from app.cli import app as commands
from app.config import Settings
from app.consensus.models import Unit
from app.consensus.rules import State
from app.db import Database, run
from app.demo.build import build_demo
from app.errors import Conflict
from app.frequency.queries import findings_table
from app.main import create_app
from app.studies.models import Sample
from app.trail.service import verify
from tests.people import Browser
from tests.published_tables import published_tables


@pytest.fixture(scope="module")
def demo(
    fresh_database_url: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, list[list[str]]]]:
    """What `concord demo --no-serve` made, and the lines it printed."""
    url = fresh_database_url().replace("+psycopg", "")
    environment = {
        "CONCORD_DATA_DIR": str(tmp_path_factory.mktemp("demo")),
        "CONCORD_DATABASE_URL": url,
    }
    told = CliRunner().invoke(commands, ["demo", "--no-serve"], env=environment)
    assert told.exit_code == 0, told.output
    database = Database(Settings(database_url=url).sqlalchemy_url)
    yield database, [line.split() for line in told.stdout.splitlines()]
    database.engine.dispose()


Demo = tuple[Database, list[list[str]]]


@pytest.mark.parametrize("number", [0, 1, 2], ids=["as therapist", "as client", "own therapist"])
def test_the_demo_prints_the_published_table(demo: Demo, number: int) -> None:
    published = published_tables()[number]
    with demo[0].read() as db:
        sample = db.exec(select(Sample).order_by(col(Sample.position))).all()[number]
        assert sample.id is not None
        table = findings_table(db, sample.study_id, sample.id)
    assert (table.cases, table.provisional) == (published.cases, "")
    printed = []
    for domain in table.domains:
        for row in domain.rows:
            printed.append((domain.title, row.title, "", str(row.label)))
            printed += [(domain.title, row.title, s.title, str(s.label)) for s in row.subcategories]
    expected = [(row.domain, row.category, row.subcategory, row.label) for row in published.rows]
    assert sorted(printed) == sorted(expected)
    assert [row[0] for row in printed] == [row[0] for row in expected]


def test_every_unit_of_the_demo_is_agreed_by_its_three_judges(demo: Demo) -> None:
    with demo[0].read() as db:
        states = run(
            db, sa.select(col(Unit.state), sa.func.count()).group_by(col(Unit.state))
        ).all()
    assert [tuple(row) for row in states] == [(State.AGREED, 10 + 15 + 6 + 9 + 9 + 8)]


def test_the_demos_trail_is_whole(demo: Demo) -> None:
    with demo[0].read() as db:
        assert list(verify(db)) == []


def test_a_second_demo_is_refused(demo: Demo) -> None:
    with pytest.raises(Conflict, match="has a study already"), demo[0].write() as db:
        build_demo(db, administrator=False)


def test_each_role_signs_in_with_the_printed_password(demo: Demo, settings: Settings) -> None:
    app = create_app(settings, demo[0])
    assert [line[0] for line in demo[1]] == [
        "administrator",
        "pi",
        *("judge",) * 3,
        *("internal-auditor",) * 2,
        "external-auditor",
        "reader",
    ]
    for role, email, password in demo[1]:
        browser = Browser(TestClient(app, base_url="http://127.0.0.1", follow_redirects=False))
        form = {"email": email, "password": password}
        assert browser.post("/sign-in", form).status_code == 303
        seen = browser.get("/studies/1").status_code
        assert seen == (404 if role == "administrator" else 200)
