"""The history of one item: a page of its own, or a dialog over the page that asks for it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.db import Db
from app.home.history import history
from app.permissions import Action
from app.studies.guard import Id, StudyContext, may
from app.web.templating import page

router = APIRouter()


@router.get("/studies/{study}/history/{kind}/{item}")
def item_history(
    request: Request,
    db: Db,
    kind: str,
    item: Id,
    study: Annotated[StudyContext, Depends(may(Action.SEE_STUDY))],
) -> Response:
    """Who did what to an item and when, newest first."""
    return page(request, "home/history.html", "dialog", history=history(db, study, kind, item))
