"""Routes of step 2: the core ideas of a case, and every change made on them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.cases.guard import CaseContext, in_case
from app.core_ideas import discussion_routes, draft_routes, merging_routes, version_routes
from app.core_ideas.answers import (
    changed,
    draft_dropped,
    draft_kept,
    gone,
    look_again,
    published,
    refused_to_add,
    sections,
    whole_page,
)
from app.core_ideas.drafts import discard_draft, keep_words, save_draft
from app.core_ideas.forms import absence_reason, form_key, keep_checks, listed
from app.core_ideas.reshaping import merge, move, remove, split
from app.core_ideas.service import (
    Change,
    add,
    add_raw_data,
    choose_raw_data,
    reword,
    set_absence,
    shift,
)
from app.core_ideas.undo import redo, undo
from app.db import Db
from app.errors import Invalid, NotFound, StaleEdit, StepLocked
from app.permissions import Action
from app.studies.guard import Id
from app.web.errors import answer
from app.web.forms import Form, Posted
from app.web.templating import Toast, see_other

router = APIRouter()
router.include_router(discussion_routes.router)
router.include_router(draft_routes.router)
router.include_router(merging_routes.router)
router.include_router(version_routes.router)

CORE_IDEAS = "/studies/{study}/samples/{sample}/cases/{code}/core-ideas"
IDEA = CORE_IDEAS + "/{idea}"
See = Annotated[CaseContext, Depends(in_case(Action.SEE_CODING))]
Code = Annotated[CaseContext, Depends(in_case(Action.CODE))]


@router.get(CORE_IDEAS)
def core_ideas(request: Request, db: Db, case: See) -> Response:
    """The page: domain by domain, raw data and core ideas."""
    return whole_page(request, db, case)


@router.post(CORE_IDEAS)
def add_one(request: Request, db: Db, form: Form, case: Code) -> Response:
    """Write one more core idea on a domain's raw data."""
    domain_id, text = form.whole("domain"), form.raw("new_text")
    try:
        change = add(db, case, domain_id=domain_id, text=text, guid=form_key(form))
    except Invalid as error:
        return refused_to_add(request, db, case, domain_id, error.message, typed=text)
    focus = f"domain-{domain_id}-new"
    return changed(request, db, case, change, "Core idea added.", focus=focus)


@router.post(CORE_IDEAS + "/undo")
def undo_last(request: Request, db: Db, form: Form, case: Code) -> Response:
    """Take back one's own last change of core ideas."""
    return changed(request, db, case, undo(db, case), "Taken back.", retarget=True)


@router.post(CORE_IDEAS + "/undo/{entry}")
def undo_one(request: Request, db: Db, form: Form, case: Code, entry: Id) -> Response:
    """Take back the change that a message names."""
    return changed(request, db, case, undo(db, case, number=entry), "Taken back.", retarget=True)


@router.post(CORE_IDEAS + "/redo")
def redo_last(request: Request, db: Db, form: Form, case: Code) -> Response:
    """Bring back what one's own last undo took away."""
    return changed(request, db, case, redo(db, case), "Brought back.", retarget=True)


@router.post(CORE_IDEAS + "/checks")
def choose_checks(request: Request, form: Form, case: See) -> Response:
    """Switch pieces of advice on or off in this browser."""
    response = see_other(request, f"{case.url}/core-ideas")
    keep_checks(response, form.texts("check"))
    return response


@router.post(CORE_IDEAS + "/domains/{domain}/absence")
def say_why(request: Request, db: Db, form: Form, case: Code, domain: Id) -> Response:
    """Say why a domain has no core idea, or take it back."""
    reason = absence_reason(form)
    unit = set_absence(db, case, domain_id=domain, reason=reason)
    said = f"No core idea here: {reason}." if reason else "The reason is taken back."
    return sections(
        request,
        db,
        replace(case, unit=unit),
        [domain],
        Toast(said),
        f"domain-{domain}",
        typed=form.raw("new_text"),
        focus=f"domain-{domain}-head",
    )


@router.post(IDEA)
def publish(request: Request, db: Db, form: Form, case: Code, idea: Id) -> Response:
    """Publish other words. Whatever stands in the way, what was typed is kept as a draft."""
    text, version = form.raw("text"), form.whole("version")
    try:
        change = reword(db, case, core_idea_id=idea, text=text, version=version)
    except NotFound:
        return gone(request, db, case, idea, domain_id=form.whole("in_domain", 0), text=text)
    except StepLocked as locked:
        keep_words(db, case, core_idea_id=idea, text=text, version=version)
        return answer(request, 409, f"{locked.message} What you typed is kept for you.")
    except (StaleEdit, Invalid) as error:
        return _refused(request, db, form, case, idea, error)
    return published(request, db, case, change, whole=form.has("whole"))


@router.post(IDEA + "/draft")
def keep_draft(request: Request, db: Db, form: Form, case: Code, idea: Id) -> Response:
    """Keep what is being typed, for the one who types."""
    version = form.whole("version")
    at = save_draft(db, case, core_idea_id=idea, text=form.raw("text"), version=version)
    return draft_kept(request, case, idea, at)


