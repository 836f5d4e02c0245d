"""What the team does with cases: add them, put them into samples, store their transcripts."""

import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col, select

from app.cases.attributes import as_lines, checked
from app.cases.codes import checked_code, code_key
from app.cases.models import (
    Case,
    CaseAttribute,
    SampleCase,
    Speaker,
    SpeakerRole,
    Transcript,
    TranscriptVersion,
    Turn,
)
from app.cases.new_text import note_new_text
from app.cases.resting import in_words, resting_on, summed
from app.cases.sentences import sentence_starts
from app.consensus.models import Agreement, Assignment, Drafter, Layer, Unit
from app.consensus.queries import drafted_units
from app.consensus.rules import UnitKind
from app.consensus.service import open_unit
from app.db import one_or_not_found, run
from app.errors import Conflict, Invalid, StaleEdit, Versions
from app.studies.auditing import forget_auditors
from app.studies.guard import StudyContext
from app.studies.models import Sample
from app.trail.service import record

LONGEST_TITLE = 120

Row = TypeVar("Row", bound=SQLModel)


def add_case(
    db: Session,
    study: StudyContext,
    *,
    code: str,
    sample_ids: Sequence[int] = (),
    attributes: Mapping[str, str] | None = None,
) -> Case:
    """A new case under its code number, in the samples named, each with its unit opened.

    Raises `Invalid` (field `code`) where the code may not be or is taken.
    """
    code = checked_code(code)
    key = code_key(code)
    taken = run(
        db,
        sa.select(col(Case.code)).where(col(Case.study_id) == study.id, col(Case.code_key) == key),
    ).scalar()
    if taken is not None:
        raise taken_code(code, taken)
    case = Case(study_id=study.id, code=code, code_key=key)
    try:
        with db.begin_nested():
            db.add(case)
    except IntegrityError:
        raise taken_code(code, code) from None
    record(db, study.scene, "add a case", item=case, after={"code": code})
    if attributes:
        _write_attributes(db, study, case, {}, checked(attributes.items()))
    for sample_id in dict.fromkeys(sample_ids):
        put_into_sample(db, study, case_id=_id(case), sample_id=sample_id)
    return case


def taken_code(code: str, taken: str) -> Invalid:
    """The refusal of a code that another case has already."""
    sentence = (
        f"There is already a case {taken} in this study. Choose another code number for "
        f"'{code}', or open {taken} and add the transcript there."
    )
    return Invalid(sentence, {"code": sentence})


def put_into_sample(db: Session, study: StudyContext, *, case_id: int, sample_id: int) -> None:
    """The case joins a sample and its unit is opened; a case that is there already stays as is."""
    case = case_of(db, study, case_id, lock=True)
    sample = _sample_of(db, study, sample_id)
    found = run(
        db,
        sa.select(col(SampleCase.id)).where(
            col(SampleCase.sample_id) == sample_id, col(SampleCase.case_id) == case_id
        ),
    ).first()
    if found:
        return
    entry = SampleCase(sample_id=sample_id, case_id=case_id)
    db.add(entry)
    db.flush()
    open_unit(db, study.scene, sample_id=sample_id, kind=UnitKind.CASE, case_id=case_id)
    record(
        db,
        study.scene,
        "put a case into a sample",
        item=case,
        after={"code": case.code, "sample_id": sample_id, "sample": sample},
    )


