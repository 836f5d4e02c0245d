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
from app.audit.models import Answer, AuditPlan, AuditReturn, AuditRound, Comment, Response
from app.audit.moving import hold
from app.audit.words import About, CommentType, Decision, Strength, Suggestion, Verdict
from app.consensus.models import Attendance, Meeting
from app.consensus.rules import State
from app.db import now, run
from app.errors import Forbidden, Invalid, NotFound, StaleEdit, StepLocked, Versions
from app.permissions import Role
from app.studies.guard import StudyContext

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
    meeting_id: int | None = None
    met_at: datetime | None = None
    met: tuple[str, ...] = ()

    @property
    def who(self) -> str:
        """Those at the meeting, else who wrote it down; '' where that is not to be told."""
        return ", ".join(self.met) or self.by


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
    changed_at: datetime
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

    @property
    def is_empty(self) -> bool:
        """Is there neither a word nor a suggestion in it?"""
        return not self.text.strip() and self.suggestion is None


FIELDS = {
    "type": "What is the matter",
    "text": "Comment",
    "quote": "The words it is about",
    "strength": "How strongly",
    "suggests": "Kind of change",
    "wording": "Other words",
    "move_to": "Move to",
    "merge_with": "Merge with",
    "parts": "Split into",
}


def fields_of(said: "Written | Comment | CommentView") -> dict[str, str]:
    """A comment as the fields of its form, by their names."""
    kind, what = said.suggests, said.suggestion or {}
    return {
        "type": said.type.value,
        "text": said.text.strip(),
        "quote": said.quote,
        "strength": said.strength.value,
        "suggests": kind.value if kind else "",
        "wording": what.get("text", "") if kind is Suggestion.WORDING else "",
        "move_to": what.get("to", "") if kind is Suggestion.MOVE else "",
        "merge_with": what.get("with", "") if kind is Suggestion.MERGE else "",
        "parts": "\n".join(what.get("parts", ())) if kind is Suggestion.SPLIT else "",
    }


def save_comment(db: Session, audit: AuditContext, written: Written, *, version: int) -> Comment:
    """Keep a comment as it is typed: the first save makes it, later ones change it.

    It goes into no trail before the audit is returned, so that nobody can count it. Raises
    `StepLocked` once this person's audit is returned, `StaleEdit` where the same auditor saved it
    in another window meanwhile, `Invalid` where there is nothing in it or too much.
    """
    hold_part(db, audit)
    if written.is_empty:
        sentence = "Say what you mean, or suggest a change; an empty comment is not kept."
        raise Invalid(sentence, {"text": sentence})
    if len(written.text) > LONGEST_COMMENT:
        sentence = f"A comment has at most {LONGEST_COMMENT:,} characters; make it two."
        raise Invalid(sentence, {"text": sentence})
    comment = own_comment(db, audit, written.guid)
    if comment is None:
        comment = Comment(
            guid=written.guid,
            round_id=audit.round.id,
            account_id=audit.study.me.id,
            about=written.about,
            type=written.type,
        )
    elif comment.version != version:
        present, typed = fields_of(comment), fields_of(written)
        if present == typed:
            return comment
        raise StaleEdit(
            "You changed this comment in another window meanwhile. Nothing was changed now; what "
            "you typed here is kept.",
            fields={
                name: Versions("", present[name], typed[name], audit.study.me.name, comment.version)
                for name in FIELDS
            },
            seen=version,
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


def hold_part(db: Session, audit: AuditContext) -> None:
    """Take the unit's row; raise unless this person's audit of the newest round is open."""
    _, held = hold(db, audit.id)
    part = db.exec(
        select(AuditReturn)
        .where(AuditReturn.round_id == audit.round.id, AuditReturn.account_id == audit.study.me.id)
        .execution_options(populate_existing=True)
    ).first()
    if part is None:
        raise Forbidden(f"You were not asked to audit {audit.name} in this round.")
    if part.returned_at is not None or held.state is not State.IN_AUDIT:
        raise StepLocked(
            f"You have returned your audit of {audit.name}, so your comments stay as they are. "
            "You can answer to the team's responses."
        )
    if part.opened_at is None:
        part.opened_at = now()
        db.add(part)


def own_comment(db: Session, audit: AuditContext, guid: str) -> Comment | None:
    """One's own comment of the newest round; None where there is none (any more).

    Raises `NotFound` for the comment of another, or of an earlier round.
    """
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
    col(Comment.changed_at),
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
    col(Response.meeting_id),
    col(Meeting.started_at),
)
COMMENTS = (
    sa.select(*_COMMENT, *_RESPONSE)
    .join(AuditRound, col(AuditRound.id) == col(Comment.round_id))
    .join(Account, col(Account.id) == col(Comment.account_id))
    .join(Response, col(Response.comment_id) == col(Comment.id), isouter=True)
    .join(_decider, col(_decider.id) == col(Response.decided_by), isouter=True)
    .join(Meeting, col(Meeting.id) == col(Response.meeting_id), isouter=True)
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


MET = (
    sa.select(col(Attendance.meeting_id), col(Account.name))
    .distinct()
    .join(Account, col(Account.id) == col(Attendance.account_id))
    .where(col(Attendance.meeting_id).in_(sa.bindparam("meetings", expanding=True)))
    .order_by(col(Account.name))
)
NAMES_ARE_SHOWN = sa.select(col(AuditPlan.shows_names)).where(
    col(AuditPlan.study_id) == sa.bindparam("study")
)


def sees_names(db: Session, study: StudyContext) -> bool:
    """May this person know who of the team said what? The team may; auditors by the plan."""
    if study.roles & {Role.PI, Role.JUDGE}:
        return True
    shown: bool | None = run(db, NAMES_ARE_SHOWN, {"study": study.id}).scalar()
    return shown is not False


def comments_of(db: Session, audit: AuditContext) -> Sequence[CommentView]:
    """The comments this person may see, all rounds, in a constant number of statements.

    One's own, and those of a round that all its auditors have returned; so co-auditors read apart,
    and the team learns nothing before. Who of the team decided is left out where auditors are not
    to know.
    """
    answers: dict[int, list[AnswerView]] = {}
    for comment_id, *answer in run(db, ANSWERS, {"audit": audit.id}):
        answers.setdefault(comment_id, []).append(AnswerView(*answer))
    rows = run(db, COMMENTS, {"audit": audit.id, "me": audit.study.me.id}).all()
    meetings = {row.meeting_id for row in rows if row.meeting_id}
    met: dict[int, list[str]] = {}
    is_named = sees_names(db, audit.study)
    for meeting_id, name in run(db, MET, {"meetings": meetings}) if meetings and is_named else ():
        met.setdefault(meeting_id, []).append(name)
    found = []
    for row in rows:
        said = CommentView(*row[: len(_COMMENT)])
        response = ResponseView(*row[len(_COMMENT) :]) if row[len(_COMMENT)] else None
        if response is not None:
            by = response.by if is_named else ""
            response = replace(response, by=by, met=tuple(met.get(row.meeting_id, ())))
        found.append(replace(said, response=response, answers=tuple(answers.get(said.id, ()))))
    return found
