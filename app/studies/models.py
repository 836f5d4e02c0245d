"""Tables of a study: its samples, members, invitations and abbreviations."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.db import UTCDateTime, enum_type, foreign, guid, now
from app.permissions import Role
from app.studies.ways import WayOfWorking


class Study(SQLModel, table=True):
    """The whole: samples, cases, members and settings.

    `way_of_working` holds for the units that are begun next. Where `way_after` is set, it takes
    over once `first_cases` cases are agreed. `passes` is 2 where domains and core ideas are agreed
    one after the other.
    """

    __tablename__ = "study"

    id: int | None = Field(default=None, primary_key=True)
    guid: str = Field(default_factory=guid, unique=True)
    title: str
    description: str = ""
    way_of_working: WayOfWorking = Field(
        default=WayOfWorking.TOGETHER, sa_type=enum_type(WayOfWorking, "way_of_working")
    )
    board_way: WayOfWorking = Field(
        default=WayOfWorking.TOGETHER, sa_type=enum_type(WayOfWorking, "board_way")
    )
    way_after: WayOfWorking | None = Field(
        default=None, sa_type=enum_type(WayOfWorking, "way_after")
    )
    first_cases: int = 0
    passes: int = 1
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    version: int = 1


class AuditorKind(StrEnum):
    """Internal auditors belong to the research team; external ones stand outside it."""

    INTERNAL = "internal"
    EXTERNAL = "external"


class RoleSet(SQLModel):
    """A set of roles as columns, shared by members and invitations."""

    is_pi: bool = False
    is_judge: bool = False
    is_reader: bool = False
    auditor: AuditorKind | None = Field(
        default=None, sa_type=enum_type(AuditorKind, "auditor_kind")
    )

    @property
    def roles(self) -> frozenset[Role]:
        """The same set in the words of the permission table."""
        held = {
            Role.PI: self.is_pi,
            Role.JUDGE: self.is_judge,
            Role.READER: self.is_reader,
            Role.INTERNAL_AUDITOR: self.auditor == AuditorKind.INTERNAL,
            Role.EXTERNAL_AUDITOR: self.auditor == AuditorKind.EXTERNAL,
        }
        return frozenset(role for role, has in held.items() if has)


class Member(RoleSet, table=True):
    """An account in a study, with its roles. Leaving is dated; the row stays for the record."""

    __tablename__ = "member"
    __table_args__ = (sa.UniqueConstraint("study_id", "account_id"),)

    id: int | None = Field(default=None, primary_key=True)
    study_id: int = foreign("study", index=False)
    account_id: int = foreign("account")
    joined_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    left_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Invitation(RoleSet, table=True):
    """A single-use link into a study; only its hash is stored."""

    __tablename__ = "invitation"

    id: int | None = Field(default=None, primary_key=True)
    study_id: int = foreign("study")
    token_hash: str = Field(unique=True)
    note: str = ""
    made_by: int = foreign("account")
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    used_by: int | None = foreign("account", default=None)
    revoked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Sample(SQLModel, table=True):
    """A named set of cases analysed together, with its own N, domain list and table.

    `rule` and `min_cases` are the frequency rule (see `app.frequency.rules`); `topic` ends the
    table's title; `domain_list` counts the versions of the domain list. `name_key` is the name
    without regard to case.
    """

    __tablename__ = "sample"
    __table_args__ = (sa.UniqueConstraint("study_id", "name_key"),)

    id: int | None = Field(default=None, primary_key=True)
    guid: str = Field(default_factory=guid, unique=True)
    study_id: int = foreign("study", index=False)
    name: str
    name_key: str
    topic: str = ""
    rule: str = "knox-2017"
    min_cases: int = 2
    domain_list: int = 1
    position: int = 0
    version: int = 1


class Abbreviation(SQLModel, table=True):
    """A fixed abbreviation of the study, as in 'P = participant'; printed in table notes."""

    __tablename__ = "abbreviation"
    __table_args__ = (sa.UniqueConstraint("study_id", "short"),)

    id: int | None = Field(default=None, primary_key=True)
    study_id: int = foreign("study", index=False)
    short: str
    meaning: str
