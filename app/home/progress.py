"""The progress board of a sample: every case and every cross-analysis with its standing."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import func
from sqlmodel import Session, col

from app.audit.overview import AuditRow, audits_in_sample
from app.consensus.models import Unit
from app.consensus.queries import IS_AGREED, Judge, judges_of_units
from app.consensus.rules import AGREED_OR_LATER, State, Step, UnitKind, is_agreed
from app.consensus.under_way import BeingDrafted, Drafting, being_drafted, under_way
from app.db import run
from app.home.audits import NOT_ASKED, AuditStanding, audit_standing
from app.home.idea_counts import IdeaCount, idea_counts
from app.home.unit_rows import BoardRow, CaseRow, board_rows, case_rows
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
    audit: AuditStanding
    is_agreed: bool
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
    audit: AuditStanding


@dataclass(frozen=True)
class Progress:
    """A sample's progress board."""

    sample: SampleTab
    cases: tuple[CaseProgress, ...]
    boards: tuple[BoardProgress, ...]
    list_audit: AuditStanding = NOT_ASKED

    @property
    def agreed(self) -> int:
        """How many cases are agreed."""
        return sum(case.is_agreed for case in self.cases)

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
    def audits(self) -> Counter[State]:
        """How many audits are with the auditors, with the team, closed."""
        every = [case.audit for case in self.cases] + [board.audit for board in self.boards]
        every.append(self.list_audit)
        return Counter(audit.standing.state for audit in every if audit.url)

    @property
    def is_begun(self) -> bool:
        """Has anybody begun a case of it?"""
        return any(case.coding.state is not State.NOT_STARTED for case in self.cases)

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
        key = (case.transcript, case.coding, case.waiting, case.audit.standing)
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
    still_open = sa.case((sa.not_(IS_AGREED), col(Unit.case_id)))
    rows = run(
        db,
        sa.select(col(Unit.study_id), cases - func.count(still_open.distinct()), cases)
        .where(col(Unit.study_id).in_(study_ids), col(Unit.kind) == UnitKind.CASE)
        .group_by(col(Unit.study_id)),
    )
    return dict.fromkeys(study_ids, Agreed()) | {row[0]: Agreed(*row[1:]) for row in rows}


def sample_progress(db: Session, study: StudyContext, sample: SampleTab) -> Progress:
    """The progress board of one sample, in six statements, and three more for private drafts."""
    cases, boards = case_rows(db, sample.id), board_rows(db, sample.id)
    judges = judges_of_units(db, [row.unit_id for row in cases] + [row.unit_id for row in boards])
    drafting = under_way(db, _drafted(study, cases, boards), judges)
    counts = idea_counts(db, [sample.id])
    audits = audits_in_sample(db, sample.id)
    agreed_cases = {row.id for row in cases if row.is_agreed}
    url = f"/studies/{study.id}/samples/{sample.id}"
    return Progress(
        sample=sample,
        cases=tuple(
            _case(
                study,
                url,
                row,
                judges[row.unit_id],
                counts,
                drafting.get(row.unit_id),
                audits.get(row.unit_id),
                has_domains=bool(sample.domains),
            )
            for row in cases
        ),
        boards=tuple(
            _board(
                study,
                url,
                row,
                judges[row.unit_id],
                counts,
                agreed_cases,
                drafting.get(row.unit_id),
                audits.get(row.unit_id),
            )
            for row in boards
        ),
        list_audit=audit_standing(audits.get(None)),
    )


def _drafted(
    study: StudyContext, cases: Collection[CaseRow], boards: Collection[BoardRow]
) -> list[BeingDrafted]:
    found = [
        *(
            being_drafted(row.unit_id, study.id, row.state, row.way, study.way_of_working)
            for row in cases
        ),
        *(
            being_drafted(row.unit_id, study.id, row.state, row.way, study.board_way)
            for row in boards
        ),
    ]
    return [each for each in found if each]


def _may(study: StudyContext, judges: tuple[Judge, ...], agreed: bool, action: Action) -> bool:
    actor = Actor(
        study.roles,
        judges_unit=any(judge.id == study.me.id for judge in judges),
        unit_agreed=agreed,
    )
    return not isinstance(decide(actor, action), Refused)


