"""One audit: the auditor reads, the team responds, a further round."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.audit.comment_routes import reading_page
from app.audit.guard import AuditContext, in_audit, load_audit
from app.audit.kinds import AuditedBoard, AuditedCase
from app.audit.moving import hold
from app.audit.responding import answer, decide, make_change
from app.audit.service import ask_for_a_further_round, close_if_done
from app.audit.team_page import content_of, team_page
from app.audit.transcript import case_text
from app.audit.words import Decision, Verdict
from app.consensus.rules import State
from app.consensus.service import agree
from app.db import Db
from app.errors import Conflict, Invalid, StaleEdit
from app.permissions import Action, Role
from app.web.errors import status_of
from app.web.forms import Form
from app.web.templating import Toast, is_fragment, page, plural, see_other

router = APIRouter()

AUDIT = "/studies/{study}/audits/{audit}"
Seeing = Annotated[AuditContext, Depends(in_audit(Action.SEE_AUDIT))]
Auditing = Annotated[AuditContext, Depends(in_audit(Action.AUDIT))]
Responding = Annotated[AuditContext, Depends(in_audit(Action.RESPOND))]
KeepingList = Annotated[AuditContext, Depends(in_audit(Action.EDIT_DOMAIN_LIST))]
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
    at: str = "",
    typed: dict[str, str] | None = None,
    error: Invalid | Conflict | None = None,
    toast: Toast | None = None,
) -> Response:
    """The whole page, or for htmx the card of the comment `at` and what it changes around it."""
    number = request.query_params.get("round", "")
    view = team_page(
        db,
        audit,
        number=int(number) if number.isdecimal() else None,
        refused=at if error else "",
        typed=typed,
        message=error.message if error else "",
        at=at,
    )
    status = status_of(error) if error else 200
    fragment = "decided" if view.card else None
    return page(request, "audit/respond.html", fragment, status=status, toast=toast, view=view)


@router.post(AUDIT + "/comments/{comment}/response")
def respond(request: Request, db: Db, form: Form, audit: Responding, comment: str) -> Response:
    """Decide a comment; `apply` also makes the change it suggests.

    With the box `take_back` a change that was made is taken back where it is not accepted now.
    """
    try:
        decision = Decision(form.text("decision"))
    except ValueError:
        raise Invalid("Choose one of the decisions.") from None
    try:
        decided = decide(
            db,
            audit,
            guid=comment,
            decision=decision,
            reason=form.raw("reason"),
            turns=form.text("turns"),
            version=form.whole("version", 0),
            applies=request.query_params.get("how") == "apply",
            takes_back=form.has("take_back"),
        )
    except (Invalid, StaleEdit, Conflict) as error:
        db.rollback()  # what a suggestion had begun to change
        typed = {"reason": form.raw("reason"), "turns": form.text("turns")}
        return _team_page(request, db, audit, at=comment, typed=typed, error=error)
    said = [f"{decision.value.capitalize()}."]
    said += ["What was applied is changed back."] if decided.is_taken_back else []
    said += [] if decided.held_up else ["The audit is closed."]
    toast = Toast(" ".join(said))
    if decided.held_up and is_fragment(request):
        now = load_audit(db, audit.study, audit.id)
        return _team_page(request, db, now, at=comment, toast=toast)
    place = "" if is_fragment(request) else f"#comment-{comment}"
    return see_other(request, audit.url + place, toast)


@router.post(AUDIT + "/comments/{comment}/change")
def make(request: Request, db: Db, form: Form, audit: KeepingList, comment: str) -> Response:
    """The PI makes a change of the domain list that the judges accepted."""
    make_change(db, audit, guid=comment)
    return see_other(
        request, f"{audit.url}#comment-{comment}", Toast("The domain list is changed.")
    )


@router.post(AUDIT + "/agreement")
def agree_to_responses(request: Request, db: Db, form: Form, audit: Responding) -> Response:
    """A judge agrees to what was changed in answer; the last one closes the audit."""
    if not isinstance(audit.item, AuditedCase | AuditedBoard):
        raise Conflict("A domain list is not signed. Close its audit when all is decided.")
    try:
        view = team_page(db, audit)
        if view.undecided:
            raise Conflict(
                f"{plural(view.undecided, 'comment is', 'comments are')} still open. Agree when "
                "the team has decided all of them."
            )
        content = form.whole("content", 0)
        state = agree(db, audit.scene, audit.item.unit, content=content, what=audit.name)
    except Conflict as error:
        return _team_page(request, db, audit, error=error)
    said = "You agreed to the responses."
    is_last = state is State.CLOSED
    return see_other(request, audit.url, Toast(f"{said} The audit is closed." if is_last else said))


@router.post(AUDIT + "/close")
def close(request: Request, db: Db, form: Form, audit: Responding) -> Response:
    """Close an audit in which nothing is left to decide, for instance one without comments."""
    hold(db, audit.id)
    if content_of(db, load_audit(db, audit.study, audit.id)) != form.whole("content", 0):
        error = Conflict(
            f"{audit.name} was changed after you opened this page. What changed is listed below; "
            "look at it, then close the audit."
        )
        return _team_page(request, db, load_audit(db, audit.study, audit.id), error=error)
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
