"""At the reveal of a board: titles that all judges have are written, the others are discussed."""

from dataclasses import replace

import sqlalchemy as sa
from sqlmodel import Session, col

from app.consensus.models import Layer, Point, Unit
from app.consensus.points import add_points
from app.consensus.revealed import revealed_drafts
from app.consensus.rules import Move, PointKind, UnitKind
from app.consensus.service import when
from app.cross_analysis.comparison import TitleRow, compare
from app.cross_analysis.lists import lists_of
from app.cross_analysis.models import Category
from app.cross_analysis.picks import ALL, MadeCategory, Picked, ids_of
from app.db import run
from app.domains.rules import title_key
from app.trail.service import Scene, record

JOIN = "join a category"


@when(Move.REVEAL)
def join_categories(db: Session, scene: Scene, unit: Unit) -> None:
    """Write the titles that every judge has into the agreed list, and a point for each title.

    Where each had put a core idea is not copied: placing follows on the agreed list.
    """
    if unit.kind is not UnitKind.CROSS_ANALYSIS:
        return
    assert unit.id is not None
    drafts = revealed_drafts(db, unit.id)
    lists = lists_of(db, [draft.layer_id for draft in drafts])
    rows = compare([lists[draft.layer_id] for draft in drafts])
    layer_id = run(
        db,
        sa.select(col(Layer.id)).where(
            col(Layer.unit_id) == unit.id, col(Layer.account_id).is_(None)
        ),
    ).scalar_one()
    shared = replace(scene, layer_id=layer_id, chain=0)
    by = scene.account_id or (drafts[0].account_id if drafts else 0)
    made: dict[tuple[int, ...], Category] = {}
    points = []
    for row in rows:
        picked = Picked(ids_of(row))
        if row.is_same:
            category = _write(db, shared, row, made, by)
            made[ids_of(row)] = category
            picked = replace(picked, pick=ALL, made=(made_of(category),))
        points.append(
            Point(
                unit_id=unit.id,
                kind=PointKind.CATEGORIES,
                domain_id=unit.domain_id,
                is_joined=row.is_same,
                chosen=picked.as_values(),
            )
        )
    add_points(db, points)


def made_of(category: Category) -> MadeCategory:
    """A category that was made just now, as its point remembers it."""
    return MadeCategory(category.guid, category.title, category.version, category.parent_id)


def _write(
    db: Session, scene: Scene, row: TitleRow, made: dict[tuple[int, ...], Category], by: int
) -> Category:
    parent = made[ids_of(row.below)] if row.below else None
    parent_id = parent.id if parent else None
    siblings = [each for each in made.values() if each.parent_id == parent_id]
    assert scene.layer_id is not None
    category = Category(
        layer_id=scene.layer_id,
        parent_id=parent_id,
        title=row.titles[0],
        title_key=title_key(row.titles[0]),
        position=len(siblings),
        made_by=by,
    )
    db.add(category)
    db.flush()
    after = {"title": category.title, "parent": parent_id}
    record(db, scene, JOIN, item=category, after=after)
    return category
