"""Beginning, coming and going, the pen, notes, closing: what is refused and what is recorded."""

import pytest
from sqlmodel import Session, col, select

from app.cases.guard import load_case
from app.consensus.meetings import open_meeting
from app.consensus.models import Attendance
from app.consensus.service import agree, reopen
from app.errors import Conflict, Forbidden, Invalid, NotFound, StaleEdit
from app.meetings import service
from app.meetings.forms import Arrangement
from app.studies.guard import load_study
from app.studies.members import remove_member
from app.studies.models import Member
from app.trail.models import TrailEntry, TrailValues
from app.trail.service import verify
from tests.meetings.a_meeting import AMeeting
from tests.people import Person


def verbs(db: Session) -> list[str]:
    """What was recorded of meetings, oldest first."""
    found = select(TrailEntry.verb).where(TrailEntry.item_kind == "meeting")
    return list(db.exec(found.order_by(col(TrailEntry.sequence))))


def stamp(db: Session, verb: str) -> object:
    """The meeting that the last entry with this verb carries."""
    after = db.exec(
        select(TrailValues.after)
        .join(TrailEntry, col(TrailEntry.id) == col(TrailValues.entry_id))
        .where(TrailEntry.verb == verb)
        .order_by(col(TrailEntry.id).desc())
    ).first()
    return (after or {}).get("meeting")


def asked(*present: Person, **more: object) -> Arrangement:
    return Arrangement(frozenset(person.id for person in present), **more)  # type: ignore[arg-type]


def close(meeting: AMeeting, person: Person | None = None) -> None:
    context = meeting.people.context(meeting.db, person)
    service.close(meeting.db, context, meeting.id)
    meeting.db.commit()


def test_the_turns_go_round_from_meeting_to_meeting(team: AMeeting) -> None:
    people, had = team.people, []
    for _ in range(4):
        team.begin(people.ana, people.ben, people.chi)
        had.append((team.row.first_speaker_id, team.row.writer_id))
        close(team)
    ana, ben, chi = people.ana.id, people.ben.id, people.chi.id
    assert [first for first, _ in had] == [ana, ben, chi, ana]
    assert all(first != writer for first, writer in had)
    assert len({writer for _, writer in had}) == 3


def test_who_begins_is_present_also_without_saying_so(team: AMeeting) -> None:
    people = team.people
    team.id = service.begin(team.db, people.context(team.db, people.dee), asked(people.ben))
    assert team.present() == ["ben", "dee"]


def test_the_turns_can_be_chosen_by_hand(team: AMeeting) -> None:
    people = team.people
    chosen = asked(people.ben, people.chi, first_speaker=people.chi.id, writer=people.chi.id)
    team.id = service.begin(team.db, people.context(team.db, people.ben), chosen)
    assert (team.row.first_speaker_id, team.row.writer_id) == (people.chi.id, people.chi.id)


@pytest.mark.parametrize("name", ["eli", "gus", "ida", "hal"])
def test_only_judges_of_the_study_can_be_present(team: AMeeting, name: str) -> None:
    people = team.people
    with pytest.raises(Invalid, match="Only judges"):
        service.begin(team.db, people.context(team.db), asked(people.everybody[name]))


def test_who_speaks_first_has_to_be_there(team: AMeeting) -> None:
    people = team.people
    with pytest.raises(Invalid, match="Who speaks first has to be present"):
        service.begin(
            team.db, people.context(team.db), asked(people.ben, first_speaker=people.dee.id)
        )


def test_a_second_meeting_is_refused_with_who_opened_the_first(meeting: AMeeting) -> None:
    people = meeting.people
    with pytest.raises(Conflict, match=r"Ana began a meeting on .* still open"):
        service.begin(meeting.db, people.context(meeting.db, people.dee), asked(people.dee))


def test_another_study_may_meet_at_the_same_time(meeting: AMeeting) -> None:
    other = meeting.people.other_study.id or 0
    hal = meeting.people.hal
    assert service.begin(meeting.db, load_study(meeting.db, hal.me, other), asked(hal))


def test_who_comes_later_is_there_from_then_on(meeting: AMeeting) -> None:
    people, db = meeting.people, meeting.db
    for _ in range(2):
        service.come(db, people.context(db, people.dee), meeting.id, people.dee.id)
    assert meeting.present() == ["ana", "ben", "chi", "dee"]
    row = db.exec(select(Attendance).where(Attendance.account_id == people.dee.id)).one()
    assert row.since is not None
    assert verbs(db) == ["begin a meeting", "join the meeting"]


