"""Drafts are read by others once they are revealed, and only those that were."""

import pytest
from sqlmodel import Session, col, select

from app.cases.guard import CaseContext, load_case
from app.cases.service import add_case
from app.consensus.drafting import submit, take_up
from app.consensus.models import Layer, Unit
from app.consensus.revealed import revealed_drafts
from app.consensus.rules import State
from app.studies.members import remove_member
from app.studies.models import Member, Study
from app.studies.ways import WayOfWorking
from tests.people import People, Person


@pytest.fixture
def p07(db: Session, people: People) -> People:
    study = db.get_one(Study, people.study.id)
    study.way_of_working = WayOfWorking.INDEPENDENT_FIRST
    db.add(study)
    add_case(db, people.context(db), code="P07", sample_ids=[people.sample.id or 0])
    return people


def _case(db: Session, people: People, person: Person) -> CaseContext:
    return load_case(db, people.context(db, person), people.sample.id or 0, "P07")


def _submit(db: Session, people: People, *persons: Person) -> None:
    for person in persons:
        case = _case(db, people, person)
        take_up(db, case.scene, case.unit)
        case = _case(db, people, person)
        submit(db, case.scene, case.unit, what="P07")


def _revealed(db: Session, people: People) -> list[str]:
    return [draft.name for draft in revealed_drafts(db, _case(db, people, people.ana).unit.id)]


def test_no_draft_is_found_before_all_are_submitted(db: Session, p07: People) -> None:
    _submit(db, p07, p07.dee, p07.chi, p07.ana)
    assert _revealed(db, p07) == []
    _submit(db, p07, p07.ben)
    assert _revealed(db, p07) == ["Ana", "Ben", "Chi", "Dee"]


def test_a_draft_that_was_not_revealed_with_the_others_stays_unseen(
    db: Session, p07: People
) -> None:
    _submit(db, p07, p07.dee)
    member = db.exec(select(Member.id).where(col(Member.account_id) == p07.dee.id)).one()
    remove_member(db, p07.context(db), member_id=member or 0)
    _submit(db, p07, p07.ana, p07.ben, p07.chi)
    assert _revealed(db, p07) == ["Ana", "Ben", "Chi"]


def test_drafts_of_a_second_pass_are_private_again(db: Session, p07: People) -> None:
    _submit(db, p07, p07.ana, p07.ben, p07.chi, p07.dee)
    unit = db.exec(select(Unit)).one()
    unit.state = State.INDEPENDENT
    db.add(unit)
    db.flush()
    assert _revealed(db, p07) == []
    unit.state = State.CONSENSUS
    for layer in db.exec(select(Layer).where(col(Layer.account_id) == p07.ben.id)):
        layer.submitted_at = None
        db.add(layer)
    db.add(unit)
    db.flush()
    assert _revealed(db, p07) == ["Ana", "Chi", "Dee"]
