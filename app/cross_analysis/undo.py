"""Undo and redo of one's own changes of a board: the opposite of each entry of the trail.

Refused where somebody has built on it since, so an undo never takes another person's work along.
What an undo does is recorded as any other change, and is turned back by its own opposite.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlmodel import Session, col

from app.consensus.service import change_content
from app.core_ideas.models import CoreIdea
from app.cross_analysis.guard import BoardContext
from app.cross_analysis.models import Category, Placement
from app.cross_analysis.placing import SORT, lock, placement, places_of, set_places
from app.cross_analysis.service import (
    as_it_was,
    cards_in,
    category_of,
    items_of,
    merge_categories,
    nest_category,
    remove_category,
    rename_category,
    set_order,
    sibling_ids,
)
from app.cross_analysis.titles import checked_title
from app.db import run
from app.domains.rules import title_key
from app.errors import Conflict, StepLocked
from app.trail.own import (
    NOTHING,
    Entry,
    Turns,
    built_on,
    entries_of,
    own_to_redo,
    own_to_undo,
    turns,
)
from app.trail.service import record
from app.trail.undoing import Action


class ChangedSince(Conflict):
    """What an entry made is not as it made it any more."""

    def __init__(self) -> None:
        super().__init__("This cannot be undone any more: it was changed again since.")


def own_turns(db: Session, board: BoardContext) -> Turns:
    """Is there a change of one's own to undo, or to bring back?"""
    return turns(db, board.scene, _OPPOSITES) if board.may_edit else NOTHING


def undo(db: Session, board: BoardContext, *, number: int | None = None) -> None:
    """Take back one's own change of this board: the one named by its number, else the last.

    Raises `Conflict` where there is none, or where somebody has built on it since.
    """
    lock(db, board)
    action = own_to_undo(db, board.scene, _OPPOSITES, number)
    _turn_back(db, board, action, "undoes")


def redo(db: Session, board: BoardContext) -> None:
    """Bring back what one's own last undo took away, as long as nothing new was done after it."""
    lock(db, board)
    undone = own_to_redo(db, board.scene, _OPPOSITES)
    _turn_back(db, board, undone, "redoes")


def take_back(db: Session, board: BoardContext, number: int) -> None:
    """Take back the change of this number, whoever made it: the team decided otherwise.

    Raises `Conflict` where somebody has built on it since.
    """
    lock(db, board)
    _turn_back(db, board, Action((number,)), "undoes")


def _turn_back(db: Session, board: BoardContext, action: Action, how: str) -> None:
    first: int | None = None
    for entry in entries_of(db, board.scene, action):
        noted = {how: action.number} if first is None else {"along": first}
        try:
            number = _OPPOSITES[entry.verb](db, replace(board, noted=noted), entry)
        except StepLocked:
            raise
        except Conflict as refused:
            raise _refusal(db, board, entry, refused) from refused
        first = first or number


def _refusal(db: Session, board: BoardContext, entry: Entry, refused: Conflict) -> Conflict:
    """Who built on an entry: on its cards, its categories, or what lies in these now."""
    values = {**entry.before, **entry.after}
    listed = [*values.get("subcategories", ()), *values.get("order", ())]
    ids = {entry.item_id, values.get("into"), values.get("parent"), *listed} - {None}
    cards = [*values.get("cards", ()), *values.get("arrived", ())]
    if entry.item_kind == CoreIdea.__tablename__:
        ids, cards = set(values["places"]) - {None}, [entry.item_id]
    elif not isinstance(refused, ChangedSince):
        cards += [card for category_id in ids for card in cards_in(db, category_id)]
    items = {str(Category.__tablename__): ids, str(CoreIdea.__tablename__): cards}
    return built_on(db, board.scene, items, since=entry.number)


def _sort_back(db: Session, board: BoardContext, entry: Entry) -> int | None:
    present = places_of(db, board, entry.item_id)
    if present != frozenset(entry.after["places"]):
        raise ChangedSince
    after = frozenset(entry.before["places"])
    written = set_places(db, board, entry.item_id, before=present, after=after)
    return next(iter(written), None)


def _unmake(db: Session, board: BoardContext, entry: Entry) -> int | None:
    return remove_category(db, board, category_id=entry.item_id)


