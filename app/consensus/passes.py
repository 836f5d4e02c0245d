"""Two passes: once the domains of a case are agreed, its core ideas are another round.

The same unit goes through the cycle twice. In the second pass the blocks are the agreed ones and
locked; core ideas are drafted (where the team drafts), discussed and agreed on them.
"""

import sqlalchemy as sa
from sqlmodel import Session, col

from app.consensus.models import Layer
from app.consensus.queries import UnitFacts
from app.consensus.rules import Move, State, Step
from app.consensus.service import lock_unit, make_move
from app.db import run
from app.errors import Conflict
from app.trail.service import Scene


def go_on(db: Session, scene: Scene, unit: UnitFacts, *, what: str) -> None:
    """Go on from agreed domains to the core ideas: the unit is begun anew, with its blocks.

    Every judge's layer is open to them again. Raises `Conflict` where the first of two passes is
    not agreed, or somebody went on already.
    """
    row = lock_unit(db, unit.id)
    if row.step is Step.CORE_IDEAS:
        raise Conflict(f"Somebody went on to the core ideas of {what} already. Reload the page.")
    if row.step is not Step.DOMAINS or row.state not in (State.AGREED, State.CLOSED):
        raise Conflict(
            f"{what} cannot go on to its core ideas: the first of two passes, its domains, has to "
            "be agreed before."
        )
    row.step, row.way = Step.CORE_IDEAS, None
    row.content += 1
    run(
        db,
        sa.update(Layer)
        .where(col(Layer.unit_id) == unit.id, col(Layer.account_id).is_not(None))
        .values(submitted_at=None),
    )
    make_move(db, scene, row, Move.NEXT_PASS)
