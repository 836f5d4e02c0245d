"""Where core ideas stand on the board of their domain.

Boards live on a floor above: what stands on them is read and kept by table name, for when core
ideas are merged, moved or brought back. A place is a category's id, or None for Miscellaneous.
"""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.guard import CaseContext
from app.consensus.models import Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER, UNIT_COLUMNS, UnitFacts, unit_facts
from app.consensus.service import change_content
from app.core_ideas.models import CoreIdea
from app.db import guid, now, run
from app.domains.models import Domain
from app.trail.own import ELSEWHERE
from app.trail.service import Scene, record

Places = tuple[int | None, ...]
SORT = "sort a core idea"
"""The board's own word for it in the trail."""

PLACEMENT = sa.table(
    "placement",
    sa.column("guid", sa.String),
    sa.column("layer_id", sa.Integer),
    sa.column("core_idea_id", sa.Integer),
    sa.column("category_id", sa.Integer),
    sa.column("position", sa.Integer),
    sa.column("made_by", sa.Integer),
    sa.column("made_at", sa.DateTime(timezone=True)),
    sa.column("version", sa.Integer),
)
CATEGORY = sa.table(
    "category",
    sa.column("id", sa.Integer),
    sa.column("layer_id", sa.Integer),
    sa.column("title", sa.String),
)


def in_order(places: Collection[int | None]) -> Places:
    """Places as they are kept: Miscellaneous first, then categories by id."""
    return tuple(sorted(places, key=lambda place: place or 0))


def united(one: Places, other: Places) -> Places:
    """The places of two core ideas that become one; in a category it leaves Miscellaneous."""
    both = {*one, *other}
    return in_order(both - {None} or both)


def places_of(db: Session, core_idea_ids: Collection[int]) -> dict[int, Places]:
    """Where core ideas stand on their domains' boards (the teams', no drafts)."""
    found: dict[int, list[int | None]] = {id_: [] for id_ in core_idea_ids}
    if found:
        for core_idea_id, category_id in run(
            db,
            sa.select(PLACEMENT.c.core_idea_id, PLACEMENT.c.category_id)
            .join(Layer, col(Layer.id) == PLACEMENT.c.layer_id)
            .where(PLACEMENT.c.core_idea_id.in_(found), col(Layer.account_id).is_(None)),
        ):
            found[core_idea_id].append(category_id)
    return {id_: in_order(places) for id_, places in found.items()}


def leave_drafts(db: Session, core_idea_ids: Collection[int]) -> None:
    """Take core ideas off the judges' draft boards: they go away, or into another domain.

    Nothing is refused or told because of a draft. The core ideas are taken first, so that nobody
    places one meanwhile.
    """
    if not core_idea_ids:
        return
    taken = sa.select(col(CoreIdea.id)).where(col(CoreIdea.id).in_(core_idea_ids))
    run(db, taken.order_by(col(CoreIdea.id)).with_for_update())
    drafts = sa.select(col(Layer.id)).where(col(Layer.account_id).is_not(None))
    run(
        db,
        sa.delete(PLACEMENT).where(
            PLACEMENT.c.core_idea_id.in_(core_idea_ids), PLACEMENT.c.layer_id.in_(drafts)
        ),
    )


def titles_of(db: Session, layer_id: int) -> dict[int, list[str]]:
    """For each placed core idea of a case's layer, the titles of its categories."""
    found: dict[int, list[str]] = {}
    for core_idea_id, title in run(
        db,
        sa.select(PLACEMENT.c.core_idea_id, sa.func.coalesce(CATEGORY.c.title, "Miscellaneous"))
        .join(CoreIdea, col(CoreIdea.id) == PLACEMENT.c.core_idea_id)
        .join(Layer, col(Layer.id) == PLACEMENT.c.layer_id)
        .join(CATEGORY, CATEGORY.c.id == PLACEMENT.c.category_id, isouter=True)
        .where(col(CoreIdea.layer_id) == layer_id, col(Layer.account_id).is_(None))
        .order_by(CATEGORY.c.title),
    ):
        found.setdefault(core_idea_id, []).append(title)
    return found


def still_there(db: Session, domain_id: int, places: Places) -> Places:
    """Those of the places that the domain's board still has."""
    board = _board(db, domain_id)
    if board is None:
        return ()
    of_board = sa.select(CATEGORY.c.id).where(
        CATEGORY.c.layer_id == board[0].layer_id, CATEGORY.c.id.in_(places)
    )
    there = {None, *run(db, of_board).scalars()}
    return tuple(place for place in places if place in there)


def set_places(
    db: Session, case: CaseContext, domain_id: int, moves: Sequence[tuple[int, Places, Places]]
) -> None:
    """Change where core ideas stand on a domain's board: (core idea, before, after) for each.

    Recorded as a change of the board. Raises `StepLocked` where the board is not open.
    """
    moves = [move for move in moves if move[1] != move[2]]
    board = _board(db, domain_id) if moves else None
    if board is None:
        return
    unit, title = board
    change_content(db, unit, f"The board of {title}")
    scene = Scene(case.study.id, case.study.me.id, unit.id, unit.layer_id)
    for core_idea_id, before, after in moves:
        for place in set(before) - set(after):
            run(
                db,
                sa.delete(PLACEMENT).where(
                    PLACEMENT.c.core_idea_id == core_idea_id,
                    PLACEMENT.c.layer_id == unit.layer_id,
                    PLACEMENT.c.category_id.is_(None)
                    if place is None
                    else PLACEMENT.c.category_id == place,
                ),
            )
        arrived = [
            {
                "guid": guid(),
                "layer_id": unit.layer_id,
                "core_idea_id": core_idea_id,
                "category_id": place,
                "position": 0,
                "made_by": case.study.me.id,
                "made_at": now(),
                "version": 1,
            }
            for place in in_order(set(after) - set(before))
        ]
        if arrived:
            run(db, sa.insert(PLACEMENT).values(arrived))
        record(
            db,
            scene,
            SORT,
            item=CoreIdea(id=core_idea_id),  # type: ignore[call-arg]
            before={"places": list(before)},
            after={"places": list(after), ELSEWHERE: 1},
        )


def _board(db: Session, domain_id: int) -> tuple[UnitFacts, str] | None:
    """The unit and title of a domain's cross-analysis; None where it has none."""
    row = (
        run(
            db,
            sa.select(col(Domain.title).label("title"), *UNIT_COLUMNS)
            .join(Unit, col(Unit.domain_id) == col(Domain.id))
            .join(Layer, CONSENSUS_LAYER)
            .where(col(Domain.id) == domain_id),
        )
        .mappings()
        .first()
    )
    if row is None:
        return None
    facts = dict(row)
    title = facts.pop("title")
    return unit_facts(db, facts), title
