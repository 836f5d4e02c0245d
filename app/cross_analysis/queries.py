"""A board as its page and its matrix read it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.models import Case, SampleCase
from app.consensus.models import Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER
from app.core_ideas.models import CoreIdea
from app.cross_analysis.guard import BoardContext
from app.cross_analysis.models import Category, Placement
from app.cross_analysis.raw_data import on_board, turns_of_core_ideas
from app.db import run
from app.domains.models import Domain
from app.frequency.rules import RULES, Label, label
from app.studies.models import Sample

MISC = "misc"
"""How Miscellaneous is written where a category's id would stand; unsorted is ''."""


class BoardCard(NamedTuple):
    """A core idea in one place. `also_in` has the titles of its other places."""

    id: int
    code: str
    text: str
    turns: str
    also_in: str


class PlaceName(NamedTuple):
    """A place by its key and its title."""

    key: str
    title: str


@dataclass(frozen=True)
class Pile:
    """The cards of one place, in the order of cases; `key` is a category's id, '' or 'misc'."""

    key: str
    cards: list[BoardCard] = field(default_factory=list)


@dataclass(frozen=True)
class Column:
    """A category or subcategory. `n` are the distinct cases of it and its subcategories."""

    id: int
    parent_id: int | None
    title: str
    version: int
    pile: Pile
    codes: frozenset[str]
    n: int
    label: Label | None
    subcategories: tuple["Column", ...] = ()


@dataclass(frozen=True)
class Board:
    """Everything on a board. Counts are of all its cases, also where one case is shown alone."""

    hue: int
    cases: tuple[str, ...]
    core_ideas: int
    from_cases: int
    unsorted_count: int
    code_of: Mapping[int, str]
    keys_of: Mapping[int, Sequence[str]]
    unsorted: Pile
    miscellaneous: Pile
    columns: tuple[Column, ...]

    @property
    def every_column(self) -> tuple[Column, ...]:
        """Categories, each followed by its subcategories."""
        return tuple(c for column in self.columns for c in (column, *column.subcategories))

    @cached_property
    def by_key(self) -> dict[str, Column]:
        """Categories by their key."""
        return {column.pile.key: column for column in self.every_column}

    @property
    def piles(self) -> dict[str, Pile]:
        """Every place of the board by its key."""
        piles = (self.unsorted, self.miscellaneous, *(c.pile for c in self.every_column))
        return {pile.key: pile for pile in piles}

    def title(self, key: str) -> str:
        """What a place is called."""
        if key in self.by_key:
            return self.by_key[key].title
        return "Miscellaneous" if key == MISC else "Unsorted"

    def places_of(self, core_idea_id: int) -> tuple["PlaceName", ...]:
        """Where a core idea stands; unsorted where nowhere else."""
        keys = self.keys_of.get(core_idea_id, ("",))
        return tuple(PlaceName(key, self.title(key)) for key in keys)

    @property
    def options(self) -> list[tuple[int, str]]:
        """Every category for a select; a subcategory behind its category's title."""
        titles = {column.id: f"{column.title} › " for column in self.columns}
        return [
            (column.id, titles.get(column.parent_id or 0, "") + column.title)
            for column in self.every_column
        ]

    def options_without(self, chosen: Column) -> list[tuple[int, str]]:
        """The categories that one may be merged into: not itself, not its own subcategories."""
        own = {chosen.id, *(column.id for column in chosen.subcategories)}
        return [option for option in self.options if option[0] not in own]

    def tops_without(self, chosen: Column) -> list[tuple[int, str]]:
        """The categories that one may become a subcategory of."""
        return [(column.id, column.title) for column in self.columns if column.id != chosen.id]

    @property
    def doubts(self) -> tuple[str, ...]:
        """What a team may want to look at before it agrees; none of it forbids."""
        found = []
        if self.unsorted_count:
            cards = (
                "One card is" if self.unsorted_count == 1 else f"{self.unsorted_count} cards are"
            )
            found.append(f"{cards} still unsorted.")
        for column in self.every_column:
            if not column.n:
                found.append(f"'{column.title}' is empty.")
            elif column.n == 1:
                (code,) = column.codes
                found.append(f"'{column.title}' holds one case only, {code}.")
        return tuple(found)


