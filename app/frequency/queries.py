"""The results tables of a study, counted from its consensus layers."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.cases.models import Case
from app.consensus.models import Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER, IS_AGREED
from app.consensus.rules import State, Step, UnitKind, is_agreed
from app.core_ideas.models import CoreIdea
from app.cross_analysis.models import Category, Placement
from app.db import run
from app.domains.models import Domain, DomainKind
from app.frequency.rules import RULES, Rule
from app.frequency.tables import CategoryCases, DomainCases, Table, build_table
from app.studies.counts import CASES_OF_SAMPLE
from app.studies.models import Sample
from app.studies.queries import abbreviations

Board, BoardLayer = aliased(Unit), aliased(Layer)
ON_BOARD = sa.and_(
    col(BoardLayer.unit_id) == col(Board.id),
    col(BoardLayer.account_id).is_(None),
    col(Board.kind) == UnitKind.CROSS_ANALYSIS,
)


class SampleFacts(NamedTuple):
    """A sample and how far it is: `cases` is its N.

    A case is *in* when its unit is agreed and all its core ideas in analytic domains are placed.
    """

    id: int
    name: str
    topic: str
    rule: str
    min_cases: int
    cases: int
    cases_in: int


@dataclass(frozen=True)
class DomainFindings:
    """An analytic domain: where its board stands, and the cases of each of its categories.

    `empty` are categories and subcategories without a core idea; they are in no table.
    """

    id: int
    title: str
    state: State
    categories: list[CategoryCases]
    empty: list[str]

    @property
    def is_agreed(self) -> bool:
        """Has its board been agreed (and not been reopened since)?"""
        return is_agreed(self.state, Step.BOTH)


@dataclass(frozen=True)
class SampleFindings:
    """What a sample's table is made of."""

    sample: SampleFacts
    domains: tuple[DomainFindings, ...]
    abbreviations: tuple[tuple[str, str], ...]

    @property
    def not_agreed(self) -> tuple[DomainFindings, ...]:
        """The domains whose board is not agreed."""
        return tuple(domain for domain in self.domains if not domain.is_agreed)

    def table(
        self,
        *,
        agreed_only: bool = False,
        rule: Rule | None = None,
        min_cases: int | None = None,
        cases: int | None = None,
    ) -> Table:
        """The table, by the sample's own rule and N unless another is given."""
        sample = self.sample
        n = sample.cases if cases is None else cases
        return build_table(
            [
                DomainCases(domain.title, domain.categories, domain.id)
                for domain in self.domains
                if domain.is_agreed or not agreed_only
            ],
            n,
            rule or RULES[sample.rule],
            min_cases=min_cases or sample.min_cases,
            sample=sample.name,
            topic=sample.topic,
            provisional=f"{sample.cases_in} of {n} cases in" if sample.cases_in < n else "",
            abbreviations=self.abbreviations,
            remarks=self._remarks(agreed_only),
        )

    def _remarks(self, left_out: bool) -> list[str]:
        titles = "; ".join(domain.title for domain in self.not_agreed)
        if not titles:
            return []
        if left_out:
            return [f"Left out until the judges have agreed on them: {titles}."]
        return [f"Not agreed yet: {titles}."]


def samples_of(db: Session, study_id: int) -> tuple[SampleFacts, ...]:
    """The samples of a study in their order. One statement."""
    unplaced = (
        sa.exists()
        .where(
            col(CoreIdea.layer_id) == col(Layer.id),
            col(Domain.id) == col(CoreIdea.domain_id),
            col(Domain.kind) == DomainKind.ANALYTIC,
            ~sa.exists().where(
                col(Placement.core_idea_id) == col(CoreIdea.id),
                col(Placement.layer_id) == col(BoardLayer.id),
                ON_BOARD,
                col(Board.domain_id) == col(CoreIdea.domain_id),
            ),
        )
        .correlate(Layer)
    )
    cases_in = (
        sa.select(sa.func.count())
        .select_from(Unit)
        .join(Layer, CONSENSUS_LAYER)
        .where(
            col(Unit.sample_id) == col(Sample.id),
            col(Unit.kind) == UnitKind.CASE,
            IS_AGREED,
            ~unplaced,
        )
        .correlate(Sample)
        .scalar_subquery()
    )
    rows = run(
        db,
        sa.select(
            col(Sample.id),
            col(Sample.name),
            col(Sample.topic),
            col(Sample.rule),
            col(Sample.min_cases),
            CASES_OF_SAMPLE,
            cases_in,
        )
        .where(col(Sample.study_id) == study_id)
        .order_by(col(Sample.position), col(Sample.id)),
    )
    return tuple(SampleFacts(*row) for row in rows)


