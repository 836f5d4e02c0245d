"""What a worker looks up for its streams: what changed, who may still listen, who is here.

Only the study's own chain is read. What a private draft's chain records reaches nobody.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.accounts.models import Account, LoginSession
from app.accounts.sessions import initials
from app.cases.models import Case
from app.consensus.models import Meeting, Unit
from app.db import run
from app.domains.models import Domain
from app.live.models import Presence
from app.live.rules import Change
from app.permissions import Action, Actor, Allowed, Role, decide
from app.studies.models import Member, RoleSet
from app.trail.models import TrailEntry, TrailHead
from app.trail.queries import STUDY_CHAIN

HEADS = sa.select(col(TrailHead.study_id), col(TrailHead.sequence)).where(
    col(TrailHead.chain) == STUDY_CHAIN,
    col(TrailHead.study_id).in_(sa.bindparam("studies", expanding=True)),
)
CHANGES = (
    sa.select(
        col(TrailEntry.unit_id),
        col(TrailEntry.item_kind),
        col(TrailEntry.account_id),
        col(Account.name),
    )
    .join(Account, col(Account.id) == col(TrailEntry.account_id), isouter=True)
    .where(col(TrailEntry.study_id) == sa.bindparam("study"), col(TrailEntry.chain) == STUDY_CHAIN)
    .distinct()
)
CHANGES_AFTER = CHANGES.where(
    col(TrailEntry.sequence) > sa.bindparam("after"),
    col(TrailEntry.sequence) <= sa.bindparam("until"),
)
CHANGES_SINCE = CHANGES.where(col(TrailEntry.at) > sa.bindparam("since"))


def heads_of(db: Session, studies: Collection[int]) -> dict[int, int]:
    """How far the trail of each study has come; one that nobody changed yet is not in it."""
    return dict(run(db, HEADS, {"studies": list(studies)}).all())


def changes_between(db: Session, study_id: int, after: int, until: int) -> tuple[Change, ...]:
    """What was recorded after one place of a study's trail, up to another."""
    values = {"study": study_id, "after": after, "until": until}
    return tuple(Change(*row) for row in run(db, CHANGES_AFTER, values))


def changes_since(db: Session, study_id: int, moment: datetime) -> tuple[Change, ...]:
    """What was recorded in a study after a moment."""
    return tuple(
        Change(*row) for row in run(db, CHANGES_SINCE, {"study": study_id, "since": moment})
    )


NOTES = sa.select(col(Meeting.study_id), col(Meeting.version), col(Meeting.writer_id)).where(
    col(Meeting.study_id).in_(sa.bindparam("studies", expanding=True)),
    col(Meeting.closed_at).is_(None),
)
Pen = tuple[int, int]
"""How often the process notes of an open meeting changed, and whose hand writes them."""


def pens(db: Session, studies: Collection[int]) -> dict[int, Pen]:
    """The notes of each study's open meeting, also those that are being typed and in no trail."""
    rows = run(db, NOTES, {"studies": list(studies)})
    return {study: (version, writer) for study, version, writer in rows}


@dataclass(frozen=True)
class Rights:
    """What a listener may be told: who changed what, who else is here, what is written down."""

    sees_changes: bool
    sees_people: bool
    sees_meetings: bool

    @classmethod
    def of(cls, roles: frozenset[Role]) -> "Rights":
        """Of a member: whoever may read the trail, see the team on its page, or its meetings."""
        actor = Actor(roles)
        return cls(
            *(
                isinstance(decide(actor, action), Allowed)
                for action in (Action.SEE_TRAIL, Action.SEE_SET_UP, Action.SEE_MEETINGS)
            )
        )


MAY_LISTEN = (
    sa.select(
        col(LoginSession.id),
        col(Member.study_id),
        col(Member.is_pi),
        col(Member.is_judge),
        col(Member.is_reader),
        col(Member.auditor),
    )
    .join(Account, col(Account.id) == col(LoginSession.account_id))
    .join(Member, col(Member.account_id) == col(Account.id))
    .where(
        col(LoginSession.id).in_(sa.bindparam("sessions", expanding=True)),
        col(Member.study_id).in_(sa.bindparam("studies", expanding=True)),
        col(LoginSession.ended_at).is_(None),
        col(LoginSession.seen_at) > sa.bindparam("seen_after"),
        col(LoginSession.created_at) > sa.bindparam("created_after"),
        col(Account.disabled_at).is_(None),
        col(Member.left_at).is_(None),
    )
)


