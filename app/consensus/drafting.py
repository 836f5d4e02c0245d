"""Private drafts: begin, submit, take back, reveal.

Independence first protects a team against following the first opinion (Hill et al., 1997; 2005).
A draft is a layer of its own with a chain of its own in the trail. Nobody but its judge reads it
until everybody who drafts the unit has submitted; then all are revealed at once.
"""

from dataclasses import replace

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.consensus.models import Drafter, Layer, Unit
from app.consensus.practising import practice_of
from app.consensus.queries import (
    CONSENSUS_LAYER,
    UNIT_COLUMNS,
    Draft,
    UnitFacts,
    drafts_of,
    in_turn,
    judges_of_units,
    named_drafter,
    unit_facts,
)
from app.consensus.rules import Move, State, all_submitted
from app.consensus.service import lock_unit, make_move
from app.db import now, run
from app.errors import Conflict, Forbidden
from app.studies.members import when_team_changes
from app.studies.ways import WayOfWorking
from app.trail.models import TrailHead
from app.trail.service import Scene, record


def take_up(db: Session, scene: Scene, unit: UnitFacts) -> UnitFacts:
    """Give a judge who is about to draft their own layer; the first one begins the unit.

    Called by the guards for every request that may write. Changes nothing for who does not draft,
    and where the drafts are revealed already.
    """
    if unit.draft is None or unit.draft.is_submitted:
        return unit
    row = lock_unit(db, unit.id)
    if row.state is State.NOT_STARTED:
        unit = _begin(db, scene, row, unit)
    if row.state is not State.INDEPENDENT:
        return unit
    # Read again behind the lock: a second request of the same judge may have made it.
    layer = _layer_of(db, unit.id, scene.account_id)
    if layer is None:
        layer = Layer(unit_id=unit.id, account_id=scene.account_id)
        db.add(layer)
        db.flush()
    elif layer.discarded_at is not None:
        layer.discarded_at = None
        db.add(layer)
        db.flush()
    assert layer.id is not None
    assert unit.draft is not None
    draft = replace(unit.draft, layer_id=layer.id, is_submitted=layer.submitted_at is not None)
    return replace(unit, draft=draft, layer_id=layer.id)


def _layer_of(db: Session, unit_id: int, account_id: int | None) -> Layer | None:
    return db.exec(
        select(Layer)
        .where(col(Layer.unit_id) == unit_id, col(Layer.account_id) == account_id)
        .execution_options(populate_existing=True)
    ).first()


def _begin(db: Session, scene: Scene, row: Unit, unit: UnitFacts) -> UnitFacts:
    row.way, row.step = unit.way, unit.step
    make_move(db, replace(scene, layer_id=None, chain=0), row, Move.BEGIN_DRAFTS)
    write_drafter(db, unit)
    return replace(unit, state=State.INDEPENDENT)


def write_drafter(db: Session, unit: UnitFacts) -> None:
    """Write down who drafts a unit for the others, unless the PI has named somebody who still may.

    So the turns go on, and a unit keeps its drafter whatever is drafted next. Does nothing where
    every judge drafts.
    """
    if unit.way is not WayOfWorking.DRAFTER_AND_REVIEWERS:
        return
    if unit.is_judge(named_drafter(db, unit.id)):
        return
    drafter = in_turn(db, unit)
    if drafter is not None:
        set_drafter(db, unit.id, drafter)


def set_drafter(db: Session, unit_id: int, account_id: int | None) -> None:
    """Let this judge draft the unit, or (None) whoever is next in turn."""
    run(db, sa.delete(Drafter).where(col(Drafter.unit_id) == unit_id))
    if account_id is not None:
        db.add(Drafter(unit_id=unit_id, account_id=account_id))
        db.flush()


def submit(db: Session, scene: Scene, unit: UnitFacts, *, what: str) -> bool:
    """Freeze one's own draft; the last one reveals them all. Returns whether they were revealed.

    Submitting twice changes nothing. Raises `Forbidden` for who does not draft this unit,
    `Conflict` where there is no draft of one's own to submit.
    """
    layer = _own_layer(db, scene, unit, what)
    if layer.submitted_at is None:
        layer.submitted_at = now()
        db.add(layer)
        db.flush()
        record(db, _public(scene, unit), SUBMITTED, item=layer)
    return reveal_if_all_in(db, scene, unit)


SUBMITTED = "submit a draft"
TAKEN_BACK = "take a draft back"
GIVEN_BACK = "give a draft back"


def take_back(db: Session, scene: Scene, unit: UnitFacts, *, what: str) -> None:
    """Open one's own submitted draft again; possible until the reveal, and recorded."""
    layer = _own_layer(db, scene, unit, what)
    if layer.submitted_at is None:
        return
    layer.submitted_at = None
    db.add(layer)
    db.flush()
    record(db, _public(scene, unit), TAKEN_BACK, item=layer)


