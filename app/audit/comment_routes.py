"""The auditor's pages: read, comment, return."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.audit.commenting import Written, remove_comment, save_comment
from app.audit.guard import AuditContext, in_audit
from app.audit.planning import plan_of
from app.audit.reading import ABOUT, Reading, read_audit
from app.audit.service import return_audit
from app.audit.words import About, CommentType, Strength, Suggestion
from app.core_ideas.consensus_version import Item
from app.db import Db, guid
from app.errors import Conflict, Invalid, StaleEdit
from app.permissions import Action
from app.web.errors import status_of
from app.web.forms import Form, Posted
from app.web.templating import Toast, page, see_other

router = APIRouter()

AUDIT = "/studies/{study}/audits/{audit}"
Auditing = Annotated[AuditContext, Depends(in_audit(Action.AUDIT))]


def reading_page(
    request: Request,
    db: Session,
    audit: AuditContext,
    *,
    typed: Written | None = None,
    error: Invalid | Conflict | None = None,
) -> Response:
    """The version to read, with one's comments; `?on=GUID` opens the form of a comment."""
    number = request.query_params.get("round", "")
    reading = read_audit(db, audit, number=int(number) if number.isdecimal() else None)
    on, change = request.query_params.get("on"), request.query_params.get("change")
    opened = _opened(reading, audit, on, change) if typed is None else typed
    view: dict[str, Any] = {
        "audit": audit,
        "shows_names": plan_of(db, audit.study.id).shows_names,
        "reading": reading,
        "mine": reading.mine(audit.study.me.id),
        "may_comment": audit.may_comment and reading.round.id == audit.round.id,
        "open": opened,
        "open_item": reading.item(opened.item) if opened else None,
        "version": _version_of(reading, opened),
        "quote": request.query_params.get("quote", "")[:500],
        "message": error.message if error else "",
        "fields": error.fields if isinstance(error, Invalid) else {},
    }
    return page(request, "audit/read.html", status=status_of(error) if error else 200, **view)


def _opened(
    reading: Reading, audit: AuditContext, on: str | None, change: str | None
) -> Written | None:
    """What the form shows: a new comment on an item, or one of one's own again."""
    for comment in reading.mine(audit.study.me.id):
        if comment.guid == change:
            return Written(
                comment.guid,
                comment.about,
                comment.item,
                comment.number,
                comment.quote,
                comment.type,
                comment.text,
                comment.strength,
                comment.suggests,
                comment.suggestion,
            )
    if on is None:
        return None
    item = reading.item(on)
    about = ABOUT.get(item.kind, About.WHOLE)
    fitting = CommentType.TITLE if item.kind in ("domain", "category") else CommentType.WORDING
    return Written(guid(), about, on, item.number, "", fitting, "", Strength.SHOULD)


def _version_of(reading: Reading, opened: Written | None) -> int:
    known = {comment.guid: comment.version for comment in reading.comments}
    return known.get(opened.guid, 0) if opened else 0


@router.post(AUDIT + "/comments")
def comment_on(request: Request, db: Db, form: Form, audit: Auditing) -> Response:
    """Keep a comment; sent again (as autosave does) it changes the same one."""
    reading = read_audit(db, audit)
    item = reading.item(form.text("item"))
    written = written_in(form, item)
    try:
        save_comment(db, audit, written, version=form.whole("version", 0))
    except (Invalid, StaleEdit) as error:
        return reading_page(request, db, audit, typed=written, error=error)
    place = f"item-{item.guid}" if item.guid else "whole"
    return see_other(request, f"{audit.url}#{place}", Toast("Comment kept. Nobody sees it yet."))


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
    suggestion = _suggestion(form, suggests)
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


def _suggestion(form: Posted, suggests: Suggestion | None) -> dict[str, Any] | None:
    if suggests is Suggestion.WORDING and form.text("wording"):
        return {"text": form.text("wording")}
    if suggests is Suggestion.MOVE and form.text("move_to"):
        return {"to": form.text("move_to")}
    if suggests is Suggestion.MERGE and form.text("merge_with"):
        return {"with": form.text("merge_with")}
    if suggests is Suggestion.SPLIT:
        parts = [part.strip() for part in form.raw("parts").split("\n") if part.strip()]
        return {"parts": parts} if len(parts) > 1 else None
    return None


@router.post(AUDIT + "/comments/{comment}/removal")
def take_away(request: Request, db: Db, form: Form, audit: Auditing, comment: str) -> Response:
    """Take one's own comment away before returning."""
    remove_comment(db, audit, guid=comment)
    return see_other(request, audit.url, Toast("Comment taken away."))


@router.post(AUDIT + "/return")
def give_back(request: Request, db: Db, form: Form, audit: Auditing) -> Response:
    """Return one's audit, with the comments written or, deliberately, with none."""
    try:
        handed_over = return_audit(
            db,
            audit.scene,
            audit_id=audit.id,
            without_comments=form.has("without_comments"),
            seen=form.whole("seen", 0),
        )
    except (Invalid, Conflict) as error:
        return reading_page(request, db, audit, error=error)
    said = (
        "Your audit is returned. The team responds next."
        if handed_over
        else "Your audit is returned. The team sees it when all auditors have returned theirs."
    )
    return see_other(request, audit.url, Toast(said))
