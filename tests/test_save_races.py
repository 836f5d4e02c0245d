"""Two people who save the same text at the same moment: one wins, nobody's words are lost."""

import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from app.accounts.sessions import start_session
from app.config import Settings
from app.db import Database
from app.main import create_app
from app.migrations import migrate
from app.trail.service import verify
from tests.people import Browser, make_people
from tests.two_people import shared_texts

PAIRS = 200


@pytest.fixture
def running(fresh_database_url: Callable[[], str], settings: Settings) -> Iterator[FastAPI]:
    """The application on a database of its own, in which transactions really commit."""
    database = Database(fresh_database_url())
    migrate(database.engine)
    yield create_app(settings, database)
    database.engine.dispose()


def test_of_200_pairs_of_saves_at_once_exactly_one_wins_and_every_loser_keeps_the_text(
    running: FastAPI, request: pytest.FixtureRequest
) -> None:
    """The short run makes the first 40."""
    pairs = 40 if request.config.getoption("--short") else PAIRS
    database: Database = running.state.database
    with TestClient(running, base_url="http://127.0.0.1", follow_redirects=False) as client:
        with database.write() as db:
            people = make_people(db, lambda: Browser(client))
            texts = list(shared_texts(db, people).values())
            cookies = {
                person.name: {"Cookie": f"concord_session={start_session(db, person.account)}"}
                for person in (people.ana, people.ben)
            }
        client.cookies.clear()
        for number in range(pairs):
            text, version = texts[number % len(texts)], 1 + number // len(texts)
            said = {name: f"{name} {number}" for name in cookies}
            saves = {
                name: partial(
                    client.post, text.url, data=text.form(words, version), headers=cookies[name]
                )
                for name, words in said.items()
            }
            answers = _at_once(saves)
            assert sorted(answers.values()) == [303, 409], (text.name, answers)
            won, lost = sorted(said, key=lambda name, answers=answers: answers[name])
            loser = people.everybody[lost]
            with database.read() as db:
                assert text.stands(db) == said[won]
                assert text.kept(db, loser) == said[lost]
    with database.read() as db:
        assert list(verify(db)) == []


def _at_once(saves: dict[str, Callable[[], Response]]) -> dict[str, int]:
    start, answers = threading.Barrier(len(saves)), {}

    def wait_and_save(name: str) -> None:
        start.wait()
        answers[name] = saves[name]().status_code

    threads = [threading.Thread(target=wait_and_save, args=(name,)) for name in saves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
