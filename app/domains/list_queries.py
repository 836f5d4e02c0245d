"""The page of a sample's domain list: each domain with what rests on it."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from app.accounts.kept import TwoVersions, kept_for, two_versions
from app.consensus.models import Layer
from app.db import run
from app.domains.models import Block, BlockDomain, Domain, DomainKind
from app.domains.queries import DomainRow, domain_list
from app.permissions import Action
from app.studies.guard import StudyContext
from app.studies.models import Sample
from app.trail.items import last_hand
from app.web.templating import plural

# Core ideas live on a floor above; they are counted by table name.
CORE_IDEA = sa.table(
    "core_idea", sa.column("layer_id", sa.Integer), sa.column("domain_id", sa.Integer)
)


@dataclass(frozen=True)
class Listed:
    """A domain in its list: how many blocks of how many cases, and how many core ideas."""

    number: int
    domain: DomainRow
    blocks: int
    cases: int
    core_ideas: int

    @property
    def is_used(self) -> bool:
        """Does anything rest on it?"""
        return bool(self.blocks or self.core_ideas)


@dataclass(frozen=True)
class DomainListPage:
    """Everything the page of a domain list shows; `version` counts the list's changes."""

    version: int
    lines: tuple[Listed, ...]
    others: tuple[tuple[int, str], ...]

    @property
    def has_other(self) -> bool:
        """Is there a place for what fits nowhere?"""
        return any(line.domain.kind == DomainKind.OTHER for line in self.lines)


def domain_list_page(db: Session, study: StudyContext, sample_id: int) -> DomainListPage:
    """A sample's domain list in five statements; `others` are samples with a list to copy."""
    version = run(
        db, sa.select(col(Sample.domain_list)).where(col(Sample.id) == sample_id)
    ).scalar_one()
    domains = domain_list(db, sample_id)
    ids = [domain.id for domain in domains]
    blocks = _counted(
        db,
        sa.select(
            col(BlockDomain.domain_id),
            sa.func.count(),
            sa.func.count(sa.distinct(col(Layer.unit_id))),
        )
        .join(Block, col(Block.id) == col(BlockDomain.block_id))
        .join(Layer, col(Layer.id) == col(Block.layer_id))
        .where(col(BlockDomain.domain_id).in_(ids), col(Layer.account_id).is_(None))
        .group_by(col(BlockDomain.domain_id)),
    )
    core_ideas = _counted(
        db,
        sa.select(CORE_IDEA.c.domain_id, sa.func.count())
        .join(Layer, col(Layer.id) == CORE_IDEA.c.layer_id)
        .where(CORE_IDEA.c.domain_id.in_(ids), col(Layer.account_id).is_(None))
        .group_by(CORE_IDEA.c.domain_id),
    )
    sizes = _counted(
        db,
        sa.select(col(Domain.sample_id), sa.func.count())
        .where(col(Domain.sample_id).in_([s.id for s in study.samples if s.id != sample_id]))
        .group_by(col(Domain.sample_id)),
    )
    return DomainListPage(
        version=version,
        lines=tuple(
            Listed(
                number,
                domain,
                *blocks.get(domain.id, (0, 0)),
                *core_ideas.get(domain.id, (0,)),
            )
            for number, domain in enumerate(domains, 1)
        ),
        others=tuple(
            (sample.id, f"{sample.name} ({plural(sizes[sample.id][0], 'domain')})")
            for sample in study.samples
            if sample.id in sizes
        ),
    )


def _counted(db: Session, statement: sa.Executable) -> dict[int, tuple[int, ...]]:
    return {row[0]: tuple(row[1:]) for row in run(db, statement)}


LABELS = {
    "title": "Title",
    "abbreviation": "Abbreviation",
    "definition": "Definition",
    "kind": "Kind",
}


def two_versions_of_domains(
    db: Session, study: StudyContext, page: DomainListPage
) -> dict[int, TwoVersions]:
    """For each domain that one typed something for and another saved first: both versions."""
    if not study.can(Action.EDIT_DOMAIN_LIST):
        return {}
    domains = {line.domain.id: line.domain for line in page.lines}
    found = {}
    for item, kept in kept_for(db, study.me.id, ["domain"], list(domains)).items():
        domain = domains[item.id]
        present = {name: str(getattr(domain, name)) for name in LABELS}
        hand = last_hand(db, study.scene, "domain", domain.id, fields=list(LABELS))
        both = two_versions(kept, present, version=domain.version, labels=LABELS, hand=hand)
        if both:
            found[item.id] = both
    return found
