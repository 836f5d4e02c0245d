"""Routes of meetings: the list, the projected page, one's own screen, the minutes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.accounts.kept import Item, keep_typed, let_go
from app.db import Db
from app.errors import Invalid, StaleEdit
from app.meetings.agreeing import agree_to_all
from app.meetings.answers import (
    minutes_page,
    new_form,
    notes_kept,
    notes_of,
    own_screen,
    projected,
)
from app.meetings.bar import bar_at
from app.meetings.forms import Arrangement, read_arrangement, read_ticked
from app.meetings.minutes import minutes_of
from app.meetings.minutes_docx import file_name, render
from app.meetings.queries import last_present, meeting_of, meetings_of
from app.meetings.service import MEETING as MEETING_ITEM
from app.meetings.service import (
    add_to_minutes,
    arrange,
    begin,
    close,
    come,
    go,
    save_notes,
)
from app.permissions import Action
from app.reports.word import MEDIA_TYPE
from app.studies.guard import Id, StudyContext, may
from app.web.forms import Form
from app.web.templating import Toast, is_fragment, page, see_other

router = APIRouter()

MEETINGS = "/studies/{study}/meetings"
MEETING = MEETINGS + "/{meeting}"

Seeing = Annotated[StudyContext, Depends(may(Action.SEE_MEETINGS))]
Meeting = Annotated[StudyContext, Depends(may(Action.MEET))]


def _url(study: StudyContext, meeting: int | None = None, rest: str = "") -> str:
    below = f"/{meeting}" if meeting else ""
    return f"/studies/{study.id}/meetings{below}{rest}"


@router.get(MEETINGS)
def meeting_list(request: Request, db: Db, study: Seeing) -> Response:
    """All meetings, the open one first."""
    rows = meetings_of(db, study.id)
    return page(
        request,
        "meetings/list.html",
        running=next((row for row in rows if row.closed_at is None), None),
        closed=[row for row in rows if row.closed_at is not None],
        may_meet=study.can(Action.MEET),
    )


@router.get(MEETINGS + "/bar")
def bar(request: Request, db: Db, study: Seeing) -> Response:
    """What other pages show above them while their reader is at a meeting; `at` is their path."""
    if not is_fragment(request):
        return see_other(request, _url(study, study.meeting_id))
    view = bar_at(db, study, request.query_params.get("at", ""))
    return page(request, "meetings/bar.html", "bar", bar=view)


@router.get(MEETINGS + "/new")
def new_meeting(request: Request, db: Db, study: Meeting) -> Response:
    """Who is present, and whose turn it is; asked anew when somebody is ticked."""
    asked = request.query_params.getlist("present")
    ticked = {int(each) for each in asked if each.isdecimal() and len(each) < 10}
    present = (ticked or last_present(db, study.id)) | {study.me.id}
    return new_form(request, db, study, Arrangement(frozenset(present)))


@router.post(MEETINGS + "/new")
def begin_meeting(request: Request, db: Db, form: Form, study: Meeting) -> Response:
    """Begin it: on to the page that is projected."""
    asked = read_arrangement(form)
    try:
        meeting = begin(db, study, asked)
    except Invalid as refused:
        there = asked.present | {study.me.id}
        return new_form(request, db, study, Arrangement(there), refused=refused)
    return see_other(request, _url(study, meeting))


@router.get(MEETING)
def meeting_page(request: Request, db: Db, study: Seeing, meeting: Id) -> Response:
    """The page for all to look at; `?part=notes` asks for the notes alone."""
    facts = meeting_of(db, study, meeting)
    if not facts.is_open:
        return see_other(request, f"{facts.url}/minutes")
    part = "notes" if request.query_params.get("part") == "notes" else "today"
    return projected(request, db, study, facts, fragment=part)


@router.post(MEETING + "/people")
def change_people(request: Request, db: Db, form: Form, study: Meeting, meeting: Id) -> Response:
    """Who came, who left, who speaks first, who writes."""
    arrange(db, study, meeting, read_arrangement(form))
    return see_other(request, _url(study, meeting))


@router.post(MEETING + "/joining")
def join(request: Request, db: Db, study: Meeting, meeting: Id) -> Response:
    """I am present."""
    come(db, study, meeting, study.me.id)
    return see_other(request, _url(study, meeting), Toast("You are present."))


@router.post(MEETING + "/leaving")
def leave(request: Request, db: Db, study: Meeting, meeting: Id) -> Response:
    """I have to go."""
    go(db, study, meeting, study.me.id)
    return see_other(request, _url(study), Toast("You left the meeting."))


@router.post(MEETING + "/notes")
def write_notes(request: Request, db: Db, form: Form, study: Meeting, meeting: Id) -> Response:
    """Keep the process notes: `typing` while somebody writes, without when they stop.

    With `keep_theirs` one's own words are let go.
    """
    item = Item(MEETING_ITEM, meeting)
    if form.has("keep_theirs"):
        let_go(db, study.me.id, item)
        return notes_kept(request, db, study, meeting_of(db, study, meeting), whole=True)
    try:
        save_notes(
            db,
            study,
            meeting,
            text=form.raw("notes"),
            version=form.whole("version"),
            was=form.raw("was"),
            typing=form.has("typing"),
        )
    except StaleEdit as stale:
        keep_typed(db, study.me.id, item, stale)
        facts = meeting_of(db, study, meeting)
        if not facts.is_open:
            said = Toast(stale.message, kind="error")
            return see_other(request, f"{facts.url}/minutes#added", said)
        return projected(request, db, study, facts, fragment="notes", status=409)
    except Invalid as invalid:
        facts = meeting_of(db, study, meeting)
        notes = notes_of(db, study, facts, invalid=invalid, typed=form.raw("notes"))
        return projected(request, db, study, facts, fragment="notes", notes=notes, status=422)
    facts = meeting_of(db, study, meeting)
    return notes_kept(request, db, study, facts, whole=form.has("whole"))


@router.post(MEETING + "/closing")
def close_meeting(request: Request, db: Db, study: Meeting, meeting: Id) -> Response:
    """Freeze the minutes."""
    close(db, study, meeting)
    said = Toast("The meeting is closed; these are its minutes.")
    return see_other(request, _url(study, meeting, "/minutes"), said)


@router.get(MEETING + "/agreement")
def todays_units(request: Request, db: Db, study: Meeting, meeting: Id) -> Response:
    """Agree to all of today: each judge on their own screen."""
    return own_screen(request, db, study, meeting_of(db, study, meeting))


@router.post(MEETING + "/agreement")
def agree_today(request: Request, db: Db, form: Form, study: Meeting, meeting: Id) -> Response:
    """Agree to what is ticked, each at the version that was on the screen."""
    facts = meeting_of(db, study, meeting)
    answers = agree_to_all(db, study, read_ticked(form))
    if any(answer.refusal for answer in answers):
        return own_screen(request, db, study, facts, answers)
    said = Toast("Nothing was ticked, so you agreed to nothing.", kind="error")
    if answers:
        said = Toast(f"You agreed to {', '.join(answer.title for answer in answers)}.")
    return see_other(request, f"{facts.url}/agreement", said)


@router.get(MEETING + "/minutes")
def minutes(request: Request, db: Db, study: Seeing, meeting: Id) -> Response:
    """The minutes: frozen, or as they would be if the meeting were closed now."""
    return minutes_page(request, db, study, meeting)


@router.get(MEETING + "/minutes.docx")
def minutes_file(request: Request, db: Db, study: Seeing, meeting: Id) -> Response:
    """The minutes for Word; `zone` is the reader's time zone, else times are in UTC."""
    facts = meeting_of(db, study, meeting)
    zone = request.query_params.get("zone", "")
    content = render(study, facts, minutes_of(db, study, facts), zone=zone)
    return Response(
        content,
        media_type=MEDIA_TYPE,
        headers={
            "Content-Disposition": f'attachment; filename="{file_name(study, facts)}"',
            "Cache-Control": "no-store",
        },
    )


@router.post(MEETING + "/minutes")
def add_note(request: Request, db: Db, form: Form, study: Meeting, meeting: Id) -> Response:
    """A dated note under the minutes of a closed meeting."""
    text = form.text("text")
    try:
        add_to_minutes(db, study, meeting, text=text)
    except Invalid as refused:
        return minutes_page(request, db, study, meeting, refused=refused, typed=text)
    said = Toast("The note stands under the minutes.")
    return see_other(request, _url(study, meeting, "/minutes#added"), said)
