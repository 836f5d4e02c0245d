"""The judges' category lists once they are revealed, and where each had put a core idea."""

from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col

from app.consensus.revealed import RevealedDraft, revealed_drafts
from app.cross_analysis.comparison import Listed
from app.cross_analysis.models import Category, Placement
from app.db import run

LAYERS: sa.BindParameter[int] = sa.bindparam("layers", expanding=True)
CATEGORIES = (
    sa.select(
        col(Category.id), col(Category.layer_id), col(Category.parent_id), col(Category.title)
    )
    .where(col(Category.layer_id).in_(LAYERS))
    .order_by(col(Category.position), col(Category.made_at))
)
PLACES = (
    sa.select(col(Placement.layer_id), sa.func.coalesce(col(Category.title), "Miscellaneous"))
    .join(Category, col(Category.id) == col(Placement.category_id), isouter=True)
    .where(col(Placement.layer_id).in_(LAYERS), col(Placement.core_idea_id) == sa.bindparam("idea"))
    .order_by(col(Category.position))
)


def lists_of(db: Session, layer_ids: Sequence[int]) -> dict[int, tuple[Listed, ...]]:
    """For each layer its categories in order, with their subcategories. One statement."""
    rows = run(db, CATEGORIES, {"layers": list(layer_ids)}).all()
    below: dict[int, list[Listed]] = defaultdict(list)
    for id_, _, parent_id, title in rows:
        if parent_id is not None:
            below[parent_id].append(Listed(id_, title))
    found: dict[int, list[Listed]] = {layer_id: [] for layer_id in layer_ids}
    for id_, layer_id, parent_id, title in rows:
        if parent_id is None:
            found[layer_id].append(Listed(id_, title, tuple(below[id_])))
    return {layer_id: tuple(categories) for layer_id, categories in found.items()}


def places_in_drafts(
    db: Session, unit_id: int, core_idea_id: int
) -> tuple[tuple[RevealedDraft, tuple[str, ...]], ...]:
    """Where each judge had put a core idea who had sorted it in private; judges by name.

    Nothing before the reveal. Two statements.
    """
    drafts = revealed_drafts(db, unit_id)
    titles: dict[int, list[str]] = defaultdict(list)
    layers = {"layers": [draft.layer_id for draft in drafts], "idea": core_idea_id}
    for layer_id, title in run(db, PLACES, layers):
        titles[layer_id].append(title)
    return tuple(
        (draft, tuple(titles[draft.layer_id])) for draft in drafts if draft.layer_id in titles
    )
