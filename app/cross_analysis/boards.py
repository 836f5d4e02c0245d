"""The boards of a sample, one row each: where step 3 stands."""

from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from app.consensus.models import Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER, IS_AGREED, Judge, judges_of_units
from app.consensus.rules import State, Step, UnitKind, is_agreed
from app.consensus.under_way import Drafting, being_drafted, under_way
from app.core_ideas.models import CoreIdea
from app.cross_analysis.models import Placement
from app.db import run
from app.domains.models import Domain, DomainKind
from app.studies.guard import StudyContext


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
    drafting: Drafting | None = None

    @property
    def is_agreed(self) -> bool:
        """Has it been agreed (and not been reopened since)?"""
        return is_agreed(self.state, Step.BOTH)

    @property
    def words(self) -> str:
        """Where it stands: 'sorting', 'independent, 1 of 3 submitted'."""
        if self.drafting:
            return self.drafting.words
        return "sorting" if self.state is State.CONSENSUS else self.state.value

    @property
    def still_missing(self) -> tuple[Judge, ...]:
        """Who has yet to submit a draft or to agree, once anybody has begun to sort."""
        if self.is_agreed or self.state == State.NOT_STARTED:
            return ()
        if self.drafting:
            return self.drafting.still_drafting
        return tuple(judge for judge in self.judges if not judge.agreed)


def boards_of(db: Session, study: StudyContext, sample_id: int) -> tuple[BoardRow, ...]:
    """The boards of a sample's analytic domains, in list order.

    Four statements, and three more where boards are begun in private.
    """
    boards = run(
        db,
        sa.select(
            col(Domain.id),
            col(Domain.title),
            col(Domain.abbreviation),
            col(Domain.hue),
            col(Unit.id),
            col(Unit.state),
            col(Unit.way),
        )
        .join(Unit, col(Unit.domain_id) == col(Domain.id))
        .where(col(Domain.sample_id) == sample_id, col(Domain.kind) == DomainKind.ANALYTIC)
        .order_by(col(Domain.position), col(Domain.id)),
    ).all()
    judges = judges_of_units(db, [row[4] for row in boards])
    drafted = [being_drafted(row[4], study.id, row[5], row[6], study.board_way) for row in boards]
    drafting = under_way(db, [each for each in drafted if each], judges)
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
            drafting.get(unit_id),
        )
        for domain_id, title, abbreviation, hue, unit_id, state, _ in boards
    )


def _agreed_by_case(db: Session, sample_id: int) -> dict[int, bool]:
    rows = run(
        db,
        sa.select(col(Unit.case_id), IS_AGREED).where(
            col(Unit.sample_id) == sample_id, col(Unit.kind) == UnitKind.CASE
        ),
    )
    return {case_id: bool(agreed) for case_id, agreed in rows}


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