def may_listen(
    db: Session,
    sessions: Collection[int],
    studies: Collection[int],
    *,
    seen_after: datetime,
    created_after: datetime,
) -> Mapping[tuple[int, int], Rights]:
    """For each login session that lives, and each of these studies it is of, what it may hear."""
    rows = run(
        db,
        MAY_LISTEN,
        {
            "sessions": list(sessions),
            "studies": list(studies),
            "seen_after": seen_after,
            "created_after": created_after,
        },
    )
    return {
        (session, study): Rights.of(
            RoleSet(is_pi=is_pi, is_judge=is_judge, is_reader=is_reader, auditor=auditor).roles
        )
        for session, study, is_pi, is_judge, is_reader, auditor in rows
    }


def unit_is_of(db: Session, study_id: int, unit_id: int) -> bool:
    """Does this unit belong to the study?"""
    found = sa.select(col(Unit.id)).where(col(Unit.id) == unit_id, col(Unit.study_id) == study_id)
    return run(db, found).first() is not None


PRESENT = (
    sa.select(
        col(Presence.study_id), col(Presence.account_id), col(Presence.unit_id), col(Presence.room)
    )
    .where(
        col(Presence.study_id).in_(sa.bindparam("studies", expanding=True)),
        col(Presence.seen_at) > sa.bindparam("since"),
    )
    .distinct()
)
Here = tuple[int, int | None, str]
"""Somebody's account, the unit whose page is open, the room of it."""


def present(db: Session, studies: Collection[int], since: datetime) -> dict[int, frozenset[Here]]:
    """Who has which page of each study open, as far as their page was heard of since a moment."""
    found: dict[int, set[Here]] = {study: set() for study in studies}
    for study, *here in run(db, PRESENT, {"studies": list(studies), "since": since}):
        found[study].add((here[0], here[1], here[2]))
    return {study: frozenset(here) for study, here in found.items()}


@dataclass(frozen=True)
class PersonHere:
    """Somebody else who is here, as the frame shows them; `rooms` are of the unit on the page."""

    name: str
    is_at_unit: bool
    where: str

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        return initials(self.name)


def people_here(
    db: Session, study_id: int, *, but: int, unit_id: int | None, since: datetime
) -> tuple[PersonHere, ...]:
    """Everybody else with a page of the study open; first those at this unit, with the room."""
    rows: Sequence[Any] = run(
        db,
        sa.select(
            col(Account.id),
            col(Account.name),
            col(Presence.unit_id),
            col(Presence.room),
            col(Case.code),
            col(Domain.title),
        )
        .join(Account, col(Account.id) == col(Presence.account_id))
        .join(Unit, col(Unit.id) == col(Presence.unit_id), isouter=True)
        .join(Case, col(Case.id) == col(Unit.case_id), isouter=True)
        .join(Domain, col(Domain.id) == col(Unit.domain_id), isouter=True)
        .where(
            col(Presence.study_id) == study_id,
            col(Presence.account_id) != but,
            col(Presence.seen_at) > since,
        )
        .distinct(),
    ).all()
    pages: dict[tuple[str, int], list[tuple[bool, str]]] = {}
    for account_id, name, unit, room, code, title in rows:
        is_same = unit is not None and unit == unit_id
        words = room if is_same else ", ".join(filter(None, (code or title, room)))
        pages.setdefault((name, account_id), []).append((is_same, words))
    found = []
    for (name, _), places in pages.items():
        at_unit = any(is_same for is_same, _ in places)
        said = sorted({words for is_same, words in places if words and is_same == at_unit})
        found.append(PersonHere(name, at_unit, " and ".join(said)))
    return tuple(sorted(found, key=lambda person: (not person.is_at_unit, person.name)))
