"""Step 3 as the team does it: make categories, put core ideas into them."""

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.consensus.models import Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER
from app.consensus.rules import State, UnitKind, check_open
from app.consensus.service import change_content
from app.core_ideas.models import CoreIdea
from app.cross_analysis.guard import BoardContext
from app.cross_analysis.models import Category, Placement
from app.cross_analysis.rules import LONGEST_TITLE, Place, Places, added, in_order
from app.db import run
from app.domains.rules import title_key
from app.errors import Conflict, Invalid, NotFound
from app.trail.service import record

RESERVED = frozenset({title_key("Miscellaneous")})


def add_category(
    db: Session, board: BoardContext, *, title: str, parent_id: int | None = None
) -> Category:
    """Put a category at the end of the board, or a subcategory at the end of `parent_id`.

    Raises `Invalid` where the title is empty, too long or taken among its siblings, `Conflict`
    where the parent has been removed, `StepLocked` where the board is agreed.
    """
    lock(db, board)
    if parent_id is not None:
        top_category(db, board, parent_id)
    title = checked_title(db, board, title, parent_id=parent_id)
    change_content(db, board.unit, board.title)
    category = Category(
        layer_id=board.unit.layer_id,
        parent_id=parent_id,
        title=title,
        title_key=title_key(title),
        position=last_position(db, board, parent_id) + 1,
        made_by=board.study.me.id,
    )
    db.add(category)
    db.flush()
    record(
        db,
        board.scene,
        "add a category",
        item=category,
        after={"title": title, "parent": parent_id, "position": category.position},
    )
    return category


def place(
    db: Session, board: BoardContext, *, core_idea_id: int, category_id: int | None
) -> Placement:
    """Put a core idea into one more category, or (None) into Miscellaneous and nowhere else.

    A core idea that is there already stays, and nothing is recorded. Raises `NotFound` where the
    core idea is not on this board, `Conflict` where the category has been removed.
    """
    lock(db, board)
    present = places_of(db, board, core_idea_id)
    set_places(db, board, core_idea_id, present, added(present, category_id))
    return db.exec(
        select(Placement).where(
            col(Placement.layer_id) == board.unit.layer_id,
            col(Placement.core_idea_id) == core_idea_id,
            col(Placement.category_id) == category_id,
        )
    ).one()


def lock(db: Session, board: BoardContext) -> None:
    """Take the board for this transaction: what is read from now on stays as it is.

    Raises `StepLocked` where the board is not open.
    """
    state = run(
        db, sa.select(col(Unit.state)).where(col(Unit.id) == board.unit.id).with_for_update()
    ).scalar_one()
    check_open(State(state), board.title)


def places_of(db: Session, board: BoardContext, core_idea_id: int) -> Places:
    """Where a core idea stands now. Raises `NotFound` where it is not one of this board's."""
    _check_core_idea(db, board, core_idea_id)
    rows = run(
        db,
        sa.select(col(Placement.category_id)).where(
            col(Placement.layer_id) == board.unit.layer_id,
            col(Placement.core_idea_id) == core_idea_id,
        ),
    )
    return frozenset(rows.scalars())


def _check_core_idea(db: Session, board: BoardContext, core_idea_id: int) -> None:
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
            f"This core idea is not on the board of {board.title}. It may have been removed or "
            "moved to another domain; reload the board."
        )


def set_places(
    db: Session, board: BoardContext, core_idea_id: int, before: Places, after: Places
) -> None:
    """Make a core idea stand in exactly these places, in one recorded change."""
    if before == after:
        return
    _check_categories(db, board, after - before)
    change_content(db, board.unit, board.title)
    here = (
        col(Placement.layer_id) == board.unit.layer_id,
        col(Placement.core_idea_id) == core_idea_id,
    )
    for left in before - after:
        run(db, sa.delete(Placement).where(*here, col(Placement.category_id) == left))
    for entered in after - before:
        db.add(_placement(board, core_idea_id, entered))
    db.flush()
    record(
        db,
        board.scene,
        "sort a core idea",
        item=db.get_one(CoreIdea, core_idea_id),
        before={"places": in_order(before)},
        after={"places": in_order(after)},
    )


def _placement(board: BoardContext, core_idea_id: int, where: Place) -> Placement:
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


def category(db: Session, board: BoardContext, category_id: int) -> Category:
    """A category of this board. Raises `Conflict` where it is not there (any more)."""
    found = db.exec(
        select(Category)
        .where(col(Category.id) == category_id, col(Category.layer_id) == board.unit.layer_id)
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise Conflict("This category was removed meanwhile. Reload the board.")
    return found


def top_category(db: Session, board: BoardContext, category_id: int) -> Category:
    """A category that may have subcategories. Raises `Invalid` for a subcategory."""
    found = category(db, board, category_id)
    if found.parent_id is not None:
        raise Invalid(
            f"'{found.title}' is a subcategory itself; there is one level of subcategories. "
            "Lift it first, or choose a category."
        )
    return found


def checked_title(
    db: Session, board: BoardContext, title: str, *, parent_id: int | None, but: int = 0
) -> str:
    """The title as it is stored. Raises `Invalid` at the field `title`."""
    title = " ".join(title.split())
    if not title:
        raise _bad_title("The category needs a title, such as 'Felt closer to the client'.")
    if len(title) > LONGEST_TITLE:
        raise _bad_title(
            f"The title has {len(title)} characters; at most {LONGEST_TITLE} fit into a table."
        )
    if title_key(title) in RESERVED:
        raise _bad_title("Every board has Miscellaneous already. Choose another title.")
    taken = run(
        db,
        sa.select(col(Category.title)).where(
            col(Category.layer_id) == board.unit.layer_id,
            col(Category.parent_id) == parent_id,
            col(Category.title_key) == title_key(title),
            col(Category.id) != but,
        ),
    ).scalar()
    if taken is not None:
        where = "this category" if parent_id else "the board"
        kind = "a subcategory" if parent_id else "a category"
        raise _bad_title(f"There is {kind} '{taken}' in {where} already. Choose another title.")
    return title


def _bad_title(sentence: str) -> Invalid:
    return Invalid(sentence, {"title": sentence})


def last_position(db: Session, board: BoardContext, parent_id: int | None) -> int:
    """The position of the last category among the siblings; -1 where there is none."""
    return int(
        run(
            db,
            sa.select(sa.func.coalesce(sa.func.max(col(Category.position)), -1)).where(
                col(Category.layer_id) == board.unit.layer_id,
                col(Category.parent_id) == parent_id,
            ),
        ).scalar_one()
    )
