"""Tables of people who can sign in."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.db import UTCDateTime, enum_type, foreign, now


class Account(SQLModel, table=True):
    """A person who can sign in; `email` is kept in lower case."""

    __tablename__ = "account"

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    name: str
    password_hash: str | None = None
    is_administrator: bool = False
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class LoginSession(SQLModel, table=True):
    """One signed-in browser. Only the hash of its token is stored."""

    __tablename__ = "login_session"

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    account_id: int = foreign("account")
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    seen_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class LinkPurpose(StrEnum):
    """What a one-time link is for."""

    SET_UP = "set-up"
    NEW_ACCOUNT = "new account"
    RESET = "password reset"


class OneTimeLink(SQLModel, table=True):
    """A single-use link (set-up, new account, password reset); only its hash is stored."""

    __tablename__ = "one_time_link"

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    purpose: LinkPurpose = Field(sa_type=enum_type(LinkPurpose, "link_purpose"))
    account_id: int | None = foreign("account", default=None)
    made_by: int | None = foreign("account", default=None)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class KeptText(SQLModel, table=True):
    """What somebody typed and could not save, because another was first. Seen by nobody else.

    `texts` are the fields of the form as they were typed, `base` what they were started from, at
    the item's `version`.
    """

    __tablename__ = "kept_text"
    __table_args__ = (sa.UniqueConstraint("account_id", "item_kind", "item_id"),)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = foreign("account", index=False)
    item_kind: str
    item_id: int
    texts: dict[str, Any] = Field(sa_type=sa.JSON)
    base: dict[str, Any] = Field(sa_type=sa.JSON)
    version: int
    kept_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
