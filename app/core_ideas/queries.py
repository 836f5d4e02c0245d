"""The page of a case's core ideas: domain by domain, raw data and what is made of them.

A constant number of SQL statements; everything else is computed from what they return.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from app.accounts.models import Account
from app.cases.guard import CaseContext
from app.consensus.amending import Verb as AmendVerb
from app.consensus.amendments import count_pending
from app.core_ideas.advice import Advice, Check, advise
from app.core_ideas.drafts import Draft, my_drafts
from app.core_ideas.ideas import Idea, stored
from app.core_ideas.models import Absence, AbsenceReason, CoreIdea
from app.core_ideas.places import titles_of
from app.core_ideas.raw_data import RawData, raw_data_of
from app.core_ideas.rules import Verb
from app.db import run
from app.domains.queries import DomainRow, domain_list
from app.studies.queries import abbreviations
from app.trail.items import at_version
from app.trail.models import TrailEntry
from app.word_diff import Piece, word_diff


@dataclass(frozen=True)
class Theirs:
    """What somebody else published while one was typing: both texts, and how they differ.

    `base` are the words one started from, where the trail still has them.
    """

    base: str | None
    text: str
    by: str
    at: datetime
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class IdeaView:
    """A core idea on its page. `number` is as in the consensus version: '3.2'.

    `typed` is what stands in the field: one's own draft, else the published words. `theirs` is
    there where these were changed after one's draft was begun.
    """

    id: int
    number: str
    text: str
    version: int
    raw_data: tuple[RawData, ...]
    further: tuple[RawData, ...]
    places: tuple[str, ...]
    advice: tuple[Advice, ...]
    draft: Draft | None
    theirs: Theirs | None

    @property
    def typed(self) -> str:
        """What stands in the field."""
        return self.draft.text if self.draft else self.text

    @property
    def block_ids(self) -> tuple[int, ...]:
        """What it rests on."""
        return tuple(block.id for block in self.raw_data)

    @property
    def parts(self) -> int:
        """Into how many core ideas its line breaks would split it."""
        return len([line for line in self.typed.splitlines() if line.strip()])


@dataclass(frozen=True)
class Section:
    """A domain of the case, by its number in the list."""

    number: int
    domain: DomainRow
    raw_data: tuple[RawData, ...]
    used: frozenset[int]
    ideas: tuple[IdeaView, ...]
    absence: AbsenceReason | None

    @property
    def is_open(self) -> bool:
        """Is there still something to write here, or to say why not?"""
        return not self.ideas and self.absence is None

    def idea(self, core_idea_id: int) -> IdeaView | None:
        """One of its core ideas."""
        return next((idea for idea in self.ideas if idea.id == core_idea_id), None)


@dataclass(frozen=True)
class CoreIdeas:
    """Everything the page of a case's core ideas shows; `amended` counts pending amendments."""

    sections: tuple[Section, ...]
    has_transcript: bool
    changed_at: datetime | None
    amended: int = 0

    @property
    def total(self) -> int:
        """How many core ideas the case has."""
        return sum(len(section.ideas) for section in self.sections)

    @property
    def still_open(self) -> int:
        """Domains with neither a core idea nor a reason."""
        return sum(section.is_open for section in self.sections)

    def section(self, domain_id: int) -> Section | None:
        """One domain of the page."""
        return next((s for s in self.sections if s.domain.id == domain_id), None)

    def holding(self, core_idea_id: int) -> Section | None:
        """The domain in which a core idea stands."""
        return next((s for s in self.sections if s.idea(core_idea_id)), None)


def read_core_ideas(db: Session, case: CaseContext, *, off: Collection[str] = ()) -> CoreIdeas:
    """The page of a case; advice named in `off` is left out, and all of it for who only reads."""
    domains = domain_list(db, case.sample.id)
    raw_data, has_transcript = raw_data_of(db, case)
    ideas = stored(db, case.unit.layer_id)
    drafts = my_drafts(db, case) if case.may_write else {}
    used: dict[int, set[int]] = {domain.id: set() for domain in domains}
    for idea in ideas:
        used[idea.domain_id].update(idea.blocks)
    views = _views(db, case, domains, ideas, used, raw_data, drafts, off)
    absences = _absences(db, case)
    return CoreIdeas(
        sections=tuple(
            Section(
                number=number,
                domain=domain,
                raw_data=tuple(raw_data.get(domain.id, ())),
                used=frozenset(used[domain.id]),
                ideas=tuple(views[domain.id]),
                absence=absences.get(domain.id),
            )
            for number, domain in enumerate(domains, 1)
        ),
        has_transcript=has_transcript,
        changed_at=_changed_at(db, case),
        amended=count_pending(db, case.unit.id) if case.unit.is_agreed else 0,
    )


