"""Agreeing to all of today: each judge on their own screen, each unit at the version they saw."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.guard import CaseContext, load_case
from app.consensus.models import Agreement, Unit
from app.consensus.rules import AGREED_OR_LATER, State, UnitKind
from app.consensus.service import agree
from app.cross_analysis.guard import BoardContext, load_board
from app.db import run
from app.errors import ConcordError
from app.meetings.agenda import AgendaUnit, agenda, units_named
from app.meetings.done import done_at
from app.meetings.queries import MeetingFacts
from app.studies.guard import StudyContext


@dataclass(frozen=True)
class ToAgree:
    """A unit of today on one judge's own screen.

    `last` is when they agreed to it last; `unit.changes` count from then, or else from the
    beginning of the meeting. `decided` counts the decisions of this meeting; `is_of_today`:
    anything was done to it.
    """

    unit: AgendaUnit
    has_agreed: bool
    last: datetime | None
    decided: int
    is_of_today: bool

    @property
    def may_agree(self) -> bool:
        """Can it be ticked?"""
        return (
            self.unit.state is State.CONSENSUS and not self.has_agreed and not self.unit.open_points
        )


@dataclass(frozen=True)
class Answer:
    """What came of one ticked unit: a refusal has its reason."""

    title: str
    refusal: str = ""
    is_agreed: bool = False
    """Was this the last agreement that was missing?"""


def to_agree(db: Session, study: StudyContext, meeting: MeetingFacts) -> tuple[ToAgree, ...]:
    """The units of today that this judge judges: what was agreed, what waits for them."""
    attended = [person.id for person in meeting.attended]
    today = done_at(db, study.id, meeting.id, since=meeting.started_at, attended=attended)
    done, decided = today.units, Counter(each.unit_id for each in today.decisions)
    me = study.me.id
    waiting = agenda(db, study, {*attended, me}, since=meeting.started_at, reader=me)
    settled = units_named(db, study, done - {unit.id for unit in waiting})
    mine = [unit for unit in (*waiting, *settled) if unit.is_judge(me)]
    last = _last_agreements(db, me, [unit.id for unit in mine])
    found = [
        ToAgree(unit, unit.has_agreed(me), last.get(unit.id), decided[unit.id], unit.id in done)
        for unit in mine
    ]
    return tuple(sorted(found, key=lambda each: (not each.is_of_today, each.has_agreed)))


def _last_agreements(db: Session, account_id: int, unit_ids: Sequence[int]) -> dict[int, datetime]:
    rows = run(
        db,
        sa.select(col(Agreement.unit_id), sa.func.max(col(Agreement.agreed_at)))
        .where(col(Agreement.account_id) == account_id, col(Agreement.unit_id).in_(unit_ids))
        .group_by(col(Agreement.unit_id)),
    )
    return dict(rows.all())


def agree_to_all(db: Session, study: StudyContext, ticked: Mapping[int, int]) -> tuple[Answer, ...]:
    """One judge agrees to each unit at the content version that was on their screen.

    `ticked` maps a unit to that version. Each is agreed to or refused for itself: what was changed
    meanwhile or has open points does not keep the others back.
    """
    # All rows at once and in one order, so that two who agree to all do not wait for each other.
    run(
        db,
        sa.select(col(Unit.id))
        .where(col(Unit.id).in_(ticked), col(Unit.study_id) == study.id)
        .order_by(col(Unit.kind), col(Unit.id))
        .with_for_update(key_share=True),
    )
    units = units_named(db, study, list(ticked))
    return tuple(_agree(db, study, unit, ticked[unit.id]) for unit in units)


def _agree(db: Session, study: StudyContext, unit: AgendaUnit, content: int) -> Answer:
    here = _context(db, study, unit)
    try:
        with db.begin_nested():
            state = agree(db, here.scene, here.unit, content=content, what=unit.title)
    except ConcordError as refused:
        return Answer(unit.title, refused.message)
    return Answer(unit.title, is_agreed=state in AGREED_OR_LATER)


def _context(db: Session, study: StudyContext, unit: AgendaUnit) -> CaseContext | BoardContext:
    if unit.kind is UnitKind.CASE:
        return load_case(db, study, unit.sample_id, unit.title)
    assert unit.domain_id is not None
    return load_board(db, study, unit.sample_id, unit.domain_id)
