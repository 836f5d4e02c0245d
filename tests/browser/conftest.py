"""Chromium on a running Concord: a fresh database, the people, and a window for each of them."""

import asyncio
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
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
    ViewportSize,
    WebError,
    expect,
    sync_playwright,
)
from sqlmodel import Session
from starlette.datastructures import State
from starlette.testclient import TestClient

from app.accounts.models import Account
from app.accounts.sessions import start_session
from app.config import Settings
from app.db import Database
from app.live.hub import Hub
from app.main import create_app
from app.migrations import migrate
from app.serving import bind
from tests.people import Browser, People, Person, make_people

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    # One process less each: a tenth of the time on two cores.
    "--in-process-gpu",
    "--enable-features=NetworkServiceInProcess2",
    # A page that asks another host is told so in its console.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
ANOTHER_HOST = "ERR_NAME_NOT_RESOLVED"
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

    def open(self, person: Person, **how: Any) -> Page:
        """A new window of somebody who is signed in, as Playwright makes it with these options."""
        window = self.window(**how)
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


@dataclass
class Server:
    """An application that answers on this machine, one test after the other.

    Starting one takes longer than most tests, and so does putting every statement together for a
    new engine.
    """

    chrome: Chromium
    path: Path
    app: FastAPI = field(default_factory=lambda: create_app(bound_host="127.0.0.1"))
    url: str = ""

    def __post_init__(self) -> None:
        self.database = Database(f"sqlite:///{self.path}")
        self.listening = bind("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        self.uvicorn = uvicorn.Server(uvicorn.Config(self.app, log_level="warning", lifespan="off"))
        self.running = threading.Thread(target=asyncio.run, args=[self._serve()], daemon=True)
        self.running.start()
        while not self.uvicorn.started:
            time.sleep(0.01)

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        await self.uvicorn.serve([self.listening])

    def begin(self, data: Path, empty: Path) -> None:
        """Serve a copy of this database from now on, with nothing kept from the one before."""
        while self.database.engine.pool.checkedout():  # type: ignore[attr-defined]
            time.sleep(0.01)
        # Who asked late would go on reading a file that is gone.
        self.database.engine.dispose()
        for each in self.path.parent.glob(f"{self.path.name}*"):
            each.unlink()
        shutil.copy(empty, self.path)
        settings = Settings(data_dir=data, test_mode=True)
        self.app.state = State({"settings": settings, "database": self.database})

    def end(self) -> None:
        """Let go of the database."""
        ending = asyncio.run_coroutine_threadsafe(Hub.of(self.app.state).close(), self.loop)
        ending.result(timeout=10)

    def window(self, **how: Any) -> BrowserContext:
        """A window in which nobody is signed in; a used one might hold on to streams."""
        options = {"viewport": SIZE, "reduced_motion": "reduce", **how}
        return self.chrome.new_context(base_url=self.url, **options)

    def stop(self) -> None:
        """Close it."""
        self.uvicorn.should_exit = True
        self.running.join(timeout=10)


@pytest.fixture(scope="session")
def servers(chrome: Chromium) -> Iterator[list[Server]]:
    """Servers that nobody uses just now."""
    idle: list[Server] = []
    yield idle
    for server in idle:
        server.stop()


@contextmanager
def serving(folder: Path, empty: Path, servers: list[Server], chrome: Chromium) -> Iterator[Served]:
    """A running Concord on a copy of an empty database; trouble in a window fails in the end."""
    server = servers.pop() if servers else Server(chrome, folder / "concord.sqlite3")
    server.begin(folder, empty)
    trouble: list[str] = []
    windows: list[BrowserContext] = []

    def note(said: ConsoleMessage) -> None:
        # A 409 or 422 is an answer; Chromium notes it as a resource that failed to load.
        is_answer = said.text.startswith("Failed to load resource")
        if said.type == "error" and (not is_answer or ANOTHER_HOST in said.text):
            trouble.append(f"{said.text} ({said.location['url']})")

    def note_error(broken: WebError) -> None:
        trouble.append(str(broken.error))

    def open_window(**how: Any) -> BrowserContext:
        window = server.window(**how)
        window.set_default_timeout(PATIENCE)
        window.on("console", note)
        window.on("weberror", note_error)
        windows.append(window)
        return window

    yield Served(server.url, server.app, server.database, open_window, trouble)
    for window in windows:
        window.remove_listener("console", note)
        window.remove_listener("weberror", note_error)
        window.close()
    server.end()
    servers.append(server)
    assert trouble == []


@pytest.fixture
def served(
    tmp_path: Path, migrated_file: Path, servers: list[Server], chrome: Chromium
) -> Iterator[Served]:
    """A running Concord in which nobody has an account yet."""
    with serving(tmp_path, migrated_file, servers, chrome) as running:
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
