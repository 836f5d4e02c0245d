"""Opening an installation for a command, and serving it."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
import uvicorn
from fastapi import FastAPI

from app.accounts.service import first_start_link
from app.config import Settings, load_settings
from app.db import Database
from app.errors import Invalid
from app.live.hub import Hub
from app.main import create_app
from app.migrations import is_current, migrate

Say = Callable[[str], None]

LAST_ANSWERS = 30
"""Seconds that requests have to end when the server is stopped."""


def open_installation(*, make: bool = True) -> tuple[Settings, Database]:
    """Settings and database, the folder made and the tables brought up to date.

    With `make=False` a database that is not there is left alone and refused. Raises `Invalid` with
    one clear line where the folder or the database cannot be used.
    """
    settings = load_settings()
    if make:
        _prepare_folder(settings.data_dir)
    elif not settings.database_url and not (settings.data_dir / "concord.sqlite3").exists():
        raise Invalid(
            f"There is no Concord database in {settings.data_dir}. Start one with 'concord serve', "
            "or set CONCORD_DATA_DIR."
        )
    database = Database(settings.sqlalchemy_url)
    try:
        if make:
            migrate(database.engine)
        elif not is_current(database.engine):
            raise Invalid(
                "The database is of another release. Run 'concord serve' once to bring it up to "
                "date."
            )
    except sa.exc.DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise Invalid(
            f"The database cannot be opened: {reason}. Check CONCORD_DATABASE_URL or "
            "CONCORD_DATA_DIR."
        ) from None
    return settings, database


def _prepare_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Invalid(
            f"The data folder {folder} cannot be written: {error.strerror}. Choose another one "
            "with CONCORD_DATA_DIR."
        ) from None


def base_url(settings: Settings, host: str, port: int) -> str:
    """The address to show: the public one, else the one bound."""
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    shown = f"[{shown}]" if ":" in shown else shown
    return settings.public_url or f"http://{shown}:{port}"


def bind(host: str, port: int) -> socket.socket:
    """A bound socket. Raises `Invalid` where the port is taken or the host is not ours."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        family, kind, protocol, _, address = found
        # With the protocol named, asyncio switches Nagle's algorithm off: else every small answer
        # waits some 40 ms for the client's delayed acknowledgement.
        bound = socket.socket(family, kind, protocol)
        if os.name != "nt":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        raise Invalid(
            f"Cannot listen at {host}:{port}: {error.strerror}. Choose another with --port."
        ) from None
    return bound


def serve(settings: Settings, database: Database, *, host: str, port: int, say: Say) -> None:
    """Serve until stopped. An empty installation shows its one-time set-up link first."""
    listening = bind(host, port)
    port = listening.getsockname()[1]
    url = base_url(settings, host, port)
    with database.write() as db:
        token = first_start_link(db)
    if token:
        say("Concord is new here. Open this link once to set it up (it holds for 24 hours):")
        say(f"  {url}/setup/{token}")
    else:
        say(f"Concord is at {url}")
    application = create_app(settings, database, bound_host=host)
    Server(application).run(sockets=[listening])


class Server(uvicorn.Server):
    """A server that lets the event streams of its pages go before it waits for its connections."""

    def __init__(self, application: FastAPI) -> None:
        self.application = application
        super().__init__(
            uvicorn.Config(
                application,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=LAST_ANSWERS,
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, which would never end by themselves; then what uvicorn does."""
        await Hub.of(self.application.state).close()
        await super().shutdown(sockets)
