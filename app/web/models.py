"""The table of forms that were answered already."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from app.db import UTCDateTime, now


class AnsweredForm(SQLModel, table=True):
    """A form that changed something, by its key, and the answer it got; see `app.web.answered`.

    Without the key, which only the browser has, neither `digest` (of what was sent) nor `answer`
    can be read.
    """

    __tablename__ = "answered_form"

    key_hash: str = Field(primary_key=True)
    digest: str
    answer: bytes
    answered_at: datetime = Field(default_factory=now, sa_type=UTCDateTime, index=True)
