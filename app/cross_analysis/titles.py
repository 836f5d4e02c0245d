"""The title of a category: how it is kept, and what is said where two people gave it one."""

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cross_analysis.guard import BoardContext
from app.cross_analysis.models import Category
from app.cross_analysis.rules import LONGEST_TITLE
from app.db import run
from app.domains.rules import title_key
from app.errors import Invalid, StaleEdit, Versions
from app.trail.items import at_version, last_hand

RESERVED = frozenset({title_key("Miscellaneous"), title_key("Unsorted")})


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
        raise _bad_title(f"Every board has a place '{title}' already. Choose another title.")
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
        there = "a subcategory '{}' in this category" if parent_id else "a category '{}' here"
        raise _bad_title(f"There is {there.format(taken)} already. Choose another title.")
    return title


def _bad_title(sentence: str) -> Invalid:
    return Invalid(sentence, {"title": sentence})


def renamed_meanwhile(
    db: Session, board: BoardContext, category: Category, version: int, *, was: str, title: str
) -> StaleEdit:
    """The refusal of a rename from an older version, with the titles of all three."""
    kind, category_id = str(Category.__tablename__), category.id or 0
    hand = last_hand(db, board.scene, kind, category_id, fields=["title"])
    who = hand.name if hand else "Somebody"
    base = at_version(db, board.scene, kind, category_id, version).get("title", was)
    return StaleEdit(
        f"{who} named this category '{category.title}' meanwhile, so nothing was changed now. "
        "What you typed is kept for you: choose.",
        fields={"title": Versions(base, category.title, title, who, category.version)},
        seen=version,
    )
