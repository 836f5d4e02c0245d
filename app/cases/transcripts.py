"""What may still be done with a stored transcript: describe it, or take it back unused."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.cases.models import Case, Speaker, Transcript, TranscriptVersion, Turn
from app.cases.resting import in_words, resting_on, summed
from app.cases.service import case_of, checked_title
from app.cases.speakers import SpeakerRole
from app.consensus.models import Unit
from app.consensus.queries import drafted_units
from app.db import one_or_not_found, run
from app.errors import Conflict
from app.studies.guard import StudyContext
from app.trail.service import record


def remove_transcript(db: Session, study: StudyContext, *, case_id: int, number: int) -> None:
    """Take back a transcript on which nothing rests. Raises `Conflict` naming what does."""
    case = case_of(db, study, case_id, lock=True)
    transcript = _transcript_of(db, case, number)
    if drafted_units(db, col(Unit.case_id) == case_id):
        raise Conflict(
            f"'{transcript.title}' of {case.code} stays: the case has been drafted in private, and "
            "a text that may be coded is frozen."
        )
    versions = (
        run(
            db,
            sa.select(col(TranscriptVersion.id)).where(
                col(TranscriptVersion.transcript_id) == transcript.id
            ),
        )
        .scalars()
        .all()
    )
    found = resting_on(db, "transcript_version", versions, besides={"turn"})
    counts = summed(*found.values())
    if counts:
        raise Conflict(
            f"'{transcript.title}' of {case.code} stays: it carries {in_words(counts)}, and a text "
            "that is coded is frozen. Remove them first if the transcript was a mistake."
        )
    run(db, delete(Turn).where(col(Turn.version_id).in_(versions)))
    run(db, delete(TranscriptVersion).where(col(TranscriptVersion.id).in_(versions)))
    run(db, delete(Speaker).where(col(Speaker.transcript_id) == transcript.id))
    run(db, delete(Transcript).where(col(Transcript.id) == transcript.id))
    record(
        db,
        study.scene,
        "remove a transcript",
        item=transcript,
        before={"case": case.code, "number": number, "title": transcript.title},
    )


def describe_transcript(
    db: Session,
    study: StudyContext,
    *,
    case_id: int,
    number: int,
    title: str,
    roles: Mapping[str, SpeakerRole],
) -> None:
    """Give a transcript another title or its speakers other roles; its text stays as it is."""
    case = case_of(db, study, case_id, lock=True)
    transcript = _transcript_of(db, case, number)
    speakers = db.exec(select(Speaker).where(Speaker.transcript_id == transcript.id)).all()
    before = _described(transcript, speakers)
    transcript.title = checked_title(title)
    for speaker in speakers:
        speaker.role = roles.get(speaker.label, speaker.role)
    after = _described(transcript, speakers)
    if before != after:
        db.add_all([transcript, *speakers])
        record(
            db, study.scene, "describe a transcript", item=transcript, before=before, after=after
        )


def _described(transcript: Transcript, speakers: Sequence[Speaker]) -> dict[str, object]:
    # By id: a label may be somebody's name, and the trail keeps none.
    roles = {str(speaker.id): speaker.role.value for speaker in speakers}
    return {"title": transcript.title, "roles": roles}


def _transcript_of(db: Session, case: Case, number: int) -> Transcript:
    wanted = select(Transcript).where(Transcript.case_id == case.id, Transcript.number == number)
    return one_or_not_found(db.exec(wanted).first(), f"transcript of {case.code}")
