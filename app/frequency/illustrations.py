"""One illustration for each category of a table: a core idea, or a passage it rests on."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.models import Case
from app.core_ideas.models import CoreIdea, CoreIdeaBlock
from app.cross_analysis.models import Placement
from app.db import run
from app.domains.models import Block
from app.frequency.queries import Board, SampleFindings, placed_core_ideas
from app.frequency.tables import CategoryCases


class Illustration(StrEnum):
    """What illustrates a category."""

    CORE_IDEA = "core-idea"
    QUOTATION = "quotation"


class Candidate(NamedTuple):
    """A core idea that could stand for its category."""

    code: str
    core_idea_id: int
    text: str


Chosen = list[tuple[CategoryCases, Candidate]]


def illustrate(db: Session, findings: Iterable[SampleFindings], kind: Illustration) -> None:
    """Give every category its illustration, in one statement, or two for quotations.

    A quotation is the shortest passage of the core idea that was chosen.
    """
    findings = tuple(findings)
    candidates = _candidates(db, [found.sample.id for found in findings])
    chosen = [pair for found in findings for pair in spread(_categories(found), candidates)]
    if kind is Illustration.QUOTATION:
        quotes = _quotes(db, [idea.core_idea_id for _, idea in chosen])
        for category, idea in chosen:
            category.illustration = quotes.get(idea.core_idea_id, "")
    else:
        for category, idea in chosen:
            category.illustration = idea.text


def spread(
    categories: Iterable[CategoryCases], candidates: Mapping[int, Sequence[Candidate]]
) -> Chosen:
    """For each category a core idea of the case that illustrates the fewest others so far.

    So a table speaks with as many voices as it can. A category without core ideas of its own takes
    one of its subcategories'.
    """
    used: Counter[str] = Counter()
    chosen: Chosen = []
    for category in categories:
        own = _candidates_of(category, candidates)
        if not own:
            own = [c for part in category.subcategories for c in _candidates_of(part, candidates)]
        if own:
            idea = min(own, key=lambda candidate: used[candidate.code])
            used[idea.code] += 1
            chosen.append((category, idea))
    return chosen


def _candidates_of(
    category: CategoryCases, candidates: Mapping[int, Sequence[Candidate]]
) -> Sequence[Candidate]:
    return candidates.get(category.key, ()) if category.key is not None else ()


def _categories(found: SampleFindings) -> Iterable[CategoryCases]:
    for domain in found.domains:
        for category in domain.categories:
            yield category
            yield from category.subcategories


def _candidates(db: Session, sample_ids: Collection[int]) -> dict[int, list[Candidate]]:
    rows = run(
        db,
        placed_core_ideas(
            col(Placement.category_id), col(Case.code), col(CoreIdea.id), col(CoreIdea.text)
        )
        .where(col(Board.sample_id).in_(sample_ids))
        .order_by(col(Case.code_key), col(CoreIdea.position), col(CoreIdea.id)),
    )
    found: dict[int, list[Candidate]] = {}
    for category_id, *idea in rows:
        found.setdefault(category_id, []).append(Candidate(*idea))
    return found


def _quotes(db: Session, core_idea_ids: Collection[int]) -> dict[int, str]:
    rows = run(
        db,
        sa.select(col(CoreIdeaBlock.core_idea_id), col(Block.quote))
        .join(Block, col(Block.id) == col(CoreIdeaBlock.block_id))
        .where(col(CoreIdeaBlock.core_idea_id).in_(core_idea_ids))
        .order_by(sa.func.length(col(Block.quote)).desc(), col(Block.start).desc()),
    )
    return {core_idea_id: _quoted(quote) for core_idea_id, quote in rows}


def _quoted(words: str) -> str:
    """Words in quotation marks on one line; marks inside them become single ones, as APA asks."""
    inside = " ".join(words.split()).translate(str.maketrans("“”", "‘’"))
    return f"“{inside}”"
