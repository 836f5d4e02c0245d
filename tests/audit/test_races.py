"""Two acts on one audit at the same moment: nothing is lost, nothing is handed over twice.

By HTTP and with real threads, each race a few times over, on a database that commits.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app.accounts.sessions import start_session
from app.audit.models import Audit, AuditAssignment, AuditReturn, AuditRound, Comment, Response
from app.cases.service import add_case, store_transcript
from app.config import Settings
from app.consensus.models import ConsensusVersion, Unit
from app.consensus.rules import State
from app.db import Database, guid
from app.main import create_app
from app.migrations import migrate
from app.trail.models import TrailEntry
from app.trail.service import verify
from tests.audit.an_audit import AnAudit, agree_all, an_audit
from tests.domains.a_case import ROLES, TURNS, ACase, a_case
from tests.people import Browser, People, Person, make_people

TIMES = 4
HELD, AWAY = "I held my breath.", "Then I looked away."
Send = Callable[[], int]


@dataclass
class House:
    """The application, everybody signed in, and audits by the dozen."""

    database: Database
    client: TestClient
    people: People
    cookies: dict[str, dict[str, str]]
    domains: dict[str, int]

    def begin(self, code: str) -> AnAudit:
        """One more case, agreed and with Eli and Gus."""
        with self.database.write() as db:
            case = self._case(db, code)
            case.put(db, HELD, "Antecedent")
            agree_all(db, case)
            audit = an_audit(db, self.people, case=case)
            for person in (self.people.eli, self.people.gus):
                db.add(
                    AuditAssignment(
                        study_id=self.people.study.id or 0,
                        unit_id=case.context(db).unit.id,
                        account_id=person.id,
                    )
                )
            return audit

    def _case(self, db: Session, code: str) -> ACase:
        if not self.domains:
            case = a_case(db, self.people, code=code)
            self.domains.update(case.domains)
            return case
        study = self.people.context(db)
        made = add_case(db, study, code=code, sample_ids=[self.people.sample.id or 0])
        assert made.id is not None
        store_transcript(db, study, case_id=made.id, title="Interview", turns=TURNS, roles=ROLES)
        return ACase(self.people, code, made.id, self.domains)

    def sends(self, person: Person, url: str, **fields: Any) -> Send:
        """Somebody sends a form; the answer's status."""
        headers = self.cookies[person.name]

        def send() -> int:
            return self.client.post(url, data=fields, headers=headers).status_code

        return send

    def comments(self, audit: AnAudit, person: Person, text: str) -> Send:
        """An auditor keeps a comment."""
        fields = {"guid": guid(), "item": "", "type": "question", "text": text, "version": "0"}
        return self.sends(person, f"{audit.url}/comments", **fields)

    def returns(self, audit: AnAudit, person: Person, seen: int = 0) -> Send:
        """An auditor returns what was on the page."""
        none = {} if seen else {"without_comments": "on"}
        return self.sends(person, f"{audit.url}/return", seen=seen, **none)

    def responds(self, audit: AnAudit, person: Person, comment: str, decision: str) -> Send:
        """A judge decides a comment that nobody had decided on the page."""
        url = f"{audit.url}/comments/{comment}/response"
        return self.sends(person, url, decision=decision, reason=f"By {person.name}.", version="0")

    def edits(self, audit: AnAudit, person: Person) -> Send:
        """A judge puts another passage into a domain."""
        with self.database.read() as db:
            form = audit.case.selected(db, AWAY, domain=self.domains["Consequences"])
        return self.sends(person, f"{audit.case.url}/blocks", **form)

    def reopens(self, audit: AnAudit, person: Person) -> Send:
        """A judge reopens the case for recoding."""
        url = audit.case.url.replace("/coding", "/reopen")
        return self.sends(person, url, reason="A passage was missed.")

    def agrees(self, audit: AnAudit, person: Person) -> Send:
        """A judge agrees to what is there now."""
        url = audit.case.url.replace("/coding", "/agreement")
        return self.sends(person, url, content=self.unit(audit).content)

    def unit(self, audit: AnAudit) -> Unit:
        """The case's unit as it is now."""
        with self.database.read() as db:
            audited = db.get_one(Audit, audit.id)
            return db.get_one(Unit, audited.unit_id)

    def state(self, audit: AnAudit) -> State:
        """Where the case stands."""
        return self.unit(audit).state

    def found(self, audit: AnAudit) -> list[Comment]:
        """What is written in the audit."""
        with self.database.read() as db:
            which = select(Comment).join(AuditRound).where(AuditRound.audit_id == audit.id)
            return list(db.exec(which).all())

    def handed_over(self, audit: AnAudit) -> int:
        """How often the audit went to the team."""
        verb = "return the audit, all of the auditors"
        with self.database.read() as db:
            which = select(TrailEntry.id).where(
                TrailEntry.unit_id == self.unit(audit).id, TrailEntry.verb == verb
            )
            return len(db.exec(which).all())

    def is_open(self, audit: AnAudit) -> bool:
        """Is the audit still under way?"""
        with self.database.read() as db:
            return db.get_one(Audit, audit.id).closed_at is None


