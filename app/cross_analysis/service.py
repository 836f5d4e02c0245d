"""Step 3 as the team does it: make, name, order, nest, merge and remove categories.

Core ideas are put into them by `app.cross_analysis.placing`.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.accounts.kept import Item, let_go
from app.consensus.service import change_content
from app.core_ideas.models import CoreIdea
from app.cross_analysis import joining  # noqa: F401 - it takes part in the reveal
from app.cross_analysis.guard import BoardContext
from app.cross_analysis.models import Category, Placement
from app.cross_analysis.placing import lock, place
from app.cross_analysis.titles import checked_title, renamed_meanwhile
from app.db import run
from app.domains.rules import title_key
from app.errors import Conflict, Invalid
from app.trail.service import record


def add_category(
    db: Session, board: BoardContext, *, title: str, parent_id: int | None = None
) -> Category:
    """Put a category at the end of the board, or a subcategory at the end of `parent_id`.

    Raises `Invalid` where the title is empty, too long or taken among its siblings, `Conflict`
    where the parent has been removed, `StepLocked` where the board is agreed.
    """
    return make_category(db, board, title=title, parent_id=parent_id)[0]


def make_category(
    db: Session, board: BoardContext, *, title: str, parent_id: int | None = None
) -> tuple[Category, int]:
    """`add_category` for a page that offers to take it back: also gives the entry's number."""
    lock(db, board)
    if parent_id is not None:
        _top(db, board, parent_id)
    title = checked_title(db, board, title, parent_id=parent_id)
    change_content(db, board.unit, board.title)
    category = write_category(db, board, title, parent_id)
    entry = record(
        db,
        board.scene,
        "add a category",
        item=category,
        after={"title": title, "parent": parent_id, "version": category.version},
    )
    return category, entry


def write_category(db: Session, board: BoardContext, title: str, parent_id: int | None) -> Category:
    """Write a category behind its siblings, and nothing into the trail; `title` was checked."""
    category = Category(
        layer_id=board.unit.layer_id,
        parent_id=parent_id,
        title=title,
        title_key=title_key(title),
        position=len(sibling_ids(db, board, parent_id)),
        made_by=board.study.me.id,
    )
    db.add(category)
    db.flush()
    return category


def rename_category(
    db: Session, board: BoardContext, *, category_id: int, title: str, version: int, was: str = ""
) -> int | None:
    """Give a category another title. Returns the trail's entry; None where nothing changed.

    `version` is the one the form was made from, `was` the title it showed. What one had typed
    before is done with. Raises `StaleEdit` where somebody renamed it meanwhile, `Invalid` as
    `add_category`.
    """
    lock(db, board)
    category = category_of(db, board, category_id)
    if category.version != version and title != category.title:
        raise renamed_meanwhile(db, board, category, version, was=was, title=title)
    let_go(db, board.study.me.id, Item(str(Category.__tablename__), category_id))
    before = category.title
    title = checked_title(db, board, title, parent_id=category.parent_id, but=category_id)
    if title == before:
        return None
    change_content(db, board.unit, board.title)
    category.title, category.title_key = title, title_key(title)
    category.version += 1
    db.add(category)
    db.flush()
    return record(
        db,
        board.scene,
        "rename a category",
        item=category,
        before={"title": before, "version": version},
        after={"title": title, "version": category.version},
    )


def shift_category(db: Session, board: BoardContext, *, category_id: int, by: int) -> int | None:
    """Move a category `by` places among its siblings; beyond an end it stays at the end."""
    lock(db, board)
    category = category_of(db, board, category_id)
    before = sibling_ids(db, board, category.parent_id)
    after = [sibling for sibling in before if sibling != category_id]
    after.insert(max(0, before.index(category_id) + by), category_id)
    if after == before:
        return None
    change_content(db, board.unit, board.title)
    set_order(db, after)
    return record(
        db,
        board.scene,
        "order the categories",
        item=category,
        before={"order": before},
        after={"order": after},
    )


