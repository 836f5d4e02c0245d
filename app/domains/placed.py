"""What is placed on a case's transcripts: blocks and *not coded* marks of all its samples."""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from app.accounts.models import Account
from app.cases.guard import CaseContext
from app.consensus.models import Assignment, Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER
from app.consensus.rules import is_agreed
from app.db import run
from app.domains.models import Block, BlockDomain, Domain, NotCoded
from app.domains.passages import Kind
from app.permissions import Action, Actor, Refused, Role, decide
from app.studies.models import Sample


class CaseUnit(NamedTuple):
    """The case in one of its samples: what the switch shows, and whether its layer may be seen."""

    sample_id: int
    sample: str
    domain_list: int
    layer_id: int
    is_visible: bool


class Placed(NamedTuple):
    """A block or a *not coded* mark as the page has it."""

    kind: Kind
    id: int
    layer_id: int
    version_id: int
    start: int
    end: int
    memo: str
    version: int
    by: str
    domain_ids: tuple[int, ...]


_NAMED = sa.exists().where(col(Assignment.unit_id) == col(Unit.id), col(Assignment.until).is_(None))
UNITS = (
    sa.select(
        col(Sample.id),
        col(Sample.name),
        col(Sample.domain_list),
        col(Layer.id),
        col(Unit.state),
        col(Unit.step),
        ~_NAMED | _NAMED.where(col(Assignment.account_id) == sa.bindparam("me")),
    )
    .join(Unit, col(Unit.sample_id) == col(Sample.id))
    .join(Layer, CONSENSUS_LAYER)
    .where(col(Unit.case_id) == sa.bindparam("case_id"))
    .order_by(col(Sample.position), col(Sample.id))
)
LAYERS: sa.BindParameter[int] = sa.bindparam("layers", expanding=True)
BLOCKS = (
    sa.select(
        col(Block.id),
        col(Block.layer_id),
        col(Block.transcript_version_id),
        col(Block.start),
        col(Block.end),
        col(Block.memo),
        col(Block.version),
        col(Account.name),
        col(BlockDomain.domain_id),
    )
    .join(BlockDomain, col(BlockDomain.block_id) == col(Block.id))
    .join(Account, col(Account.id) == col(Block.made_by))
    .join(Domain, col(Domain.id) == col(BlockDomain.domain_id))
    .where(col(Block.layer_id).in_(LAYERS))
    .order_by(col(Block.start), col(Block.end).desc(), col(Block.id), col(Domain.position))
)
MARKS = (
    sa.select(
        col(NotCoded.id),
        col(NotCoded.layer_id),
        col(NotCoded.transcript_version_id),
        col(NotCoded.start),
        col(NotCoded.end),
        sa.literal(""),
        col(NotCoded.version),
        col(Account.name),
    )
    .join(Account, col(Account.id) == col(NotCoded.made_by))
    .where(col(NotCoded.layer_id).in_(LAYERS))
    .order_by(col(NotCoded.start), col(NotCoded.end).desc(), col(NotCoded.id))
)


def case_units(db: Session, case: CaseContext) -> tuple[CaseUnit, ...]:
    """The case in each of its samples, in the samples' order."""
    rows = run(db, UNITS, {"case_id": case.case_id, "me": case.study.me.id})
    return tuple(
        CaseUnit(
            sample_id,
            name,
            domain_list,
            case.unit.blocks_layer_id if sample_id == case.sample.id else layer_id,
            _may_see(case.study.roles, judges=bool(judges), agreed=is_agreed(state, step)),
        )
        for sample_id, name, domain_list, layer_id, state, step, judges in rows
    )


def _may_see(roles: frozenset[Role], *, judges: bool, agreed: bool) -> bool:
    actor = Actor(roles, judges_unit=judges, unit_agreed=agreed)
    return not isinstance(decide(actor, Action.SEE_CODING), Refused)


def placed_on(db: Session, layer_ids: Sequence[int]) -> list[Placed]:
    """Blocks in the order of the text, their domains in the order of the list; then the marks."""
    layers = {"layers": list(layer_ids)}
    found: list[Placed] = []
    for *facts, domain_id in run(db, BLOCKS, layers).all():
        if found and found[-1].id == facts[0]:
            found[-1] = found[-1]._replace(domain_ids=(*found[-1].domain_ids, domain_id))
        else:
            found.append(Placed._make((Kind.BLOCK, *facts, (domain_id,))))
    found.extend(Placed._make((Kind.NOT_CODED, *row, ())) for row in run(db, MARKS, layers))
    return found
