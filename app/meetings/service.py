"""What a team does with a meeting: begin it, come and go, hand over the pen, write notes, close it.

Everything here takes the study's chain first, so that it follows one another, and so that nothing
is stamped with a meeting after its minutes were frozen.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.accounts.kept import Item, let_go
from app.accounts.models import Account
from app.consensus.models import Attendance, Meeting
from app.db import now, one_or_not_found, run
from app.errors import Conflict, Forbidden, Invalid, StaleEdit, Versions
from app.meetings.forms import Arrangement
from app.meetings.minutes import Addition, Minutes, compose, minutes_of
from app.meetings.queries import meeting_of, turns
from app.studies.guard import StudyContext
from app.studies.judges import StudyJudge, judges_of_study
from app.studies.members import when_team_changes
from app.trail.models import TrailEntry, TrailValues
from app.trail.service import Scene, hold_chain, record, tell

LONGEST_NOTES = 20_000
WROTE = "write process notes"
MEETING = "meeting"


def begin(db: Session, study: StudyContext, asked: Arrangement) -> int:
    """Begin a meeting of those named as present, and of who begins it. Returns its id.

    Who speaks first and who writes is whose turn it is, unless somebody is named. Raises `Conflict`
    where another meeting of the study is open, `Invalid` where somebody named cannot be there.
    """
    hold_chain(db, study.id)
    _refuse_a_second(db, study.id)
    judges = judges_of_study(db, study.id)
    there = _there(judges, asked.present | {study.me.id})
    _check_turns(there, asked)
    present = [judge.id for judge in there]
    due = turns(db, study.id, present, first_speaker=asked.first_speaker)
    meeting = Meeting(
        study_id=study.id,
        started_by=study.me.id,
        first_speaker_id=due.first_speaker,
        writer_id=asked.writer or due.writer,
    )
    db.add(meeting)
    db.flush()
    assert meeting.id is not None
    db.add_all([Attendance(meeting_id=meeting.id, account_id=each) for each in present])
    db.flush()
    values = {
        "present": present,
        "first_speaker": meeting.first_speaker_id,
        "writer": meeting.writer_id,
    }
    record(db, study.scene, "begin a meeting", item=meeting, after=values)
    return meeting.id


def _refuse_a_second(db: Session, study_id: int) -> None:
    row = run(
        db,
        sa.select(col(Account.name), col(Meeting.started_at))
        .join(Meeting, col(Meeting.started_by) == col(Account.id))
        .where(col(Meeting.study_id) == study_id, col(Meeting.closed_at).is_(None)),
    ).first()
    if row is not None:
        name, started = row
        raise Conflict(
            f"{name} began a meeting on {started:%-d %B %Y} that is still open, and a study has "
            "one at a time. Join it, or close it before you begin another."
        )


def _there(judges: Sequence[StudyJudge], wanted: Collection[int]) -> list[StudyJudge]:
    there = [judge for judge in judges if judge.id in wanted]
    if len(there) < len(set(wanted)):
        sentence = "Only judges of the study who are members now can be present."
        raise Invalid(sentence, {"present": sentence})
    return there


def _check_turns(there: Sequence[StudyJudge], asked: Arrangement) -> None:
    present = {person.id for person in there}
    for field, account_id, who in (
        ("first_speaker", asked.first_speaker, "Who speaks first"),
        ("writer", asked.writer, "Who writes"),
    ):
        if account_id is not None and account_id not in present:
            sentence = f"{who} has to be present. Tick them, or choose somebody who is ticked."
            raise Invalid(sentence, {field: sentence})


def _take(db: Session, study: StudyContext, meeting_id: int) -> Meeting:
    hold_chain(db, study.id)
    meeting = db.exec(
        select(Meeting)
        .where(col(Meeting.id) == meeting_id, col(Meeting.study_id) == study.id)
        .execution_options(populate_existing=True)
    ).first()
    return one_or_not_found(meeting, "meeting of this study")


def _take_open(db: Session, study: StudyContext, meeting_id: int) -> Meeting:
    meeting = _take(db, study, meeting_id)
    _check_open(meeting)
    return meeting


def _check_open(meeting: Meeting) -> None:
    if meeting.closed_at is not None:
        raise Conflict(
            "This meeting was closed, and its minutes stay as they are. You can put a dated note "
            "under them."
        )


def _attendances(db: Session, meeting_id: int | None) -> dict[int, Attendance]:
    rows = db.exec(
        select(Attendance)
        .where(col(Attendance.meeting_id) == meeting_id)
        .execution_options(populate_existing=True)
    )
    return {row.account_id: row for row in rows}


def come(db: Session, study: StudyContext, meeting_id: int, account_id: int) -> None:
    """Note that somebody is present from now on. Twice changes nothing."""
    meeting = _take_open(db, study, meeting_id)
    _there(judges_of_study(db, study.id), {account_id})
    row = _attendances(db, meeting_id).get(account_id)
    if row is not None and row.until is None:
        return
    if row is None:
        row = Attendance(meeting_id=meeting_id, account_id=account_id, since=now())
    row.until = None
    db.add(row)
    db.flush()
    verb = "join the meeting" if account_id == study.me.id else "note somebody as present"
    record(db, study.scene, verb, item=meeting, after={"account": account_id})


def go(db: Session, study: StudyContext, meeting_id: int, account_id: int) -> None:
    """Note that somebody has left. Where they wrote, the pen goes to whose turn it is.

    Raises `Conflict` for the last one present: they close the meeting instead.
    """
    meeting = _take_open(db, study, meeting_id)
    here = [row for row in _attendances(db, meeting_id).values() if row.until is None]
    if all(row.account_id != account_id for row in here):
        return
    if len(here) == 1:
        raise Conflict(
            "Nobody else is present any more. Close the meeting instead, so that its minutes are "
            "written."
        )
    verb = "leave the meeting" if account_id == study.me.id else "note that somebody left"
    _end(db, study.scene, meeting, account_id, verb)
    _pass_the_pen(db, study.scene, meeting)


def _end(db: Session, scene: Scene, meeting: Meeting, account_id: int, verb: str) -> None:
    row = _attendances(db, meeting.id)[account_id]
    row.until = now()
    db.add(row)
    db.flush()
    record(db, scene, verb, item=meeting, after={"account": account_id})


def _pass_the_pen(db: Session, scene: Scene, meeting: Meeting) -> None:
    here = [row.account_id for row in _attendances(db, meeting.id).values() if row.until is None]
    if not here or meeting.writer_id in here:
        return
    judges = [judge.id for judge in judges_of_study(db, meeting.study_id) if judge.id in here]
    first = meeting.first_speaker_id
    due = turns(db, meeting.study_id, judges, first_speaker=first).writer
    _hand_over(db, scene, meeting, due)


def arrange(db: Session, study: StudyContext, meeting_id: int, asked: Arrangement) -> None:
    """Change by hand who is present, who speaks first and who writes.

    Only what was changed on the form counts: who came or left meanwhile is not touched. Raises
    `Invalid` where somebody named cannot be there, `Conflict` where nobody would be left.
    """
    meeting = _take_open(db, study, meeting_id)
    changed = replace(
        asked,
        first_speaker=_other(asked.first_speaker, meeting.first_speaker_id),
        writer=_other(asked.writer, meeting.writer_id),
    )
    for account_id in sorted(asked.present - asked.seen):
        come(db, study, meeting_id, account_id)
    for account_id in sorted(asked.seen - asked.present):
        go(db, study, meeting_id, account_id)
    here = {row.account_id for row in _attendances(db, meeting_id).values() if row.until is None}
    there = [judge for judge in judges_of_study(db, study.id) if judge.id in here]
    _check_turns(there, changed)
    if changed.first_speaker is not None:
        _let_speak_first(db, study.scene, meeting, changed.first_speaker)
    if changed.writer is not None:
        _hand_over(db, study.scene, meeting, changed.writer)


def _other(chosen: int | None, stands: int) -> int | None:
    return chosen if chosen != stands else None


def _let_speak_first(db: Session, scene: Scene, meeting: Meeting, account_id: int) -> None:
    before, after = {"account": meeting.first_speaker_id}, {"account": account_id}
    meeting.first_speaker_id = account_id
    db.add(meeting)
    record(db, scene, "let another speak first", item=meeting, before=before, after=after)


def _hand_over(db: Session, scene: Scene, meeting: Meeting, writer: int) -> None:
    before, after = {"account": meeting.writer_id}, {"account": writer}
    meeting.writer_id = writer
    # What the former writer has on the page is then stale, and is shown beside what stands.
    meeting.version += 1
    db.add(meeting)
    record(db, scene, "hand the pen over", item=meeting, before=before, after=after)


def save_notes(
    db: Session,
    study: StudyContext,
    meeting_id: int,
    *,
    text: str,
    version: int,
    was: str = "",
    typing: bool = False,
) -> int:
    """Keep the process notes; `version` and `was` are what the page had. Returns the new version.

    While somebody is `typing` the words are kept and not trailed; leaving the field records them.
    Raises `StaleEdit` with the texts where others were saved first or the meeting was closed,
    `Forbidden` for who is not present, `Invalid` for a text that is too long.
    """
    meeting = _take(db, study, meeting_id)
    text = text.strip()
    stale = text != meeting.notes and (version != meeting.version or meeting.closed_at is not None)
    if stale:
        raise _stale(db, study, meeting, text, was=was, seen=version)
    _check_open(meeting)
    _check_present(db, study, meeting_id, "write its notes")
    _check_length(text, "text", "notes")
    if text != meeting.notes:
        meeting.notes = text
        meeting.version += 1
        db.add(meeting)
        db.flush()
        # What is only being typed is in no trail, and others read along all the same.
        tell(db.connection(), study.id)
    if not typing and text != _recorded(db, study.id, meeting_id):
        record(db, study.scene, WROTE, item=meeting, after={"notes": text})
    let_go(db, study.me.id, Item(MEETING, meeting_id))
    return meeting.version


def _check_length(text: str, what: str, field: str) -> None:
    if len(text) > LONGEST_NOTES:
        sentence = f"The {what} has {len(text):,} characters; at most {LONGEST_NOTES:,} fit."
        raise Invalid(sentence, {field: sentence})


def _stale(
    db: Session, study: StudyContext, meeting: Meeting, mine: str, *, was: str, seen: int
) -> StaleEdit:
    _check_attended(db, study, meeting)
    theirs = Versions(was.strip(), meeting.notes, mine, version=meeting.version)
    sentence = "The process notes were changed while you were typing. Both texts are kept: choose."
    if meeting.closed_at is not None:
        sentence = (
            "This meeting was closed while you were typing, so the notes stay as they are. Your "
            "words are kept: put them under the minutes as a note, if you want."
        )
    return StaleEdit(sentence, fields={"notes": theirs}, seen=seen)


def _check_attended(db: Session, study: StudyContext, meeting: Meeting) -> None:
    if meeting.closed_at is None:
        _check_present(db, study, meeting.id or 0, "write its notes")
    elif study.me.id not in _attendances(db, meeting.id):
        _check_open(meeting)


def _recorded(db: Session, study_id: int, meeting_id: int) -> str:
    """The notes as they were last recorded."""
    values = run(
        db,
        sa.select(col(TrailValues.after))
        .join(TrailEntry, col(TrailEntry.id) == col(TrailValues.entry_id))
        .where(
            col(TrailEntry.study_id) == study_id,
            col(TrailEntry.item_kind) == MEETING,
            col(TrailEntry.item_id) == meeting_id,
            col(TrailEntry.verb) == WROTE,
        )
        .order_by(col(TrailEntry.sequence).desc())
        .limit(1),
    ).scalar()
    return str(values["notes"]) if values else ""


def _check_present(db: Session, study: StudyContext, meeting_id: int, what: str) -> None:
    row = _attendances(db, meeting_id).get(study.me.id)
    if row is None or row.until is not None:
        raise Forbidden(f"Only who is present at the meeting may {what}. Join it first.")


def close(db: Session, study: StudyContext, meeting_id: int) -> None:
    """Freeze the minutes. Closing a closed meeting changes nothing; it is never opened again.

    Raises `Forbidden` for who is not present.
    """
    meeting = _take(db, study, meeting_id)
    if meeting.closed_at is not None:
        return
    _check_present(db, study, meeting_id, "close it")
    if meeting.notes != _recorded(db, study.id, meeting_id):
        record(db, study.scene, WROTE, item=meeting, after={"notes": meeting.notes})
    facts = meeting_of(db, study, meeting_id)
    minutes = compose(db, study, facts, closed_by=study.me.name)
    meeting.minutes = minutes.as_values()
    meeting.closed_at = now()
    db.add(meeting)
    db.flush()
    record(db, study.scene, "close the meeting", item=meeting, after={"minutes": _short(minutes)})


def _short(minutes: Minutes) -> list[str]:
    return [unit.title for unit in minutes.units]


def add_to_minutes(db: Session, study: StudyContext, meeting_id: int, *, text: str) -> None:
    """Put a dated note under the minutes of a closed meeting; what stands is not touched.

    Raises `Invalid` without words, `Conflict` while the meeting is open.
    """
    meeting = _take(db, study, meeting_id)
    text = text.strip()
    if not text:
        raise Invalid("Write the note before you add it.", {"text": "Write the note."})
    _check_length(text, "note", "text")
    if meeting.closed_at is None:
        raise Conflict("The meeting is still open: write it into the process notes.")
    facts = meeting_of(db, study, meeting_id)
    minutes = minutes_of(db, study, facts)
    added = (*minutes.added, Addition(now(), study.me.name, text))
    meeting.minutes = replace(minutes, added=added).as_values()
    db.add(meeting)
    db.flush()
    record(db, study.scene, "add to the minutes", item=meeting, after={"text": text})
    let_go(db, study.me.id, Item(MEETING, meeting_id))


def end_attendances(db: Session, scene: Scene) -> None:
    """Who is no judge of the study any more is not at its open meeting either."""
    meeting = db.exec(
        select(Meeting).where(
            col(Meeting.study_id) == scene.study_id, col(Meeting.closed_at).is_(None)
        )
    ).first()
    if meeting is None:
        return
    judges = {judge.id for judge in judges_of_study(db, scene.study_id)}
    for account_id, row in _attendances(db, meeting.id).items():
        if row.until is None and account_id not in judges:
            _end(db, scene, meeting, account_id, "note that somebody left")
    _pass_the_pen(db, scene, meeting)


when_team_changes(end_attendances)
