"""Undo of one's own changes of core ideas, out of the trail.

An entry of step 2 holds the core ideas of before and of after, or the order. Undoing it writes
what was before again, if nobody has built on the change since; that is a change as well.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.guard import CaseContext
from app.core_ideas.ideas import Idea, stored
from app.core_ideas.places import still_there
from app.core_ideas.reshaping import take_blocks_out
from app.core_ideas.rules import Verb
from app.core_ideas.service import Change, arrange, clear_absence, make
from app.db import run
from app.domains.blocks import lock
from app.domains.models import Block, BlockDomain, Domain
from app.errors import Conflict, NotFound
from app.trail.models import TrailEntry, TrailValues

BUILT_ON = (
    "This cannot be undone any more: somebody has built on it since. Load the page and look at "
    "how it stands now."
)


def undo(db: Session, case: CaseContext, *, entry_id: int) -> Change:
    """Take back one's own change of this case's core ideas.

    Raises `NotFound` where it is not there or not one's own, `Conflict` where it was undone
    already or others have built on it.
    """
    lock(db, case)
    row = run(
        db,
        sa.select(col(TrailValues.before), col(TrailValues.after))
        .join(TrailEntry, col(TrailEntry.id) == col(TrailValues.entry_id))
        .where(
            col(TrailEntry.id) == entry_id,
            col(TrailEntry.unit_id) == case.unit.id,
            col(TrailEntry.account_id) == case.study.me.id,
            col(TrailEntry.verb).in_([verb.value for verb in Verb]),
        ),
    ).first()
    if row is None:
        raise NotFound("This change is not yours to undo here.")
    before, after = row
    if before is None or after is None:
        raise Conflict("What this change was has been erased, so it cannot be undone.")
    if "order" in before:
        return _order_back(db, case, entry_id, before["order"], after["order"])
    return _ideas_back(db, case, entry_id, before, after)


def _order_back(
    db: Session, case: CaseContext, entry_id: int, was: list[int], became: list[int]
) -> Change:
    present = stored(db, case.unit.layer_id, ids=became)
    if [idea.id for idea in present] != became or len({i.domain_id for i in present}) != 1:
        raise Conflict(BUILT_ON)
    domain = stored(db, case.unit.layer_id, domain_id=present[0].domain_id)
    if len(domain) != len(became):
        raise Conflict(BUILT_ON)
    return arrange(db, case, Verb.UNDO, present[0], became, was, undoes=entry_id)


def _ideas_back(
    db: Session, case: CaseContext, entry_id: int, before: dict[str, Any], after: dict[str, Any]
) -> Change:
    was = {values["guid"]: Idea.from_values(values) for values in before["ideas"]}
    became = {values["guid"]: Idea.from_values(values) for values in after["ideas"]}
    ids = {idea.id for idea in (*was.values(), *became.values())}
    there = stored(db, case.unit.layer_id, ids=ids)
    present = {idea.guid: idea for idea in there if idea.guid in {*was, *became}}
    if present.keys() != became.keys():
        raise Conflict(BUILT_ON)
    again = [
        _turned_back(db, case, idea, became[guid], present[guid])
        if guid in became
        else _brought_back(db, case, idea, taken={idea.id for idea in there})
        for guid, idea in was.items()
    ]
    if any(present[guid] != became[guid] for guid in became.keys() - was.keys()):
        raise Conflict(BUILT_ON)
    for idea in again:
        clear_absence(db, case, idea.domain_id)
    change = make(db, case, Verb.UNDO, list(present.values()), again, undoes=entry_id)
    if after.get("doubled"):
        take_blocks_out(db, case, after["doubled"], after["ideas"][0]["domain_id"])
    return change


def _turned_back(db: Session, case: CaseContext, was: Idea, became: Idea, present: Idea) -> Idea:
    """The core idea with what the change did taken back, and what was done since kept."""
    undone: dict[str, Any] = {}
    for name in ("domain_id", "text", "blocks", "places"):
        before, after = getattr(was, name), getattr(became, name)
        if before == after:
            continue
        if getattr(present, name) != after:
            raise Conflict(BUILT_ON)
        undone[name] = before
    if "domain_id" in undone:
        undone["position"] = was.position
    idea = replace(present, **undone)
    if "domain_id" in undone or "blocks" in undone:
        idea = replace(idea, blocks=_blocks_left(db, case, idea))
    if "places" in undone:
        idea = replace(idea, places=still_there(db, idea.domain_id, idea.places))
    return idea


def _brought_back(db: Session, case: CaseContext, was: Idea, *, taken: Collection[int]) -> Idea:
    """A core idea that was there before, as it can be again."""
    return replace(
        was,
        id=0 if was.id in taken else was.id,
        blocks=_blocks_left(db, case, was),
        places=still_there(db, was.domain_id, was.places),
    )


def _blocks_left(db: Session, case: CaseContext, idea: Idea) -> tuple[int, ...]:
    """The raw data it can have again. Raises `Conflict` where its domain or its blocks are gone."""
    rows = run(
        db,
        sa.select(col(Block.id))
        .join(BlockDomain, col(BlockDomain.block_id) == col(Block.id))
        .join(Domain, col(Domain.id) == col(BlockDomain.domain_id))
        .where(
            col(Block.layer_id) == case.unit.layer_id,
            col(Block.id).in_(idea.blocks),
            col(Domain.id) == idea.domain_id,
        )
        .order_by(col(Block.id)),
    )
    found = tuple(rows.scalars())
    if not found:
        raise Conflict(
            "This cannot be undone: the core idea's raw data are not in its domain any more. "
            "Write it anew on what is there."
        )
    return found
