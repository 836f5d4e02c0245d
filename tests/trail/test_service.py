"""The trail: one record a change, chained, and a check that finds tampering."""

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.db import run
from app.trail.models import TrailEntry, TrailHead, TrailValues
from app.trail.service import record, verify
from tests.people import People


def _three_changes(db: Session, people: People) -> None:
    for title in ("one", "two", "three"):
        record(db, people.scene, "rename", item=people.study, after={"title": title})


def test_an_intact_trail_has_no_problems(db: Session, people: People) -> None:
    _three_changes(db, people)
    assert list(verify(db)) == []
    assert db.exec(select(TrailHead.sequence)).one() == 3


@pytest.mark.parametrize(
    "tamper",
    [
        sa.update(TrailEntry).where(col(TrailEntry.sequence) == 2).values(verb="other"),
        sa.update(TrailValues)
        .where(
            col(TrailValues.entry_id)
            == sa.select(col(TrailEntry.id)).where(col(TrailEntry.sequence) == 2).scalar_subquery()
        )
        .values(after={"title": "forged"}),
        sa.update(TrailHead).values(sequence=2),
    ],
    ids=["a changed fact", "a changed value", "a cut end"],
)
def test_verify_names_what_was_tampered_with(
    db: Session, people: People, tamper: sa.Executable
) -> None:
    _three_changes(db, people)
    run(db, tamper)
    db.expire_all()
    assert list(verify(db)) != []


def test_erased_values_leave_the_chain_whole(db: Session, people: People) -> None:
    _three_changes(db, people)
    run(db, sa.update(TrailValues).values(salt=None, before=None, after=None))
    db.expire_all()
    assert list(verify(db)) == []


def test_a_removed_entry_is_missed(db: Session, people: People) -> None:
    _three_changes(db, people)
    second = sa.select(col(TrailEntry.id)).where(col(TrailEntry.sequence) == 2)
    run(db, sa.delete(TrailValues).where(col(TrailValues.entry_id) == second.scalar_subquery()))
    run(db, sa.delete(TrailEntry).where(col(TrailEntry.sequence) == 2))
    assert "entry 2 is missing" in {problem.what for problem in verify(db)}