def take_out_of_sample(db: Session, study: StudyContext, *, case_id: int, sample_id: int) -> None:
    """The case leaves a sample in which nothing has been done with it yet.

    Raises `Conflict` that names what rests on it there.
    """
    case = case_of(db, study, case_id, lock=True)
    sample = _sample_of(db, study, sample_id)
    unit_id = run(
        db,
        sa.select(col(Unit.id))
        .where(col(Unit.case_id) == case_id, col(Unit.sample_id) == sample_id)
        .with_for_update(),
    ).scalar()
    if unit_id is None:
        return
    if drafted_units(db, col(Unit.id) == unit_id):
        raise Conflict(
            f"{case.code} stays in the sample '{sample}': it has been drafted there in private. "
            "What has begun keeps its place, whatever the drafts hold."
        )
    check_nothing_done(db, case.code, sample, unit_id)
    forget_auditors(db, unit_id=unit_id)
    for table, condition in (
        (Drafter, col(Drafter.unit_id) == unit_id),
        (Agreement, col(Agreement.unit_id) == unit_id),
        (Assignment, col(Assignment.unit_id) == unit_id),
        (Layer, col(Layer.unit_id) == unit_id),
        (Unit, col(Unit.id) == unit_id),
        (
            SampleCase,
            sa.and_(col(SampleCase.case_id) == case_id, col(SampleCase.sample_id) == sample_id),
        ),
    ):
        run(db, delete(table).where(condition))
    record(
        db,
        study.scene,
        "take a case out of a sample",
        item=case,
        before={"code": case.code, "sample_id": sample_id, "sample": sample},
    )


PARTS_OF_A_UNIT = frozenset({"layer", "assignment", "agreement", "drafter", "audit_assignment"})


def check_nothing_done(db: Session, code: str, sample: str, unit_id: int) -> None:
    """Raise `Conflict` where anything rests on the case in this sample."""
    layers = run(db, sa.select(col(Layer.id)).where(col(Layer.unit_id) == unit_id)).scalars().all()
    on_unit = resting_on(db, "unit", [unit_id], besides=PARTS_OF_A_UNIT)[unit_id]
    on_layers = resting_on(db, "layer", layers, besides={"trail_entry"})
    counts = summed(*on_layers.values(), on_unit)
    if counts:
        raise Conflict(
            f"{code} stays in the sample '{sample}': it has {in_words(counts)} there. A case "
            "that has been worked on keeps its place, so that the record stays whole."
        )


def change_attributes(
    db: Session,
    study: StudyContext,
    *,
    case_id: int,
    attributes: Mapping[str, str],
    version: int,
) -> None:
    """Replace what is known of a case. Raises `StaleEdit` where somebody saved first."""
    case = case_of(db, study, case_id, lock=True)
    wanted = checked(attributes.items())
    present = _attributes_of(db, case_id)
    if case.version != version:
        raise StaleEdit(
            f"Somebody else changed the attributes of {case.code} after you opened the page. "
            "Both versions are shown; put together what should stand and save again.",
            Versions(
                base="",
                theirs=as_lines(present),
                mine=as_lines(wanted),
                version=case.version,
            ),
        )
    _write_attributes(db, study, case, present, wanted)


def merge_attributes(
    db: Session, study: StudyContext, *, case_id: int, attributes: Mapping[str, str]
) -> bool:
    """Set some attributes of a case and keep its others. Returns whether anything changed."""
    case = case_of(db, study, case_id, lock=True)
    present = _attributes_of(db, case_id)
    wanted = checked({**present, **attributes}.items())
    return _write_attributes(db, study, case, present, wanted)


def store_transcript(
    db: Session,
    study: StudyContext,
    *,
    case_id: int,
    title: str,
    turns: Sequence[tuple[str, str, str]],
    roles: Mapping[str, SpeakerRole],
) -> TranscriptVersion:
    """Freeze a transcript of a case: its turns (speaker, text, time stamp) and its speakers' roles.

    The version's text is the turns' texts joined by a line feed; offsets are code points of it,
    end-exclusive. A speaker without a role counts as a participant. In a sample where the case is
    under discussion earlier agreements stop counting; raises `StepLocked` where it is agreed, and
    `Invalid` where there is nothing to store.
    """
    case = case_of(db, study, case_id, lock=True)
    title = checked_title(title)
    texts = [text for _, text, _ in turns]
    if not any(text.strip() for text in texts):
        raise Invalid(f"The transcript '{title}' of {case.code} has no text, so nothing is stored.")
    _check_characters(title, turns)
    note_new_text(db, study, case)
    last = run(
        db, sa.select(sa.func.max(col(Transcript.number))).where(col(Transcript.case_id) == case_id)
    ).scalar()
    transcript = _added(db, Transcript(case_id=case_id, number=(last or 0) + 1, title=title))
    text = "\n".join(texts)
    version = _added(
        db,
        TranscriptVersion(
            transcript_id=_id(transcript),
            number=1,
            text=text,
            words=len(text.split()),
            stored_by=study.me.id,
        ),
    )
    db.connection().execute(insert(Turn), _turn_rows(_id(version), turns))
    labels = dict.fromkeys(speaker for speaker, _, _ in turns)
    db.connection().execute(
        insert(Speaker),
        [
            {
                "transcript_id": transcript.id,
                "label": label,
                "role": roles.get(label, SpeakerRole.PARTICIPANT),
            }
            for label in labels
        ],
    )
    record(
        db,
        study.scene,
        "store a transcript",
        item=transcript,
        after={
            "case": case.code,
            "number": transcript.number,
            "title": title,
            "version": version.number,
            "turns": len(turns),
            "words": version.words,
        },
    )
    return version


