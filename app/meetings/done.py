"""What was done at a meeting: decisions, reservations, agreements, reopenings, changes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.accounts.models import Account
from app.cases.models import Transcript, TranscriptVersion, Turn
from app.consensus.choices import SAID
from app.consensus.models import Point, Reservation
from app.consensus.rules import Outcome, PointKind
from app.core_ideas.discussed import SAID as SAID_OF_CORE_IDEAS
from app.db import run
from app.domains.models import Domain
from app.home.words import listed
from app.meetings.agenda import CONTENT
from app.trail.models import TrailEntry, TrailValues
from app.trail.queries import STUDY_CHAIN

AGREED, REOPENED = "agree", ("reopen for recoding", "reopen the domains")


@dataclass(frozen=True)
class Decision:
    """What the team decided on one point."""

    unit_id: int
    where: str
    outcome: str
    reason: str


@dataclass(frozen=True)
class Kept:
    """A reservation that somebody keeps."""

    unit_id: int
    where: str
    by: str
    text: str


@dataclass(frozen=True)
class Act:
    """Somebody agreed to a content version of a unit, or reopened it with a reason."""

    unit_id: int
    verb: str
    by: str
    content: int
    reason: str


@dataclass(frozen=True)
class Done:
    """All of it; `changes` counts what those present changed in each unit's shared layer."""

    decisions: tuple[Decision, ...]
    reservations: tuple[Kept, ...]
    acts: tuple[Act, ...]
    changes: Mapping[int, int]

    @property
    def units(self) -> frozenset[int]:
        """The units that were worked on."""
        stamped: tuple[Decision | Kept | Act, ...] = (
            *self.decisions,
            *self.reservations,
            *self.acts,
        )
        return frozenset(self.changes) | {each.unit_id for each in stamped}


def done_at(
    db: Session,
    study_id: int,
    meeting_id: int,
    *,
    since: datetime,
    attended: Collection[int],
) -> Done:
    """What carries this meeting, and what those who attended it changed since it began."""
    return Done(
        _decisions(db, meeting_id),
        _reservations(db, meeting_id),
        _acts(db, study_id, meeting_id, since),
        _changes(db, study_id, since, attended),
    )


def _touched(what: Any) -> Any:
    """The first or last of the turns that a point's passage touches."""
    return (
        sa.select(what(col(Turn.number)))
        .where(
            col(Turn.version_id) == col(Point.transcript_version_id),
            col(Turn.start) < col(Point.end),
            col(Turn.end) > col(Point.start),
        )
        .correlate(Point)
        .scalar_subquery()
    )


PLACE = (
    col(Point.kind),
    col(Domain.title),
    col(Transcript.number),
    _touched(sa.func.min),
    _touched(sa.func.max),
)


def _placed(statement: sa.Select[Any]) -> sa.Select[Any]:
    return (
        statement.join(Domain, col(Domain.id) == col(Point.domain_id), isouter=True)
        .join(
            TranscriptVersion,
            col(TranscriptVersion.id) == col(Point.transcript_version_id),
            isouter=True,
        )
        .join(Transcript, col(Transcript.id) == col(TranscriptVersion.transcript_id), isouter=True)
    )


def _where(
    kind: PointKind | None, title: str | None, transcript: int | None, first: int | None, last: int
) -> str:
    """'turn 44', 'turns 2:31–32', 'core ideas in Reasons for crying', 'the list of categories'."""
    if kind is PointKind.CORE_IDEAS:
        return f"core ideas in {title}" if title else "core ideas"
    if kind is PointKind.CATEGORIES:
        return "the list of categories"
    if first is None:
        return ""
    number = f"{transcript}:{first}" if transcript and transcript > 1 else str(first)
    return f"turn {number}" if last == first else f"turns {number}–{last}"


