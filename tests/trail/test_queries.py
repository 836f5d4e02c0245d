"""The trail is read by walking an index, whatever is asked of it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col

from app.consensus.models import Unit
from app.db import now, run
from app.trail.models import TrailEntry
from app.trail.queries import Wanted, newest_first
from app.trail.service import Scene, record
from tests.home.a_sample import SampleInTheMaking
from tests.people import People


def sequences(db: Session, people: People, wanted: Wanted, limit: int = 50) -> list[int]:
    """The numbers of the entries that are found."""
    found = newest_first(db, people.study.id or 0, wanted, limit=limit)
    return [entry.sequence for entry in found]


@pytest.fixture
def unit(db: Session, people: People) -> Unit:
    """Eight entries: Ana's on the study and a unit, Ben's on the sample, and one of a draft."""
    sample = SampleInTheMaking(db, people)
    unit = sample.unit_of(case=sample.case("P01"))
    study = people.study.id or 0
    for number in range(8):
        who = people.ben if number % 2 else people.ana
        at_unit = unit.id if number in (2, 4) else None
        item = people.sample if number % 2 else people.study
        record(db, Scene(study, who.id, at_unit), f"do {number}", item=item)
    record(db, Scene(study, people.ben.id, unit.id, chain=99), "draft", item=people.study)
    return unit


def test_the_newest_come_first_and_reading_goes_on_from_there(
    db: Session, people: People, unit: Unit
) -> None:
    assert sequences(db, people, Wanted(), limit=3) == [8, 7, 6]
    assert sequences(db, people, Wanted(below=6), limit=3) == [5, 4, 3]
    assert sequences(db, people, Wanted(below=2)) == [1]


def test_entries_are_found_by_person_kind_and_unit(db: Session, people: People, unit: Unit) -> None:
    assert sequences(db, people, Wanted(account_id=people.ben.id)) == [8, 6, 4, 2]
    assert sequences(db, people, Wanted(kinds=["study"])) == [7, 5, 3, 1]
    assert sequences(db, people, Wanted(kinds=["study", "sample"]), limit=3) == [8, 7, 6]
    assert sequences(db, people, Wanted(units=[unit.id or 0])) == [5, 3]
    sample = ("sample", people.sample.id or 0)
    assert sequences(db, people, Wanted(units=[unit.id or 0], items=[sample])) == [8, 6, 5, 4, 3, 2]
    assert sequences(db, people, Wanted(account_id=people.ana.id, kinds=["sample"])) == []
    assert sequences(db, people, Wanted(items=[sample], account_id=people.ana.id)) == []


def test_a_draft_is_in_nobodys_page(db: Session, people: People, unit: Unit) -> None:
    for wanted in (Wanted(), Wanted(units=[unit.id or 0]), Wanted(account_id=people.ben.id)):
        found = newest_first(db, people.study.id or 0, wanted, limit=50)
        assert "draft" not in {entry.verb for entry in found}


def test_entries_are_found_by_moment(db: Session, people: People, unit: Unit) -> None:
    for number in range(1, 9):
        run(
            db,
            sa.update(TrailEntry)
            .where(col(TrailEntry.sequence) == number, col(TrailEntry.chain) == 0)
            .values(at=now() - timedelta(days=10 - number)),
        )
    week = now() - timedelta(days=7, hours=1)
    assert sequences(db, people, Wanted(since=week)) == [8, 7, 6, 5, 4, 3]
    assert sequences(db, people, Wanted(until=week)) == [2, 1]
    assert sequences(db, people, Wanted(since=now())) == []


def test_another_studys_entries_stay_there(db: Session, people: People, unit: Unit) -> None:
    other = people.other_study.id or 0
    record(db, Scene(other, people.ana.id), "elsewhere", item=people.other_study)
    assert len(sequences(db, people, Wanted())) == 8
    assert sequences(db, people, Wanted(account_id=people.ana.id)) == [7, 5, 3, 1]
    assert [entry.verb for entry in newest_first(db, other, Wanted(), limit=9)] == ["elsewhere"]


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Wanted(), "study_id=? AND chain=?"),
        (Wanted(account_id=1), "ix_trail_entry_person (account_id=? AND study_id=? AND chain=?"),
        (Wanted(kinds=["block"]), "ix_trail_entry_kind (study_id=? AND chain=? AND item_kind=?"),
        (Wanted(units=[1]), "ix_trail_entry_unit (unit_id=?"),
        (
            Wanted(items=[("study_case", 1)]),
            "ix_trail_entry_item (study_id=? AND item_kind=? AND item_id=?",
        ),
        (Wanted(units=[1], account_id=1, kinds=["block"]), "ix_trail_entry_"),
        (Wanted(since=now(), until=now()), "ix_trail_entry_at (study_id=? AND chain=? AND at<?"),
    ],
    ids=["all", "person", "kind", "unit", "item", "together", "date"],
)
def test_no_page_of_the_trail_scans_it(
    db: Session, people: People, statements: list[str], wanted: Wanted, index: str
) -> None:
    if db.get_bind().dialect.name != "sqlite":
        pytest.skip("SQLite says which index it walks; PostgreSQL decides by statistics")
    statements.clear()
    newest_first(db, people.study.id or 0, wanted, limit=50)
    plans = []
    for statement in [sent for sent in statements if "trail_entry" in sent]:
        given = tuple(1 for _ in range(statement.count("?")))
        plan = db.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
        plans += [row[-1] for row in plan]
    assert not [step for step in plans if step.startswith("SCAN trail_")]
    assert [step for step in plans if index in step], plans
    walks = [step for step in plans if "trail_entry USING" in step and "rowid" not in step]
    assert walks
    assert not [step for step in plans if "TEMP B-TREE FOR ORDER BY" in step][1:], plans
