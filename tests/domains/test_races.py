"""Two judges decide one passage at the same moment: one decision stands, no words are lost."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from app.config import Settings
from app.consensus.models import Point
from app.db import Database
from app.domains.models import Block, BlockDomain
from app.main import create_app
from app.migrations import migrate
from app.trail.service import verify
from tests.domains.a_discussion import MINE, ADiscussion, a_discussion
from tests.people import Browser, Person, make_people

ROUNDS = 6


@pytest.fixture(scope="module")
def database(fresh_database_url: Callable[[], str]) -> Iterator[Database]:
    """A database of its own, in which transactions really commit."""
    database = Database(fresh_database_url())
    migrate(database.engine)
    yield database
    database.engine.dispose()


@pytest.fixture(scope="module")
def found(database: Database, settings: Settings) -> ADiscussion:
    app = create_app(settings, database)

    def browser() -> Browser:
        return Browser(TestClient(app, base_url="http://127.0.0.1", follow_redirects=False))

    with database.session(writing=True) as db:
        return a_discussion(db, make_people(db, browser))


def test_of_two_decisions_at_once_one_stands_and_the_other_keeps_its_words(
    database: Database, found: ADiscussion
) -> None:
    people = found.people
    for _ in range(ROUNDS):
        with database.session(writing=False) as db:
            point = found.point(db, MINE)
        url = f"{found.url}/points/{point.id}/decision"
        together = Barrier(2)

        def decide(
            person: Person,
            choice: str,
            url: str = url,
            version: int = point.version,
            together: Barrier = together,
        ) -> tuple[int, str, str]:
            reason = f"{person.name} thinks so, {version}."
            together.wait()
            sent = {"version": version, "choice": choice, "reason": reason}
            answer = person.post(url, sent)
            return answer.status_code, answer.text, reason

        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(decide, people.ben, f"one view:{people.ben.id}")
            second = pool.submit(decide, people.chi, f"one view:{people.chi.id}")
            answers = sorted([first.result(), second.result()])
        assert [status for status, _, _ in answers] == [303, 409]
        (_, _, won), (_, page, lost) = answers
        assert lost in page
        assert won in page
        with database.session(writing=False) as db:
            row = db.get_one(Point, point.id)
            assert (row.reason, row.version) == (won, point.version + 1)
            domains = [each for words, each in found.placed(db) if words == MINE]
            judge = people.ben if won.startswith(people.ben.name) else people.chi
            title = "Reasons for crying" if judge is people.ben else "Consequences"
            assert domains == [{title}]
            assert not list(verify(db))
    with database.session(writing=False) as db:
        links = {link.block_id for link in db.exec(select(BlockDomain)).all()}
        assert links == {block.id for block in db.exec(select(Block)).all()}
