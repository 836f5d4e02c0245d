"""What the team's page of an audit shows: every comment by its item, and what was changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlmodel import Session

from app.audit.changes import Change
from app.audit.commenting import CommentView
from app.audit.guard import AuditContext
from app.audit.kinds import AuditedBoard, AuditedCase
from app.audit.meanwhile import SinceDecided, since_decided
from app.audit.moving import read_list
from app.audit.reading import Reading, read_audit
from app.audit.taking_back import Applied, applied_in, may_take_back
from app.audit.words import Suggestion
from app.consensus.queries import Judge
from app.consensus.rules import State
from app.permissions import Action
from app.word_diff import Piece, word_diff


@dataclass(frozen=True)
class Group:
    """The comments on one item, those of both auditors side by side."""

    anchor: str
    words: str
    text: str
    comments: tuple[CommentView, ...]

    def has(self, guid: str) -> bool:
        """Is this comment one of them?"""
        return any(comment.guid == guid for comment in self.comments)


@dataclass(frozen=True)
class TeamPage:
    """The team's page. `content` counts the changes of what is audited, as agreeing to it names it.

    `refused` is the comment whose response was refused with `message`, `typed` what stood there.
    """

    audit: AuditContext
    reading: Reading
    groups: tuple[Group, ...]
    changes: tuple[SinceDecided, ...]
    content: int
    applied: Mapping[int, Applied] = field(default_factory=dict)
    """What was changed in answer to comments, by comment."""
    refused: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    at: str = ""
    """The comment that was just decided, where its card alone is drawn."""

    @property
    def comments(self) -> tuple[CommentView, ...]:
        """All of this round."""
        return tuple(comment for group in self.groups for comment in group.comments)

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.comments)

    @property
    def undecided(self) -> int:
        """How many the team has still to decide."""
        return sum(comment.is_undecided for comment in self.comments)

    @property
    def is_newest(self) -> bool:
        """Is it the newest round that is shown?"""
        return self.reading.round.id == self.audit.round.id

    @property
    def may_respond(self) -> bool:
        """May this person decide comments here and now?"""
        return self.audit.may_respond and self.is_newest

    @property
    def may_ask_again(self) -> bool:
        """May this person ask for a further round?"""
        return self.audit.state is State.CLOSED and self.audit.can(Action.REQUEST_AUDIT)

    @property
    def still_missing(self) -> tuple[Judge, ...]:
        """Who has to agree to the responses before the audit closes."""
        return self.audit.item.still_missing

    @property
    def may_agree(self) -> bool:
        """Has this person still to agree?"""
        me = self.audit.study.me.id
        return self.may_respond and any(judge.id == me for judge in self.still_missing)

    @property
    def current(self) -> str:
        """Where the first comment that is not decided stands in the document."""
        for group in self.groups:
            if any(comment.is_undecided for comment in group.comments):
                return group.anchor
        return ""

    def change_of(self, comment: CommentView) -> Change | None:
        """What became of a comment's item since the auditor read it; None where nothing did."""
        changes = (each.change for each in self.changes)
        return next((each for each in changes if each.was and each.was.key == comment.item), None)

    def wording_now(self, comment: CommentView) -> tuple[Piece, ...]:
        """From the words that stand now to those suggested, where others stood for the auditor.

        Empty where there is nothing to accept any more, or where it is as the auditor read it.
        """
        change = self.change_of(comment)
        if not (comment.is_undecided and comment.suggests is Suggestion.WORDING and change):
            return ()
        if not change.is_reworded or change.now is None or comment.suggestion is None:
            return ()
        return word_diff(change.now.text, str(comment.suggestion["text"]))

    def applied_to(self, comment: CommentView) -> Applied | None:
        """When the suggestion was applied, where that is known."""
        return self.applied.get(comment.id)

    def may_take_back(self, comment: CommentView) -> bool:
        """Can this person take what was applied back by deciding otherwise?"""
        return may_take_back(self.audit, comment, self.applied_to(comment))

    @property
    def card(self) -> CommentView | None:
        """The comment that was just decided."""
        return next((each for each in self.comments if each.guid == self.at), None)


def team_page(
    db: Session,
    audit: AuditContext,
    *,
    number: int | None = None,
    refused: str = "",
    typed: Mapping[str, str] | None = None,
    message: str = "",
    at: str = "",
) -> TeamPage:
    """Everything the team's page needs, of the newest round or the one with this number."""
    reading = read_audit(db, audit, number=number)
    is_returned = reading.round.is_returned
    return TeamPage(
        audit=audit,
        reading=reading,
        groups=tuple(_groups(reading)) if is_returned else (),
        changes=since_decided(db, audit, reading) if is_returned else (),
        content=content_of(db, audit),
        applied=applied_in(db, audit, reading.in_order()) if is_returned else {},
        refused=refused,
        typed=typed or {},
        message=message,
        at=at,
    )


def content_of(db: Session, audit: AuditContext) -> int:
    """How often what is audited was changed: what a judge names who agrees to it or closes it."""
    if isinstance(audit.item, AuditedCase | AuditedBoard):
        return audit.item.unit.content
    return read_list(db, audit.sample.id).domain_list


def _groups(reading: Reading) -> list[Group]:
    found: dict[tuple[str, str], list[CommentView]] = {}
    for comment in reading.in_order():
        found.setdefault((comment.item, comment.number), []).append(comment)
    words = {"block": "passage", "placement": "card"}
    return [
        Group(
            reading.anchor(comments[0]),
            f"{words.get(comments[0].about, comments[0].about)} {number}".strip().capitalize(),
            reading.item(item, number).text,
            tuple(comments),
        )
        for (item, number), comments in found.items()
    ]
