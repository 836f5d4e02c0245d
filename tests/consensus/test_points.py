"""What is discussed after a reveal: deciding, deciding again, reservations, and what may wait."""

import pytest
from sqlmodel import Session, col, select

from app.cases.guard import CaseContext, load_case
from app.cases.service import add_case
from app.consensus.models import Agreement, Attendance, Meeting, Point, Unit
from app.consensus.points import (
    PointView,
    add_points,
    decide_point,
    discuss_after_all,
    open_points,
    points_of,
    reservations_of,
    reserve,
    withdraw_reservation,
)
from app.consensus.rules import Outcome, PointKind, State
from app.consensus.service import agree, reopen
from app.db import now
from app.errors import Conflict, Forbidden, Invalid, NotFound, StaleEdit, StepLocked
from app.studies.members import remove_member
from app.studies.models import Member
from app.trail.models import TrailEntry, TrailValues
from app.trail.service import verify
from tests.people import People, Person


@pytest.fixture
def p07(db: Session, people: People) -> People:
    """P07 in consensus with two open points and one that was joined by itself."""
    add_case(db, people.context(db), code="P07", sample_ids=[people.sample.id or 0])
    unit = db.exec(select(Unit)).one()
    unit.state = State.CONSENSUS
    unit.content = 1
    db.add(unit)
    db.flush()
    made = [Point(unit_id=unit.id or 0, kind=PointKind.PASSAGE) for _ in range(3)]
    made[2].is_joined = True
    add_points(db, made)
    return people


def _case(db: Session, people: People, person: Person | None = None) -> CaseContext:
    return load_case(db, people.context(db, person), people.sample.id or 0, "P07")


def _points(db: Session, people: People) -> tuple[PointView, ...]:
    return points_of(db, _case(db, people).unit.id)


def _decide(
    db: Session,
    people: People,
    place: int,
    outcome: Outcome = Outcome.DOUBLE_CODE,
    *,
    person: Person | None = None,
    version: int | None = None,
    reason: str = "",
) -> None:
    case, point = _case(db, people, person), _points(db, people)[place]
    decide_point(
        db,
        case.scene,
        case.unit,
        point.id,
        outcome=outcome,
        chosen={"judge": 1},
        reason=reason,
        version=point.version if version is None else version,
        what="P07",
    )


def _agree(db: Session, people: People, *persons: Person) -> State:
    for person in persons:
        case = _case(db, people, person)
        agree(db, case.scene, case.unit, content=case.unit.content, what="P07")
    return State(db.exec(select(Unit.state)).one())


def test_a_decision_says_who_decided_what_and_why(db: Session, p07: People) -> None:
    _decide(db, p07, 0, person=p07.ben, reason="  Both are named.  ")
    decided, still_open, joined = _points(db, p07)
    assert (decided.outcome, decided.decided_by, decided.reason) == (
        Outcome.DOUBLE_CODE,
        "Ben",
        "Both are named.",
    )
    assert decided.decided_at is not None
    assert decided.chosen == {"judge": 1}
    assert [p.is_open for p in (decided, still_open, joined)] == [False, True, False]


def test_points_that_are_undecided_or_put_off_are_open(db: Session, p07: People) -> None:
    unit = _case(db, p07).unit
    assert open_points(db, [unit.id]) == {unit.id: 2}
    assert unit.open_points == 2
    _decide(db, p07, 0, Outcome.TALK_LATER)
    assert open_points(db, [unit.id]) == {unit.id: 2}
    _decide(db, p07, 0)
    _decide(db, p07, 1, Outcome.NOT_CODED)
    assert open_points(db, [unit.id]) == {}
    assert _case(db, p07).unit.open_points == 0


def test_open_points_of_many_units_take_one_statement(
    db: Session, p07: People, statements: list[str]
) -> None:
    for number in range(10, 15):
        add_case(db, p07.context(db), code=f"P{number}", sample_ids=[p07.sample.id or 0])
    db.flush()
    ids = [unit_id or 0 for unit_id in db.exec(select(Unit.id)).all()]
    statements.clear()
    assert list(open_points(db, ids).values()) == [2]
    assert len(statements) == 1


def test_nobody_agrees_while_a_point_is_open(db: Session, p07: People) -> None:
    with pytest.raises(Conflict, match="2 points are still open in P07: decide on them first"):
        _agree(db, p07, p07.ana)
    _decide(db, p07, 0)
    _decide(db, p07, 1, Outcome.TALK_LATER)
    with pytest.raises(Conflict, match="1 point is still open in P07: decide on it first"):
        _agree(db, p07, p07.ana)
    _decide(db, p07, 1)
    assert _agree(db, p07, p07.ana, p07.ben, p07.chi, p07.dee) is State.AGREED