def give_back(db: Session, scene: Scene, unit: UnitFacts, *, why: str) -> None:
    """Open all submitted drafts of a unit again, because what they are about has changed.

    Recorded with the reason. Does nothing where the drafts are revealed.
    """
    row = lock_unit(db, unit.id)
    if row.state is not State.INDEPENDENT:
        return
    layers = db.exec(
        select(Layer)
        .where(col(Layer.unit_id) == unit.id, col(Layer.submitted_at).is_not(None))
        .order_by(col(Layer.id))
        .execution_options(populate_existing=True)
    ).all()
    for layer in layers:
        layer.submitted_at = None
        db.add(layer)
        db.flush()
        noted = {"account": layer.account_id, "reason": why}
        record(db, _public(scene, unit), GIVEN_BACK, item=layer, after=noted)


def reveal_if_all_in(db: Session, scene: Scene, unit: UnitFacts) -> bool:
    """Reveal all drafts at once where everybody who drafts has submitted.

    The caller holds the unit's row; who its judges are is read again behind it, for one may have
    been taken off since. Each draft's chain is joined to the study's by an entry that names its
    length and its last hash.
    """
    drafts = drafts_of(db, replace(unit, judges=judges_of_units(db, [unit.id])[unit.id]))
    submitted = [draft.judge.id for draft in drafts if draft.is_submitted]
    if not all_submitted([draft.judge.id for draft in drafts], submitted):
        return False
    row = lock_unit(db, unit.id)
    # Who submitted and was taken off since is not revealed.
    run(
        db,
        sa.update(Layer)
        .where(
            col(Layer.unit_id) == unit.id,
            col(Layer.account_id).not_in(submitted),
        )
        .values(submitted_at=None),
    )
    for draft in drafts:
        _join_chain(db, _public(scene, unit), draft)
    make_move(db, _public(scene, unit), row, _reveal_of(db, unit))
    return True


def _reveal_of(db: Session, unit: UnitFacts) -> Move:
    """A practice has nobody to discuss it with: it is laid beside what others agreed to."""
    return Move.COMPARE if practice_of(db, unit.id) else Move.REVEAL


def _join_chain(db: Session, scene: Scene, draft: Draft) -> None:
    head = run(
        db,
        sa.select(col(TrailHead.sequence), col(TrailHead.hash)).where(
            col(TrailHead.study_id) == scene.study_id, col(TrailHead.chain) == draft.layer_id
        ),
    ).first()
    entries, last = head or (0, "")
    layer = db.get_one(Layer, draft.layer_id)
    joined = {"judge": draft.judge.id, "entries": entries, "hash": last}
    record(db, scene, "reveal a draft", item=layer, after=joined)


def _own_layer(db: Session, scene: Scene, unit: UnitFacts, what: str) -> Layer:
    row = lock_unit(db, unit.id)
    if row.state not in (State.NOT_STARTED, State.INDEPENDENT):
        raise Conflict(f"The drafts of {what} are revealed already. Reload the page to see them.")
    drafts = drafts_of(db, replace(unit, judges=judges_of_units(db, [unit.id])[unit.id]))
    if scene.account_id not in [draft.judge.id for draft in drafts]:
        raise Forbidden(f"You do not draft {what}, so there is nothing of yours to submit.")
    layer = _layer_of(db, unit.id, scene.account_id)
    if layer is None:
        raise Conflict(f"You have not begun to draft {what} yet: code a passage first.")
    return layer


def _public(scene: Scene, unit: UnitFacts) -> Scene:
    """The study's own chain: what everybody may know of a draft."""
    return Scene(scene.study_id, scene.account_id, unit.id, None)


def settle_drafts(db: Session, scene: Scene) -> None:
    """When somebody has left: reveal what is all in, name another where the drafter is gone."""
    rows = run(db, BEING_DRAFTED, {"study": scene.study_id}).mappings().all()
    for row in rows:
        settle_draft(db, scene, unit_facts(db, row))


def settle_draft(db: Session, scene: Scene, unit: UnitFacts) -> None:
    """The same for one unit: nobody waits for a draft that will not come."""
    if lock_unit(db, unit.id).state is not State.INDEPENDENT:
        return
    unit = replace(unit, judges=judges_of_units(db, [unit.id])[unit.id])
    write_drafter(db, unit)
    reveal_if_all_in(db, replace(scene, unit_id=unit.id), unit)


BEING_DRAFTED = (
    sa.select(*UNIT_COLUMNS)
    .select_from(Unit)
    .join(Layer, CONSENSUS_LAYER)
    .where(col(Unit.study_id) == sa.bindparam("study"), col(Unit.state) == State.INDEPENDENT)
    .order_by(col(Unit.kind), col(Unit.id))
)

when_team_changes(settle_drafts)
