"""Is somebody at a meeting just now? What they decide, reserve, agree to and reopen carries it."""

import sqlalchemy as sa
from sqlmodel import Session, col

from app.consensus.models import Attendance, Meeting
from app.db import run
from app.trail.service import hold_chain

ATTENDED = (
    sa.select(col(Meeting.id))
    .join(Attendance, col(Attendance.meeting_id) == col(Meeting.id))
    .where(
        col(Meeting.study_id) == sa.bindparam("study"),
        col(Meeting.closed_at).is_(None),
        col(Attendance.account_id) == sa.bindparam("account"),
        col(Attendance.until).is_(None),
    )
)


def open_meeting(db: Session, study_id: int, account_id: int | None) -> int | None:
    """The open meeting of a study at which this person is present, to stamp what they write.

    For services: while they write the meeting is not closed, so what carries it is in its minutes.
    Closing takes the study's chain first, and so does this where there is a meeting.
    """
    attended = {"study": study_id, "account": account_id}
    if run(db, ATTENDED, attended).first() is None:
        return None
    hold_chain(db, study_id)
    found: int | None = run(db, ATTENDED, attended).scalar()
    return found
