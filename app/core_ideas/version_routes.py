"""Routes of a case's consensus version: read it, compare two, correct its spelling, look again."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.cases.guard import CaseContext, in_case
from app.consensus.stale import look_at
from app.core_ideas.amending import correct
from app.core_ideas.service import present
from app.core_ideas.version_page import read_comparison, read_version
from app.db import Db
from app.domains.unit_acts import unit_acts
from app.errors import Conflict, Invalid, StaleEdit
from app.permissions import Action
from app.studies.guard import Id
from app.web.errors import status_of
from app.web.forms import Form
from app.web.templating import Toast, page, see_other

router = APIRouter()

CASE = "/studies/{study}/samples/{sample}/cases/{code}"
VERSION = CASE + "/consensus-version"
CORRECTION = CASE + "/core-ideas/{idea}/correction"
See = Annotated[CaseContext, Depends(in_case(Action.SEE_CODING))]
Code = Annotated[CaseContext, Depends(in_case(Action.CODE))]


@router.get(VERSION)
def consensus_version(request: Request, db: Db, case: See) -> Response:
    """The newest version, the working document, or the one that `?version=2` asks for."""
    view = read_version(db, case, request.query_params.get("version", ""))
    return page(
        request,
        "core_ideas/consensus_version.html",
        view=view,
        acts=unit_acts(case),
        may_look=case.can(Action.AGREE),
        may_export=case.can(Action.EXPORT),
    )


@router.get(VERSION + "/compare")
def compare_versions(request: Request, db: Db, case: See) -> Response:
    """What differs between two versions: `?from=1&to=3`, else the newest and the one before."""
    asked = request.query_params
    view = read_comparison(db, case, earlier=asked.get("from", ""), later=asked.get("to", ""))
    return page(request, "core_ideas/compare_versions.html", view=view)


@router.post(CASE + "/looked-at")
def looked_at(
    request: Request,
    db: Db,
    form: Form,
    case: Annotated[CaseContext, Depends(in_case(Action.AGREE))],
) -> Response:
    """A judge has looked at the case again: what it was marked for is done with."""
    look_at(db, case.scene, case.unit, up_to=form.whole("up_to"), what=case.code)
    text = f"Noted: you have looked at {case.code} again."
    return see_other(request, f"{case.url}/consensus-version", Toast(text))


@router.get(CORRECTION)
def correction(request: Request, db: Db, case: Code, idea: Id) -> Response:
    """The form that corrects the spelling of a core idea that was agreed to."""
    return _form(request, db, case, idea)


@router.post(CORRECTION)
def correct_spelling(request: Request, db: Db, form: Form, case: Code, idea: Id) -> Response:
    """Correct it; every agreement stays."""
    text = form.raw("text")
    try:
        change = correct(db, case, core_idea_id=idea, text=text, version=form.whole("version"))
    except (Invalid, Conflict) as error:
        return _form(request, db, case, idea, error=error, typed=text)
    said = "Corrected; the agreements stay." if change else "It is so already; nothing changed."
    return see_other(request, f"{case.url}/core-ideas#core-idea-{idea}", Toast(said))


def _form(
    request: Request,
    db: Session,
    case: CaseContext,
    core_idea_id: int,
    *,
    error: Invalid | Conflict | None = None,
    typed: str | None = None,
) -> Response:
    idea = present(db, case, core_idea_id)
    return page(
        request,
        "core_ideas/correction.html",
        status=status_of(error) if error else 200,
        case=case,
        idea=idea,
        typed=idea.text if typed is None else typed,
        error=error.message if error else "",
        is_stale=isinstance(error, StaleEdit),
    )
