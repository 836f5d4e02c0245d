"""Speed as ratios to a bare FastAPI hello measured in the same run: `./dev bench`.

The bounds are the project's promises (docs/performance.md); single times mean nothing here.
"""

import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.db import Database
from app.migrations import migrate
from app.web.templating import form_key
from tests.bench.a_large_study import build

pytestmark = pytest.mark.pure
ROOT = Path(__file__).parents[2]
ROUNDS = 30


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Client:
    """One kept-alive connection."""

    def __init__(self, port: int, headers: dict[str, str] | None = None) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.headers = headers or {}

    def seconds(self, method: str, path: str, body: str | None = None) -> float:
        """How long one answered request takes."""
        headers = self.headers | (
            {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        )
        began = time.perf_counter()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        took = time.perf_counter() - began
        assert answer.status == 200, (answer.status, path, text[:300])
        return took


@dataclass
class Measured:
    """The two servers, and the study's addresses."""

    hello: Client
    concord: Client
    case: str
    sample: str
    board: str
    domain: int
    version: int
    text: str

    def content(self) -> int:
        """The content version of the case that its page would send along."""
        self.concord.connection.request("GET", f"{self.case}/coding", headers=self.concord.headers)
        page = self.concord.connection.getresponse().read().decode()
        found = re.search(r'name="content" value="(\d+)"', page)
        assert found
        return int(found[1])

    def ratio(self, request: Callable[[int], float], against: Callable[[], float]) -> float:
        """Median over median, measured in turn so that both meet the same noise."""
        for number in range(5):
            request(number)
            against()
        pairs = [(request(number + 5), against()) for number in range(ROUNDS)]
        return statistics.median(p for p, _ in pairs) / statistics.median(a for _, a in pairs)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Measured]:
    folder = tmp_path_factory.mktemp("bench")
    database = Database(f"sqlite:///{folder / 'concord.sqlite3'}")
    migrate(database.engine)
    with database.write() as db:
        token, study, sample, domain = build(db)
    with database.engine.connect() as connection:
        version, text = connection.exec_driver_sql(
            "SELECT id, text FROM transcript_version ORDER BY id LIMIT 1"
        ).one()
    database.engine.dispose()
    ports = _free_port(), _free_port()
    servers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.hello", str(ports[0]), str(folder / "h.sqlite3")],
            cwd=ROOT,
        ),
        subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve", "--port", str(ports[1])],
            cwd=ROOT,
            env=os.environ | {"CONCORD_DATA_DIR": str(folder)},
            stdout=subprocess.DEVNULL,
        ),
    ]
    for port in ports:
        _wait_for(port)
    headers = {
        "Cookie": f"concord_session={token}",
        "HX-Request": "true",
        "Origin": f"http://127.0.0.1:{ports[1]}",
    }
    base = f"/studies/{study}/samples/{sample}"
    yield Measured(
        Client(ports[0]),
        Client(ports[1], headers),
        f"{base}/cases/P01",
        base,
        f"{base}/domains/{domain}/cross-analysis",
        domain,
        version,
        text,
    )
    for server in servers:
        server.terminate()
        server.wait()


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"no server at port {port}")


def _report(what: str, ratio: float, bound: float) -> None:
    print(f"\n{what}: {ratio:.1f} x (at most {bound:g})")
    assert ratio <= bound


def test_opening_a_case(measured: Measured) -> None:
    full = Client(measured.concord.connection.port, dict(measured.concord.headers))
    del full.headers["HX-Request"]
    ratio = measured.ratio(
        lambda _: full.seconds("GET", f"{measured.case}/coding"),
        lambda: measured.hello.seconds("GET", "/hello"),
    )
    _report("opening a case of 9,000 words / hello", ratio, 25)


def test_assigning_a_block(measured: Measured) -> None:
    from urllib.parse import urlencode

    content = measured.content()

    def assign(number: int) -> float:
        start = 100 + 37 * number
        form = {
            "content": content + number,
            "shown": 1,
            "transcript_version": measured.version,
            "start": start,
            "end": start + 20,
            "quote": measured.text[start : start + 20],
            "domain": measured.domain,
            "exact": 1,
            "form_key": form_key(),
        }
        return measured.concord.seconds("POST", f"{measured.case}/coding/blocks", urlencode(form))

    def hello_and_insert() -> float:
        return measured.hello.seconds("GET", "/hello") + measured.hello.seconds("POST", "/insert")

    _report("assigning a block / (hello + insert)", measured.ratio(assign, hello_and_insert), 6)


def test_a_board_of_300_core_ideas(measured: Measured) -> None:
    full = Client(measured.concord.connection.port, dict(measured.concord.headers))
    del full.headers["HX-Request"]
    ratio = measured.ratio(
        lambda _: full.seconds("GET", measured.board),
        lambda: measured.hello.seconds("GET", "/hello"),
    )
    _report("a board of 300 core ideas / hello", ratio, 30)


def test_the_frequency_table_as_docx(measured: Measured) -> None:
    ratio = measured.ratio(
        lambda _: measured.concord.seconds("GET", f"{measured.sample}/findings/table.docx"),
        lambda: measured.hello.seconds("GET", "/hello"),
    )
    _report("docx of the frequency table / hello", ratio, 250)
