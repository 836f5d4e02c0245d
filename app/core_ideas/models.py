"""Tables of step 2: core ideas, their raw data, drafts and absences."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.db import UTCDateTime, enum_type, foreign, guid, now, unguessable_key


class CoreIdea(SQLModel, table=True):
    """One statement of a case in a domain, in the words of the team, in one layer."""

    __tablename__ = "core_idea"
    __table_args__ = (sa.Index("ix_core_idea_layer_domain", "layer_id", "domain_id"),)

    id: int | None = unguessable_key()
    guid: str = Field(default_factory=guid, unique=True)
    layer_id: int = foreign("layer", index=False)
    domain_id: int = foreign("domain")
    text: str
    position: int = 0
    made_by: int = foreign("account")
    made_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    changed_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    version: int = 1


class CoreIdeaBlock(SQLModel, table=True):
    """A block that a core idea rests on: its raw data."""

    __tablename__ = "core_idea_block"
    __table_args__ = (sa.UniqueConstraint("core_idea_id", "block_id"),)

    id: int | None = Field(default=None, primary_key=True)
    core_idea_id: int = foreign("core_idea", index=False, cascade=True)
    block_id: int = foreign("block")


class CoreIdeaDraft(SQLModel, table=True):
    """What an editor has typed and not yet published; seen by that editor only.

    `base_version` is the version of the core idea the typing started from.
    """

    __tablename__ = "core_idea_draft"
    __table_args__ = (sa.UniqueConstraint("core_idea_id", "account_id"),)

    id: int | None = Field(default=None, primary_key=True)
    core_idea_id: int = foreign("core_idea", index=False, cascade=True)
    account_id: int = foreign("account")
    text: str
    base_version: int
    saved_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class AbsenceReason(StrEnum):
    """Why a case has no core idea in a domain."""

    NOTHING_SAID = "nothing said"
    NOT_ASKED = "not asked"
    NO_SUCH_EVENT = "no such event"
    TOO_THIN = "too thin"


class Absence(SQLModel, table=True):
    """The reason that a case (a layer of it) has no core idea in a domain."""

    __tablename__ = "absence"
    __table_args__ = (sa.UniqueConstraint("layer_id", "domain_id"),)

    id: int | None = Field(default=None, primary_key=True)
    guid: str = Field(default_factory=guid, unique=True)
    layer_id: int = foreign("layer", index=False)
    domain_id: int = foreign("domain")
    reason: AbsenceReason = Field(sa_type=enum_type(AbsenceReason, "absence_reason"))
    made_by: int = foreign("account")
    made_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
