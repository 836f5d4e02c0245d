"""Home, a study's overview and its trail: the pages that read across everything."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.sessions import SignedIn
from app.db import Db
from app.errors import Invalid
from app.home import history_routes
from app.home.again import look_again_in, look_again_tasks
from app.home.audits import AtHome, audits_at_home
from app.home.happened import PARTS, Filters, lately, trail_page
from app.home.progress import agreed_cases, sample_progress, sample_tabs
from app.home.waiting import Task, waiting_for
from app.permissions import Action, Role
from app.studies.guard import StudyContext, may
from app.studies.queries import any_study, my_studies
from app.web.templating import page

router = APIRouter()
router.include_router(history_routes.router)

TASKS_SHOWN = 5
"""So many stand open beside the progress board; the others are folded below them."""


@router.get("/")
def home(request: Request, db: Db, me: SignedIn) -> Response:
    """What waits for me, in all my studies."""
    studies = my_studies(db, me)
    tasks, audits = _waiting(db, me.id, {study.id: study.roles for study in studies})
    return page(
        request,
        "home/home.html",
        studies=studies,
        agreed=agreed_cases(db, [study.id for study in studies]),
        tasks=tasks,
        owed=audits.owed,
        demo_offered=me.is_administrator and not studies and not any_study(db),
    )


def _waiting(
    db: Session, account_id: int, roles: Mapping[int, frozenset[Role]]
) -> tuple[tuple[Task, ...], AtHome]:
    """Everything that waits for somebody in these studies, and what the audits have to say."""
    audits = audits_at_home(db, account_id, roles)
    tasks = waiting_for(db, account_id, roles) + audits.tasks
    return tasks + look_again_tasks(db, account_id, roles), audits


@router.get("/studies/{study}")
def overview(
    request: Request,
    db: Db,
    study: Annotated[StudyContext, Depends(may(Action.SEE_STUDY))],
) -> Response:
    """The progress board of one sample (`?sample=2`, else the first), and what goes on."""
    tabs = sample_tabs(db, study)
    asked = request.query_params.get("sample", "")
    tab = next((tab for tab in tabs if str(tab.id) == asked), tabs[0] if tabs else None)
    tasks, _ = _waiting(db, study.me.id, {study.id: study.roles})
    return page(
        request,
        "home/overview.html",
        tabs=tabs,
        progress=sample_progress(db, study, tab) if tab else None,
        tasks=tasks,
        again=look_again_in(db, tab.id) if tab else None,
        shown_tasks=TASKS_SHOWN,
        lately=lately(db, study) if study.can(Action.SEE_TRAIL) else (),
        sees_set_up=study.can(Action.SEE_SET_UP),
        sees_findings=study.can(Action.SEE_FINDINGS),
        sees_audits=study.can(Action.SEE_AUDITS),
        may_set_up=study.can(Action.SET_UP),
    )


@router.get("/studies/{study}/trail")
def trail(
    request: Request,
    db: Db,
    study: Annotated[StudyContext, Depends(may(Action.SEE_TRAIL))],
) -> Response:
    """Everything that happened, by person, part, case and date, fifty lines a page."""
    asked = {name: request.query_params.get(name, "") for name in FIELDS}
    view = trail_page(db, study, _filters(asked))
    url = f"/studies/{study.id}/trail"
    kept = {name: value for name, value in asked.items() if value and name != "below"}
    return page(
        request,
        "home/trail.html",
        trail=view,
        asked=asked,
        parts=[(key, name) for key, (name, _) in PARTS.items()],
        older_url=f"{url}?{urlencode(kept | {'below': str(view.older)})}" if view.older else None,
        newest_url=f"{url}?{urlencode(kept)}" if asked["below"] else None,
    )


FIELDS = ("person", "part", "case", "since", "until", "below")


def _filters(asked: dict[str, str]) -> Filters:
    until = _day(asked["until"], "The last day")
    return Filters(
        person=_number(asked["person"]),
        part=asked["part"],
        case=asked["case"],
        since=_day(asked["since"], "The first day"),
        until=until + timedelta(days=1) if until else None,
        below=_number(asked["below"]),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _day(text: str, label: str) -> datetime | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{label} needs a date such as 2026-03-31, not “{text[:40]}”.") from None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