def findings_of(
    db: Session, study_id: int, samples: Sequence[SampleFacts]
) -> tuple[SampleFindings, ...]:
    """The findings of some of a study's samples, in four statements.

    Domains are the analytic ones in list order, categories and subcategories as they stand on the
    agreed layer of each board. *Miscellaneous* is no category and is never counted.
    """
    wanted = [sample.id for sample in samples]
    boards = _boards(db, wanted)
    categories = _categories(db, wanted)
    found = _cases_by_category(db, wanted)
    known = tuple((row.short, row.meaning) for row in abbreviations(db, study_id))
    domains: dict[int, list[DomainFindings]] = {sample_id: [] for sample_id in wanted}
    for sample_id, layer_id, domain_id, title, state in boards:
        kept, empty = _without_empty(_tree(categories.get(layer_id, []), found))
        domains[sample_id].append(DomainFindings(domain_id, title, state, kept, empty))
    return tuple(SampleFindings(sample, tuple(domains[sample.id]), known) for sample in samples)


def _boards(db: Session, sample_ids: Collection[int]) -> Sequence[Any]:
    return run(
        db,
        sa.select(
            col(Domain.sample_id),
            col(BoardLayer.id),
            col(Domain.id),
            col(Domain.title),
            col(Board.state),
        )
        .join(Board, col(Board.domain_id) == col(Domain.id))
        .join(BoardLayer, ON_BOARD)
        .where(col(Domain.sample_id).in_(sample_ids), col(Domain.kind) == DomainKind.ANALYTIC)
        .order_by(col(Domain.sample_id), col(Domain.position), col(Domain.id)),
    ).all()


class _CategoryRow(NamedTuple):
    id: int
    parent_id: int | None
    title: str


def _categories(db: Session, sample_ids: Collection[int]) -> dict[int, list[_CategoryRow]]:
    rows = run(
        db,
        sa.select(
            col(Category.layer_id), col(Category.id), col(Category.parent_id), col(Category.title)
        )
        .join(BoardLayer, col(BoardLayer.id) == col(Category.layer_id))
        .join(Board, ON_BOARD)
        .where(col(Board.sample_id).in_(sample_ids))
        .order_by(col(Category.layer_id), col(Category.position), col(Category.id)),
    )
    found: dict[int, list[_CategoryRow]] = {}
    for layer_id, *category in rows:
        found.setdefault(layer_id, []).append(_CategoryRow(*category))
    return found


def placed_core_ideas(*columns: Any) -> sa.Select[Any]:
    """Core ideas in categories: from the consensus layers of the sample's cases, on its boards.

    `Unit` and `Layer` are the case's, `Board` and `BoardLayer` the domain's.
    """
    return (
        sa.select(*columns)
        .select_from(Placement)
        .join(BoardLayer, col(BoardLayer.id) == col(Placement.layer_id))
        .join(Board, ON_BOARD)
        .join(
            CoreIdea,
            sa.and_(
                col(CoreIdea.id) == col(Placement.core_idea_id),
                col(CoreIdea.domain_id) == col(Board.domain_id),
            ),
        )
        .join(Layer, col(Layer.id) == col(CoreIdea.layer_id))
        .join(
            Unit,
            sa.and_(
                CONSENSUS_LAYER,
                col(Unit.kind) == UnitKind.CASE,
                col(Unit.sample_id) == col(Board.sample_id),
            ),
        )
        .join(Case, col(Case.id) == col(Unit.case_id))
        .where(col(Placement.category_id).is_not(None))
    )


def _cases_by_category(db: Session, sample_ids: Collection[int]) -> dict[int, set[str]]:
    rows = run(
        db,
        placed_core_ideas(col(Placement.category_id), col(Case.code))
        .where(col(Board.sample_id).in_(sample_ids))
        .distinct(),
    )
    found: dict[int, set[str]] = {}
    for category_id, code in rows:
        found.setdefault(category_id, set()).add(code)
    return found


def _tree(rows: Sequence[_CategoryRow], found: dict[int, set[str]]) -> list[CategoryCases]:
    made = {row.id: CategoryCases(row.title, found.get(row.id, set()), key=row.id) for row in rows}
    top: list[CategoryCases] = []
    for row in rows:
        siblings = made[row.parent_id].subcategories if row.parent_id in made else top
        siblings.append(made[row.id])
    return top


def _without_empty(
    categories: Iterable[CategoryCases],
) -> tuple[list[CategoryCases], list[str]]:
    """What holds a core idea, and the titles of what does not: a column without a card."""
    kept, empty = [], []
    for category in categories:
        category.subcategories, blank = _without_empty(category.subcategories)
        empty.extend(blank)
        if category.cases or category.subcategories:
            kept.append(category)
        else:
            empty.append(category.title)
    return kept, empty
