"""Login sessions: an opaque token in a cookie, its hash in the database."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, cast

import sqlalchemy as sa
from fastapi import Depends, Request
from sqlalchemy import update
from sqlmodel import Session, col
from starlette.responses import Response

from app.accounts.models import Account, LoginSession
from app.config import Settings
from app.db import SAFE_METHODS, Database, Db, Place, now, run
from app.errors import Forbidden
from app.web.errors import SignInNeeded
from app.web.templating import asks_again

TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Me:
    """The person who is signed in."""

    id: int
    email: str
    name: str
    is_administrator: bool
    session_id: int = 0

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        return initials(self.name)


def initials(name: str) -> str:
    """'Ana Ruiz' is AR, 'Ben' is BE."""
    words = name.split()
    letters = words[0][:1] + words[-1][:1] if len(words) > 1 else name[:2]
    return letters.upper()


def token_hash(token: str) -> str:
    """What is stored of a token: it has 256 bits, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def cookie_name(settings: Settings) -> str:
    """`__Host-` binds the cookie to this host where it is sent over https only."""
    return "__Host-concord" if settings.secure_cookies else "concord_session"


def start_session(db: Session, account: Account) -> str:
    """A new login session. Returns the token for the cookie."""
    token = secrets.token_urlsafe(32)
    assert account.id is not None
    db.add(LoginSession(token_hash=token_hash(token), account_id=account.id))
    db.flush()
    return token


def give_cookie(response: Response, settings: Settings, token: str) -> None:
    """Put the token into the answer."""
    response.set_cookie(
        cookie_name(settings),
        token,
        max_age=settings.session_hours * 3600,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings.secure_cookies,
    )


def end_sessions(db: Session, account_id: int, *, but: int = 0) -> None:
    """End every login session of an account, except one that may go on."""
    run(
        db,
        update(LoginSession)
        .where(
            col(LoginSession.account_id) == account_id,
            col(LoginSession.id) != but,
            col(LoginSession.ended_at).is_(None),
        )
        .values(ended_at=now()),
    )


SESSION = (
    sa.select(
        col(LoginSession.id),
        col(LoginSession.seen_at),
        col(Account.id),
        col(Account.email),
        col(Account.name),
        col(Account.is_administrator),
    )
    .join(Account, col(Account.id) == col(LoginSession.account_id))
    .where(
        col(LoginSession.token_hash) == sa.bindparam("token_hash"),
        col(LoginSession.ended_at).is_(None),
        col(Account.disabled_at).is_(None),
        col(LoginSession.seen_at) > sa.bindparam("seen_after"),
        col(LoginSession.created_at) > sa.bindparam("created_after"),
    )
)


def signed_in_or_none(request: Request, db: Db, place: Place) -> Me | None:
    """Who is signed in, if anybody; idle and absolute expiry are checked here."""
    settings = cast(Settings, request.app.state.settings)
    token = request.cookies.get(cookie_name(settings))
    if not token:
        return None
    at = now()
    row = run(
        db,
        SESSION,
        {
            "token_hash": token_hash(token),
            "seen_after": at - timedelta(minutes=settings.session_idle_minutes),
            "created_after": at - timedelta(hours=settings.session_hours),
        },
    ).first()
    if row is None:
        return None
    session_id, seen_at, account_id, email, name, is_administrator = row
    if at - seen_at > TOUCH_EVERY and not asks_again(request):
        _touch(request, db, session_id)
    me = Me(account_id, email, name, is_administrator, session_id)
    request.state.me = me
    return me


def _touch(request: Request, db: Session, session_id: int) -> None:
    touch = update(LoginSession).where(col(LoginSession.id) == session_id).values(seen_at=now())
    if request.method not in SAFE_METHODS:
        run(db, touch)
        return
    # A page that is only read holds no write lock, so this is a short transaction of its own.
    with cast(Database, request.app.state.database).write() as writing:
        run(writing, touch)


def signed_in(request: Request, me: Annotated[Me | None, Depends(signed_in_or_none)]) -> Me:
    """The guard of every page that needs somebody. Raises `SignInNeeded`."""
    if me is None:
        raise SignInNeeded
    return me


SignedIn = Annotated[Me, Depends(signed_in)]


def administrator(me: SignedIn) -> Me:
    """The guard of accounts, storage and backups."""
    if not me.is_administrator:
        raise Forbidden("Only an administrator may look after accounts.")
    return me


Administrator = Annotated[Me, Depends(administrator)]
