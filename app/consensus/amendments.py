"""Amendments as they are kept: made, pending, agreed with their board, withdrawn, listed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.accounts.models import Account
from app.consensus.amending import AmendmentKind, Verb
from app.consensus.models import Amendment, ConsensusVersion, Unit
from app.db import now, one_or_not_found, run
from app.trail.service import Scene, record

Ideas = dict[str, Any]
"""Core ideas of before or after as plain values, with their number and their domain's title."""

PENDING = sa.and_(col(Amendment.agreed_at).is_(None), col(Amendment.withdrawn_at).is_(None))


def lock_with_amended(db: Session, unit_id: int) -> Unit:
    """A unit's row, and those of the cases whose pending amendments are agreed with it.

    Cases before boards, as a change of a core idea takes them, so that neither waits for the other.
    Raises `NotFound`.
    """
    rows = db.exec(
        select(Unit)
        .where(
            sa.or_(
                col(Unit.id) == unit_id,
                col(Unit.id).in_(
                    sa.select(col(Amendment.unit_id)).where(
                        col(Amendment.board_id) == unit_id, PENDING
                    )
                ),
            )
        )
        .order_by(col(Unit.kind), col(Unit.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    return one_or_not_found(next((row for row in rows if row.id == unit_id), None), "case or board")


@dataclass(frozen=True)
class Amended:
    """An amendment or editorial change as pages and documents list it; `version` it entered."""

    id: int
    guid: str
    unit_id: int
    board_id: int | None
    core_idea_guid: str
    kind: AmendmentKind
    before: Ideas
    after: Ideas
    made_by: int
    by: str
    made_at: datetime
    agreed_at: datetime | None
    withdrawn_at: datetime | None
    version: int | None

    @property
    def is_pending(self) -> bool:
        """Does it wait for the board's agreement?"""
        return self.agreed_at is None and self.withdrawn_at is None

    @property
    def was(self) -> tuple[str, ...]:
        """The words of before."""
        return tuple(idea["text"] for idea in self.before["ideas"])

    @property
    def became(self) -> tuple[str, ...]:
        """The words of after."""
        return tuple(idea["text"] for idea in self.after["ideas"])


AMENDED = (
    sa.select(
        col(Amendment.id),
        col(Amendment.guid),
        col(Amendment.unit_id),
        col(Amendment.board_id),
        col(Amendment.core_idea_guid),
        col(Amendment.kind),
        col(Amendment.before),
        col(Amendment.after),
        col(Amendment.made_by),
        col(Account.name),
        col(Amendment.made_at),
        col(Amendment.agreed_at),
        col(Amendment.withdrawn_at),
        col(ConsensusVersion.number),
    )
    .join(Account, col(Account.id) == col(Amendment.made_by))
    .join(ConsensusVersion, col(ConsensusVersion.id) == col(Amendment.version_id), isouter=True)
    .where(col(Amendment.withdrawn_at).is_(None))
    .order_by(col(Amendment.id))
)


def amendments_of_case(db: Session, unit_id: int) -> list[Amended]:
    """What was amended and corrected in a case, as it happened; withdrawn ones are left out."""
    rows = run(db, AMENDED.where(col(Amendment.unit_id) == unit_id))
    return [Amended(*row) for row in rows]


def count_pending(db: Session, unit_id: int) -> int:
    """How many amendments of a case wait for the agreement of their board."""
    return int(
        run(
            db,
            sa.select(sa.func.count())
            .select_from(Amendment)
            .where(col(Amendment.unit_id) == unit_id, PENDING),
        ).scalar_one()
    )


def amendments_of_board(db: Session, board_id: int) -> list[Amended]:
    """What was amended from a board, as it happened; withdrawn ones are left out."""
    rows = run(db, AMENDED.where(col(Amendment.board_id) == board_id))
    return [Amended(*row) for row in rows]


def note_amendment(
    db: Session,
    scene: Scene,
    *,
    board_id: int | None,
    core_idea_guid: str,
    kind: AmendmentKind,
    before: Ideas,
    after: Ideas,
) -> Amendment:
    """Keep what was amended; an editorial change asks nobody, so it is agreed at once."""
    assert scene.account_id is not None
    assert scene.unit_id is not None
    amendment = Amendment(
        unit_id=scene.unit_id,
        board_id=board_id,
        core_idea_guid=core_idea_guid,
        kind=kind,
        before=before,
        after=after,
        made_by=scene.account_id,
        agreed_at=now() if kind is AmendmentKind.EDITORIAL else None,
    )
    db.add(amendment)
    db.flush()
    return amendment


def settle_pending(
    db: Session, scene: Scene, *, board_id: int | None = None, unit_id: int | None = None
) -> Sequence[int]:
    """Everybody concerned agreed to a board, or anew to a case: so did they to its amendments.

    Returns the cases (by unit) that have amendments now which no version holds yet.
    """
    which = col(Amendment.board_id) == board_id if board_id else col(Amendment.unit_id) == unit_id
    pending = db.exec(
        select(Amendment)
        .where(which, PENDING)
        .order_by(col(Amendment.id))
        .execution_options(populate_existing=True)
    ).all()
    for amendment in pending:
        amendment.agreed_at = now()
        db.add(amendment)
        record(
            db,
            Scene(scene.study_id, scene.account_id, amendment.unit_id),
            Verb.AGREE,
            item=amendment,
            after={"core_idea": amendment.core_idea_guid, "kind": amendment.kind.value},
        )
    return sorted({amendment.unit_id for amendment in pending})
