"""The open meeting that a member attends, as a subquery of their membership.

Meetings lie on a floor above; they are read by table name.
"""

import sqlalchemy as sa
from sqlmodel import col

from app.studies.models import Member

MEETING = sa.table(
    "meeting",
    sa.column("id", sa.Integer),
    sa.column("study_id", sa.Integer),
    sa.column("closed_at"),
)
ATTENDANCE = sa.table(
    "attendance",
    sa.column("meeting_id", sa.Integer),
    sa.column("account_id", sa.Integer),
    sa.column("until"),
)
MEETING_ATTENDED = (
    sa.select(MEETING.c.id)
    .join(ATTENDANCE, ATTENDANCE.c.meeting_id == MEETING.c.id)
    .where(
        MEETING.c.study_id == col(Member.study_id),
        MEETING.c.closed_at.is_(None),
        ATTENDANCE.c.account_id == col(Member.account_id),
        ATTENDANCE.c.until.is_(None),
    )
    .correlate(Member)
    .scalar_subquery()
)
"""At most one: a study has one open meeting at a time."""
