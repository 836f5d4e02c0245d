"""Putting core ideas into categories, and taking them out again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.consensus.models import Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER
from app.consensus.rules import UnitKind
from app.consensus.service import change_content, hold
from app.core_ideas.models import CoreIdea
from app.cross_analysis.guard import BoardContext
from app.cross_analysis.models import Category, Placement
from app.cross_analysis.rules import UNSORTED, Place, Places, in_order, put
from app.db import run
from app.errors import Conflict, NotFound
from app.trail.service import record

SORT = "sort a core idea"


@dataclass(frozen=True)
class Card:
    """A core idea where somebody saw it: in one place, or unsorted."""

    core_idea_id: int
    source: Places = UNSORTED


@dataclass(frozen=True)
class Sorted:
    """What a move did: its entries in the trail by number, and the places that changed by it.

    The first entry stands for all in an undo.
    """

    entries: tuple[int, ...]
    places: frozenset[Place]
    unsorted: bool


def place(
    db: Session, board: BoardContext, *, core_idea_id: int, category_id: int | None
) -> Placement:
    """Put a core idea into one more category, or (None) into Miscellaneous and nowhere else.

    A core idea that is there already stays, and nothing is recorded. Raises `NotFound` where the
    core idea is not on this board, `Conflict` where the category has been removed.
    """
    lock(db, board)
    present = places_of(db, board, core_idea_id)
    set_places(
        db,
        board,
        core_idea_id,
        before=present,
        after=put(present, UNSORTED, frozenset({category_id})),
    )
    return db.exec(
        select(Placement).where(
            col(Placement.layer_id) == board.unit.layer_id,
            col(Placement.core_idea_id) == core_idea_id,
            col(Placement.category_id) == category_id,
        )
    ).one()


def move_cards(
    db: Session, board: BoardContext, *, cards: Sequence[Card], to: Places, keep: bool = False
) -> Sorted:
    """Move cards from where each was seen to `to`; with `keep` they stay there as well.

    To `UNSORTED` takes each out of its place. What is already as wanted is left alone, so two
    people who move the same card to the same place do no harm. Raises `Conflict` where somebody
    has moved a card elsewhere meanwhile; then none is moved.
    """
    lock(db, board)
    entries: list[int] = []
    touched: set[Places] = set()
    for card in cards:
        before = places_of(db, board, card.core_idea_id)
        after = put(before, UNSORTED if keep else card.source, to)
        if before == after:
            continue
        if not keep and not _still_there(before, card.source):
            raise Conflict(
                "Somebody has moved this card since you saw it, so it stays where it is now. "
                "Reload the board and look before you move it again."
            )
        entries += set_places(db, board, card.core_idea_id, before=before, after=after)
        board = replace(board, noted=board.noted or {"along": entries[0]})
        touched |= {before, after}
    return Sorted(tuple(entries), frozenset().union(*touched), UNSORTED in touched)


def _still_there(places: Places, source: Places) -> bool:
    return source <= places if source else not places


def lock(db: Session, board: BoardContext) -> None:
    """Take the board for this transaction; see `consensus.service.hold`."""
    hold(db, board.unit, board.title)


def places_of(db: Session, board: BoardContext, core_idea_id: int) -> Places:
    """Where a core idea stands now. Raises `NotFound` where it is not one of this board's."""
    found = run(
        db,
        sa.select(col(CoreIdea.id))
        .join(Layer, col(Layer.id) == col(CoreIdea.layer_id))
        .join(Unit, CONSENSUS_LAYER)
        .where(
            col(CoreIdea.id) == core_idea_id,
            col(CoreIdea.domain_id) == board.domain_id,
            col(Unit.sample_id) == board.sample.id,
            col(Unit.kind) == UnitKind.CASE,
        ),
    ).first()
    if found is None:
        raise NotFound(
            f"This core idea is not on {board.what}. It may have been removed or "
            "moved to another domain; reload the board."
        )
    rows = run(
        db,
        sa.select(col(Placement.category_id)).where(
            col(Placement.layer_id) == board.unit.layer_id,
            col(Placement.core_idea_id) == core_idea_id,
        ),
    )
    return frozenset(rows.scalars())


def set_places(
    db: Session, board: BoardContext, core_idea_id: int, *, before: Places, after: Places
) -> list[int]:
    """Make a core idea stand in exactly these places. Returns the trail's entry, if any."""
    if before == after:
        return []
    _check_categories(db, board, after - before)
    change_content(db, board.unit, board.title)
    here = (
        col(Placement.layer_id) == board.unit.layer_id,
        col(Placement.core_idea_id) == core_idea_id,
    )
    for left in before - after:
        run(db, sa.delete(Placement).where(*here, col(Placement.category_id) == left))
    for entered in after - before:
        db.add(placement(board, core_idea_id, entered))
    db.flush()
    entry = record(
        db,
        board.scene,
        SORT,
        item=db.get_one(CoreIdea, core_idea_id),
        before={"places": in_order(before)},
        after={"places": in_order(after)},
    )
    return [entry]


def placement(board: BoardContext, core_idea_id: int, where: Place) -> Placement:
    """A core idea in a place of this board, not yet stored."""
    return Placement(
        layer_id=board.unit.layer_id,
        core_idea_id=core_idea_id,
        category_id=where,
        made_by=board.study.me.id,
    )


def _check_categories(db: Session, board: BoardContext, places: Places) -> None:
    wanted = {place for place in places if place is not None}
    found = run(
        db,
        sa.select(sa.func.count(col(Category.id))).where(
            col(Category.layer_id) == board.unit.layer_id, col(Category.id).in_(wanted)
        ),
    ).scalar_one()
    if found != len(wanted):
        raise Conflict(
            "This category was removed meanwhile, so the card stays where it was. Reload the "
            "board and choose another."
        )
