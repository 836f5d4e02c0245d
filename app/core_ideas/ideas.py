"""Core ideas as they are read, written and kept in the trail: one form for all.

Every change of step 2 is a set of core ideas before and a set after. Written this way once, a
change can be recorded whole, and undone by writing the set of before again.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.core_ideas.models import CoreIdea, CoreIdeaBlock
from app.core_ideas.places import Places, leave_drafts, places_of
from app.db import guid, now, run


@dataclass(frozen=True)
class Idea:
    """A core idea with the blocks it rests on (by id) and its places on the domain's board.

    `id` 0 is not stored yet. `version` counts its wordings and guards against stale saves; it only
    grows, also when a removed one is brought back. `position` (from 0) is its place in the domain.
    Neither is part of the content.
    """

    domain_id: int
    text: str
    blocks: tuple[int, ...]
    made_by: int
    places: Places = ()
    id: int = 0
    guid: str = field(default_factory=guid)
    made_at: datetime = field(default_factory=now)
    position: int = field(default=0, compare=False)
    version: int = field(default=1, compare=False)

    @property
    def item(self) -> CoreIdea:
        """What the trail files it under."""
        return CoreIdea(id=self.id)  # type: ignore[call-arg]

    def as_values(self) -> dict[str, Any]:
        """For the trail: plain values."""
        return asdict(self) | {
            "blocks": list(self.blocks),
            "places": list(self.places),
            "made_at": self.made_at.isoformat(),
        }

    @classmethod
    def from_values(cls, values: dict[str, Any]) -> "Idea":
        """Back from the trail."""
        kept = {
            "blocks": tuple(values["blocks"]),
            "places": tuple(values["places"]),
            "made_at": datetime.fromisoformat(values["made_at"]),
        }
        return cls(**values | kept)


# Built once: every change of a core idea reads these.
OF_LAYER = sa.select(
    col(CoreIdea.id),
    col(CoreIdea.domain_id),
    col(CoreIdea.text),
    col(CoreIdea.made_by),
    col(CoreIdea.guid),
    col(CoreIdea.made_at),
    col(CoreIdea.position),
    col(CoreIdea.version),
).order_by(col(CoreIdea.domain_id), col(CoreIdea.position), col(CoreIdea.id))


def stored(
    db: Session,
    layer_id: int,
    *,
    ids: Collection[int] | None = None,
    domain_id: int | None = None,
) -> list[Idea]:
    """Core ideas of a layer in order: all, those with these ids, or those of a domain."""
    wanted = OF_LAYER.where(col(CoreIdea.layer_id) == layer_id)
    if ids is not None:
        wanted = wanted.where(col(CoreIdea.id).in_(ids))
    if domain_id is not None:
        wanted = wanted.where(col(CoreIdea.domain_id) == domain_id)
    rows = run(db, wanted).all()
    if not rows:
        return []
    ids = [row.id for row in rows]
    blocks, places = blocks_of(db, ids), places_of(db, ids)
    return [Idea(**row._mapping, blocks=blocks[row.id], places=places[row.id]) for row in rows]


def blocks_of(db: Session, ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """The raw data of core ideas: the ids of their blocks."""
    found: dict[int, list[int]] = {id_: [] for id_ in ids}
    rows = run(
        db,
        sa.select(col(CoreIdeaBlock.core_idea_id), col(CoreIdeaBlock.block_id))
        .where(col(CoreIdeaBlock.core_idea_id).in_(ids))
        .order_by(col(CoreIdeaBlock.block_id)),
    )
    for core_idea_id, block_id in rows:
        found[core_idea_id].append(block_id)
    return {id_: tuple(blocks) for id_, blocks in found.items()}


def write(db: Session, layer_id: int, before: Iterable[Idea], after: Iterable[Idea]) -> list[Idea]:
    """Make the core ideas of `before` those of `after`. Returns the latter with their ids.

    In every domain that is touched they are numbered anew from 0; a new one takes its place
    before the one that stands there. Places on boards are `app.core_ideas.places`' work.
    """
    old = {idea.id: idea for idea in before}
    new = list(after)
    kept = {idea.id for idea in new}
    gone = [id_ for id_ in old if id_ not in kept]
    moved = [i.id for i in new if i.id in old and old[i.id].domain_id != i.domain_id]
    leave_drafts(db, [*gone, *moved])
    if gone:
        run(db, sa.delete(CoreIdea).where(col(CoreIdea.id).in_(gone)))
    written = []
    arrived: list[int] = []
    for idea in new:
        present = old.get(idea.id)
        idea = _change(db, present, idea) if present else _insert(db, layer_id, idea)
        if present is None or present.domain_id != idea.domain_id:
            arrived.append(idea.id)
        written.append(idea)
    for domain_id in sorted({idea.domain_id for idea in (*old.values(), *written)}):
        _number(db, layer_id, domain_id, arrived)
    return written


def _insert(db: Session, layer_id: int, idea: Idea) -> Idea:
    values: dict[str, Any] = {
        "guid": idea.guid,
        "layer_id": layer_id,
        "domain_id": idea.domain_id,
        "text": idea.text,
        "position": idea.position,
        "made_by": idea.made_by,
        "made_at": idea.made_at,
        "changed_at": now(),
        "version": idea.version,
    }
    if idea.id:
        # Brought back: no form that was loaded before may take it for what it shows.
        values |= {"id": idea.id, "version": idea.version + 1}
    result = run(db, sa.insert(CoreIdea).values(**values))
    idea = replace(idea, id=int(result.inserted_primary_key[0]), version=values["version"])
    _link(db, idea.id, idea.blocks)
    return idea


def _change(db: Session, present: Idea, idea: Idea) -> Idea:
    values: dict[str, Any] = {"domain_id": idea.domain_id, "position": idea.position}
    if present.text != idea.text:
        idea = replace(idea, version=present.version + 1)
        values |= {"text": idea.text, "changed_at": now(), "version": idea.version}
    run(db, sa.update(CoreIdea).where(col(CoreIdea.id) == idea.id).values(**values))
    left = set(present.blocks) - set(idea.blocks)
    if left:
        run(
            db,
            sa.delete(CoreIdeaBlock).where(
                col(CoreIdeaBlock.core_idea_id) == idea.id, col(CoreIdeaBlock.block_id).in_(left)
            ),
        )
    _link(db, idea.id, sorted(set(idea.blocks) - set(present.blocks)))
    return idea


def _link(db: Session, core_idea_id: int, block_ids: Collection[int]) -> None:
    if block_ids:
        rows = [{"core_idea_id": core_idea_id, "block_id": block_id} for block_id in block_ids]
        run(db, sa.insert(CoreIdeaBlock).values(rows))


MOVE = (
    sa.update(CoreIdea)
    .where(
        col(CoreIdea.id) == sa.bindparam("core_idea"),
        col(CoreIdea.position) != sa.bindparam("place"),
    )
    .values(position=sa.bindparam("place"))
)


def _number(db: Session, layer_id: int, domain_id: int, arrived: Sequence[int]) -> None:
    rows = run(
        db,
        sa.select(col(CoreIdea.id), col(CoreIdea.position)).where(
            col(CoreIdea.layer_id) == layer_id, col(CoreIdea.domain_id) == domain_id
        ),
    ).all()
    in_order = sorted(
        rows,
        key=lambda row: (
            row.position,
            row.id not in arrived,
            arrived.index(row.id) if row.id in arrived else row.id,
        ),
    )
    for position, row in enumerate(in_order):
        if row.position != position:
            run(db, MOVE, {"core_idea": row.id, "place": position})


def set_order(db: Session, ids: Sequence[int]) -> None:
    """Let the core ideas of a domain stand in this order."""
    for position, core_idea_id in enumerate(ids):
        run(db, MOVE, {"core_idea": core_idea_id, "place": position})
