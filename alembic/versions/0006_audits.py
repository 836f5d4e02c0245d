"""Audits."""

import sqlalchemy as sa
from alembic import op

from app.db import UTCDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CASES = ("all", "the first cases", "batches", "none")
BOARDS = ("all", "the first cases", "batches", "none")
AUDIT_STATE = (
    "not started",
    "independent",
    "consensus",
    "agreed",
    "in audit",
    "responding",
    "closed",
)
ABOUT = ("the whole", "domain", "block", "core idea", "category", "placement")
COMMENT_TYPE = (
    "wrong domain",
    "missing material",
    "wording",
    "interpretation",
    "too abstract",
    "redundant",
    "split or merge",
    "title",
    "level of abstraction",
    "de-identification slip",
    "question",
    "praise",
)
SUGGESTS = ("wording", "move", "merge", "split")
STRENGTH = ("must", "should", "could")
DECISION = ("accepted", "accepted in part", "rejected", "noted", "deferred")
VERDICT = ("satisfied", "contests")


def enum(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def reference(
    column: str, target: str, *, nullable: bool = False, unique: bool | None = None
) -> sa.Column[int]:
    rests_on = sa.ForeignKey(f"{target}.id", ondelete="RESTRICT")
    return sa.Column(column, sa.Integer(), rests_on, nullable=nullable, unique=unique)


def upgrade() -> None:
    op.create_table(
        "audit_plan",
        sa.Column("id", sa.Integer(), primary_key=True),
        reference("study_id", "study", unique=True),
        sa.Column("auditors_an_item", sa.Integer(), nullable=False),
        sa.Column("cases", enum("cases", CASES), nullable=False),
        sa.Column("first_cases", sa.Integer(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("boards", enum("boards", BOARDS), nullable=False),
        sa.Column("domain_lists", sa.Boolean(), nullable=False),
        sa.Column("is_apart", sa.Boolean(), nullable=False),
        sa.Column("shows_names", sa.Boolean(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("is_used", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "recusal",
        sa.Column("id", sa.Integer(), primary_key=True),
        reference("study_id", "study"),
        reference("account_id", "account"),
        reference("case_id", "study_case"),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime()),
    )
    op.create_index("ix_recusal_account_id", "recusal", ["account_id"])
    op.create_index("ix_recusal_case_id", "recusal", ["case_id"])
    op.create_index("ix_recusal_study_id", "recusal", ["study_id"])
    op.create_table(
        "audit_assignment",
        sa.Column("id", sa.Integer(), primary_key=True),
        reference("study_id", "study"),
        reference("unit_id", "unit", nullable=True),
        reference("sample_id", "sample", nullable=True),
        reference("account_id", "account"),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("until", UTCDateTime()),
    )
    op.create_index("ix_audit_assignment_account_id", "audit_assignment", ["account_id"])
    op.create_index("ix_audit_assignment_sample_id", "audit_assignment", ["sample_id"])
    op.create_index("ix_audit_assignment_study_id", "audit_assignment", ["study_id"])
    op.create_index("ix_audit_assignment_unit_id", "audit_assignment", ["unit_id"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("guid", sa.String(), nullable=False, unique=True),
        reference("study_id", "study"),
        reference("unit_id", "unit", nullable=True),
        reference("sample_id", "sample", nullable=True),
        sa.Column("state", enum("audit_state", AUDIT_STATE)),
        sa.Column("requested_at", UTCDateTime(), nullable=False),
        reference("requested_by", "account"),
        sa.Column("closed_at", UTCDateTime()),
    )
    op.create_index("ix_audit_requested_by", "audit", ["requested_by"])
    op.create_index("ix_audit_sample_id", "audit", ["sample_id"])
    op.create_index("ix_audit_study_id", "audit", ["study_id"])
    op.create_index("ix_audit_unit_id", "audit", ["unit_id"])
    op.create_table(
        "audit_round",
        sa.Column("id", sa.Integer(), primary_key=True),
        reference("audit_id", "audit"),
        sa.Column("number", sa.Integer(), nullable=False),
        reference("version_id", "consensus_version", nullable=True),
        sa.Column("document", sa.JSON()),
        sa.Column("requested_at", UTCDateTime(), nullable=False),
        sa.Column("returned_at", UTCDateTime()),
        sa.Column("closed_at", UTCDateTime()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("audit_id", "number"),
    )
    op.create_index("ix_audit_round_version_id", "audit_round", ["version_id"])
    op.create_table(
        "audit_return",
        sa.Column("id", sa.Integer(), primary_key=True),
        reference("round_id", "audit_round"),
        reference("account_id", "account"),
        sa.Column("opened_at", UTCDateTime()),
        sa.Column("returned_at", UTCDateTime()),
        sa.Column("without_comments", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("round_id", "account_id"),
    )
    op.create_index("ix_audit_return_account_id", "audit_return", ["account_id"])
    op.create_table(
        "audit_comment",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("guid", sa.String(), nullable=False, unique=True),
        reference("round_id", "audit_round"),
        reference("account_id", "account"),
        sa.Column("about", enum("about", ABOUT), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("quote", sa.String(), nullable=False),
        sa.Column("type", enum("comment_type", COMMENT_TYPE), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("suggests", enum("suggests", SUGGESTS)),
        sa.Column("suggestion", sa.JSON()),
        sa.Column("strength", enum("strength", STRENGTH), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_audit_comment_account_id", "audit_comment", ["account_id"])
    op.create_index("ix_audit_comment_round_id", "audit_comment", ["round_id"])
    op.create_table(
        "audit_response",
        sa.Column("id", sa.Integer(), primary_key=True),
        reference("comment_id", "audit_comment", unique=True),
        sa.Column("decision", enum("decision", DECISION), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("turns", sa.String(), nullable=False),
        sa.Column("before", sa.JSON()),
        sa.Column("after", sa.JSON()),
        reference("decided_by", "account"),
        sa.Column("decided_at", UTCDateTime(), nullable=False),
        reference("meeting_id", "meeting", nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_audit_response_decided_by", "audit_response", ["decided_by"])
    op.create_index("ix_audit_response_meeting_id", "audit_response", ["meeting_id"])
    op.create_table(
        "audit_answer",
        sa.Column("id", sa.Integer(), primary_key=True),
        reference("comment_id", "audit_comment"),
        reference("account_id", "account"),
        sa.Column("verdict", enum("verdict", VERDICT), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=False),
        sa.UniqueConstraint("comment_id", "account_id"),
    )
    op.create_index("ix_audit_answer_account_id", "audit_answer", ["account_id"])


def downgrade() -> None:
    for table in (
        "audit_answer",
        "audit_response",
        "audit_comment",
        "audit_return",
        "audit_round",
        "audit",
        "audit_assignment",
        "recusal",
        "audit_plan",
    ):
        op.drop_table(table)
