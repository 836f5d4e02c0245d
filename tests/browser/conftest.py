"""Chromium on a running Concord: a fresh database, the people, and a window for each of them."""

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import ConsoleMessage, Page, sync_playwright
from sqlmodel import Session
from starlette.testclient import TestClient

from app.accounts.sessions import start_session
from app.config import Settings
from app.db import Database
from app.main import create_app
from app.migrations import migrate
from tests.people import Browser, People, Person, make_people

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass
class Live:
    """A server that answers on this machine, with the people of every test."""

    url: str
    database: Database
    people: People
    open: Callable[[Person], Page]

    def write(self) -> AbstractContextManager[Session]:
        """A session to arrange things with; it commits at the end."""
        return self.database.write()


@pytest.fixture(scope="session")
def chrome(chromium: str) -> Iterator[Chromium]:
    """One Chromium for the whole run; each window has cookies of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated database to copy."""
    path = tmp_path_factory.mktemp("migrated") / "concord.sqlite3"
    database = Database(f"sqlite:///{path}")
    migrate(database.engine)
    database.engine.dispose()
    return path


@pytest.fixture
def live(tmp_path: Path, migrated_file: Path, chrome: Chromium) -> Iterator[Live]:
    """A running Concord on a database of its own. A page with an error in its console fails."""
    path = tmp_path / "concord.sqlite3"
    shutil.copy(migrated_file, path)
    database = Database(f"sqlite:///{path}")
    app = create_app(Settings(data_dir=tmp_path, test_mode=True), database, bound_host="127.0.0.1")
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    running = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    running.start()
    while not server.started:
        time.sleep(0.01)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    with database.write() as db:
        people = make_people(db, lambda: Browser(TestClient(app)))
    errors: list[str] = []
    windows = []

    def note(said: ConsoleMessage) -> None:
        # A 409 or 422 is an answer; Chromium notes it as a resource that failed to load.
        if said.type == "error" and not said.text.startswith("Failed to load resource"):
            errors.append(said.text)

    def open_window(person: Person) -> Page:
        with database.write() as db:
            token = start_session(db, person.account)
        window = chrome.new_context(
            base_url=url, viewport={"width": 1360, "height": 860}, reduced_motion="reduce"
        )
        window.set_default_timeout(10_000)
        window.add_cookies([{"name": "concord_session", "value": token, "url": url}])
        windows.append(window)
        page = window.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", note)
        return page

    yield Live(url, database, people, open_window)
    for window in windows:
        window.close()
    server.should_exit = True
    running.join(timeout=10)
    database.engine.dispose()
    assert errors == []
