"""What a round of an audit is about, and one audit of each domain list."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STEPS = "'domains and core ideas', 'domains', 'core ideas'"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE audit_round ADD COLUMN step VARCHAR(24) "
        "NOT NULL DEFAULT 'domains and core ideas' "
        f"CONSTRAINT ck_audit_round_audited_step CHECK (step IN ({STEPS}))"
    )
    op.drop_index("ix_audit_sample_id", "audit")
    op.create_index("uq_audit_sample", "audit", ["sample_id"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_audit_sample", "audit")
    op.create_index("ix_audit_sample_id", "audit", ["sample_id"])
    op.drop_column("audit_round", "step")
