"""Forms that were answered already, texts that could not be saved, further items of an entry."""

import sqlalchemy as sa
from alembic import op

from app.db import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answered_form",
        sa.Column("key_hash", sa.String(), primary_key=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=False),
    )
    op.create_index("ix_answered_form_answered_at", "answered_form", ["answered_at"])
    op.create_table(
        "kept_text",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "account_id",
            sa.Integer(),
            sa.ForeignKey("account.id", ondelete="RESTRICT"),
            nullable=False,
        ),
        sa.Column("item_kind", sa.String(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("base", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kept_at", UTCDateTime(), nullable=False),
        sa.UniqueConstraint("account_id", "item_kind", "item_id"),
    )
    op.create_table(
        "trail_also",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "entry_id",
            sa.Integer(),
            sa.ForeignKey("trail_entry.id", ondelete="RESTRICT"),
            nullable=False,
        ),
        sa.Column("item_kind", sa.String(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
    )
    op.create_index("ix_trail_also_entry_id", "trail_also", ["entry_id"])
    op.create_index("ix_trail_also_item", "trail_also", ["item_kind", "item_id", "entry_id"])


def downgrade() -> None:
    for table in ("trail_also", "kept_text", "answered_form"):
        op.drop_table(table)
