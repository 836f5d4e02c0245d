"""Agreeing: each judge for themselves, to one content version."""

import pytest
from sqlmodel import Session, select

from app.cases.guard import CaseContext, load_case
from app.cases.service import add_case
from app.consensus.models import Unit
from app.consensus.rules import State
from app.consensus.service import agree, change_content, reopen
from app.errors import Conflict, Forbidden, Invalid, StepLocked
from app.studies.members import change_roles, remove_member
from app.studies.models import Member
from tests.people import People, Person


@pytest.fixture
def p07(db: Session, people: People) -> People:
    assert people.sample.id is not None
    add_case(db, people.context(db), code="P07", sample_ids=[people.sample.id])
    return people


def _as(db: Session, people: People, person: Person) -> CaseContext:
    assert people.sample.id is not None
    return load_case(db, people.context(db, person), people.sample.id, "p07")


def _agree(db: Session, people: People, *persons: Person) -> None:
    for person in persons:
        case = _as(db, people, person)
        agree(db, case.scene, case.unit, content=case.unit.content, what=case.code)


def _state(db: Session) -> State:
    return State(db.exec(select(Unit.state)).one())


def _discuss(db: Session, people: People) -> None:
    change_content(db, _as(db, people, people.ben).unit, "P07")


def test_the_unit_is_agreed_when_its_last_judge_agrees(db: Session, p07: People) -> None:
    _discuss(db, p07)
    _agree(db, p07, p07.ana, p07.ben, p07.chi)
    assert _state(db) is State.CONSENSUS
    assert [judge.name for judge in _as(db, p07, p07.ana).unit.still_missing] == ["Dee"]
    _agree(db, p07, p07.dee)
    assert _state(db) is State.AGREED


def test_a_change_of_content_clears_the_agreements(db: Session, p07: People) -> None:
    _discuss(db, p07)
    _agree(db, p07, p07.ana, p07.ben, p07.chi)
    _discuss(db, p07)
    assert _as(db, p07, p07.ana).unit.agreed_count == 0
    _agree(db, p07, p07.dee)
    assert _state(db) is State.CONSENSUS


def test_nobody_agrees_to_a_version_that_has_changed(db: Session, p07: People) -> None:
    _discuss(db, p07)
    case = _as(db, p07, p07.ben)
    read = case.unit.content
    _discuss(db, p07)
    with pytest.raises(Conflict, match="changed after you opened"):
        agree(db, case.scene, case.unit, content=read, what="P07")


def test_nobody_agrees_to_nothing(db: Session, p07: People) -> None:
    case = _as(db, p07, p07.ben)
    with pytest.raises(Conflict, match="nothing to agree to"):
        agree(db, case.scene, case.unit, content=0, what="P07")


def test_agreeing_twice_counts_once(db: Session, p07: People) -> None:
    _discuss(db, p07)
    _agree(db, p07, p07.ben, p07.ben)
    assert _as(db, p07, p07.ben).unit.agreed_count == 1


def test_only_judges_agree(db: Session, p07: People) -> None:
    _discuss(db, p07)
    for person in (p07.eli, p07.gus, p07.ida):
        case = _as(db, p07, person)
        with pytest.raises(Forbidden):
            agree(db, case.scene, case.unit, content=case.unit.content, what="P07")


def test_an_agreed_unit_is_locked_until_it_is_reopened_with_a_reason(
    db: Session, p07: People
) -> None:
    _discuss(db, p07)
    _agree(db, p07, p07.ana, p07.ben, p07.chi, p07.dee)
    case = _as(db, p07, p07.ben)
    with pytest.raises(StepLocked, match="Reopen"):
        change_content(db, case.unit, "P07")
    with pytest.raises(Invalid):
        reopen(db, case.scene, case.unit, reason="  ")
    reopen(db, case.scene, case.unit, reason="Turn 44 was missed.")
    assert _state(db) is State.CONSENSUS
    assert _as(db, p07, p07.ben).unit.agreed_count == 0


def test_a_unit_that_is_not_agreed_cannot_be_reopened(db: Session, p07: People) -> None:
    case = _as(db, p07, p07.ben)
    with pytest.raises(StepLocked):
        reopen(db, case.scene, case.unit, reason="Why not.")


def test_what_the_others_agreed_to_is_agreed_when_the_last_missing_judge_leaves(
    db: Session, p07: People
) -> None:
    _discuss(db, p07)
    _agree(db, p07, p07.ana, p07.ben, p07.chi)
    dee = db.exec(select(Member).where(Member.account_id == p07.dee.id)).one()
    assert dee.id is not None
    remove_member(db, p07.context(db), member_id=dee.id)
    assert _state(db) is State.AGREED


def test_nothing_is_agreed_by_somebody_leaving_while_another_is_missing(
    db: Session, p07: People
) -> None:
    _discuss(db, p07)
    _agree(db, p07, p07.ana, p07.ben)
    dee = db.exec(select(Member).where(Member.account_id == p07.dee.id)).one()
    assert dee.id is not None
    change_roles(db, p07.context(db), member_id=dee.id, is_reader=True)
    assert _state(db) is State.CONSENSUS
