"""The boards of a sample, one row each: where step 3 stands."""

from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from app.consensus.models import Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER, Judge, judges_of_units
from app.consensus.rules import AGREED_OR_LATER, State, UnitKind
from app.core_ideas.models import CoreIdea
from app.cross_analysis.models import Placement
from app.db import run
from app.domains.models import Domain, DomainKind


@dataclass(frozen=True)
class BoardRow:
    """A board in its sample's index.

    A case is in where its unit is agreed and none of its core ideas here is unsorted.
    """

    domain_id: int
    title: str
    abbreviation: str
    hue: int
    state: State
    core_ideas: int
    unsorted: int
    cases_in: int
    cases: int
    judges: tuple[Judge, ...]

    @property
    def is_agreed(self) -> bool:
        """Has it been agreed (and not been reopened since)?"""
        return self.state in AGREED_OR_LATER

    @property
    def still_missing(self) -> tuple[Judge, ...]:
        """Who has yet to agree, once anybody has begun to sort."""
        if self.is_agreed or self.state == State.NOT_STARTED:
            return ()
        return tuple(judge for judge in self.judges if not judge.agreed)


def boards_of(db: Session, sample_id: int) -> tuple[BoardRow, ...]:
    """The boards of a sample's analytic domains, in list order. Four statements."""
    boards = run(
        db,
        sa.select(
            col(Domain.id),
            col(Domain.title),
            col(Domain.abbreviation),
            col(Domain.hue),
            col(Unit.id),
            col(Unit.state),
        )
        .join(Unit, col(Unit.domain_id) == col(Domain.id))
        .where(col(Domain.sample_id) == sample_id, col(Domain.kind) == DomainKind.ANALYTIC)
        .order_by(col(Domain.position), col(Domain.id)),
    ).all()
    judges = judges_of_units(db, [row[4] for row in boards])
    cases = _agreed_by_case(db, sample_id)
    core_ideas: Counter[int] = Counter()
    unsorted: Counter[int] = Counter()
    held_up: dict[int, set[int]] = {}
    for domain_id, case_id, written, placed in _core_ideas(db, sample_id):
        core_ideas[domain_id] += written
        unsorted[domain_id] += written - placed
        if placed < written:
            held_up.setdefault(domain_id, set()).add(case_id)
    agreed = {case_id for case_id, is_agreed in cases.items() if is_agreed}
    return tuple(
        BoardRow(
            domain_id,
            title,
            abbreviation,
            hue,
            state,
            core_ideas[domain_id],
            unsorted[domain_id],
            len(agreed - held_up.get(domain_id, set())),
            len(cases),
            judges[unit_id],
        )
        for domain_id, title, abbreviation, hue, unit_id, state in boards
    )


def _agreed_by_case(db: Session, sample_id: int) -> dict[int, bool]:
    rows = run(
        db,
        sa.select(col(Unit.case_id), col(Unit.state)).where(
            col(Unit.sample_id) == sample_id, col(Unit.kind) == UnitKind.CASE
        ),
    )
    return {case_id: state in AGREED_OR_LATER for case_id, state in rows}


def _core_ideas(db: Session, sample_id: int) -> list[tuple[int, int, int, int]]:
    """For each domain and case: how many core ideas there are, and how many of them are placed."""
    boards = sa.orm.aliased(Unit)
    layers = sa.orm.aliased(Layer)
    placed = (
        sa.exists()
        .where(
            col(Placement.core_idea_id) == col(CoreIdea.id),
            col(Placement.layer_id) == col(layers.id),
        )
        .correlate(CoreIdea, layers)
    )
    rows = run(
        db,
        sa.select(
            col(CoreIdea.domain_id),
            col(Unit.case_id),
            sa.func.count(),
            sa.func.sum(sa.case((placed, 1), else_=0)),
        )
        .select_from(CoreIdea)
        .join(Layer, col(Layer.id) == col(CoreIdea.layer_id))
        .join(Unit, CONSENSUS_LAYER)
        .join(boards, col(boards.domain_id) == col(CoreIdea.domain_id))
        .join(
            layers, sa.and_(col(layers.unit_id) == col(boards.id), col(layers.account_id).is_(None))
        )
        .where(col(Unit.sample_id) == sample_id, col(Unit.kind) == UnitKind.CASE)
        .group_by(col(CoreIdea.domain_id), col(Unit.case_id)),
    )
    return [tuple(row) for row in rows]