@pytest.fixture(scope="module")
def running(fresh_database_url: Callable[[], str], settings: Settings) -> Iterator[FastAPI]:
    """The application on a database of its own, in which transactions really commit."""
    database = Database(fresh_database_url())
    migrate(database.engine)
    yield create_app(settings, database)
    database.engine.dispose()


@pytest.fixture(scope="module")
def house(running: FastAPI) -> Iterator[House]:
    database: Database = running.state.database
    with TestClient(running, base_url="http://127.0.0.1", follow_redirects=False) as client:
        with database.write() as db:
            people = make_people(db, lambda: Browser(client))
            cookies = {
                person.name: {"Cookie": f"concord_session={start_session(db, person.account)}"}
                for person in people.everybody.values()
            }
        client.cookies.clear()
        yield House(database, client, people, cookies, {})
        with database.read() as db:
            assert list(verify(db)) == []


def at_once(*sends: Send) -> list[int]:
    """Released together; what each was answered, in the order they are named."""
    start, answers = threading.Barrier(len(sends)), [0] * len(sends)

    def wait_and_send(place: int, send: Send) -> None:
        start.wait()
        answers[place] = send()

    threads = [threading.Thread(target=wait_and_send, args=each) for each in enumerate(sends)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def done(*sends: Send) -> None:
    """One after the other, none refused."""
    for send in sends:
        assert send() == 303


def test_a_comment_that_is_saved_while_the_audit_is_returned_is_in_it_or_refused(
    house: House,
) -> None:
    eli, gus = house.people.eli, house.people.gus
    for number in range(TIMES):
        audit = house.begin(f"A{number}")
        done(house.comments(audit, eli, "First."), house.returns(audit, gus))
        came = at_once(house.comments(audit, eli, "Second."), house.returns(audit, eli, seen=1))
        texts = [comment.text for comment in house.found(audit)]
        assert (came, texts, house.state(audit)) in (
            ([409, 303], ["First."], State.RESPONDING),
            ([303, 409], ["First.", "Second."], State.IN_AUDIT),
        )


def test_of_two_auditors_who_return_at_once_one_hands_the_audit_over(house: House) -> None:
    for number in range(TIMES):
        audit = house.begin(f"B{number}")
        returns = [house.returns(audit, who) for who in (house.people.eli, house.people.gus)]
        assert at_once(*returns) == [303, 303]
        assert (house.state(audit), house.handed_over(audit)) == (State.RESPONDING, 1)


def test_an_edit_while_the_audit_is_returned_is_an_answer_to_it_or_refused(house: House) -> None:
    people = house.people
    for number in range(TIMES):
        audit = house.begin(f"C{number}")
        done(house.returns(audit, people.eli))
        content = house.unit(audit).content
        returned, edited = at_once(house.returns(audit, people.gus), house.edits(audit, people.ben))
        assert returned == 303
        unit = house.unit(audit)
        assert (edited, unit.state, unit.content) in (
            (303, State.RESPONDING, content + 1),
            (409, State.RESPONDING, content),
        )


def test_a_reopening_ends_the_audit_whether_it_is_returned_before_or_after(house: House) -> None:
    people = house.people
    for number in range(TIMES):
        audit = house.begin(f"D{number}")
        done(house.returns(audit, people.eli))
        returned, reopened = at_once(
            house.returns(audit, people.gus), house.reopens(audit, people.ben)
        )
        assert (returned, reopened, house.handed_over(audit)) in ((303, 303, 1), (409, 303, 0))
        assert house.state(audit) is State.CONSENSUS
        assert not house.is_open(audit)


def test_of_two_responses_to_one_comment_one_stands_and_the_other_is_told(house: House) -> None:
    people = house.people
    for number in range(TIMES):
        audit = house.begin(f"E{number}")
        done(
            house.comments(audit, people.eli, "First."),
            house.comments(audit, people.eli, "Second."),
            house.returns(audit, people.eli, seen=2),
            house.returns(audit, people.gus),
        )
        first = house.found(audit)[0]
        judges = [(people.ben, "rejected"), (people.chi, "accepted in part")]
        sends = [house.responds(audit, who, first.guid, what) for who, what in judges]
        came = at_once(*sends)
        assert sorted(came) == [303, 409]
        winner, decision = judges[came.index(303)]
        with house.database.read() as db:
            (stands,) = db.exec(select(Response).where(Response.comment_id == first.id)).all()
        assert (stands.decided_by, stands.decision.value) == (winner.id, decision)
        assert (stands.version, stands.reason) == (1, f"By {winner.name}.")


def test_what_is_changed_while_the_last_comment_is_decided_is_agreed_to_or_refused(
    house: House,
) -> None:
    people = house.people
    for number in range(TIMES):
        audit = house.begin(f"F{number}")
        done(
            house.comments(audit, people.eli, "First."),
            house.returns(audit, people.eli, seen=1),
            house.returns(audit, people.gus),
        )
        comment = house.found(audit)[0].guid
        came = at_once(
            house.responds(audit, people.chi, comment, "noted"), house.edits(audit, people.ben)
        )
        _is_closed_with_what_is_agreed_or_open(house, audit, came)


def test_what_is_changed_while_the_last_judge_agrees_is_agreed_to_or_refused(
    house: House,
) -> None:
    people = house.people
    for number in range(TIMES):
        audit = house.begin(f"G{number}")
        done(house.returns(audit, people.eli), house.returns(audit, people.gus))
        with house.database.write() as db:
            audit.case.put(db, "You wanted to keep it from her.", "Antecedent")
        done(*(house.agrees(audit, who) for who in (people.ana, people.ben, people.chi)))
        came = at_once(house.agrees(audit, people.dee), house.edits(audit, people.ben))
        _is_closed_with_what_is_agreed_or_open(house, audit, came)


def _is_closed_with_what_is_agreed_or_open(house: House, audit: AnAudit, came: list[int]) -> None:
    """The act that closes and the edit: either the one or the other, never something in between."""
    unit = house.unit(audit)
    with house.database.read() as db:
        newest = db.exec(
            select(ConsensusVersion.content)
            .where(ConsensusVersion.unit_id == unit.id)
            .order_by(col(ConsensusVersion.number).desc())
        ).first()
    if unit.state is State.CLOSED:
        assert came == [303, 409]
        assert newest == unit.content
    else:
        assert unit.state is State.RESPONDING
        assert came[1] == 303
        assert newest != unit.content
        assert house.is_open(audit)


def test_who_returns_while_being_taken_off_has_returned_or_is_not_asked(house: House) -> None:
    people = house.people
    for number in range(TIMES):
        audit = house.begin(f"H{number}")
        done(house.returns(audit, people.eli), house.comments(audit, people.gus, "Mine."))
        takes_off = house.sends(
            people.ana,
            f"{people.url}/audits/plan/items/{house.unit(audit).id}",
            auditors=[people.eli.id],
            reason="Gus is on leave.",
        )
        came = at_once(house.returns(audit, people.gus, seen=1), takes_off)
        with house.database.read() as db:
            asked = db.exec(
                select(AuditReturn.account_id)
                .join(AuditRound)
                .where(AuditRound.audit_id == audit.id)
            ).all()
        assert (house.state(audit), house.handed_over(audit)) == (State.RESPONDING, 1)
        assert came[1] == 303
        assert (came[0], sorted(asked)) in (
            (303, sorted([people.eli.id, people.gus.id])),
            (403, [people.eli.id]),
            (404, [people.eli.id]),
        )


def test_a_further_round_and_a_reopening_at_once_leave_no_round_that_nobody_can_return(
    house: House,
) -> None:
    people = house.people
    for number in range(TIMES):
        audit = house.begin(f"I{number}")
        done(house.returns(audit, people.eli), house.returns(audit, people.gus))
        content = house.unit(audit).content
        done(house.sends(people.ana, f"{audit.url}/close", content=content))
        again = house.sends(people.ana, f"{audit.url}/rounds")
        came = at_once(again, house.reopens(audit, people.ben))
        assert came in ([303, 303], [409, 303])
        assert house.state(audit) is State.CONSENSUS
        assert not house.is_open(audit)


def test_an_audit_that_a_reopening_ended_is_not_returned_into_the_next(house: House) -> None:
    people = house.people
    old = house.begin("J0")
    done(house.returns(old, people.eli), house.reopens(old, people.ben))
    with house.database.write() as db:
        agree_all(db, old.case)
    with house.database.write() as db:
        new = an_audit(db, people, people.fay, people.gus, case=old.case)
    assert house.comments(old, people.gus, "Too late.")() == 409
    assert house.returns(old, people.gus)() == 409
    assert house.state(new) is State.IN_AUDIT
    done(house.returns(new, people.gus), house.returns(new, people.fay))
    assert house.state(new) is State.RESPONDING
