"""Two acts on the audit of a domain list at the same moment; it has no unit whose row is taken."""

from collections.abc import Callable, Iterator

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.audit.due import ItemKey
from app.audit.guard import load_audit
from app.audit.models import Audit, AuditReturn, AuditRound
from app.audit.planning import choose_auditors, plan_of
from app.audit.requesting import request_audits
from app.audit.service import ask_for_a_further_round, close_if_done, return_audit
from app.config import Settings
from app.consensus.rules import State
from app.db import Database
from app.domains.service import add_domain
from app.main import create_app
from app.migrations import migrate
from app.studies.members import remove_member
from app.studies.models import Member
from app.studies.service import add_sample
from app.trail.service import verify
from tests.people import Browser, People, Person, make_people
from tests.races import Act, at_once

ROUNDS = 3


@pytest.fixture(scope="module")
def database(fresh_database_url: Callable[[], str]) -> Iterator[Database]:
    """A database of its own, in which transactions really commit."""
    database = Database(fresh_database_url())
    migrate(database.engine)
    yield database
    database.engine.dispose()


@pytest.fixture(scope="module")
def people(database: Database, settings: Settings) -> People:
    """Everybody, on that database."""
    app = create_app(settings, database)
    with database.session(writing=True) as db:
        return make_people(db, lambda: Browser(TestClient(app, base_url="http://127.0.0.1")))


def a_list(database: Database, people: People, name: str) -> ItemKey:
    """The list of one more sample, assigned to Eli and Gus."""
    with database.write() as db:
        study = people.context(db)
        sample = add_sample(db, study, name=name, topic="Crying")
        key = ItemKey(sample_id=sample.id)
        add_domain(db, people.context(db), sample_id=sample.id or 0, title="Antecedent")
        both = [people.eli.id, people.gus.id]
        choose_auditors(db, study, key=key, auditors=both, reason="Fay is on leave.")
    return key


def requests(people: People, person: Person, key: ItemKey) -> Act:
    """Somebody sends the list to its auditors."""

    def act(db: Session) -> None:
        study = people.context(db, person)
        request_audits(db, study, plan_of(db, study.id), items=[key])

    return act


def returns(people: People, person: Person, audit_id: int) -> Act:
    """An auditor returns it without a comment."""

    def act(db: Session) -> None:
        audit = load_audit(db, people.context(db, person), audit_id)
        return_audit(db, audit.scene, audit_id=audit_id, without_comments=True, seen=0)

    return act


def closes(people: People, person: Person, audit_id: int) -> Act:
    """A judge closes it."""

    def act(db: Session) -> None:
        audit = load_audit(db, people.context(db, person), audit_id)
        close_if_done(db, audit.scene, audit_id)

    return act


def asks_again(people: People, person: Person, audit_id: int) -> Act:
    """A judge asks for a further round."""

    def act(db: Session) -> None:
        audit = load_audit(db, people.context(db, person), audit_id)
        ask_for_a_further_round(db, audit.scene, audit_id=audit_id, auditors=[people.eli.id])

    return act


def audit_of(database: Database, key: ItemKey) -> Audit:
    """The one audit of a list."""
    with database.read() as db:
        found = db.exec(select(Audit).where(Audit.sample_id == key.sample_id)).one()
        db.expunge(found)
        return found


@pytest.mark.parametrize("time", range(ROUNDS))
def test_a_list_goes_through_its_audit_once_whoever_acts_at_the_same_moment(
    database: Database, people: People, time: int
) -> None:
    key = a_list(database, people, f"event {time}")
    asked = at_once(database, requests(people, people.ana, key), requests(people, people.ben, key))
    assert asked == ["StepLocked", "done"]
    id_ = audit_of(database, key).id or 0
    given = at_once(database, returns(people, people.eli, id_), returns(people, people.gus, id_))
    assert given == ["done", "done"]
    assert audit_of(database, key).state is State.RESPONDING
    at_once(database, closes(people, people.ben, id_), closes(people, people.chi, id_))
    assert audit_of(database, key).state is State.CLOSED
    again = at_once(
        database, asks_again(people, people.ben, id_), asks_again(people, people.chi, id_)
    )
    assert again == ["StepLocked", "done"]
    with database.read() as db:
        rounds = db.exec(select(AuditRound).where(AuditRound.audit_id == id_)).all()
        assert [round_.number for round_ in rounds] == [1, 2]
        parts = [round_.id for round_ in rounds]
        asked_of = db.exec(select(AuditReturn).where(AuditReturn.round_id.in_(parts))).all()  # type: ignore[attr-defined]
        assert len(asked_of) == 3
        assert not list(verify(db))


def test_an_auditor_leaves_while_another_returns_the_list(
    database: Database, people: People
) -> None:
    key = a_list(database, people, "last event")
    assert at_once(database, requests(people, people.ana, key)) == ["done"]
    id_ = audit_of(database, key).id or 0

    def leaves(db: Session) -> None:
        member = db.exec(select(Member.id).where(Member.account_id == people.gus.id)).one()
        remove_member(db, people.context(db), member_id=member or 0)

    assert at_once(database, leaves, returns(people, people.eli, id_)) == ["done", "done"]
    assert audit_of(database, key).state in (State.RESPONDING, State.CLOSED)
