"""The demo study: its three tables are the published ones, row by row, on both databases."""

from collections.abc import Callable, Iterator
from itertools import product

import pytest
import sqlalchemy as sa
from sqlmodel import col, select
from starlette.testclient import TestClient
from typer.testing import CliRunner

from app.accounts.models import Account
from app.audit.models import AuditReturn, AuditRound, Response
from app.audit.words import Decision
from app.cli import app as commands
from app.config import Settings
from app.consensus.models import Layer, Point, Unit
from app.consensus.rules import AGREED_OR_LATER, PointKind, State, UnitKind
from app.db import Database, run
from app.demo.build import build_demo
from app.errors import Conflict
from app.home.idea_counts import idea_counts
from app.main import create_app
from app.studies.models import Sample
from app.trail.service import verify
from tests.frequency.a_sample import findings_table
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
        "CONCORD_TEST_MODE": "1",  # cheap password hashes
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
        samples = select(Sample).where(Sample.study_id == 1).order_by(col(Sample.position))
        sample = db.exec(samples).all()[number]
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


def _states(demo: Demo, study_id: int, kind: UnitKind) -> dict[State, int]:
    with demo[0].read() as db:
        rows = run(
            db,
            sa.select(col(Unit.state), sa.func.count())
            .where(col(Unit.study_id) == study_id, col(Unit.kind) == kind)
            .group_by(col(Unit.state)),
        )
        return {State(state): count for state, count in rows}


def test_every_unit_of_the_demo_is_agreed_by_its_three_judges(demo: Demo) -> None:
    cases, boards = _states(demo, 1, UnitKind.CASE), _states(demo, 1, UnitKind.CROSS_ANALYSIS)
    assert set(cases) | set(boards) <= AGREED_OR_LATER
    assert sum(cases.values()) == 10 + 15 + 6
    assert sum(boards.values()) == 9 + 9 + 8


def test_the_demo_has_audits_in_every_state(demo: Demo) -> None:
    cases = _states(demo, 1, UnitKind.CASE)
    assert {State.IN_AUDIT, State.RESPONDING, State.CLOSED} <= set(cases)
    with demo[0].read() as db:
        decided = set(run(db, sa.select(col(Response.decision))).scalars())
        rounds = run(db, sa.select(sa.func.max(col(AuditRound.number)))).scalar_one()
        silent = run(
            db, sa.select(col(AuditReturn.id)).where(col(AuditReturn.without_comments))
        ).all()
    assert {Decision.NOTED, Decision.REJECTED} <= decided
    assert rounds == 2
    assert len(silent) == 2


def test_the_demos_second_round_shows_its_auditor_what_was_changed_for_the_first(
    demo: Demo, settings: Settings
) -> None:
    with demo[0].read() as db:
        audit_id, email = run(
            db,
            sa.select(col(AuditRound.audit_id), col(Account.email))
            .join(AuditReturn, col(AuditReturn.round_id) == col(AuditRound.id))
            .join(Account, col(Account.id) == col(AuditReturn.account_id))
            .where(col(AuditRound.number) == 2)
            .limit(1),
        ).one()
    browser = _signed_in(demo, settings, email)
    page = browser.get(f"/studies/1/audits/{audit_id}").text
    assert "Since round 1: 1 reworded." in page
    assert "<ins>" in page.split("for a second</del>")[1]


def test_every_page_of_the_practice_study_has_something_to_do(demo: Demo) -> None:
    assert _states(demo, 2, UnitKind.CASE) == {
        State.AGREED: 1,
        State.CONSENSUS: 1,
        State.INDEPENDENT: 1,
        State.NOT_STARTED: 1,
    }
    with demo[0].read() as db:
        points = run(
            db,
            sa.select(col(Point.kind), col(Point.is_joined), sa.func.count()).group_by(
                col(Point.kind), col(Point.is_joined)
            ),
        ).all()
        drafts = run(
            db,
            sa.select(col(Layer.submitted_at).is_not(None))
            .join(Unit, col(Unit.id) == col(Layer.unit_id))
            .where(col(Unit.state) == State.INDEPENDENT, col(Layer.account_id).is_not(None)),
        ).scalars()
        assert sorted(drafts) == [False, True]
    found = {(kind, bool(joined)) for kind, joined, _ in points}
    assert found == set(product((PointKind.PASSAGE, PointKind.CORE_IDEAS), (False, True)))


def test_the_practice_study_has_unsorted_cards(demo: Demo) -> None:
    with demo[0].read() as db:
        sample = db.exec(select(Sample).where(Sample.study_id == 2)).one()
        assert sample.id is not None
        counts = idea_counts(db, [sample.id])
    assert 0 < sum(count.unsorted for count in counts) < sum(count.core_ideas for count in counts)


def test_the_demos_trail_is_whole(demo: Demo) -> None:
    with demo[0].read() as db:
        assert list(verify(db)) == []


def test_a_second_demo_is_refused(demo: Demo) -> None:
    with pytest.raises(Conflict, match="has a study already"), demo[0].write() as db:
        build_demo(db, administrator=False)


def test_each_role_signs_in_with_the_printed_password(demo: Demo, settings: Settings) -> None:
    assert [line[0] for line in demo[1]] == [
        "administrator",
        "pi",
        *("judge",) * 3,
        *("internal-auditor",) * 2,
        "external-auditor",
        "reader",
    ]
    for role, email, _ in demo[1]:
        seen = _signed_in(demo, settings, email).get("/studies/1").status_code
        assert seen == (404 if role == "administrator" else 200)


def _signed_in(demo: Demo, settings: Settings, email: str) -> Browser:
    app = create_app(settings, demo[0])
    browser = Browser(TestClient(app, base_url="http://127.0.0.1", follow_redirects=False))
    password = next(line[2] for line in demo[1] if line[1] == email)
    assert browser.post("/sign-in", {"email": email, "password": password}).status_code == 303
    return browser
