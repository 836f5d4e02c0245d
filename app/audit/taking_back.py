"""Changes made in answer to a comment: when, whether they stand, and taking them back.

Which entries of the trail a change consists of is noted in the entry of the decision that made it,
so it can be taken back by whoever of the team decides otherwise.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.audit.commenting import CommentView
from app.audit.guard import AuditContext
from app.audit.kinds import AuditedBoard
from app.audit.models import Response
from app.audit.words import Kind, Suggestion
from app.cases.guard import load_case
from app.consensus.amending import Verb as Amending
from app.consensus.amendments import PENDING
from app.consensus.models import Amendment
from app.core_ideas import undo as of_core_ideas
from app.core_ideas.models import CoreIdea
from app.core_ideas.rules import Verb as OfCoreIdeas
from app.cross_analysis import undo as of_board
from app.cross_analysis.amending import withdraw
from app.cross_analysis.guard import load_board
from app.cross_analysis.placing import SORT
from app.db import run
from app.domains import undo as of_blocks
from app.domains.list_service import change_domain
from app.domains.models import Domain
from app.errors import Conflict
from app.studies.guard import check
from app.trail.models import TrailEntry, TrailValues
from app.trail.own import Entry, entries_of, last_changes, own_since
from app.trail.undoing import Action

APPLIED = "applied"
"""What the entry of a decision notes: the numbers of the entries that it made."""
CHANGE_DOMAIN = "change a domain"
AMENDED = frozenset({Amending.REWORD.value, Amending.SPLIT.value})
WORDS = frozenset({OfCoreIdeas.REWORD.value, Amending.REWORD.value})
"""Words stay as they are wherever on a board they are put."""
CHANGED_SINCE = (
    "What was applied was changed again since, so it is not taken back from here and nothing was "
    "decided now. Load the page and look at how it stands."
)


@dataclass(frozen=True)
class Applied:
    """A change made in answer to a comment, by the numbers of its entries."""

    at: datetime
    numbers: tuple[int, ...]
    stands: bool
    """Has nobody changed again what it changed?"""

    @property
    def is_changed(self) -> bool:
        """Did somebody change again what it changed?"""
        return bool(self.numbers) and not self.stands


def made_since(db: Session, audit: AuditContext, comment: CommentView, number: int) -> list[int]:
    """The entries, after the one of this number, by which this person just applied a suggestion.

    None where there is no taking it back from here, as where domains are merged.
    """
    if audit.kind is Kind.DOMAIN_LIST and comment.suggests is not Suggestion.WORDING:
        return []
    rows = own_since(db, audit.scene, number)
    amended = [made for made, verb in rows if verb in AMENDED]
    if audit.kind is Kind.BOARD and amended:
        return amended
    return [made for made, verb in rows if verb in _VERBS[audit.kind]]


def applied_in(
    db: Session, audit: AuditContext, comments: Iterable[CommentView]
) -> dict[int, Applied]:
    """The changes that were made in answer to these comments, by comment; in four statements."""
    asked = [each.id for each in comments if each.response and each.response.after]
    made = _noted(db, audit, asked) if asked else {}
    numbers = [each for _, those in made.values() for each in those]
    last = last_changes(db, audit.scene, numbers, but={SORT: WORDS}) if numbers else {}
    return {
        comment_id: Applied(at, those, bool(those) and _stands(those, last))
        for comment_id, (at, those) in made.items()
    }


def _stands(numbers: Sequence[int], last: Mapping[int, int]) -> bool:
    return all(last.get(number, number) <= max(numbers) for number in numbers)


def _noted(
    db: Session, audit: AuditContext, comments: Collection[int]
) -> dict[int, tuple[datetime, tuple[int, ...]]]:
    rows = run(
        db,
        sa.select(col(Response.comment_id), col(TrailEntry.at), col(TrailValues.after))
        .join(TrailEntry, col(TrailEntry.item_id) == col(Response.id))
        .join(TrailValues, col(TrailValues.entry_id) == col(TrailEntry.id))
        .where(
            col(Response.comment_id).in_(comments),
            col(TrailEntry.study_id) == audit.study.id,
            col(TrailEntry.chain) == 0,
            col(TrailEntry.item_kind) == str(Response.__tablename__),
        )
        .order_by(col(TrailEntry.sequence)),
    )
    return {
        comment_id: (at, tuple(after[APPLIED])) for comment_id, at, after in rows if _has(after)
    }


def _has(after: Mapping[str, object] | None) -> bool:
    return after is not None and APPLIED in after


def may_take_back(audit: AuditContext, comment: CommentView, applied: Applied | None) -> bool:
    """May this person take the change back, and does it stand as it was made?"""
    if comment.suggests is None or applied is None:
        return False
    return applied.stands and audit.may_apply(comment.suggests)


def take_back(db: Session, audit: AuditContext, comment: CommentView) -> Applied:
    """Make what a comment changed as it was before, by the team's own undo; returns what it was.

    Raises `Conflict` where it was changed again since or cannot be taken back, `Forbidden` for who
    may not make such a change.
    """
    applied = applied_in(db, audit, [comment]).get(comment.id)
    if applied is None or comment.suggests is None or not applied.stands:
        raise Conflict(CHANGED_SINCE)
    check(audit.actor, audit.item.applies[comment.suggests])
    for entry in entries_of(db, audit.scene, Action(applied.numbers)):
        _TAKE_BACK[audit.kind](db, audit, entry)
    return applied


def _in_case(db: Session, audit: AuditContext, entry: Entry) -> None:
    assert audit.item.code is not None
    case = load_case(db, audit.study, audit.sample.id, audit.item.code)
    if entry.verb in of_blocks.VERBS:
        of_blocks.take_back(db, case, entry.number)
    else:
        of_core_ideas.take_back(db, case, entry.number)


def _on_board(db: Session, audit: AuditContext, entry: Entry) -> None:
    assert isinstance(audit.item, AuditedBoard)
    board = load_board(db, audit.study, audit.sample.id, audit.item.domain_id)
    if entry.verb not in AMENDED:
        of_board.take_back(db, board, entry.number)
        return
    amendment = db.exec(
        select(Amendment.id)
        .join(CoreIdea, col(CoreIdea.guid) == col(Amendment.core_idea_guid))
        .where(CoreIdea.id == entry.item_id, Amendment.board_id == board.unit.id, PENDING)
        .order_by(col(Amendment.id).desc())
    ).first()
    if amendment is None:
        raise Conflict(CHANGED_SINCE)
    withdraw(db, board, amendment_id=amendment)


def _in_list(db: Session, audit: AuditContext, entry: Entry) -> None:
    domain = db.get(Domain, entry.item_id, populate_existing=True)
    if domain is None or domain.version != entry.after["version"]:
        raise Conflict(CHANGED_SINCE)
    change_domain(
        db,
        audit.study,
        sample_id=audit.sample.id,
        domain_id=entry.item_id,
        title=entry.before["title"],
        definition=entry.before["definition"],
        abbreviation=entry.before["abbreviation"],
        kind=domain.kind,
        version=domain.version,
    )


_VERBS: dict[Kind, Collection[str]] = {
    Kind.CASE: frozenset({*of_core_ideas.VERBS, *of_blocks.VERBS}),
    Kind.BOARD: of_board.VERBS,
    Kind.DOMAIN_LIST: frozenset({CHANGE_DOMAIN}),
}
_TAKE_BACK: dict[Kind, Callable[[Session, AuditContext, Entry], None]] = {
    Kind.CASE: _in_case,
    Kind.BOARD: _on_board,
    Kind.DOMAIN_LIST: _in_list,
}
