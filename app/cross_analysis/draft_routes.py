"""Submitting one's own draft of a board, taking it back, and who places after the reveal."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.consensus.drafting import submit, take_back
from app.cross_analysis.answers import refused
from app.cross_analysis.forms import view_of
from app.cross_analysis.guard import BoardContext, in_board
from app.cross_analysis.placers import name_placers
from app.cross_analysis.queries import board_of
from app.db import Db
from app.errors import Invalid
from app.permissions import Action
from app.web.forms import Form
from app.web.templating import Toast, page, see_other

router = APIRouter()

BOARD = "/studies/{study}/samples/{sample}/domains/{domain}/cross-analysis"
Sorting = Annotated[BoardContext, Depends(in_board(Action.SORT))]


@router.get(BOARD + "/draft/submission")
def before_submitting(request: Request, db: Db, here: Sorting) -> Response:
    """What one's own list has and lacks; nothing of it stands in the way of submitting."""
    unit = here.unit
    if unit.draft is None or unit.draft.is_submitted:
        said = "submitted already" if unit.draft else "revealed already"
        return see_other(request, here.url, Toast(f"The drafts of {here.title} are {said}."))
    return page(
        request,
        "cross_analysis/submission.html",
        here=here,
        board=board_of(db, here, with_turns=False),
        others=[judge for judge in unit.still_drafting if judge.id != here.study.me.id],
    )


@router.post(BOARD + "/draft/submission")
def submit_draft(request: Request, db: Db, here: Sorting) -> Response:
    """Freeze one's own list; the last of the judges reveals them all."""
    is_revealed = submit(db, here.scene, here.unit, what=here.what)
    if is_revealed:
        text = f"All lists for {here.title} are in, and revealed."
    else:
        text = f"Your draft of {here.title} is submitted. Until the reveal you can take it back."
    return see_other(request, here.url, Toast(text))


@router.post(BOARD + "/draft/return")
def take_draft_back(request: Request, db: Db, here: Sorting) -> Response:
    """Open one's own list again, as long as the lists are not revealed."""
    take_back(db, here.scene, here.unit, what=here.what)
    return see_other(request, here.url, Toast("Your draft is open again."))


@router.post(BOARD + "/placing")
def note_who_places(request: Request, db: Db, form: Form, here: Sorting) -> Response:
    """Note the judge, or the pair, who places the core ideas for the others to review."""
    try:
        judges = name_placers(db, here, account_ids=form.numbers("placer"))
    except Invalid as error:
        return refused(request, db, here, form, error)
    names = " and ".join(judge.name for judge in judges)
    url = here.url + view_of(request.query_params).alone.query
    return see_other(request, url, Toast(f"Noted: {names} place, the others review."))
