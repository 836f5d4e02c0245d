"""The auditor's pages: read, comment, return."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.audit.auditor_page import asked_by, auditor_page, was_reopened
from app.audit.commenting import Written, save_comment
from app.audit.guard import AuditContext, in_audit
from app.audit.kept_comments import (
    bring_back,
    choose,
    forget_what_was_taken_away,
    keep_both,
    save_draft,
    suggestion_of,
    take_away,
)
from app.audit.meanwhile import since_read
from app.audit.moving import hold
from app.audit.reading import ABOUT, read_audit
from app.audit.service import return_audit
from app.audit.words import About, CommentType, Strength, Suggestion
from app.core_ideas.consensus_version import Item
from app.db import Db, guid
from app.errors import Conflict, Invalid, StaleEdit, StepLocked
from app.permissions import Action
from app.web.errors import status_of
from app.web.forms import Form, Posted
from app.web.templating import Toast, is_fragment, page, see_other

router = APIRouter()

AUDIT = "/studies/{study}/audits/{audit}"
PAGE = "audit/read.html"
Auditing = Annotated[AuditContext, Depends(in_audit(Action.AUDIT))]


def reading_page(
    request: Request,
    db: Session,
    audit: AuditContext,
    *,
    fragment: str = "comment_place",
    typed: Written | None = None,
    about: str = "",
    said: str = "",
    error: Invalid | Conflict | None = None,
    toast: Toast | None = None,
) -> Response:
    """The version to read, with one's comments.

    `?on=GUID` opens the form of a comment, `?change=GUID` that of one's own; `?all=1` shows all of
    a further round. `typed` is what stands in the form after a refusal or a save, `about` the item
    whose line is drawn anew, `said` what stands beside the form.
    """
    view = auditor_page(
        db,
        audit,
        asked_by(request.query_params),
        typed=typed,
        about=about,
        said=said,
        message=error.message if error else "",
        fields=error.fields if isinstance(error, Invalid) else {},
    )
    status = status_of(error) if error else 200
    return page(request, PAGE, fragment, status=status, toast=toast, view=view)


@router.post(AUDIT + "/comments")
def comment_on(request: Request, db: Db, form: Form, audit: Auditing) -> Response:
    """Keep a comment; sent again it changes the same one. `?draft=1` while it is being typed."""
    reading = read_audit(db, audit)
    item = reading.item(form.text("item"), form.text("number"))
    written = written_in(form, item)
    if form.has("keep_theirs"):
        choose(db, audit, guid=written.guid)
        return _kept(request, db, audit, item, "The words of the other window are kept.")
    is_draft = "draft" in request.query_params and is_fragment(request)
    try:
        if is_draft:
            saved = save_draft(db, audit, written, version=form.whole("version", 0))
            return reading_page(
                request,
                db,
                audit,
                fragment="saved",
                typed=written,
                about=item.guid,
                said="" if saved.version else "Empty, so it is not kept.",
                toast=_emptied(audit, written.guid) if saved.is_emptied else None,
            )
        save_comment(db, audit, written, version=form.whole("version", 0))
        choose(db, audit, guid=written.guid)
    except StaleEdit as stale:
        keep_both(db, audit, guid=written.guid, stale=stale)
        answer = reading_page(request, db, audit, typed=written, error=stale)
        answer.headers["HX-Retarget"] = "#comment-place"
        return answer
    except Invalid as error:
        fragment = "saved" if is_draft else "comment_place"
        return reading_page(request, db, audit, fragment=fragment, typed=written, error=error)
    return _kept(request, db, audit, item, "Comment kept. Nobody sees it yet.")


def _emptied(audit: AuditContext, guid: str) -> Toast:
    """It brings the last words back into the form."""
    undo = f"{audit.url}/comments/{guid}/restoration?change=1"
    return Toast("The comment is empty, so it was taken away.", undo=undo)


def _kept(request: Request, db: Db, audit: AuditContext, item: Item, said: str) -> Response:
    if is_fragment(request):
        toast = Toast(said)
        return reading_page(request, db, audit, fragment="changed", about=item.guid, toast=toast)
    place = f"item-{item.guid}" if item.guid else "whole"
    return see_other(request, f"{audit.url}#{place}", Toast(said))


def written_in(form: Posted, item: Item) -> Written:
    """What was typed into a comment's form. Raises `Invalid` for a choice that is none."""
    try:
        type_ = CommentType(form.text("type"))
        strength = Strength(form.text("strength") or Strength.SHOULD)
        suggests = Suggestion(form.text("suggests")) if form.text("suggests") else None
    except ValueError:
        raise Invalid(
            "Choose the type of the comment from the list.", {"type": "Choose."}
        ) from None
    wording = form.text("wording")
    suggestion = suggestion_of(
        suggests,
        wording="" if wording == item.text else wording,
        move_to=form.text("move_to"),
        merge_with=form.text("merge_with"),
        parts=form.raw("parts"),
    )
    return Written(
        form.text("guid")[:36] or guid(),
        ABOUT.get(item.kind, About.WHOLE),
        item.guid,
        item.number,
        form.text("quote")[:500],
        type_,
        form.raw("text"),
        strength,
        suggests if suggestion else None,
        suggestion,
    )


