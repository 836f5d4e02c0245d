"""A study's set-up, shaped for the list of studies, the team page, the settings and a link."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlmodel import Session, col

from app.accounts.models import Account
from app.accounts.sessions import Me, initials, token_hash
from app.db import run
from app.errors import Conflict, NotFound
from app.permissions import Role
from app.studies.counts import CASES_OF_SAMPLE, CASES_OF_STUDY, DOMAINS_OF_SAMPLE
from app.studies.guard import StudyContext
from app.studies.members import NO_SUCH_INVITATION, role_names, why_not
from app.studies.models import (
    Abbreviation,
    AuditorKind,
    Invitation,
    Member,
    RoleSet,
    Sample,
    Study,
)
from app.studies.ways import Ways

ROLE_COLUMNS = ("is_pi", "is_judge", "is_reader", "auditor")


def _role_columns(model: type[RoleSet]) -> list[Any]:
    return [col(getattr(model, name)) for name in ROLE_COLUMNS]


def _held(is_pi: bool, is_judge: bool, is_reader: bool, auditor: str | None) -> RoleSet:
    return RoleSet(
        is_pi=is_pi,
        is_judge=is_judge,
        is_reader=is_reader,
        auditor=AuditorKind(auditor) if auditor else None,
    )


@dataclass(frozen=True)
class StudyRow:
    """A study in the list of one's studies."""

    held: RoleSet
    id: int
    title: str
    samples: int
    cases: int

    @property
    def roles(self) -> frozenset[Role]:
        """What this person is in it."""
        return self.held.roles

    @property
    def role_names(self) -> list[str]:
        """The same in words."""
        return role_names(self.held)


def my_studies(db: Session, me: Me) -> tuple[StudyRow, ...]:
    """The studies this person is a member of, by title."""
    samples = (
        sa.select(func.count())
        .where(col(Sample.study_id) == col(Study.id))
        .correlate(Study)
        .scalar_subquery()
    )
    rows = run(
        db,
        sa.select(col(Study.id), col(Study.title), samples, CASES_OF_STUDY, *_role_columns(Member))
        .join(Member, col(Member.study_id) == col(Study.id))
        .where(col(Member.account_id) == me.id, col(Member.left_at).is_(None))
        .order_by(func.lower(col(Study.title)), col(Study.id)),
    )
    return tuple(StudyRow(_held(*row[-4:]), *row[:-4]) for row in rows)


def any_study(db: Session) -> bool:
    """Is there any study at all in this installation?"""
    return run(db, sa.select(col(Study.id)).limit(1)).first() is not None


@dataclass(frozen=True)
class MemberRow:
    """A member on the team page."""

    held: RoleSet
    id: int
    account_id: int
    name: str
    email: str
    joined_at: datetime
    left_at: datetime | None
    is_closed: bool

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        return initials(self.name)

    @property
    def role_names(self) -> list[str]:
        """The roles in words."""
        return role_names(self.held)


@dataclass(frozen=True)
class InvitationRow:
    """A link that was made: for what, by whom, and what became of it."""

    held: RoleSet
    id: int
    note: str
    made_by: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    used_by: str | None
    revoked_at: datetime | None

    @property
    def role_names(self) -> list[str]:
        """The roles it gives, in words."""
        return role_names(self.held)

    @property
    def is_open(self) -> bool:
        """Does it still work?"""
        return why_not(self.used_at, self.revoked_at, self.expires_at) is None


@dataclass(frozen=True)
class TeamPage:
    """Everything the team page shows; without invitations for who may not make any."""

    members: tuple[MemberRow, ...]
    former: tuple[MemberRow, ...]
    invitations: tuple[InvitationRow, ...]


def team_page(db: Session, study: StudyContext, *, with_invitations: bool) -> TeamPage:
    """The team of a study in two statements."""
    rows = run(
        db,
        sa.select(
            col(Member.id),
            col(Account.id),
            col(Account.name),
            col(Account.email),
            col(Member.joined_at),
            col(Member.left_at),
            col(Account.disabled_at).is_not(None),
            *_role_columns(Member),
        )
        .join(Account, col(Account.id) == col(Member.account_id))
        .where(col(Member.study_id) == study.id)
        .order_by(func.lower(col(Account.name)), col(Account.id)),
    )
    members = tuple(MemberRow(_held(*row[-4:]), *row[:-4]) for row in rows)
    return TeamPage(
        members=tuple(member for member in members if member.left_at is None),
        former=tuple(member for member in members if member.left_at is not None),
        invitations=_invitations(db, study) if with_invitations else (),
    )