def _name_back(db: Session, board: BoardContext, entry: Entry) -> int | None:
    category = category_of(db, board, entry.item_id)
    if category.title != entry.after["title"]:
        raise ChangedSince
    return rename_category(
        db,
        board,
        category_id=entry.item_id,
        title=entry.before["title"],
        version=category.version,
    )


def _order_back(db: Session, board: BoardContext, entry: Entry) -> int | None:
    category = category_of(db, board, entry.item_id)
    was, became = entry.before["order"], entry.after["order"]
    if sibling_ids(db, board, category.parent_id) != became:
        raise ChangedSince
    change_content(db, board.unit, board.title)
    set_order(db, was)
    before, after = {"order": became}, {"order": was}
    return record(db, board.scene, entry.verb, item=category, before=before, after=after)


def _nest_back(db: Session, board: BoardContext, entry: Entry) -> int | None:
    category = category_of(db, board, entry.item_id)
    if category.parent_id != entry.after["parent"]:
        raise ChangedSince
    return nest_category(
        db,
        board,
        category_id=entry.item_id,
        parent_id=entry.before["parent"],
        position=entry.before["position"],
    )


def _bring_back(db: Session, board: BoardContext, entry: Entry) -> int | None:
    category = _made_again(db, board, entry)
    cards = _put_again(db, board, entry.before["cards"], category)
    return record(
        db,
        board.scene,
        "bring a category back",
        item=category,
        also=items_of(core_ideas=cards),
        after={**as_it_was(category), "cards": cards},
    )


def _remove_again(db: Session, board: BoardContext, entry: Entry) -> int | None:
    """The opposite of bringing a category back."""
    _check_as_it_was(db, board, entry)
    return remove_category(db, board, category_id=entry.item_id, cards_too=True)


def _part(db: Session, board: BoardContext, entry: Entry) -> int | None:
    """The opposite of a merge: the category again, with its subcategories and cards."""
    into = entry.after["into"]
    subcategories = entry.before["subcategories"]
    category_of(db, board, into)
    there = set(sibling_ids(db, board, into)), set(cards_in(db, into))
    if not (set(subcategories) <= there[0] and set(entry.after["arrived"]) <= there[1]):
        raise ChangedSince
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
    return record(
        db,
        board.scene,
        "part merged categories",
        item=category,
        also=items_of(categories=[into, *subcategories], core_ideas=cards),
        before={"into": into},
        after={**as_it_was(category), "cards": cards, "subcategories": subcategories},
    )


def _merge_again(db: Session, board: BoardContext, entry: Entry) -> int | None:
    """The opposite of parting merged categories."""
    _check_as_it_was(db, board, entry)
    return merge_categories(db, board, category_id=entry.item_id, into_id=entry.before["into"])


def _check_as_it_was(db: Session, board: BoardContext, entry: Entry) -> None:
    category = category_of(db, board, entry.item_id)
    present = category.title, cards_in(db, entry.item_id), sibling_ids(db, board, entry.item_id)
    after = entry.after
    if present != (after["title"], after["cards"], after.get("subcategories", [])):
        raise ChangedSince


def _made_again(db: Session, board: BoardContext, entry: Entry) -> Category:
    """The category as the same item: its later changes are undone and read under its id."""
    title, parent_id = entry.before["title"], entry.before["parent"]
    if parent_id is not None:
        category_of(db, board, parent_id)
    checked_title(db, board, title, parent_id=parent_id)
    change_content(db, board.unit, board.title)
    order = sibling_ids(db, board, parent_id)
    category = Category(
        id=entry.item_id,
        guid=entry.before["guid"],
        layer_id=board.unit.layer_id,
        parent_id=parent_id,
        title=title,
        title_key=title_key(title),
        position=entry.before["position"],
        made_by=board.study.me.id,
        # No form that was loaded before may take it for what it shows.
        version=entry.before["version"] + 1,
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


_OPPOSITES: dict[str, Callable[[Session, BoardContext, Entry], int | None]] = {
    SORT: _sort_back,
    "add a category": _unmake,
    "rename a category": _name_back,
    "order the categories": _order_back,
    "make a subcategory": _nest_back,
    "lift a subcategory": _nest_back,
    "merge a category": _part,
    "remove a category": _bring_back,
    "bring a category back": _remove_again,
    "part merged categories": _merge_again,
}
VERBS = frozenset(_OPPOSITES)
"""What can be turned back on a board."""
