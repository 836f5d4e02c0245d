"""Undo and redo of one's own changes of blocks, out of the trail.

An entry of step 1 holds the passages of before and of after. Undoing it writes those of before
again, if nobody has built on the change since; that is a change as well, with its own entry.
"""

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.guard import CaseContext
from app.db import run
from app.domains.blocks import Change, lock, make
from app.domains.models import Domain
from app.domains.passages import Kind, Passage, stored, stored_at
from app.domains.resting import CORE_IDEA, resting_on
from app.domains.rules import Verb
from app.domains.transcripts import transcripts_of
from app.errors import Conflict
from app.trail.models import TrailEntry, TrailValues

FAR_BACK = 200
"""So many of one's own changes of a case can be taken back one after another."""


@dataclass(frozen=True)
class Entry:
    """One change of one's own in this case, newest first in a list of them."""

    id: int
    verb: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    @property
    def undoes(self) -> int | None:
        """The entry that this one took back (or brought again)."""
        return (self.after or {}).get("undoes")

    def passages(self, side: dict[str, Any] | None) -> list[Passage]:
        """The passages of one side. Raises `Conflict` where the values were erased."""
        if side is None:
            raise Conflict("What this change was has been erased, so it cannot be undone.")
        return [Passage.from_values(values) for values in side["passages"]]


def undo(db: Session, case: CaseContext, *, entry_id: int | None = None) -> Change:
    """Take back one's own change: the one named, else the last that still stands.

    Raises `Conflict` where there is none, or where others have built on it.
    """
    lock(db, case)
    standing, _ = _standing(_own_entries(db, case))
    entry = next((e for e in standing if entry_id in (None, e.id)), None)
    if entry is None:
        raise Conflict(
            "There is nothing of yours to undo here."
            if entry_id is None
            else "This change was undone already, or it is not yours to undo."
        )
    return _turn_back(db, case, entry, Verb.UNDO)


def redo(db: Session, case: CaseContext, *, entry_id: int | None = None) -> Change:
    """Bring back what one's own last undo took away, as long as nothing new was done after it."""
    lock(db, case)
    _, undone = _standing(_own_entries(db, case))
    if undone is None or entry_id not in (None, undone.id):
        raise Conflict("There is nothing to bring back here.")
    return _turn_back(db, case, undone, Verb.REDO)


def _own_entries(db: Session, case: CaseContext) -> list[Entry]:
    rows = run(
        db,
        sa.select(
            col(TrailEntry.id),
            col(TrailEntry.verb),
            col(TrailValues.before),
            col(TrailValues.after),
        )
        .join(TrailValues, col(TrailValues.entry_id) == col(TrailEntry.id))
        .where(
            col(TrailEntry.unit_id) == case.unit.id,
            col(TrailEntry.account_id) == case.study.me.id,
            col(TrailEntry.verb).in_([verb.value for verb in Verb]),
        )
        .order_by(col(TrailEntry.sequence).desc())
        .limit(FAR_BACK),
    )
    return [Entry(*row) for row in rows]


def _standing(newest_first: list[Entry]) -> tuple[list[Entry], Entry | None]:
    """The changes that still stand, newest first; and the undo a redo would bring back, if any."""
    standing: list[Entry] = []
    undone: Entry | None = None
    turned_back: set[int | None] = set()
    is_newest = True
    for entry in newest_first:
        if entry.id in turned_back:
            continue
        turned_back.add(entry.undoes)
        if entry.verb != Verb.UNDO:
            standing.append(entry)
            is_newest = is_newest and entry.verb == Verb.REDO
        elif is_newest:
            undone = undone or entry
    return standing, undone


def _turn_back(db: Session, case: CaseContext, entry: Entry, verb: Verb) -> Change:
    was, became = entry.passages(entry.before), entry.passages(entry.after)
    present = _present(db, case, [*was, *became])
    if set(present) & {*was, *became} != set(became) or len(present) != len(became):
        raise Conflict(
            "This cannot be undone any more: the passage was changed again since. Load the page "
            "and look at how it stands now."
        )
    again = [_possible(db, case, passage) for passage in was]
    _check_core_ideas(db, present, again)
    return make(db, case, transcripts_of(db, case.case_id), verb, present, again, undoes=entry.id)


def _check_core_ideas(db: Session, present: list[Passage], again: list[Passage]) -> None:
    """Raise `Conflict` where a block would leave a domain whose core idea still rests on it.

    That happens where the core idea came into the domain only afterwards, with this block.
    """
    domains = {passage.key: set(passage.domains) for passage in present}
    for passage in again:
        for domain_id in domains.get(passage.key, set()) - set(passage.domains):
            resting = resting_on(db, passage.id, domain_id=domain_id)
            if any(idea.id in passage.core_ideas for idea in resting):
                raise Conflict(
                    "This cannot be undone: by now a core idea of that domain rests on the "
                    "passage. Move or remove the core idea first."
                )


def _present(db: Session, case: CaseContext, passages: list[Passage]) -> list[Passage]:
    """Those of the passages that are there now, as they are; known by their guid."""
    guids = {passage.guid for passage in passages}
    return [
        found
        for kind in Kind
        for found in stored(
            db, case.unit.layer_id, kind, [p.id for p in passages if p.kind is kind]
        )
        if found.guid in guids
    ]


def _possible(db: Session, case: CaseContext, passage: Passage) -> Passage:
    """The passage as it can be again: what rested on it and is gone by now is left out."""
    other = stored_at(
        db,
        case.unit.layer_id,
        passage.kind,
        passage.transcript_version,
        passage.start,
        passage.end,
    )
    if other and other.guid != passage.guid:
        raise Conflict(
            "This cannot be undone: another block stands at the same passage by now. Load the "
            "page and look at how it stands."
        )
    domains = _still_there(
        db,
        sa.select(col(Domain.id)).where(col(Domain.sample_id) == case.sample.id),
        col(Domain.id),
        passage.domains,
    )
    if passage.kind is Kind.BLOCK and not domains:
        raise Conflict("This cannot be undone: the block's domain is not in the list any more.")
    taken = stored(db, case.unit.layer_id, passage.kind, [passage.id])
    return replace(
        passage,
        id=0 if taken and taken[0].guid != passage.guid else passage.id,
        domains=domains,
        core_ideas=_still_there(db, sa.select(CORE_IDEA.c.id), CORE_IDEA.c.id, passage.core_ideas),
    )


def _still_there(
    db: Session,
    wanted: Any,
    column: Any,
    ids: tuple[int, ...],
) -> tuple[int, ...]:
    if not ids:
        return ()
    return tuple(sorted(run(db, wanted.where(column.in_(ids))).scalars()))
