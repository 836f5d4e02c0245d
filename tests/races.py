"""Several acts at the same moment, each in its own transaction, on a database that commits."""

import threading
from collections.abc import Callable

from sqlmodel import Session

from app.db import Database
from app.errors import ConcordError

Act = Callable[[Session], object]


def at_once(database: Database, *acts: Act) -> list[str]:
    """Release the acts together; what came of each ('done', or the refusal), sorted."""
    start, came = threading.Barrier(len(acts)), []

    def run(act: Act) -> None:
        start.wait()
        try:
            with database.write() as db:
                act(db)
            came.append("done")
        except ConcordError as error:
            came.append(type(error).__name__)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(came)
