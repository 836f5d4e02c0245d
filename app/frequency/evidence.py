"""What stands behind a label: the rule, the cases, their core ideas, the raw data."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.models import Case, Transcript, TranscriptVersion, Turn
from app.consensus.models import Unit
from app.consensus.queries import IS_AGREED, Judge, judges_of_units
from app.core_ideas.models import CoreIdea, CoreIdeaBlock
from app.cross_analysis.models import Placement
from app.cross_analysis.rules import cite
from app.db import run
from app.domains.coding import turn_id
from app.domains.models import Block
from app.errors import NotFound
from app.frequency.queries import placed_core_ideas
from app.frequency.reasons import edges, reason
from app.frequency.tables import DomainRows, Row, Table
from app.permissions import Action, Actor, Refused, decide
from app.studies.guard import StudyContext


@dataclass(frozen=True)
class PassageShown:
    """Raw data: the words, where they stand ("turn 44"), and the way there."""

    quote: str
    cited: str
    url: str


@dataclass(frozen=True)
class IdeaShown:
    """A core idea; `under` names the subcategory it was placed in."""

    text: str
    under: str
    passages: tuple[PassageShown, ...]


@dataclass(frozen=True)
class CaseShown:
    """A case with its core ideas in the category. `agreed_by` is empty until it is agreed."""

    code: str
    agreed_by: tuple[str, ...]
    is_agreed: bool
    ideas: tuple[IdeaShown, ...]


@dataclass(frozen=True)
class Evidence:
    """Everything behind one row of a table."""

    row: Row
    domain: DomainRows
    parent: Row | None
    reason: str
    edges: tuple[str, ...]
    cases: tuple[CaseShown, ...]


def find_row(table: Table, category_id: int) -> tuple[DomainRows, Row, Row | None]:
    """A category of the table with its domain and, for a subcategory, its category.

    Raises `NotFound` where the table has no such row.
    """
    for domain in table.domains:
        for row in domain.rows:
            if row.key == category_id:
                return domain, row, None
            for part in row.subcategories:
                if part.key == category_id:
                    return domain, part, row
    raise NotFound("This category is not in the table. It may have been removed; reload the page.")


def evidence_of(
    db: Session,
    study: StudyContext,
    *,
    sample_id: int,
    table: Table,
    category_id: int,
    raw_data: bool,
) -> Evidence:
    """What stands behind a row of this table, in three statements; `raw_data` for who may see it.

    Raises `NotFound` where the table has no such row.
    """
    domain, row, parent = find_row(table, category_id)
    ideas = _ideas(db, [row.key, *(part.key for part in row.subcategories)])
    judges = judges_of_units(db, {idea.unit_id for idea in ideas})
    may_open = {
        idea.unit_id: raw_data and _may_open(study, judges[idea.unit_id], idea) for idea in ideas
    }
    passages = _passages(db, [idea.id for idea in ideas if may_open[idea.unit_id]])
    titles = {part.key: part.title for part in row.subcategories}
    base = f"/studies/{study.id}/samples/{sample_id}/cases"

    def shown(case: Iterable[_Idea]) -> CaseShown:
        rows = list(case)
        first = rows[0]
        is_agreed = first.is_agreed
        return CaseShown(
            code=first.code,
            agreed_by=tuple(j.name for j in judges[first.unit_id] if j.agreed and is_agreed),
            is_agreed=is_agreed,
            ideas=tuple(
                IdeaShown(
                    idea.text,
                    titles.get(idea.category_id, ""),
                    tuple(_shown(p, f"{base}/{idea.code}") for p in passages.get(idea.id, ())),
                )
                for idea in rows
            ),
        )

    facts = (row.cases, table.cases, table.rule, table.min_cases)
    return Evidence(
        row=row,
        domain=domain,
        parent=parent,
        reason=reason(*facts),
        edges=tuple(edges(*facts)),
        cases=tuple(shown(case) for _, case in groupby(ideas, key=lambda idea: idea.code)),
    )


def _may_open(study: StudyContext, judges: Sequence[Judge], idea: "_Idea") -> bool:
    actor = Actor(
        study.roles,
        judges_unit=any(judge.id == study.me.id for judge in judges),
        unit_agreed=idea.is_agreed,
    )
    return not isinstance(decide(actor, Action.SEE_CODING), Refused)


class _Idea(NamedTuple):
    id: int
    text: str
    code: str
    unit_id: int
    is_agreed: bool
    category_id: int


def _ideas(db: Session, category_ids: Sequence[int | None]) -> list[_Idea]:
    """Each core idea once a category, in the order of cases."""
    rows = run(
        db,
        placed_core_ideas(
            col(CoreIdea.id),
            col(CoreIdea.text),
            col(Case.code),
            col(Unit.id),
            IS_AGREED,
            col(Placement.category_id),
        )
        .where(col(Placement.category_id).in_(category_ids))
        .order_by(col(Case.code_key), col(CoreIdea.position), col(CoreIdea.id)),
    )
    found: dict[int, _Idea] = {}
    for row in rows:
        idea = _Idea(*row)
        if idea.id not in found or idea.category_id == category_ids[0]:
            found[idea.id] = idea
    return list(found.values())


class _Passage(NamedTuple):
    quote: str
    transcript: int
    first: int
    last: int


def _passages(db: Session, core_idea_ids: Collection[int]) -> dict[int, list[_Passage]]:
    """The raw data of core ideas in the order of the transcripts."""
    touched = sa.and_(
        col(Turn.version_id) == col(Block.transcript_version_id),
        col(Turn.start) < col(Block.end),
        col(Turn.end) > col(Block.start),
    )
    rows = run(
        db,
        sa.select(
            col(CoreIdeaBlock.core_idea_id),
            col(Block.quote),
            col(Transcript.number),
            sa.func.min(col(Turn.number)),
            sa.func.max(col(Turn.number)),
        )
        .join(Block, col(Block.id) == col(CoreIdeaBlock.block_id))
        .join(TranscriptVersion, col(TranscriptVersion.id) == col(Block.transcript_version_id))
        .join(Transcript, col(Transcript.id) == col(TranscriptVersion.transcript_id))
        .join(Turn, touched)
        .where(col(CoreIdeaBlock.core_idea_id).in_(core_idea_ids))
        .group_by(
            col(CoreIdeaBlock.core_idea_id),
            col(Block.id),
            col(Block.quote),
            col(Block.start),
            col(Transcript.number),
        )
        .order_by(col(CoreIdeaBlock.core_idea_id), col(Transcript.number), col(Block.start)),
    )
    found: dict[int, list[_Passage]] = {}
    for core_idea_id, *passage in rows:
        found.setdefault(core_idea_id, []).append(_Passage(*passage))
    return found


def _shown(passage: _Passage, case_url: str) -> PassageShown:
    quote, transcript, first, last = passage
    query = f"?transcript={transcript}" if transcript > 1 else ""
    return PassageShown(
        quote,
        cite([(transcript, first, last)]),
        f"{case_url}/coding{query}#{turn_id(transcript)}{first}",
    )
