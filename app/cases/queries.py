"""Cases as the list and a case's own page show them."""

import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from app.accounts.models import Account
from app.cases.codes import code_key
from app.cases.models import (
    Case,
    CaseAttribute,
    Speaker,
    Transcript,
    TranscriptVersion,
    Turn,
)
from app.cases.resting import resting_on
from app.cases.speakers import SpeakerRole
from app.consensus.models import Unit
from app.consensus.queries import UNREVEALED, Judge, judges_of_units
from app.consensus.rules import State, Step, is_agreed
from app.consensus.under_way import Drafting, being_drafted, under_way
from app.db import one_or_not_found, run
from app.permissions import Action, Actor, Refused, Role, decide
from app.studies.guard import SampleName, StudyContext
from app.studies.models import Sample


@dataclass(frozen=True)
class TranscriptRow:
    """A transcript of a case, by its newest version."""

    id: int
    case_id: int
    number: int
    title: str
    version_id: int
    version: int
    words: int
    turns: int


@dataclass(frozen=True)
class InSample:
    """Where a case stands in one sample, and whom it waits for."""

    unit_id: int
    sample: SampleName
    state: State
    words: str
    waits_for: str
    coding_url: str | None


@dataclass(frozen=True)
class CaseRow:
    """A case in the list."""

    id: int
    code: str
    version: int
    attributes: tuple[tuple[str, str], ...]
    transcripts: tuple[TranscriptRow, ...]
    samples: tuple[InSample, ...]

    def in_sample(self, sample_id: int) -> InSample | None:
        """How it stands in one of the study's samples, if it is in it."""
        return next((entry for entry in self.samples if entry.sample.id == sample_id), None)


def case_list(db: Session, study: StudyContext) -> tuple[CaseRow, ...]:
    """The study's cases by code, in a constant number of statements."""
    rows = run(
        db,
        sa.select(col(Case.id), col(Case.code), col(Case.version))
        .where(col(Case.study_id) == study.id)
        .order_by(col(Case.code_key)),
    ).all()
    of_study = col(Case.study_id) == study.id
    attributes = _attributes(db, of_study)
    transcripts = _transcripts(db, of_study)
    samples = _in_samples(db, study, of_study, with_text=set(transcripts))
    found = (
        CaseRow(
            id=case_id,
            code=code,
            version=version,
            attributes=tuple(attributes[case_id]),
            transcripts=tuple(transcripts.get(case_id, ())),
            samples=tuple(samples[case_id]),
        )
        for case_id, code, version in rows
    )
    return tuple(sorted(found, key=lambda row: _natural(row.code)))


def _natural(code: str) -> list[tuple[int, int, str]]:
    """P2 before P10."""
    pieces = re.findall(r"\d+|\D+", code_key(code))
    return [(0, int(piece), "") if piece.isdigit() else (1, 0, piece) for piece in pieces]


def _attributes(
    db: Session, which: sa.ColumnElement[bool]
) -> defaultdict[int, list[tuple[str, str]]]:
    found: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = run(
        db,
        sa.select(col(CaseAttribute.case_id), col(CaseAttribute.name), col(CaseAttribute.value))
        .join(Case, col(Case.id) == col(CaseAttribute.case_id))
        .where(which)
        .order_by(col(CaseAttribute.position), col(CaseAttribute.id)),
    )
    for case_id, name, value in rows:
        found[case_id].append((name, value))
    return found


def _transcripts(db: Session, which: sa.ColumnElement[bool]) -> dict[int, list[TranscriptRow]]:
    newest = (
        sa.select(sa.func.max(col(TranscriptVersion.number)))
        .where(col(TranscriptVersion.transcript_id) == col(Transcript.id))
        .correlate(Transcript)
        .scalar_subquery()
    )
    turns = (
        sa.select(sa.func.count())
        .where(col(Turn.version_id) == col(TranscriptVersion.id))
        .correlate(TranscriptVersion)
        .scalar_subquery()
    )
    rows = run(
        db,
        sa.select(
            col(Transcript.id),
            col(Transcript.case_id),
            col(Transcript.number),
            col(Transcript.title),
            col(TranscriptVersion.id),
            col(TranscriptVersion.number),
            col(TranscriptVersion.words),
            turns,
        )
        .join(Case, col(Case.id) == col(Transcript.case_id))
        .join(
            TranscriptVersion,
            sa.and_(
                col(TranscriptVersion.transcript_id) == col(Transcript.id),
                col(TranscriptVersion.number) == newest,
            ),
        )
        .where(which)
        .order_by(col(Transcript.number)),
    )
    found: dict[int, list[TranscriptRow]] = {}
    for row in rows:
        found.setdefault(row[1], []).append(TranscriptRow(*row))
    return found


def _in_samples(
    db: Session, study: StudyContext, which: sa.ColumnElement[bool], *, with_text: Collection[int]
) -> defaultdict[int, list[InSample]]:
    units = run(
        db,
        sa.select(
            col(Unit.id),
            col(Unit.case_id),
            col(Case.code),
            col(Unit.sample_id),
            col(Unit.state),
            col(Unit.step),
            col(Unit.way),
        )
        .join(Case, col(Case.id) == col(Unit.case_id))
        .join(Sample, col(Sample.id) == col(Unit.sample_id))
        .where(which)
        .order_by(col(Sample.position), col(Sample.id)),
    ).all()
    judges = judges_of_units(db, [unit[0] for unit in units])
    drafted = [being_drafted(u[0], study.id, u[4], u[6], study.way_of_working) for u in units]
    drafting = under_way(db, [each for each in drafted if each], judges)
    names = {sample.id: sample for sample in study.samples}
    found: defaultdict[int, list[InSample]] = defaultdict(list)
    for unit_id, case_id, code, sample_id, state, step, _ in units:
        found[case_id].append(
            _standing(
                study,
                unit_id,
                names[sample_id],
                code,
                state,
                step,
                judges[unit_id],
                drafting.get(unit_id),
                has_text=case_id in with_text,
            )
        )
    return found


