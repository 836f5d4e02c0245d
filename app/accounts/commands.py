"""What `concord user ...` does."""

from sqlmodel import Session, select

from app.accounts.models import Account, LinkPurpose
from app.accounts.service import create_account, find_account, make_link


def create_and_link(db: Session, *, email: str, name: str, administrator: bool) -> str:
    """A new account; returns the path of its one-time link. The first becomes administrator."""
    first = db.exec(select(Account.id).limit(1)).first() is None
    account = create_account(
        db,
        email=email,
        name=name or email.partition("@")[0],
        is_administrator=administrator or first,
    )
    return f"/reset/{make_link(db, purpose=LinkPurpose.NEW_ACCOUNT, account_id=account.id)}"


def reset_link(db: Session, email: str) -> str:
    """The path of a fresh one-time link for somebody who forgot their password."""
    account = find_account(db, email)
    return f"/reset/{make_link(db, purpose=LinkPurpose.RESET, account_id=account.id)}"
