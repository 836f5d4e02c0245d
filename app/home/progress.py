"""The progress board of a sample: every case and every cross-analysis with its standing."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import and_, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.cases.models import Case, SampleCase, Transcript, TranscriptVersion
from app.consensus.models import Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER, Judge, judges_of_units
from app.consensus.rules import AGREED_OR_LATER, OPEN_FOR_CONTENT, State, UnitKind
from app.core_ideas.models import CoreIdea
from app.cross_analysis.models import Placement
from app.db import run
from app.domains.models import Block, Domain, DomainKind
from app.home.words import (
    NOBODY,
    Standing,
    Waiting,
    board_standing,
    case_standing,
    listed,
    transcript_standing,
)
from app.permissions import Action, Actor, Refused, Role, decide
from app.studies.counts import CASES_OF_SAMPLE, DOMAINS_OF_SAMPLE
from app.studies.guard import StudyContext
from app.studies.models import Sample


@dataclass(frozen=True)
class SampleTab:
    """A sample in the switch."""

    id: int
    name: str
    cases: int
    domains: int
    domain_list: int


@dataclass(frozen=True)
class CaseProgress:
    """A case of the sample; `url` where this person may open its coding."""

    code: str
    url: str | None
    transcript: Standing
    coding: Standing
    waiting: Waiting
    is_in: bool


@dataclass(frozen=True)
class CaseGroup:
    """Cases that stand alike: one line on the board."""

    cases: tuple[CaseProgress, ...]

    @property
    def first(self) -> CaseProgress:
        """What is said of all of them."""
        return self.cases[0]


@dataclass(frozen=True)
class BoardProgress:
    """The cross-analysis of a domain; `cases_in` are agreed cases whose core ideas are placed."""

    title: str
    url: str | None
    core_ideas: int
    unsorted: int
    cases_in: int
    standing: Standing
    waiting: Waiting


@dataclass(frozen=True)
class Progress:
    """A sample's progress board."""

    sample: SampleTab
    cases: tuple[CaseProgress, ...]
    boards: tuple[BoardProgress, ...]

    @property
    def agreed(self) -> int:
        """How many cases are agreed."""
        return sum(case.coding.state is State.AGREED for case in self.cases)

    @property
    def cases_in(self) -> int:
        """How many cases are in: agreed, and their core ideas placed."""
        return sum(case.is_in for case in self.cases)

    @property
    def boards_agreed(self) -> int:
        """How many boards are agreed."""
        return sum(board.standing.state is State.AGREED for board in self.boards)

    @property
    def boards_sorting(self) -> int:
        """How many boards are being sorted."""
        return sum(board.standing.state is State.CONSENSUS for board in self.boards)

    @property
    def groups(self) -> tuple[CaseGroup, ...]:
        """The cases as lines: in a large sample those that stand alike share one."""
        return grouped(self.cases)


SHOWN_ONE_BY_ONE = 8
ALIKE_AT_LEAST = 3


def grouped(cases: Collection[CaseProgress]) -> tuple[CaseGroup, ...]:
    """One line a case, or, beyond `SHOWN_ONE_BY_ONE` cases, one for three or more alike."""
    alike: dict[object, list[CaseProgress]] = {}
    for case in cases:
        key = (case.transcript, case.coding, case.waiting)
        alike.setdefault(key if len(cases) > SHOWN_ONE_BY_ONE else case.code, []).append(case)
    lines = []
    for group in alike.values():
        if len(group) >= ALIKE_AT_LEAST:
            lines.append(CaseGroup(tuple(group)))
        else:
            lines.extend(CaseGroup((case,)) for case in group)
    order = {case.code: place for place, case in enumerate(cases)}
    return tuple(sorted(lines, key=lambda line: order[line.first.code]))


def sample_tabs(db: Session, study: StudyContext) -> tuple[SampleTab, ...]:
    """The samples of the study with their N."""
    rows = run(
        db,
        sa.select(
            col(Sample.id),
            col(Sample.name),
            CASES_OF_SAMPLE,
            DOMAINS_OF_SAMPLE,
            col(Sample.domain_list),
        )
        .where(col(Sample.study_id) == study.id)
        .order_by(col(Sample.position), col(Sample.id)),
    )
    return tuple(SampleTab(*row) for row in rows)


