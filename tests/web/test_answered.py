"""A form that comes twice does one thing and gets one answer."""

import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import lxml.html
import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app.accounts.sessions import start_session
from app.config import Settings
from app.cross_analysis.models import Category
from app.db import Database, now
from app.domains.models import Domain
from app.main import create_app
from app.migrations import migrate
from app.studies.members import remove_member
from app.studies.models import Member
from app.trail.models import TrailEntry
from app.web.models import AnsweredForm
from app.web.templating import ENVIRONMENT, form_key
from tests.cross_analysis.a_board import ABoard, a_sorted_board
from tests.people import Browser, People, make_people

SHOWN = ("content-type", "location", "hx-trigger", "hx-redirect", "set-cookie")


@pytest.fixture
def board(db: Session, people: People) -> ABoard:
    return a_sorted_board(db, people)


def _categories(db: Session) -> list[str]:
    return list(db.exec(select(Category.title).order_by(col(Category.title))))


def _entries(db: Session) -> int:
    return len(db.exec(select(TrailEntry.id)).all())


@pytest.mark.parametrize("htmx", [False, True], ids=["without JavaScript", "htmx"])
def test_the_same_form_again_gets_the_first_answer_and_changes_nothing(
    board: ABoard, db: Session, people: People, htmx: bool
) -> None:
    form = {"title": "Later", "form_key": form_key()}
    url = f"{board.url}/categories"
    first = people.ben.post(url, form, htmx=htmx)
    assert first.status_code == (200 if htmx else 303)
    before = _categories(db), _entries(db)
    again = people.ben.post(url, form, htmx=htmx)
    assert again.status_code == first.status_code
    assert again.text == first.text
    assert {name: again.headers.get(name) for name in SHOWN} == {
        name: first.headers.get(name) for name in SHOWN
    }
    assert (_categories(db), _entries(db)) == before


def test_the_same_key_with_other_content_is_refused(
    board: ABoard, db: Session, people: People
) -> None:
    form = {"title": "Later", "form_key": form_key()}
    people.ben.post(f"{board.url}/categories", form)
    before = _categories(db), _entries(db)
    for other in (form | {"title": "Other"}, form | {"parent": board.categories["Felt closer"]}):
        answer = people.ben.post(f"{board.url}/categories", other)
        assert answer.status_code == 422
        assert "This form was sent before, with other content" in answer.text
    assert (_categories(db), _entries(db)) == before


def test_a_form_without_a_key_does_what_it_says_each_time(
    board: ABoard, db: Session, people: People
) -> None:
    card = {"card": f"{board.ideas['P was tired.']}-", "to": "misc", "form_key": ""}
    for form in ({"title": "Later"}, card):
        assert people.ben.post(f"{board.url}/categories", form).status_code in (303, 422)
    assert people.ben.post(f"{board.url}/categories", {"title": "Later"}).status_code == 422
    assert not db.exec(select(AnsweredForm)).all()


def test_the_same_key_of_somebody_else_is_another_form(
    board: ABoard, db: Session, people: People
) -> None:
    key = form_key()
    people.ben.post(f"{board.url}/categories", {"title": "Ben's", "form_key": key})
    people.chi.post(f"{board.url}/categories", {"title": "Chi's", "form_key": key})
    assert {"Ben's", "Chi's"} <= set(_categories(db))


def test_what_was_refused_may_be_corrected_and_sent_with_the_same_key(
    board: ABoard, db: Session, people: People
) -> None:
    key = form_key()
    url = f"{board.url}/categories"
    for _ in range(2):
        assert people.ben.post(url, {"title": "Deeper work", "form_key": key}).status_code == 422
    assert people.ben.post(url, {"title": "Deeper", "form_key": key}).status_code == 303
    assert "Deeper" in _categories(db)


def test_an_undo_pressed_twice_is_one_undo(board: ABoard, db: Session, people: People) -> None:
    people.ben.post(f"{board.url}/categories", {"title": "One"})
    people.ben.post(f"{board.url}/categories", {"title": "Two"})
    undo = {"form_key": form_key()}
    for _ in range(2):
        assert people.ben.post(f"{board.url}/undo", undo).status_code == 303
    assert "One" in _categories(db)
    assert "Two" not in _categories(db)