def _views(
    db: Session,
    case: CaseContext,
    domains: Sequence[DomainRow],
    ideas: Sequence[Idea],
    used: Mapping[int, Collection[int]],
    raw_data: Mapping[int, Sequence[RawData]],
    drafts: Mapping[int, Draft],
    off: Collection[str],
) -> dict[int, list[IdeaView]]:
    numbers = {domain.id: number for number, domain in enumerate(domains, 1)}
    titles = titles_of(db, case.unit.layer_id)
    known = [line.short for line in abbreviations(db, case.study.id)]
    theirs = _theirs(db, case, ideas, drafts)
    found: dict[int, list[IdeaView]] = {domain.id: [] for domain in domains}
    for idea in ideas:
        there = raw_data.get(idea.domain_id, ())
        rests_on = tuple(block for block in there if block.id in idea.blocks)
        draft = drafts.get(idea.id)
        found[idea.domain_id].append(
            IdeaView(
                id=idea.id,
                number=f"{numbers[idea.domain_id]}.{len(found[idea.domain_id]) + 1}",
                text=idea.text,
                version=idea.version,
                raw_data=rests_on,
                further=tuple(block for block in there if block.id not in used[idea.domain_id]),
                places=tuple(titles.get(idea.id, ())),
                advice=advise(
                    draft.text if draft else idea.text,
                    "\n".join(block.text for block in rests_on),
                    known,
                    off=off,
                )
                if case.may_write
                else (),
                draft=draft,
                theirs=theirs.get(idea.id),
            )
        )
    return found


def _theirs(
    db: Session, case: CaseContext, ideas: Sequence[Idea], drafts: Mapping[int, Draft]
) -> dict[int, Theirs]:
    stale = [
        idea for idea in ideas if idea.id in drafts and drafts[idea.id].base_version != idea.version
    ]
    if not stale:
        return {}
    hands = last_hands(db, case, [idea.id for idea in stale])
    moments = run(
        db,
        sa.select(col(CoreIdea.id), col(CoreIdea.changed_at)).where(
            col(CoreIdea.id).in_([idea.id for idea in stale])
        ),
    )
    at = {row[0]: row[1] for row in moments}
    return {
        idea.id: Theirs(
            base=at_version(db, case.scene, KIND, idea.id, drafts[idea.id].base_version).get(
                "text"
            ),
            text=idea.text,
            by=hands.get(idea.id, "Somebody"),
            at=at[idea.id],
            pieces=word_diff(idea.text, drafts[idea.id].text),
        )
        for idea in stale
    }


def _absences(db: Session, case: CaseContext) -> dict[int, AbsenceReason]:
    rows = run(
        db,
        sa.select(col(Absence.domain_id), col(Absence.reason)).where(
            col(Absence.layer_id) == case.unit.layer_id
        ),
    )
    return {domain_id: AbsenceReason(reason) for domain_id, reason in rows}


def _changed_at(db: Session, case: CaseContext) -> datetime | None:
    moment: datetime | None = run(
        db,
        sa.select(col(TrailEntry.at))
        .where(col(TrailEntry.unit_id) == case.unit.id, col(TrailEntry.chain) == case.unit.chain)
        .order_by(col(TrailEntry.sequence).desc())
        .limit(1),
    ).scalar()
    return moment


def last_hands(db: Session, case: CaseContext, core_idea_ids: Collection[int]) -> dict[int, str]:
    """Who changed the words of core ideas last, by the trail."""
    rows = run(
        db,
        sa.select(col(TrailEntry.item_id), col(Account.name))
        .join(Account, col(Account.id) == col(TrailEntry.account_id))
        .where(
            col(TrailEntry.study_id) == case.study.id,
            col(TrailEntry.item_kind) == CoreIdea.__tablename__,
            col(TrailEntry.item_id).in_(core_idea_ids),
            col(TrailEntry.unit_id) == case.unit.id,
            col(TrailEntry.verb).in_(WORDING),
        )
        .order_by(col(TrailEntry.sequence)),
    )
    return {row[0]: row[1] for row in rows}


KIND = str(CoreIdea.__tablename__)
WORDING = [
    verb.value
    for verb in (
        *(Verb.ADD, Verb.REWORD, Verb.SPLIT, Verb.MERGE, Verb.UNDO),
        *(AmendVerb.REWORD, AmendVerb.SPLIT, AmendVerb.WITHDRAW, AmendVerb.EDITORIAL),
    )
]

__all__ = ["Check", "CoreIdeas", "IdeaView", "Section", "last_hands", "read_core_ideas"]
