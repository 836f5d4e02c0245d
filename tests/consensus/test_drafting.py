"""Private drafts: each judge's own, submitted, taken back, revealed at once."""

import pytest
from sqlmodel import Session, col, select

from app.accounts.service import disable
from app.cases.guard import CaseContext, load_case
from app.cases.service import add_case
from app.consensus.drafting import submit, take_back, take_up
from app.consensus.models import Layer, Unit
from app.consensus.revealed import revealed_drafts
from app.consensus.rules import State
from app.consensus.service import agree, change_content, hold
from app.errors import Conflict, Forbidden, StepLocked
from app.studies.members import remove_member
from app.studies.models import Member, Study
from app.studies.ways import WayOfWorking
from app.trail.models import TrailEntry
from app.trail.service import verify
from tests.people import People, Person


@pytest.fixture
def p07(db: Session, people: People) -> People:
    assert people.sample.id is not None
    study = db.get_one(Study, people.study.id)
    study.way_of_working = WayOfWorking.INDEPENDENT_FIRST
    db.add(study)
    add_case(db, people.context(db), code="P07", sample_ids=[people.sample.id])
    return people


def _case(db: Session, people: People, person: Person) -> CaseContext:
    assert people.sample.id is not None
    return load_case(db, people.context(db, person), people.sample.id, "p07")


def _draft(db: Session, people: People, *persons: Person, submitting: bool = False) -> None:
    for person in persons:
        case = _case(db, people, person)
        unit = take_up(db, case.scene, case.unit)
        change_content(db, unit, "P07")
        if submitting:
            case = _case(db, people, person)
            submit(db, case.scene, case.unit, what="P07")


def _state(db: Session) -> State:
    return State(db.exec(select(Unit.state)).one())


def test_each_judge_works_on_a_layer_of_their_own(db: Session, p07: People) -> None:
    _draft(db, p07, p07.ben, p07.chi)
    ben, chi = _case(db, p07, p07.ben).unit, _case(db, p07, p07.chi).unit
    assert len({ben.layer_id, chi.layer_id, ben.consensus_layer_id}) == 3
    assert ben.chain == ben.layer_id


def test_a_draft_moves_no_counter_that_others_see(db: Session, p07: People) -> None:
    _draft(db, p07, p07.ben)
    before = _case(db, p07, p07.chi).unit.content, db.exec(select(Unit.content)).one()
    _draft(db, p07, p07.ben, p07.ben, p07.ben)
    assert (_case(db, p07, p07.chi).unit.content, db.exec(select(Unit.content)).one()) == before
    assert _case(db, p07, p07.ben).unit.content == 4


def test_a_member_who_does_not_judge_sees_the_empty_shared_layer(db: Session, p07: People) -> None:
    _draft(db, p07, p07.ben)
    seen = _case(db, p07, p07.eli).unit
    assert seen.layer_id == seen.consensus_layer_id
    assert not seen.is_open


def test_nobody_may_change_the_shared_layer_before_the_reveal(db: Session, p07: People) -> None:
    _draft(db, p07, p07.ben)
    unit = _case(db, p07, p07.eli).unit
    with pytest.raises(StepLocked, match="private until all are submitted"):
        hold(db, unit, "P07")
    with pytest.raises(StepLocked, match="private until all are submitted"):
        change_content(db, unit, "P07")


def test_the_last_submission_reveals_all_drafts(db: Session, p07: People) -> None:
    _draft(db, p07, p07.ana, p07.ben, p07.chi, submitting=True)
    assert _state(db) is State.INDEPENDENT
    assert [judge.name for judge in _case(db, p07, p07.ana).unit.still_drafting] == ["Dee"]
    _draft(db, p07, p07.dee, submitting=True)
    assert _state(db) is State.CONSENSUS
    unit = _case(db, p07, p07.ben).unit
    assert unit.layer_id == unit.consensus_layer_id
    assert not list(verify(db))


