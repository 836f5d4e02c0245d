"""The bar over the pages of a unit: which meeting this is, back to its agenda, on to the next."""

from dataclasses import dataclass

from sqlmodel import Session

from app.meetings.agenda import AgendaUnit, agenda
from app.meetings.queries import MeetingFacts, meeting_of
from app.meetings.rules import next_of
from app.studies.guard import StudyContext


@dataclass(frozen=True)
class Bar:
    """The meeting somebody attends, the unit they look at, and what comes next."""

    meeting: MeetingFacts
    here: AgendaUnit | None
    next: AgendaUnit | None


def bar_at(db: Session, study: StudyContext, path: str) -> Bar | None:
    """The bar for the page at `path`; None where this person is at no open meeting.

    Next is what they can open and have not agreed to.
    """
    if study.meeting_id is None:
        return None
    meeting = meeting_of(db, study, study.meeting_id)
    units = {
        unit.id: unit
        for unit in agenda(db, study, [person.id for person in meeting.present], since=None)
        if unit.may_open
    }
    here = next((unit for unit in units.values() if unit.is_at(path)), None)
    done = {unit.id for unit in units.values() if unit.has_agreed(study.me.id)}
    following = next_of(list(units), here.id if here else None, done=done)
    return Bar(meeting, here, units[following] if following else None)
