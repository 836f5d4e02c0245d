"""Tables of the trail: what happened (kept for ever) and the values (erasable)."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.db import UTCDateTime, foreign


class TrailHead(SQLModel, table=True):
    """The end of a chain. Its row is locked while the next entry is written.

    Chain 0 is the study's; a private draft's chain carries its layer's id until the reveal.
    """

    __tablename__ = "trail_head"
    __table_args__ = (sa.UniqueConstraint("study_id", "chain"),)

    id: int | None = Field(default=None, primary_key=True)
    study_id: int = foreign("study", index=False)
    chain: int = 0
    sequence: int = 0
    hash: str = ""


class TrailEntry(SQLModel, table=True):
    """One change: who, when, what, in which unit and layer. No transcript text in here."""

    __tablename__ = "trail_entry"
    __table_args__ = (
        sa.UniqueConstraint("study_id", "chain", "sequence"),
        sa.Index("ix_trail_entry_item", "study_id", "item_kind", "item_id", "chain", "sequence"),
        sa.Index("ix_trail_entry_unit", "unit_id", "sequence"),
        sa.Index("ix_trail_entry_person", "account_id", "study_id", "chain", "sequence"),
        sa.Index("ix_trail_entry_kind", "study_id", "chain", "item_kind", "sequence"),
        sa.Index("ix_trail_entry_at", "study_id", "chain", "at", "sequence"),
    )

    id: int | None = Field(default=None, primary_key=True)
    study_id: int = foreign("study", index=False)
    chain: int = 0
    sequence: int
    at: datetime = Field(sa_type=UTCDateTime)
    account_id: int | None = foreign("account", index=False, default=None)
    verb: str
    item_kind: str
    item_id: int
    unit_id: int | None = foreign("unit", index=False, default=None)
    layer_id: int | None = foreign("layer", index=False, default=None)
    values_hash: str
    previous_hash: str
    hash: str


class TrailAlso(SQLModel, table=True):
    """A further item that an entry is about, as the parts of a core idea that was split.

    Not hashed: it only says where the entry is listed, and follows from its values.
    """

    __tablename__ = "trail_also"
    __table_args__ = (sa.Index("ix_trail_also_item", "item_kind", "item_id", "entry_id"),)

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = foreign("trail_entry")
    item_kind: str
    item_id: int


class TrailValues(SQLModel, table=True):
    """The salted before and after of an entry; erasure empties it and the chain still holds."""

    __tablename__ = "trail_values"

    entry_id: int = Field(primary_key=True, foreign_key="trail_entry.id")
    salt: str | None
    before: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    after: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