@router.post(AUDIT + "/comments/{comment}/removal")
def remove(request: Request, db: Db, form: Form, audit: Auditing, comment: str) -> Response:
    """Take one's own comment away before returning; the message brings it back."""
    item = take_away(db, audit, guid=comment)
    undo = f"{audit.url}/comments/{comment}/restoration" if item is not None else None
    toast = Toast("Comment taken away.", undo=undo)
    if is_fragment(request):
        return reading_page(request, db, audit, fragment="changed", about=item or "", toast=toast)
    return see_other(request, audit.url, toast)


@router.post(AUDIT + "/comments/{comment}/restoration")
def restore(request: Request, db: Db, form: Form, audit: Auditing, comment: str) -> Response:
    """Bring back a comment that was taken away; with `?change=1` into its form, to go on there."""
    back = bring_back(db, audit, guid=comment)
    toast = Toast("The comment is back.")
    if "change" in request.query_params:
        return see_other(request, f"{audit.url}?change={back.guid}#comment-form", toast)
    if is_fragment(request):
        return reading_page(request, db, audit, fragment="changed", about=back.item, toast=toast)
    place = f"item-{back.item}" if back.item else "whole"
    return see_other(request, f"{audit.url}#{place}", toast)


@router.post(AUDIT + "/return")
def give_back(request: Request, db: Db, form: Form, audit: Auditing) -> Response:
    """Return one's audit, with the comments written or, deliberately, with none.

    What changed since it was frozen is listed first: `meanwhile` is what of it was on the page.
    """
    try:
        hold(db, audit.id)
        _check_still_open(audit)
        meanwhile = since_read(db, audit, read_audit(db, audit))
        if meanwhile.changes and meanwhile.seal != form.text("meanwhile"):
            raise Conflict(
                f"The team corrected {audit.name} since you opened this page. What changed is "
                "listed below; look at it, then return your audit."
            )
        handed_over = return_audit(
            db,
            audit.scene,
            audit_id=audit.id,
            without_comments=form.has("without_comments"),
            seen=form.whole("seen", 0),
        )
        forget_what_was_taken_away(db, audit)
    except (Invalid, Conflict) as error:
        return reading_page(request, db, audit, error=error)
    said = (
        "Your audit is returned. The team responds next."
        if handed_over
        else "Your audit is returned. The team sees it when all auditors have returned theirs."
    )
    return see_other(request, audit.url, Toast(said))


def _check_still_open(audit: AuditContext) -> None:
    if was_reopened(audit):
        raise StepLocked(
            f"The team reopened {audit.name}, so this audit ended before you returned it. When it "
            "is agreed again, the new version goes to its auditors; your comments stay readable."
        )