@pytest.mark.parametrize("again", ["joined", "put off"])
def test_opening_a_point_again_makes_agreements_stop_counting(
    db: Session, p07: People, again: str
) -> None:
    _decide(db, p07, 0)
    _decide(db, p07, 1)
    _agree(db, p07, p07.ana, p07.ben)
    if again == "joined":
        case, point = _case(db, p07, p07.chi), _points(db, p07)[2]
        discuss_after_all(db, case.scene, case.unit, point.id, version=point.version, what="P07")
    else:
        _decide(db, p07, 0, Outcome.TALK_LATER)
    unit = _case(db, p07).unit
    assert (unit.agreed_count, unit.open_points) == (0, 1)
    assert len(db.exec(select(Agreement)).all()) == 2


def test_a_judge_who_leaves_makes_nothing_agreed_that_has_open_points(
    db: Session, p07: People
) -> None:
    unit = _case(db, p07).unit
    for person in (p07.ana, p07.ben, p07.chi):
        db.add(Agreement(unit_id=unit.id, account_id=person.id, content=unit.content))
    member = db.exec(select(Member.id).where(Member.account_id == p07.dee.id)).one()
    remove_member(db, p07.context(db), member_id=member or 0)
    assert db.exec(select(Unit.state)).one() is State.CONSENSUS


def test_a_stale_decision_is_told_who_decided_what_and_keeps_its_words(
    db: Session, p07: People
) -> None:
    _decide(db, p07, 0, person=p07.ben, reason="Both are named.")
    with pytest.raises(StaleEdit) as refused:
        _decide(db, p07, 0, Outcome.NOT_CODED, person=p07.chi, version=1, reason="A greeting.")
    assert "Ben noted a decision on this meanwhile: double-code (“Both are named.”)" in (
        refused.value.message
    )
    assert refused.value.versions is not None
    assert (refused.value.versions.mine, refused.value.versions.theirs_by) == ("A greeting.", "Ben")
    assert _points(db, p07)[0].outcome is Outcome.DOUBLE_CODE


def test_deciding_again_replaces_the_decision_and_the_trail_keeps_the_old_one(
    db: Session, p07: People
) -> None:
    _decide(db, p07, 0, person=p07.ben, reason="Both are named.")
    _decide(db, p07, 0, Outcome.NOT_CODED, person=p07.chi, reason="A greeting.")
    point = _points(db, p07)[0]
    assert (point.outcome, point.decided_by, point.version) == (Outcome.NOT_CODED, "Chi", 3)
    kept = db.exec(
        select(TrailValues.before)
        .join(TrailEntry, col(TrailEntry.id) == col(TrailValues.entry_id))
        .where(col(TrailEntry.verb) == "decide on a point")
        .order_by(col(TrailEntry.sequence))
    ).all()
    assert kept[1] is not None
    assert (kept[1]["outcome"], kept[1]["reason"]) == ("double-code", "Both are named.")
    assert (kept[1]["decided_by"], kept[1]["chosen"]) == (p07.ben.id, {"judge": 1})
    assert not list(verify(db))


def test_putting_a_decided_point_off_keeps_what_was_chosen(db: Session, p07: People) -> None:
    _decide(db, p07, 0)
    _decide(db, p07, 0, Outcome.TALK_LATER)
    point = _points(db, p07)[0]
    assert (point.is_open, point.is_for_later, point.chosen) == (True, True, {"judge": 1})


def test_only_judges_of_the_unit_decide_and_only_in_consensus(db: Session, p07: People) -> None:
    with pytest.raises(Forbidden, match="Only the judges"):
        _decide(db, p07, 0, person=p07.eli)
    case = _case(db, p07)
    with pytest.raises(NotFound):
        decide_point(
            db, case.scene, case.unit, 999, outcome=Outcome.NOT_CODED, version=1, what="P07"
        )
    _decide(db, p07, 0)
    _decide(db, p07, 1)
    _agree(db, p07, p07.ana, p07.ben, p07.chi, p07.dee)
    with pytest.raises(StepLocked, match="Reopen it"):
        _decide(db, p07, 0, Outcome.NOT_CODED)
    case = _case(db, p07)
    reopen(db, case.scene, case.unit, reason="We missed one.")
    _decide(db, p07, 0, Outcome.NOT_CODED)
    assert _points(db, p07)[0].outcome is Outcome.NOT_CODED