def nest_category(
    db: Session,
    board: BoardContext,
    *,
    category_id: int,
    parent_id: int | None,
    position: int | None = None,
) -> int | None:
    """Make a category a subcategory of `parent_id`, or (None) lift a subcategory to the board.

    A lifted one comes to stand behind the category it was in, unless at a `position`. Raises
    `Invalid` where it has subcategories itself, or where a sibling there has its title.
    """
    lock(db, board)
    category = category_of(db, board, category_id)
    left, stood = category.parent_id, category.position
    if left == parent_id:
        return None
    order = sibling_ids(db, board, parent_id)
    if parent_id is None:
        assert left is not None
        place = order.index(left) + 1
    else:
        _check_nesting(db, board, category, into=_top(db, board, parent_id))
        place = len(order)
    order.insert(place if position is None else position, category_id)
    checked_title(db, board, category.title, parent_id=parent_id, but=category_id)
    change_content(db, board.unit, board.title)
    category.parent_id = parent_id
    db.add(category)
    db.flush()
    set_order(db, order)
    set_order(db, sibling_ids(db, board, left))
    return record(
        db,
        board.scene,
        "make a subcategory" if parent_id else "lift a subcategory",
        item=category,
        before={"parent": left, "position": stood},
        after={"parent": parent_id, "position": order.index(category_id)},
    )


def _check_nesting(db: Session, board: BoardContext, category: Category, *, into: Category) -> None:
    if category.id == into.id:
        raise Invalid(f"'{category.title}' cannot become a subcategory of itself.")
    if sibling_ids(db, board, category.id):
        raise Invalid(
            f"'{category.title}' has subcategories itself, and there is one level of them. Lift "
            "or merge those first."
        )


def merge_categories(db: Session, board: BoardContext, *, category_id: int, into_id: int) -> int:
    """Put all cards and subcategories of a category into another, and remove it.

    A card that stood in both stands there once. Raises `Invalid` where subcategories would lie two
    levels deep or have the same title.
    """
    lock(db, board)
    category, into = category_of(db, board, category_id), category_of(db, board, into_id)
    moving = sibling_ids(db, board, category_id)
    _check_merge(db, board, category, into, moving)
    cards, there = cards_in(db, category_id), set(cards_in(db, into_id))
    order = sibling_ids(db, board, into_id)
    change_content(db, board.unit, board.title)
    doubled = [card for card in cards if card in there]
    of_category = col(Placement.category_id) == category_id
    run(db, sa.delete(Placement).where(of_category, col(Placement.core_idea_id).in_(doubled)))
    run(db, sa.update(Placement).where(of_category).values(category_id=into_id))
    run(
        db,
        sa.update(Category).where(col(Category.id).in_(moving)).values(parent_id=into_id),
    )
    set_order(db, [*order, *moving])
    entry = record(
        db,
        board.scene,
        "merge a category",
        item=category,
        also=[into, *items_of(categories=moving, core_ideas=cards)],
        before={**as_it_was(category), "cards": cards, "subcategories": moving},
        after={"into": into_id, "arrived": [card for card in cards if card not in there]},
    )
    _delete(db, board, category)
    return entry


def _check_merge(
    db: Session, board: BoardContext, category: Category, into: Category, moving: Sequence[int]
) -> None:
    if category.id == into.id:
        raise Invalid("Choose another category to merge this one into.")
    if moving and into.parent_id is not None:
        raise Invalid(
            f"'{category.title}' has subcategories and '{into.title}' is one itself; there is one "
            "level of subcategories. Lift or merge those first."
        )
    titles = run(
        db,
        sa.select(col(Category.title))
        .where(
            col(Category.layer_id) == board.unit.layer_id,
            col(Category.parent_id).in_([category.id, into.id]),
        )
        .where(col(Category.id) != category.id),
    ).scalars()
    seen: set[str] = set()
    for title in titles if moving else ():
        if title_key(title) in seen:
            raise Invalid(
                f"Both have a subcategory '{title}'. Merge or rename these first, then merge "
                f"'{category.title}'."
            )
        seen.add(title_key(title))


