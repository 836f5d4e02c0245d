"""What each judge gave for the domains of a case, once it is revealed; and the shared raw data."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlmodel import Session, col

from app.consensus.revealed import RevealedDraft
from app.core_ideas.comparison import Comparison, Given, Span, Statement, compare
from app.core_ideas.models import Absence, CoreIdea, CoreIdeaBlock
from app.db import run
from app.domains.models import Block, BlockDomain

LAYERS: sa.BindParameter[int] = sa.bindparam("layers", expanding=True)
IDEAS = (
    sa.select(col(CoreIdea.id), col(CoreIdea.layer_id), col(CoreIdea.domain_id), col(CoreIdea.text))
    .where(col(CoreIdea.layer_id).in_(LAYERS))
    .order_by(col(CoreIdea.domain_id), col(CoreIdea.position), col(CoreIdea.made_at))
)
PASSAGES = (
    sa.select(
        col(CoreIdeaBlock.core_idea_id),
        col(Block.transcript_version_id),
        col(Block.start),
        col(Block.end),
    )
    .join(Block, col(Block.id) == col(CoreIdeaBlock.block_id))
    .join(CoreIdea, col(CoreIdea.id) == col(CoreIdeaBlock.core_idea_id))
    .where(col(CoreIdea.layer_id).in_(LAYERS))
    .order_by(col(Block.transcript_version_id), col(Block.start), col(Block.end))
)
ABSENCES = sa.select(col(Absence.layer_id), col(Absence.domain_id), col(Absence.reason)).where(
    col(Absence.layer_id).in_(LAYERS)
)
BLOCKS = (
    sa.select(
        col(BlockDomain.domain_id),
        col(Block.id),
        col(Block.transcript_version_id),
        col(Block.start),
        col(Block.end),
    )
    .join(Block, col(Block.id) == col(BlockDomain.block_id))
    .where(col(Block.layer_id) == sa.bindparam("layer"))
    .order_by(col(Block.transcript_version_id), col(Block.start), col(Block.end))
)


def ideas_by_domain(
    db: Session, layer_ids: Sequence[int]
) -> dict[int, dict[int, tuple[Statement, ...]]]:
    """For each domain and layer its core ideas in order, with what they rest on. Two statements."""
    layers = {"layers": list(layer_ids)}
    passages: dict[int, list[Span]] = defaultdict(list)
    for idea_id, *span in run(db, PASSAGES, layers):
        passages[idea_id].append(Span(*span))
    found: dict[int, dict[int, list[Statement]]] = defaultdict(lambda: defaultdict(list))
    for idea_id, layer_id, domain_id, text in run(db, IDEAS, layers):
        statement = Statement(idea_id, text, tuple(passages[idea_id]))
        found[domain_id][layer_id].append(statement)
    return {
        domain_id: {layer_id: tuple(ideas) for layer_id, ideas in by_layer.items()}
        for domain_id, by_layer in found.items()
    }


def absences_by_domain(db: Session, layer_ids: Sequence[int]) -> dict[int, dict[int, str]]:
    """For each domain and layer why it has no core idea. One statement."""
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for layer_id, domain_id, reason in run(db, ABSENCES, {"layers": list(layer_ids)}):
        found[domain_id][layer_id] = reason.value
    return dict(found)


def compared_by_domain(db: Session, drafts: Sequence[RevealedDraft]) -> Mapping[int, Comparison]:
    """Each domain in which a draft has anything, in the eyes of all. Three statements."""
    layer_ids = [draft.layer_id for draft in drafts]
    ideas, absences = ideas_by_domain(db, layer_ids), absences_by_domain(db, layer_ids)
    return {
        domain_id: compare(
            [
                Given(
                    draft.account_id,
                    ideas.get(domain_id, {}).get(draft.layer_id, ()),
                    absences.get(domain_id, {}).get(draft.layer_id),
                )
                for draft in drafts
            ]
        )
        for domain_id in ideas.keys() | absences.keys()
    }


Ground = Mapping[int, Sequence[tuple[int, Span]]]
"""For each domain the blocks of the consensus, each with the passage it is."""


def ground_of(db: Session, layer_id: int) -> Ground:
    """The blocks of a layer by domain, in the order of the text. One statement."""
    found: dict[int, list[tuple[int, Span]]] = defaultdict(list)
    for domain_id, block_id, *span in run(db, BLOCKS, {"layer": layer_id}):
        found[domain_id].append((block_id, Span(*span)))
    return dict(found)


def blocks_under(ground: Ground, domain_id: int, passages: Iterable[Span]) -> tuple[int, ...]:
    """The consensus blocks of a domain that overlap these passages."""
    spans = list(passages)
    return tuple(
        block_id
        for block_id, at in ground.get(domain_id, ())
        if any(at.overlaps(span) for span in spans)
    )
