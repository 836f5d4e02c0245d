"""Blind practice copies of finished cases."""

import sqlalchemy as sa
from alembic import op

from app.db import UTCDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _pointing(name: str, table: str) -> sa.Column[int]:
    key = f"fk_practice_{name}_{table}"
    link = sa.ForeignKey(f"{table}.id", ondelete="RESTRICT", name=key)
    return sa.Column(name, sa.Integer(), link, nullable=False)


def upgrade() -> None:
    op.create_table(
        "practice",
        sa.Column("id", sa.Integer(), primary_key=True),
        _pointing("unit_id", "unit"),
        _pointing("of_unit_id", "unit"),
        _pointing("of_study_id", "study"),
        sa.Column("judges", sa.JSON(), nullable=False),
        sa.Column("consensus", sa.JSON(), nullable=False),
        _pointing("made_by", "account"),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.UniqueConstraint("unit_id", name="uq_practice_unit_id"),
    )
    for column in ("of_unit_id", "of_study_id", "made_by"):
        op.create_index(f"ix_practice_{column}", "practice", [column])


def downgrade() -> None:
    op.drop_table("practice")
