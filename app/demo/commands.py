"""What `concord demo` does."""

from collections.abc import Callable

from sqlmodel import Session, select

from app.accounts.models import Account
from app.db import Database
from app.demo.build import DemoPerson, build_demo


def make_demo(
    database: Database, progress: Callable[[str], None], *, cheap: bool = False
) -> list[DemoPerson]:
    """Build the demo whole or not at all. Raises `ConcordError` in a database with a study.

    `cheap` password hashes are for tests only.
    """
    with database.write() as db:
        administrator = _nobody_administers(db)
        return build_demo(db, administrator=administrator, progress=progress, cheap=cheap)


def _nobody_administers(db: Session) -> bool:
    return db.exec(select(Account.id).limit(1)).first() is None
