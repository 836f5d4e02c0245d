"""Undo and redo of one's own changes of blocks, out of the trail.

An entry of step 1 holds the passages of before and of after. Undoing it writes those of before
again, if nobody has built on the change since; that is a change as well, with its own entry.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.guard import CaseContext
from app.db import run
from app.domains.blocks import Change, last_hand, lock, make
from app.domains.models import Domain
from app.domains.passages import Kind, Passage, stored, stored_at
from app.domains.resting import CORE_IDEA, brief, resting_on
from app.domains.rules import Verb
from app.domains.transcripts import transcripts_of
from app.errors import Conflict
from app.trail.own import (
    CHANGED,
    Entry,
    Turns,
    built_on,
    entries_of,
    own_to_redo,
    own_to_undo,
    turns,
)
from app.trail.undoing import Action

TURNS = frozenset({Verb.UNDO, Verb.REDO})
VERBS = [verb.value for verb in Verb]


def own_turns(db: Session, case: CaseContext, change: Change | None = None) -> Turns:
    """Is there a change of one's own to undo or to bring back? `change` was made just now."""
    if change and change.entry and change.verb not in TURNS:
        return CHANGED
    return turns(db, case.scene, VERBS)


def undo(db: Session, case: CaseContext, *, number: int | None = None) -> Change:
    """Take back one's own change: the one named by its number in the chain, else the last.

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


def _passages(values: Mapping[str, Any]) -> list[Passage]:
    return [Passage.from_values(each) for each in values["passages"]]


def _turn_back(db: Session, case: CaseContext, action: Action, verb: Verb) -> Change:
    (entry,) = entries_of(db, case.scene, action)
    was, became = _passages(entry.before), _passages(entry.after)
    present = _present(db, case, [*was, *became])
    if set(present) & {*was, *became} != set(became) or len(present) != len(became):
        raise _refusal(db, case, entry, [*was, *became], present)
    again = [_possible(db, case, passage) for passage in was]
    _check_core_ideas(db, present, again)
    noted = {"undoes" if verb is Verb.UNDO else "redoes": action.number}
    return make(db, case, transcripts_of(db, case.case_id), verb, present, again, **noted)


def _refusal(
    db: Session,
    case: CaseContext,
    entry: Entry,
    passages: list[Passage],
    present: list[Passage],
) -> Conflict:
    """Who built on a change, and what they did: to the passages, or to what rests on them now."""
    known = {idea for passage in passages for idea in passage.core_ideas}
    items = {kind: [p.id for p in passages if p.kind is kind] for kind in Kind}
    resting = [idea for passage in present for idea in passage.core_ideas if idea not in known]
    by_kind = {**{kind.value: ids for kind, ids in items.items()}, "core_idea": resting}
    return built_on(db, case.scene, by_kind, since=entry.number)


def _check_core_ideas(db: Session, present: list[Passage], again: list[Passage]) -> None:
    """Raise `Conflict` where a block would leave a domain whose core idea still rests on it.

    That happens where the core idea came into the domain only afterwards, with this block.
    """
    domains = {passage.key: set(passage.domains) for passage in present}
    for passage in again:
        for domain_id in domains.get(passage.key, set()) - set(passage.domains):
            for idea in resting_on(db, passage.id, domain_id=domain_id):
                if idea.id in passage.core_ideas:
                    raise Conflict(
                        f"This cannot be undone: the core idea “{brief(idea.text)}” of that "
                        "domain rests on the passage by now. Move or remove it first."
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
            f"This cannot be undone: another block stands at the same passage by now, changed "
            f"last by {last_hand(db, case, other)}. Load the page and look at how it stands."
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
