"""Tables of step 3: categories and the placements of core ideas in them."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.db import UTCDateTime, foreign, guid, now, unguessable_key


class Category(SQLModel, table=True):
    """A theme across cases in one domain, or a subcategory of one (`parent_id`)."""

    __tablename__ = "category"
    __table_args__ = (
        sa.UniqueConstraint("layer_id", "parent_id", "title_key"),
        sa.Index(
            "uq_category_top_title",
            "layer_id",
            "title_key",
            unique=True,
            sqlite_where=sa.text("parent_id IS NULL"),
            postgresql_where=sa.text("parent_id IS NULL"),
        ),
    )

    id: int | None = unguessable_key()
    guid: str = Field(default_factory=guid, unique=True)
    layer_id: int = foreign("layer", index=False)
    parent_id: int | None = foreign("category", default=None)
    title: str
    title_key: str
    position: int = 0
    made_by: int = foreign("account")
    made_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    version: int = 1


class Placement(SQLModel, table=True):
    """A core idea in a category, or (without one) in Miscellaneous, which is never counted."""

    __tablename__ = "placement"
    __table_args__ = (
        sa.UniqueConstraint("core_idea_id", "category_id", "layer_id"),
        sa.Index(
            "uq_placement_miscellaneous",
            "layer_id",
            "core_idea_id",
            unique=True,
            sqlite_where=sa.text("category_id IS NULL"),
            postgresql_where=sa.text("category_id IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    guid: str = Field(default_factory=guid, unique=True)
    layer_id: int = foreign("layer")
    core_idea_id: int = foreign("core_idea", index=False)
    category_id: int | None = foreign("category", default=None)
    position: int = 0
    made_by: int = foreign("account")
    made_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    version: int = 1
