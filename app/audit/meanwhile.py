"""What changed meanwhile: between reading and returning, between deciding and closing.

It is listed before it is accepted: an auditor returns, and a judge agrees or closes, with what was
on their page, and is asked to look again where something else stands there now.
"""

from dataclasses import dataclass
from hashlib import sha256

import sqlalchemy as sa
from sqlmodel import Session, col

from app.audit.changes import AnyDocument, Change, compare
from app.audit.commenting import CommentView
from app.audit.guard import AuditContext
from app.audit.kinds import AuditedBoard, AuditedCase
from app.audit.moving import read_list
from app.audit.reading import Reading, as_document, in_round
from app.audit.words import Decision, Kind
from app.consensus.models import Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER, IS_AGREED
from app.consensus.rules import State
from app.consensus.versions import document_of_version, newest_version, versions_of
from app.core_ideas.document import read_case
from app.core_ideas.models import CoreIdea
from app.cross_analysis.freezing import read_board
from app.db import run

AS_DECIDED = "as decided"
AFTER_ACCEPTING = "its comment is accepted"
CHANGED_AGAIN = "changed again since the decision"
NO_COMMENT = "no comment on it"


@dataclass(frozen=True)
class SinceRead:
    """What an auditor would find otherwise now."""

    changes: tuple[Change, ...]

    @property
    def seal(self) -> str:
        """The same where the same is listed: whoever returns names what was on their page."""
        listed = [(each.what, each.entry.key, each.entry.text) for each in self.changes]
        return sha256(repr(listed).encode()).hexdigest()[:16] if listed else ""


def since_read(db: Session, audit: AuditContext, reading: Reading) -> SinceRead:
    """What changed since the round's version was frozen; never what is only being worked on."""
    if isinstance(audit.item, AuditedBoard):
        return SinceRead(_reworded_cards(db, audit.item.unit.id, reading))
    if not isinstance(audit.item, AuditedCase):
        return SinceRead(compare(reading.document, read_list(db, audit.sample.id)).differing)
    head = next(iter(versions_of(db, audit.item.unit.id)), None)
    if head is None or head.id == reading.round.version_id:
        return SinceRead(())
    now = as_document(audit.kind, document_of_version(db, head.id))
    return SinceRead(compare(reading.document, in_round(now, reading.round)).differing)


def _reworded_cards(db: Session, unit_id: int, reading: Reading) -> tuple[Change, ...]:
    """A board in audit is locked; its core ideas are corrected, or agreed anew, in their cases."""
    unit = db.get_one(Unit, unit_id)
    changes = compare(reading.document, read_board(db, unit)).differing
    agreed = set(
        run(
            db,
            sa.select(col(CoreIdea.guid))
            .join(Layer, col(Layer.id) == col(CoreIdea.layer_id))
            .join(Unit, CONSENSUS_LAYER)
            .where(col(Unit.sample_id) == unit.sample_id, IS_AGREED),
        ).scalars()
    )
    return tuple(each for each in changes if each.is_reworded and each.entry.thing in agreed)


@dataclass(frozen=True)
class SinceDecided:
    """An item that is not as the auditors read it, and how that fits what was decided."""

    change: Change
    how: str

    @property
    def is_expected(self) -> bool:
        """Does a decision account for it?"""
        return self.how in (AS_DECIDED, AFTER_ACCEPTING)


def since_decided(db: Session, audit: AuditContext, reading: Reading) -> tuple[SinceDecided, ...]:
    """What the team changed since the auditors read it, with the decisions on it."""
    now = _as_it_stands(db, audit)
    if now is None:
        return ()
    decided = [comment for comment in reading.in_order() if comment.response]
    return tuple(
        SinceDecided(change, _how(change, decided))
        for change in compare(reading.document, in_round(now, reading.round)).differing
    )


def _as_it_stands(db: Session, audit: AuditContext) -> AnyDocument | None:
    if not isinstance(audit.item, AuditedCase | AuditedBoard):
        return read_list(db, audit.sample.id)
    unit = audit.item.unit
    if audit.state is State.RESPONDING:
        if audit.kind is Kind.CASE:
            return read_case(db, unit.id, since=0, with_pending=True)
        return read_board(db, db.get_one(Unit, unit.id))
    found = newest_version(db, unit.id)
    return as_document(audit.kind, found[1]) if found else None


def _how(change: Change, decided: list[CommentView]) -> str:
    accepted = [
        comment
        for comment in decided
        if comment.response and comment.response.decision in (Decision.ACCEPTED, Decision.IN_PART)
    ]
    made = [text for comment in accepted for text in _made(comment)]
    words = {each.text for each in (change.was, change.now) if each}
    keys = {each.key for each in (change.was, change.now) if each}
    on_it = [comment for comment in accepted if comment.item in keys]
    if any(comment.response and comment.response.after for comment in on_it):
        is_so = not change.is_reworded or (change.now and change.now.text in made)
        return AS_DECIDED if is_so else CHANGED_AGAIN
    if words & set(made):
        return AS_DECIDED
    if on_it:
        return AFTER_ACCEPTING
    others = [each.response.decision for each in decided if each.item in keys and each.response]
    return f"its comment is {others[-1]}" if others else NO_COMMENT


def _made(comment: CommentView) -> list[str]:
    """The words that applying a suggestion took and made: of every item that it touched."""
    response = comment.response
    if response is None or response.after is None:
        return []
    found: list[str] = []
    for facts in (response.before or {}, response.after):
        for name in ("text", "title", "texts", "parts"):
            value = facts.get(name, [])
            found += [value] if isinstance(value, str) else list(value)
    return found
