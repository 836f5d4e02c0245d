"""The page of assignments: who judges which case and board, and who drafts it."""

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from app.consensus.assigning import Changed, name_drafter, set_judges
from app.consensus.assignments import assignments_page
from app.consensus.discarding import discard, left_drafts
from app.db import Db
from app.errors import Conflict, Invalid
from app.permissions import Action
from app.studies.guard import Id, SampleName, StudyContext, may
from app.web.errors import status_of
from app.web.forms import LARGEST_ID, Form, Posted
from app.web.templating import Toast, page, see_other

router = APIRouter()

ASSIGNMENTS = "/studies/{study}/team/assignments"
SetUp = Annotated[StudyContext, Depends(may(Action.SET_UP))]
SeeSetUp = Annotated[StudyContext, Depends(may(Action.SEE_SET_UP))]
Number = Annotated[int, Query(ge=0, le=LARGEST_ID)]


@router.get(ASSIGNMENTS)
def assignments(
    request: Request, db: Db, study: SeeSetUp, sample: Number = 0, change: Number = 0
) -> Response:
    """Cases and boards of a sample by judges; `?change=5` opens that unit for a change."""
    change = change if study.can(Action.SET_UP) else 0
    return _page(request, db, study, _sample(study, sample), change=change)


@router.post(ASSIGNMENTS + "/{unit}")
def assign(request: Request, db: Db, form: Form, study: SetUp, unit: Id) -> Response:
    """Let exactly the ticked judges judge a unit."""

    def change() -> str:
        return _said(
            set_judges(
                db,
                study,
                unit_id=unit,
                account_ids=form.numbers("judge"),
                reason=form.text("reason"),
                seen=_listed(form, "seen"),
            )
        )

    return _save(request, db, form, study, unit, change)


@router.post(ASSIGNMENTS + "/{unit}/drafter")
def choose_drafter(request: Request, db: Db, form: Form, study: SetUp, unit: Id) -> Response:
    """Name who drafts a unit for the others, or let the turns decide."""

    def change() -> str:
        chosen = form.whole("drafter", 0) or None
        named = name_drafter(db, study, unit_id=unit, account_id=chosen)
        how = "is named" if chosen else "is whoever is next in turn"
        return f"The drafter of {named.what} {how}."

    return _save(request, db, form, study, unit, change)


@router.post(ASSIGNMENTS + "/{unit}/drafts/{account}/discarding")
def discard_draft(
    request: Request, db: Db, form: Form, study: SetUp, unit: Id, account: Id
) -> Response:
    """Discard a draft that nobody waits for, so that it holds nothing in place."""

    def change() -> str:
        gone = discard(db, study, unit_id=unit, account_id=account, reason=form.text("reason"))
        return f"The draft of {gone.what} is discarded."

    return _save(request, db, form, study, 0, change)


def _sample(study: StudyContext, sample_id: int) -> SampleName | None:
    """The sample asked for, else the first; None in a study without any."""
    found = next((sample for sample in study.samples if sample.id == sample_id), None)
    return found or next(iter(study.samples), None)


def _listed(form: Posted, name: str) -> list[int] | None:
    numbers = form.text(name).split(",") if form.has(name) else None
    return None if numbers is None else [int(each) for each in numbers if each.isdecimal()]


def _said(changed: Changed) -> str:
    if changed.is_nothing:
        return "It is so already; nothing was changed."
    parts = []
    if changed.added:
        parts.append(f"{' and '.join(changed.added)} assigned to {changed.unit.what}")
    if changed.taken_off:
        parts.append(f"{' and '.join(changed.taken_off)} taken off {changed.unit.what}")
    return "; ".join(parts) + "."


def _save(
    request: Request,
    db: Session,
    form: Posted,
    study: StudyContext,
    unit: int,
    change: Callable[[], str],
) -> Response:
    sample = _sample(study, form.whole("sample", 0))
    try:
        with db.begin_nested():
            said = change()
    except (Invalid, Conflict) as error:
        return _page(
            request,
            db,
            study,
            sample,
            change=unit,
            status=status_of(error),
            message=error.message,
            fields=error.fields if isinstance(error, Invalid) else {},
            reason=form.raw("reason"),
            ticked=form.numbers("judge") if form.has("seen") else None,
        )
    query = f"?sample={sample.id}" if sample else ""
    anchor = f"#unit-{unit}" if unit else ""
    return see_other(request, f"/studies/{study.id}/team/assignments{query}{anchor}", Toast(said))


def _page(
    request: Request,
    db: Session,
    study: StudyContext,
    sample: SampleName | None,
    *,
    change: int = 0,
    status: int = 200,
    message: str = "",
    fields: Mapping[str, str] | None = None,
    reason: str = "",
    ticked: list[int] | None = None,
) -> Response:
    url = f"/studies/{study.id}/team/assignments"
    return page(
        request,
        "consensus/assignments.html",
        status=status,
        sample=sample,
        switch=[
            {"label": each.name, "url": f"{url}?sample={each.id}", "current": each == sample}
            for each in study.samples
        ],
        url=url,
        view=assignments_page(db, study, sample.id) if sample else None,
        may_set_up=study.can(Action.SET_UP),
        left=left_drafts(db, study, sample.id) if sample and study.can(Action.SET_UP) else (),
        change=change,
        message=message,
        fields=fields or {},
        reason=reason,
        ticked=ticked,
    )
