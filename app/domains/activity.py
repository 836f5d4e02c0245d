"""What happened to a case lately, in words: the last entries of its trail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.accounts.models import Account
from app.cases.guard import CaseContext
from app.db import run
from app.domains.rules import JOIN, PUT_IN, TAKE_BACK, Verb
from app.domains.transcripts import TranscriptText
from app.permissions import Action
from app.trail.models import TrailEntry, TrailValues
from app.trail.sentences import past

HOW_MANY = 4

SAID: Mapping[str, str] = {
    Verb.ASSIGN: "put {place} in {domains}",
    Verb.DOUBLE_CODE: "put {place} in {domains} as well",
    Verb.TAKE_OUT: "took {place} out of {left}",
    Verb.REMOVE: "removed the block at {place}",
    Verb.MOVE: "moved the ends of the block at {place}",
    Verb.MERGE: "joined two blocks at {place}",
    Verb.MEMO: "wrote a memo at {place}",
    Verb.NOT_CODED: "marked {place} as not coded",
    Verb.CODED_AFTER_ALL: "took the 'not coded' mark off {place}",
    Verb.UNDO: "took back a change at {place}",
    Verb.REDO: "brought back a change at {place}",
    JOIN: "joined what all judges have at {place}",
    PUT_IN: "put {place} in {domains}, as decided",
    TAKE_BACK: "took {place} back, as decided anew",
}
SAID_ELSEWHERE = {
    "agree": "agreed",
    "agreed by all": "was the last to agree",
    "reopen for recoding": "reopened the case",
    "reopen the domains": "reopened its domains",
    "merge its domain into another": "merged two domains",
    "decide on a point": "decided on what was to be discussed",
    "discuss a point after all": "opened a passage to be discussed after all",
    "keep a reservation": "noted a reservation",
    "withdraw a reservation": "withdrew a reservation",
}
LAST_ENTRIES = (
    sa.select(
        col(TrailEntry.verb),
        col(TrailEntry.at),
        col(Account.name),
        col(TrailValues.before),
        col(TrailValues.after),
    )
    .join(TrailValues, col(TrailValues.entry_id) == col(TrailEntry.id))
    .join(Account, col(Account.id) == col(TrailEntry.account_id), isouter=True)
    .where(
        col(TrailEntry.unit_id) == sa.bindparam("unit_id"),
        col(TrailEntry.chain) == sa.bindparam("chain"),
    )
    .order_by(col(TrailEntry.sequence).desc())
    .limit(sa.bindparam("how_many"))
)


@dataclass(frozen=True)
class Happening:
    """One line: who, what, when."""

    who: str
    what: str
    at: datetime


def lately(
    db: Session,
    case: CaseContext,
    transcripts: Sequence[TranscriptText],
    titles: Mapping[int, str],
    *,
    limit: int = HOW_MANY,
) -> list[Happening]:
    """The unit's last changes, newest first; none for who may not read the trail.

    `titles` are those of the domains by id.
    """
    if not case.study.can(Action.SEE_TRAIL):
        return []
    rows = run(
        db, LAST_ENTRIES, {"unit_id": case.unit.id, "chain": case.unit.chain, "how_many": limit}
    )
    texts = {transcript.version_id: transcript for transcript in transcripts}
    return [
        Happening(name or "Somebody", _said(verb, before, after, texts, titles), at)
        for verb, at, name, before, after in rows
    ]


def _said(
    verb: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    texts: Mapping[int, TranscriptText],
    titles: Mapping[int, str],
) -> str:
    if verb not in SAID:
        return SAID_ELSEWHERE.get(verb) or past(verb)
    was = (before or {}).get("passages", [])
    became = (after or {}).get("passages", [])
    return SAID[verb].format(
        place=_place((became or was)[:1], texts),
        domains=_named(became, was, titles),
        left=_named(was, became, titles),
    )


def _place(passages: Sequence[Mapping[str, Any]], texts: Mapping[int, TranscriptText]) -> str:
    for passage in passages:
        transcript = texts.get(passage["transcript_version"])
        if transcript:
            cited = transcript.cite(passage["start"], passage["end"])
            return f"turns {cited}" if "–" in cited else f"turn {cited}"
    return "a passage"


def _named(
    these: Sequence[Mapping[str, Any]],
    without: Sequence[Mapping[str, Any]],
    titles: Mapping[int, str],
) -> str:
    left = {domain for passage in without for domain in passage["domains"]}
    named = [
        titles[domain]
        for passage in these
        for domain in passage["domains"]
        if domain not in left and domain in titles
    ]
    return " and ".join(dict.fromkeys(named)) or "a domain"
