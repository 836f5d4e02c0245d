"""The drafts of a unit once they are revealed: until then this finds nothing, for anybody."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from app.accounts.models import Account
from app.accounts.sessions import initials
from app.consensus.models import Layer, Unit
from app.consensus.rules import PRIVATE
from app.db import run
from app.trail.models import TrailEntry

REVEALED = "reveal a draft"
"""The trail's word for it: a draft that was not revealed (its judge left before) stays unseen."""


@dataclass(frozen=True)
class RevealedDraft:
    """A judge's frozen layer of a unit."""

    layer_id: int
    account_id: int
    name: str

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        return initials(self.name)


REVEALED_DRAFTS = (
    sa.select(col(Layer.id), col(Account.id), col(Account.name))
    .join(Unit, col(Unit.id) == col(Layer.unit_id))
    .join(Account, col(Account.id) == col(Layer.account_id))
    .where(
        col(Layer.unit_id) == sa.bindparam("unit"),
        col(Layer.submitted_at).is_not(None),
        col(Unit.state).not_in(PRIVATE),
        sa.exists().where(
            col(TrailEntry.study_id) == col(Unit.study_id),
            col(TrailEntry.item_kind) == Layer.__tablename__,
            col(TrailEntry.item_id) == col(Layer.id),
            col(TrailEntry.chain) == 0,
            col(TrailEntry.verb) == REVEALED,
        ),
    )
    .order_by(col(Account.name), col(Account.id))
)


def revealed_drafts(db: Session, unit_id: int) -> tuple[RevealedDraft, ...]:
    """The judges' revealed layers of a unit, judges by name and never by how many agree."""
    return tuple(RevealedDraft(*row) for row in run(db, REVEALED_DRAFTS, {"unit": unit_id}))
