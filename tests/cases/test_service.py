"""Cases and transcripts through the service: what may be stored, and what may not happen."""

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.cases.guard import CaseContext, load_case
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
from app.cases.service import (
    add_case,
    change_attributes,
    put_into_sample,
    store_transcript,
    take_out_of_sample,
)
from app.cases.transcripts import describe_transcript, remove_transcript
from app.consensus.models import Assignment, Layer, Unit
from app.consensus.rules import State
from app.consensus.service import agree, change_content
from app.db import run
from app.domains.models import Block
from app.errors import Conflict, Invalid, NotFound, StaleEdit, StepLocked
from app.studies.models import Sample
from app.trail.models import TrailEntry, TrailValues
from app.trail.service import record, verify
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


def _case(db: Session, people: People, code: str = "P07") -> CaseContext:
    study = people.context(db)
    assert people.sample.id
    add_case(db, study, code=code, sample_ids=[people.sample.id])
    return load_case(db, study, people.sample.id, code)


def _store(db: Session, people: People, case_id: int, title: str = "Interview") -> int:
    version = store_transcript(
        db, people.context(db), case_id=case_id, title=title, turns=TURNS, roles={}
    )
    assert version.id
    return version.id


def _code_a_block(db: Session, people: People, case: CaseContext, version_id: int) -> None:
    db.add(
        Block(
            layer_id=case.unit.layer_id,
            transcript_version_id=version_id,
            start=0,
            end=3,
            quote="How",
            made_by=people.ana.id,
        )
    )
    db.flush()


@pytest.mark.parametrize("taken", ["P07", "p07"])
def test_a_code_is_taken_without_regard_to_case(db: Session, people: People, taken: str) -> None:
    _case(db, people)
    with pytest.raises(Invalid, match="already a case P07") as refusal:
        add_case(db, people.context(db), code=taken)
    assert "code" in refusal.value.fields
    assert db.exec(select(Case.code)).all() == ["P07"]


def test_another_study_may_use_the_same_code(db: Session, people: People) -> None:
    _case(db, people)
    db.add(Case(study_id=people.other_study.id, code="P07", code_key="p07"))
    db.flush()


def test_a_case_cannot_join_a_sample_of_another_study(db: Session, people: People) -> None:
    elsewhere = Sample(study_id=people.other_study.id, name="theirs", name_key="theirs")
    db.add(elsewhere)
    db.flush()
    case = _case(db, people)
    assert elsewhere.id
    with pytest.raises(NotFound):
        put_into_sample(db, people.context(db), case_id=case.case_id, sample_id=elsewhere.id)


def test_a_sample_made_after_the_page_was_opened_can_be_joined(db: Session, people: People) -> None:
    study, case = people.context(db), _case(db, people)
    fresh = Sample(study_id=people.study.id, name="as client", name_key="as client")
    db.add(fresh)
    db.flush()
    assert fresh.id
    put_into_sample(db, study, case_id=case.case_id, sample_id=fresh.id)
    assert load_case(db, people.context(db), fresh.id, "P07").unit.state == State.NOT_STARTED


def test_joining_a_sample_twice_changes_nothing(db: Session, people: People) -> None:
    case = _case(db, people)
    before = db.exec(select(sa.func.count(col(TrailEntry.id)))).one()
    put_into_sample(db, people.context(db), case_id=case.case_id, sample_id=case.sample.id)
    assert db.exec(select(sa.func.count(col(SampleCase.id)))).one() == 1
    assert db.exec(select(sa.func.count(col(TrailEntry.id)))).one() == before


def test_a_case_leaves_a_sample_in_which_nothing_was_done(db: Session, people: People) -> None:
    case = _case(db, people)
    db.add(Assignment(unit_id=case.unit.id, account_id=people.ben.id))
    db.flush()
    take_out_of_sample(db, people.context(db), case_id=case.case_id, sample_id=case.sample.id)
    for table in (SampleCase, Unit, Layer, Assignment):
        assert db.exec(select(table)).all() == []
    put_into_sample(db, people.context(db), case_id=case.case_id, sample_id=case.sample.id)
    assert list(verify(db)) == []


def test_a_coded_case_stays_in_its_sample_and_says_what_rests_on_it(
    db: Session, people: People
) -> None:
    case = _case(db, people)
    _code_a_block(db, people, case, _store(db, people, case.case_id))
    with pytest.raises(Conflict, match=r"P07 stays in the sample .*: it has 1 block there"):
        take_out_of_sample(db, people.context(db), case_id=case.case_id, sample_id=case.sample.id)
    assert db.exec(select(sa.func.count(col(SampleCase.id)))).one() == 1


def test_a_case_with_a_history_in_the_sample_stays_in_it(db: Session, people: People) -> None:
    case = _case(db, people)
    record(db, case.scene, "assign a block", item=people.study)
    with pytest.raises(Conflict, match="1 entry of the trail"):
        take_out_of_sample(db, people.context(db), case_id=case.case_id, sample_id=case.sample.id)


def test_a_second_transcript_is_numbered_two(db: Session, people: People) -> None:
    case = _case(db, people)
    _store(db, people, case.case_id)
    _store(db, people, case.case_id, "Follow-up")
    assert db.exec(
        select(Transcript.number, Transcript.title).order_by(Transcript.number)
    ).all() == [
        (1, "Interview"),
        (2, "Follow-up"),
    ]