@pytest.mark.parametrize("state", [State.NOT_STARTED, State.INDEPENDENT])
def test_nothing_is_discussed_before_the_reveal(db: Session, p07: People, state: State) -> None:
    unit = db.exec(select(Unit)).one()
    unit.state = state
    db.add(unit)
    db.flush()
    with pytest.raises(StepLocked, match="before the drafts are revealed"):
        _decide(db, p07, 0)


def test_a_reason_that_is_a_page_long_is_refused(db: Session, p07: People) -> None:
    with pytest.raises(Invalid, match="at most 2,000 fit"):
        _decide(db, p07, 0, reason="x" * 2001)


def test_a_reservation_stays_on_record_also_when_it_is_withdrawn(db: Session, p07: People) -> None:
    case, point = _case(db, p07, p07.chi), _points(db, p07)[0]
    made = reserve(
        db, case.scene, case.unit, point_id=point.id, text="I still hear a thought.", what="P07"
    )
    whole = reserve(db, case.scene, case.unit, text="The case as a whole puzzles me.", what="P07")
    (kept,) = _points(db, p07)[0].reservations
    assert (kept.id, kept.by, kept.text, kept.is_withdrawn) == (
        made,
        "Chi",
        "I still hear a thought.",
        False,
    )
    assert [r.id for r in reservations_of(db, [case.unit.id])[case.unit.id]] == [made, whole]
    withdraw_reservation(db, case.scene, case.unit, made, what="P07")
    withdraw_reservation(db, case.scene, case.unit, made, what="P07")
    (kept,) = _points(db, p07)[0].reservations
    assert kept.is_withdrawn
    verbs = db.exec(select(TrailEntry.verb).order_by(col(TrailEntry.sequence))).all()
    assert verbs[-3:] == ["keep a reservation"] * 2 + ["withdraw a reservation"]


def test_a_reservation_is_ones_own_and_needs_words(db: Session, p07: People) -> None:
    case = _case(db, p07, p07.chi)
    made = reserve(db, case.scene, case.unit, text="I am not sure.", what="P07")
    ben, eli = _case(db, p07, p07.ben), _case(db, p07, p07.eli)
    with pytest.raises(Forbidden, match="Only who made"):
        withdraw_reservation(db, ben.scene, ben.unit, made, what="P07")
    with pytest.raises(Invalid, match="in a sentence"):
        reserve(db, case.scene, case.unit, text="  ", what="P07")
    with pytest.raises(NotFound):
        reserve(db, case.scene, case.unit, text="Of another unit.", point_id=999, what="P07")
    with pytest.raises(Forbidden, match="Only the judges"):
        reserve(db, eli.scene, eli.unit, text="An auditor's.", what="P07")


def test_a_reservation_changes_no_agreement(db: Session, p07: People) -> None:
    _decide(db, p07, 0)
    _decide(db, p07, 1)
    _agree(db, p07, p07.ana)
    case = _case(db, p07, p07.chi)
    reserve(db, case.scene, case.unit, text="I am not sure.", what="P07")
    assert _case(db, p07).unit.agreed_count == 1


def test_a_decision_is_stamped_with_the_meeting_that_runs(db: Session, p07: People) -> None:
    ben = p07.ben.id
    meeting = Meeting(
        study_id=p07.study.id or 0, started_by=ben, writer_id=ben, first_speaker_id=ben
    )
    db.add(meeting)
    db.flush()
    db.add(Attendance(meeting_id=meeting.id or 0, account_id=ben))
    db.flush()
    _decide(db, p07, 0, person=p07.ben)
    _decide(db, p07, 1, person=p07.chi)
    assert [p.meeting_id for p in _points(db, p07)] == [meeting.id, None, None]
    db.get_one(Meeting, meeting.id).closed_at = now()
    again = Meeting(study_id=meeting.study_id, started_by=ben, writer_id=ben, first_speaker_id=ben)
    db.add(again)
    db.flush()
    db.add(Attendance(meeting_id=again.id or 0, account_id=ben))
    db.flush()
    case, point = _case(db, p07, p07.ben), _points(db, p07)[0]
    discuss_after_all(db, case.scene, case.unit, point.id, version=point.version, what="P07")
    assert _points(db, p07)[0].meeting_id == again.id
    kept = select(TrailValues.before, TrailValues.after).join(TrailEntry)
    last = db.exec(kept.where(TrailEntry.verb == "discuss a point after all")).one()
    assert [side and side["meeting"] for side in last] == [meeting.id, again.id]
