"""Agreeing to a case, reopening it, going on: acts of the whole unit, from any of its pages."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.cases.guard import CaseContext, in_case
from app.consensus.next_for_me import next_to_agree
from app.consensus.passes import go_on
from app.consensus.rules import AGREED_OR_LATER, Step, may_reopen_domains
from app.consensus.service import agree, reopen
from app.db import Db
from app.permissions import Action
from app.web.forms import Form, Posted
from app.web.templating import Toast, see_other

router = APIRouter()

CASE = "/studies/{study}/samples/{sample}/cases/{code}"
PAGES = (
    "coding",
    "coding/discussion",
    "core-ideas",
    "core-ideas/discussion",
    "consensus-version",
)
"""The pages that show the two buttons; each sends its own name in `page`."""


@router.post(CASE + "/agreement")
def agree_to_case(
    request: Request,
    db: Db,
    form: Form,
    case: Annotated[CaseContext, Depends(in_case(Action.AGREE))],
) -> Response:
    """One judge agrees to the content version that was on the page."""
    state = agree(db, case.scene, case.unit, content=form.whole("content"), what=case.code)
    what = f"the domains of {case.code}" if case.unit.step is Step.DOMAINS else case.code
    text = (
        f"Everybody has agreed to {what}."
        if state in AGREED_OR_LATER
        else f"You agreed to this version of {what}."
    )
    return see_other(request, _back(case, form), Toast(text, on=_next(db, case, form)))


def _next(db: Session, case: CaseContext, form: Posted) -> tuple[str, str] | None:
    """On to the next case that waits for this judge's agreement, on the same page."""
    unit = case.unit
    found = next_to_agree(
        db, case.study.me.id, sample_id=unit.sample_id, kind=unit.kind, after=unit.id
    )
    if found is None:
        return None
    here = _back(case, form).removeprefix(f"{case.url}/")
    sample = case.url.rpartition("/")[0]
    return f"Next: {found.name}", f"{sample}/{found.name}/{here.removesuffix('/discussion')}"


@router.post(CASE + "/next-pass")
def go_on_to_core_ideas(
    request: Request,
    db: Db,
    case: Annotated[CaseContext, Depends(in_case(Action.GO_ON))],
) -> Response:
    """The second of two passes: core ideas, on the blocks that were agreed in the first."""
    go_on(db, case.scene, case.unit, what=case.code)
    text = f"The core ideas of {case.code} come next; its blocks are locked."
    return see_other(request, f"{case.url}/core-ideas", Toast(text))


@router.post(CASE + "/reopen")
def reopen_case(
    request: Request,
    db: Db,
    form: Form,
    case: Annotated[CaseContext, Depends(in_case(Action.REOPEN))],
) -> Response:
    """Open an agreed case, or the domains of its first pass, again; with a reason for the trail."""
    reopen(db, case.scene, case.unit, reason=form.text("reason"))
    of_first = may_reopen_domains(case.unit.state, case.unit.step)
    what = f"The domains of {case.code} are" if of_first else f"{case.code} is"
    return see_other(request, _back(case, form), Toast(f"{what} open again."))


def _back(case: CaseContext, form: Posted) -> str:
    page = form.text("page")
    return f"{case.url}/{page if page in PAGES else PAGES[0]}"