def _invitations(db: Session, study: StudyContext) -> tuple[InvitationRow, ...]:
    maker, user = sa.orm.aliased(Account), sa.orm.aliased(Account)
    rows = run(
        db,
        sa.select(
            col(Invitation.id),
            col(Invitation.note),
            col(maker.name),
            col(Invitation.created_at),
            col(Invitation.expires_at),
            col(Invitation.used_at),
            col(user.name),
            col(Invitation.revoked_at),
            *_role_columns(Invitation),
        )
        .join(maker, col(maker.id) == col(Invitation.made_by))
        .join(user, col(user.id) == col(Invitation.used_by), isouter=True)
        .where(col(Invitation.study_id) == study.id)
        .order_by(col(Invitation.id).desc())
        .limit(50),
    )
    return tuple(InvitationRow(_held(*row[-4:]), *row[:-4]) for row in rows)


@dataclass(frozen=True)
class SampleRow:
    """A sample on the settings page; `cases` is its N."""

    id: int
    name: str
    topic: str
    rule: str
    min_cases: int
    version: int
    cases: int
    domains: int

    @property
    def is_empty(self) -> bool:
        """May it be removed?"""
        return not self.cases and not self.domains


@dataclass(frozen=True)
class AbbreviationRow:
    """One line of the abbreviation list."""

    id: int
    short: str
    meaning: str


@dataclass(frozen=True)
class SettingsPage:
    """Everything the settings page shows."""

    title: str
    version: int
    ways: Ways
    samples: tuple[SampleRow, ...]
    abbreviations: tuple[AbbreviationRow, ...]


def settings_page(db: Session, study: StudyContext) -> SettingsPage:
    """A study's settings in three statements."""
    title, version, *ways = run(
        db,
        sa.select(
            col(Study.title),
            col(Study.version),
            col(Study.way_of_working),
            col(Study.way_after),
            col(Study.first_cases),
            col(Study.board_way),
            col(Study.passes),
        ).where(col(Study.id) == study.id),
    ).one()
    samples = run(
        db,
        sa.select(
            col(Sample.id),
            col(Sample.name),
            col(Sample.topic),
            col(Sample.rule),
            col(Sample.min_cases),
            col(Sample.version),
            CASES_OF_SAMPLE,
            DOMAINS_OF_SAMPLE,
        )
        .where(col(Sample.study_id) == study.id)
        .order_by(col(Sample.position), col(Sample.id)),
    )
    return SettingsPage(
        title=title,
        version=version,
        ways=Ways(*ways),
        samples=tuple(SampleRow(*row) for row in samples),
        abbreviations=abbreviations(db, study.id),
    )


def sample_version(db: Session, sample_id: int) -> int:
    """Which version of a sample a form was filled in for."""
    version = run(db, sa.select(col(Sample.version)).where(col(Sample.id) == sample_id))
    return int(version.scalar_one())


def abbreviations(db: Session, study_id: int) -> tuple[AbbreviationRow, ...]:
    """The abbreviation list in the order in which it is printed."""
    rows = run(
        db,
        sa.select(col(Abbreviation.id), col(Abbreviation.short), col(Abbreviation.meaning))
        .where(col(Abbreviation.study_id) == study_id)
        .order_by(func.lower(col(Abbreviation.short)), col(Abbreviation.short)),
    )
    return tuple(AbbreviationRow(*row) for row in rows)


@dataclass(frozen=True)
class InvitationFacts:
    """What the holder of a good link is told before joining."""

    study_id: int
    study_title: str
    made_by: str
    expires_at: datetime
    held: RoleSet

    @property
    def role_names(self) -> list[str]:
        """The roles it gives, in words."""
        return role_names(self.held)


def find_invitation(db: Session, token: str) -> InvitationFacts:
    """What a link leads to. Raises `NotFound`, or `Conflict` with the reason it is void."""
    row = run(
        db,
        sa.select(
            col(Invitation.used_at),
            col(Invitation.revoked_at),
            col(Invitation.expires_at),
            col(Study.id),
            col(Study.title),
            col(Account.name),
            *_role_columns(Invitation),
        )
        .join(Study, col(Study.id) == col(Invitation.study_id))
        .join(Account, col(Account.id) == col(Invitation.made_by))
        .where(col(Invitation.token_hash) == token_hash(token)),
    ).first()
    if row is None:
        raise NotFound(NO_SUCH_INVITATION)
    used_at, revoked_at, expires_at, study_id, title, made_by, *held = row
    if reason := why_not(used_at, revoked_at, expires_at):
        raise Conflict(reason)
    return InvitationFacts(study_id, title, made_by, expires_at, _held(*held))
