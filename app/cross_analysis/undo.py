"""Taking a change of a board back: its opposite, read from the trail and recorded like any other.

Refused where somebody has built on it since, so an undo never takes another person's work along.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.consensus.service import change_content
from app.core_ideas.models import CoreIdea
from app.cross_analysis.guard import BoardContext
from app.cross_analysis.models import Category, Placement
from app.cross_analysis.placing import SORT, lock, placement, places_of, set_places
from app.cross_analysis.service import (
    as_it_was,
    category_of,
    checked_title,
    nest_category,
    remove_category,
    rename_category,
    set_order,
    sibling_ids,
)
from app.db import run
from app.domains.rules import title_key
from app.errors import Conflict
from app.trail.models import TrailEntry, TrailValues
from app.trail.service import record


@dataclass(frozen=True)
class Entry:
    """A change as the trail has it."""

    item_id: int
    verb: str
    before: dict[str, Any]
    after: dict[str, Any]


def undo_span(db: Session, entry_ids: tuple[int, ...]) -> tuple[int, int] | None:
    """The first and last number of these entries in the study's chain; None without any."""
    first, last = run(
        db,
        sa.select(
            sa.func.min(col(TrailEntry.sequence)), sa.func.max(col(TrailEntry.sequence))
        ).where(col(TrailEntry.id).in_(entry_ids)),
    ).one()
    return None if first is None else (first, last)


def undo(db: Session, board: BoardContext, *, first: int, last: int) -> None:
    """Take back one's own changes of this board, `first` to `last` in the study's chain.

    Raises `Conflict` where there is nothing to take back, or somebody changed the same since.
    """
    lock(db, board)
    rows = run(
        db,
        sa.select(
            col(TrailEntry.item_id),
            col(TrailEntry.verb),
            col(TrailValues.before),
            col(TrailValues.after),
        )
        .join(TrailValues, col(TrailValues.entry_id) == col(TrailEntry.id))
        .where(
            col(TrailEntry.study_id) == board.study.id,
            col(TrailEntry.chain) == board.scene.chain,
            col(TrailEntry.sequence).between(first, last),
            col(TrailEntry.unit_id) == board.unit.id,
            col(TrailEntry.account_id) == board.study.me.id,
            col(TrailEntry.verb).in_(_OPPOSITES),
        )
        .order_by(col(TrailEntry.sequence).desc()),
    ).all()
    if not rows:
        raise Conflict("There is nothing of yours to take back here.")
    for item_id, verb, before, after in rows:
        if before is None and after is None:
            raise Conflict("What this change was has been erased, so it cannot be taken back.")
        entry = Entry(item_id, verb, before or {}, after or {})
        _OPPOSITES[verb](db, board, entry)


def _changed_since() -> Conflict:
    return Conflict(
        "This cannot be taken back any more: it was changed again since. Nothing was changed."
    )


def _sort_back(db: Session, board: BoardContext, entry: Entry) -> None:
    present = places_of(db, board, entry.item_id)
    if present != frozenset(entry.after["places"]):
        raise _changed_since()
    set_places(db, board, entry.item_id, before=present, after=frozenset(entry.before["places"]))


def _unmake(db: Session, board: BoardContext, entry: Entry) -> None:
    remove_category(db, board, category_id=entry.item_id)


def _name_back(db: Session, board: BoardContext, entry: Entry) -> None:
    category = category_of(db, board, entry.item_id)
    if category.title != entry.after["title"]:
        raise _changed_since()
    rename_category(
        db,
        board,
        category_id=entry.item_id,
        title=entry.before["title"],
        version=category.version,
    )


def _order_back(db: Session, board: BoardContext, entry: Entry) -> None:
    category = category_of(db, board, entry.item_id)
    if sibling_ids(db, board, category.parent_id) != entry.after["order"]:
        raise _changed_since()
    change_content(db, board.unit, board.title)
    set_order(db, entry.before["order"])
    record(db, board.scene, entry.verb, item=category, before=entry.after, after=entry.before)


def _nest_back(db: Session, board: BoardContext, entry: Entry) -> None:
    category = category_of(db, board, entry.item_id)
    if category.parent_id != entry.after["parent"]:
        raise _changed_since()
    nest_category(db, board, category_id=entry.item_id, parent_id=entry.before["parent"])


def _bring_back(db: Session, board: BoardContext, entry: Entry) -> None:
    category = _made_again(db, board, entry)
    cards = _put_again(db, board, entry.before["cards"], category)
    record(
        db,
        board.scene,
        "bring a category back",
        item=category,
        after={**as_it_was(category), "cards": cards},
    )


def _part(db: Session, board: BoardContext, entry: Entry) -> None:
    """The opposite of a merge: the category again, with its subcategories and cards."""
    into = entry.after["into"]
    subcategories = entry.before["subcategories"]
    category_of(db, board, into)
    if not set(subcategories) <= set(sibling_ids(db, board, into)):
        raise _changed_since()
    category = _made_again(db, board, entry)
    run(
        db,
        sa.update(Category)
        .where(col(Category.id).in_(subcategories))
        .values(parent_id=category.id),
    )
    set_order(db, subcategories)
    set_order(db, sibling_ids(db, board, into))
    cards = _put_again(db, board, entry.before["cards"], category)
    run(
        db,
        sa.delete(Placement).where(
            col(Placement.category_id) == into,
            col(Placement.core_idea_id).in_(set(entry.after["arrived"]) & set(cards)),
        ),
    )
    record(
        db,
        board.scene,
        "part merged categories",
        item=category,
        before={"into": into},
        after={**as_it_was(category), "cards": cards, "subcategories": subcategories},
    )


def _made_again(db: Session, board: BoardContext, entry: Entry) -> Category:
    title, parent_id = entry.before["title"], entry.before["parent"]
    if parent_id is not None:
        category_of(db, board, parent_id)
    checked_title(db, board, title, parent_id=parent_id)
    change_content(db, board.unit, board.title)
    order = sibling_ids(db, board, parent_id)
    category = Category(
        guid=entry.before["guid"],
        layer_id=board.unit.layer_id,
        parent_id=parent_id,
        title=title,
        title_key=title_key(title),
        position=entry.before["position"],
        made_by=board.study.me.id,
    )
    db.add(category)
    db.flush()
    assert category.id is not None
    order.insert(category.position, category.id)
    set_order(db, order)
    return category


def _put_again(
    db: Session, board: BoardContext, cards: Sequence[int], category: Category
) -> list[int]:
    """Place what is still on the board and was not put into Miscellaneous since."""
    rows = run(
        db,
        sa.select(col(CoreIdea.id))
        .where(
            col(CoreIdea.id).in_(cards),
            col(CoreIdea.domain_id) == board.domain_id,
            ~sa.exists().where(
                col(Placement.core_idea_id) == col(CoreIdea.id),
                col(Placement.layer_id) == board.unit.layer_id,
                col(Placement.category_id).is_(None),
            ),
        )
        .order_by(col(CoreIdea.id)),
    )
    found = list(rows.scalars())
    assert category.id is not None
    db.add_all([placement(board, core_idea_id, category.id) for core_idea_id in found])
    db.flush()
    return found


_OPPOSITES: dict[str, Callable[[Session, BoardContext, Entry], None]] = {
    SORT: _sort_back,
    "add a category": _unmake,
    "rename a category": _name_back,
    "order the categories": _order_back,
    "make a subcategory": _nest_back,
    "lift a subcategory": _nest_back,
    "merge a category": _part,
    "remove a category": _bring_back,
}
