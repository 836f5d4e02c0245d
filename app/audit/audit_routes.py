"""One audit: the auditor reads, the team responds, a further round."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.audit.comment_routes import reading_page
from app.audit.guard import AuditContext, in_audit
from app.audit.planning import plan_of
from app.audit.reading import Reading, read_audit
from app.audit.responding import answer, decide
from app.audit.service import ask_for_a_further_round, close_if_done
from app.audit.transcript import case_text
from app.audit.words import Decision, Verdict
from app.consensus.rules import State
from app.db import Db
from app.errors import Conflict, Invalid, StaleEdit
from app.permissions import Action, Role
from app.web.errors import status_of
from app.web.forms import Form
from app.web.templating import Toast, page, see_other

router = APIRouter()

AUDIT = "/studies/{study}/audits/{audit}"
Seeing = Annotated[AuditContext, Depends(in_audit(Action.SEE_AUDIT))]
Auditing = Annotated[AuditContext, Depends(in_audit(Action.AUDIT))]
Responding = Annotated[AuditContext, Depends(in_audit(Action.RESPOND))]
Requesting = Annotated[AuditContext, Depends(in_audit(Action.REQUEST_AUDIT))]


@router.get(AUDIT)
def see_audit(request: Request, db: Db, audit: Seeing) -> Response:
    """For an auditor the version to read, for the team the comments to respond to."""
    if audit.may_comment or not audit.study.roles & {Role.PI, Role.JUDGE}:
        return reading_page(request, db, audit)
    return _team_page(request, db, audit)


@router.get(AUDIT + "/transcript")
def transcript(request: Request, db: Db, audit: Seeing) -> Response:
    """The transcript of what is audited; for a board `?case=P07` says whose."""
    text = case_text(db, audit, request.query_params.get("case", ""))
    return page(request, "audit/transcript.html", audit=audit, text=text)


def _team_page(
    request: Request,
    db: Session,
    audit: AuditContext,
    *,
    guid: str = "",
    typed: dict[str, Any] | None = None,
    error: Invalid | Conflict | None = None,
) -> Response:
    number = request.query_params.get("round", "")
    reading = read_audit(db, audit, number=int(number) if number.isdecimal() else None)
    comments = list(reading.in_order())
    return page(
        request,
        "audit/respond.html",
        status=status_of(error) if error else 200,
        audit=audit,
        reading=reading,
        groups=_groups(reading),
        undecided=sum(comment.is_undecided for comment in comments),
        total=len(comments),
        may_respond=audit.may_respond and reading.round.id == audit.round.id,
        may_ask_again=_may_ask_again(audit),
        plan=plan_of(db, audit.study.id),
        refused=guid,
        typed=typed or {},
        message=error.message if error else "",
    )


def _may_ask_again(audit: AuditContext) -> bool:
    """Is a further round possible, and this person's to ask for?"""
    is_done = audit.state is State.CLOSED and not audit.is_over
    return is_done and audit.can(Action.REQUEST_AUDIT)


def _groups(reading: Reading) -> list[tuple[str, str, list[Any]]]:
    """The comments by item, in the order of the document: guid, words, comments."""
    found: list[tuple[str, str, list[Any]]] = []
    for comment in reading.in_order():
        if found and found[-1][0] == comment.item:
            found[-1][2].append(comment)
        else:
            words = f"{comment.about} {comment.number}".strip().capitalize()
            found.append((comment.item, words, [comment]))
    return found


@router.post(AUDIT + "/comments/{comment}/response")
def respond(request: Request, db: Db, form: Form, audit: Responding, comment: str) -> Response:
    """Decide a comment; `apply` also makes the change it suggests."""
    try:
        decision = Decision(form.text("decision"))
    except ValueError:
        raise Invalid("Choose one of the decisions.") from None
    try:
        held_up = decide(
            db,
            audit,
            guid=comment,
            decision=decision,
            reason=form.raw("reason"),
            turns=form.text("turns"),
            version=form.whole("version", 0),
            applies=request.query_params.get("how") == "apply",
        )
    except (Invalid, StaleEdit, Conflict) as error:
        typed = {"reason": form.raw("reason"), "turns": form.text("turns")}
        return _team_page(request, db, audit, guid=comment, typed=typed, error=error)
    said = f"{decision.value.capitalize()}." + ("" if held_up else " The audit is closed.")
    return see_other(request, f"{audit.url}#comment-{comment}", Toast(said))


@router.post(AUDIT + "/close")
def close(request: Request, db: Db, form: Form, audit: Responding) -> Response:
    """Close an audit in which nothing is left to decide, for instance one without comments."""
    held_up = close_if_done(db, audit.scene, audit.id)
    if held_up:
        raise Conflict(f"The audit of {audit.name} cannot be closed yet: {held_up}.")
    return see_other(request, audit.url, Toast("The audit is closed."))


@router.post(AUDIT + "/rounds")
def next_round(request: Request, db: Db, form: Form, audit: Requesting) -> Response:
    """Ask the auditors of the last round to look again."""
    auditors = [part.account_id for part in audit.round.parts]
    ask_for_a_further_round(db, audit.scene, audit_id=audit.id, auditors=auditors)
    return see_other(request, audit.url, Toast("A further round has begun."))


@router.post(AUDIT + "/comments/{comment}/answer")
def answer_response(
    request: Request, db: Db, form: Form, audit: Auditing, comment: str
) -> Response:
    """The auditor is satisfied, or contests the response."""
    try:
        verdict = Verdict(form.text("verdict"))
    except ValueError:
        raise Invalid("Choose whether you are satisfied or contest it.") from None
    answer(db, audit, guid=comment, verdict=verdict, text=form.raw("text"))
    return see_other(request, audit.url, Toast("Your answer is with the team."))
