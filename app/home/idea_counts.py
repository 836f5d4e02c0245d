"""How many core ideas there are on boards, and how many of them have no place there yet."""

from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import and_, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.consensus.models import Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER
from app.consensus.rules import UnitKind
from app.core_ideas.models import CoreIdea
from app.cross_analysis.models import Placement
from app.db import run


class IdeaCount(NamedTuple):
    """The core ideas of a case in an analytic domain, and how many have no place on its board."""

    domain_id: int
    case_id: int
    core_ideas: int
    unsorted: int


def idea_counts(db: Session, sample_ids: Collection[int]) -> list[IdeaCount]:
    """Counts from the consensus layers of the samples' cases, in one statement."""
    board, board_layer = aliased(Unit), aliased(Layer)
    placed = (
        sa.exists()
        .where(
            col(Placement.core_idea_id) == col(CoreIdea.id),
            col(Placement.layer_id) == col(board_layer.id),
        )
        .correlate(CoreIdea, board_layer)
    )
    rows = run(
        db,
        sa.select(
            col(CoreIdea.domain_id),
            col(Unit.case_id),
            func.count(),
            func.sum(sa.case((placed, 0), else_=1)),
        )
        .join(Layer, col(Layer.id) == col(CoreIdea.layer_id))
        .join(Unit, CONSENSUS_LAYER)
        .join(board, col(board.domain_id) == col(CoreIdea.domain_id))
        .join(
            board_layer,
            and_(col(board_layer.unit_id) == col(board.id), col(board_layer.account_id).is_(None)),
        )
        .where(col(Unit.sample_id).in_(sample_ids), col(Unit.kind) == UnitKind.CASE)
        .group_by(col(CoreIdea.domain_id), col(Unit.case_id)),
    )
    return [IdeaCount(*row) for row in rows]
