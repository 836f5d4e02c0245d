"""Is a unit a blind practice? Who practises what, and is it submitted?"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from app.consensus.models import Practice, Unit
from app.consensus.rules import PRIVATE
from app.db import run


@dataclass(frozen=True)
class Practising:
    """A unit that is a practice, with whose consensus it will be laid beside."""

    judges: tuple[str, ...]
    made_at: datetime

    @property
    def agreed_by(self) -> str:
        """'Ana, Ben and Chi'."""
        *others, last = self.judges or ("its judges",)
        return f"{', '.join(others)} and {last}" if others else last


def practice_of(db: Session, unit_id: int) -> Practising | None:
    """What a unit practises, or None for one that is real."""
    row = run(
        db,
        sa.select(col(Practice.judges), col(Practice.made_at)).where(
            col(Practice.unit_id) == unit_id
        ),
    ).first()
    return Practising(tuple(row[0]), row[1]) if row else None


STILL_BLIND = (
    sa.select(col(Practice.id))
    .join(Unit, col(Unit.id) == col(Practice.unit_id))
    .where(col(Unit.state).in_(PRIVATE))
)
"""Practices whose draft is not submitted."""
