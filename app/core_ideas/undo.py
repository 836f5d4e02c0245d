"""Undo and redo of one's own changes of core ideas, out of the trail.

An entry of step 2 holds the core ideas of before and of after, or the order. Undoing it writes
what was before again, if nobody has built on the change since; that is a change as well.
"""

from collections.abc import Collection
from dataclasses import replace
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.guard import CaseContext
from app.core_ideas.ideas import Idea, stored
from app.core_ideas.models import AbsenceReason, CoreIdea
from app.core_ideas.places import still_there
from app.core_ideas.reshaping import double_code, take_blocks_out
from app.core_ideas.rules import Verb
from app.core_ideas.service import Change, arrange, is_listed, lock, make, set_absence
from app.db import run
from app.domains.models import Block, BlockDomain, Domain
from app.errors import Conflict
from app.trail.own import Entry, Turns, built_on, entries_of, own_to_redo, own_to_undo, turns
from app.trail.undoing import Action

VERBS = [verb.value for verb in Verb]


class BuiltOn(Conflict):
    """Somebody has changed since what was to be put back."""

    def __init__(self) -> None:
        super().__init__(
            "This cannot be undone any more: somebody has built on it since. Load the page and "
            "look at how it stands now."
        )


def own_turns(db: Session, case: CaseContext) -> Turns:
    """Is there a change of one's own core ideas to undo, or to bring back?"""
    return turns(db, case.scene, VERBS) if case.may_edit else Turns()


def undo(db: Session, case: CaseContext, *, number: int | None = None) -> Change:
    """Take back one's own change of this case's core ideas: the one named, else the last.

    Raises `Conflict` where there is none, or where others have built on it.
    """
    lock(db, case)
    action = own_to_undo(db, case.scene, VERBS, number)
    return _turn_back(db, case, action, Verb.UNDO)


def redo(db: Session, case: CaseContext) -> Change:
    """Bring back what one's own last undo took away, as long as nothing new was done after it."""
    lock(db, case)
    undone = own_to_redo(db, case.scene, VERBS)
    return _turn_back(db, case, undone, Verb.REDO)


def take_back(db: Session, case: CaseContext, number: int) -> Change:
    """Take back the change of this number, whoever made it: the team decided otherwise.

    Raises `Conflict` where somebody has built on it since.
    """
    lock(db, case)
    return _turn_back(db, case, Action((number,)), Verb.UNDO)


def _turn_back(db: Session, case: CaseContext, action: Action, verb: Verb) -> Change:
    (entry,) = entries_of(db, case.scene, action)
    noted = {"undoes" if verb is Verb.UNDO else "redoes": action.number}
    try:
        if "order" in entry.before:
            return _order_back(db, case, entry, verb, **noted)
        return put_back(db, case, entry.before, entry.after, verb, **noted)
    except BuiltOn as refused:
        sides = (entry.before, entry.after)
        ids = {each["id"] for side in sides for each in side.get("ideas", ())}
        ids |= {each for side in sides for each in side.get("order", ())}
        items = {str(CoreIdea.__tablename__): ids}
        raise built_on(db, case.scene, items, since=entry.number) from refused


def _order_back(db: Session, case: CaseContext, entry: Entry, verb: Verb, **noted: Any) -> Change:
    was, became = entry.before["order"], entry.after["order"]
    present = stored(db, case.unit.layer_id, ids=became)
    if [idea.id for idea in present] != became or len({i.domain_id for i in present}) != 1:
        raise BuiltOn
    domain = stored(db, case.unit.layer_id, domain_id=present[0].domain_id)
    if len(domain) != len(became):
        raise BuiltOn
    return arrange(db, case, verb, present[0], became, was, **noted)


def put_back(
    db: Session,
    case: CaseContext,
    before: dict[str, Any],
    after: dict[str, Any],
    verb: StrEnum,
    **noted: Any,
) -> Change:
    """Make the core ideas of `after` those of `before` again, and note it in the trail as `verb`.

    Raises `BuiltOn` where somebody has changed them since.
    """
    was = {values["guid"]: Idea.from_values(values) for values in before["ideas"]}
    became = {values["guid"]: Idea.from_values(values) for values in after["ideas"]}
    ids = {idea.id for idea in (*was.values(), *became.values())}
    there = stored(db, case.unit.layer_id, ids=ids)
    present = {idea.guid: idea for idea in there if idea.guid in {*was, *became}}
    if present.keys() != became.keys():
        raise BuiltOn
    if after.get("undoubled"):
        domain_id = before["ideas"][0]["domain_id"]
        if not is_listed(db, case, domain_id):
            raise Conflict(
                "This cannot be undone: the core idea's domain is not in the list any more."
            )
        noted["doubled"] = double_code(db, case, after["undoubled"], domain_id)
    if after.get("doubled"):
        noted["undoubled"] = after["doubled"]
    again = [
        _turned_back(db, case, idea, became[guid], present[guid])
        if guid in became
        else _brought_back(db, case, idea, taken={idea.id for idea in there})
        for guid, idea in was.items()
    ]
    if any(present[guid] != became[guid] for guid in became.keys() - was.keys()):
        raise BuiltOn
    change = make(db, case, verb, list(present.values()), again, **noted)
    if after.get("doubled"):
        take_blocks_out(db, case, after["doubled"], after["ideas"][0]["domain_id"])
    return _say_why_again(db, case, change, after.get("absences", ()))


def _say_why_again(
    db: Session, case: CaseContext, change: Change, said: Collection[tuple[int, str]]
) -> Change:
    """What was said of a domain before it had a core idea stands again where it has none again."""
    for domain_id, reason in said:
        is_empty = not stored(db, case.unit.layer_id, domain_id=domain_id)
        if is_empty and is_listed(db, case, domain_id):
            unit = set_absence(db, case, domain_id=domain_id, reason=AbsenceReason(reason))
            change = replace(change, unit=unit)
    return change


def _turned_back(db: Session, case: CaseContext, was: Idea, became: Idea, present: Idea) -> Idea:
    """The core idea with what the change did taken back, and what was done since kept."""
    undone: dict[str, Any] = {}
    for name in ("domain_id", "text", "blocks", "places"):
        before, after = getattr(was, name), getattr(became, name)
        if before == after:
            continue
        if getattr(present, name) != after:
            raise BuiltOn
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
            col(Block.layer_id) == case.unit.blocks_layer_id,
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