def test_who_has_left_the_study_gets_no_answer_again(
    board: ABoard, db: Session, people: People
) -> None:
    form = {"title": "Later", "form_key": form_key()}
    assert people.ben.post(f"{board.url}/categories", form, htmx=True).status_code == 200
    member = db.exec(select(Member.id).where(Member.account_id == people.ben.id)).one()
    assert member is not None
    remove_member(db, people.context(db), member_id=member)
    db.commit()
    assert people.ben.post(f"{board.url}/categories", form, htmx=True).status_code == 404


def test_nobody_reads_answers_in_the_database(board: ABoard, db: Session, people: People) -> None:
    key = form_key()
    people.ben.post(f"{board.url}/categories", {"title": "Later", "form_key": key}, htmx=True)
    row = db.exec(select(AnsweredForm)).one()
    assert key not in row.key_hash + row.digest
    assert b"Later" not in row.answer
    assert b"text/html" not in row.answer


def test_answers_are_forgotten_after_a_day(
    board: ABoard, db: Session, people: People, browser_of: Callable[[], Browser]
) -> None:
    old = AnsweredForm(
        key_hash="old", digest="", answer=b"", answered_at=now() - timedelta(days=1, minutes=1)
    )
    new = AnsweredForm(key_hash="new", digest="", answer=b"", answered_at=now())
    db.add_all([old, new])
    db.commit()
    people.ben.browser.client.app.state.answers_cleaned = -4000.0  # type: ignore[attr-defined]
    people.ben.post(f"{board.url}/categories", {"title": "Later", "form_key": form_key()})
    left = set(db.exec(select(AnsweredForm.key_hash)))
    assert "old" not in left
    assert "new" in left


@pytest.mark.pure
def test_every_form_that_changes_something_has_a_key_of_its_own() -> None:
    assert ENVIRONMENT.loader is not None
    counted = 0
    for name in ENVIRONMENT.list_templates():
        source = ENVIRONMENT.loader.get_source(ENVIRONMENT, name)[0]
        posted = len(re.findall(r'<form\b[^>]*?method="post"', source))
        made = ENVIRONMENT.preprocess(source).count('name="form_key"')
        assert made == posted, f"{name}: {posted} forms that change something, {made} keys"
        counted += posted
    assert counted > 80


def test_two_forms_of_a_page_have_two_keys(board: ABoard, people: People) -> None:
    page = lxml.html.fromstring(people.ben.get(board.url).text)
    keys = [form.fields["form_key"] for form in page.forms if form.method == "POST"]
    assert len(keys) > 3
    assert len(set(keys)) == len(keys)
    assert all("form_key" not in form.fields for form in page.forms if form.method == "GET")


@pytest.fixture
def running(fresh_database_url: Callable[[], str], settings: Settings) -> Iterator[FastAPI]:
    """The application on a database of its own, in which transactions really commit."""
    database = Database(fresh_database_url())
    migrate(database.engine)
    yield create_app(settings, database)
    database.engine.dispose()


def test_of_some_at_the_same_moment_one_changes_something_and_all_get_its_answer(
    running: FastAPI,
) -> None:
    database: Database = running.state.database
    with TestClient(running, base_url="http://127.0.0.1", follow_redirects=False) as client:
        with database.write() as db:
            people = make_people(db, lambda: Browser(client))
        with database.write() as db:
            people.ana.browser.sign_in_with(start_session(db, people.ana.account))
        for number in range(10):
            form = {"title": f"Domain {number}", "kind": "analytic", "form_key": form_key()}
            answers = _at_once(3, lambda form=form: people.ana.post(_domains(people), form))
            assert {answer.status_code for answer in answers} == {303}
            assert len({answer.headers["set-cookie"] for answer in answers}) == 1
        with database.read() as db:
            assert len(db.exec(select(Domain)).all()) == 10
            added = select(TrailEntry).where(col(TrailEntry.verb) == "add a domain")
            assert len(db.exec(added).all()) == 10


def _domains(people: People) -> str:
    return f"{people.url}/samples/1/domains"


def _at_once(times: int, send: Callable[[], Response]) -> list[Response]:
    start, answers = threading.Barrier(times), []

    def wait_and_send() -> None:
        start.wait()
        answers.append(send())

    threads = [threading.Thread(target=wait_and_send) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
