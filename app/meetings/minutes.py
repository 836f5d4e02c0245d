"""The minutes of a meeting: put together from what was done, frozen when it is closed."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.home.words import listed
from app.meetings.agenda import AgendaUnit, agenda, units_named
from app.meetings.audits import Responded, responses_at
from app.meetings.done import AGREED, Decision, Done, done_at
from app.meetings.queries import MeetingFacts
from app.studies.guard import StudyContext
from app.web.templating import plural


@dataclass(frozen=True)
class Presence:
    """Who was there; `since` and `until` where not from the beginning to the end."""

    name: str
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True)
class DecisionLine:
    """On which point, what was decided, and why."""

    where: str
    outcome: str
    reason: str


@dataclass(frozen=True)
class ReservationLine:
    """Who keeps which reservation, about which point."""

    by: str
    where: str
    text: str


@dataclass(frozen=True)
class ReopeningLine:
    """Who reopened the unit, and why."""

    by: str
    reason: str


@dataclass(frozen=True)
class UnitMinutes:
    """What was done to one unit; `changes` counts those of its blocks, core ideas, categories."""

    title: str
    sample: str
    url: str
    state: str
    changes: int
    decisions: tuple[DecisionLine, ...]
    reservations: tuple[ReservationLine, ...]
    reopenings: tuple[ReopeningLine, ...]
    agreed: tuple[str, ...]

    @property
    def came_of(self) -> list[str]:
        """What else happened to it, in sentences."""
        found = []
        if self.changes:
            found.append(f"{plural(self.changes, 'change')} of the shared layer.")
        if self.agreed:
            found.append(f"Agreed to by {listed(self.agreed)}.")
        return found


@dataclass(frozen=True)
class LeftOpen:
    """What a unit of the agenda still waits for."""

    title: str
    sample: str
    url: str
    open_points: int
    missing: tuple[str, ...]
    stale: tuple[str, ...]

    @property
    def waits_for(self) -> list[str]:
        """What it still waits for: points, agreements, a look at what was changed."""
        found = []
        if self.open_points:
            found.append(f"{plural(self.open_points, 'point')} to discuss")
        if self.missing:
            found.append(f"still to agree: {listed(self.missing)}")
        return [*found, *(f"to look at again: {why}" for why in self.stale)]


@dataclass(frozen=True)
class Addition:
    """A note that was put under the minutes after the meeting."""

    at: datetime
    by: str
    text: str


@dataclass(frozen=True)
class Minutes:
    """Everything that the page and the file say besides the times of the meeting."""

    attended: tuple[Presence, ...]
    writer: str
    first_speaker: str
    closed_by: str
    units: tuple[UnitMinutes, ...]
    left_open: tuple[LeftOpen, ...]
    notes: str
    added: tuple[Addition, ...] = ()

    def as_values(self) -> dict[str, Any]:
        """For the database: what JSON can hold."""
        values: dict[str, Any] = _plain(asdict(self))
        return values


def minutes_of(db: Session, study: StudyContext, meeting: MeetingFacts) -> Minutes:
    """The frozen minutes, or those that would be frozen now."""
    if meeting.minutes is not None:
        return _from_values(meeting.minutes)
    return compose(db, study, meeting)


def compose(
    db: Session, study: StudyContext, meeting: MeetingFacts, *, closed_by: str = ""
) -> Minutes:
    """The minutes as they are now, in a constant number of statements."""
    ids = [person.id for person in meeting.attended]
    done = done_at(db, study.id, meeting.id, since=meeting.started_at, attended=ids)
    waiting = agenda(db, study, ids, since=None)
    responses = responses_at(db, meeting.id)
    worked_on = done.units | {each.unit_id for each in responses if each.unit_id is not None}
    return Minutes(
        attended=tuple(Presence(p.name, p.since, p.until) for p in meeting.attended),
        writer=meeting.writer.name,
        first_speaker=meeting.first_speaker.name,
        closed_by=closed_by,
        units=(
            *(_unit(unit, done, responses) for unit in units_named(db, study, worked_on)),
            *_lists(study, responses),
        ),
        left_open=tuple(
            LeftOpen(
                unit.title,
                unit.sample,
                unit.base,
                unit.open_points,
                tuple(judge.name for judge in unit.missing),
                unit.stale,
            )
            for unit in waiting
        ),
        notes=meeting.notes,
    )


def _unit(unit: AgendaUnit, done: Done, responses: Sequence[Responded]) -> UnitMinutes:
    acts = [act for act in done.acts if act.unit_id == unit.id]
    decided: tuple[Decision | Responded, ...] = (*done.decisions, *responses)
    return UnitMinutes(
        title=unit.title,
        sample=unit.sample,
        url=unit.base,
        state=unit.state.value,
        changes=done.changes.get(unit.id, 0),
        decisions=tuple(
            DecisionLine(each.where, each.outcome, each.reason)
            for each in decided
            if each.unit_id == unit.id
        ),
        reservations=tuple(
            ReservationLine(each.by, each.where, each.text)
            for each in done.reservations
            if each.unit_id == unit.id
        ),
        reopenings=tuple(ReopeningLine(act.by, act.reason) for act in acts if act.verb != AGREED),
        agreed=tuple(act.by for act in acts if act.verb == AGREED and act.content == unit.content),
    )


def _lists(study: StudyContext, responses: Sequence[Responded]) -> Iterator[UnitMinutes]:
    """The domain lists on whose audits something was decided; they are no units."""
    lists = [each for each in responses if each.sample_id is not None]
    for sample_id in dict.fromkeys(each.sample_id for each in lists):
        of_list = [each for each in lists if each.sample_id == sample_id]
        yield UnitMinutes(
            title="Domain list",
            sample=of_list[0].sample,
            url=f"/studies/{study.id}/samples/{sample_id}/domains",
            state=of_list[0].state,
            changes=0,
            decisions=tuple(DecisionLine(r.where, r.outcome, r.reason) for r in of_list),
            reservations=(),
            reopenings=(),
            agreed=(),
        )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else value


def _from_values(values: dict[str, Any]) -> Minutes:
    return Minutes(
        attended=tuple(
            Presence(each["name"], _moment(each["since"]), _moment(each["until"]))
            for each in values["attended"]
        ),
        writer=values["writer"],
        first_speaker=values["first_speaker"],
        closed_by=values["closed_by"],
        units=tuple(_unit_from(each) for each in values["units"]),
        left_open=tuple(
            LeftOpen(**each | {"missing": tuple(each["missing"]), "stale": tuple(each["stale"])})
            for each in values["left_open"]
        ),
        notes=values["notes"],
        added=tuple(
            Addition(datetime.fromisoformat(each["at"]), each["by"], each["text"])
            for each in values["added"]
        ),
    )


def _unit_from(values: dict[str, Any]) -> UnitMinutes:
    return UnitMinutes(
        **values
        | {
            "decisions": _lines(DecisionLine, values["decisions"]),
            "reservations": _lines(ReservationLine, values["reservations"]),
            "reopenings": _lines(ReopeningLine, values["reopenings"]),
            "agreed": tuple(values["agreed"]),
        }
    )


def _lines(kind: type, rows: Sequence[dict[str, Any]]) -> tuple[Any, ...]:
    return tuple(kind(**row) for row in rows)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
