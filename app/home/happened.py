"""The trail with names: who did what, where, when. For *lately* and for the page of the trail."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.accounts.models import Account
from app.cases.models import Case, Transcript, TranscriptVersion
from app.consensus.models import Unit
from app.db import run
from app.home.names import names_in
from app.studies.guard import StudyContext
from app.studies.models import Member
from app.trail.queries import Entry, Wanted, newest_first
from app.trail.sentences import sentence

PAGE = 50
LOOKED_AT = 60
LATELY = 5

AUDIT_KINDS = (
    "audit",
    "audit_plan",
    "audit_return",
    "audit_response",
    "audit_answer",
    "recusal",
)
PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "study": ("Study and team", ("study", "member", "invitation", "sample", "abbreviation")),
    "cases": ("Cases and transcripts", ("study_case", "transcript", "transcript_version")),
    "domains": ("Domain lists", ("domain",)),
    "coding": ("Domain coding", ("block", "not_coded")),
    "discussing": ("Discussing", ("point", "reservation")),
    "core-ideas": ("Core ideas and their places", ("core_idea", "absence")),
    "boards": ("Categories", ("category", "placement")),
    "agreements": ("Drafts and agreements", ("unit", "layer")),
    "meetings": ("Meetings", ("meeting",)),
    "audits": ("Audits", AUDIT_KINDS),
}
"""The parts of the work by which the trail is filtered: name and kinds of item."""


@dataclass(frozen=True)
class Happening:
    """One line: somebody did something. `times` counts the same done in a row."""

    sequence: int
    at: datetime
    who: str
    what: str
    url: str | None
    times: int = 1


@dataclass(frozen=True)
class Filters:
    """What the page of the trail is asked for; empty fields ask for everything."""

    person: int | None = None
    part: str = ""
    case: str = ""
    since: datetime | None = None
    until: datetime | None = None
    below: int | None = None


@dataclass(frozen=True)
class TrailPage:
    """Some fifty lines; `older` is the number to go on from."""

    happenings: tuple[Happening, ...]
    older: int | None
    people: tuple[tuple[int, str], ...]
    cases: tuple[str, ...]

    @property
    def case_options(self) -> list[tuple[str, str]]:
        """The cases for the choice above the page."""
        return [(code, code) for code in self.cases]


def lately(db: Session, study: StudyContext, *, limit: int = LATELY) -> tuple[Happening, ...]:
    """The newest happenings; what one person did several times in a row is one line."""
    entries = newest_first(db, study.id, Wanted(), limit=LOOKED_AT)
    telling = [
        entry
        for newer, entry in zip((None, *entries), entries, strict=False)
        if not (newer and _is_told_by(newer, entry))
    ]
    return tuple(_runs(_told(db, study, telling)))[:limit]


def _is_told_by(newer: Entry, entry: Entry) -> bool:
    """A last agreement and what came of it are two entries and one happening; so with a reveal."""
    same = (newer.unit_id, newer.account_id) == (entry.unit_id, entry.account_id)
    return same and (newer.verb, entry.verb) in TOLD_BY


TOLD_BY = {
    ("agreed by all", "agree"),
    ("reveal the drafts", "reveal a draft"),
    ("reveal a draft", "reveal a draft"),
    ("reveal a draft", "submit a draft"),
    ("begin a round of an audit", "request the audit"),
    ("begin a round of an audit", "ask for a further round"),
    ("return the audit, all of the auditors", "return an audit"),
}
"""Pairs of verbs, the newer first, of which the newer one says it all."""


def _runs(happenings: Iterable[Happening]) -> list[Happening]:
    found: list[Happening] = []
    for happening in happenings:
        last = found[-1] if found else None
        if last and (last.who, last.what, last.url) == (
            happening.who,
            happening.what,
            happening.url,
        ):
            found[-1] = replace(last, times=last.times + 1)
        else:
            found.append(happening)
    return found


def trail_page(db: Session, study: StudyContext, filters: Filters) -> TrailPage:
    """The study's trail, newest first, as far as `filters` ask for it."""
    cases = _cases(db, study)
    wanted = Wanted(
        account_id=filters.person,
        kinds=PARTS[filters.part][1] if filters.part in PARTS else (),
        since=filters.since,
        until=filters.until,
        below=filters.below,
    )
    if filters.case:
        wanted = _of_case(db, wanted, cases.get(filters.case.casefold(), ("", 0))[1])
    entries = newest_first(db, study.id, wanted, limit=PAGE + 1)
    people = run(
        db,
        sa.select(col(Account.id), col(Account.name))
        .where(col(Account.id).in_(_everybody(study)))
        .order_by(sa.func.lower(col(Account.name)), col(Account.id)),
    )
    return TrailPage(
        happenings=_told(db, study, entries[:PAGE]),
        older=entries[PAGE - 1].sequence if len(entries) > PAGE else None,
        people=tuple((account_id, name) for account_id, name in people),
        cases=tuple(code for code, _ in cases.values()),
    )


def _everybody(study: StudyContext) -> Any:
    """Everybody who is or was a member."""
    return sa.select(col(Member.account_id)).where(col(Member.study_id) == study.id)


def _cases(db: Session, study: StudyContext) -> dict[str, tuple[str, int]]:
    rows = run(
        db,
        sa.select(col(Case.code_key), col(Case.code), col(Case.id))
        .where(col(Case.study_id) == study.id)
        .order_by(col(Case.code_key)),
    )
    return {key: (code, case_id) for key, code, case_id in rows}


def _of_case(db: Session, wanted: Wanted, case_id: int) -> Wanted:
    """A case is its units, itself and its transcripts."""
    things = run(
        db,
        sa.union_all(
            sa.select(sa.literal("unit"), col(Unit.id)).where(col(Unit.case_id) == case_id),
            sa.select(sa.literal("transcript"), col(Transcript.id)).where(
                col(Transcript.case_id) == case_id
            ),
            sa.select(sa.literal("transcript_version"), col(TranscriptVersion.id))
            .join(Transcript, col(Transcript.id) == col(TranscriptVersion.transcript_id))
            .where(col(Transcript.case_id) == case_id),
        ),
    ).all()
    return replace(
        wanted,
        units=[thing for kind, thing in things if kind == "unit"],
        items=[("study_case", case_id)]
        + [(kind, thing) for kind, thing in things if kind != "unit"],
    )


def _told(db: Session, study: StudyContext, entries: Sequence[Entry]) -> tuple[Happening, ...]:
    names = names_in(db, study, entries)
    return tuple(
        Happening(
            sequence=entry.sequence,
            at=entry.at,
            who=names.people.get(entry.account_id or 0, "Concord"),
            what=sentence(
                entry.verb, known=names.of(entry), before=entry.before, after=entry.after
            ),
            url=names.url_of(entry),
        )
        for entry in entries
    )
