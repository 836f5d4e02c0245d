"""The page on which a PI has a finished case copied for blind practice."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.routes import link_url
from app.cases.guard import CaseContext, in_case
from app.db import Db
from app.permissions import Action
from app.practice import blindness  # noqa: F401 - it refuses who could look
from app.practice.copying import Begun, begin_practice
from app.practice.queries import finished_cases, practices_of
from app.studies.guard import StudyContext, may
from app.web.forms import Form
from app.web.templating import page

router = APIRouter()


@router.get("/studies/{study}/team/practice")
def practices(
    request: Request, db: Db, study: Annotated[StudyContext, Depends(may(Action.SET_UP))]
) -> Response:
    """What can be copied, and the practices there are."""
    return _page(request, db, study)


@router.post("/studies/{study}/samples/{sample}/cases/{code}/practice")
def copy_case(
    request: Request,
    db: Db,
    form: Form,
    case: Annotated[CaseContext, Depends(in_case(Action.SET_UP))],
) -> Response:
    """Copy it, and show the link for the one who practises, this one time."""
    begun = begin_practice(db, case, note=form.text("note"))
    return _page(request, db, case.study, code=case.code, begun=begun)


def _page(
    request: Request,
    db: Session,
    study: StudyContext,
    *,
    code: str = "",
    begun: Begun | None = None,
) -> Response:
    return page(
        request,
        "practice/practice.html",
        status=201 if begun else 200,
        finished=finished_cases(db, study),
        practices=practices_of(db, study),
        several=len(study.samples) > 1,
        code=code or request.query_params.get("case", ""),
        link=link_url(request, f"/invitations/{begun.token}") if begun else "",
        new_study=begun.study_id if begun else 0,
    )
