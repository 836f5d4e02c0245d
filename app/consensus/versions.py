"""Consensus versions as they are kept: frozen with the next number, listed, read again."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.accounts.models import Account
from app.consensus.amending import Cause
from app.consensus.models import Agreement, Amendment, Assignment, ConsensusVersion, Layer, Unit
from app.consensus.queries import judges_of_units
from app.db import run
from app.studies.models import Member, Sample
from app.trail.service import Scene


@dataclass(frozen=True)
class JudgeThen:
    """A judge of a version: when they agreed to it, and when they were taken off (not why).

    Moments in UTC (ISO 8601), "" where there is none.
    """

    account_id: int
    name: str
    agreed_at: str = ""
    taken_off_at: str = ""


@dataclass(frozen=True)
class VersionHead:
    """A frozen version without its document."""

    id: int
    unit_id: int
    number: int
    content: int
    cause: Cause
    domain_list: int
    made_at: datetime
    by: str
    judges: tuple[JudgeThen, ...]

    @property
    def agreed(self) -> tuple[JudgeThen, ...]:
        """Who agreed to it."""
        return tuple(judge for judge in self.judges if judge.agreed_at)

    @property
    def taken_off(self) -> tuple[JudgeThen, ...]:
        """Who was its judge and was taken off before."""
        return tuple(judge for judge in self.judges if judge.taken_off_at)


_HEAD: tuple[Any, ...] = (
    col(ConsensusVersion.id),
    col(ConsensusVersion.unit_id),
    col(ConsensusVersion.number),
    col(ConsensusVersion.content),
    col(ConsensusVersion.cause),
    col(ConsensusVersion.domain_list),
    col(ConsensusVersion.made_at),
    sa.func.coalesce(col(Account.name), "").label("by"),
    col(ConsensusVersion.judges),
)
_OF_UNIT = (
    sa.select(*_HEAD)
    .join(Account, col(Account.id) == col(ConsensusVersion.made_by), isouter=True)
    .where(col(ConsensusVersion.unit_id) == sa.bindparam("unit"))
    .order_by(col(ConsensusVersion.number).desc())
)


def versions_of(db: Session, unit_id: int) -> tuple[VersionHead, ...]:
    """The versions of a unit without their documents, newest first."""
    return tuple(_head(*row) for row in run(db, _OF_UNIT, {"unit": unit_id}))


def _head(*facts: Any) -> VersionHead:
    return VersionHead(*[*facts[:-1], tuple(JudgeThen(**judge) for judge in facts[-1])])


def document_of_version(db: Session, version_id: int) -> dict[str, Any]:
    """The document of a version, as it was frozen."""
    document: dict[str, Any] = run(
        db, sa.select(col(ConsensusVersion.document)).where(col(ConsensusVersion.id) == version_id)
    ).scalar_one()
    return document


def newest_version(db: Session, unit_id: int) -> tuple[VersionHead, dict[str, Any]] | None:
    """The newest version of a unit with its document; None before anybody agreed."""
    row = run(
        db, _OF_UNIT.add_columns(col(ConsensusVersion.document)).limit(1), {"unit": unit_id}
    ).first()
    return (_head(*row[:-1]), row[-1]) if row else None


def freeze(
    db: Session, scene: Scene, unit: Unit, cause: Cause, document: dict[str, Any]
) -> ConsensusVersion:
    """Keep what stands in a unit as its next version; the caller holds the unit's row.

    What was amended and corrected since the last one has entered this one. The move, amendment or
    change that it comes from is in the trail.
    """
    assert unit.id is not None
    last = run(
        db,
        sa.select(sa.func.max(col(ConsensusVersion.number))).where(
            col(ConsensusVersion.unit_id) == unit.id
        ),
    ).scalar()
    domain_list = run(
        db, sa.select(col(Sample.domain_list)).where(col(Sample.id) == unit.sample_id)
    ).scalar_one()
    version = ConsensusVersion(
        unit_id=unit.id,
        number=(last or 0) + 1,
        content=unit.content,
        cause=cause,
        domain_list=domain_list,
        made_by=scene.account_id,
        judges=[asdict(judge) for judge in judges_then(db, unit)],
        document=document,
    )
    db.add(version)
    db.flush()
    run(
        db,
        sa.update(Amendment)
        .where(
            col(Amendment.unit_id) == unit.id,
            col(Amendment.agreed_at).is_not(None),
            col(Amendment.withdrawn_at).is_(None),
            col(Amendment.version_id).is_(None),
        )
        .values(version_id=version.id),
    )
    return version


def judges_then(db: Session, unit: Unit) -> Sequence[JudgeThen]:
    """The judges of a unit just now with their agreements, and those who were taken off, by name.

    Taken off are who was assigned by name and is not any more, and who has left the study after
    they had drafted the unit or agreed to it.
    """
    assert unit.id is not None
    present = judges_of_units(db, [unit.id])[unit.id]
    agreed = dict(
        run(
            db,
            sa.select(col(Agreement.account_id), col(Agreement.agreed_at)).where(
                col(Agreement.unit_id) == unit.id, col(Agreement.content) == unit.content
            ),
        ).all()
    )
    names = {judge.id: judge.name for judge in present}
    off: dict[int, datetime] = {}
    for account_id, name, at in run(db, _TAKEN_OFF, {"unit": unit.id, "study": unit.study_id}):
        if account_id not in {judge.id for judge in present}:
            names[account_id] = name
            off[account_id] = max(at, off.get(account_id, at))
    found = [
        JudgeThen(id_, name, _moment(agreed.get(id_)), _moment(off.get(id_)))
        for id_, name in names.items()
    ]
    return sorted(found, key=lambda judge: (judge.name.casefold(), judge.account_id))


def _moment(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""


_TAKEN_OFF = (
    sa.select(col(Account.id), col(Account.name), col(Assignment.until))
    .join(Assignment, col(Assignment.account_id) == col(Account.id))
    .where(col(Assignment.unit_id) == sa.bindparam("unit"), col(Assignment.until).is_not(None))
    .union_all(
        sa.select(col(Account.id), col(Account.name), col(Member.left_at))
        .join(Member, col(Member.account_id) == col(Account.id))
        .where(
            col(Member.study_id) == sa.bindparam("study"),
            col(Member.left_at).is_not(None),
            sa.or_(
                sa.exists()
                .where(
                    col(Agreement.unit_id) == sa.bindparam("unit"),
                    col(Agreement.account_id) == col(Account.id),
                )
                .correlate(Account),
                sa.exists()
                .where(
                    col(Layer.unit_id) == sa.bindparam("unit"),
                    col(Layer.account_id) == col(Account.id),
                )
                .correlate(Account),
            ),
        )
    )
)
