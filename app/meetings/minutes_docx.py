"""The minutes as a Word file."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.meetings.minutes import LeftOpen, Minutes, Presence, UnitMinutes
from app.meetings.queries import MeetingFacts
from app.reports.findings_page import slug
from app.reports.word import BOLD, ITALIC, Style, pack, paragraph, run
from app.studies.guard import StudyContext

LARGE = '<w:sz w:val="32"/><w:szCs w:val="32"/>'
STYLES = (
    Style("Minutes Title", '<w:keepNext/><w:spacing w:after="120"/>', BOLD + LARGE, level=1),
    Style("Minutes Head", '<w:keepNext/><w:spacing w:before="360" w:after="60"/>', BOLD, level=2),
    Style("Minutes Unit", '<w:keepNext/><w:spacing w:before="200"/>', BOLD, level=3),
    Style("Minutes Text", '<w:spacing w:after="60"/>'),
    Style("Minutes Line", '<w:ind w:left="400" w:hanging="200"/><w:spacing w:after="40"/>'),
)


def render(study: StudyContext, meeting: MeetingFacts, minutes: Minutes, *, zone: str) -> bytes:
    """The file. `zone` names the reader's time zone ("Europe/Vienna"); where unknown it is UTC."""
    return pack(STYLES, "".join(_body(study, meeting, minutes, _zone(zone))))


def file_name(study: StudyContext, meeting: MeetingFacts) -> str:
    """A made, ASCII name: 'crying-in-therapy-meeting-7.docx'."""
    words = slug(study.title, 40), f"meeting-{meeting.number}"
    return "-".join(word for word in words if word) + ".docx"


def _zone(name: str) -> tzinfo:
    # A name may be a path of the zone files: only what looks like a zone is looked up.
    if not re.fullmatch(r"[A-Za-z]+(?:[/_+-][A-Za-z0-9]+){0,6}", name):
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def _body(
    study: StudyContext, meeting: MeetingFacts, minutes: Minutes, zone: tzinfo
) -> Iterator[str]:
    several = len(study.samples) > 1
    yield paragraph("Minutes Title", run(f"Minutes of meeting {meeting.number}"))
    yield _text(study.title)
    yield _fact("Date", _span(meeting.started_at, meeting.closed_at, zone))
    yield _fact("Present", "; ".join(_present(each, zone) for each in minutes.attended))
    yield _fact("Spoke first", minutes.first_speaker)
    yield _fact("Wrote", minutes.writer)
    if meeting.is_open:
        yield paragraph("Minutes Text", run("The meeting is still open.", ITALIC))
    yield _head("What was discussed")
    if not minutes.units:
        yield _text("Nothing was decided, changed or agreed to.")
    for unit in minutes.units:
        yield from _unit(unit, several)
    yield _head("Left open")
    for left in minutes.left_open:
        yield _line([run(f"{_named(left, several)}: ", BOLD), run("; ".join(left.waits_for))])
    if not minutes.left_open:
        yield _text("Nothing that is in consensus.")
    yield _head("Process notes")
    yield from _paragraphs(minutes.notes or "None.")
    if minutes.added:
        yield _head("Added later")
    for added in minutes.added:
        yield _fact(f"{_moment(added.at, zone)}, {added.by}", "")
        yield from _paragraphs(added.text)


def _unit(unit: UnitMinutes, several: bool) -> Iterator[str]:
    yield paragraph("Minutes Unit", run(_named(unit, several)))
    for decision in unit.decisions:
        because = f" ({decision.reason})" if decision.reason else ""
        place = decision.where[:1].upper() + decision.where[1:]
        yield _line([run(f"{place}: " if place else ""), run(f"{decision.outcome}{because}")])
    for kept in unit.reservations:
        about = f" about {kept.where}" if kept.where else ""
        yield _line([run(f"{kept.by} keeps a reservation{about}: {kept.text}")])
    for reopened in unit.reopenings:
        yield _line([run(f"Reopened by {reopened.by}: {reopened.reason}")])
    for sentence in unit.came_of:
        yield _line([run(sentence)])


def _named(unit: UnitMinutes | LeftOpen, several: bool) -> str:
    return f"{unit.title} ({unit.sample})" if several else unit.title


def _present(each: Presence, zone: tzinfo) -> str:
    came = f"from {_hour(each.since, zone)}" if each.since else ""
    left = f"until {_hour(each.until, zone)}" if each.until else ""
    between = " ".join(part for part in (came, left) if part)
    return f"{each.name} ({between})" if between else each.name


def _span(since: datetime, until: datetime | None, zone: tzinfo) -> str:
    end = f"–{_hour(until, zone)}" if until else ""
    return f"{_moment(since, zone)}{end} ({zone})"


def _moment(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%-d %B %Y, %H:%M}"


def _hour(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%H:%M}"


def _head(text: str) -> str:
    return paragraph("Minutes Head", run(text))


def _text(text: str) -> str:
    return paragraph("Minutes Text", run(text))


def _paragraphs(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield _text(line)


def _fact(label: str, text: str) -> str:
    return paragraph("Minutes Text", run(f"{label}: " if text else label, BOLD) + run(text))


def _line(runs: Sequence[str]) -> str:
    return paragraph("Minutes Line", run("– ") + "".join(runs))
