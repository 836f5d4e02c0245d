"""`may(Action)`: the one guard. It loads study and membership and asks the permission table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Path, Request
from sqlmodel import Session, col

from app.accounts.sessions import Me, SignedIn
from app.db import Db, run
from app.errors import Forbidden, NotFound
from app.permissions import Action, Actor, Refused, Role, decide
from app.studies.attending import MEETING_ATTENDED
from app.studies.auditing import AUDITS_WAITING
from app.studies.counts import CASES_OF_STUDY
from app.studies.frame import rail
from app.studies.models import AuditorKind, Member, RoleSet, Sample, Study
from app.studies.ways import WayOfWorking
from app.trail.service import Scene
from app.web.templating import plural

Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
Code = Annotated[str, Path(min_length=1, max_length=40)]


@dataclass(frozen=True)
class SampleName:
    """A sample as the frame and the switches show it."""

    id: int
    name: str
    topic: str


@dataclass(frozen=True)
class StudyContext:
    """Who acts in which study: what a guarded route gets, and services take after `db`.

    `meeting_id` is the open meeting at which this person is present, `audits_waiting` how many
    audits wait for them.
    """

    me: Me
    id: int
    title: str
    way_of_working: WayOfWorking
    board_way: WayOfWorking
    passes: int
    roles: frozenset[Role]
    samples: tuple[SampleName, ...]
    cases: int
    meeting_id: int | None = None
    audits_waiting: int = 0

    @property
    def subtitle(self) -> str:
        """What stands beside the study's title in the frame."""
        return f"{plural(len(self.samples), 'sample')}, {plural(self.cases, 'case')}"

    @property
    def scene(self) -> Scene:
        """For `trail.record`."""
        return Scene(study_id=self.id, account_id=self.me.id)

    def can(self, action: Action) -> bool:
        """May this person do it anywhere in the study? For showing or leaving out a button."""
        return not isinstance(decide(Actor(self.roles), action), Refused)

    def sample(self, sample_id: int) -> SampleName:
        """One of the study's samples. Raises `NotFound`."""
        for sample in self.samples:
            if sample.id == sample_id:
                return sample
        raise NotFound("There is no such sample in this study.")


def check(actor: Actor, action: Action) -> None:
    """Raise `Forbidden` with the table's reason."""
    answer = decide(actor, action)
    if isinstance(answer, Refused):
        raise Forbidden(answer.reason)


# Every page passes here: the statements are put together once and not for each request.
MEMBERSHIP = (
    sa.select(
        col(Study.title),
        col(Study.way_of_working),
        col(Study.board_way),
        col(Study.passes),
        col(Member.is_pi),
        col(Member.is_judge),
        col(Member.is_reader),
        col(Member.auditor),
        CASES_OF_STUDY,
        MEETING_ATTENDED,
        AUDITS_WAITING,
    )
    .join(Member, col(Member.study_id) == col(Study.id))
    .where(
        col(Study.id) == sa.bindparam("study_id"),
        col(Member.account_id) == sa.bindparam("account_id"),
        col(Member.left_at).is_(None),
    )
)
SAMPLES = (
    sa.select(col(Sample.id), col(Sample.name), col(Sample.topic))
    .where(col(Sample.study_id) == sa.bindparam("study_id"))
    .order_by(col(Sample.position), col(Sample.id))
)


def load_study(db: Session, me: Me, study_id: int) -> StudyContext:
    """The study as this person may know it. An outsider gets `NotFound`."""
    row = run(db, MEMBERSHIP, {"study_id": study_id, "account_id": me.id}).first()
    if row is None:
        raise NotFound("There is no such study, or you are not a member of it.")
    title, way, board_way, passes, is_pi, is_judge, is_reader, auditor, *counted = row
    cases, meeting, audits = counted
    held = RoleSet(
        is_pi=is_pi,
        is_judge=is_judge,
        is_reader=is_reader,
        auditor=AuditorKind(auditor) if auditor else None,
    )
    samples = run(db, SAMPLES, {"study_id": study_id})
    return StudyContext(
        me=me,
        id=study_id,
        title=title,
        way_of_working=way,
        board_way=board_way,
        passes=passes,
        roles=held.roles,
        samples=tuple(SampleName(*sample) for sample in samples),
        cases=cases,
        meeting_id=meeting,
        audits_waiting=audits,
    )


def enter(request: Request, db: Session, me: Me, study_id: int) -> StudyContext:
    """Load the study and put it into the page's frame."""
    context = load_study(db, me, study_id)
    request.state.study = context
    request.state.rail = rail(context, request.url.path)
    return context


def may(action: Action) -> Callable[..., Any]:
    """A dependency: the study context of somebody who may do `action`, else 404 or 403."""

    def guard(request: Request, db: Db, me: SignedIn, study: Id) -> StudyContext:
        context = enter(request, db, me, study)
        check(Actor(context.roles), action)
        return context

    guard.action = action  # type: ignore[attr-defined]
    return guard
