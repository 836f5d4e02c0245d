"""Accounts and login sessions as their pages show them."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from app.accounts.models import Account, LoginSession
from app.accounts.sessions import Me
from app.db import UTCDateTime, run


@dataclass(frozen=True)
class AccountRow:
    """One line of the administrator's list."""

    id: int
    name: str
    email: str
    is_administrator: bool
    is_open: bool
    has_password: bool
    last_seen: datetime | None


def list_accounts(db: Session) -> tuple[AccountRow, ...]:
    """All accounts by name, in one statement."""
    seen = sa.func.max(col(LoginSession.seen_at))
    rows = run(
        db,
        sa.select(
            col(Account.id),
            col(Account.name),
            col(Account.email),
            col(Account.is_administrator),
            col(Account.disabled_at).is_(None),
            col(Account.password_hash).is_not(None),
            sa.type_coerce(seen, UTCDateTime()),
        )
        .join(LoginSession, col(LoginSession.account_id) == col(Account.id), isouter=True)
        .group_by(col(Account.id))
        .order_by(col(Account.name), col(Account.id)),
    )
    return tuple(AccountRow(*row) for row in rows)


@dataclass(frozen=True)
class SessionRow:
    """Somewhere one is signed in."""

    started: datetime
    seen: datetime
    is_this: bool


def list_sessions(db: Session, me: Me) -> tuple[SessionRow, ...]:
    """One's own login sessions that have not ended, newest first."""
    rows = run(
        db,
        sa.select(col(LoginSession.created_at), col(LoginSession.seen_at), col(LoginSession.id))
        .where(col(LoginSession.account_id) == me.id, col(LoginSession.ended_at).is_(None))
        .order_by(col(LoginSession.id).desc())
        .limit(50),
    )
    return tuple(SessionRow(started, seen, key == me.session_id) for started, seen, key in rows)
