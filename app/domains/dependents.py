"""Which cases depend on a domain: those coded in it. They are marked when it is redefined."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col

from app.consensus.amending import is_editorial
from app.consensus.models import Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER
from app.consensus.rules import State, UnitKind
from app.consensus.stale import mark_stale
from app.db import run
from app.domains.list_queries import CORE_IDEA
from app.domains.models import Block, BlockDomain, Domain
from app.studies.guard import StudyContext
from app.trail.service import Values

REDEFINES = ("title", "definition")
"""What says which data belong to a domain; corrected spelling of these redefines nothing."""


def note_redefined(
    db: Session, study: StudyContext, domain: Domain, *, before: Values, after: Values
) -> None:
    """Tell which cases to look at again, where a domain's meaning or kind was changed.

    Marked are those of `cases_in`: a mark tells nothing of drafts.
    """
    redefined = any(not is_editorial(before[name], after[name]) for name in REDEFINES)
    if not redefined and before["kind"] == after["kind"]:
        return
    why = f"The domain “{domain.title}” was redefined: see whether what it holds belongs there."
    mark_stale(db, study.scene, cases_in(db, domain), why)


def cases_in(db: Session, domain: Domain) -> Sequence[int]:
    """The cases with something in a domain, and those being drafted, whatever is in the drafts."""
    found: Sequence[int] = (
        run(db, CASES_IN, {"domain": domain.id, "sample": domain.sample_id}).scalars().all()
    )
    return found


CASES_IN = (
    sa.select(col(Unit.id))
    .join(Layer, CONSENSUS_LAYER)
    .where(
        col(Unit.sample_id) == sa.bindparam("sample"),
        col(Unit.kind) == UnitKind.CASE,
        sa.or_(
            col(Unit.state) == State.INDEPENDENT,
            sa.exists()
            .where(
                col(Block.layer_id) == col(Layer.id),
                col(BlockDomain.block_id) == col(Block.id),
                col(BlockDomain.domain_id) == sa.bindparam("domain"),
            )
            .correlate(Layer),
            sa.exists()
            .where(
                CORE_IDEA.c.layer_id == col(Layer.id),
                CORE_IDEA.c.domain_id == sa.bindparam("domain"),
            )
            .correlate(Layer),
        ),
    )
)
