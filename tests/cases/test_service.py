"""Cases and transcripts through the service: what may be stored, and what may not happen."""

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.cases.guard import load_case
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
from app.cases.service import add_case, put_into_sample, store_transcript, take_out_of_sample
from app.consensus.models import Layer, Unit
from app.consensus.rules import State
from app.db import run
from app.errors import Conflict, Invalid, NotFound, StepLocked
from app.trail.models import TrailEntry, TrailValues
from app.trail.service import verify
from tests.people import People

TURNS = [
    ("I", "How did it begin? Tell me.", "00:01"),
    ("P", "I cried. 😢 It was short.\nThen she nodded.", ""),
    ("I", "Mm-hm.", ""),
]


def test_a_case_joins_its_samples_and_each_unit_is_opened(db: Session, people: People) -> None:
    study = people.context(db)
    case = add_case(
        db, study, code="P07", sample_ids=[people.sample.id], attributes={"Gender": "woman"}
    )
    assert case.id
    context = load_case(db, study, people.sample.id, "p07")
    assert (context.code, context.unit.state, context.unit.content) == ("P07", State.NOT_STARTED, 0)
    assert db.exec(select(CaseAttribute.name, CaseAttribute.value)).all() == [("Gender", "woman")]
    assert db.exec(select(Layer.account_id)).all() == [None]


def test_a_transcript_is_frozen_as_turns_and_sentences(db: Session, people: People) -> None:
    study = people.context(db)
    case = add_case(db, study, code="P07")
    version = store_transcript(
        db,
        study,
        case_id=case.id,
        title=" First  interview ",
        turns=TURNS,
        roles={"I": SpeakerRole.INTERVIEWER, "P": SpeakerRole.PARTICIPANT},
    )
    text = "\n".join(turn[1] for turn in TURNS)
    assert (version.text, version.words) == (text, len(text.split()))
    turns = db.exec(select(Turn).order_by(col(Turn.number))).all()
    assert [(t.number, t.speaker, t.time_stamp) for t in turns] == [
        (1, "I", "00:01"),
        (2, "P", ""),
        (3, "I", ""),
    ]
    assert [text[turn.start : turn.end] for turn in turns] == [turn[1] for turn in TURNS]
    starts = [start for turn in turns for start in turn.sentences]
    pieces = [text[a:b].strip() for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
    assert pieces[:3] == ["How did it begin?", "Tell me.", "I cried."]
    assert pieces[-2:] == ["Then she nodded.", "Mm-hm."]
    speakers = db.exec(select(Speaker.label, Speaker.role)).all()
    assert dict(speakers) == {"I": SpeakerRole.INTERVIEWER, "P": SpeakerRole.PARTICIPANT}
    assert db.exec(select(Transcript.number, Transcript.title)).all() == [(1, "First interview")]
