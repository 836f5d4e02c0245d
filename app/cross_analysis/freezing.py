"""What an agreement to a board freezes: its next version, and the amendments agreed with it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.models import Case, SampleCase
from app.consensus.amending import Cause
from app.consensus.amendments import amendments_of_board, settle_pending
from app.consensus.models import Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER
from app.consensus.rules import Move, UnitKind, is_agreed
from app.consensus.service import lock_unit, when
from app.consensus.versions import freeze
from app.core_ideas.document import note_of
from app.core_ideas.freezing import freeze_case
from app.core_ideas.models import CoreIdea
from app.cross_analysis.board_version import (
    MISCELLANEOUS,
    BoardDocument,
    Card,
    CategoryPart,
)
from app.cross_analysis.models import Category, Placement
from app.cross_analysis.raw_data import on_board, turns_of_core_ideas
from app.db import run
from app.domains.models import Domain
from app.domains.queries import domain_list
from app.frequency.rules import RULES, label
from app.studies.guard import SampleName
from app.studies.models import Sample, Study
from app.trail.service import Scene


@when(Move.AGREE)
def freeze_agreed_board(db: Session, scene: Scene, unit: Unit) -> None:
    """All judges of a board, and of the cases amended from it, agreed.

    Its amendments are agreed with it: each agreed case has a next version that holds them. In a
    case that was reopened meanwhile they enter the version its judges agree to next.
    """
    if unit.kind is UnitKind.CROSS_ANALYSIS:
        freeze_board(db, scene, unit, Cause.AGREED)


def freeze_board(db: Session, scene: Scene, unit: Unit, cause: Cause) -> None:
    """The next version of a board, with the amendments that were agreed with it."""
    assert unit.id is not None
    for case_id in settle_pending(db, scene, board_id=unit.id):
        case = lock_unit(db, case_id)
        if is_agreed(case.state, case.step):
            by = Scene(scene.study_id, scene.account_id, case_id)
            freeze_case(db, by, case, Cause.AMENDED)
    freeze(db, scene, unit, cause, read_board(db, unit).as_json())


@dataclass(frozen=True)
class _Board:
    """A board without somebody who looks at it."""

    domain_id: int
    sample: SampleName


class _Idea(NamedTuple):
    id: int
    guid: str
    text: str
    code: str
    position: int


class _CategoryRow(NamedTuple):
    id: int
    guid: str
    parent_id: int | None
    title: str


def read_board(db: Session, unit: Unit) -> BoardDocument:
    """The board as it stands, in a constant number of statements."""
    assert unit.domain_id is not None
    row = run(db, FACTS, {"unit": unit.id}).mappings().one()
    board = _Board(unit.domain_id, SampleName(unit.sample_id, row["sample"], ""))
    codes = tuple(run(db, CODES, {"sample": unit.sample_id}).scalars())
    turns = turns_of_core_ideas(db, board)
    listed = [domain.id for domain in domain_list(db, unit.sample_id)]
    piles = _piles(db, board, row["layer_id"], listed.index(unit.domain_id) + 1, turns)
    rule = RULES[row["rule"]]

    def part(category: _CategoryRow, number: str, below: tuple[CategoryPart, ...]) -> CategoryPart:
        cards = _numbered(number, piles.cards[category.id])
        found = {card.code for card in cards}.union(*(sub.codes for sub in below))
        frequency = label(len(found), len(codes), rule, row["min_cases"])
        return CategoryPart(
            guid=category.guid,
            number=number,
            title=category.title,
            n=len(found),
            label=frequency.value if frequency else "",
            codes=tuple(code for code in codes if code in found),
            cards=cards,
            subcategories=below,
        )

    def parts(parent: int | None, number: str = "") -> tuple[CategoryPart, ...]:
        siblings = [each for each in piles.categories if each.parent_id == parent]
        names = [
            f"{number}{chr(ord('a') + place)}" if number else str(place + 1)
            for place in range(len(siblings))
        ]
        return tuple(
            part(each, name, parts(each.id, name) if not number else ())
            for each, name in zip(siblings, names, strict=True)
        )

    return BoardDocument(
        study=row["study"],
        sample=row["sample"],
        guid=row["guid"],
        title=row["title"],
        abbreviation=row["abbreviation"],
        hue=row["hue"],
        domain_list=row["domain_list"],
        cases=codes,
        rule=row["rule"],
        min_cases=row["min_cases"],
        categories=parts(None),
        miscellaneous=_numbered("M", piles.cards[None]),
        unsorted=_numbered("U", piles.unsorted),
        notes=tuple(note_of(each) for each in amendments_of_board(db, unit.id or 0)),
    )


_FACTS: tuple[Any, ...] = (
    col(Study.title).label("study"),
    col(Sample.name).label("sample"),
    col(Sample.domain_list),
    col(Sample.rule),
    col(Sample.min_cases),
    col(Domain.guid),
    col(Domain.title),
    col(Domain.abbreviation),
    col(Domain.hue),
    col(Layer.id).label("layer_id"),
)
FACTS = (
    sa.select(*_FACTS)
    .select_from(Unit)
    .join(Layer, CONSENSUS_LAYER)
    .join(Domain, col(Domain.id) == col(Unit.domain_id))
    .join(Sample, col(Sample.id) == col(Unit.sample_id))
    .join(Study, col(Study.id) == col(Unit.study_id))
    .where(col(Unit.id) == sa.bindparam("unit"))
)
CODES = (
    sa.select(col(Case.code))
    .join(SampleCase, col(SampleCase.case_id) == col(Case.id))
    .where(col(SampleCase.sample_id) == sa.bindparam("sample"))
    .order_by(col(Case.code_key))
)


@dataclass(frozen=True)
class _Piles:
    categories: Sequence[_CategoryRow]
    cards: Mapping[int | None, Sequence[Card]]
    unsorted: Sequence[Card]


def _piles(
    db: Session, board: _Board, layer_id: int, number: int, turns: Mapping[int, str]
) -> _Piles:
    categories = [
        _CategoryRow(*row)
        for row in run(
            db,
            sa.select(col(Category.id), col(Category.guid), col(Category.parent_id), _TITLE)
            .where(col(Category.layer_id) == layer_id)
            .order_by(col(Category.position), col(Category.id)),
        )
    ]
    titles: dict[int | None, str] = {row.id: row.title for row in categories}
    titles[None] = MISCELLANEOUS
    places: dict[int, list[tuple[int | None, str]]] = defaultdict(list)
    for idea_id, category_id, guid in run(
        db,
        sa.select(col(Placement.core_idea_id), col(Placement.category_id), col(Placement.guid))
        .where(col(Placement.layer_id) == layer_id)
        .order_by(col(Placement.id)),
    ):
        places[idea_id].append((category_id, guid))
    cards: dict[int | None, list[Card]] = defaultdict(list)
    unsorted: list[Card] = []
    for idea in _ideas(db, board):
        here = places[idea.id]
        for category_id, placement in here:
            also = tuple(titles[other] for other, _ in here if other != category_id)
            cards[category_id].append(_card(idea, number, turns, placement, also))
        if not here:
            unsorted.append(_card(idea, number, turns, "", ()))
    return _Piles(categories, cards, unsorted)


_TITLE = col(Category.title)


def _card(
    idea: _Idea, number: int, turns: Mapping[int, str], placement: str, also_in: tuple[str, ...]
) -> Card:
    return Card(
        guid=idea.guid,
        placement=placement,
        number="",
        code=idea.code,
        idea=f"{number}.{idea.position + 1}",
        text=idea.text,
        turns=turns.get(idea.id, ""),
        also_in=also_in,
    )


def _numbered(place: str, cards: Sequence[Card]) -> tuple[Card, ...]:
    return tuple(
        Card(**{**vars(card), "number": f"{place}.{position}"})
        for position, card in enumerate(cards, 1)
    )


def _ideas(db: Session, board: _Board) -> list[_Idea]:
    rows: Sequence[Any] = run(
        db,
        sa.select(
            col(CoreIdea.id),
            col(CoreIdea.guid),
            col(CoreIdea.text),
            col(Case.code),
            col(CoreIdea.position),
        )
        .join(Layer, col(Layer.id) == col(CoreIdea.layer_id))
        .join(Unit, CONSENSUS_LAYER)
        .join(Case, col(Case.id) == col(Unit.case_id))
        .where(*on_board(board))
        .order_by(col(Case.code_key), col(CoreIdea.position), col(CoreIdea.id)),
    ).all()
    return [_Idea(*row) for row in rows]
