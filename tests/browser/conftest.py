"""Chromium on a running Concord: a fresh database, the people, and a window for each of them."""

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    ViewportSize,
    expect,
    sync_playwright,
)
from sqlmodel import Session
from starlette.testclient import TestClient

from app.accounts.models import Account
from app.accounts.sessions import start_session
from app.config import Settings
from app.db import Database
from app.main import create_app
from app.migrations import migrate
from tests.people import Browser, People, Person, make_people

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE = 10_000
"""Milliseconds, for a machine that does other things too."""
SIZE: ViewportSize = {"width": 1360, "height": 860}


@dataclass
class Served:
    """A server that answers on this machine, on a database of its own, and its windows."""

    url: str
    app: FastAPI
    database: Database
    window: Callable[..., BrowserContext]
    trouble: list[str]
    """What went wrong in its windows: errors in a console, requests to another host."""

    def write(self) -> AbstractContextManager[Session]:
        """A session to arrange things with; it commits at the end."""
        return self.database.write()

    def sign_in(self, window: BrowserContext, account: Account) -> None:
        """Give a window the session of somebody."""
        with self.write() as db:
            token = start_session(db, account)
        window.add_cookies([{"name": "concord_session", "value": token, "url": self.url}])


@dataclass
class Live(Served):
    """A server with the people of every test."""

    people: People

    def open(self, person: Person) -> Page:
        """A new window of somebody who is signed in."""
        window = self.window()
        self.sign_in(window, person.account)
        return window.new_page()


@pytest.fixture(scope="session")
def chrome(chromium: str) -> Iterator[Chromium]:
    """One Chromium for the whole run; each window has cookies of its own."""
    expect.set_options(timeout=PATIENCE)
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


@contextmanager
def serving(folder: Path, empty: Path, chrome: Chromium) -> Iterator[Served]:
    """A running Concord on a copy of an empty database; trouble in a window fails in the end."""
    path = folder / "concord.sqlite3"
    shutil.copy(empty, path)
    database = Database(f"sqlite:///{path}")
    app = create_app(Settings(data_dir=folder, test_mode=True), database, bound_host="127.0.0.1")
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    running = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    running.start()
    while not server.started:
        time.sleep(0.01)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    trouble: list[str] = []
    windows: list[BrowserContext] = []

    def note(said: ConsoleMessage) -> None:
        # A 409 or 422 is an answer; Chromium notes it as a resource that failed to load.
        if said.type == "error" and not said.text.startswith("Failed to load resource"):
            trouble.append(said.text)

    def watch(request: Request) -> None:
        if not request.url.startswith((f"{url}/", "data:", "blob:")):
            trouble.append(f"A page asked another host: {request.url}")

    def open_window(**more: Any) -> BrowserContext:
        window = chrome.new_context(base_url=url, viewport=SIZE, reduced_motion="reduce", **more)
        window.set_default_timeout(PATIENCE)
        window.on("console", note)
        window.on("weberror", lambda broken: trouble.append(str(broken.error)))
        window.on("request", watch)
        windows.append(window)
        return window

    yield Served(url, app, database, open_window, trouble)
    for window in windows:
        window.close()
    server.should_exit = True
    running.join(timeout=10)
    database.engine.dispose()
    assert trouble == []


@pytest.fixture
def served(tmp_path: Path, migrated_file: Path, chrome: Chromium) -> Iterator[Served]:
    """A running Concord in which nobody has an account yet."""
    with serving(tmp_path, migrated_file, chrome) as running:
        yield running


@pytest.fixture
def live(served: Served) -> Live:
    """A running Concord with the people of every test."""
    return with_people(served)


def with_people(served: Served) -> Live:
    """The same server, with the people and their study."""
    with served.write() as db:
        people = make_people(db, lambda: Browser(TestClient(served.app)))
    return Live(**vars(served), people=people)
