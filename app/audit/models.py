"""Tables of audits: the plan, who audits what, rounds, comments, responses."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.audit.due import USUAL_DAYS
from app.audit.words import About, Audited, CommentType, Decision, Strength, Suggestion, Verdict
from app.consensus.rules import State, Step
from app.db import UTCDateTime, enum_type, foreign, guid, now


class AuditPlan(SQLModel, table=True):
    """How a study audits: how many auditors an item, which items, by which draw.

    `first_cases` and `batch` are numbers of cases (0: not used); `is_apart` audits domains and core
    ideas as two; `shows_names` tells auditors who of the team said what; `days` is how many an
    auditor has.
    """

    __tablename__ = "audit_plan"

    id: int | None = Field(default=None, primary_key=True)
    study_id: int = Field(foreign_key="study.id", unique=True, ondelete="RESTRICT")
    auditors_an_item: int = 2
    cases: Audited = Field(default=Audited.ALL, sa_type=enum_type(Audited, "cases"))
    first_cases: int = 0
    batch: int = 0
    boards: Audited = Field(default=Audited.ALL, sa_type=enum_type(Audited, "boards"))
    domain_lists: bool = False
    is_apart: bool = False
    shows_names: bool = True
    days: int = USUAL_DAYS
    seed: int
    is_used: bool = False
    version: int = 1


class Recusal(SQLModel, table=True):
    """An auditor stands back from a case, for instance because they know the participant."""

    __tablename__ = "recusal"

    id: int | None = Field(default=None, primary_key=True)
    study_id: int = foreign("study")
    account_id: int = foreign("account")
    case_id: int = foreign("study_case")
    reason: str
    made_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class AuditAssignment(SQLModel, table=True):
    """An auditor of a unit, or (with a sample instead) of its domain list; dated.

    `by_hand` was chosen by the PI, with a reason in the trail, and no later draw changes it.
    """

    __tablename__ = "audit_assignment"

    id: int | None = Field(default=None, primary_key=True)
    study_id: int = foreign("study")
    unit_id: int | None = foreign("unit", default=None)
    sample_id: int | None = foreign("sample", default=None)
    account_id: int = foreign("account")
    by_hand: bool = False
    since: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    until: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Audit(SQLModel, table=True):
    """The audit of a unit, from the request to the close; a reopened unit gets another one.

    The state of a unit's audit is the unit's; `state` is for the audit of a domain list, of which
    a sample has one with as many rounds as the team wants.
    """

    __tablename__ = "audit"
    __table_args__ = (sa.Index("uq_audit_sample", "sample_id", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    guid: str = Field(default_factory=guid, unique=True)
    study_id: int = foreign("study")
    unit_id: int | None = foreign("unit", default=None)
    sample_id: int | None = foreign("sample", index=False, default=None)
    state: State | None = Field(default=None, sa_type=enum_type(State, "audit_state"))
    requested_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    requested_by: int = foreign("account")
    closed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class AuditRound(SQLModel, table=True):
    """One reading by the auditors of one frozen version, and the team's answer to it.

    A unit's version is a row of its own; of a domain list the `document` itself is kept. `step` is
    what of a case is audited: both, or its domains and its core ideas one after the other.
    """

    __tablename__ = "audit_round"
    __table_args__ = (sa.UniqueConstraint("audit_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    audit_id: int = foreign("audit", index=False)
    number: int
    version_id: int | None = foreign("consensus_version", default=None)
    document: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    step: Step = Field(default=Step.BOTH, sa_type=enum_type(Step, "audited_step"))
    requested_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    returned_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    version: int = 1


class AuditReturn(SQLModel, table=True):
    """An auditor's part in a round: asked, opened, and returned, also without any comment."""

    __tablename__ = "audit_return"
    __table_args__ = (sa.UniqueConstraint("round_id", "account_id"),)

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = foreign("audit_round", index=False)
    account_id: int = foreign("account")
    opened_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    returned_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    without_comments: bool = False


class Comment(SQLModel, table=True):
    """What an auditor says about one item of the frozen version; private until all returned.

    `item` is the item's guid in the version's document (empty: the whole), `number` as printed
    there, `quote` the words it is about, `suggestion` what would be done.
    """

    __tablename__ = "audit_comment"

    id: int | None = Field(default=None, primary_key=True)
    guid: str = Field(default_factory=guid, unique=True)
    round_id: int = foreign("audit_round")
    account_id: int = foreign("account")
    about: About = Field(sa_type=enum_type(About, "about"))
    item: str = ""
    number: str = ""
    quote: str = ""
    type: CommentType = Field(sa_type=enum_type(CommentType, "comment_type"))
    text: str = ""
    suggests: Suggestion | None = Field(default=None, sa_type=enum_type(Suggestion, "suggests"))
    suggestion: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    strength: Strength = Field(default=Strength.SHOULD, sa_type=enum_type(Strength, "strength"))
    made_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    changed_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    version: int = 1


class Response(SQLModel, table=True):
    """What the team decided on a comment, why, and what it changed."""

    __tablename__ = "audit_response"

    id: int | None = Field(default=None, primary_key=True)
    comment_id: int = Field(foreign_key="audit_comment.id", unique=True, ondelete="RESTRICT")
    decision: Decision = Field(sa_type=enum_type(Decision, "decision"))
    reason: str = ""
    turns: str = ""
    before: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    after: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    decided_by: int = foreign("account")
    decided_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    meeting_id: int | None = foreign("meeting", default=None)
    version: int = 1


class Answer(SQLModel, table=True):
    """What an auditor says to the team's response; it holds up nothing."""

    __tablename__ = "audit_answer"
    __table_args__ = (sa.UniqueConstraint("comment_id", "account_id"),)

    id: int | None = Field(default=None, primary_key=True)
    comment_id: int = foreign("audit_comment", index=False)
    account_id: int = foreign("account")
    verdict: Verdict = Field(sa_type=enum_type(Verdict, "verdict"))
    text: str = ""
    answered_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
