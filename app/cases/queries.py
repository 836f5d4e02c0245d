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
from app.consensus.models import Agreement, Assignment, Unit
from app.consensus.queries import Judge
from app.consensus.rules import AGREED_OR_LATER, State
from app.db import one_or_not_found, run
from app.permissions import Action, Actor, Refused, Role, decide
from app.studies.guard import SampleName, StudyContext
from app.studies.models import Member, Sample


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
        )
        .join(Case, col(Case.id) == col(Unit.case_id))
        .join(Sample, col(Sample.id) == col(Unit.sample_id))
        .where(which)
        .order_by(col(Sample.position), col(Sample.id)),
    ).all()
    judges = judges_of_units(db, study.id, [unit[0] for unit in units])
    names = {sample.id: sample for sample in study.samples}
    found: defaultdict[int, list[InSample]] = defaultdict(list)
    for unit_id, case_id, code, sample_id, state in units:
        found[case_id].append(
            _standing(
                study,
                unit_id,
                names[sample_id],
                code,
                State(state),
                judges[unit_id],
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
    judges: tuple[Judge, ...],
    *,
    has_text: bool,
) -> InSample:
    is_judge = any(judge.id == study.me.id for judge in judges)
    actor = Actor(study.roles, judges_unit=is_judge, unit_agreed=state in AGREED_OR_LATER)
    may_open = not isinstance(decide(actor, Action.SEE_CODING), Refused)
    words: str = state.value
    if state is State.CONSENSUS:
        agreed = sum(judge.agreed for judge in judges)
        words += f" · {agreed} of {len(judges)} agreed" if agreed else " · nobody has agreed yet"
    named = is_judge or Role.PI in study.roles
    return InSample(
        unit_id=unit_id,
        sample=sample,
        state=state,
        words=words,
        waits_for=_waits_for(state, judges, named=named, has_text=has_text),
        coding_url=(
            f"/studies/{study.id}/samples/{sample.id}/cases/{code}/coding" if may_open else None
        ),
    )


def _waits_for(state: State, judges: tuple[Judge, ...], *, named: bool, has_text: bool) -> str:
    """Whom or what a unit waits for, "" for nobody.

    Who has still to agree is for its judges and the PI.
    """
    if state in AGREED_OR_LATER:
        return {State.IN_AUDIT: "the auditors", State.RESPONDING: "the team"}.get(state, "")
    if not has_text:
        return "a transcript"
    if not judges:
        return "a judge"
    missing = [judge.name for judge in judges if not judge.agreed]
    if state is State.CONSENSUS and named and len(missing) < len(judges):
        return " and ".join([", ".join(missing[:-1]), missing[-1]] if missing[1:] else missing)
    return "its judges"


def judges_of_units(
    db: Session, study_id: int, unit_ids: Collection[int]
) -> dict[int, tuple[Judge, ...]]:
    """The judges of several units of a study, as `app.consensus.queries.judges_of` has them."""
    people = run(
        db,
        sa.select(col(Account.id), col(Account.name))
        .join(Member, col(Member.account_id) == col(Account.id))
        .where(
            col(Member.study_id) == study_id,
            col(Member.is_judge),
            col(Member.left_at).is_(None),
            col(Account.disabled_at).is_(None),
        )
        .order_by(col(Account.name), col(Account.id)),
    ).all()
    named = defaultdict(set)
    for unit_id, account_id in run(
        db,
        sa.select(col(Assignment.unit_id), col(Assignment.account_id))
        .join(Unit, col(Unit.id) == col(Assignment.unit_id))
        .where(col(Unit.study_id) == study_id, col(Assignment.until).is_(None)),
    ):
        named[unit_id].add(account_id)
    agreed = {
        (unit_id, account_id)
        for unit_id, account_id in run(
            db,
            sa.select(col(Agreement.unit_id), col(Agreement.account_id))
            .join(
                Unit,
                sa.and_(
                    col(Unit.id) == col(Agreement.unit_id),
                    col(Unit.content) == col(Agreement.content),
                ),
            )
            .where(col(Unit.study_id) == study_id),
        )
    }
    return {
        unit_id: tuple(
            Judge(account_id, name, (unit_id, account_id) in agreed)
            for account_id, name in people
            if not named[unit_id] or account_id in named[unit_id]
        )
        for unit_id in unit_ids
    }


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
        transcripts=_stored(db, row.transcripts),
        other_samples=tuple(sample for sample in study.samples if sample.id not in present),
    )


def _stored(db: Session, rows: tuple[TranscriptRow, ...]) -> tuple[StoredTranscript, ...]:
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
            resting=bool(resting[row.version_id]),
        )
        for row in rows
    )
