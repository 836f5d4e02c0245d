"""The transcript behind what an auditor reads: one click away, from the request of the audit on."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from app.audit.guard import AuditContext
from app.cases.models import Case, SampleCase
from app.db import run
from app.domains.transcripts import TranscriptText, transcripts_of
from app.errors import NotFound


@dataclass(frozen=True)
class CaseText:
    """A case's transcripts to read."""

    code: str
    transcripts: tuple[TranscriptText, ...]


def case_text(db: Session, audit: AuditContext, code: str = "") -> CaseText:
    """The transcripts of the audited case, or of a case of the audited board's sample.

    Raises `NotFound` for any other case: an audit opens no transcript that it is not about.
    """
    about = audit.item.code
    wanted = about or (code if audit.item.has_transcripts else "")
    row = run(
        db,
        sa.select(col(Case.id), col(Case.code))
        .join(SampleCase, col(SampleCase.case_id) == col(Case.id))
        .where(
            col(SampleCase.sample_id) == audit.sample.id,
            col(Case.code_key) == wanted.casefold(),
        ),
    ).first()
    if row is None or (about and code and code.casefold() != about.casefold()):
        raise NotFound("This case is not part of what you audit here.")
    return CaseText(row[1], transcripts_of(db, row[0]))
