"""`concord`: accounts, the trail, reading and serving from the command line."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.cli import app

pytestmark = pytest.mark.pure  # each test has a data folder of its own

ROOT = Path(__file__).parents[1]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONCORD_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("CONCORD_DATABASE_URL", raising=False)
    return tmp_path / "data"


def concord(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_the_first_account_becomes_administrator_by_a_one_time_link(folder: Path) -> None:
    made = concord("user", "create", "jo@example.org")
    assert made.exit_code == 0
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/reset/[\w-]{43}\n", made.stdout)
    assert (folder / "concord.sqlite3").exists()


def test_links_carry_the_public_address(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCORD_PUBLIC_URL", "https://concord.example.org")
    concord("user", "create", "jo@example.org")
    made = concord("user", "reset-link", "JO@example.org")
    assert made.stdout.startswith("https://concord.example.org/reset/")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["user", "create", "jo@example.org"], "already"),
        (["user", "create", "no address"], "e-mail address"),
        (["user", "reset-link", "eve@example.org"], "no account"),
        (["user", "disable", "eve@example.org"], "no account"),
        (["user", "disable", "jo@example.org"], "last administrator"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_to_an_account_is_said_in_a_sentence(
    folder: Path, words: list[str], sentence: str
) -> None:
    concord("user", "create", "jo@example.org")
    refused = concord(*words)
    assert refused.exit_code == 2
    assert sentence in refused.stderr


def test_a_disabled_account_is_told_so(folder: Path) -> None:
    concord("user", "create", "jo@example.org")
    concord("user", "create", "ben@example.org")
    assert "can no longer sign in" in concord("user", "disable", "ben@example.org").stdout


@pytest.mark.parametrize(
    "words", [["verify"], ["table"], ["user", "reset-link", "x@example.org"]], ids=" ".join
)
def test_a_command_that_only_looks_makes_no_database(folder: Path, words: list[str]) -> None:
    refused = concord(*words)
    assert refused.exit_code == 2
    assert "no Concord database" in refused.stderr
    assert not folder.exists()


def test_verify_counts_the_entries_of_a_whole_trail(folder: Path) -> None:
    concord("user", "create", "jo@example.org")
    assert concord("verify").stdout == "The trail is whole: 0 entries.\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CONCORD_DATABASE_URL", "mysql://x"),
        ("CONCORD_PUBLIC_URL", "concord.example.org"),
        ("CONCORD_SESSION_IDLE_MINUTES", "0"),
        ("CONCORD_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none"),
    ],
)
def test_a_wrong_setting_refuses_to_start_with_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    refused = concord("user", "create", "jo@example.org")
    assert refused.exit_code == 2
    assert "Traceback" not in refused.stderr
    assert name in refused.stderr


def test_a_data_folder_that_cannot_be_made_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("CONCORD_DATA_DIR", str(tmp_path / "file" / "data"))
    refused = concord("user", "create", "jo@example.org")
    assert refused.exit_code == 2
    assert "cannot be written" in refused.stderr


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A fresh installation as `concord serve` starts it: what it said, and its address."""
    server = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve", "--port", "0"],
        cwd=ROOT,
        env=os.environ | {"CONCORD_DATA_DIR": str(tmp_path / "data"), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout
    said = server.stdout.readline() + server.stdout.readline()
    address = re.search(r"http://127\.0\.0\.1:(\d+)", said)
    assert address
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", int(address.group(1)))) == 0:
                break
        time.sleep(0.1)
    yield said, address.group()
    server.terminate()
    server.wait(10)


def test_a_fresh_installation_shows_its_set_up_link_and_is_ready(served: tuple[str, str]) -> None:
    said, base = served
    link = re.search(r"http://\S+/setup/\S+", said)
    assert link
    assert b"Set up Concord" in urlopen(link.group()).read()
    assert urlopen(f"{base}/readyz").read() == b"ready"


def test_a_taken_port_is_said_in_a_sentence(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused = concord("serve", "--port", str(taken.getsockname()[1]))
    assert refused.exit_code == 2
    assert "Choose another with --port" in refused.stderr
