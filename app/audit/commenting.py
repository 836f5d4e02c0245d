"""An auditor's comments: they save themselves, and nobody else sees them before the return."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.accounts.models import Account
from app.accounts.sessions import initials
from app.audit.guard import AuditContext
from app.audit.models import Answer, AuditReturn, AuditRound, Comment, Response
from app.audit.words import About, CommentType, Decision, Strength, Suggestion, Verdict
from app.consensus.rules import State
from app.consensus.service import lock_unit
from app.db import now, run
from app.errors import Forbidden, Invalid, NotFound, StaleEdit, StepLocked, Versions

LONGEST_COMMENT = 5_000


@dataclass(frozen=True)
class ResponseView:
    """What the team decided on a comment."""

    decision: Decision
    reason: str
    turns: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    by: str
    at: datetime
    version: int


@dataclass(frozen=True)
class AnswerView:
    """What an auditor says to the response."""

    by: str
    verdict: Verdict
    text: str


@dataclass(frozen=True)
class CommentView:
    """A comment as its auditor wrote it, with the team's response where there is one."""

    id: int
    guid: str
    round_id: int
    account_id: int
    by: str
    about: About
    item: str
    number: str
    quote: str
    type: CommentType
    text: str
    suggests: Suggestion | None
    suggestion: dict[str, Any] | None
    strength: Strength
    version: int
    response: ResponseView | None = None
    answers: tuple[AnswerView, ...] = ()

    @property
    def name(self) -> str:
        """For the avatar."""
        return self.by

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        return initials(self.by)

    @property
    def is_undecided(self) -> bool:
        """Has the team still to decide it?"""
        return self.response is None or self.response.decision is Decision.DEFERRED


@dataclass(frozen=True)
class Written:
    """What an auditor typed into the form of a comment."""

    guid: str
    about: About
    item: str
    number: str
    quote: str
    type: CommentType
    text: str
    strength: Strength
    suggests: Suggestion | None = None
    suggestion: dict[str, Any] | None = None


def save_comment(db: Session, audit: AuditContext, written: Written, *, version: int) -> Comment:
    """Keep a comment as it is typed: the first save makes it, later ones change it.

    It goes into no trail before the audit is returned, so that nobody can count it. Raises
    `StepLocked` once this person's audit is returned, `StaleEdit` where the same auditor saved it
    in another window meanwhile, `Invalid` where there is nothing in it or too much.
    """
    _hold(db, audit)
    if not written.text.strip() and written.suggestion is None:
        sentence = "Say what you mean, or suggest a change; an empty comment is not kept."
        raise Invalid(sentence, {"text": sentence})
    if len(written.text) > LONGEST_COMMENT:
        sentence = f"A comment has at most {LONGEST_COMMENT:,} characters; make it two."
        raise Invalid(sentence, {"text": sentence})
    comment = _own(db, audit, written.guid)
    if comment is None:
        comment = Comment(
            guid=written.guid,
            round_id=audit.round.id,
            account_id=audit.study.me.id,
            about=written.about,
            type=written.type,
        )
    elif comment.version != version:
        raise StaleEdit(
            "You changed this comment in another window meanwhile. Nothing was changed now.",
            Versions(
                base="",
                theirs=comment.text,
                mine=written.text,
                theirs_by=audit.study.me.name,
                version=comment.version,
            ),
        )
    else:
        comment.version += 1
    comment.about, comment.item, comment.number = written.about, written.item, written.number
    comment.quote, comment.type, comment.text = written.quote, written.type, written.text.strip()
    comment.strength, comment.suggests = written.strength, written.suggests
    comment.suggestion, comment.changed_at = written.suggestion, now()
    db.add(comment)
    db.flush()
    return comment


def remove_comment(db: Session, audit: AuditContext, *, guid: str) -> None:
    """Take a comment of one's own away before returning; one that is gone stays gone."""
    _hold(db, audit)
    comment = _own(db, audit, guid)
    if comment is not None:
        db.delete(comment)
        db.flush()


