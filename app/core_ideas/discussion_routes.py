"""Routes of discussing core ideas: the judges side by side, a decision for each domain."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.cases.guard import CaseContext, in_case, load_case
from app.consensus.choices import read_choice
from app.consensus.point_pages import PointPage, Typed, asked_point, back_to
from app.consensus.points import (
    PointView,
    discuss_after_all,
    points_of,
    reserve,
    withdraw_reservation,
)
from app.consensus.practising import practice_of
from app.consensus.rules import Outcome, State
from app.core_ideas.comparison import Comparison
from app.core_ideas.deciding import Noted, compared_for, decide, put_off
from app.core_ideas.decisions import ABSENCE, Decision, Take, for_all, keys_of
from app.core_ideas.discussion import Discussion, read_discussion
from app.core_ideas.mine import read_mine
from app.core_ideas.models import AbsenceReason
from app.db import Db, one_or_not_found
from app.domains.unit_acts import UnitActs, unit_acts
from app.errors import ConcordError, Conflict, Invalid
from app.permissions import Action
from app.studies.guard import Id
from app.web.errors import status_of
from app.web.forms import Form, Posted
from app.web.templating import Toast, is_fragment, page

router = APIRouter()

DISCUSSION = "/studies/{study}/samples/{sample}/cases/{code}/core-ideas/discussion"
POINT = DISCUSSION + "/points/{point}"
See = Annotated[CaseContext, Depends(in_case(Action.SEE_DRAFTS))]
Code = Annotated[CaseContext, Depends(in_case(Action.CODE))]
PAGE = "core_ideas/discussion.html"


@dataclass(frozen=True)
class TypedTakes(Typed):
    """With the choices that were made row by row."""

    takes: Mapping[str, Take] = field(default_factory=dict)


@dataclass(frozen=True)
class View(PointPage):
    """What the template gets.

    `is_answer`: it answers a form in place, so the focus goes to what is shown now.
    """

    case: CaseContext
    discussion: Discussion
    acts: UnitActs
    is_answer: bool

    @property
    def is_own(self) -> bool:
        """Has who looks drafted this case?"""
        return any(judge.account_id == self.me_id for judge in self.discussion.judges)

    @property
    def reasons(self) -> tuple[AbsenceReason, ...]:
        """All reasons for having no core idea."""
        return tuple(AbsenceReason)


def _url(case: CaseContext) -> str:
    return f"{case.url}/core-ideas/discussion"


@router.get(DISCUSSION)
def discussion(request: Request, db: Db, case: See) -> Response:
    """Each domain with the judges' core ideas side by side, and the queue."""
    return _show(request, db, case, asked_point(request))


@router.get(DISCUSSION + "/mine")
def mine(request: Request, db: Db, case: See) -> Response:
    """What the consensus changed in one's own core ideas."""
    practice = practice_of(db, case.unit.id)
    return page(request, "core_ideas/mine.html", view=read_mine(db, case), practice=practice)


@router.post(POINT + "/decision")
def note_decision(request: Request, db: Db, form: Form, case: Code, point: Id) -> Response:
    """Note what the team takes of a domain: one choice for all of it, or one for each row."""
    outcome, judge_id = read_choice(form.text("choice"))
    version, reason = form.whole("version"), form.text("reason")
    takes: Mapping[str, Take] = {}
    try:
        if outcome is Outcome.TALK_LATER:
            put_off(db, case, point_id=point, version=version, reason=reason)
            return _on(request, db, case, point, "Noted: the team talks about it later.")
        there = _point(db, case, point)
        compared, before = compared_for(db, case, there), Decision.from_values(there.chosen)
        takes = (
            _row_by_row(form, compared, before)
            if outcome is Outcome.EDITED
            else for_all(compared, Take(outcome, judge_id), before)
        )
        # Answered and not raised, so what was written before the refusal is taken back here.
        with db.begin_nested():
            noted = decide(db, case, point_id=point, version=version, takes=takes, reason=reason)
    except (Invalid, Conflict) as error:
        typed = TypedTakes(point, error.message, reason=reason, takes=takes)
        return _refused(request, db, case, typed, error)
    return _on(request, db, case, point, _said(noted))


