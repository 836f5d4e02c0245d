"""Routes of discussing category lists: the judges side by side, a decision for each title."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.consensus.choices import read_choice
from app.consensus.point_pages import PointPage, Typed, asked_point, back_to
from app.consensus.points import discuss_after_all, reserve, withdraw_reservation
from app.consensus.rules import Outcome, State
from app.cross_analysis.answers import state_of
from app.cross_analysis.discussion import Discussion, read_lists
from app.cross_analysis.guard import BoardContext, in_board, load_board
from app.cross_analysis.picks import Pick
from app.cross_analysis.taking_over import Noted, check_point, take_over
from app.db import Db
from app.errors import ConcordError, Conflict, Invalid
from app.permissions import Action
from app.studies.guard import Id
from app.web.errors import status_of
from app.web.forms import Form, Posted
from app.web.templating import Toast, is_fragment, page

router = APIRouter()

DISCUSSION = "/studies/{study}/samples/{sample}/domains/{domain}/cross-analysis/discussion"
POINT = DISCUSSION + "/points/{point}"
See = Annotated[BoardContext, Depends(in_board(Action.SEE_DRAFTS))]
Sort = Annotated[BoardContext, Depends(in_board(Action.SORT))]
PAGE = "cross_analysis/discussion.html"


@dataclass(frozen=True)
class TypedPick(Typed):
    """With the pick that was made."""

    pick: Pick | None = None


@dataclass(frozen=True)
class View(PointPage):
    """What the template gets.

    `is_answer`: it answers a form in place, so the focus goes to what is shown now.
    """

    board: BoardContext
    discussion: Discussion
    state: str
    is_answer: bool


@router.get(DISCUSSION)
def discussion(request: Request, db: Db, here: See) -> Response:
    """The judges' lists side by side, and the queue of titles."""
    return _show(request, db, here, asked_point(request))


@router.post(POINT + "/decision")
def note_decision(request: Request, db: Db, form: Form, here: Sort, point: Id) -> Response:
    """Note what the team takes of a row of titles."""
    outcome, judge_id = read_choice(form.text("choice"))
    pick, reason = _pick(form, outcome, judge_id), form.text("reason")
    try:
        # Answered and not raised, so what was written before the refusal is taken back here.
        with db.begin_nested():
            noted = take_over(
                db, here, point_id=point, version=form.whole("version"), pick=pick, reason=reason
            )
    except (Invalid, Conflict) as error:
        typed = TypedPick(point, error.message, reason=reason, pick=pick)
        return _refused(request, db, here, typed, error)
    following = read_lists(db, _again(db, here), point_id=point).after(point)
    said = _said(noted, outcome)
    return _back(request, db, here, following.point.id if following else point, said)


@router.post(POINT + "/reopening")
def talk_after_all(request: Request, db: Db, form: Form, here: Sort, point: Id) -> Response:
    """Open a title to be discussed that was joined or decided; what stands stays till then."""
    check_point(db, here, point)
    discuss_after_all(
        db, here.scene, here.unit, point, version=form.whole("version"), what=here.what
    )
    return _back(request, db, here, point, "Opened: the team talks about it after all.")


@router.post(POINT + "/reservations")
def keep_reservation(request: Request, db: Db, form: Form, here: Sort, point: Id) -> Response:
    """Keep one's own reservation beside a title on record."""
    text = form.text("reservation")
    try:
        reserve(db, here.scene, here.unit, text=text, what=here.what, point_id=point)
    except Invalid as error:
        typed = TypedPick(point, error.message, reservation=text)
        return _refused(request, db, here, typed, error)
    return _back(request, db, here, point, "Your reservation stays on record.")


@router.post(DISCUSSION + "/reservations/{reservation}/withdrawal")
def withdraw(request: Request, db: Db, form: Form, here: Sort, reservation: Id) -> Response:
    """Take one's own reservation back; it stays on record as withdrawn."""
    withdraw_reservation(db, here.scene, here.unit, reservation, what=here.what)
    return _back(request, db, here, form.whole("point", 0), "Withdrawn.")


def _pick(form: Posted, outcome: Outcome, judge_id: int | None) -> Pick:
    if outcome is not Outcome.EDITED:
        return Pick(outcome, judge_id)
    into = form.whole("into", 0) or None
    title = "" if into else form.text("title")
    return Pick(outcome, title=title, subtitles=tuple(form.texts("subtitle")), into=into)


def _said(noted: Noted, outcome: Outcome) -> str:
    if outcome is Outcome.TALK_LATER:
        return "Noted: the team talks about it later."
    if not noted.stays:
        return "Noted, and written into the agreed list."
    kept = " and ".join(f"“{title}”" for title in noted.stays)
    return f"Noted. {kept} stays in the agreed list: it was changed or filled since it was decided."


def _show(
    request: Request,
    db: Session,
    here: BoardContext,
    point_id: int | None,
    *,
    typed: TypedPick | None = None,
    status: int = 200,
    toast: Toast | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    found = read_lists(db, here, point_id=point_id, typed=typed.pick if typed else None)
    view = View(
        url=f"{here.url}/discussion",
        may_decide=here.can(Action.SORT) and here.unit.state is State.CONSENSUS,
        me_id=here.study.me.id,
        typed=typed,
        board=here,
        discussion=found,
        state=state_of(here),
        is_answer=is_fragment(request),
    )
    return page(request, PAGE, "changes", status=status, toast=toast, headers=headers, view=view)


def _back(request: Request, db: Session, here: BoardContext, point_id: int, said: str) -> Response:
    def show(*, toast: Toast, headers: dict[str, str]) -> Response:
        return _show(request, db, _again(db, here), point_id, toast=toast, headers=headers)

    return back_to(request, f"{here.url}/discussion", point_id, said, show)


def _again(db: Session, here: BoardContext) -> BoardContext:
    """The board as it is after a change."""
    return load_board(db, here.study, here.sample.id, here.domain_id)


def _refused(
    request: Request, db: Session, here: BoardContext, typed: TypedPick, error: ConcordError
) -> Response:
    """The page again with what was typed and why it was not taken."""
    here, status = _again(db, here), status_of(error)
    return _show(request, db, here, typed.point_id, typed=typed, status=status)
