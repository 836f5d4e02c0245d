"""The table of who is here."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from app.db import UTCDateTime, foreign, now


class Presence(SQLModel, table=True):
    """Somebody has a page of a study open: which unit's, if it is one's, and which room of it.

    Each worker writes the rows of its own streams and no others; a row whose worker stopped
    writing it is void after half a minute. Nothing here tells of drafts.
    """

    __tablename__ = "presence"

    id: int | None = Field(default=None, primary_key=True)
    worker: str = Field(index=True)
    study_id: int = foreign("study", cascade=True)
    unit_id: int | None = foreign("unit", cascade=True, default=None)
    account_id: int = foreign("account", cascade=True)
    room: str = ""
    seen_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
