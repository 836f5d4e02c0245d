"""The team's response: every comment is accepted, accepted in part, rejected, noted or deferred."""

from dataclasses import dataclass

from sqlmodel import Session, select

from app.audit.applying import Effect, apply
from app.audit.commenting import CommentView, comments_of
from app.audit.guard import AuditContext
from app.audit.models import Answer, Response
from app.audit.moving import hold
from app.audit.rules import missing_reason
from app.audit.service import close_if_done
from app.audit.taking_back import APPLIED, made_since, take_back
from app.audit.words import Decision, Verdict
from app.consensus.meetings import open_meeting
from app.consensus.rules import State
from app.db import now
from app.errors import Forbidden, Invalid, NotFound, StaleEdit, StepLocked, Versions
from app.trail.own import newest_number
from app.trail.service import record

TAKEN = frozenset({Decision.ACCEPTED, Decision.IN_PART})
TAKE_BACK = "take back what was changed for a comment"


@dataclass(frozen=True)
class Decided:
    """What still holds the audit up, in words, and whether what was applied is changed back."""

    held_up: str
    is_taken_back: bool


def decide(
    db: Session,
    audit: AuditContext,
    *,
    guid: str,
    decision: Decision,
    reason: str = "",
    turns: str = "",
    version: int = 0,
    applies: bool = False,
    takes_back: bool = False,
) -> Decided:
    """Respond to a comment; with `applies` the change it suggests is made as well.

    With `takes_back` a change that was made is taken back where the comment is not accepted now.

    `version` is that of the response that was on the page (0: none). The decision can be changed
    until the audit closes, which it does with the last one where nothing was changed. Raises
    `Invalid` at the field `reason` where one is needed, `StaleEdit` where a colleague responded
    meanwhile, `Conflict` where what is to be taken back was changed again since, `StepLocked` where
    it is not with the team.
    """
    _, held = hold(db, audit.id)
    if held.state is not State.RESPONDING:
        raise StepLocked(f"The audit of {audit.name} is {held.state}: there is nothing to decide.")
    comment = _comment(db, audit, guid)
    _check_unseen(comment, version, reason)
    lacking = missing_reason(decision, reason)
    if lacking:
        raise Invalid(lacking, {"reason": lacking})
    effect, made = None, list[int]()
    if applies and decision in TAKEN:
        effect, made = _apply(db, audit, comment)
    response = db.exec(select(Response).where(Response.comment_id == comment.id)).first()
    before = {"decision": response.decision.value, "reason": response.reason} if response else None
    me = audit.study.me.id
    response = response or Response(comment_id=comment.id, decision=decision, decided_by=me)
    is_taken_back = takes_back and decision not in TAKEN and response.after is not None
    if is_taken_back:
        _take_back(db, audit, comment, response)
    response.version = version + 1
    response.decision, response.reason = decision, reason.strip()
    response.turns, response.decided_by, response.decided_at = turns.strip(), me, now()
    response.meeting_id = open_meeting(db, audit.study.id, me)
    if effect is not None:
        response.before, response.after = effect.before, effect.after
    db.add(response)
    db.flush()
    record(
        db,
        audit.scene,
        "respond to a comment",
        item=response,
        before=before,
        after={"comment": comment.id, "decision": decision.value, "reason": response.reason}
        | ({APPLIED: made} if effect else {}),
    )
    return Decided(close_if_done(db, audit.scene, audit.id), is_taken_back)


def _apply(db: Session, audit: AuditContext, comment: CommentView) -> tuple[Effect, list[int]]:
    """Make the change; returns it in words, and the entries of the trail to take it back by."""
    before = newest_number(db, audit.scene)
    effect = apply(db, audit, comment)
    return effect, made_since(db, audit, comment, before)


def _take_back(db: Session, audit: AuditContext, comment: CommentView, response: Response) -> None:
    """What was applied is as it was before, and there is something to accept again."""
    taken = take_back(db, audit, comment)
    was, became = response.before, response.after
    response.before = response.after = None
    after = {"comment": comment.id, "taken_back": list(taken.numbers)} | (was or {})
    record(db, audit.scene, TAKE_BACK, item=response, before=became, after=after)


def make_change(db: Session, audit: AuditContext, *, guid: str) -> None:
    """Make a change that judges accepted and may not make themselves: the PI keeps the list.

    Raises `Invalid` where there is nothing accepted to make or it is made already, `Forbidden` for
    who may not change what is audited, and what making it raises.
    """
    hold(db, audit.id)
    comment = next((each for each in comments_of(db, audit) if each.guid == guid), None)
    if comment is None:
        raise NotFound("There is no such comment in this audit.")
    given = comment.response
    if given is None or given.decision not in TAKEN or given.after is not None:
        raise Invalid("There is no accepted change here that is still to be made.")
    if comment.suggests is None or not audit.may_make(comment.suggests):
        raise Forbidden("What is accepted here is made by its judges, as they decide on it.")
    effect, made = _apply(db, audit, comment)
    response = db.exec(select(Response).where(Response.comment_id == comment.id)).one()
    response.before, response.after = effect.before, effect.after
    response.version += 1
    db.add(response)
    db.flush()
    record(
        db,
        audit.scene,
        "make an accepted change",
        item=response,
        before=effect.before,
        after=effect.after | {APPLIED: made},
    )


def _comment(db: Session, audit: AuditContext, guid: str) -> CommentView:
    found = next((each for each in comments_of(db, audit) if each.guid == guid), None)
    if found is None or found.round_id != audit.round.id:
        raise NotFound("There is no such comment in this round. Load the page again.")
    return found


def _check_unseen(comment: CommentView, version: int, reason: str) -> None:
    present = comment.response
    if (present.version if present else 0) == version:
        return
    assert present is not None
    raise StaleEdit(
        f"{present.by} responded to this comment meanwhile: it is {present.decision}. Nothing was "
        "changed now; what you typed is still here.",
        Versions(
            base="",
            theirs=present.reason,
            mine=reason,
            theirs_by=present.by,
            version=present.version,
        ),
    )


def answer(db: Session, audit: AuditContext, *, guid: str, verdict: Verdict, text: str) -> None:
    """An auditor answers to the response to a comment of theirs; it holds up nothing.

    Raises `Forbidden` for a comment of another, `Invalid` before there is a response.
    """
    comment = next((each for each in comments_of(db, audit) if each.guid == guid), None)
    if comment is None:
        raise NotFound("There is no such comment in this audit.")
    if comment.account_id != audit.study.me.id:
        raise Forbidden("You answer to the responses to your own comments.")
    if comment.response is None:
        raise Invalid("The team has not responded to this comment yet.")
    found = db.exec(
        select(Answer).where(
            Answer.comment_id == comment.id, Answer.account_id == audit.study.me.id
        )
    ).first()
    found = found or Answer(comment_id=comment.id, account_id=audit.study.me.id, verdict=verdict)
    found.verdict, found.text, found.answered_at = verdict, text.strip(), now()
    db.add(found)
    db.flush()
    after = {"comment": comment.id, "verdict": verdict.value}
    record(db, audit.scene, "answer to a response", item=found, after=after)