@dataclass(frozen=True)
class Agreed:
    """How many of a study's cases are agreed, in every sample they are in."""

    agreed: int = 0
    cases: int = 0


def agreed_cases(db: Session, study_ids: Collection[int]) -> dict[int, Agreed]:
    """For each study how far its cases are, in one statement."""
    cases = func.count(col(Unit.case_id).distinct())
    still_open = sa.case((col(Unit.state).not_in(AGREED_OR_LATER), col(Unit.case_id)))
    rows = run(
        db,
        sa.select(col(Unit.study_id), cases - func.count(still_open.distinct()), cases)
        .where(col(Unit.study_id).in_(study_ids), col(Unit.kind) == UnitKind.CASE)
        .group_by(col(Unit.study_id)),
    )
    return dict.fromkeys(study_ids, Agreed()) | {row[0]: Agreed(*row[1:]) for row in rows}


class IdeaCount(NamedTuple):
    """The core ideas of a case in an analytic domain, and how many have no place on its board."""

    domain_id: int
    case_id: int
    core_ideas: int
    unsorted: int


def idea_counts(db: Session, sample_ids: Collection[int]) -> list[IdeaCount]:
    """Counts from the consensus layers of the samples' cases, in one statement."""
    board, board_layer = aliased(Unit), aliased(Layer)
    placed = (
        sa.exists()
        .where(
            col(Placement.core_idea_id) == col(CoreIdea.id),
            col(Placement.layer_id) == col(board_layer.id),
        )
        .correlate(CoreIdea, board_layer)
    )
    rows = run(
        db,
        sa.select(
            col(CoreIdea.domain_id),
            col(Unit.case_id),
            func.count(),
            func.sum(sa.case((placed, 0), else_=1)),
        )
        .join(Layer, col(Layer.id) == col(CoreIdea.layer_id))
        .join(Unit, CONSENSUS_LAYER)
        .join(board, col(board.domain_id) == col(CoreIdea.domain_id))
        .join(
            board_layer,
            and_(col(board_layer.unit_id) == col(board.id), col(board_layer.account_id).is_(None)),
        )
        .where(col(Unit.sample_id).in_(sample_ids), col(Unit.kind) == UnitKind.CASE)
        .group_by(col(CoreIdea.domain_id), col(Unit.case_id)),
    )
    return [IdeaCount(*row) for row in rows]


class _CaseRow(NamedTuple):
    id: int
    code: str
    unit_id: int
    state: State
    transcripts: int
    version: int | None
    coded: bool


class _BoardRow(NamedTuple):
    id: int
    title: str
    unit_id: int
    state: State


def sample_progress(db: Session, study: StudyContext, sample: SampleTab) -> Progress:
    """The progress board of one sample, in four statements."""
    cases, boards = _case_rows(db, sample.id), _board_rows(db, sample.id)
    judges = judges_of_units(db, [row.unit_id for row in cases] + [row.unit_id for row in boards])
    counts = idea_counts(db, [sample.id])
    agreed_cases = {row.id for row in cases if row.state in AGREED_OR_LATER}
    url = f"/studies/{study.id}/samples/{sample.id}"
    return Progress(
        sample=sample,
        cases=tuple(
            _case(study, url, row, judges[row.unit_id], counts, has_domains=bool(sample.domains))
            for row in cases
        ),
        boards=tuple(
            _board(study, url, row, judges[row.unit_id], counts, agreed_cases) for row in boards
        ),
    )


def _case_rows(db: Session, sample_id: int) -> list[_CaseRow]:
    texts = (
        sa.select(func.count())
        .where(col(Transcript.case_id) == col(Case.id))
        .correlate(Case)
        .scalar_subquery()
    )
    version = (
        sa.select(func.max(col(TranscriptVersion.number)))
        .join(Transcript, col(Transcript.id) == col(TranscriptVersion.transcript_id))
        .where(col(Transcript.case_id) == col(Case.id))
        .correlate(Case)
        .scalar_subquery()
    )
    coded = sa.exists().where(col(Block.layer_id) == col(Layer.id)).correlate(Layer)
    rows = run(
        db,
        sa.select(
            col(Case.id), col(Case.code), col(Unit.id), col(Unit.state), texts, version, coded
        )
        .join(SampleCase, col(SampleCase.case_id) == col(Case.id))
        .join(
            Unit,
            and_(
                col(Unit.case_id) == col(Case.id),
                col(Unit.sample_id) == col(SampleCase.sample_id),
            ),
        )
        .join(Layer, CONSENSUS_LAYER)
        .where(col(SampleCase.sample_id) == sample_id)
        .order_by(col(Case.code_key)),
    )
    return [_CaseRow(*row) for row in rows]


