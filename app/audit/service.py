"""The moves of an audit: request it, return it, close it, ask for a further round.

What an auditor writes and what the team decides are in `commenting` and `responding`.
"""

from collections.abc import Collection
from dataclasses import replace

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.audit.due import ItemKey
from app.audit.models import Audit, AuditReturn, AuditRound, Comment, Response
from app.audit.moving import Held, HeldList, HeldUnit, hold
from app.audit.queries import judges_of_study, open_audit
from app.audit.rules import all_returned, why_undecided
from app.consensus.models import Unit
from app.consensus.queries import UnitFacts
from app.consensus.rules import Move, State, Step, UnitKind
from app.consensus.service import lock_unit, make_move, when, when_agreed_again
from app.core_ideas.freezing import keep_first_version
from app.db import now, run
from app.domains.list_change import take_list
from app.errors import Conflict, Forbidden, Invalid, StepLocked
from app.studies.guard import SampleName
from app.trail.service import Scene, record


def request_audit(
    db: Session,
    scene: Scene,
    unit: UnitFacts,
    *,
    auditors: Collection[int],
    what: str,
    step: Step = Step.BOTH,
) -> Audit:
    """Hand an agreed unit to its auditors: they read what is frozen now.

    `step` is what of it they are asked about. Raises `Invalid` without auditors or where a judge
    of the unit is among them, `StepLocked` where the unit is not agreed.
    """
    _check_auditors(auditors, {judge.id for judge in unit.judges}, what)
    assert scene.account_id is not None
    row = lock_unit(db, unit.id)
    if row.kind is UnitKind.CASE:
        keep_first_version(db, row)
    make_move(db, scene, row, Move.REQUEST_AUDIT)
    audit = Audit(study_id=scene.study_id, unit_id=unit.id, requested_by=scene.account_id)
    db.add(audit)
    db.flush()
    _begin_round(db, scene, audit, HeldUnit(row), 1, auditors, step)
    return audit


def request_audit_of_list(
    db: Session, scene: Scene, sample: SampleName, *, auditors: Collection[int]
) -> Audit:
    """Hand a sample's domain list to its auditors, as it stands now.

    Raises `Invalid` as `request_audit`, and where the list is empty; `StepLocked` where it went to
    auditors before: then a further round is asked for.
    """
    what = f"the domain list of “{sample.name}”"
    _check_auditors(auditors, {judge.id for judge in judges_of_study(db, scene.study_id)}, what)
    assert scene.account_id is not None
    if not take_list(db, sample):
        raise Invalid(f"There is no domain in {what} yet, so there is nothing to audit.")
    asked = db.exec(select(Audit.id).where(Audit.sample_id == sample.id)).first()
    if asked is not None:
        raise StepLocked(f"Auditors were asked for {what} already. Ask for a further round.")
    audit = Audit(
        study_id=scene.study_id,
        sample_id=sample.id,
        state=State.AGREED,
        requested_by=scene.account_id,
    )
    db.add(audit)
    db.flush()
    held = HeldList(audit)
    held.move(db, scene, Move.REQUEST_AUDIT)
    _begin_round(db, scene, audit, held, 1, auditors, Step.BOTH)
    return audit


def _check_auditors(auditors: Collection[int], judges: Collection[int], what: str) -> None:
    if not auditors:
        raise Invalid(f"Nobody is assigned to audit {what}. Choose auditors in the audit plan.")
    if set(auditors) & set(judges):
        raise Invalid(f"Nobody audits what they judged: choose other auditors for {what}.")


def ask_for_a_further_round(
    db: Session,
    scene: Scene,
    *,
    audit_id: int,
    auditors: Collection[int],
    step: Step | None = None,
) -> AuditRound:
    """Send a closed audit to auditors again; it shows what changed since the last round.

    Without a `step` it is about what the last round was about. Raises `StepLocked` where the audit
    is not closed.
    """
    audit, held = hold(db, audit_id)
    held.move(db, scene, Move.NEXT_ROUND)
    audit.closed_at = None
    db.add(audit)
    last = lock_round(db, audit_id)
    return _begin_round(db, scene, audit, held, last.number + 1, auditors, step or last.step)


def _begin_round(
    db: Session,
    scene: Scene,
    audit: Audit,
    held: Held,
    number: int,
    auditors: Collection[int],
    step: Step,
) -> AuditRound:
    assert audit.id is not None
    round_ = AuditRound(audit_id=audit.id, number=number, step=step, **held.frozen(db))
    db.add(round_)
    db.flush()
    assert round_.id is not None
    db.add_all(AuditReturn(round_id=round_.id, account_id=auditor) for auditor in auditors)
    db.flush()
    asked = {"round": number, "auditors": sorted(auditors), "about": step.value}
    record(db, scene, "begin a round of an audit", item=audit, after=asked)
    return round_


