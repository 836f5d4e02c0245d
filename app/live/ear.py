"""A worker's ear on PostgreSQL: one connection that waits for notifications, in its own thread.

The connection is none of the pool's. When it breaks another one is made, and whoever waits is woken
as if something had been said: what happened meanwhile stands in the trail.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any, cast

import psycopg
import sqlalchemy as sa

from app.trail.service import CHANNEL

log = logging.getLogger("concord")

GLANCE = 0.5
"""Seconds after which the thread looks whether it should stop."""

AGAIN = 1.0
"""Seconds before the next try when the database cannot be reached."""


class Ear:
    """Calls `heard`, from its own thread, when something was said on the channel."""

    def __init__(self, engine: sa.Engine, heard: Callable[[], None]) -> None:
        self._engine = engine
        self._heard = heard
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="concord-ear", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Let go of the connection, within `GLANCE`."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._listen()
            except (psycopg.Error, sa.exc.SQLAlchemyError) as error:
                log.warning("nothing is heard of the database: %s", type(error).__name__)
                self._stopped.wait(AGAIN)

    def _listen(self) -> None:
        pooled = self._engine.raw_connection()
        # The driver's own connection: notifications are no part of SQLAlchemy.
        connection = cast("psycopg.Connection[Any]", pooled.driver_connection)
        pooled.detach()
        try:
            connection.autocommit = True
            connection.execute(f"LISTEN {CHANNEL}")
            self._heard()
            while not self._stopped.is_set():
                for _ in connection.notifies(timeout=GLANCE, stop_after=1):
                    self._heard()
        finally:
            pooled.close()
