"""A meeting as its pages show it, the list of them, and whose turn it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.accounts.models import Account
from app.consensus.models import Attendance, Meeting
from app.db import now, one_or_not_found, run
from app.meetings.rules import Turn, in_turn, prompt
from app.studies.guard import StudyContext
from app.studies.judges import StudyJudge


@dataclass(frozen=True)
class Attendee(StudyJudge):
    """Somebody who is, or was, at a meeting: `since` its beginning and `until` now where empty."""

    since: datetime | None
    until: datetime | None

    @property
    def is_here(self) -> bool:
        """Have they not left?"""
        return self.until is None


@dataclass(frozen=True)
class MeetingFacts:
    """One meeting; `number` counts those of the study."""

    id: int
    study_id: int
    number: int
    started_at: datetime
    closed_at: datetime | None
    writer: StudyJudge
    first_speaker: StudyJudge
    notes: str
    version: int
    minutes: dict[str, Any] | None
    attended: tuple[Attendee, ...]

    @property
    def url(self) -> str:
        """Its address."""
        return f"/studies/{self.study_id}/meetings/{self.id}"

    @property
    def is_open(self) -> bool:
        """Does it go on?"""
        return self.closed_at is None

    @property
    def present(self) -> tuple[Attendee, ...]:
        """Who is there, by name; after the end: who stayed until then."""
        return tuple(person for person in self.attended if person.is_here)

    def has(self, account_id: int) -> bool:
        """Is this person there?"""
        return any(person.id == account_id for person in self.present)

    def prompt(self, *, closing: bool = False) -> str:
        """What the team may ask itself just now."""
        minutes = int(((self.closed_at or now()) - self.started_at).total_seconds() // 60)
        return prompt(self.number - 1, minutes, closing=closing)


_writer, _first = aliased(Account), aliased(Account)
_counted = aliased(Meeting)
NUMBER = (
    sa.select(sa.func.count())
    .select_from(_counted)
    .where(col(_counted.study_id) == col(Meeting.study_id), col(_counted.id) <= col(Meeting.id))
    .correlate(Meeting)
    .scalar_subquery()
)


def _meetings(*further: Any) -> sa.Select[Any]:
    return (
        sa.select(
            col(Meeting.id),
            NUMBER,
            col(Meeting.started_at),
            col(Meeting.closed_at),
            col(_writer.id),
            col(_writer.name),
            col(_first.id),
            col(_first.name),
            *further,
        )
        .join(_writer, col(_writer.id) == col(Meeting.writer_id))
        .join(_first, col(_first.id) == col(Meeting.first_speaker_id))
        .where(col(Meeting.study_id) == sa.bindparam("study"))
    )


ONE = _meetings(col(Meeting.notes), col(Meeting.version), col(Meeting.minutes)).where(
    col(Meeting.id) == sa.bindparam("meeting")
)
ATTENDED = (
    sa.select(
        col(Attendance.meeting_id),
        col(Account.id),
        col(Account.name),
        col(Attendance.since),
        col(Attendance.until),
    )
    .join(Account, col(Account.id) == col(Attendance.account_id))
    .join(Meeting, col(Meeting.id) == col(Attendance.meeting_id))
    .where(col(Meeting.study_id) == sa.bindparam("study"))
    .order_by(col(Account.name), col(Account.id))
)


def meeting_of(db: Session, study: StudyContext, meeting_id: int) -> MeetingFacts:
    """One meeting of the study. Raises `NotFound`."""
    here = {"study": study.id, "meeting": meeting_id}
    row = one_or_not_found(run(db, ONE, here).first(), "meeting of this study")
    id_, number, started, closed, writer, writer_name, first, first_name, *rest = row
    notes, version, minutes = rest
    attended = run(db, ATTENDED.where(col(Meeting.id) == sa.bindparam("meeting")), here)
    return MeetingFacts(
        id=id_,
        study_id=study.id,
        number=number,
        started_at=started,
        closed_at=closed,
        writer=StudyJudge(writer, writer_name),
        first_speaker=StudyJudge(first, first_name),
        notes=notes,
        version=version,
        minutes=minutes,
        attended=tuple(Attendee(*person) for _, *person in attended),
    )


@dataclass(frozen=True)
class MeetingRow:
    """A line of the list of meetings."""

    id: int
    number: int
    started_at: datetime
    closed_at: datetime | None
    writer: str
    first_speaker: str
    attended: tuple[str, ...]


def meetings_of(db: Session, study_id: int) -> tuple[MeetingRow, ...]:
    """The study's meetings, newest first, in two statements."""
    attended: dict[int, list[str]] = {}
    for meeting_id, _, name, *_ in run(db, ATTENDED, {"study": study_id}):
        attended.setdefault(meeting_id, []).append(name)
    rows = run(db, _meetings().order_by(col(Meeting.id).desc()), {"study": study_id})
    return tuple(
        MeetingRow(id_, number, started, closed, writer, first, tuple(attended.get(id_, ())))
        for id_, number, started, closed, _, writer, _, first in rows
    )


@dataclass(frozen=True)
class Turns:
    """Who has the turn of those present: the first word, and the pen."""

    first_speaker: int
    writer: int


def turns(
    db: Session, study_id: int, present: list[int], *, first_speaker: int | None = None
) -> Turns:
    """Whose turn it is to speak first and to write, after the meetings closed so far.

    `present` is in the team's order. Who writes is not who speaks first, also where that was chosen
    by hand.
    """
    earlier: dict[int, tuple[set[int], int, int]] = {}
    rows = run(
        db,
        sa.select(
            col(Meeting.id),
            col(Meeting.first_speaker_id),
            col(Meeting.writer_id),
            col(Attendance.account_id),
        )
        .join(Attendance, col(Attendance.meeting_id) == col(Meeting.id))
        .where(col(Meeting.study_id) == study_id, col(Meeting.closed_at).is_not(None))
        .order_by(col(Meeting.id)),
    )
    for meeting_id, first, writer, account_id in rows:
        earlier.setdefault(meeting_id, (set(), first, writer))[0].add(account_id)
    past = [(frozenset(there), first, writer) for there, first, writer in earlier.values()]
    first_speaker = first_speaker or in_turn(
        present, [Turn(there, first) for there, first, _ in past]
    )
    written = [Turn(there, writer) for there, _, writer in past]
    return Turns(first_speaker, in_turn(present, written, but=first_speaker))


def last_present(db: Session, study_id: int) -> frozenset[int]:
    """Who was at the study's last meeting; nobody where there was none."""
    last = sa.select(sa.func.max(col(Meeting.id))).where(col(Meeting.study_id) == study_id)
    found = run(
        db,
        sa.select(col(Attendance.account_id)).where(
            col(Attendance.meeting_id) == last.scalar_subquery()
        ),
    )
    return frozenset(found.scalars())
