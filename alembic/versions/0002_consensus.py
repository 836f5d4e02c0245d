"""Ways of working, drafts, discussing, meetings."""

import sqlalchemy as sa
from alembic import op

from app.db import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WAYS = ("together", "independent first", "drafter and reviewers")
STEPS = ("domains and core ideas", "domains", "core ideas")
KINDS = ("passage", "core ideas", "categories")
OUTCOMES = ("one view", "double-code", "edited", "not coded", "talk later")


def add_enum(table: str, column: str, values: tuple[str, ...], rest: str) -> None:
    """A column with its check in one statement: SQLite takes neither afterwards."""
    listed = ", ".join(f"'{value}'" for value in values)
    check = f"CONSTRAINT ck_{table}_{column} CHECK ({column} IN ({listed}))"
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column} VARCHAR(24) {rest} {check}")


def enum(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def reference(column: str, target: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(
        column, sa.Integer(), sa.ForeignKey(f"{target}.id", ondelete="RESTRICT"), nullable=nullable
    )


def upgrade() -> None:
    add_enum("study", "board_way", WAYS, "NOT NULL DEFAULT 'together'")
    add_enum("study", "way_after", WAYS, "")
    op.add_column(
        "study", sa.Column("first_cases", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("study", sa.Column("passes", sa.Integer(), nullable=False, server_default="1"))
    add_enum("unit", "way", WAYS, "")
    add_enum("unit", "step", STEPS, "NOT NULL DEFAULT 'domains and core ideas'")
    op.execute("UPDATE unit SET way = 'together' WHERE state <> 'not started'")
    op.add_column("layer", sa.Column("content", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "drafter",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "unit_id",
            sa.Integer(),
            sa.ForeignKey("unit.id", ondelete="RESTRICT"),
            nullable=False,
            unique=True,
        ),
        reference("account_id", "account"),
        sa.Column("since", UTCDateTime(), nullable=False),
    )
    op.create_index("ix_drafter_account_id", "drafter", ["account_id"])
    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("guid", sa.String(), nullable=False, unique=True),
        reference("study_id", "study"),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("closed_at", UTCDateTime()),
        reference("started_by", "account"),
        reference("writer_id", "account"),
        reference("first_speaker_id", "account"),
        sa.Column("notes", sa.String(), nullable=False),
        sa.Column("minutes", sa.JSON()),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    for column in ("study_id", "started_by", "writer_id", "first_speaker_id"):
        op.create_index(f"ix_meeting_{column}", "meeting", [column])
    op.create_table(
        "attendance",
        sa.Column("id", sa.Integer(), primary_key=True),
        reference("meeting_id", "meeting"),
        reference("account_id", "account"),
        sa.UniqueConstraint("meeting_id", "account_id"),
    )
    op.create_index("ix_attendance_account_id", "attendance", ["account_id"])
    op.create_table(
        "point",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("guid", sa.String(), nullable=False, unique=True),
        reference("unit_id", "unit"),
        sa.Column("kind", enum("point_kind", KINDS), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        reference("domain_id", "domain", nullable=True),
        reference("transcript_version_id", "transcript_version", nullable=True),
        sa.Column("start", sa.Integer()),
        sa.Column("end", sa.Integer()),
        sa.Column("is_joined", sa.Boolean(), nullable=False),
        sa.Column("outcome", enum("outcome", OUTCOMES)),
        sa.Column("chosen", sa.JSON()),
        sa.Column("reason", sa.String(), nullable=False),
        reference("decided_by", "account", nullable=True),
        sa.Column("decided_at", UTCDateTime()),
        reference("meeting_id", "meeting", nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_point_unit", "point", ["unit_id", "position"])
    for column in ("domain_id", "transcript_version_id", "decided_by", "meeting_id"):
        op.create_index(f"ix_point_{column}", "point", [column])
    op.create_table(
        "reservation",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("guid", sa.String(), nullable=False, unique=True),
        reference("unit_id", "unit"),
        reference("point_id", "point", nullable=True),
        reference("account_id", "account"),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime()),
        reference("meeting_id", "meeting", nullable=True),
    )
    for column in ("unit_id", "point_id", "account_id", "meeting_id"):
        op.create_index(f"ix_reservation_{column}", "reservation", [column])
    op.create_table(
        "stale",
        sa.Column("id", sa.Integer(), primary_key=True),
        reference("unit_id", "unit"),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        reference("made_by", "account", nullable=True),
        sa.Column("looked_at", UTCDateTime()),
        reference("looked_by", "account", nullable=True),
    )
    for column in ("unit_id", "made_by", "looked_by"):
        op.create_index(f"ix_stale_{column}", "stale", [column])


def downgrade() -> None:
    for table in ("stale", "reservation", "point", "attendance", "meeting", "drafter"):
        op.drop_table(table)
    op.drop_column("layer", "content")
    for column in ("way", "step"):
        op.drop_column("unit", column)
    for column in ("board_way", "way_after", "first_cases", "passes"):
        op.drop_column("study", column)