def lock_round(db: Session, audit_id: int) -> AuditRound:
    """The newest round of an audit, taken until the end of the transaction."""
    return db.exec(
        select(AuditRound)
        .where(AuditRound.audit_id == audit_id)
        .order_by(col(AuditRound.number).desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def return_audit(
    db: Session, scene: Scene, *, audit_id: int, without_comments: bool, seen: int
) -> bool:
    """One auditor returns their audit; the last one hands it to the team. Returns whether so.

    `seen` is the number of comments of their own that were on the page. Returning twice changes
    nothing. Raises `Forbidden` for who was not asked, `Conflict` where the comments are others
    than those that were on the page, `Invalid` where there are none and that was not said.
    """
    _, held = hold(db, audit_id)
    round_ = lock_round(db, audit_id)
    assert round_.id is not None
    part = db.exec(
        select(AuditReturn).where(
            AuditReturn.round_id == round_.id, AuditReturn.account_id == scene.account_id
        )
    ).first()
    if part is None:
        raise Forbidden("You were not asked to audit this, so there is nothing to return.")
    if part.returned_at is not None:
        return held.state is not State.IN_AUDIT
    written = _count_comments(db, round_.id, scene.account_id)
    if written != seen:
        raise Conflict(
            f"Your audit has {written} comments and this page showed {seen}: you wrote in another "
            "window meanwhile. Reload the page, look through them, and return it then."
        )
    if not written and not without_comments:
        raise Invalid(
            "There is no comment yet. If you read it all and have none, say so by returning it "
            "with no comments."
        )
    part.returned_at, part.without_comments = now(), not written
    db.add(part)
    db.flush()
    record(db, scene, "return an audit", item=part, after={"without_comments": not written})
    return _hand_over_if_all_returned(db, scene, held, round_)


def _count_comments(db: Session, round_id: int, account_id: int | None) -> int:
    counted: int = run(
        db,
        sa.select(sa.func.count())
        .select_from(Comment)
        .where(col(Comment.round_id) == round_id, col(Comment.account_id) == account_id),
    ).scalar_one()
    return counted


def _hand_over_if_all_returned(db: Session, scene: Scene, held: Held, round_: AuditRound) -> bool:
    parts = db.exec(select(AuditReturn).where(AuditReturn.round_id == round_.id)).all()
    returned = [part.account_id for part in parts if part.returned_at]
    if not all_returned([part.account_id for part in parts], returned):
        return False
    round_.returned_at = now()
    db.add(round_)
    held.move(db, scene, Move.RETURN_AUDIT)
    return True


def let_go(db: Session, scene: Scene, *, audit_id: int, auditor: int) -> None:
    """Take somebody who will not return an audit out of its round: nothing deadlocks.

    What they returned already stays. The round goes to the team where all others have returned.
    """
    audit, held = hold(db, audit_id)
    if held.state is not State.IN_AUDIT:
        return
    round_ = lock_round(db, audit_id)
    run(
        db,
        sa.delete(AuditReturn).where(
            col(AuditReturn.round_id) == round_.id,
            col(AuditReturn.account_id) == auditor,
            col(AuditReturn.returned_at).is_(None),
        ),
    )
    record(db, scene, "take an auditor off an audit", item=audit, before={"auditor": auditor})
    _hand_over_if_all_returned(db, scene, held, round_)


def close_if_done(db: Session, scene: Scene, audit_id: int) -> str:
    """Close an audit where every comment is decided and the judges agreed to what changed.

    Returns what holds it up, in words, else nothing.
    """
    return _close(db, scene, *hold(db, audit_id))


def _close(db: Session, scene: Scene, audit: Audit, held: Held) -> str:
    if audit.closed_at is not None or held.state is not State.RESPONDING:
        return "it is not with the team"
    assert audit.id is not None
    round_ = lock_round(db, audit.id)
    decisions = run(
        db,
        sa.select(col(Response.decision))
        .select_from(Comment)
        .join(Response, col(Response.comment_id) == col(Comment.id), isouter=True)
        .where(col(Comment.round_id) == round_.id),
    )
    held_up = why_undecided(decisions.scalars()) or held.why_not_agreed(db)
    if held_up:
        return held_up
    round_.closed_at = audit.closed_at = now()
    db.add_all([round_, audit])
    held.move(db, scene, Move.CLOSE_AUDIT)
    held.keep_changes(db, scene)
    return ""


@when_agreed_again
def _close_with_the_last_agreement(db: Session, scene: Scene, row: Unit) -> None:
    audit = open_audit(db, ItemKey(row.id))
    if audit is not None:
        _close(db, scene, audit, HeldUnit(row))


@when(Move.REOPEN)
def _end_the_audit(db: Session, scene: Scene, row: Unit) -> None:
    """A unit that is reopened for recoding is audited anew once it is agreed again."""
    audit = open_audit(db, ItemKey(row.id))
    if audit is not None:
        audit.closed_at = now()
        db.add(audit)
        db.flush()
        record(db, replace(scene), "end an audit with the reopening", item=audit)
