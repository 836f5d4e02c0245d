"""What a browser gets of a meeting: whole pages, or the parts that change while people look."""

from dataclasses import dataclass, replace

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.kept import Item, Kept, TwoVersions, kept_for, two_versions
from app.errors import Invalid
from app.meetings.agenda import agenda, agreed_since, last_closed
from app.meetings.agreeing import Answer, to_agree
from app.meetings.audits import to_respond
from app.meetings.forms import Arrangement
from app.meetings.minutes import minutes_of
from app.meetings.queries import MeetingFacts, meeting_of, turns
from app.meetings.service import MEETING
from app.permissions import Action
from app.studies.guard import StudyContext
from app.studies.judges import judges_of_study
from app.web.templating import is_fragment, page, see_other

PROJECTED = "meetings/meeting.html"


@dataclass(frozen=True)
class Notes:
    """The process notes on the projected page: who may write, and what was refused.

    `two` is there while this person has words of their own that were not saved.
    """

    meeting: MeetingFacts
    me: int
    may_meet: bool
    two: TwoVersions | None = None
    saved: bool = False
    invalid: Invalid | None = None
    typed: str = ""

    @property
    def i_write(self) -> bool:
        """Has this person the pen?"""
        return self.meeting.writer.id == self.me and self.meeting.has(self.me)

    @property
    def may_take_the_pen(self) -> bool:
        """Could they have it?"""
        return not self.i_write and self.meeting.has(self.me)


def notes_of(
    db: Session,
    study: StudyContext,
    meeting: MeetingFacts,
    *,
    saved: bool = False,
    invalid: Invalid | None = None,
    typed: str = "",
) -> Notes:
    """The notes as somebody of the study sees them."""
    two = two_versions(
        _kept(db, study, meeting),
        {"notes": meeting.notes},
        version=meeting.version,
        labels={"notes": "Process notes"},
        hand=None,
    )
    if two and meeting.writer.id != study.me.id:
        two = replace(two, by=meeting.writer.name)
    return Notes(meeting, study.me.id, study.can(Action.MEET), two, saved, invalid, typed)


def _kept(db: Session, study: StudyContext, meeting: MeetingFacts) -> Kept | None:
    """What this person typed into the notes of this meeting and could not save."""
    item = Item(MEETING, meeting.id)
    return kept_for(db, study.me.id, [item.kind], [item.id]).get(item)


def new_form(
    request: Request,
    db: Session,
    study: StudyContext,
    asked: Arrangement,
    *,
    refused: Invalid | None = None,
) -> Response:
    """The form that begins a meeting; the part with the turns follows who is ticked."""
    judges = judges_of_study(db, study.id)
    there = [judge for judge in judges if judge.id in asked.present]
    due = turns(db, study.id, [judge.id for judge in there], first_speaker=asked.first_speaker)
    return page(
        request,
        "meetings/new.html",
        "turns",
        status=422 if refused else 200,
        judges=judges,
        there=there,
        asked=asked,
        names={judge.id: judge.name for judge in judges},
        due=due,
        refused=refused,
    )


def projected(
    request: Request,
    db: Session,
    study: StudyContext,
    meeting: MeetingFacts,
    *,
    fragment: str = "today",
    notes: Notes | None = None,
    status: int = 200,
) -> Response:
    """The page that all look at; a partial request gets its agenda, or its notes."""
    since = last_closed(db, study.id, meeting.id)
    present = [person.id for person in meeting.present]
    notes = notes or notes_of(db, study, meeting)
    return page(
        request,
        PROJECTED,
        fragment,
        status=status,
        headers={"HX-Retarget": "#notes", "HX-Reswap": "outerHTML"} if status != 200 else None,
        rail=(),
        meeting=meeting,
        since=since,
        units=agenda(db, study, present, since=since),
        settled=agreed_since(db, study.id, meeting.started_at),
        audits=to_respond(db, study.id),
        judges=judges_of_study(db, study.id),
        notes=notes,
        several=len(study.samples) > 1,
    )


def notes_kept(
    request: Request, db: Session, study: StudyContext, meeting: MeetingFacts, *, whole: bool
) -> Response:
    """After a save: the line that says so, or after both texts were seen the `whole` notes."""
    if not is_fragment(request):
        return see_other(request, f"{meeting.url}#notes")
    notes = notes_of(db, study, meeting, saved=True)
    return page(request, PROJECTED, "notes" if whole else "notes_saved", notes=notes)


def own_screen(
    request: Request,
    db: Session,
    study: StudyContext,
    meeting: MeetingFacts,
    answers: tuple[Answer, ...] = (),
) -> Response:
    """One judge's own list, with what came of what they ticked."""
    found = to_agree(db, study, meeting)
    return page(
        request,
        "meetings/agreement.html",
        meeting=meeting,
        units=found,
        waiting=[each for each in found if each.may_agree],
        done=[answer.title for answer in answers if not answer.refusal],
        refusals=[answer for answer in answers if answer.refusal],
        several=len(study.samples) > 1,
    )


def minutes_page(
    request: Request,
    db: Session,
    study: StudyContext,
    meeting_id: int,
    *,
    refused: Invalid | None = None,
    typed: str = "",
) -> Response:
    """The minutes, and the form that puts a dated note under them."""
    meeting = meeting_of(db, study, meeting_id)
    kept = None if meeting.is_open else _kept(db, study, meeting)
    return page(
        request,
        "meetings/minutes.html",
        status=422 if refused else 200,
        meeting=meeting,
        minutes=minutes_of(db, study, meeting),
        several=len(study.samples) > 1,
        may_meet=study.can(Action.MEET),
        refused=refused,
        typed=typed or (kept.texts.get("notes", "") if kept else ""),
        kept=kept,
    )
