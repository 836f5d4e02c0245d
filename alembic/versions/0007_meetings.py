"""Meetings: one open at a time, and who came later or left before the end."""

import sqlalchemy as sa
from alembic import op

from app.db import UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    still_open = sa.text("closed_at IS NULL")
    op.create_index(
        "uq_meeting_open",
        "meeting",
        ["study_id"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    for column in ("since", "until"):
        op.add_column("attendance", sa.Column(column, UTCDateTime()))


def downgrade() -> None:
    for column in ("until", "since"):
        op.drop_column("attendance", column)
    op.drop_index("uq_meeting_open", "meeting")
