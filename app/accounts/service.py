"""What happens to accounts: made, opened by a one-time link, given a password, disabled."""

import re
import secrets
from collections.abc import Callable
from datetime import timedelta

from sqlmodel import Session, col, select

from app.accounts.models import Account, LinkPurpose, LoginSession, OneTimeLink
from app.accounts.passwords import check_new, hash_password, is_right
from app.accounts.sessions import end_sessions, token_hash
from app.db import now
from app.errors import Conflict, Invalid, NotFound

LIFETIMES = {
    LinkPurpose.SET_UP: timedelta(hours=24),
    LinkPurpose.NEW_ACCOUNT: timedelta(days=7),
    LinkPurpose.RESET: timedelta(hours=24),
}
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")


def clean_email(text: str) -> str:
    """An address in lower case. Raises `Invalid` where it cannot be one."""
    email = text.strip().lower()
    if not EMAIL.fullmatch(email):
        sentence = "Type an e-mail address, such as ana@example.org."
        raise Invalid(sentence, {"email": sentence})
    return email


def create_account(
    db: Session,
    *,
    email: str,
    name: str,
    password: str | None = None,
    is_administrator: bool = False,
    cheap: bool = False,
) -> Account:
    """A new account. Raises `Invalid` where the address is taken or the name is empty."""
    email = clean_email(email)
    name = " ".join(name.split())
    if not name:
        raise Invalid("Type the name the team knows you by.", {"name": "The name is empty."})
    if db.exec(select(Account.id).where(Account.email == email)).first() is not None:
        sentence = "There is an account with this address already. Sign in, or ask for a reset."
        raise Invalid(sentence, {"email": sentence})
    account = Account(
        email=email,
        name=name,
        password_hash=hash_password(password, cheap=cheap) if password else None,
        is_administrator=is_administrator,
    )
    db.add(account)
    db.flush()
    return account


def check_password(
    db: Session, *, email: str, password: str, cheap: bool = False
) -> Account | None:
    """The account, if address and password fit; the work is the same for an unknown address."""
    account = db.exec(select(Account).where(Account.email == email.strip().lower())).first()
    usable = account is not None and account.disabled_at is None
    stored = account.password_hash if account and usable else None
    return account if is_right(stored, password, cheap=cheap) else None


def make_link(
    db: Session,
    *,
    purpose: LinkPurpose,
    account_id: int | None = None,
    made_by: int | None = None,
) -> str:
    """A single-use link's token; an older unused link of the same kind stops working."""
    unused = select(OneTimeLink).where(
        OneTimeLink.purpose == purpose,
        OneTimeLink.account_id == account_id,
        col(OneTimeLink.used_at).is_(None),
    )
    for older in db.exec(unused):
        db.delete(older)
    token = secrets.token_urlsafe(32)
    db.add(
        OneTimeLink(
            token_hash=token_hash(token),
            purpose=purpose,
            account_id=account_id,
            made_by=made_by,
            expires_at=now() + LIFETIMES[purpose],
        )
    )
    db.flush()
    return token


def first_start_link(db: Session) -> str | None:
    """The token of the set-up link of an empty database; None once anybody has an account."""
    if db.exec(select(Account.id).limit(1)).first() is not None:
        return None
    return make_link(db, purpose=LinkPurpose.SET_UP)


def find_link(db: Session, token: str, *purposes: LinkPurpose, lock: bool = False) -> OneTimeLink:
    """A link that still works. Raises `NotFound` with the reason where it does not."""
    query = select(OneTimeLink).where(OneTimeLink.token_hash == token_hash(token))
    link = db.exec(query.with_for_update() if lock else query).first()
    if link is None or link.purpose not in purposes:
        raise NotFound("This link is not known here. Ask for a new one; only the newest works.")
    if link.used_at is not None:
        raise NotFound("This link was used already. Sign in, or ask for a new one.")
    if link.expires_at < now():
        raise NotFound("This link has expired. Ask for a new one.")
    return link


def set_up(
    db: Session, *, token: str, email: str, name: str, password: str, again: str, cheap: bool
) -> Account:
    """The first person of an installation becomes its administrator."""
    link = find_link(db, token, LinkPurpose.SET_UP, lock=True)
    if db.exec(select(Account.id).limit(1)).first() is not None:
        raise Conflict("Concord is set up already. Sign in, or ask your administrator.")
    check_new(password, again, about=(email, name))
    account = create_account(
        db, email=email, name=name, password=password, is_administrator=True, cheap=cheap
    )
    link.used_at = now()
    db.add(link)
    return account


def choose_password(db: Session, *, token: str, password: str, again: str, cheap: bool) -> Account:
    """Open a new account, or replace a forgotten password; every older login session ends."""
    link = find_link(db, token, LinkPurpose.NEW_ACCOUNT, LinkPurpose.RESET, lock=True)
    account = db.get(Account, link.account_id)
    if account is None or account.disabled_at is not None:
        raise NotFound("This account is closed. Ask your administrator.")
    check_new(password, again, about=(account.email, account.name))
    _replace_password(db, account, password, cheap=cheap)
    link.used_at = now()
    db.add(link)
    return account


def change_password(
    db: Session,
    account: Account,
    *,
    present: str,
    password: str,
    again: str,
    keep_session: int,
    cheap: bool,
) -> None:
    """Somebody changes their own password; their other login sessions end."""
    if not is_right(account.password_hash, present, cheap=cheap):
        sentence = "This is not your present password."
        raise Invalid(sentence, {"present": sentence})
    check_new(password, again, about=(account.email, account.name))
    _replace_password(db, account, password, cheap=cheap, keep_session=keep_session)


def _replace_password(
    db: Session, account: Account, password: str, *, cheap: bool, keep_session: int = 0
) -> None:
    account.password_hash = hash_password(password, cheap=cheap)
    db.add(account)
    assert account.id is not None
    end_sessions(db, account.id, but=keep_session)


def find_account(db: Session, email: str) -> Account:
    """An account by its address. Raises `NotFound`."""
    account = db.exec(select(Account).where(Account.email == email.strip().lower())).first()
    if account is None:
        raise NotFound(f"There is no account with the address {email.strip()}.")
    return account


_upstairs: list[Callable[[Session, int], None]] = []


def when_account_closes(act: Callable[[Session, int], None]) -> Callable[[Session, int], None]:
    """Let a floor above act, in the same transaction, when an account (by id) was closed."""
    _upstairs.append(act)
    return act


def disable(db: Session, account: Account, *, by: int | None = None) -> None:
    """Close an account: nobody can sign in with it; what they did stays. Refused for the last
    administrator and for oneself."""
    if account.id == by:
        raise Conflict("You cannot close your own account. Ask another administrator.")
    others = select(Account.id).where(
        col(Account.is_administrator), col(Account.disabled_at).is_(None), Account.id != account.id
    )
    if account.is_administrator and db.exec(others).first() is None:
        raise Conflict("This is the last administrator. Make another one first.")
    account.disabled_at = now()
    db.add(account)
    assert account.id is not None
    end_sessions(db, account.id)
    for act in _upstairs:
        act(db, account.id)


def enable(db: Session, account: Account) -> None:
    """Open a closed account again."""
    account.disabled_at = None
    db.add(account)


def end_session(db: Session, token: str) -> None:
    """Sign out: the login session ends on the server."""
    session = db.exec(
        select(LoginSession).where(LoginSession.token_hash == token_hash(token))
    ).first()
    if session is not None and session.ended_at is None:
        session.ended_at = now()
        db.add(session)
