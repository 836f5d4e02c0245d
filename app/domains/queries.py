"""The domain list of a sample, as pages and other steps read it."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.db import run
from app.domains.models import Domain, DomainKind


@dataclass(frozen=True)
class DomainRow:
    """A domain of a sample, in list order."""

    id: int
    title: str
    abbreviation: str
    kind: DomainKind
    hue: int
    position: int
    definition: str
    version: int

    @property
    def is_analytic(self) -> bool:
        """Is it cross-analysed and tabled?"""
        return self.kind == DomainKind.ANALYTIC


DOMAIN_COLUMNS: tuple[Any, ...] = (
    col(Domain.id),
    col(Domain.title),
    col(Domain.abbreviation),
    col(Domain.kind),
    col(Domain.hue),
    col(Domain.position),
    col(Domain.definition),
    col(Domain.version),
)


def domain_list(db: Session, sample_id: int) -> tuple[DomainRow, ...]:
    """The domains of a sample in the order of the list."""
    rows = run(
        db,
        sa.select(*DOMAIN_COLUMNS)
        .where(col(Domain.sample_id) == sample_id)
        .order_by(col(Domain.position), col(Domain.id)),
    )
    return tuple(DomainRow(*row) for row in rows)