def _standing(
    study: StudyContext,
    unit_id: int,
    sample: SampleName,
    code: str,
    state: State,
    step: Step,
    judges: tuple[Judge, ...],
    drafting: Drafting | None,
    *,
    has_text: bool,
) -> InSample:
    is_judge = any(judge.id == study.me.id for judge in judges)
    actor = Actor(study.roles, judges_unit=is_judge, unit_agreed=is_agreed(state, step))
    may_open = not isinstance(decide(actor, Action.SEE_CODING), Refused)
    words: str = drafting.words if drafting else state.value
    if state is State.CONSENSUS:
        agreed = sum(judge.agreed for judge in judges)
        words += f" · {agreed} of {len(judges)} agreed" if agreed else " · nobody has agreed yet"
    if step is Step.CORE_IDEAS or (step is Step.DOMAINS and state is not State.NOT_STARTED):
        words = f"{step}: {words}"
    named = is_judge or Role.PI in study.roles
    awaited = [judge for judge in judges if not judge.agreed]
    if drafting:
        awaited = list(drafting.still_drafting)
    elif state is not State.CONSENSUS:
        awaited = list(judges)
    waits_for = WAITS_FOR.get(state, "")
    if not waits_for and not is_agreed(state, step):
        waits_for = _waits_for(judges, awaited, named=named, has_text=has_text)
    return InSample(
        unit_id=unit_id,
        sample=sample,
        state=state,
        words=words,
        waits_for=waits_for,
        coding_url=(
            f"/studies/{study.id}/samples/{sample.id}/cases/{code}/coding" if may_open else None
        ),
    )


WAITS_FOR = {State.IN_AUDIT: "the auditors", State.RESPONDING: "the team"}


def _waits_for(
    judges: Collection[Judge], awaited: Collection[Judge], *, named: bool, has_text: bool
) -> str:
    """Whom or what a unit that is not agreed waits for.

    Who has still to submit or to agree is for its judges and the PI.
    """
    if not has_text:
        return "a transcript"
    if not judges:
        return "a judge"
    names = [judge.name for judge in awaited]
    if named and len(names) < len(judges):
        return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
    return "its judges"


@dataclass(frozen=True)
class StoredTranscript:
    """A transcript on its case's page."""

    row: TranscriptRow
    speakers: tuple[tuple[str, SpeakerRole], ...]
    stored_by: str
    stored_at: datetime
    resting: bool


@dataclass(frozen=True)
class CasePage:
    """Everything a case's own page shows."""

    row: CaseRow
    transcripts: tuple[StoredTranscript, ...]
    other_samples: tuple[SampleName, ...]


def case_page(db: Session, study: StudyContext, code: str) -> CasePage:
    """A case of the study by its code, without regard to case. Raises `NotFound`."""
    which = sa.and_(col(Case.study_id) == study.id, col(Case.code_key) == code_key(code))
    found = run(db, sa.select(col(Case.id), col(Case.code), col(Case.version)).where(which)).first()
    case_id, code, version = one_or_not_found(found, "case in this study")
    transcripts = _transcripts(db, which)
    row = CaseRow(
        id=case_id,
        code=code,
        version=version,
        attributes=tuple(_attributes(db, which)[case_id]),
        transcripts=tuple(transcripts.get(case_id, ())),
        samples=tuple(_in_samples(db, study, which, with_text=set(transcripts))[case_id]),
    )
    present = {entry.sample.id for entry in row.samples}
    return CasePage(
        row=row,
        transcripts=_stored(
            db,
            row.transcripts,
            drafted=_is_drafted(db, case_id),
        ),
        other_samples=tuple(sample for sample in study.samples if sample.id not in present),
    )


def _is_drafted(db: Session, case_id: int) -> bool:
    """Has anybody drafted the case in private, and not been revealed?"""
    unrevealed = sa.exists().where(UNREVEALED, col(Unit.case_id) == case_id)
    return bool(run(db, sa.select(unrevealed)).scalar())


def _stored(
    db: Session, rows: tuple[TranscriptRow, ...], *, drafted: bool
) -> tuple[StoredTranscript, ...]:
    """With who stored them. Where the case is `drafted` in private all of them stay alike."""
    versions = [row.version_id for row in rows]
    speakers: defaultdict[int, list[tuple[str, SpeakerRole]]] = defaultdict(list)
    for transcript_id, label, role in run(
        db,
        sa.select(col(Speaker.transcript_id), col(Speaker.label), col(Speaker.role))
        .where(col(Speaker.transcript_id).in_([row.id for row in rows]))
        .order_by(col(Speaker.id)),
    ):
        speakers[transcript_id].append((label, role))
    stored = {
        version_id: (name, at)
        for version_id, name, at in run(
            db,
            sa.select(
                col(TranscriptVersion.id), col(Account.name), col(TranscriptVersion.stored_at)
            )
            .join(Account, col(Account.id) == col(TranscriptVersion.stored_by))
            .where(col(TranscriptVersion.id).in_(versions)),
        )
    }
    resting = resting_on(db, "transcript_version", versions, besides={"turn"})
    return tuple(
        StoredTranscript(
            row,
            tuple(speakers[row.id]),
            *stored[row.version_id],
            resting=drafted or bool(resting[row.version_id]),
        )
        for row in rows
    )
