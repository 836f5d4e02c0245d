"""How many days an auditor has, for a study."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    days = sa.Column("days", sa.Integer(), nullable=False, server_default="14")
    op.add_column("audit_plan", days)


def downgrade() -> None:
    op.drop_column("audit_plan", "days")