def remove_category(
    db: Session, board: BoardContext, *, category_id: int, cards_too: bool = False
) -> int:
    """Remove a category. Returns the trail's entry.

    What rests on it is not lost with it: a category with subcategories is refused, one with cards
    too unless `cards_too` says that they leave it (those in no other category are then unsorted).
    """
    lock(db, board)
    category = category_of(db, board, category_id)
    cards = cards_in(db, category_id)
    if sibling_ids(db, board, category_id):
        raise Conflict(
            f"'{category.title}' has subcategories, so it was not removed. Lift or merge them "
            "first, or merge the whole category into another."
        )
    if cards and not cards_too:
        raise Conflict(
            f"'{category.title}' has cards, so it was not removed. Merge it into another category, "
            "or let its cards go back to the unsorted ones."
        )
    change_content(db, board.unit, board.title)
    run(db, sa.delete(Placement).where(col(Placement.category_id) == category_id))
    entry = record(
        db,
        board.scene,
        "remove a category",
        item=category,
        also=items_of(core_ideas=cards),
        before={**as_it_was(category), "cards": cards},
    )
    _delete(db, board, category)
    return entry


def as_it_was(category: Category) -> dict[str, str | int | None]:
    """What the trail keeps of a category that goes, enough to bring it back."""
    return {
        "guid": category.guid,
        "title": category.title,
        "parent": category.parent_id,
        "position": category.position,
        "version": category.version,
    }


def items_of(
    *, categories: Sequence[int] = (), core_ideas: Sequence[int] = ()
) -> list[Category | CoreIdea]:
    """What the trail files an entry under besides its own category."""
    return [
        *(Category(id=each) for each in categories),  # type: ignore[call-arg]
        *(CoreIdea(id=each) for each in core_ideas),  # type: ignore[call-arg]
    ]


def _delete(db: Session, board: BoardContext, category: Category) -> None:
    parent_id = category.parent_id
    db.delete(category)
    db.flush()
    set_order(db, sibling_ids(db, board, parent_id))


def category_of(db: Session, board: BoardContext, category_id: int) -> Category:
    """A category of this board. Raises `Conflict` where it is not there (any more)."""
    found = db.exec(
        select(Category)
        .where(col(Category.id) == category_id, col(Category.layer_id) == board.unit.layer_id)
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise Conflict("This category was removed meanwhile. Reload the board.")
    return found


def _top(db: Session, board: BoardContext, category_id: int) -> Category:
    found = category_of(db, board, category_id)
    if found.parent_id is not None:
        raise Invalid(
            f"'{found.title}' is a subcategory itself; there is one level of subcategories. "
            "Lift it first, or choose a category."
        )
    return found


def sibling_ids(db: Session, board: BoardContext, parent_id: int | None) -> list[int]:
    """The categories of the board (None), or the subcategories of one, in order."""
    rows = run(
        db,
        sa.select(col(Category.id))
        .where(col(Category.layer_id) == board.unit.layer_id, col(Category.parent_id) == parent_id)
        .order_by(col(Category.position), col(Category.id)),
    )
    return list(rows.scalars())


def cards_in(db: Session, category_id: int) -> list[int]:
    """The core ideas placed in a category itself."""
    rows = run(
        db,
        sa.select(col(Placement.core_idea_id))
        .where(col(Placement.category_id) == category_id)
        .order_by(col(Placement.core_idea_id)),
    )
    return list(rows.scalars())


def set_order(db: Session, ids: Sequence[int]) -> None:
    """Let siblings stand in this order."""
    for position, category_id in enumerate(ids):
        run(
            db,
            sa.update(Category)
            .where(col(Category.id) == category_id, col(Category.position) != position)
            .values(position=position),
        )


__all__ = [
    "add_category",
    "merge_categories",
    "nest_category",
    "place",
    "remove_category",
    "rename_category",
    "shift_category",
]
