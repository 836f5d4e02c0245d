"""The first house."""

import sqlalchemy as sa
from alembic import op

from app.db import UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("is_administrator", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("disabled_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
    )
    op.create_table(
        "study",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column(
            "way_of_working",
            sa.Enum(
                "together",
                "independent first",
                "drafter and reviewers",
                name="way_of_working",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study")),
        sa.UniqueConstraint("guid", name=op.f("uq_study_guid")),
    )
    op.create_table(
        "abbreviation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("short", sa.String(), nullable=False),
        sa.Column("meaning", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_abbreviation_study_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_abbreviation")),
        sa.UniqueConstraint("study_id", "short", name=op.f("uq_abbreviation_study_id_short")),
    )
    op.create_table(
        "invitation",
        sa.Column("is_pi", sa.Boolean(), nullable=False),
        sa.Column("is_judge", sa.Boolean(), nullable=False),
        sa.Column("is_reader", sa.Boolean(), nullable=False),
        sa.Column(
            "auditor",
            sa.Enum(
                "internal",
                "external",
                name="auditor_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.Column("used_by", sa.Integer(), nullable=True),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by"], ["account.id"], name=op.f("fk_invitation_made_by"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_invitation_study_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["used_by"], ["account.id"], name=op.f("fk_invitation_used_by"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_made_by"), ["made_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_study_id"), ["study_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_used_by"), ["used_by"], unique=False)

    op.create_table(
        "login_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_login_session_account_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_session_token_hash")),
    )
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_login_session_account_id"), ["account_id"], unique=False
        )

    op.create_table(
        "member",
        sa.Column("is_pi", sa.Boolean(), nullable=False),
        sa.Column("is_judge", sa.Boolean(), nullable=False),
        sa.Column("is_reader", sa.Boolean(), nullable=False),
        sa.Column(
            "auditor",
            sa.Enum(
                "internal",
                "external",
                name="auditor_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("joined_at", UTCDateTime(), nullable=False),
        sa.Column("left_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_member_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_member_study_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("study_id", "account_id", name=op.f("uq_member_study_id_account_id")),
    )
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_account_id"), ["account_id"], unique=False)

    op.create_table(
        "one_time_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "set-up",
                "new account",
                "password reset",
                name="link_purpose",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_one_time_link_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["account.id"], name=op.f("fk_one_time_link_made_by"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_link_token_hash")),
    )
    with op.batch_alter_table("one_time_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_one_time_link_account_id"), ["account_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_one_time_link_made_by"), ["made_by"], unique=False)

    op.create_table(
        "sample",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.String(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("min_cases", sa.Integer(), nullable=False),
        sa.Column("domain_list", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_sample_study_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample")),
        sa.UniqueConstraint("guid", name=op.f("uq_sample_guid")),
        sa.UniqueConstraint("study_id", "name_key", name=op.f("uq_sample_study_id_name_key")),
    )
    op.create_table(
        "study_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.String(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("code_key", sa.String(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_study_case_study_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_case")),
        sa.UniqueConstraint("guid", name=op.f("uq_study_case_guid")),
        sa.UniqueConstraint("study_id", "code_key", name=op.f("uq_study_case_study_id_code_key")),
    )
    op.create_table(
        "trail_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("chain", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_trail_head_study_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail_head")),
        sa.UniqueConstraint("study_id", "chain", name=op.f("uq_trail_head_study_id_chain")),
    )
    op.create_table(
        "case_attribute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["study_case.id"],
            name=op.f("fk_case_attribute_case_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_attribute")),
        sa.UniqueConstraint("case_id", "name", name=op.f("uq_case_attribute_case_id_name")),
    )
    op.create_table(
        "domain",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.String(), nullable=False),
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_key", sa.String(), nullable=False),
        sa.Column("definition", sa.String(), nullable=False),
        sa.Column("abbreviation", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "analytic",
                "contextual",
                "descriptive",
                "other",
                name="domain_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("hue", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["sample.id"], name=op.f("fk_domain_sample_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_domain")),
        sa.UniqueConstraint("guid", name=op.f("uq_domain_guid")),
        sa.UniqueConstraint(
            "sample_id", "abbreviation", name=op.f("uq_domain_sample_id_abbreviation")
        ),
        sa.UniqueConstraint("sample_id", "title_key", name=op.f("uq_domain_sample_id_title_key")),
    )
    op.create_table(
        "sample_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["study_case.id"], name=op.f("fk_sample_case_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["sample.id"], name=op.f("fk_sample_case_sample_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_case")),
        sa.UniqueConstraint("sample_id", "case_id", name=op.f("uq_sample_case_sample_id_case_id")),
    )
    with op.batch_alter_table("sample_case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sample_case_case_id"), ["case_id"], unique=False)

    op.create_table(
        "transcript",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.String(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["study_case.id"], name=op.f("fk_transcript_case_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transcript")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_transcript_case_id_number")),
        sa.UniqueConstraint("guid", name=op.f("uq_transcript_guid")),
    )
    op.create_table(
        "speaker",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transcript_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "interviewer",
                "participant",
                "other",
                name="speaker_role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["transcript_id"],
            ["transcript.id"],
            name=op.f("fk_speaker_transcript_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speaker")),
        sa.UniqueConstraint("transcript_id", "label", name=op.f("uq_speaker_transcript_id_label")),
    )
    op.create_table(
        "transcript_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.String(), nullable=False),
        sa.Column("transcript_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("stored_by", sa.Integer(), nullable=False),
        sa.Column("stored_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["stored_by"],
            ["account.id"],
            name=op.f("fk_transcript_version_stored_by"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["transcript_id"],
            ["transcript.id"],
            name=op.f("fk_transcript_version_transcript_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transcript_version")),
        sa.UniqueConstraint("guid", name=op.f("uq_transcript_version_guid")),
        sa.UniqueConstraint(
            "transcript_id", "number", name=op.f("uq_transcript_version_transcript_id_number")
        ),
    )
    with op.batch_alter_table("transcript_version", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_transcript_version_stored_by"), ["stored_by"], unique=False
        )

    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.String(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "case",
                "cross-analysis",
                name="unit_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("domain_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "not started",
                "independent",
                "consensus",
                "agreed",
                "in audit",
                "responding",
                "closed",
                name="unit_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("state_since", UTCDateTime(), nullable=False),
        sa.Column("content", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(case_id IS NULL) <> (domain_id IS NULL)", name=op.f("ck_unit_case_or_domain")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["study_case.id"], name=op.f("fk_unit_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["domain_id"], ["domain.id"], name=op.f("fk_unit_domain_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["sample.id"], name=op.f("fk_unit_sample_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_unit_study_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("domain_id", name=op.f("uq_unit_domain_id")),
        sa.UniqueConstraint("guid", name=op.f("uq_unit_guid")),
        sa.UniqueConstraint("sample_id", "case_id", name=op.f("uq_unit_sample_id_case_id")),
    )
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_study_id"), ["study_id"], unique=False)

    op.create_table(
        "agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.Integer(), nullable=False),
        sa.Column("agreed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_agreement_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_agreement_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint(
            "unit_id", "account_id", "content", name=op.f("uq_agreement_unit_id_account_id_content")
        ),
    )
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreement_account_id"), ["account_id"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_assignment_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_assignment_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "layer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("submitted_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_layer_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_layer_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_layer")),
        sa.UniqueConstraint("guid", name=op.f("uq_layer_guid")),
        sa.UniqueConstraint("unit_id", "account_id", name=op.f("uq_layer_unit_id_account_id")),
    )
    with op.batch_alter_table("layer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_layer_account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            "uq_layer_consensus",
            ["unit_id"],
            unique=True,
            sqlite_where=sa.text("account_id IS NULL"),
            postgresql_where=sa.text("account_id IS NULL"),
        )

    op.create_table(
        "turn",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("speaker", sa.String(), nullable=False),
        sa.Column("time_stamp", sa.String(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("sentences", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["transcript_version.id"],
            name=op.f("fk_turn_version_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turn")),
        sa.UniqueConstraint("version_id", "number", name=op.f("uq_turn_version_id_number")),
    )
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.String(), nullable=False),
        sa.Column("layer_id", sa.Integer(), nullable=False),
        sa.Column("domain_id", sa.Integer(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "nothing said",
                "not asked",
                "no such event",
                "too thin",
                name="absence_reason",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["domain_id"], ["domain.id"], name=op.f("fk_absence_domain_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["layer_id"], ["layer.id"], name=op.f("fk_absence_layer_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["account.id"], name=op.f("fk_absence_made_by"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
        sa.UniqueConstraint("guid", name=op.f("uq_absence_guid")),
        sa.UniqueConstraint("layer_id", "domain_id", name=op.f("uq_absence_layer_id_domain_id")),
    )
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_absence_domain_id"), ["domain_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_absence_made_by"), ["made_by"], unique=False)

    op.create_table(
        "block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.String(), nullable=False),
        sa.Column("layer_id", sa.Integer(), nullable=False),
        sa.Column("transcript_version_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("quote", sa.String(), nullable=False),
        sa.Column("memo", sa.String(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint('"start" >= 0 AND "start" < "end"', name=op.f("ck_block_range")),
        sa.ForeignKeyConstraint(
            ["layer_id"], ["layer.id"], name=op.f("fk_block_layer_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["account.id"], name=op.f("fk_block_made_by"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["transcript_version_id"],
            ["transcript_version.id"],
            name=op.f("fk_block_transcript_version_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block")),
        sa.UniqueConstraint("guid", name=op.f("uq_block_guid")),
        sa.UniqueConstraint(
            "layer_id",
            "transcript_version_id",
            "start",
            "end",
            name=op.f("uq_block_layer_id_transcript_version_id_start_end"),
        ),
    )
    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_block_made_by"), ["made_by"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_block_transcript_version_id"), ["transcript_version_id"], unique=False
        )

    op.create_table(
        "category",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.String(), nullable=False),
        sa.Column("layer_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["layer_id"], ["layer.id"], name=op.f("fk_category_layer_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["account.id"], name=op.f("fk_category_made_by"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["category.id"], name=op.f("fk_category_parent_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("guid", name=op.f("uq_category_guid")),
        sa.UniqueConstraint(
            "layer_id",
            "parent_id",
            "title_key",
            name=op.f("uq_category_layer_id_parent_id_title_key"),
        ),
    )
    with op.batch_alter_table("category", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_category_made_by"), ["made_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_category_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(
            "uq_category_top_title",
            ["layer_id", "title_key"],
            unique=True,
            sqlite_where=sa.text("parent_id IS NULL"),
            postgresql_where=sa.text("parent_id IS NULL"),
        )

    op.create_table(
        "core_idea",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.String(), nullable=False),
        sa.Column("layer_id", sa.Integer(), nullable=False),
        sa.Column("domain_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["domain_id"], ["domain.id"], name=op.f("fk_core_idea_domain_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["layer_id"], ["layer.id"], name=op.f("fk_core_idea_layer_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["account.id"], name=op.f("fk_core_idea_made_by"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_idea")),
        sa.UniqueConstraint("guid", name=op.f("uq_core_idea_guid")),
    )
    with op.batch_alter_table("core_idea", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_idea_domain_id"), ["domain_id"], unique=False)
        batch_op.create_index("ix_core_idea_layer_domain", ["layer_id", "domain_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_idea_made_by"), ["made_by"], unique=False)

    op.create_table(
        "not_coded",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.String(), nullable=False),
        sa.Column("layer_id", sa.Integer(), nullable=False),
        sa.Column("transcript_version_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("quote", sa.String(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint('"start" >= 0 AND "start" < "end"', name=op.f("ck_not_coded_range")),
        sa.ForeignKeyConstraint(
            ["layer_id"], ["layer.id"], name=op.f("fk_not_coded_layer_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["account.id"], name=op.f("fk_not_coded_made_by"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["transcript_version_id"],
            ["transcript_version.id"],
            name=op.f("fk_not_coded_transcript_version_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_not_coded")),
        sa.UniqueConstraint("guid", name=op.f("uq_not_coded_guid")),
        sa.UniqueConstraint(
            "layer_id",
            "transcript_version_id",
            "start",
            "end",
            name=op.f("uq_not_coded_layer_id_transcript_version_id_start_end"),
        ),
    )
    with op.batch_alter_table("not_coded", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_not_coded_made_by"), ["made_by"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_not_coded_transcript_version_id"),
            ["transcript_version_id"],
            unique=False,
        )

    op.create_table(
        "trail_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("chain", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("item_kind", sa.String(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("layer_id", sa.Integer(), nullable=True),
        sa.Column("values_hash", sa.String(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_trail_entry_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["layer_id"], ["layer.id"], name=op.f("fk_trail_entry_layer_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_trail_entry_study_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_trail_entry_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail_entry")),
        sa.UniqueConstraint(
            "study_id", "chain", "sequence", name=op.f("uq_trail_entry_study_id_chain_sequence")
        ),
    )
    with op.batch_alter_table("trail_entry", schema=None) as batch_op:
        batch_op.create_index(
            "ix_trail_entry_at", ["study_id", "chain", "at", "sequence"], unique=False
        )
        batch_op.create_index(
            "ix_trail_entry_item",
            ["study_id", "item_kind", "item_id", "chain", "sequence"],
            unique=False,
        )
        batch_op.create_index(
            "ix_trail_entry_kind", ["study_id", "chain", "item_kind", "sequence"], unique=False
        )
        batch_op.create_index(
            "ix_trail_entry_person",
            ["account_id", "study_id", "chain", "sequence"],
            unique=False,
        )
        batch_op.create_index("ix_trail_entry_unit", ["unit_id", "sequence"], unique=False)

    op.create_table(
        "block_domain",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("block_id", sa.Integer(), nullable=False),
        sa.Column("domain_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_id"], ["block.id"], name=op.f("fk_block_domain_block_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["domain_id"],
            ["domain.id"],
            name=op.f("fk_block_domain_domain_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block_domain")),
        sa.UniqueConstraint(
            "block_id", "domain_id", name=op.f("uq_block_domain_block_id_domain_id")
        ),
    )
    with op.batch_alter_table("block_domain", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_block_domain_domain_id"), ["domain_id"], unique=False)

    op.create_table(
        "core_idea_block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("core_idea_id", sa.Integer(), nullable=False),
        sa.Column("block_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_id"],
            ["block.id"],
            name=op.f("fk_core_idea_block_block_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["core_idea_id"],
            ["core_idea.id"],
            name=op.f("fk_core_idea_block_core_idea_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_idea_block")),
        sa.UniqueConstraint(
            "core_idea_id", "block_id", name=op.f("uq_core_idea_block_core_idea_id_block_id")
        ),
    )
    with op.batch_alter_table("core_idea_block", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_idea_block_block_id"), ["block_id"], unique=False)

    op.create_table(
        "core_idea_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("core_idea_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("saved_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_core_idea_draft_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["core_idea_id"],
            ["core_idea.id"],
            name=op.f("fk_core_idea_draft_core_idea_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_idea_draft")),
        sa.UniqueConstraint(
            "core_idea_id", "account_id", name=op.f("uq_core_idea_draft_core_idea_id_account_id")
        ),
    )
    with op.batch_alter_table("core_idea_draft", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_idea_draft_account_id"), ["account_id"], unique=False
        )

    op.create_table(
        "placement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.String(), nullable=False),
        sa.Column("layer_id", sa.Integer(), nullable=False),
        sa.Column("core_idea_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["category.id"],
            name=op.f("fk_placement_category_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["core_idea_id"],
            ["core_idea.id"],
            name=op.f("fk_placement_core_idea_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["layer_id"], ["layer.id"], name=op.f("fk_placement_layer_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["account.id"], name=op.f("fk_placement_made_by"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement")),
        sa.UniqueConstraint(
            "core_idea_id",
            "category_id",
            "layer_id",
            name=op.f("uq_placement_core_idea_id_category_id_layer_id"),
        ),
        sa.UniqueConstraint("guid", name=op.f("uq_placement_guid")),
    )
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_placement_category_id"), ["category_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_placement_layer_id"), ["layer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_placement_made_by"), ["made_by"], unique=False)
        batch_op.create_index(
            "uq_placement_miscellaneous",
            ["layer_id", "core_idea_id"],
            unique=True,
            sqlite_where=sa.text("category_id IS NULL"),
            postgresql_where=sa.text("category_id IS NULL"),
        )

    op.create_table(
        "trail_values",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["trail_entry.id"], name=op.f("fk_trail_values_entry_id")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_trail_values")),
    )


def downgrade() -> None:
    op.drop_table("trail_values")
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_placement_miscellaneous",
            sqlite_where=sa.text("category_id IS NULL"),
            postgresql_where=sa.text("category_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_placement_made_by"))
        batch_op.drop_index(batch_op.f("ix_placement_layer_id"))
        batch_op.drop_index(batch_op.f("ix_placement_category_id"))

    op.drop_table("placement")
    with op.batch_alter_table("core_idea_draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_idea_draft_account_id"))

    op.drop_table("core_idea_draft")
    with op.batch_alter_table("core_idea_block", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_idea_block_block_id"))

    op.drop_table("core_idea_block")
    with op.batch_alter_table("block_domain", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_block_domain_domain_id"))

    op.drop_table("block_domain")
    with op.batch_alter_table("trail_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_trail_entry_unit")
        batch_op.drop_index("ix_trail_entry_person")
        batch_op.drop_index("ix_trail_entry_kind")
        batch_op.drop_index("ix_trail_entry_item")
        batch_op.drop_index("ix_trail_entry_at")

    op.drop_table("trail_entry")
    with op.batch_alter_table("not_coded", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_not_coded_transcript_version_id"))
        batch_op.drop_index(batch_op.f("ix_not_coded_made_by"))

    op.drop_table("not_coded")
    with op.batch_alter_table("core_idea", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_idea_made_by"))
        batch_op.drop_index("ix_core_idea_layer_domain")
        batch_op.drop_index(batch_op.f("ix_core_idea_domain_id"))

    op.drop_table("core_idea")
    with op.batch_alter_table("category", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_category_top_title",
            sqlite_where=sa.text("parent_id IS NULL"),
            postgresql_where=sa.text("parent_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_category_parent_id"))
        batch_op.drop_index(batch_op.f("ix_category_made_by"))

    op.drop_table("category")
    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_block_transcript_version_id"))
        batch_op.drop_index(batch_op.f("ix_block_made_by"))

    op.drop_table("block")
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_absence_made_by"))
        batch_op.drop_index(batch_op.f("ix_absence_domain_id"))

    op.drop_table("absence")
    op.drop_table("turn")
    with op.batch_alter_table("layer", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_layer_consensus",
            sqlite_where=sa.text("account_id IS NULL"),
            postgresql_where=sa.text("account_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_layer_account_id"))

    op.drop_table("layer")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_unit_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_account_id"))

    op.drop_table("assignment")
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreement_account_id"))

    op.drop_table("agreement")
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_study_id"))
        batch_op.drop_index(batch_op.f("ix_unit_case_id"))

    op.drop_table("unit")
    with op.batch_alter_table("transcript_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_transcript_version_stored_by"))

    op.drop_table("transcript_version")
    op.drop_table("speaker")
    op.drop_table("transcript")
    with op.batch_alter_table("sample_case", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sample_case_case_id"))

    op.drop_table("sample_case")
    op.drop_table("domain")
    op.drop_table("case_attribute")
    op.drop_table("trail_head")
    op.drop_table("study_case")
    op.drop_table("sample")
    with op.batch_alter_table("one_time_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_one_time_link_made_by"))
        batch_op.drop_index(batch_op.f("ix_one_time_link_account_id"))

    op.drop_table("one_time_link")
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_member_account_id"))

    op.drop_table("member")
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_session_account_id"))

    op.drop_table("login_session")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_used_by"))
        batch_op.drop_index(batch_op.f("ix_invitation_study_id"))
        batch_op.drop_index(batch_op.f("ix_invitation_made_by"))

    op.drop_table("invitation")
    op.drop_table("abbreviation")
    op.drop_table("study")
    op.drop_table("account")
