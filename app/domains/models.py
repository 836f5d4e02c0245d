"""Tables of step 1: the domain list, blocks, *not coded* marks."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.db import UTCDateTime, enum_type, foreign, guid, now, unguessable_key


class DomainKind(StrEnum):
    """How a domain is analysed; only analytic ones are cross-analysed and tabled."""

    ANALYTIC = "analytic"
    CONTEXTUAL = "contextual"
    DESCRIPTIVE = "descriptive"
    OTHER = "other"


class Domain(SQLModel, table=True):
    """A topic area of a sample. `hue` (1-12) is its stripe's colour."""

    __tablename__ = "domain"
    __table_args__ = (
        sa.UniqueConstraint("sample_id", "title_key"),
        sa.UniqueConstraint("sample_id", "abbreviation"),
    )

    id: int | None = unguessable_key()
    guid: str = Field(default_factory=guid, unique=True)
    sample_id: int = foreign("sample", index=False)
    title: str
    title_key: str
    definition: str = ""
    abbreviation: str
    kind: DomainKind = Field(
        default=DomainKind.ANALYTIC, sa_type=enum_type(DomainKind, "domain_kind")
    )
    position: int = 0
    hue: int = 1
    version: int = 1


class Block(SQLModel, table=True):
    """A passage of a transcript in one layer, with one or more domains.

    `start` and `end` are code points of the version's text, end-exclusive; `quote` is that text.
    """

    __tablename__ = "block"
    __table_args__ = (
        sa.UniqueConstraint("layer_id", "transcript_version_id", "start", "end"),
        sa.CheckConstraint('"start" >= 0 AND "start" < "end"', name="range"),
    )

    id: int | None = unguessable_key()
    guid: str = Field(default_factory=guid, unique=True)
    layer_id: int = foreign("layer", index=False)
    transcript_version_id: int = foreign("transcript_version")
    start: int
    end: int
    quote: str
    memo: str = ""
    made_by: int = foreign("account")
    made_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    version: int = 1


class BlockDomain(SQLModel, table=True):
    """A block's place in a domain."""

    __tablename__ = "block_domain"
    __table_args__ = (sa.UniqueConstraint("block_id", "domain_id"),)

    id: int | None = Field(default=None, primary_key=True)
    block_id: int = foreign("block", index=False, cascade=True)
    domain_id: int = foreign("domain")


class NotCoded(SQLModel, table=True):
    """A passage the team looked at and left out, such as a greeting."""

    __tablename__ = "not_coded"
    __table_args__ = (
        sa.UniqueConstraint("layer_id", "transcript_version_id", "start", "end"),
        sa.CheckConstraint('"start" >= 0 AND "start" < "end"', name="range"),
    )

    id: int | None = unguessable_key()
    guid: str = Field(default_factory=guid, unique=True)
    layer_id: int = foreign("layer", index=False)
    transcript_version_id: int = foreign("transcript_version")
    start: int
    end: int
    quote: str
    made_by: int = foreign("account")
    made_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    version: int = 1
