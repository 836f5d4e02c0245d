"""Who owes what of the audits, since when: for whoever owes it, and for the PI."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.audit.overview import AuditRow, audits_under_way
from app.consensus.queries import Judge, judges_of_units
from app.consensus.rules import State
from app.db import now
from app.home.to_send import to_send
from app.home.waiting import ONE_BY_ONE, Task
from app.home.words import Standing, audit_words, days_ago, listed, some
from app.permissions import AUDITORS, Role
from app.web.templating import plural

CONCERNED = AUDITORS | {Role.PI, Role.JUDGE}


@dataclass(frozen=True)
class AtHome:
    """What waits for somebody, and for a PI also what waits for others."""

    tasks: tuple[Task, ...] = ()
    owed: tuple[Task, ...] = ()


@dataclass(frozen=True)
class AuditStanding:
    """How the newest audit of a unit stands, in words; without an address where there is none."""

    standing: Standing
    url: str = ""


NOT_ASKED = AuditStanding(Standing(State.NOT_STARTED, "not asked"))


def audit_standing(audit: AuditRow | None) -> AuditStanding:
    """For a line of the progress board."""
    if audit is None:
        return NOT_ASKED
    words = audit_words(
        audit.state,
        round_=audit.round,
        comments=audit.comments,
        undecided=audit.undecided,
        is_ended=audit.is_ended,
        since=days_ago(audit.since, now()),
    )
    return AuditStanding(Standing(audit.state, words), audit.url)


def audits_at_home(db: Session, account_id: int, studies: Mapping[int, frozenset[Role]]) -> AtHome:
    """The audits on the home page of this person, in six statements whatever their number.

    Auditors are told of their own; judges of those that are with the team, never of what an
    auditor has written before all have returned; a PI also what to send and who is late.
    """
    concerned = [id_ for id_, roles in studies.items() if roles & CONCERNED]
    rows = audits_under_way(db, concerned)
    judges = judges_of_units(db, [row.unit_id for row in rows if row.unit_id is not None])
    at = now()
    tasks = [*_to_return(rows, account_id, at)]
    owed: list[Task] = []
    for row in rows:
        roles = studies[row.study_id]
        of_unit = judges.get(row.unit_id or 0, ())
        # A domain list is no unit: every judge of the study answers for it, and nobody signs it.
        is_list = row.unit_id is None and Role.JUDGE in roles
        mine = is_list or any(judge.id == account_id for judge in of_unit)
        task = _to_answer(row, of_unit, account_id, at) if mine else None
        if task is None and Role.PI in roles and not row.waits_for(account_id):
            task, is_mine = _owed(row, of_unit, at)
            (tasks if is_mine else owed).append(task)
        elif task is not None:
            tasks.append(task)
    leading = [study for study, roles in studies.items() if Role.PI in roles]
    return AtHome((*tasks, *to_send(db, leading)), tuple(owed))


def _to_return(rows: Sequence[AuditRow], account_id: int, at: datetime) -> Iterator[Task]:
    mine = [row for row in rows if row.waits_for(account_id)]
    by_study: dict[int, list[AuditRow]] = {}
    for row in mine:
        by_study.setdefault(row.study_id, []).append(row)
    for study_id, group in by_study.items():
        if len(group) <= ONE_BY_ONE:
            for row in group:
                again = f"round {row.round}, " if row.round > 1 else ""
                note = f"{again}asked {days_ago(row.since, at)}, {row.due(at).words}"
                yield Task(study_id, f"Audit {row.what}", note, row.url)
        else:
            first = min(group, key=lambda row: row.since)
            text = f"Audit {some([row.what for row in group])}"
            note = f"the first was asked {days_ago(first.since, at)}, {first.due(at).words}"
            yield Task(study_id, text, note, f"/studies/{study_id}/audits")


def _to_answer(
    row: AuditRow, judges: Collection[Judge], account_id: int, at: datetime
) -> Task | None:
    """What a judge of the unit has to do about an audit that is with the team."""
    if row.state is not State.RESPONDING:
        return None
    returned = f"returned {days_ago(row.since, at)}"
    if row.undecided:
        note = f"{plural(row.undecided, 'comment')} to decide, {returned}"
        return Task(row.study_id, f"Respond to the audit of {row.what}", note, row.url)
    if judges and not any(judge.id == account_id and judge.agreed for judge in judges):
        agreed = [judge.name for judge in judges if judge.agreed]
        note = f"{listed(agreed)} agreed" if agreed else "every comment is decided"
        text = f"Agree to what changed in {row.what} after its audit"
        return Task(row.study_id, text, note, row.url)
    if not row.comments or not judges:
        text = f"Close the audit of {row.what}"
        note = "every comment is decided" if row.comments else f"{returned} with no comments"
        return Task(row.study_id, text, note, row.url)
    return None


def _owed(row: AuditRow, judges: Collection[Judge], at: datetime) -> tuple[Task, bool]:
    """Whom it waits for, for a PI who owes none of it; and whether the PI should ask for it."""
    since, what = days_ago(row.since, at), row.what[0].upper() + row.what[1:]
    if row.state is State.IN_AUDIT:
        names, until = listed(row.still_reading), row.due(at)
        again = f", round {row.round}" if row.round > 1 and until.is_late else ""
        note = f"asked {since}{again}, {until.words}"
        text = f"Ask {names} for the audit of {row.what}" if until.is_late else ""
        return Task(row.study_id, text or f"{what}: with {names}", note, row.url), until.is_late
    if row.undecided:
        note = f"{plural(row.undecided, 'comment')} to decide, returned {since}"
        return Task(row.study_id, f"{what}: with the team", note, row.url), False
    missing = listed([judge.name for judge in judges if not judge.agreed])
    note = f"{missing} to agree to what changed" if missing else "to be closed"
    return Task(row.study_id, f"{what}: with the team", note, row.url), False
