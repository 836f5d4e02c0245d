"""Routes of amendments, of a board's frozen versions, and of looking at a board again."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.consensus.stale import look_at
from app.cross_analysis.amending import amend_domain, amend_split, amend_wording, withdraw
from app.cross_analysis.answers import changed, refused
from app.cross_analysis.forms import view_of
from app.cross_analysis.guard import BoardContext, in_board
from app.cross_analysis.version_page import read_board_comparison, read_board_version
from app.db import Db
from app.errors import Conflict, Invalid
from app.permissions import Action
from app.studies.guard import Id
from app.web.forms import Form, Posted
from app.web.templating import Toast, page, see_other

router = APIRouter()

BOARD = "/studies/{study}/samples/{sample}/domains/{domain}/cross-analysis"
IDEA = BOARD + "/core-ideas/{idea}"
Seeing = Annotated[BoardContext, Depends(in_board(Action.SEE_BOARD))]
Sorting = Annotated[BoardContext, Depends(in_board(Action.SORT))]


@router.post(IDEA + "/wording")
def reword(request: Request, db: Db, form: Form, here: Sorting, idea: Id) -> Response:
    """Amend the words of a card's core idea."""

    def act() -> bool:
        version = form.whole("version")
        return amend_wording(db, here, core_idea_id=idea, text=form.raw("text"), version=version)

    return _amended(request, db, form, here, act, "Amended.")


@router.post(IDEA + "/split")
def split(request: Request, db: Db, form: Form, here: Sorting, idea: Id) -> Response:
    """Split it at the line breaks."""

    def act() -> bool:
        parts, version = form.raw("text").splitlines(), form.whole("version")
        return amend_split(db, here, core_idea_id=idea, parts=parts, version=version)

    return _amended(request, db, form, here, act, "Split; the new card is unsorted.")


@router.post(IDEA + "/domain")
def move(request: Request, db: Db, form: Form, here: Sorting, idea: Id) -> Response:
    """Move it to another domain of the sample."""

    def act() -> bool:
        domain_id, version = form.whole("domain"), form.whole("version")
        return amend_domain(db, here, core_idea_id=idea, domain_id=domain_id, version=version)

    return _amended(request, db, form, here, act, "Moved to the other domain, with its raw data.")


@router.post(BOARD + "/amendments/{amendment}/withdrawal")
def take_back(request: Request, db: Db, form: Form, here: Sorting, amendment: Id) -> Response:
    """Withdraw a pending amendment: the case is again as it was agreed."""

    def act() -> bool:
        withdraw(db, here, amendment_id=amendment)
        return True

    return _amended(request, db, form, here, act, "Withdrawn.")


def _amended(
    request: Request,
    db: Session,
    form: Posted,
    here: BoardContext,
    act: Callable[[], bool],
    said: str,
) -> Response:
    try:
        with db.begin_nested():
            done = act()
    except (Invalid, Conflict) as error:
        return refused(request, db, here, form, error)
    return changed(request, db, here, said if done else "It is so already.", ())


@router.post(BOARD + "/looked-at")
def looked_at(
    request: Request,
    db: Db,
    form: Form,
    here: Annotated[BoardContext, Depends(in_board(Action.AGREE))],
) -> Response:
    """A judge has looked at the board again: what it was marked for is done with."""
    look_at(db, here.scene, here.unit, up_to=form.whole("up_to"), what=here.title)
    text = f"Noted: you have looked at {here.what} again."
    return see_other(request, here.url + view_of(request.query_params).alone.query, Toast(text))


@router.get(BOARD + "/version")
def board_version(request: Request, db: Db, here: Seeing) -> Response:
    """The newest agreed version of a board, or the one that `?version=2` asks for."""
    view = read_board_version(db, here, request.query_params.get("version", ""))
    may_export = here.can(Action.EXPORT)
    return page(request, "cross_analysis/version.html", view=view, may_export=may_export)


@router.get(BOARD + "/version/compare")
def compare_versions(request: Request, db: Db, here: Seeing) -> Response:
    """What differs between two versions: `?from=1&to=3`, else the newest and the one before."""
    asked = request.query_params
    view = read_board_comparison(db, here, earlier=asked.get("from", ""), later=asked.get("to", ""))
    return page(request, "cross_analysis/compare_versions.html", view=view)
