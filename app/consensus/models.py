"""Tables of units, their judges, agreements and layers."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.consensus.amending import AmendmentKind, Cause
from app.consensus.rules import Outcome, PointKind, State, Step, UnitKind
from app.db import UTCDateTime, enum_type, foreign, guid, now
from app.studies.ways import WayOfWorking


class Unit(SQLModel, table=True):
    """A case in a sample, or the cross-analysis of a domain.

    `content` is the version of what is agreed to: it grows with every change of the consensus
    layer, so an agreement to an older number no longer counts. `way` is the way of working it was
    begun in (none before), `step` what of it is worked on now.
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
    way: WayOfWorking | None = Field(default=None, sa_type=enum_type(WayOfWorking, "way"))
    step: Step = Field(default=Step.BOTH, sa_type=enum_type(Step, "step"))


class Assignment(SQLModel, table=True):
    """A judge of a unit, dated. Taking a judge off ends the row; the trail keeps the reason."""

    __tablename__ = "assignment"

    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = foreign("unit")
    account_id: int = foreign("account")
    since: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    until: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Drafter(SQLModel, table=True):
    """The one judge who drafts a unit for the others to review."""

    __tablename__ = "drafter"

    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", unique=True, ondelete="RESTRICT")
    account_id: int = foreign("account")
    since: datetime = Field(default_factory=now, sa_type=UTCDateTime)


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
    """A judge's draft of a unit, or (without an account) the unit's consensus layer.

    `content` counts a draft's own changes, so that the unit's count tells nobody of them. One that
    was discarded is empty; its judge begins it anew if they come back.
    """

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
    content: int = 0
    discarded_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Practice(SQLModel, table=True):
    """A finished case copied into a study of its own (`unit_id`), for a new judge to code blind.

    `consensus` is what the judges of `of_unit_id` had agreed to, as plain values. No page reads it:
    it is written into the copy's consensus layer when the draft is submitted.
    """

    __tablename__ = "practice"

    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", unique=True, ondelete="RESTRICT")
    of_unit_id: int = foreign("unit")
    of_study_id: int = foreign("study")
    judges: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    consensus: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    made_by: int = foreign("account")
    made_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class Meeting(SQLModel, table=True):
    """The team sits together: who is there, who writes, who speaks first.

    `minutes` is written at closing and stays; `version` counts the changes of `notes`.
    """

    __tablename__ = "meeting"
    __table_args__ = (
        sa.Index(
            "uq_meeting_open",
            "study_id",
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    guid: str = Field(default_factory=guid, unique=True)
    study_id: int = foreign("study")
    started_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    started_by: int = foreign("account")
    writer_id: int = foreign("account")
    first_speaker_id: int = foreign("account")
    notes: str = ""
    minutes: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    version: int = 1


class Attendance(SQLModel, table=True):
    """Somebody was present at a meeting: `since` its beginning where empty, `until` its end."""

    __tablename__ = "attendance"
    __table_args__ = (sa.UniqueConstraint("meeting_id", "account_id"),)

    id: int | None = Field(default=None, primary_key=True)
    meeting_id: int = foreign("meeting", index=False)
    account_id: int = foreign("account")
    since: datetime | None = Field(default=None, sa_type=UTCDateTime)
    until: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Point(SQLModel, table=True):
    """Something to discuss, made at the reveal: a passage, a domain's core ideas, a category list.

    Drafts are frozen at the reveal, so a point stays what it was whatever is edited afterwards,
    and its decision stands until a person decides it again. `is_joined`: the judges had the same,
    so it is in the consensus layer already and only listed for a glance. `start` and `end` are
    code points of the transcript version's text.
    """

    __tablename__ = "point"
    __table_args__ = (sa.Index("ix_point_unit", "unit_id", "position"),)

    id: int | None = Field(default=None, primary_key=True)
    guid: str = Field(default_factory=guid, unique=True)
    unit_id: int = foreign("unit", index=False)
    kind: PointKind = Field(sa_type=enum_type(PointKind, "point_kind"))
    position: int = 0
    domain_id: int | None = foreign("domain", default=None)
    transcript_version_id: int | None = foreign("transcript_version", default=None)
    start: int | None = None
    end: int | None = None
    is_joined: bool = False
    outcome: Outcome | None = Field(default=None, sa_type=enum_type(Outcome, "outcome"))
    chosen: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    reason: str = ""
    decided_by: int | None = foreign("account", default=None)
    decided_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    meeting_id: int | None = foreign("meeting", default=None)
    version: int = 1


class Reservation(SQLModel, table=True):
    """What a judge wants to stay on record beside the consensus; it changes no count."""

    __tablename__ = "reservation"

    id: int | None = Field(default=None, primary_key=True)
    guid: str = Field(default_factory=guid, unique=True)
    unit_id: int = foreign("unit")
    point_id: int | None = foreign("point", default=None)
    account_id: int = foreign("account")
    text: str
    made_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    meeting_id: int | None = foreign("meeting", default=None)


class Stale(SQLModel, table=True):
    """What a unit depends on was changed; the mark stays until a judge has looked at it."""

    __tablename__ = "stale"

    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = foreign("unit")
    why: str
    since: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    made_by: int | None = foreign("account", default=None)
    looked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    looked_by: int | None = foreign("account", default=None)


class ConsensusVersion(SQLModel, table=True):
    """What a unit's judges agreed to, frozen as a document; `number` counts from 1.

    `content` is the unit's counter at that moment. Every text is in `document`, so that an erasure
    has one place to blank; `judges` has who agreed when, and who was taken off when (not why).
    """

    __tablename__ = "consensus_version"
    __table_args__ = (sa.UniqueConstraint("unit_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    guid: str = Field(default_factory=guid, unique=True)
    unit_id: int = foreign("unit", index=False)
    number: int
    content: int
    cause: Cause = Field(sa_type=enum_type(Cause, "cause"))
    domain_list: int
    made_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    made_by: int | None = foreign("account", default=None)
    judges: list[dict[str, Any]] = Field(sa_type=sa.JSON)
    document: dict[str, Any] = Field(sa_type=sa.JSON)


class Amendment(SQLModel, table=True):
    """A core idea of an agreed case changed while sorting, or its spelling corrected.

    Pending until the board and the case's judges agree to it (`agreed_at`) or somebody withdraws
    it; `version_id` is the consensus version that it entered. `before` and `after` hold the core
    ideas as the trail does.
    """

    __tablename__ = "amendment"

    id: int | None = Field(default=None, primary_key=True)
    guid: str = Field(default_factory=guid, unique=True)
    unit_id: int = foreign("unit")
    board_id: int | None = foreign("unit", default=None)
    core_idea_guid: str
    kind: AmendmentKind = Field(sa_type=enum_type(AmendmentKind, "amendment_kind"))
    before: dict[str, Any] = Field(sa_type=sa.JSON)
    after: dict[str, Any] = Field(sa_type=sa.JSON)
    made_by: int = foreign("account")
    made_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    agreed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    withdrawn_by: int | None = foreign("account", default=None)
    version_id: int | None = foreign("consensus_version", default=None)
