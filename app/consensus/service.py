"""What the team does to a unit as a whole: open it, change its content, agree, reopen it."""

from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy import case, update
from sqlmodel import Session, col, select

from app.consensus.models import Agreement, Layer, Unit
from app.consensus.queries import UnitFacts, judges_of_units
from app.consensus.rules import (
    OPEN_FOR_CONTENT,
    Move,
    State,
    UnitKind,
    after,
    all_agree,
    check_open,
)
from app.db import now, run
from app.errors import Conflict, Forbidden, Invalid
from app.studies.members import when_team_changes
from app.trail.service import Scene, record


def open_unit(
    db: Session,
    scene: Scene,
    *,
    sample_id: int,
    kind: UnitKind,
    case_id: int | None = None,
    domain_id: int | None = None,
) -> Unit:
    """Make the unit of a case in a sample, or of a domain's cross-analysis, with its layer."""
    unit = Unit(
        study_id=scene.study_id,
        sample_id=sample_id,
        kind=kind,
        case_id=case_id,
        domain_id=domain_id,
    )
    db.add(unit)
    db.flush()
    assert unit.id is not None
    db.add(Layer(unit_id=unit.id))
    db.flush()
    return unit


def change_content(db: Session, unit: UnitFacts, what: str) -> UnitFacts:
    """Note that the unit's consensus layer changes now; earlier agreements stop counting.

    Takes the unit's row first, so two changes of one unit follow one another on both databases.
    `what` names the unit in the refusal. Raises `StepLocked` where the unit is not open.
    """
    changed = run(
        db,
        update(Unit)
        .where(col(Unit.id) == unit.id, col(Unit.state).in_(OPEN_FOR_CONTENT))
        .values(
            content=col(Unit.content) + 1,
            state=State.CONSENSUS,
            state_since=case(
                (col(Unit.state) == State.CONSENSUS, col(Unit.state_since)), else_=now()
            ),
        )
        .returning(col(Unit.content)),
    ).first()
    if changed is None:
        present = run(db, sa.select(col(Unit.state)).where(col(Unit.id) == unit.id)).scalar_one()
        check_open(State(present), what)
        raise Conflict(f"{what} changed at this moment. Reload the page and try again.")
    judges = tuple(replace(judge, agreed=False) for judge in unit.judges)
    return replace(unit, content=changed[0], state=State.CONSENSUS, judges=judges)


def _lock(db: Session, unit: UnitFacts) -> Unit:
    return db.exec(
        select(Unit)
        .where(col(Unit.id) == unit.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def agree(db: Session, scene: Scene, unit: UnitFacts, *, content: int, what: str) -> State:
    """One judge agrees to one content version; the last agreement makes the unit agreed.

    Agreeing twice changes nothing. Raises `Forbidden` for anybody who is not a judge of the unit,
    `Conflict` where the content is no longer the version that was read.
    """
    account_id = scene.account_id
    if account_id is None or not unit.is_judge(account_id):
        raise Forbidden(f"Only the judges of {what} agree to it, each for themselves.")
    row = _lock(db, unit)
    if row.content != content:
        raise Conflict(
            f"{what} was changed after you opened this version. Reload, look at what changed, "
            "then agree to the new version."
        )
    if row.state in (State.NOT_STARTED, State.INDEPENDENT):
        raise Conflict(f"{what} is {row.state}: there is nothing to agree to yet.")
    agreed = set(
        db.exec(
            select(Agreement.account_id).where(
                col(Agreement.unit_id) == unit.id, col(Agreement.content) == content
            )
        )
    )
    if account_id in agreed or row.state != State.CONSENSUS:
        return row.state
    db.add(Agreement(unit_id=unit.id, account_id=account_id, content=content))
    record(db, scene, "agree", item=row, after={"content": content})
    if all_agree(frozenset(judge.id for judge in unit.judges), frozenset(agreed | {account_id})):
        _move(db, scene, row, Move.AGREE)
    return row.state


def settle(db: Session, scene: Scene) -> None:
    """When a judge has left, what all who remain agreed to is agreed: nothing deadlocks."""
    discussed = db.exec(
        select(Unit)
        .where(col(Unit.study_id) == scene.study_id, col(Unit.state) == State.CONSENSUS)
        .order_by(col(Unit.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    judges = judges_of_units(db, [unit.id for unit in discussed if unit.id is not None])
    for unit in discussed:
        assert unit.id is not None
        if judges[unit.id] and all(judge.agreed for judge in judges[unit.id]):
            _move(db, replace(scene, unit_id=unit.id), unit, Move.AGREE)


when_team_changes(settle)


def reopen(db: Session, scene: Scene, unit: UnitFacts, *, reason: str) -> None:
    """Open an agreed unit again for recoding. The reason is kept in the trail and is required."""
    if not reason.strip():
        raise Invalid("Say why the unit is reopened.", {"reason": "Say why, in a sentence."})
    row = _lock(db, unit)
    _move(db, scene, row, Move.REOPEN, reason=reason.strip())
    row.content += 1
    db.add(row)
    db.flush()


def _move(db: Session, scene: Scene, row: Unit, move: Move, **noted: str) -> None:
    before = row.state
    row.state = after(before, move)
    row.state_since = now()
    db.add(row)
    db.flush()
    record(
        db,
        scene,
        "agreed by all" if move is Move.AGREE else move.value,
        item=row,
        before={"state": before.value},
        after={"state": row.state.value, **noted},
    )
