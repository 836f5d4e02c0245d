"""What an auditor typed is not lost: saved as it is typed, kept beside what another window saved,
brought back after it was taken away. Nobody else sees any of it.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.accounts.kept import Item, TwoVersions, keep_typed, kept_for, let_go, two_versions
from app.accounts.models import KeptText
from app.audit.commenting import (
    FIELDS,
    CommentView,
    Written,
    fields_of,
    hold_part,
    own_comment,
    save_comment,
)
from app.audit.guard import AuditContext
from app.audit.models import Comment
from app.audit.words import About, CommentType, Strength, Suggestion
from app.db import guid as new_guid
from app.db import run
from app.errors import NotFound, StaleEdit
from app.trail.items import Hand

TYPED = "audit comment"
AWAY = "audit comments taken away"


@dataclass(frozen=True)
class Saved:
    """The version of a draft, 0 where it was empty; `is_emptied` where it had words before."""

    version: int = 0
    is_emptied: bool = False


def save_draft(db: Session, audit: AuditContext, written: Written, *, version: int) -> Saved:
    """Keep what is being typed. An empty one is not kept: what was there before is taken away.

    Words that another window saved meanwhile are not those that were emptied here, so they stay.
    Raises what `save_comment` raises.
    """
    if not written.is_empty:
        return Saved(save_comment(db, audit, written, version=version).version)
    hold_part(db, audit)
    comment = own_comment(db, audit, written.guid)
    if comment is None or comment.version != version:
        return Saved()
    take_away(db, audit, guid=written.guid)
    return Saved(is_emptied=True)


def keep_both(db: Session, audit: AuditContext, *, guid: str, stale: StaleEdit) -> None:
    """Keep what was typed beside what another window saved, until one is chosen."""
    comment = own_comment(db, audit, guid)
    if comment is not None and comment.id is not None:
        keep_typed(db, audit.study.me.id, Item(TYPED, comment.id), stale)


def choose(db: Session, audit: AuditContext, *, guid: str) -> None:
    """One of two versions was chosen, so the other is forgotten."""
    comment = own_comment(db, audit, guid)
    if comment is not None and comment.id is not None:
        let_go(db, audit.study.me.id, Item(TYPED, comment.id))


def both_of(db: Session, audit: AuditContext, comment: CommentView) -> TwoVersions | None:
    """Two versions of a comment of one's own that are still to be chosen from."""
    me = audit.study.me
    kept = kept_for(db, me.id, [TYPED], [comment.id]).get(Item(TYPED, comment.id))
    return two_versions(
        kept,
        fields_of(comment),
        version=comment.version,
        labels=FIELDS,
        hand=Hand(me.name, comment.changed_at),
    )


def take_away(db: Session, audit: AuditContext, *, guid: str) -> str | None:
    """Take a comment of one's own away before returning, so that it can be brought back.

    Returns the item it was about, or None where there was none; one that is gone stays gone.
    """
    hold_part(db, audit)
    comment = own_comment(db, audit, guid)
    if comment is None or comment.id is None:
        return None
    away = _taken_away(db, audit) or KeptText(
        account_id=audit.study.me.id,
        item_kind=AWAY,
        item_id=audit.round.id,
        texts={},
        base={},
        version=0,
    )
    facts = {"about": comment.about, "item": comment.item, "number": comment.number}
    made = {"made_at": comment.made_at.isoformat()}
    away.texts = {**away.texts, guid: fields_of(comment) | facts | made}
    db.add(away)
    let_go(db, audit.study.me.id, Item(TYPED, comment.id))
    db.delete(comment)
    db.flush()
    return str(facts["item"])


def bring_back(db: Session, audit: AuditContext, *, guid: str) -> Comment:
    """Bring back a comment that was taken away, or emptied, with the words it had last.

    What was typed into its place since stays, and it comes back beside that. Raises `NotFound`
    where nothing of it is kept.
    """
    hold_part(db, audit)
    away = _taken_away(db, audit)
    was = (away.texts if away else {}).get(guid)
    if away is None or was is None:
        raise NotFound("This comment was not taken away, or has been brought back already.")
    is_free = own_comment(db, audit, guid) is None
    comment = Comment(
        guid=guid if is_free else new_guid(),
        round_id=audit.round.id,
        account_id=audit.study.me.id,
        about=About(was["about"]),
        item=was["item"],
        number=was["number"],
        quote=was["quote"],
        type=CommentType(was["type"]),
        text=was["text"],
        strength=Strength(was["strength"]),
        suggests=Suggestion(was["suggests"]) if was["suggests"] else None,
        suggestion=_suggestion(was),
        made_at=datetime.fromisoformat(was["made_at"]),
    )
    db.add(comment)
    away.texts = {key: value for key, value in away.texts.items() if key != guid}
    db.add(away)
    db.flush()
    return comment


def forget_what_was_taken_away(db: Session, audit: AuditContext) -> None:
    """The audit is returned: what was taken away before is gone for good."""
    me = audit.study.me.id
    let_go(db, me, Item(AWAY, audit.round.id))
    mine = sa.select(col(Comment.id)).where(
        col(Comment.round_id) == audit.round.id, col(Comment.account_id) == me
    )
    run(
        db,
        sa.delete(KeptText).where(
            col(KeptText.item_kind) == TYPED,
            col(KeptText.account_id) == me,
            col(KeptText.item_id).in_(mine),
        ),
    )


def _taken_away(db: Session, audit: AuditContext) -> KeptText | None:
    return db.exec(
        select(KeptText).where(
            KeptText.account_id == audit.study.me.id,
            KeptText.item_kind == AWAY,
            KeptText.item_id == audit.round.id,
        )
    ).first()


def suggestion_of(
    kind: Suggestion | None, *, wording: str, move_to: str, merge_with: str, parts: str
) -> dict[str, object] | None:
    """What is suggested, out of the fields of the form; None where the kind lacks its words."""
    if kind is Suggestion.WORDING and wording:
        return {"text": wording}
    if kind is Suggestion.MOVE and move_to:
        return {"to": move_to}
    if kind is Suggestion.MERGE and merge_with:
        return {"with": merge_with}
    if kind is Suggestion.SPLIT:
        lines = [part.strip() for part in parts.split("\n") if part.strip()]
        return {"parts": lines} if len(lines) > 1 else None
    return None


def _suggestion(was: dict[str, str]) -> dict[str, object] | None:
    kind = Suggestion(was["suggests"]) if was["suggests"] else None
    names = ("wording", "move_to", "merge_with", "parts")
    return suggestion_of(kind, **{name: was[name] for name in names})
