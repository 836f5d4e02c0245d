"""Tables of cases, who is in which sample, and transcripts."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.cases.speakers import SpeakerRole
from app.db import UTCDateTime, enum_type, foreign, guid, now


class Case(SQLModel, table=True):
    """The unit of analysis, known by a code number and never by a name.

    `code_key` is the code without regard to case, unique in the study.
    """

    __tablename__ = "study_case"
    __table_args__ = (sa.UniqueConstraint("study_id", "code_key"),)

    id: int | None = Field(default=None, primary_key=True)
    guid: str = Field(default_factory=guid, unique=True)
    study_id: int = foreign("study", index=False)
    code: str
    code_key: str
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    version: int = 1


class CaseAttribute(SQLModel, table=True):
    """What is known of a case, as in 'Gender = woman'."""

    __tablename__ = "case_attribute"
    __table_args__ = (sa.UniqueConstraint("case_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = foreign("study_case", index=False)
    name: str
    value: str
    position: int = 0


class SampleCase(SQLModel, table=True):
    """A case in a sample. N of the sample is the number of these rows."""

    __tablename__ = "sample_case"
    __table_args__ = (sa.UniqueConstraint("sample_id", "case_id"),)

    id: int | None = Field(default=None, primary_key=True)
    sample_id: int = foreign("sample", index=False)
    case_id: int = foreign("study_case")


class Transcript(SQLModel, table=True):
    """One of a case's transcripts (first interview, follow-up, ...), numbered from 1."""

    __tablename__ = "transcript"
    __table_args__ = (sa.UniqueConstraint("case_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    guid: str = Field(default_factory=guid, unique=True)
    case_id: int = foreign("study_case", index=False)
    number: int
    title: str


class TranscriptVersion(SQLModel, table=True):
    """A frozen text: its turns joined by a line feed. A correction makes the next version.

    `words` is counted once, at storing, so that no list of cases has to read the texts.
    """

    __tablename__ = "transcript_version"
    __table_args__ = (sa.UniqueConstraint("transcript_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    guid: str = Field(default_factory=guid, unique=True)
    transcript_id: int = foreign("transcript", index=False)
    number: int
    text: str
    words: int = 0
    stored_by: int = foreign("account")
    stored_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class Turn(SQLModel, table=True):
    """One speaker's stretch: code points of the version's text, end-exclusive.

    `sentences` lists where its sentences begin, as offsets into the version's text.
    """

    __tablename__ = "turn"
    __table_args__ = (sa.UniqueConstraint("version_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    version_id: int = foreign("transcript_version", index=False)
    number: int
    speaker: str
    time_stamp: str = ""
    start: int
    end: int
    sentences: list[int] = Field(default_factory=list, sa_type=sa.JSON)


class Speaker(SQLModel, table=True):
    """A label found in a transcript, with its role."""

    __tablename__ = "speaker"
    __table_args__ = (sa.UniqueConstraint("transcript_id", "label"),)

    id: int | None = Field(default=None, primary_key=True)
    transcript_id: int = foreign("transcript", index=False)
    label: str
    role: SpeakerRole = Field(sa_type=enum_type(SpeakerRole, "speaker_role"))
