"""What the team does to a unit as a whole: open it, change its content, agree, reopen it."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy import case, update
from sqlmodel import Session, col, select

from app.consensus.amendments import lock_with_amended
from app.consensus.meetings import open_meeting
from app.consensus.models import Agreement, Layer, Unit
from app.consensus.queries import UnitFacts, judges_of_units, open_points
from app.consensus.rules import (
    AGREED_OR_LATER,
    OPEN_FOR_CONTENT,
    Move,
    State,
    Step,
    UnitKind,
    after,
    all_agree,
    check_open,
)
from app.db import now, one_or_not_found, run
from app.errors import Conflict, Forbidden, Invalid, StepLocked
from app.studies.members import before_team_changes, when_team_changes
from app.studies.ways import WayOfWorking
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


CHANGE_CONSENSUS = (
    update(Unit)
    .where(col(Unit.id) == sa.bindparam("unit"), col(Unit.state).in_(OPEN_FOR_CONTENT))
    .values(
        content=col(Unit.content) + 1,
        state=case((col(Unit.state) == State.RESPONDING, State.RESPONDING), else_=State.CONSENSUS),
        way=sa.bindparam("begun_in"),
        step=sa.bindparam("begun_with"),
        state_since=case(
            (col(Unit.state) == State.NOT_STARTED, sa.bindparam("at")), else_=col(Unit.state_since)
        ),
    )
    .returning(col(Unit.content))
)
CHANGE_DRAFT = (
    update(Layer)
    .where(
        col(Layer.id) == sa.bindparam("layer"),
        col(Layer.account_id).is_not(None),
        col(Layer.submitted_at).is_(None),
        sa.exists().where(col(Unit.id) == col(Layer.unit_id), col(Unit.state) == State.INDEPENDENT),
    )
    .values(content=col(Layer.content) + 1)
    .returning(col(Layer.content))
)
STATE = sa.select(col(Unit.state)).where(col(Unit.id) == sa.bindparam("unit"))
LOCKED_STATE = STATE.with_for_update(key_share=True)
UNIT = "case or board"


def change_content(db: Session, unit: UnitFacts, what: str) -> UnitFacts:
    """Note that the layer this person works on changes now: the consensus, or their own draft.

    Takes the row first, so two changes of one layer follow one another on both databases. A change
    of the consensus layer makes earlier agreements stop counting; one of a draft touches nothing
    that anybody else can see. `what` names the unit in the refusal. Raises `StepLocked` where the
    layer is not open.
    """
    if unit.keeps_agreements:
        return amend_content(db, unit, what)
    if unit.is_private:
        changed = run(db, CHANGE_DRAFT, {"layer": unit.layer_id}).first()
    else:
        begun = {"begun_in": unit.way, "begun_with": unit.step}
        changed = run(db, CHANGE_CONSENSUS, {"unit": unit.id, "at": now()} | begun).first()
    if changed is None:
        _say_why_locked(db, unit, what)
        raise Conflict(f"{what} changed at this moment. Reload the page and try again.")
    if unit.is_private:
        return replace(unit, content=changed[0])
    judges = tuple(replace(judge, agreed=False) for judge in unit.judges)
    state = State.RESPONDING if unit.state is State.RESPONDING else State.CONSENSUS
    return replace(unit, content=changed[0], state=state, judges=judges)


def hold(db: Session, unit: UnitFacts, what: str, *, part: Step = Step.BOTH) -> None:
    """Take the unit's row, so that what is read now is still so when it is written.

    `part` is what is about to change. Raises `StepLocked` where the layer that this person works on
    is not open, or the pass is about the other part.
    """
    if unit.keeps_agreements:
        amend_content(db, unit, what)
        return
    if Step.BOTH not in (part, unit.step) and part is not unit.step:
        raise StepLocked(_other_pass(unit, what))
    state = _locked_state(db, unit)
    if not unit.is_private:
        check_open(state, what)
    elif state is not State.INDEPENDENT or not unit.is_open:
        _say_why_locked(db, unit, what)


def _locked_state(db: Session, unit: UnitFacts) -> State:
    """Raise `NotFound` for a board that went with its domain, when the page was read already."""
    state = run(db, LOCKED_STATE, {"unit": unit.id}).scalar()
    return State(one_or_not_found(state, UNIT))


def amend_content(db: Session, unit: UnitFacts, what: str) -> UnitFacts:
    """Note that core ideas are amended, or their spelling corrected: every agreement still counts.

    Takes the row; neither state nor counter move. Raises `StepLocked` where nothing is agreed to
    yet.
    """
    state = _locked_state(db, unit)
    if state not in AGREED_OR_LATER | {State.CONSENSUS}:
        raise StepLocked(f"{what} is {state}: nobody has agreed to it yet, so just change it.")
    return unit


def _other_pass(unit: UnitFacts, what: str) -> str:
    if unit.step is Step.DOMAINS:
        return (
            f"This study works in two passes, and {what} is in the first: its domains are agreed "
            "before core ideas are written. Agree to the domains, then go on to the core ideas."
        )
    return (
        f"The domains of {what} were agreed in the first pass, so its blocks are locked. They can "
        "be reopened, with a reason; where core ideas are drafted in private, after the reveal."
    )


def _say_why_locked(db: Session, unit: UnitFacts, what: str) -> None:
    state = State(run(db, STATE, {"unit": unit.id}).scalar_one())
    if unit.is_private and unit.draft is None:
        check_open(State.INDEPENDENT, what)
    if unit.is_private and state is State.INDEPENDENT:
        raise StepLocked(
            f"Your draft of {what} is submitted, so it is frozen until all are revealed. "
            "Take it back to change it."
        )
    if unit.is_private:
        raise StepLocked(
            f"The drafts of {what} were revealed meanwhile: yours is frozen as it was submitted. "
            "Reload the page to work on the shared layer."
        )
    check_open(state, what)


def lock_unit(db: Session, unit_id: int) -> Unit:
    """The unit's row, taken until the end of the transaction. Raises `NotFound`."""
    found = db.exec(
        select(Unit)
        .where(col(Unit.id) == unit_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).first()
    return one_or_not_found(found, UNIT)


def take_units(db: Session, study_id: int) -> None:
    """Take the rows of all units of a study: cases before boards, as an agreement does."""
    of_study = sa.select(col(Unit.id)).where(col(Unit.study_id) == study_id)
    run(db, of_study.order_by(col(Unit.kind), col(Unit.id)).with_for_update(key_share=True))


before_team_changes(take_units)


def agree(db: Session, scene: Scene, unit: UnitFacts, *, content: int, what: str) -> State:
    """One judge agrees to one content version; the last agreement makes the unit agreed.

    Agreeing twice changes nothing. Raises `Forbidden` for anybody who is not a judge of the unit,
    `Conflict` where the content is no longer the version that was read, or where something is still
    to be discussed.
    """
    account_id = scene.account_id
    if account_id is None or not unit.is_judge(account_id):
        raise Forbidden(f"Only the judges of {what} agree to it, each for themselves.")
    row = lock_with_amended(db, unit.id)
    # Read again behind the lock: one of them may have been taken off at this moment.
    judges = frozenset(judge.id for judge in judges_of_units(db, [unit.id])[unit.id])
    if account_id not in judges:
        raise Forbidden(f"You were taken off {what}, so its other judges agree without you.")
    if row.state in (State.NOT_STARTED, State.INDEPENDENT):
        raise Conflict(f"{what} is {row.state}: there is nothing to agree to yet.")
    if row.content != content:
        raise Conflict(
            f"{what} was changed after you opened this version. Reload, look at what changed, "
            "then agree to the new version."
        )
    agreed = set(
        db.exec(
            select(Agreement.account_id).where(
                col(Agreement.unit_id) == unit.id, col(Agreement.content) == content
            )
        )
    )
    if account_id in agreed or row.state not in (State.CONSENSUS, State.RESPONDING):
        return row.state
    _check_discussed(db, unit.id, what)
    db.add(Agreement(unit_id=unit.id, account_id=account_id, content=content))
    record(db, scene, "agree", item=row, after={"content": content} | _meeting(db, scene))
    if all_agree(judges, frozenset(agreed | {account_id})):
        if row.state is State.CONSENSUS:
            make_move(db, scene, row, Move.AGREE)
        else:
            _run(_when_agreed_again, db, scene, row)
    return row.state


def _check_discussed(db: Session, unit_id: int, what: str) -> None:
    still_open = open_points(db, [unit_id]).get(unit_id)
    if still_open:
        count, them = (
            ("1 point is", "it") if still_open == 1 else (f"{still_open} points are", "them")
        )
        raise Conflict(f"{count} still open in {what}: decide on {them} first, then agree.")


Hook = Callable[[Session, Scene, Unit], None]
_when_moved: dict[Move, list[Hook]] = {}


def when(move: Move) -> Callable[[Hook], Hook]:
    """Let a room above do its part of a move, in the same transaction: `@when(Move.AGREE)`."""

    def register(hook: Hook) -> Hook:
        _when_moved.setdefault(move, []).append(hook)
        return hook

    return register


_when_agreed_again: list[Hook] = []


def when_agreed_again(hook: Hook) -> Hook:
    """Let the audits know when all judges agreed to what changed in answer to one."""
    _when_agreed_again.append(hook)
    return hook


def _run(hooks: Iterable[Hook], db: Session, scene: Scene, row: Unit) -> None:
    for hook in hooks:
        hook(db, scene, row)


def settle(db: Session, scene: Scene) -> None:
    """When a judge has left, what all who remain agreed to is agreed: nothing deadlocks."""
    settle_units(db, scene, col(Unit.study_id) == scene.study_id)


def settle_units(db: Session, scene: Scene, which: sa.ColumnElement[bool]) -> None:
    """The same for the units that are meant, and for what was changed in answer to an audit.

    The trail says that it came by itself: nobody agrees for another, the PI neither.
    """
    discussed = db.exec(
        select(Unit)
        .where(which, col(Unit.state).in_([State.CONSENSUS, State.RESPONDING]))
        .order_by(col(Unit.kind), col(Unit.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    ids = [unit.id for unit in discussed if unit.id is not None]
    judges, still_open = judges_of_units(db, ids), open_points(db, ids)
    for unit in discussed:
        assert unit.id is not None
        is_agreed = judges[unit.id] and all(judge.agreed for judge in judges[unit.id])
        if not is_agreed or unit.id in still_open:
            continue
        by_itself = replace(scene, account_id=None, unit_id=unit.id)
        if unit.state is State.CONSENSUS:
            make_move(db, by_itself, unit, Move.AGREE)
        else:
            _run(_when_agreed_again, db, by_itself, unit)


when_team_changes(settle)


def reopen(db: Session, scene: Scene, unit: UnitFacts, *, reason: str) -> None:
    """Open an agreed unit again for recoding. The reason is kept in the trail and is required.

    In the second of two passes it opens the domains that were agreed in the first: alone while
    nobody has written a core idea, else together with the core ideas. Raises `StepLocked` while
    core ideas are drafted in private, and where nothing was agreed.
    """
    if not reason.strip():
        raise Invalid("Say why the unit is reopened.", {"reason": "Say why, in a sentence."})
    row = lock_unit(db, unit.id)
    step, move = row.step, Move.REOPEN
    if row.step is Step.CORE_IDEAS:
        if row.state not in AGREED_OR_LATER:
            move = Move.REOPEN_DOMAINS
        step = Step.DOMAINS if row.state is State.NOT_STARTED else Step.BOTH
    make_move(db, scene, row, move, reason=reason.strip(), **_meeting(db, scene))
    row.content, row.step = row.content + 1, step
    row.way = row.way or WayOfWorking.TOGETHER
    db.add(row)
    db.flush()


SAID = {Move.AGREE: "agreed by all"}
BY_ITSELF = {Move.AGREE: "agreed by all who remain"}


def _meeting(db: Session, scene: Scene) -> dict[str, int]:
    """The open meeting that this person attends, for the trail's values."""
    meeting_id = open_meeting(db, scene.study_id, scene.account_id)
    return {"meeting": meeting_id} if meeting_id else {}


def make_move(db: Session, scene: Scene, row: Unit, move: Move, **noted: str | int) -> None:
    """Move a unit, whose row the caller holds, and let the rooms above do their part.

    What nobody does, because a judge has left, comes by itself: a scene without an account.
    """
    before = row.state
    row.state = after(before, move)
    row.state_since = now()
    db.add(row)
    db.flush()
    record(
        db,
        scene,
        (SAID if scene.account_id else BY_ITSELF).get(move, move.value),
        item=row,
        before={"state": before.value},
        after={"state": row.state.value, **noted},
    )
    _run(_when_moved.get(move, ()), db, scene, row)