def _check_characters(title: str, turns: Sequence[tuple[str, str, str]]) -> None:
    """Refuse what no database keeps as it is: NUL, and halves of a pair of surrogates."""
    whole = "".join(part for turn in turns for part in turn)
    if "\x00" in whole or re.search("[\ud800-\udfff]", whole):
        raise Invalid(
            f"The transcript '{title}' holds characters that cannot be stored. Save the file as "
            "UTF-8 and import it again."
        )


def _turn_rows(version_id: int, turns: Sequence[tuple[str, str, str]]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    start = 0
    for number, (speaker, text, time_stamp) in enumerate(turns, 1):
        rows.append(
            {
                "version_id": version_id,
                "number": number,
                "speaker": speaker,
                "time_stamp": time_stamp,
                "start": start,
                "end": start + len(text),
                "sentences": [start + offset for offset in sentence_starts(text)],
            }
        )
        start += len(text) + 1
    return rows


def case_of(db: Session, study: StudyContext, case_id: int, *, lock: bool = False) -> Case:
    """A case of this study; locked, its changes follow one another. Raises `NotFound`."""
    wanted = select(Case).where(Case.id == case_id, Case.study_id == study.id)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return one_or_not_found(db.exec(wanted).first(), "case in this study")


def _sample_of(db: Session, study: StudyContext, sample_id: int) -> str:
    wanted = sa.select(col(Sample.name)).where(
        col(Sample.id) == sample_id, col(Sample.study_id) == study.id
    )
    return str(one_or_not_found(run(db, wanted).scalar(), "sample in this study"))


def checked_title(title: str) -> str:
    """A transcript's title on one line. Raises `Invalid` (field `title`)."""
    title = " ".join(title.split())
    if not title:
        sentence = "The transcript has no title. Call it 'First interview', for example."
        raise Invalid(sentence, {"title": sentence})
    if len(title) > LONGEST_TITLE:
        sentence = f"The title has {len(title)} characters; at most {LONGEST_TITLE} fit."
        raise Invalid(sentence, {"title": sentence})
    return title


def _attributes_of(db: Session, case_id: int) -> dict[str, str]:
    rows = run(
        db,
        sa.select(col(CaseAttribute.name), col(CaseAttribute.value))
        .where(col(CaseAttribute.case_id) == case_id)
        .order_by(col(CaseAttribute.position), col(CaseAttribute.id)),
    )
    return dict(rows.all())


def _write_attributes(
    db: Session,
    study: StudyContext,
    case: Case,
    present: dict[str, str],
    wanted: dict[str, str],
) -> bool:
    if list(present.items()) == list(wanted.items()):
        return False
    run(db, delete(CaseAttribute).where(col(CaseAttribute.case_id) == case.id))
    if wanted:
        db.connection().execute(
            insert(CaseAttribute),
            [
                {"case_id": case.id, "name": name, "value": value, "position": position}
                for position, (name, value) in enumerate(wanted.items())
            ],
        )
    case.version += 1
    db.add(case)
    record(
        db,
        study.scene,
        "change attributes",
        item=case,
        before={"attributes": present},
        after={"attributes": wanted},
    )
    return True


def _added(db: Session, row: Row) -> Row:
    db.add(row)
    db.flush()
    return row


def _id(row: SQLModel) -> int:
    found = row.id  # type: ignore[attr-defined]
    assert found is not None
    return int(found)
