"""Submitting one's own draft of a case, and taking it back before the reveal."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.cases.guard import CaseContext, in_case
from app.consensus.drafting import submit, take_back
from app.consensus.next_for_me import next_to_draft
from app.consensus.practising import practice_of
from app.consensus.rules import Step
from app.core_ideas.drafts import my_drafts
from app.core_ideas.queries import read_core_ideas
from app.db import Db
from app.domains.coding import read_coding
from app.permissions import Action
from app.studies.ways import WayOfWorking
from app.web.forms import Form, Posted
from app.web.templating import Toast, page, see_other

router = APIRouter()

DRAFT = "/studies/{study}/samples/{sample}/cases/{code}/draft"
PAGES = ("coding", "core-ideas")
Code = Annotated[CaseContext, Depends(in_case(Action.CODE))]


@router.get(DRAFT + "/submission")
def before_submitting(request: Request, db: Db, case: Code) -> Response:
    """What one's own draft still lacks; nothing of it stands in the way of submitting."""
    if case.unit.draft is None or case.unit.draft.is_submitted:
        return see_other(request, _page_of(case), Toast(_nothing_to_submit(case)))
    return _confirmation(request, db, case)


def _nothing_to_submit(case: CaseContext) -> str:
    if not case.unit.is_private:
        return f"The drafts of {case.code} are revealed already."
    if case.unit.draft is None:
        return f"You do not draft {case.code}."
    return f"Your draft of {case.code} is submitted already."


def _confirmation(request: Request, db: Session, case: CaseContext) -> Response:
    unit = case.unit
    ideas = read_core_ideas(db, case) if unit.step is not Step.DOMAINS else None
    return page(
        request,
        "core_ideas/submission.html",
        case=case,
        back_url=_page_of(case),
        coding=read_coding(db, case, touched=()) if unit.step is not Step.CORE_IDEAS else None,
        still_open=[s.domain for s in ideas.sections if s.is_open] if ideas else [],
        ideas=ideas,
        unpublished=len(my_drafts(db, case)) if ideas else 0,
        practice=practice_of(db, case.unit.id),
        others=[judge for judge in unit.still_drafting if judge.id != case.study.me.id],
    )


@router.post(DRAFT + "/submission")
def submit_draft(request: Request, db: Db, case: Code) -> Response:
    """Freeze one's own draft; the last of those who draft reveals them all."""
    is_revealed = submit(db, case.scene, case.unit, what=case.code)
    if is_revealed and practice_of(db, case.unit.id):
        text = f"Submitted. This is your coding of {case.code} beside the consensus."
        return see_other(request, f"{case.url}/coding/discussion/mine", Toast(text))
    if is_revealed:
        text = f"All drafts of {case.code} are in, and revealed."
    else:
        text = f"Your draft of {case.code} is submitted. Until the reveal you can take it back."
    return see_other(request, _page_of(case), Toast(text, on=_next(db, case)))


def _next(db: Session, case: CaseContext) -> tuple[str, str] | None:
    """On to the next case that this judge drafts."""
    unit = case.unit
    found = next_to_draft(
        db, case.study.me.id, sample_id=unit.sample_id, kind=unit.kind, after=unit.id
    )
    if found is None or unit.way is not WayOfWorking.INDEPENDENT_FIRST:
        return None
    page_ = _page_of(case).removeprefix(case.url)
    return f"Next: {found.name}", f"{case.url.rpartition('/')[0]}/{found.name}{page_}"


@router.post(DRAFT + "/return")
def take_draft_back(request: Request, db: Db, form: Form, case: Code) -> Response:
    """Open one's own draft again, as long as the drafts are not revealed."""
    take_back(db, case.scene, case.unit, what=case.code)
    return see_other(request, _back(case, form), Toast("Your draft is open again."))


def _back(case: CaseContext, form: Posted) -> str:
    wanted = form.text("page")
    return f"{case.url}/{wanted}" if wanted in PAGES else _page_of(case)


def _page_of(case: CaseContext) -> str:
    """Where the draft is worked on: in the second of two passes only core ideas are."""
    return f"{case.url}/{'core-ideas' if case.unit.step is Step.CORE_IDEAS else 'coding'}"