@pytest.mark.parametrize(
    ("title", "turns", "reason"),
    [
        ("Interview", [], "has no text"),
        ("Interview", [("P", "  \n ", "")], "has no text"),
        ("  ", TURNS, "no title"),
        ("x" * 121, TURNS, "at most 120"),
        ("Interview", [("P", "a\x00b", "")], "cannot be stored"),
        ("Interview", [("P", "a\ud800b", "")], "cannot be stored"),
    ],
)
def test_a_transcript_that_cannot_stand_is_refused_whole(
    db: Session, people: People, title: str, turns: list[tuple[str, str, str]], reason: str
) -> None:
    case = _case(db, people)
    with pytest.raises(Invalid, match=reason):
        store_transcript(
            db, people.context(db), case_id=case.case_id, title=title, turns=turns, roles={}
        )
    assert db.exec(select(Transcript)).all() == []


def test_a_case_of_another_study_is_not_found(db: Session, people: People) -> None:
    theirs = Case(study_id=people.other_study.id, code="X1", code_key="x1")
    db.add(theirs)
    db.flush()
    assert theirs.id
    with pytest.raises(NotFound):
        _store(db, people, theirs.id)


def test_new_text_ends_agreements_that_are_not_complete(db: Session, people: People) -> None:
    case = _case(db, people)
    _store(db, people, case.case_id)
    unit = change_content(db, case.unit, "P07")
    agree(db, case.scene, unit, content=unit.content, what="P07")
    _store(db, people, case.case_id, "Follow-up")
    now = load_case(db, people.context(db), case.sample.id, "P07").unit
    assert (now.agreed_count, now.content) == (0, unit.content + 1)


def test_new_text_does_not_start_a_case_nobody_has_coded(db: Session, people: People) -> None:
    case = _case(db, people)
    _store(db, people, case.case_id)
    unit = load_case(db, people.context(db), case.sample.id, "P07").unit
    assert (unit.state, unit.content) == (State.NOT_STARTED, 0)


def test_an_agreed_case_takes_no_new_text(db: Session, people: People) -> None:
    case = _case(db, people)
    run(db, sa.update(Unit).values(state=State.AGREED))
    with pytest.raises(StepLocked, match="Reopen it"):
        _store(db, people, case.case_id)


def test_a_transcript_with_a_block_can_never_be_removed(db: Session, people: People) -> None:
    case = _case(db, people)
    version_id = _store(db, people, case.case_id)
    _code_a_block(db, people, case, version_id)
    with pytest.raises(Conflict, match="it carries 1 block"):
        remove_transcript(db, people.context(db), case_id=case.case_id, number=1)
    assert db.exec(select(TranscriptVersion.id)).all() == [version_id]


def test_a_transcript_nothing_rests_on_is_taken_back_with_its_turns(
    db: Session, people: People
) -> None:
    case = _case(db, people)
    _store(db, people, case.case_id)
    remove_transcript(db, people.context(db), case_id=case.case_id, number=1)
    for table in (Transcript, TranscriptVersion, Turn, Speaker):
        assert db.exec(select(table)).all() == []
    with pytest.raises(NotFound):
        remove_transcript(db, people.context(db), case_id=case.case_id, number=1)


def test_roles_and_title_may_change_but_the_text_stays(db: Session, people: People) -> None:
    case = _case(db, people)
    _store(db, people, case.case_id)
    describe_transcript(
        db,
        people.context(db),
        case_id=case.case_id,
        number=1,
        title="First interview",
        roles={"I": SpeakerRole.INTERVIEWER},
    )
    roles = dict(db.exec(select(Speaker.label, Speaker.role)).all())
    assert roles == {"I": SpeakerRole.INTERVIEWER, "P": SpeakerRole.PARTICIPANT}
    assert db.exec(select(Transcript.title)).one() == "First interview"
    assert db.exec(select(TranscriptVersion.text)).one() == "\n".join(turn[1] for turn in TURNS)


def test_attributes_saved_by_somebody_else_first_are_not_overwritten(
    db: Session, people: People
) -> None:
    study, case = people.context(db), _case(db, people)
    change_attributes(db, study, case_id=case.case_id, attributes={"Gender": "woman"}, version=1)
    with pytest.raises(StaleEdit) as stale:
        change_attributes(db, study, case_id=case.case_id, attributes={"Age": "40"}, version=1)
    assert stale.value.versions
    assert stale.value.versions.theirs == "Gender = woman"
    assert stale.value.versions.mine == "Age = 40"
    assert db.exec(select(CaseAttribute.name, CaseAttribute.value)).all() == [("Gender", "woman")]


def test_every_change_is_in_the_trail_without_a_word_of_the_transcript(
    db: Session, people: People
) -> None:
    study, case = people.context(db), _case(db, people)
    _store(db, people, case.case_id)
    change_attributes(db, study, case_id=case.case_id, attributes={"Gender": "woman"}, version=1)
    describe_transcript(
        db, study, case_id=case.case_id, number=1, title="First", roles={"I": SpeakerRole.OTHER}
    )
    remove_transcript(db, study, case_id=case.case_id, number=1)
    take_out_of_sample(db, study, case_id=case.case_id, sample_id=case.sample.id)
    verbs = db.exec(select(TrailEntry.verb).order_by(col(TrailEntry.sequence))).all()
    assert verbs == [
        "add a case",
        "put a case into a sample",
        "store a transcript",
        "change attributes",
        "describe a transcript",
        "remove a transcript",
        "take a case out of a sample",
    ]
    kept = str(db.exec(select(TrailValues.before, TrailValues.after)).all())
    assert "woman" in kept
    assert "cried" not in kept
    assert "begin" not in kept
    assert list(verify(db)) == []