def _case(
    study: StudyContext,
    url: str,
    row: CaseRow,
    judges: tuple[Judge, ...],
    counts: list[IdeaCount],
    drafting: Drafting | None,
    audit: AuditRow | None,
    *,
    has_domains: bool,
) -> CaseProgress:
    agreed = sum(judge.agreed for judge in judges)
    unplaced = sum(count.unsorted for count in counts if count.case_id == row.id)
    may_open = _may(study, judges, row.is_agreed, Action.SEE_CODING)
    if row.state in AGREED_OR_LATER and audit:
        waiting = _of_audit(study, judges, audit)
    elif row.is_agreed:
        waiting = NOBODY
    elif not row.transcripts or not has_domains or not judges:
        waiting = Waiting("the PI", me=Role.PI in study.roles)
    elif drafting:
        waiting = _drafters(study, judges, drafting)
    elif row.step is Step.DOMAINS and row.state is not State.CONSENSUS:
        waiting = Waiting("the team", me=_may(study, judges, False, Action.GO_ON))
    else:
        waiting = _missing(study, judges)
    words = drafting.words if drafting else ""
    return CaseProgress(
        code=row.code,
        url=f"{url}/cases/{row.code}/coding" if may_open else None,
        transcript=transcript_standing(row.transcripts, row.version or 0, coded=row.coded),
        coding=case_standing(row.state, agreed, len(judges), step=row.step, drafting=words),
        waiting=waiting,
        audit=audit_standing(audit),
        is_agreed=row.is_agreed,
        is_in=row.is_agreed and not unplaced,
    )


def _board(
    study: StudyContext,
    url: str,
    row: BoardRow,
    judges: tuple[Judge, ...],
    counts: list[IdeaCount],
    agreed_cases: set[int],
    drafting: Drafting | None,
    audit: AuditRow | None,
) -> BoardProgress:
    here = [count for count in counts if count.domain_id == row.id]
    core_ideas, unsorted = sum(c.core_ideas for c in here), sum(c.unsorted for c in here)
    agreed = sum(judge.agreed for judge in judges)
    agreed_already = is_agreed(row.state, Step.BOTH)
    if agreed_already:
        waiting = _of_audit(study, judges, audit) if audit else NOBODY
    elif not core_ideas:
        waiting = Waiting("the cases")
    elif drafting:
        waiting = _drafters(study, judges, drafting)
    else:
        waiting = _missing(study, judges)
    may_open = _may(study, judges, agreed_already, Action.SEE_BOARD)
    return BoardProgress(
        title=row.title,
        url=f"{url}/domains/{row.id}/cross-analysis" if may_open else None,
        core_ideas=core_ideas,
        unsorted=unsorted,
        cases_in=len(agreed_cases - {c.case_id for c in here if c.unsorted}),
        standing=board_standing(
            row.state,
            agreed,
            len(judges),
            core_ideas=core_ideas,
            unsorted=unsorted,
            drafting=drafting.words if drafting else "",
        ),
        waiting=waiting,
        audit=audit_standing(audit),
    )


def _of_audit(study: StudyContext, judges: tuple[Judge, ...], audit: AuditRow) -> Waiting:
    """Whom an audit waits for: its auditors by name, then the team, or who has still to agree."""
    if audit.state is State.IN_AUDIT:
        return Waiting(listed(audit.still_reading), me=audit.waits_for(study.me.id))
    if audit.state is not State.RESPONDING:
        return NOBODY
    if audit.undecided or all(judge.agreed for judge in judges):
        return Waiting("the team", me=any(judge.id == study.me.id for judge in judges))
    return _missing(study, judges)


def _drafters(study: StudyContext, judges: tuple[Judge, ...], drafting: Drafting) -> Waiting:
    """Who has still to draft and submit."""
    if not judges:
        return Waiting("a judge")
    awaited = drafting.still_drafting
    if len(awaited) == len(judges):
        return Waiting("the team", me=drafting.awaits(study.me.id))
    return _named(study, judges, awaited)


def _missing(study: StudyContext, judges: tuple[Judge, ...]) -> Waiting:
    """Who has still to agree."""
    missing = [judge for judge in judges if not judge.agreed]
    mine = any(judge.id == study.me.id for judge in missing)
    if not judges:
        return Waiting("a judge")
    if len(missing) in (0, len(judges)):
        return Waiting("the team", me=mine)
    return _named(study, judges, missing)


def _named(study: StudyContext, judges: Collection[Judge], missing: Collection[Judge]) -> Waiting:
    """By name for the unit's judges and the PI, else how many."""
    mine = any(judge.id == study.me.id for judge in missing)
    if not any(judge.id == study.me.id for judge in judges) and Role.PI not in study.roles:
        return Waiting(f"{len(missing)} judges" if len(missing) > 1 else "one judge")
    names = ["you" if judge.id == study.me.id else judge.name for judge in missing]
    return Waiting(listed(sorted(names, key=lambda name: name != "you")), me=mine)