def test_a_submitted_draft_is_frozen_until_it_is_taken_back(db: Session, p07: People) -> None:
    _draft(db, p07, p07.ben, submitting=True)
    case = _case(db, p07, p07.ben)
    with pytest.raises(StepLocked, match="is submitted"):
        change_content(db, case.unit, "P07")
    take_back(db, case.scene, case.unit, what="P07")
    _draft(db, p07, p07.ben)
    verbs = db.exec(select(TrailEntry.verb).where(col(TrailEntry.chain) == 0)).all()
    assert verbs[-2:] == ["submit a draft", "take a draft back"]


def test_after_the_reveal_nothing_is_taken_back(db: Session, p07: People) -> None:
    stale = None
    for person in (p07.ana, p07.ben, p07.chi, p07.dee):
        _draft(db, p07, person)
        stale = stale or _case(db, p07, person)
        case = _case(db, p07, person)
        submit(db, case.scene, case.unit, what="P07")
    assert stale is not None
    with pytest.raises(Conflict, match="revealed already"):
        take_back(db, stale.scene, stale.unit, what="P07")
    with pytest.raises(StepLocked, match="revealed meanwhile"):
        change_content(db, stale.unit, "P07")


def test_who_does_not_judge_has_no_draft_to_submit(db: Session, p07: People) -> None:
    _draft(db, p07, p07.ben)
    case = _case(db, p07, p07.eli)
    with pytest.raises(Forbidden, match="do not draft"):
        submit(db, case.scene, case.unit, what="P07")


def test_nobody_agrees_to_drafts(db: Session, p07: People) -> None:
    _draft(db, p07, p07.ben)
    case = _case(db, p07, p07.ben)
    with pytest.raises(Conflict, match="nothing to agree to"):
        agree(db, case.scene, case.unit, content=1, what="P07")


@pytest.mark.parametrize("how", ["leaves", "account closed"])
def test_when_the_last_who_drafts_leaves_the_others_drafts_are_revealed(
    db: Session, p07: People, how: str
) -> None:
    _draft(db, p07, p07.ana, p07.ben, p07.chi, submitting=True)
    _draft(db, p07, p07.dee)
    if how == "leaves":
        member = db.exec(select(Member.id).where(Member.account_id == p07.dee.id)).one()
        remove_member(db, p07.context(db), member_id=member or 0)
    else:
        disable(db, p07.dee.account, by=p07.jo.id)
        assert not list(verify(db))
    assert _state(db) is State.CONSENSUS
    left = db.exec(select(Layer.submitted_at).where(Layer.account_id == p07.dee.id)).one()
    assert left is None


def test_the_draft_of_who_left_after_submitting_is_not_revealed(db: Session, p07: People) -> None:
    _draft(db, p07, p07.ana, p07.ben, p07.dee, submitting=True)
    member = db.exec(select(Member.id).where(Member.account_id == p07.dee.id)).one()
    assert member is not None
    remove_member(db, p07.context(db), member_id=member)
    _draft(db, p07, p07.chi, submitting=True)
    unit_id = db.exec(select(Unit.id)).one() or 0
    assert [draft.name for draft in revealed_drafts(db, unit_id)] == ["Ana", "Ben", "Chi"]
    left = db.exec(select(Layer.submitted_at).where(Layer.account_id == p07.dee.id)).one()
    assert left is None


def test_judges_draft_by_turns_where_one_drafts_for_all(db: Session, p07: People) -> None:
    study = db.get_one(Study, p07.study.id)
    study.way_of_working = WayOfWorking.DRAFTER_AND_REVIEWERS
    db.add(study)
    db.flush()
    assert _case(db, p07, p07.ben).unit.draft is None
    _draft(db, p07, p07.ana, submitting=True)
    assert _state(db) is State.CONSENSUS
    assert p07.sample.id is not None
    add_case(db, p07.context(db), code="P08", sample_ids=[p07.sample.id])
    later = load_case(db, p07.context(db, p07.ben), p07.sample.id, "p08").unit
    assert [draft.judge.name for draft in later.drafts] == ["Ben"]