@router.post(POINT + "/reopening")
def talk_after_all(request: Request, db: Db, form: Form, case: Code, point: Id) -> Response:
    """Open a domain to be discussed that was joined or decided; what stands stays till then."""
    compared_for(db, case, _point(db, case, point))
    discuss_after_all(
        db, case.scene, case.unit, point, version=form.whole("version"), what=case.code
    )
    return _back(request, db, case, point, "Opened: the team talks about it after all.")


@router.post(POINT + "/reservations")
def keep_reservation(request: Request, db: Db, form: Form, case: Code, point: Id) -> Response:
    """Keep one's own reservation beside a domain on record."""
    text = form.text("reservation")
    try:
        reserve(db, case.scene, case.unit, text=text, what=case.code, point_id=point)
    except Invalid as error:
        typed = TypedTakes(point, error.message, reservation=text)
        return _refused(request, db, case, typed, error)
    return _back(request, db, case, point, "Your reservation stays on record.")


@router.post(DISCUSSION + "/reservations/{reservation}/withdrawal")
def withdraw(request: Request, db: Db, form: Form, case: Code, reservation: Id) -> Response:
    """Take one's own reservation back; it stays on record as withdrawn."""
    withdraw_reservation(db, case.scene, case.unit, reservation, what=case.code)
    return _back(request, db, case, form.whole("point", 0), "Withdrawn.")


def _point(db: Session, case: CaseContext, point_id: int) -> PointView:
    found = (point for point in points_of(db, case.unit.id) if point.id == point_id)
    return one_or_not_found(next(found, None), f"point to discuss in {case.code}")


def _row_by_row(form: Posted, compared: Comparison, before: Decision) -> dict[str, Take]:
    """A choice for each row, as far as they were made; what was not asked for stays."""
    takes = {}
    for key in keys_of(compared):
        chosen = form.text(f"take-{key}")
        if not chosen:
            if key in before.takes and not form.has(f"text-{key}"):
                takes[key] = before.takes[key]
            continue
        outcome, judge_id = read_choice(chosen)
        is_edited = outcome is Outcome.EDITED
        text = form.text(f"text-{key}") if is_edited else ""
        if key != ABSENCE and is_edited:
            text = form.raw(f"text-{key}")
        takes[key] = Take(outcome, judge_id, text)
    return takes


def _said(noted: Noted) -> str:
    if not noted.stays:
        return "Noted, and written into the consensus."
    kept = " and ".join(f"“{text}”" for text in noted.stays)
    return (
        f"Noted. {kept} was changed since the earlier decision, so it stays beside it. Look at it "
        "on the page Core ideas."
    )


def _show(
    request: Request,
    db: Session,
    case: CaseContext,
    point_id: int | None,
    *,
    typed: TypedTakes | None = None,
    status: int = 200,
    toast: Toast | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    found = read_discussion(db, case, point_id=point_id, typed=typed.takes if typed else None)
    view = View(
        url=_url(case),
        may_decide=case.can(Action.CODE) and case.unit.state is State.CONSENSUS,
        me_id=case.study.me.id,
        typed=typed,
        case=case,
        discussion=found,
        acts=unit_acts(case),
        is_answer=is_fragment(request),
    )
    return page(request, PAGE, "changes", status=status, toast=toast, headers=headers, view=view)


def _on(request: Request, db: Session, case: CaseContext, point_id: int, said: str) -> Response:
    """After a decision: on to what is still to be discussed."""
    case = _again(db, case)
    following = read_discussion(db, case, point_id=point_id).after(point_id)
    return _back(request, db, case, following.point.id if following else point_id, said)


def _back(request: Request, db: Session, case: CaseContext, point_id: int, said: str) -> Response:
    def show(*, toast: Toast, headers: dict[str, str]) -> Response:
        return _show(request, db, _again(db, case), point_id, toast=toast, headers=headers)

    return back_to(request, _url(case), point_id, said, show)


def _again(db: Session, case: CaseContext) -> CaseContext:
    """The case as it is after a change."""
    return load_case(db, case.study, case.sample.id, case.code)


def _refused(
    request: Request, db: Session, case: CaseContext, typed: TypedTakes, error: ConcordError
) -> Response:
    """The page again with what was typed and why it was not taken."""
    return _show(
        request, db, _again(db, case), typed.point_id, typed=typed, status=status_of(error)
    )
