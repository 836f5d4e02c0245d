"""Drafts that a PI discarded, because nobody waits for them any more."""

import sqlalchemy as sa
from alembic import op

from app.db import UTCDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("layer", sa.Column("discarded_at", UTCDateTime()))


def downgrade() -> None:
    op.drop_column("layer", "discarded_at")