def test_where_the_writer_goes_the_pen_goes_to_whose_turn_it_is(meeting: AMeeting) -> None:
    people, db = meeting.people, meeting.db
    assert meeting.row.writer_id == people.ben.id
    service.go(db, people.context(db, people.ben), meeting.id, people.ben.id)
    assert meeting.row.writer_id == people.chi.id
    assert verbs(db)[-2:] == ["leave the meeting", "hand the pen over"]


def test_who_left_may_come_back(meeting: AMeeting) -> None:
    people, db = meeting.people, meeting.db
    ben = people.context(db, people.ben)
    service.go(db, ben, meeting.id, people.ben.id)
    service.go(db, ben, meeting.id, people.ben.id)
    assert meeting.present() == ["ana", "chi"]
    service.come(db, ben, meeting.id, people.ben.id)
    assert meeting.present() == ["ana", "ben", "chi"]
    assert verbs(db).count("leave the meeting") == 1


def test_the_last_one_closes_the_meeting_instead_of_leaving(team: AMeeting) -> None:
    people = team.people
    team.begin(people.ana)
    with pytest.raises(Conflict, match="Close the meeting instead"):
        service.go(team.db, people.context(team.db), team.id, people.ana.id)


def test_a_judge_who_leaves_the_study_is_at_no_meeting_any_more(meeting: AMeeting) -> None:
    people, db = meeting.people, meeting.db
    member = db.exec(select(Member.id).where(Member.account_id == people.ben.id)).one()
    remove_member(db, people.context(db), member_id=member or 0)
    assert meeting.present() == ["ana", "chi"]
    assert meeting.row.writer_id == people.chi.id
    assert verbs(db)[-2:] == ["note that somebody left", "hand the pen over"]


def test_only_what_was_changed_on_the_form_changes(meeting: AMeeting) -> None:
    people, db = meeting.people, meeting.db
    seen = frozenset(person.id for person in (people.ana, people.ben, people.chi))
    service.come(db, people.context(db, people.dee), meeting.id, people.dee.id)
    form = asked(people.ana, people.ben, seen=seen, first_speaker=people.dee.id)
    service.arrange(db, people.context(db), meeting.id, form)
    assert meeting.present() == ["ana", "ben", "dee"]
    assert meeting.row.first_speaker_id == people.dee.id
    assert verbs(db)[-2:] == ["note that somebody left", "let another speak first"]


def test_a_meeting_of_another_study_is_not_there(meeting: AMeeting) -> None:
    hal = load_study(meeting.db, meeting.people.hal.me, meeting.people.other_study.id or 0)
    for act in (service.close, lambda *a: service.come(*a, meeting.people.hal.id)):
        with pytest.raises(NotFound):
            act(meeting.db, hal, meeting.id)


# ---- notes


def test_notes_are_kept_while_typing_and_recorded_on_leaving(meeting: AMeeting) -> None:
    people, db = meeting.people, meeting.db
    ben = people.context(db, people.ben)
    version = service.save_notes(db, ben, meeting.id, text="We be", version=1, typing=True)
    assert service.WROTE not in verbs(db)
    version = service.save_notes(
        db, ben, meeting.id, text="We began late. ", version=version, typing=True
    )
    for _ in range(2):
        version = service.save_notes(db, ben, meeting.id, text="We began late.", version=version)
    assert meeting.row.notes == "We began late."
    assert verbs(db).count(service.WROTE) == 1


def test_of_two_who_write_the_second_gets_both_texts(meeting: AMeeting) -> None:
    people, db = meeting.people, meeting.db
    ben, chi = (people.context(db, person) for person in (people.ben, people.chi))
    service.save_notes(db, ben, meeting.id, text="Ben's words", version=1)
    with pytest.raises(StaleEdit) as refused:
        service.save_notes(db, chi, meeting.id, text="Chi's words", version=1, was="Words")
    versions = refused.value.versions
    assert versions is not None
    assert (versions.base, versions.theirs, versions.mine) == (
        "Words",
        "Ben's words",
        "Chi's words",
    )
    service.save_notes(db, chi, meeting.id, text="Both", version=versions.version)
    assert meeting.row.notes == "Both"


def test_who_lost_the_pen_does_not_write_over_the_next(meeting: AMeeting) -> None:
    people, db = meeting.people, meeting.db
    service.arrange(db, people.context(db, people.chi), meeting.id, asked(writer=people.chi.id))
    assert meeting.row.writer_id == people.chi.id
    with pytest.raises(StaleEdit):
        service.save_notes(
            db, people.context(db, people.ben), meeting.id, text="Ben's words", version=1
        )


