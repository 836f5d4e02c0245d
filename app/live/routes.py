"""The event stream of a page, and who else is here."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response, StreamingResponse

from app.db import Db, now
from app.errors import NotFound
from app.live.hub import Hub
from app.live.listener import Listener
from app.live.queries import Rights, changes_since, heads_of, people_here, unit_is_of
from app.live.roll import Page
from app.live.rules import HERE_FOR, OVERLAP, ROOMS
from app.permissions import Action
from app.studies.guard import StudyContext, may
from app.web.templating import page

router = APIRouter()

InStudy = Annotated[StudyContext, Depends(may(Action.SEE_STUDY))]
UnitId = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
Moment = Annotated[float | None, Query(ge=0, le=10**10)]

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Nothing on the way may keep the events back."""


@router.get("/studies/{study}/live")
def live(
    request: Request,
    db: Db,
    study: InStudy,
    unit: UnitId = None,
    room: Annotated[str, Query(max_length=40)] = "",
    since: Moment = None,
) -> Response:
    """What changes in the study while a page is open, without content.

    `unit` and `room` say to the others where this page is; `since` is when it was rendered (Unix
    seconds), so that nothing is missed between page and stream.
    """
    if unit is not None and not unit_is_of(db, study.id, unit):
        raise NotFound("There is no such unit in this study.")
    listener = Listener(
        page=Page(study.id, unit, study.me.id, room if room in ROOMS else ""),
        session_id=study.me.session_id,
        rights=Rights.of(study.roles),
    )
    head = heads_of(db, [study.id]).get(study.id, 0)
    if since is not None:
        rendered = datetime.fromtimestamp(since, UTC)
        changes = changes_since(db, study.id, rendered - timedelta(seconds=OVERLAP))
        listener.hear(change for change in changes if change.account_id != study.me.id)
    return StreamingResponse(
        Hub.of(request.app.state).stream(listener, head),
        media_type="text/event-stream",
        headers=HEADERS,
    )


@router.get("/studies/{study}/presence")
def presence(request: Request, db: Db, study: InStudy, unit: UnitId = None) -> Response:
    """Who else is here, for the frame of a page; nobody, to those who may not see the team."""
    people = (
        people_here(
            db,
            study.id,
            but=study.me.id,
            unit_id=unit,
            since=now() - timedelta(seconds=HERE_FOR),
        )
        if Rights.of(study.roles).sees_people
        else ()
    )
    return page(request, "live/presence.html", people=people)