@router.post(IDEA + "/draft/removal")
def drop_draft(request: Request, db: Db, case: Code, idea: Id) -> Response:
    """Let one's own draft go: the published words stand."""
    discard_draft(db, case, core_idea_id=idea)
    return draft_dropped(request, db, case, idea)


@router.post(IDEA + "/raw-data")
def raw_data(request: Request, db: Db, form: Form, case: Code, idea: Id) -> Response:
    """Let a core idea rest on the ticked blocks, or on further ones as well."""

    def act(case: CaseContext, version: int) -> Change:
        if form.has("also"):
            return add_raw_data(db, case, core_idea_id=idea, block_ids=listed(form, "also"))
        return choose_raw_data(
            db,
            case,
            core_idea_id=idea,
            block_ids=form.numbers("block"),
            seen=listed(form, "seen"),
        )

    focus = f"core-idea-{idea}-raw-data"
    return _act(request, db, form, case, idea, act, "Raw data chosen.", focus)


@router.post(IDEA + "/order")
def order(request: Request, db: Db, form: Form, case: Code, idea: Id) -> Response:
    """Move a core idea up or down within its domain."""
    by = form.whole("by")

    def act(case: CaseContext, version: int) -> Change:
        return shift(db, case, core_idea_id=idea, by=by)

    said = "Moved up." if by < 0 else "Moved down."
    return _act(request, db, form, case, idea, act, said, f"core-idea-{idea}-change")


@router.post(IDEA + "/split")
def split_one(request: Request, db: Db, form: Form, case: Code, idea: Id) -> Response:
    """Make two or more of one, at the line breaks in its text."""
    parts, version = form.raw("text").splitlines(), form.whole("version")
    try:
        change = split(db, case, core_idea_id=idea, parts=parts, version=version)
    except (StaleEdit, Invalid) as error:
        return _refused(request, db, form, case, idea, error)
    said = f"Split into {len(change.after)}."
    focus = f"core-idea-{change.after[-1].id}-text"
    typed = form.raw("new_text")
    return changed(request, db, case, change, said, typed=typed, focus=focus)


@router.post(IDEA + "/merge")
def merge_two(request: Request, db: Db, form: Form, case: Code, idea: Id) -> Response:
    """Make one of two core ideas of a domain."""
    with_id = form.whole("with")

    def act(case: CaseContext, version: int) -> Change:
        return merge(db, case, core_idea_id=idea, with_id=with_id, version=version)

    return _act(request, db, form, case, idea, act, "Merged.")


@router.post(IDEA + "/move")
def move_one(request: Request, db: Db, form: Form, case: Code, idea: Id) -> Response:
    """Put a core idea, with its blocks, into another domain."""
    domain_id = form.whole("domain")

    def act(case: CaseContext, version: int) -> Change:
        return move(
            db, case, core_idea_id=idea, domain_id=domain_id, off_board=form.has("off_board")
        )

    return _act(request, db, form, case, idea, act, "Moved, with its raw data.")


@router.post(IDEA + "/removal")
def remove_one(request: Request, db: Db, form: Form, case: Code, idea: Id) -> Response:
    """Remove a core idea that stands on no board."""
    try:
        change = remove(db, case, core_idea_id=idea, version=form.whole("version"))
    except StaleEdit as error:
        return _refused(request, db, form, case, idea, error)
    typed = form.raw("new_text")
    focus = f"domain-{change.before[0].domain_id}-head"
    return changed(request, db, case, change, "Core idea removed.", typed=typed, focus=focus)


def _act(
    request: Request,
    db: Session,
    form: Posted,
    case: CaseContext,
    idea: int,
    act: Callable[[CaseContext, int], Change],
    said: str,
    focus: str = "",
) -> Response:
    """Publish what was typed in the same form, then act on that wording."""
    try:
        case, version = _publish_typed(db, form, case, idea)
        change = act(case, version)
    except (StaleEdit, Invalid) as error:
        return _refused(request, db, form, case, idea, error)
    focus = focus or f"core-idea-{change.after[0].id}-text"
    return changed(request, db, case, change, said, typed=form.raw("new_text"), focus=focus)


def _publish_typed(
    db: Session, form: Posted, case: CaseContext, idea: int
) -> tuple[CaseContext, int]:
    version = form.whole("version", 0)
    if not form.has("text"):
        return case, version
    typed = reword(db, case, core_idea_id=idea, text=form.raw("text"), version=version)
    return replace(case, unit=typed.unit), typed.after[0].version


def _refused(
    request: Request,
    db: Session,
    form: Posted,
    case: CaseContext,
    idea: int,
    error: StaleEdit | Invalid,
) -> Response:
    """Answer instead of raising, with what was typed kept: refused words are not lost."""
    status = 409 if isinstance(error, StaleEdit) else 422
    if form.raw("text").strip():
        keep = keep_words if isinstance(error, StaleEdit) else save_draft
        keep(db, case, core_idea_id=idea, text=form.raw("text"), version=form.whole("version", 0))
    return look_again(request, db, case, idea, error.message, status=status)
