"""Consensus versions and amendments."""

import sqlalchemy as sa
from alembic import op

from app.db import UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CAUSES = ("agreed", "amended", "editorial", "audit")
KINDS = ("reword", "split", "move", "editorial")


def enum(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def reference(column: str, target: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(
        column, sa.Integer(), sa.ForeignKey(f"{target}.id", ondelete="RESTRICT"), nullable=nullable
    )


def upgrade() -> None:
    op.create_table(
        "consensus_version",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("guid", sa.String(), nullable=False, unique=True),
        reference("unit_id", "unit"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Integer(), nullable=False),
        sa.Column("cause", enum("cause", CAUSES), nullable=False),
        sa.Column("domain_list", sa.Integer(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        reference("made_by", "account", nullable=True),
        sa.Column("judges", sa.JSON(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.UniqueConstraint("unit_id", "number"),
    )
    op.create_index("ix_consensus_version_made_by", "consensus_version", ["made_by"])
    op.create_table(
        "amendment",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("guid", sa.String(), nullable=False, unique=True),
        reference("unit_id", "unit"),
        reference("board_id", "unit", nullable=True),
        sa.Column("core_idea_guid", sa.String(), nullable=False),
        sa.Column("kind", enum("amendment_kind", KINDS), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        reference("made_by", "account"),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("agreed_at", UTCDateTime()),
        sa.Column("withdrawn_at", UTCDateTime()),
        reference("withdrawn_by", "account", nullable=True),
        reference("version_id", "consensus_version", nullable=True),
    )
    for column in ("unit_id", "board_id", "made_by", "withdrawn_by", "version_id"):
        op.create_index(f"ix_amendment_{column}", "amendment", [column])


def downgrade() -> None:
    op.drop_table("amendment")
    op.drop_table("consensus_version")
