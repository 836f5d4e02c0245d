"""Two acts on one unit at the same moment: nothing deadlocks, nobody is waited for in vain."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app.cases.guard import CaseContext, load_case
from app.cases.service import add_case
from app.config import Settings
from app.consensus.assigning import set_judges
from app.consensus.drafting import submit, take_up
from app.consensus.models import Agreement, Assignment, Layer, Unit
from app.consensus.rules import State
from app.consensus.service import agree, change_content, lock_unit
from app.db import Database
from app.main import create_app
from app.migrations import migrate
from app.studies.members import add_member, remove_member
from app.studies.models import Member, Study
from app.studies.ways import WayOfWorking, Ways
from app.studies.working import choose_ways
from app.trail.models import TrailEntry
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


def case_of(db: Session, people: People, person: Person, code: str) -> CaseContext:
    """A case as somebody has it in this transaction."""
    return load_case(db, people.context(db, person), people.sample.id or 0, code)


def begin(database: Database, people: People, code: str, ways: Ways) -> None:
    """One more case, in a study that works like this."""
    with database.write() as db:
        choose_ways(db, people.context(db), ways=ways)
        add_case(db, people.context(db), code=code, sample_ids=[people.sample.id or 0])


def codes(people: People, person: Person, code: str) -> Act:
    """Somebody changes what they work on."""

    def act(db: Session) -> None:
        case = case_of(db, people, person, code)
        change_content(db, take_up(db, case.scene, case.unit), code)

    return act


def agrees(people: People, person: Person, code: str) -> Act:
    """Somebody agrees to what is there."""

    def act(db: Session) -> None:
        case = case_of(db, people, person, code)
        agree(db, case.scene, case.unit, content=case.unit.content, what=code)

    return act


def submits(people: People, person: Person, code: str) -> Act:
    """Somebody submits a draft, begun now where it was not."""

    def act(db: Session) -> None:
        case = case_of(db, people, person, code)
        submit(db, case.scene, take_up(db, case.scene, case.unit), what=code)

    return act


def takes_off(people: People, gone: Person, code: str) -> Act:
    """Ana takes somebody off the case."""
    remaining = [p.id for p in (people.ana, people.ben, people.chi, people.dee) if p is not gone]

    def act(db: Session) -> None:
        case = case_of(db, people, people.ana, code)
        set_judges(db, case.study, unit_id=case.unit.id, account_ids=remaining, reason="On leave.")

    return act


def done(database: Database, *acts: Act) -> None:
    """One after the other."""
    for act in acts:
        with database.write() as db:
            act(db)


def unit_of(db: Session, people: People, code: str) -> Unit:
    """The case's unit."""
    return db.get_one(Unit, case_of(db, people, people.ana, code).unit.id)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_an_agreement_while_the_last_other_is_taken_off_makes_it_agreed(
    database: Database, people: People, number: int
) -> None:
    code = f"A{number}"
    begin(database, people, code, Ways())
    done(database, codes(people, people.ben, code))
    done(database, *(agrees(people, person, code) for person in (people.ana, people.ben)))
    came = at_once(database, takes_off(people, people.dee, code), agrees(people, people.chi, code))
    assert came == ["done", "done"]
    with database.read() as db:
        assert unit_of(db, people, code).state is State.AGREED
        assert not list(verify(db))


@pytest.mark.parametrize("number", range(ROUNDS))
def test_who_agrees_while_being_taken_off_agreed_before_or_not_at_all(
    database: Database, people: People, number: int
) -> None:
    code = f"B{number}"
    begin(database, people, code, Ways())
    done(database, codes(people, people.ben, code))
    three = (people.ana, people.ben, people.chi)
    done(database, *(agrees(people, person, code) for person in three))
    came = at_once(database, takes_off(people, people.dee, code), agrees(people, people.dee, code))
    with database.read() as db:
        unit = unit_of(db, people, code)
        agreed = db.exec(select(Agreement).where(Agreement.unit_id == unit.id)).all()
        off = db.exec(
            select(Assignment).where(
                Assignment.unit_id == unit.id, col(Assignment.until).is_not(None)
            )
        ).all()
        assert unit.state is State.AGREED
        assert (came, len(agreed), len(off)) in (
            (["Forbidden", "done"], 3, 1),
            (["StepLocked", "done"], 4, 0),
        )


