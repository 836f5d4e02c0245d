"""Routes of discussing a case's passages: the page, the decisions, the reservations."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from app.cases.guard import CaseContext, in_case
from app.consensus.choices import read_choice
from app.consensus.point_pages import Typed
from app.consensus.points import reserve, withdraw_reservation
from app.consensus.rules import Outcome
from app.db import Db
from app.domains.deciding import begin_editing, decide, talk_after_all
from app.domains.discussion import check_revealed
from app.domains.discussion_answers import Seen, decided, opened, own_page, to_coding
from app.domains.unit_routes import CASE
from app.errors import ConcordError, Conflict, Invalid
from app.permissions import Action
from app.studies.guard import Id
from app.web.forms import LARGEST_ID, Form, Posted
from app.web.templating import Toast

router = APIRouter()

DISCUSSION = CASE + "/coding/discussion"
See = Annotated[CaseContext, Depends(in_case(Action.SEE_DRAFTS))]
Code = Annotated[CaseContext, Depends(in_case(Action.CODE))]
Lanes = Annotated[str, Query(max_length=60)]
Number = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]


@router.get(DISCUSSION)
def discussion(
    request: Request,
    db: Db,
    case: See,
    point: Number = None,
    transcript: Number = None,
    at: Number = None,
    shown: int = 0,
    content: int = -1,
    lanes: Lanes = "",
) -> Response:
    """The judges' layers side by side and the queue; `?point=5` opens that one.

    `at`, `shown`, `content` and `lanes` say what a page shows that asks for its parts only.
    """
    seen = Seen(content, shown, at, lanes)
    return opened(request, db, case, seen, point_id=point, transcript=transcript)


@router.get(DISCUSSION + "/mine")
def mine(request: Request, db: Db, case: See) -> Response:
    """What the consensus changed in one's own coding."""
    return own_page(request, db, case)


@router.post(DISCUSSION + "/points/{point}/decision")
def decide_passage(request: Request, db: Db, form: Form, case: Code, point: Id) -> Response:
    """Note what the team decided, and apply it. *Edit* leads to the coding page first."""
    check_revealed(case)
    reason = form.raw("reason")
    try:
        outcome, judge_id = read_choice(form.text("choice"))
        version = form.whole("version")
        if outcome is Outcome.EDITED and not form.has("edited"):
            begun = begin_editing(db, case, point, version=version, reason=reason)
            return to_coding(request, db, case, begun)
        # Refused is answered with the page, which commits: nothing half done may be left.
        with db.begin_nested():
            settled = decide(
                db, case, point, outcome=outcome, judge_id=judge_id, version=version, reason=reason
            )
    except (Conflict, Invalid) as error:
        return _refused(request, db, case, form, error, Typed(point, error.message, reason))
    return decided(request, db, case, Seen.of(form), settled)


@router.post(DISCUSSION + "/points/{point}/reopening")
def talk_about_it(request: Request, db: Db, form: Form, case: Code, point: Id) -> Response:
    """Open a passage that was joined by itself, or decided."""
    check_revealed(case)
    try:
        found = talk_after_all(db, case, point, version=form.whole("version"))
    except (Conflict, Invalid) as error:
        return _refused(request, db, case, form, error, Typed(point, error.message))
    toast = Toast("Open again: it stands among what is to be discussed.")
    return opened(request, db, case, Seen.of(form), point_id=point, unit=found.unit, toast=toast)


@router.post(DISCUSSION + "/points/{point}/reservations")
def keep_reservation(request: Request, db: Db, form: Form, case: Code, point: Id) -> Response:
    """Keep one's own reservation on record beside a passage."""
    check_revealed(case)
    text = form.raw("reservation")
    try:
        reserve(db, case.scene, case.unit, point_id=point, text=text, what=case.code)
    except (Conflict, Invalid) as error:
        typed = Typed(point, error.message, reservation=text)
        return _refused(request, db, case, form, error, typed)
    toast = Toast("Your reservation is on record.")
    return opened(request, db, case, Seen.of(form), point_id=point, toast=toast)


@router.post(DISCUSSION + "/reservations/{reservation}/withdrawal")
def withdraw(request: Request, db: Db, form: Form, case: Code, reservation: Id) -> Response:
    """Withdraw one's own reservation; it stays on record as withdrawn."""
    check_revealed(case)
    withdraw_reservation(db, case.scene, case.unit, reservation, what=case.code)
    toast = Toast("Withdrawn. It stays on record as withdrawn.")
    point = form.whole("point")
    return opened(request, db, case, Seen.of(form), point_id=point, toast=toast)


def _refused(
    request: Request,
    db: Session,
    case: CaseContext,
    form: Posted,
    error: ConcordError,
    typed: Typed,
) -> Response:
    """The point as it stands, with the reason of the refusal and what was typed."""
    status = 422 if isinstance(error, Invalid) else 409
    seen = replace(Seen.of(form), content=-1)
    return opened(request, db, case, seen, point_id=typed.point_id, typed=typed, status=status)
