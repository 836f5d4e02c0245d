"""Which core ideas rest on a block. Core ideas live on a floor above: read here by table name."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from app.db import run
from app.domains.passages import CORE_IDEA_BLOCK
from app.errors import Conflict

CORE_IDEA = sa.table(
    "core_idea",
    sa.column("id", sa.Integer),
    sa.column("domain_id", sa.Integer),
    sa.column("text", sa.String),
    sa.column("position", sa.Integer),
)


@dataclass(frozen=True)
class RestingIdea:
    """A core idea with this block as raw data; `is_last_block` where it has no other."""

    id: int
    domain_id: int
    text: str
    is_last_block: bool


class RestsOnBlock(Conflict):
    """A block is a core idea's only raw data, so it stays until the core idea is seen to."""

    def __init__(self, done: str, resting: Sequence[RestingIdea]) -> None:
        self.core_ideas = [idea for idea in resting if idea.is_last_block]
        named = "; ".join(f"“{brief(idea.text)}”" for idea in self.core_ideas)
        super().__init__(
            f"This block cannot be {done}: it is the only raw data of {named}. Give the core idea "
            "other raw data, move it or remove it on the page Core ideas; then come back."
        )


def brief(text: str, limit: int = 90) -> str:
    """The beginning of a core idea, to name it in a sentence."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


_other = CORE_IDEA_BLOCK.alias("other")
_has_another = sa.exists().where(
    _other.c.core_idea_id == CORE_IDEA.c.id, _other.c.block_id != sa.bindparam("block")
)
RESTING = (
    sa.select(CORE_IDEA.c.id, CORE_IDEA.c.domain_id, CORE_IDEA.c.text, ~_has_another)
    .join(CORE_IDEA_BLOCK, CORE_IDEA_BLOCK.c.core_idea_id == CORE_IDEA.c.id)
    .where(CORE_IDEA_BLOCK.c.block_id == sa.bindparam("block"))
    .order_by(CORE_IDEA.c.domain_id, CORE_IDEA.c.position)
)


def resting_on(db: Session, block_id: int, *, domain_id: int | None = None) -> list[RestingIdea]:
    """The core ideas (of one domain, where named) that have this block as raw data."""
    found = [RestingIdea(*row) for row in run(db, RESTING, {"block": block_id})]
    return [idea for idea in found if domain_id in (None, idea.domain_id)]