DECISIONS = _placed(
    sa.select(
        col(Point.unit_id), col(Point.outcome), col(Point.reason), col(Point.chosen), *PLACE
    ).select_from(Point)
).where(col(Point.meeting_id) == sa.bindparam("meeting"), col(Point.outcome).is_not(None))
DECISIONS = DECISIONS.order_by(col(Point.unit_id), col(Point.position), col(Point.id))
RESERVATIONS = _placed(
    sa.select(col(Reservation.unit_id), col(Account.name), col(Reservation.text), *PLACE)
    .select_from(Reservation)
    .join(Account, col(Account.id) == col(Reservation.account_id))
    .join(Point, col(Point.id) == col(Reservation.point_id), isouter=True)
).where(
    col(Reservation.meeting_id) == sa.bindparam("meeting"),
    col(Reservation.withdrawn_at).is_(None),
)
RESERVATIONS = RESERVATIONS.order_by(col(Reservation.made_at), col(Reservation.id))


def _decisions(db: Session, meeting_id: int) -> tuple[Decision, ...]:
    rows = run(db, DECISIONS, {"meeting": meeting_id}).all()
    titles = _titles(db, {domain for row in rows for domain in _domains(row[3])})
    return tuple(
        Decision(
            unit_id,
            _where(kind, *place),
            _words(kind, outcome, [titles[each] for each in _domains(chosen) if each in titles]),
            reason,
        )
        for unit_id, outcome, reason, chosen, kind, *place in rows
    )


def _titles(db: Session, domain_ids: Collection[int]) -> dict[int, str]:
    titles = sa.select(col(Domain.id), col(Domain.title)).where(col(Domain.id).in_(domain_ids))
    return dict(run(db, titles).all())


def _domains(chosen: Mapping[str, Any] | None) -> list[int]:
    """The domains of the passages that a decision made, as `app/domains/made.py` keeps them."""
    made = (chosen or {}).get("made")
    found = [each["domains"] for each in made] if isinstance(made, list) else []
    return list(dict.fromkeys(domain for domains in found for domain in domains))


def _words(kind: PointKind, outcome: Outcome, domains: list[str]) -> str:
    """'Reasons for crying', 'double-coded: Reasons, Antecedent', 'not coded': never whose view."""
    if kind is PointKind.CORE_IDEAS:
        return SAID_OF_CORE_IDEAS[outcome]
    if outcome is Outcome.ONE_VIEW and domains:
        return listed(domains)
    return f"{SAID[outcome]}: {listed(domains)}" if domains else SAID[outcome]


def _reservations(db: Session, meeting_id: int) -> tuple[Kept, ...]:
    return tuple(
        Kept(unit_id, _where(*place), by, text)
        for unit_id, by, text, *place in run(db, RESERVATIONS, {"meeting": meeting_id})
    )


ACTS = (
    sa.select(
        col(TrailEntry.unit_id), col(TrailEntry.verb), col(Account.name), col(TrailValues.after)
    )
    .join(TrailValues, col(TrailValues.entry_id) == col(TrailEntry.id))
    .join(Account, col(Account.id) == col(TrailEntry.account_id))
    .where(
        col(TrailEntry.study_id) == sa.bindparam("study"),
        col(TrailEntry.chain) == STUDY_CHAIN,
        col(TrailEntry.item_kind) == "unit",
        col(TrailEntry.verb).in_((AGREED, *REOPENED)),
        col(TrailEntry.at) >= sa.bindparam("since"),
    )
    .order_by(col(TrailEntry.sequence))
)


def _acts(db: Session, study_id: int, meeting_id: int, since: datetime) -> tuple[Act, ...]:
    return tuple(
        Act(unit_id, verb, by, after.get("content", 0), after.get("reason", ""))
        for unit_id, verb, by, after in run(db, ACTS, {"study": study_id, "since": since})
        if after and after.get("meeting") == meeting_id
    )


CHANGED = (
    sa.select(col(TrailEntry.unit_id), sa.func.count())
    .where(
        col(TrailEntry.study_id) == sa.bindparam("study"),
        col(TrailEntry.chain) == STUDY_CHAIN,
        col(TrailEntry.at) >= sa.bindparam("since"),
        col(TrailEntry.unit_id).is_not(None),
        col(TrailEntry.item_kind).in_(CONTENT),
        col(TrailEntry.account_id).in_(sa.bindparam("attended", expanding=True)),
    )
    .group_by(col(TrailEntry.unit_id))
)


def _changes(
    db: Session, study_id: int, since: datetime, attended: Collection[int]
) -> dict[int, int]:
    asked = {"study": study_id, "since": since, "attended": list(attended)}
    return dict(run(db, CHANGED, asked).all())