def _board_rows(db: Session, sample_id: int) -> list[_BoardRow]:
    rows = run(
        db,
        sa.select(col(Domain.id), col(Domain.title), col(Unit.id), col(Unit.state))
        .join(Unit, col(Unit.domain_id) == col(Domain.id))
        .where(col(Domain.sample_id) == sample_id, col(Domain.kind) == DomainKind.ANALYTIC)
        .order_by(col(Domain.position), col(Domain.id)),
    )
    return [_BoardRow(*row) for row in rows]


def _may(study: StudyContext, judges: tuple[Judge, ...], state: State, action: Action) -> bool:
    actor = Actor(
        study.roles,
        judges_unit=any(judge.id == study.me.id for judge in judges),
        unit_agreed=state in AGREED_OR_LATER,
    )
    return not isinstance(decide(actor, action), Refused)


def _case(
    study: StudyContext,
    url: str,
    row: _CaseRow,
    judges: tuple[Judge, ...],
    counts: list[IdeaCount],
    *,
    has_domains: bool,
) -> CaseProgress:
    agreed = sum(judge.agreed for judge in judges)
    unplaced = sum(count.unsorted for count in counts if count.case_id == row.id)
    may_open = _may(study, judges, row.state, Action.SEE_CODING)
    if row.state in AGREED_OR_LATER:
        waiting = NOBODY
    elif not row.transcripts or not has_domains or not judges:
        waiting = Waiting("the PI", me=Role.PI in study.roles)
    else:
        waiting = _missing(study, judges)
    return CaseProgress(
        code=row.code,
        url=f"{url}/cases/{row.code}/coding" if may_open else None,
        transcript=transcript_standing(row.transcripts, row.version or 0, coded=row.coded),
        coding=case_standing(row.state, agreed, len(judges)),
        waiting=waiting,
        is_in=row.state in AGREED_OR_LATER and not unplaced,
    )


def _board(
    study: StudyContext,
    url: str,
    row: _BoardRow,
    judges: tuple[Judge, ...],
    counts: list[IdeaCount],
    agreed_cases: set[int],
) -> BoardProgress:
    here = [count for count in counts if count.domain_id == row.id]
    core_ideas, unsorted = sum(c.core_ideas for c in here), sum(c.unsorted for c in here)
    agreed = sum(judge.agreed for judge in judges)
    if row.state not in OPEN_FOR_CONTENT:
        waiting = NOBODY
    elif not core_ideas:
        waiting = Waiting("the cases")
    else:
        waiting = _missing(study, judges)
    may_open = _may(study, judges, row.state, Action.SEE_BOARD)
    return BoardProgress(
        title=row.title,
        url=f"{url}/domains/{row.id}/cross-analysis" if may_open else None,
        core_ideas=core_ideas,
        unsorted=unsorted,
        cases_in=len(agreed_cases - {c.case_id for c in here if c.unsorted}),
        standing=board_standing(
            row.state, agreed, len(judges), core_ideas=core_ideas, unsorted=unsorted
        ),
        waiting=waiting,
    )


def _missing(study: StudyContext, judges: tuple[Judge, ...]) -> Waiting:
    """Who has still to agree; by name for the unit's judges and the PI, else how many."""
    missing = [judge for judge in judges if not judge.agreed]
    mine = any(judge.id == study.me.id for judge in missing)
    if not judges:
        return Waiting("a judge")
    if len(missing) in (0, len(judges)):
        return Waiting("the team", me=mine)
    if not any(judge.id == study.me.id for judge in judges) and Role.PI not in study.roles:
        return Waiting(f"{len(missing)} judges" if len(missing) > 1 else "one judge")
    names = ["you" if judge.id == study.me.id else judge.name for judge in missing]
    return Waiting(listed(sorted(names, key=lambda name: name != "you")), me=mine)
