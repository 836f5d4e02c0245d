"""Many streams, and streams that go away: other requests do not notice."""

import selectors
import socket
import threading
import time

from sqlalchemy.pool import QueuePool

from app.accounts.models import Account
from app.accounts.sessions import start_session
from app.live.hub import Hub
from app.live.rules import STREAMS_A_SESSION
from app.studies.models import Member
from tests.live.a_server import PATIENCE, Station, start_worker

MANY = 100


def many_tokens(station: Station) -> list[str]:
    """Login sessions of enough judges for a hundred streams."""
    tokens = []
    with station.database.write() as db:
        for number in range(MANY // STREAMS_A_SESSION):
            account = Account(email=f"judge{number}@example.org", name=f"Judge {number}")
            db.add(account)
            db.flush()
            db.add(Member(study_id=station.people.study.id, account_id=account.id, is_judge=True))
            tokens.append(start_session(db, account))
    return tokens


def open_streams(port: int, path: str, tokens: list[str]) -> list[socket.socket]:
    """A hundred connections that have got the head of their answer."""
    opened = []
    for token in tokens:
        for _ in range(STREAMS_A_SESSION):
            connection = socket.create_connection(("127.0.0.1", port), timeout=10)
            connection.sendall(
                f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: concord_session={token}\r\n"
                "Accept: text/event-stream\r\n\r\n".encode()
            )
            opened.append(connection)
    for connection in opened:
        head = connection.recv(4096)
        assert head.startswith(b"HTTP/1.1 200"), head
    return opened


def told(connections: list[socket.socket], within: float) -> int:
    """How many of them hear of a change."""
    waiting, heard = selectors.DefaultSelector(), dict.fromkeys(connections, b"")
    for connection in connections:
        waiting.register(connection, selectors.EVENT_READ)
    until = time.monotonic() + within
    while time.monotonic() < until:
        for key, _ in waiting.select(timeout=0.1):
            heard[key.fileobj] += key.fileobj.recv(4096)  # type: ignore[index, union-attr]
        if all(b"event: change" in said for said in heard.values()):
            break
    return sum(b"event: change" in said for said in heard.values())


def test_a_hundred_streams_starve_nobody_and_all_hear_of_a_change(station: Station) -> None:
    worker = start_worker(station.url, station.settings)
    streams = open_streams(worker.port, f"{station.people.url}/live", many_tokens(station))
    pool = worker.server.application.state.database.engine.pool
    assert isinstance(pool, QueuePool)
    time.sleep(0.5)
    assert pool.checkedout() == 0, "no stream holds a connection"
    token = station.token(station.people.ana)
    alone = station.worker
    times = []
    station.worker = worker
    for _ in range(20):
        began = time.monotonic()
        assert "turn-2" in station.get(station.people.ana, station.case.url, token)
        times.append(time.monotonic() - began)
    station.worker = alone
    assert sorted(times)[10] < 1
    station.change(station.people.ben)
    assert told(streams, PATIENCE) == MANY
    for stream in streams[: MANY // 2]:
        stream.close()
    assert worker.stop() < 5
    for stream in streams[MANY // 2 :]:
        stream.close()


def test_a_hundred_pages_asked_for_at_once_are_all_answered(station: Station) -> None:
    token, statuses = station.token(station.people.ana), []

    def ask() -> None:
        statuses.append("turn-2" in station.get(station.people.ana, station.case.url, token))

    asking = [threading.Thread(target=ask) for _ in range(MANY)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert statuses == [True] * MANY


def test_a_stream_that_is_cut_leaves_nothing_behind(station: Station) -> None:
    hub = Hub.of(station.worker.server.application.state)
    token = station.token(station.people.dee)
    for _ in range(20):
        station.listen(station.people.dee, token=token).close()
    until = time.monotonic() + PATIENCE
    while hub._listeners and time.monotonic() < until:
        time.sleep(0.05)
    assert not hub._listeners