def _hold(db: Session, audit: AuditContext) -> None:
    """Take the unit's row; raise unless this person's audit of the newest round is open."""
    row = lock_unit(db, audit.unit.id)
    part = db.exec(
        select(AuditReturn)
        .where(AuditReturn.round_id == audit.round.id, AuditReturn.account_id == audit.study.me.id)
        .execution_options(populate_existing=True)
    ).first()
    if part is None:
        raise Forbidden(f"You were not asked to audit {audit.name} in this round.")
    if part.returned_at is not None or row.state is not State.IN_AUDIT:
        raise StepLocked(
            f"You have returned your audit of {audit.name}, so your comments stay as they are. "
            "You can answer to the team's responses."
        )
    if part.opened_at is None:
        part.opened_at = now()
        db.add(part)


def _own(db: Session, audit: AuditContext, guid: str) -> Comment | None:
    found = db.exec(
        select(Comment).where(Comment.guid == guid).execution_options(populate_existing=True)
    ).first()
    if found is None:
        return None
    if found.account_id != audit.study.me.id or found.round_id != audit.round.id:
        raise NotFound("There is no such comment of yours in this audit.")
    return found


_VISIBLE = sa.or_(
    col(Comment.account_id) == sa.bindparam("me"), col(AuditRound.returned_at).is_not(None)
)
_decider = sa.orm.aliased(Account)
_COMMENT: tuple[Any, ...] = (
    col(Comment.id),
    col(Comment.guid),
    col(Comment.round_id),
    col(Comment.account_id),
    col(Account.name).label("by"),
    col(Comment.about),
    col(Comment.item),
    col(Comment.number),
    col(Comment.quote),
    col(Comment.type),
    col(Comment.text),
    col(Comment.suggests),
    col(Comment.suggestion),
    col(Comment.strength),
    col(Comment.version),
)
_RESPONSE: tuple[Any, ...] = (
    col(Response.decision),
    col(Response.reason),
    col(Response.turns),
    col(Response.before),
    col(Response.after),
    col(_decider.name),
    col(Response.decided_at),
    col(Response.version),
)
COMMENTS = (
    sa.select(*_COMMENT, *_RESPONSE)
    .join(AuditRound, col(AuditRound.id) == col(Comment.round_id))
    .join(Account, col(Account.id) == col(Comment.account_id))
    .join(Response, col(Response.comment_id) == col(Comment.id), isouter=True)
    .join(_decider, col(_decider.id) == col(Response.decided_by), isouter=True)
    .where(col(AuditRound.audit_id) == sa.bindparam("audit"), _VISIBLE)
    .order_by(col(AuditRound.number), col(Comment.made_at), col(Comment.id))
)
ANSWERS = (
    sa.select(col(Answer.comment_id), col(Account.name), col(Answer.verdict), col(Answer.text))
    .join(Account, col(Account.id) == col(Answer.account_id))
    .join(Comment, col(Comment.id) == col(Answer.comment_id))
    .join(AuditRound, col(AuditRound.id) == col(Comment.round_id))
    .where(col(AuditRound.audit_id) == sa.bindparam("audit"))
    .order_by(col(Account.name))
)


def comments_of(db: Session, audit: AuditContext) -> Sequence[CommentView]:
    """The comments this person may see, all rounds, in two statements.

    One's own, and those of a round that all its auditors have returned; so co-auditors read apart,
    and the team learns nothing before.
    """
    answers: dict[int, list[AnswerView]] = {}
    for comment_id, *answer in run(db, ANSWERS, {"audit": audit.id}):
        answers.setdefault(comment_id, []).append(AnswerView(*answer))
    rows = run(db, COMMENTS, {"audit": audit.id, "me": audit.study.me.id})
    found = []
    for row in rows:
        said = CommentView(*row[: len(_COMMENT)])
        response = ResponseView(*row[len(_COMMENT) :]) if row[len(_COMMENT)] else None
        found.append(replace(said, response=response, answers=tuple(answers.get(said.id, ()))))
    return found
