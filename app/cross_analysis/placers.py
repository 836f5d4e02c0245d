"""Who places the core ideas after the lists of categories are agreed on: one judge, or a pair.

The others review and agree. It is noted in the trail and on the board, and binds nobody: any judge
of the board may still move a card.
"""

from collections.abc import Collection

import sqlalchemy as sa
from sqlmodel import Session, col

from app.consensus.models import Unit
from app.consensus.queries import Judge
from app.consensus.rules import State
from app.consensus.service import lock_unit
from app.cross_analysis.guard import BoardContext
from app.db import run
from app.errors import Conflict, Invalid
from app.trail.models import TrailEntry, TrailValues
from app.trail.service import record

NOTED = "name who places"
AT_MOST = 2

LAST_NOTED = (
    sa.select(col(TrailValues.after))
    .join(TrailEntry, col(TrailEntry.id) == col(TrailValues.entry_id))
    .where(
        col(TrailEntry.unit_id) == sa.bindparam("unit"),
        col(TrailEntry.chain) == 0,
        col(TrailEntry.verb) == NOTED,
    )
    .order_by(col(TrailEntry.sequence).desc())
    .limit(1)
)


def may_be_named(board: BoardContext) -> bool:
    """Is the board at the step where placing is shared out: after private lists, not agreed yet?"""
    return board.unit.way.has_drafts and board.unit.state is State.CONSENSUS


def placers_of(db: Session, board: BoardContext) -> tuple[Judge, ...]:
    """Who was noted last, of those who still judge the board; nobody where nobody was."""
    if not board.unit.way.has_drafts or board.unit.is_private:
        return ()
    noted = run(db, LAST_NOTED, {"unit": board.unit.id}).scalar() or {}
    named = noted.get("accounts", [])
    return tuple(judge for judge in board.unit.judges if judge.id in named)


def name_placers(
    db: Session, board: BoardContext, *, account_ids: Collection[int]
) -> tuple[Judge, ...]:
    """Note who places the core ideas: one or two judges of the board.

    Raises `Invalid` for nobody, more than two, or who does not judge it; `Conflict` where placing
    is not shared out.
    """
    lock_unit(db, board.unit.id)
    if not may_be_named(board):
        raise Conflict(
            f"Who places the core ideas of {board.title} is noted once the private lists of "
            "categories are revealed, and until the board is agreed."
        )
    judges = [judge for judge in board.unit.judges if judge.id in set(account_ids)]
    if len(judges) != len(set(account_ids)) or not 1 <= len(judges) <= AT_MOST:
        sentence = "Choose one judge of this board, or two."
        raise Invalid(sentence, {"placer": sentence})
    if judges == list(placers_of(db, board)):
        return tuple(judges)
    row = db.get_one(Unit, board.unit.id)
    record(db, board.scene, NOTED, item=row, after={"accounts": [judge.id for judge in judges]})
    return tuple(judges)
