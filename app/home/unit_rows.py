"""The units of a sample as the progress board reads them."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import and_, func
from sqlmodel import Session, col

from app.cases.models import Case, SampleCase, Transcript, TranscriptVersion
from app.consensus.models import Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER
from app.consensus.rules import State, Step, is_agreed
from app.db import run
from app.domains.models import Block, Domain, DomainKind
from app.studies.ways import WayOfWorking


class CaseRow(NamedTuple):
    """A case of a sample; `way` and `step` are its unit's."""

    id: int
    code: str
    unit_id: int
    state: State
    step: Step
    way: WayOfWorking | None
    transcripts: int
    version: int | None
    coded: bool

    @property
    def is_agreed(self) -> bool:
        """Is it agreed, and not only the first of two passes?"""
        return is_agreed(self.state, self.step)


class BoardRow(NamedTuple):
    """The cross-analysis of an analytic domain."""

    id: int
    title: str
    unit_id: int
    state: State
    way: WayOfWorking | None


def case_rows(db: Session, sample_id: int) -> list[CaseRow]:
    """The cases of a sample by code. One statement."""
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
            col(Case.id),
            col(Case.code),
            col(Unit.id),
            col(Unit.state),
            col(Unit.step),
            col(Unit.way),
            texts,
            version,
            coded,
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
    return [CaseRow(*row) for row in rows]


def board_rows(db: Session, sample_id: int) -> list[BoardRow]:
    """The boards of a sample in list order. One statement."""
    rows = run(
        db,
        sa.select(col(Domain.id), col(Domain.title), col(Unit.id), col(Unit.state), col(Unit.way))
        .join(Unit, col(Unit.domain_id) == col(Domain.id))
        .where(col(Domain.sample_id) == sample_id, col(Domain.kind) == DomainKind.ANALYTIC)
        .order_by(col(Domain.position), col(Domain.id)),
    )
    return [BoardRow(*row) for row in rows]