def test_an_agreement_while_the_last_other_is_removed_from_the_study_waits_for_nobody(
    database: Database, people: People
) -> None:
    """The unit comes before the trail for both: the other way round they wait for one another."""
    begin(database, people, "H1", Ways())
    done(database, codes(people, people.ben, "H1"))
    done(database, *(agrees(people, person, "H1") for person in (people.ana, people.ben)))
    has_unit = threading.Event()

    def slowly(db: Session) -> None:
        case = case_of(db, people, people.chi, "H1")
        lock_unit(db, case.unit.id)
        has_unit.set()
        time.sleep(0.3)
        agree(db, case.scene, case.unit, content=case.unit.content, what="H1")

    def removed(db: Session) -> None:
        found = select(Member.id).where(Member.account_id == people.dee.id)
        remove_member(db, people.context(db), member_id=db.exec(found).one() or 0)

    def then_removed(db: Session) -> None:
        has_unit.wait(0.3)
        removed(db)

    assert at_once(database, slowly, then_removed) == ["done", "done"]
    with database.write() as db:
        assert unit_of(db, people, "H1").state is State.AGREED
        assert not list(verify(db))
        add_member(db, people.context(db), account_id=people.dee.id, is_judge=True)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_submission_while_the_last_other_is_taken_off_reveals_the_drafts(
    database: Database, people: People, number: int
) -> None:
    code = f"C{number}"
    begin(database, people, code, Ways(WayOfWorking.INDEPENDENT_FIRST))
    done(database, codes(people, people.dee, code))
    done(database, *(submits(people, person, code) for person in (people.ana, people.ben)))
    came = at_once(database, takes_off(people, people.dee, code), submits(people, people.chi, code))
    assert came == ["done", "done"]
    with database.read() as db:
        unit = unit_of(db, people, code)
        assert unit.state is State.CONSENSUS
        assert revealed(db, unit) == 3
        assert not list(verify(db))


def revealed(db: Session, unit: Unit) -> int:
    """How many drafts the trail says were revealed."""
    found = select(TrailEntry.id).where(
        TrailEntry.unit_id == unit.id, TrailEntry.verb == "reveal a draft"
    )
    return len(db.exec(found).all())


@pytest.mark.parametrize("number", range(ROUNDS))
def test_the_last_two_who_submit_at_once_reveal_the_drafts_once(
    database: Database, people: People, number: int
) -> None:
    code = f"D{number}"
    begin(database, people, code, Ways(WayOfWorking.INDEPENDENT_FIRST))
    done(database, *(submits(people, person, code) for person in (people.ana, people.ben)))
    came = at_once(database, submits(people, people.chi, code), submits(people, people.dee, code))
    assert came == ["done", "done"]
    with database.read() as db:
        unit = unit_of(db, people, code)
        assert unit.state is State.CONSENSUS
        assert revealed(db, unit) == 4


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_judge_who_begins_in_two_windows_at_once_has_one_draft(
    database: Database, people: People, number: int
) -> None:
    code = f"E{number}"
    begin(database, people, code, Ways(WayOfWorking.INDEPENDENT_FIRST))
    act = codes(people, people.ben, code)
    assert at_once(database, act, act, act) == ["done"] * 3
    with database.read() as db:
        unit = unit_of(db, people, code)
        layers = db.exec(
            select(Layer.content).where(Layer.unit_id == unit.id, Layer.account_id == people.ben.id)
        ).all()
        assert layers == [3]


@pytest.mark.parametrize("number", range(ROUNDS))
def test_two_cases_agreed_at_once_let_the_other_way_take_over_once(
    database: Database, people: People, number: int
) -> None:
    pair = (f"F{number}", f"G{number}")
    for code in pair:
        begin(database, people, code, Ways())
        done(database, codes(people, people.ben, code))
        three = (people.ana, people.ben, people.chi)
        done(database, *(agrees(people, person, code) for person in three))
    with database.write() as db:
        before = agreed_so_far(db)
        ways = Ways(WayOfWorking.TOGETHER, WayOfWorking.DRAFTER_AND_REVIEWERS, before + 2)
        choose_ways(db, people.context(db), ways=ways)
    came = at_once(database, *(agrees(people, people.dee, code) for code in pair))
    assert came == ["done", "done"]
    with database.read() as db:
        study = db.get_one(Study, people.study.id)
        assert (study.way_of_working, study.way_after) == (
            WayOfWorking.DRAFTER_AND_REVIEWERS,
            None,
        )
        taken = select(TrailEntry).where(TrailEntry.verb == "take over another way of working")
        assert len(db.exec(taken).all()) == number + 1


def agreed_so_far(db: Session) -> int:
    """How many cases are agreed already."""
    return len(db.exec(select(Unit).where(Unit.state == State.AGREED)).all())
