"""Tables of units, their judges, agreements and layers."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.consensus.rules import State, UnitKind
from app.db import UTCDateTime, enum_type, foreign, guid, now


class Unit(SQLModel, table=True):
    """A case in a sample, or the cross-analysis of a domain.

    `content` is the version of what is agreed to: it grows with every change of the consensus
    layer, so an agreement to an older number no longer counts.
    """

    __tablename__ = "unit"
    __table_args__ = (
        sa.UniqueConstraint("sample_id", "case_id"),
        sa.UniqueConstraint("domain_id"),
        sa.CheckConstraint("(case_id IS NULL) <> (domain_id IS NULL)", name="case_or_domain"),
    )

    id: int | None = Field(default=None, primary_key=True)
    guid: str = Field(default_factory=guid, unique=True)
    study_id: int = foreign("study")
    sample_id: int = foreign("sample", index=False)
    kind: UnitKind = Field(sa_type=enum_type(UnitKind, "unit_kind"))
    case_id: int | None = foreign("study_case", default=None)
    domain_id: int | None = foreign("domain", index=False, default=None)
    state: State = Field(default=State.NOT_STARTED, sa_type=enum_type(State, "unit_state"))
    state_since: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    content: int = 0


class Assignment(SQLModel, table=True):
    """A judge of a unit, dated. Taking a judge off ends the row; the trail keeps the reason."""

    __tablename__ = "assignment"

    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = foreign("unit")
    account_id: int = foreign("account")
    since: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    until: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Agreement(SQLModel, table=True):
    """A judge's agreement to one content version of a unit. Nobody agrees for another."""

    __tablename__ = "agreement"
    __table_args__ = (sa.UniqueConstraint("unit_id", "account_id", "content"),)

    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = foreign("unit", index=False)
    account_id: int = foreign("account")
    content: int
    agreed_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class Layer(SQLModel, table=True):
    """A judge's draft of a unit, or (without an account) the unit's consensus layer."""

    __tablename__ = "layer"
    __table_args__ = (
        sa.UniqueConstraint("unit_id", "account_id"),
        sa.Index(
            "uq_layer_consensus",
            "unit_id",
            unique=True,
            sqlite_where=sa.text("account_id IS NULL"),
            postgresql_where=sa.text("account_id IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    guid: str = Field(default_factory=guid, unique=True)
    unit_id: int = foreign("unit", index=False)
    account_id: int | None = foreign("account", default=None)
    submitted_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
