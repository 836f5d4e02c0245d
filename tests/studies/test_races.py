"""Two at the same moment: one link for two people, and two PIs who both leave."""

from collections.abc import Callable, Iterator

import pytest
from sqlmodel import Session, col, select

from app.accounts.models import Account
from app.accounts.sessions import Me
from app.db import Database
from app.migrations import migrate
from app.studies import members, service
from app.studies.guard import load_study
from app.studies.models import Member
from app.trail.service import verify
from tests.races import at_once


@pytest.fixture
def database(fresh_database_url: Callable[[], str]) -> Iterator[Database]:
    """A database of its own, in which transactions really commit."""
    database = Database(fresh_database_url())
    migrate(database.engine)
    yield database
    database.engine.dispose()


def somebody(db: Session, name: str) -> Me:
    account = Account(email=f"{name}@example.org", name=name)
    db.add(account)
    db.flush()
    assert account.id
    return Me(account.id, account.email, name, False)


def test_one_link_lets_one_of_two_people_in(database: Database) -> None:
    with database.write() as db:
        ana, ben, chi = (somebody(db, name) for name in ("ana", "ben", "chi"))
        study = service.create_study(db, ana, title="Tears").id or 0
        token = service.invite(db, load_study(db, ana, study), is_judge=True)

    def join(me: Me) -> Callable[[Session], object]:
        return lambda db: service.accept_invitation(db, me, token)

    assert at_once(database, join(ben), join(chi)) == ["Conflict", "done"]
    with database.read() as db:
        assert len(db.exec(select(Member)).all()) == 2
        assert list(verify(db)) == []


def test_of_two_pis_who_leave_at_once_one_stays(database: Database) -> None:
    with database.write() as db:
        ana, ben = somebody(db, "ana"), somebody(db, "ben")
        study = service.create_study(db, ana, title="Tears").id or 0
        service.add_member(db, load_study(db, ana, study), account_id=ben.id, is_pi=True)

    def leave(me: Me) -> Callable[[Session], object]:
        return lambda db: members.leave(db, load_study(db, me, study))

    assert at_once(database, leave(ana), leave(ben)) == ["Conflict", "done"]
    with database.read() as db:
        assert len(db.exec(select(Member).where(col(Member.left_at).is_(None))).all()) == 1