def board_of(
    db: Session, context: BoardContext, *, case: str = "", with_turns: bool = True
) -> Board:
    """The whole board; with `case` only that case's cards are shown, and all are counted.

    The turns that cards cite cost half of it; a page that shows none goes without.
    """
    hue, rule, min_cases = run(
        db,
        sa.select(col(Domain.hue), col(Sample.rule), col(Sample.min_cases))
        .join(Sample, col(Sample.id) == col(Domain.sample_id))
        .where(col(Domain.id) == context.domain_id),
    ).one()
    codes = _codes(db, context)
    ideas = _ideas(db, context)
    categories = _categories(db, context)
    places = _places(db, context)
    shown = [idea for idea in ideas if case not in codes or idea.code == case]
    turns = turns_of_core_ideas(db, context) if with_turns else {}
    piles = _piles(shown, places, categories, turns)
    code_of = {idea.id: idea.code for idea in ideas}
    held: dict[str, set[str]] = {}
    for idea_id, keys in places.items():
        for key in keys if idea_id in code_of else ():
            held.setdefault(key, set()).add(code_of[idea_id])

    def column(row: "_CategoryRow", below: tuple[Column, ...]) -> Column:
        own = held.get(str(row.id), set()).union(*(sub.codes for sub in below))
        frequency = label(len(own), len(codes), RULES[rule], min_cases)
        return Column(*row, piles[str(row.id)], frozenset(own), len(own), frequency, below)

    def columns(parent_id: int | None) -> tuple[Column, ...]:
        return tuple(
            column(row, columns(row.id)) for row in categories if row.parent_id == parent_id
        )

    return Board(
        hue=hue,
        cases=codes,
        core_ideas=len(ideas),
        from_cases=len({idea.code for idea in ideas}),
        unsorted_count=sum(idea.id not in places for idea in ideas),
        code_of=code_of,
        keys_of=places,
        unsorted=piles[""],
        miscellaneous=piles[MISC],
        columns=columns(None),
    )


class _Idea(NamedTuple):
    id: int
    text: str
    code: str


class _CategoryRow(NamedTuple):
    id: int
    parent_id: int | None
    title: str
    version: int


def _codes(db: Session, context: BoardContext) -> tuple[str, ...]:
    rows = run(
        db,
        sa.select(col(Case.code))
        .join(SampleCase, col(SampleCase.case_id) == col(Case.id))
        .where(col(SampleCase.sample_id) == context.sample.id)
        .order_by(col(Case.code_key)),
    )
    return tuple(rows.scalars())


def _ideas(db: Session, context: BoardContext) -> list[_Idea]:
    rows = run(
        db,
        sa.select(col(CoreIdea.id), col(CoreIdea.text), col(Case.code))
        .join(Layer, col(Layer.id) == col(CoreIdea.layer_id))
        .join(Unit, CONSENSUS_LAYER)
        .join(Case, col(Case.id) == col(Unit.case_id))
        .where(*on_board(context))
        .order_by(col(Case.code_key), col(CoreIdea.position), col(CoreIdea.id)),
    ).all()
    return [_Idea(*row) for row in rows]


def _categories(db: Session, context: BoardContext) -> list[_CategoryRow]:
    rows = run(
        db,
        sa.select(
            col(Category.id), col(Category.parent_id), col(Category.title), col(Category.version)
        )
        .where(col(Category.layer_id) == context.unit.layer_id)
        .order_by(col(Category.position), col(Category.id)),
    )
    return [_CategoryRow(*row) for row in rows]


def _places(db: Session, context: BoardContext) -> dict[int, list[str]]:
    rows = run(
        db,
        sa.select(col(Placement.core_idea_id), col(Placement.category_id)).where(
            col(Placement.layer_id) == context.unit.layer_id
        ),
    ).all()
    found: dict[int, list[str]] = {}
    for idea_id, category_id in rows:
        found.setdefault(idea_id, []).append(MISC if category_id is None else str(category_id))
    return found


def _piles(
    ideas: Iterable[_Idea],
    places: dict[int, list[str]],
    categories: Sequence[_CategoryRow],
    turns: dict[int, str],
) -> dict[str, Pile]:
    titles = {str(row.id): row.title for row in categories}
    piles = {key: Pile(key) for key in ("", MISC, *titles)}
    for idea in ideas:
        here = places.get(idea.id, ())
        cited = turns.get(idea.id, "")
        for key in here or ("",):
            also = [titles[other] for other in here if other != key] if len(here) > 1 else ()
            piles[key].cards.append(
                BoardCard(idea.id, idea.code, idea.text, cited, ", ".join(also))
            )
    return piles


@dataclass(frozen=True)
class MatrixRow:
    """A category with its number of core ideas for each case."""

    column: Column | None
    title: str
    counts: tuple[int, ...]


def matrix_of(board: Board) -> tuple[MatrixRow, ...]:
    """Case by category: every category and subcategory, then Miscellaneous."""

    def counts(pile: Pile) -> tuple[int, ...]:
        found = Counter(card.code for card in pile.cards)
        return tuple(found[code] for code in board.cases)

    rows = [MatrixRow(each, each.title, counts(each.pile)) for each in board.every_column]
    return (*rows, MatrixRow(None, board.title(MISC), counts(board.miscellaneous)))