def test_only_who_is_present_writes_and_closes(meeting: AMeeting) -> None:
    people, db = meeting.people, meeting.db
    dee = people.context(db, people.dee)
    with pytest.raises(Forbidden, match="Join it first"):
        service.save_notes(db, dee, meeting.id, text="Dee's words", version=1)
    with pytest.raises(Forbidden, match="Join it first"):
        service.close(db, dee, meeting.id)


def test_notes_have_an_end(meeting: AMeeting) -> None:
    context = meeting.people.context(meeting.db)
    with pytest.raises(Invalid, match="at most 20,000 fit"):
        service.save_notes(meeting.db, context, meeting.id, text="x" * 20_001, version=1)


# ---- closing


def test_a_closed_meeting_stays_closed_and_closing_twice_is_harmless(meeting: AMeeting) -> None:
    people, db = meeting.people, meeting.db
    close(meeting)
    closed_at, minutes = meeting.row.closed_at, meeting.row.minutes
    close(meeting, people.ben)
    assert (meeting.row.closed_at, meeting.row.minutes) == (closed_at, minutes)
    ana = people.context(db)
    for act in (
        lambda: service.come(db, ana, meeting.id, people.dee.id),
        lambda: service.go(db, ana, meeting.id, people.ben.id),
        lambda: service.arrange(db, ana, meeting.id, asked(writer=people.chi.id)),
        lambda: service.save_notes(db, ana, meeting.id, text="Late", version=1),
        lambda: service.save_notes(db, ana, meeting.id, text="", version=1),
    ):
        with pytest.raises(Conflict, match="was closed"):
            act()
    assert verbs(db) == ["begin a meeting", "close the meeting"]
    assert not list(verify(db))


def test_what_was_typed_last_is_recorded_and_frozen_at_closing(meeting: AMeeting) -> None:
    people, db = meeting.people, meeting.db
    ben = people.context(db, people.ben)
    service.save_notes(db, ben, meeting.id, text="Dee was ill.", version=1, typing=True)
    close(meeting)
    assert (meeting.row.minutes or {})["notes"] == "Dee was ill."
    assert verbs(db)[-2:] == [service.WROTE, "close the meeting"]


def test_a_dated_note_goes_under_closed_minutes_only(meeting: AMeeting) -> None:
    people, db = meeting.people, meeting.db
    dee = people.context(db, people.dee)
    with pytest.raises(Conflict, match="still open"):
        service.add_to_minutes(db, dee, meeting.id, text="I was ill.")
    close(meeting)
    before = meeting.row.minutes or {}
    with pytest.raises(Invalid, match="Write the note"):
        service.add_to_minutes(db, dee, meeting.id, text="  ")
    for text in ("I was ill.", "I read it all."):
        service.add_to_minutes(db, dee, meeting.id, text=text)
    after = meeting.row.minutes or {}
    assert [(each["by"], each["text"]) for each in after["added"]] == [
        ("Dee", "I was ill."),
        ("Dee", "I read it all."),
    ]
    assert {**after, "added": []} == before
    assert verbs(db)[-1] == "add to the minutes"


# ---- the stamp


def test_who_is_present_stamps_and_who_is_not_does_not(meeting: AMeeting) -> None:
    people, db = meeting.people, meeting.db
    study = people.study.id or 0
    assert open_meeting(db, study, people.ben.id) == meeting.id
    assert open_meeting(db, study, people.dee.id) is None
    assert open_meeting(db, study, None) is None
    assert open_meeting(db, people.other_study.id or 0, people.ben.id) is None
    service.go(db, people.context(db, people.ben), meeting.id, people.ben.id)
    assert open_meeting(db, study, people.ben.id) is None
    close(meeting)
    assert open_meeting(db, study, people.chi.id) is None


def test_agreements_and_reopenings_carry_the_meeting(meeting: AMeeting) -> None:
    people, db = meeting.people, meeting.db
    sample = people.sample.id or 0
    for person in (people.dee, people.ana, people.ben, people.chi):
        case = load_case(db, people.context(db, person), sample, "P01")
        agree(db, case.scene, case.unit, content=1, what="P01")
        assert stamp(db, "agree") == (None if person is people.dee else meeting.id)
    case = load_case(db, people.context(db, people.ben), sample, "P01")
    reopen(db, case.scene, case.unit, reason="A turn was missed.")
    assert stamp(db, "reopen for recoding") == meeting.id
