"""The moves of an audit: request it, return it, close it, ask for a further round.

What an auditor writes and what the team decides are in `commenting` and `responding`.
"""

from collections.abc import Collection
from dataclasses import replace

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.audit.models import Audit, AuditReturn, AuditRound, Comment, Response
from app.audit.queries import newest_version, open_audit
from app.audit.rules import all_returned, why_undecided
from app.consensus.amending import Cause
from app.consensus.models import Unit
from app.consensus.queries import UnitFacts, judges_of_units
from app.consensus.rules import Move, State, UnitKind, all_agree
from app.consensus.service import lock_unit, make_move, when, when_agreed_again
from app.consensus.versions import versions_of
from app.core_ideas.freezing import freeze_case, keep_first_version
from app.cross_analysis.freezing import freeze_board
from app.db import now, run
from app.errors import Conflict, Forbidden, Invalid
from app.trail.service import Scene, record


def request_audit(
    db: Session, scene: Scene, unit: UnitFacts, *, auditors: Collection[int], what: str
) -> Audit:
    """Hand an agreed unit to its auditors: they read what is frozen now.

    Raises `Invalid` without auditors or where a judge of the unit is among them, `StepLocked`
    where the unit is not agreed.
    """
    if not auditors:
        raise Invalid(f"Nobody is assigned to audit {what}. Choose auditors in the audit plan.")
    if any(unit.is_judge(auditor) for auditor in auditors):
        raise Invalid(f"Nobody audits what they judged: choose other auditors for {what}.")
    assert scene.account_id is not None
    row = lock_unit(db, unit.id)
    if row.kind is UnitKind.CASE:
        keep_first_version(db, row)
    make_move(db, scene, row, Move.REQUEST_AUDIT)
    audit = Audit(study_id=scene.study_id, unit_id=unit.id, requested_by=scene.account_id)
    db.add(audit)
    db.flush()
    _begin_round(db, scene, audit, 1, auditors)
    return audit


def ask_for_a_further_round(
    db: Session, scene: Scene, unit: UnitFacts, *, auditors: Collection[int]
) -> AuditRound:
    """Send a closed audit to the same auditors again; it shows what changed since the last."""
    row = lock_unit(db, unit.id)
    make_move(db, scene, row, Move.NEXT_ROUND)
    audit = db.exec(
        select(Audit).where(Audit.unit_id == unit.id).order_by(col(Audit.id).desc())
    ).first()
    assert audit is not None, "only an audited unit is closed"
    audit.closed_at = None
    db.add(audit)
    last = db.exec(
        select(sa.func.max(AuditRound.number)).where(AuditRound.audit_id == audit.id)
    ).one()
    return _begin_round(db, scene, audit, (last or 0) + 1, auditors)


def _begin_round(
    db: Session, scene: Scene, audit: Audit, number: int, auditors: Collection[int]
) -> AuditRound:
    assert audit.id is not None
    version = newest_version(db, audit.unit_id) if audit.unit_id else None
    round_ = AuditRound(audit_id=audit.id, number=number, version_id=version)
    db.add(round_)
    db.flush()
    assert round_.id is not None
    db.add_all(AuditReturn(round_id=round_.id, account_id=auditor) for auditor in auditors)
    db.flush()
    asked = {"round": number, "auditors": sorted(auditors)}
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
    db: Session, scene: Scene, unit: UnitFacts, *, audit_id: int, without_comments: bool, seen: int
) -> bool:
    """One auditor returns their audit; the last one hands it to the team. Returns whether so.

    `seen` is the number of comments of their own that were on the page. Returning twice changes
    nothing. Raises `Forbidden` for who was not asked, `Conflict` where the comments are others
    than those that were on the page, `Invalid` where there are none and that was not said.
    """
    row = lock_unit(db, unit.id)
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
        return row.state is not State.IN_AUDIT
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
    return _hand_over_if_all_returned(db, scene, row, round_)


def _count_comments(db: Session, round_id: int, account_id: int | None) -> int:
    counted: int = run(
        db,
        sa.select(sa.func.count())
        .select_from(Comment)
        .where(col(Comment.round_id) == round_id, col(Comment.account_id) == account_id),
    ).scalar_one()
    return counted


def _hand_over_if_all_returned(db: Session, scene: Scene, row: Unit, round_: AuditRound) -> bool:
    parts = db.exec(select(AuditReturn).where(AuditReturn.round_id == round_.id)).all()
    returned = [part.account_id for part in parts if part.returned_at]
    if not all_returned([part.account_id for part in parts], returned):
        return False
    round_.returned_at = now()
    db.add(round_)
    make_move(db, scene, row, Move.RETURN_AUDIT)
    return True


def let_go(db: Session, scene: Scene, unit: UnitFacts, *, auditor: int) -> None:
    """Take somebody who will not return an audit out of its round: nothing deadlocks.

    What they returned already stays. The round goes to the team where all others have returned.
    """
    row = lock_unit(db, unit.id)
    audit = open_audit(db, unit.id)
    if audit is None or audit.id is None or row.state is not State.IN_AUDIT:
        return
    round_ = lock_round(db, audit.id)
    run(
        db,
        sa.delete(AuditReturn).where(
            col(AuditReturn.round_id) == round_.id,
            col(AuditReturn.account_id) == auditor,
            col(AuditReturn.returned_at).is_(None),
        ),
    )
    record(db, scene, "take an auditor off an audit", item=audit, before={"auditor": auditor})
    _hand_over_if_all_returned(db, scene, row, round_)


def close_if_done(db: Session, scene: Scene, row: Unit) -> str:
    """Close a unit's audit where every comment is decided and the judges agreed to what changed.

    The caller holds the unit's row. Returns what holds it up, in words, else nothing.
    """
    assert row.id is not None
    audit = open_audit(db, row.id)
    if audit is None or audit.id is None or row.state is not State.RESPONDING:
        return "it is not with the team"
    round_ = lock_round(db, audit.id)
    decisions = run(
        db,
        sa.select(col(Response.decision))
        .select_from(Comment)
        .join(Response, col(Response.comment_id) == col(Comment.id), isouter=True)
        .where(col(Comment.round_id) == round_.id),
    )
    held_up = why_undecided(decisions.scalars())
    if held_up:
        return held_up
    judges = judges_of_units(db, [row.id])[row.id]
    agreed = frozenset(judge.id for judge in judges if judge.agreed)
    if not all_agree(frozenset(judge.id for judge in judges), agreed):
        return "not all judges have agreed to what changed"
    round_.closed_at = audit.closed_at = now()
    db.add_all([round_, audit])
    make_move(db, scene, row, Move.CLOSE_AUDIT)
    _freeze_what_changed(db, scene, row)
    return ""


def _freeze_what_changed(db: Session, scene: Scene, row: Unit) -> None:
    assert row.id is not None
    newest = versions_of(db, row.id)
    if newest and newest[0].content == row.content:
        return
    if row.kind is UnitKind.CASE:
        freeze_case(db, scene, row, Cause.AUDIT)
    else:
        freeze_board(db, scene, row, Cause.AUDIT)


@when_agreed_again
def _close_with_the_last_agreement(db: Session, scene: Scene, row: Unit) -> None:
    close_if_done(db, scene, row)


@when(Move.REOPEN)
def _end_the_audit(db: Session, scene: Scene, row: Unit) -> None:
    """A unit that is reopened for recoding is audited anew once it is agreed again."""
    assert row.id is not None
    audit = open_audit(db, row.id)
    if audit is not None:
        audit.closed_at = now()
        db.add(audit)
        db.flush()
        record(db, replace(scene), "end an audit with the reopening", item=audit)
