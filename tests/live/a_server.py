"""Servers that really serve, on one database, and streams that are read from them."""

import http.client
import json
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlmodel import Session, col, select

from app.accounts.models import LoginSession
from app.accounts.sessions import start_session, token_hash
from app.cases.service import add_case, store_transcript
from app.config import ROOT, Settings
from app.db import Database
from app.live.models import Presence
from app.live.rules import LINGER
from app.main import create_app
from app.serving import Server, bind
from tests.domains.a_case import ROLES, TURNS, ACase
from tests.people import People, Person

SOON = 2.0
"""Seconds within which others see a change: what is promised."""

PATIENCE = 10.0
"""Seconds that a test waits where it does not measure, on a machine that does other things too."""

QUIET = 1.5
"""Seconds without a word that are taken for silence: several looks of a worker."""


@dataclass(frozen=True)
class Said:
    """One event of a stream."""

    name: str
    data: dict[str, Any]
    at: float


class Stream:
    """An open stream, read in a thread of its own."""

    def __init__(self, port: int, path: str, token: str) -> None:
        self._said: queue.Queue[Said | None] = queue.Queue()
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        cookie = f"concord_session={token}"
        self._connection.request(
            "GET", path, headers={"Cookie": cookie, "Accept": "text/event-stream"}
        )
        self._socket = self._connection.sock
        self.answer = self._connection.getresponse()
        self.status = self.answer.status
        self.everything = ""
        self._reading = threading.Thread(target=self._read, daemon=True)
        if self.status == 200:
            self._reading.start()

    def _read(self) -> None:
        name = ""
        try:
            for line in self.answer:
                text = line.decode()
                self.everything += text
                if text.startswith("event: "):
                    name = text[7:].strip()
                elif text.startswith("data: "):
                    self._said.put(Said(name, json.loads(text[6:]), time.monotonic()))
        except (OSError, http.client.HTTPException):
            pass  # the connection was cut, which ends a stream too
        self._said.put(None)

    def next(self, name: str = "change", within: float = PATIENCE, kind: str = "") -> Said:
        """The next event of this name (and that tells of this kind); others are passed over."""
        until = time.monotonic() + within
        while True:
            try:
                said = self._said.get(timeout=max(0.01, until - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no '{name}' within {within} s") from None
            assert said is not None, f"the stream ended before '{name}'"
            if said.name == name and (not kind or kind in said.data["kinds"]):
                return said

    def is_silent(self, name: str = "change", seconds: float = QUIET) -> bool:
        """Nothing of this name is said for so long."""
        try:
            self.next(name, within=seconds)
        except AssertionError:
            return True
        return False

    def wait_for_silence(self) -> None:
        """Pass over what is still said."""
        while not self.is_silent():
            pass

    def ended(self, within: float = PATIENCE) -> list[str]:
        """What was still said until the stream ended. Fails where it does not."""
        names = []
        while True:
            said = self._said.get(timeout=within)
            if said is None:
                return names
            names.append(said.name)

    def close(self) -> None:
        """As a browser does whose tab is closed."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        if self._reading.is_alive():
            self._reading.join(timeout=5)
        self._connection.close()


@dataclass
class Worker:
    """One running server process' worth: an application with a hub of its own."""

    port: int
    server: Server
    thread: threading.Thread

    def stop(self) -> float:
        """Ask it to stop as a signal does. Returns the seconds that it took."""
        began = time.monotonic()
        self.server.should_exit = True
        self.thread.join(timeout=20)
        assert not self.thread.is_alive(), "the server does not stop"
        return time.monotonic() - began


@dataclass
class Process:
    """`concord serve`, as a second worker on the same database."""

    port: int
    process: subprocess.Popen[str]

    def stop(self, *, signal_: signal.Signals = signal.SIGTERM) -> float:
        """Send it a signal. Returns the seconds that it took to end."""
        began = time.monotonic()
        self.process.send_signal(signal_)
        self.process.wait(timeout=20)
        return time.monotonic() - began


def start_process(url: str, folder: Path) -> Process:
    """A server process of its own; waits until it says where it is."""
    environment = os.environ | {
        "CONCORD_DATABASE_URL": url.replace("postgresql+psycopg://", "postgresql://"),
        "CONCORD_DATA_DIR": str(folder),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", "from app.cli import main; main()", "serve", "--port", "0"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:(\d+)", said)
    assert found, said
    process_ = Process(int(found.group(1)), process)
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", process_.port), timeout=1).close()
            break
        time.sleep(0.05)
    return process_


def start_worker(url: str, settings: Settings) -> Worker:
    """A server on a pool of its own."""
    app = create_app(settings, Database(url), bound_host="127.0.0.1")
    listening = bind("127.0.0.1", 0)
    server = Server(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    return Worker(listening.getsockname()[1], server, thread)


@dataclass
class Station:
    """A worker, the database behind it, its people, and a case to change."""

    url: str
    worker: Worker
    database: Database
    settings: Settings
    people: People
    case: ACase
    streams: list[Stream]
    letters: int = 0

    def token(self, person: Person) -> str:
        """A new login session of somebody."""
        with self.database.write() as db:
            return start_session(db, person.account)

    def listen(
        self,
        person: Person,
        query: str = "",
        *,
        worker: Worker | Process | None = None,
        token: str = "",
        study: str = "",
    ) -> Stream:
        """Open somebody's stream of the study."""
        path = f"{study or self.people.url}/live{query}"
        stream = Stream((worker or self.worker).port, path, token or self.token(person))
        self.streams.append(stream)
        return stream

    def get(self, person: Person, path: str, token: str = "", **headers: str) -> str:
        """The body of an ordinary page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.worker.port, timeout=20)
        cookie = f"concord_session={token or self.token(person)}"
        connection.request("GET", path, headers={"Cookie": cookie} | headers)
        body = connection.getresponse().read().decode()
        connection.close()
        return body

    def post(self, worker: Worker | Process, token: str, path: str, **fields: object) -> int:
        """Send a form through one of the servers. Returns the status."""
        connection = http.client.HTTPConnection("127.0.0.1", worker.port, timeout=20)
        headers = {
            "Cookie": f"concord_session={token}",
            "Origin": f"http://127.0.0.1:{worker.port}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection.request("POST", path, urlencode(fields), headers)
        status = connection.getresponse().status
        connection.close()
        return status

    def here(self, person: Person, unit: int | None = None) -> str:
        """What the frame of a page of theirs shows: who else is here."""
        return self.get(person, f"{self.people.url}/presence" + (f"?unit={unit}" if unit else ""))

    def sees(self, stream: Stream, words: str, within: float = PATIENCE, unit: int = 0) -> bool:
        """Told by the stream to look, Ana sees these words in her frame."""
        return self._looks(stream, lambda shown: words in shown, within, unit)

    def sees_no(self, stream: Stream, words: str, within: float = PATIENCE, unit: int = 0) -> bool:
        """Told by the stream to look, Ana no longer sees them."""
        return self._looks(stream, lambda shown: words not in shown, within, unit)

    def _looks(self, stream: Stream, fits: Callable[[str], bool], within: float, unit: int) -> bool:
        until = time.monotonic() + within
        while time.monotonic() < until:
            stream.next("presence", within=until - time.monotonic())
            if fits(self.here(self.people.ana, unit)):
                return True
        return False

    def wait_until_nobody_is_here(self) -> None:
        """Those whose streams another test has closed linger for a moment."""
        until = time.monotonic() + LINGER + PATIENCE
        while time.monotonic() < until:
            with self.database.read() as db:
                if not db.exec(select(Presence)).all():
                    return
            time.sleep(0.05)
        raise AssertionError("somebody who has gone is still on the roll")

    @property
    def unit(self) -> int:
        """The unit of the case."""
        with self.database.read() as db:
            return self.case.context(db).unit.id

    def another_case(self, code: str) -> ACase:
        """One more case with the same interview and domains."""
        with self.database.write() as db:
            study = self.people.context(db)
            case = add_case(db, study, code=code, sample_ids=[self.people.sample.id or 0])
            case_id = case.id or 0
            store_transcript(
                db, study, case_id=case_id, title="Interview", turns=TURNS, roles=ROLES
            )
        return ACase(self.people, code, case_id, self.case.domains)

    def change(self, person: Person, case: ACase | None = None) -> None:
        """Somebody puts one more passage of the case into a domain."""
        case = case or self.case
        with self.database.write() as db:
            case.put(db, self.passage(db), "Antecedent", person=person)

    def passage(self, db: Session) -> str:
        """Words that were in no block so far: each time one letter more of the interview."""
        self.letters += 1
        return self.case.transcript(db).text[: self.letters + 3]

    def session(self, db: Session, token: str) -> LoginSession:
        """A login session by its token."""
        found = select(LoginSession).where(col(LoginSession.token_hash) == token_hash(token))
        return db.exec(found).one()


@contextmanager
def closing(station: Station) -> Iterator[Station]:
    """Close what a test left open."""
    try:
        yield station
    finally:
        for stream in station.streams:
            stream.close()
        station.streams.clear()
