"""Step 1 as the team does it: make a domain, put passages into domains."""

from collections.abc import Sequence

from sqlmodel import Session

from app.cases.guard import CaseContext
from app.consensus.rules import UnitKind
from app.consensus.service import open_unit
from app.domains import reveal  # noqa: F401 - it takes part in the reveal
from app.domains.blocks import assign, leave_out
from app.domains.list_change import (
    as_values,
    checked_abbreviation,
    checked_title,
    note_change,
    take_list,
)
from app.domains.models import Block, Domain, DomainKind, NotCoded
from app.domains.rules import free_hue, title_key
from app.studies.guard import StudyContext


def add_domain(
    db: Session,
    study: StudyContext,
    *,
    sample_id: int,
    title: str,
    abbreviation: str = "",
    definition: str = "",
    kind: DomainKind = DomainKind.ANALYTIC,
) -> Domain:
    """Put a domain at the end of a sample's list; an analytic one gets its cross-analysis.

    Without an abbreviation one is made from the title. Raises `Invalid` where the title or the
    abbreviation is empty, too long or taken, `NotFound` for a sample of another study.
    """
    sample = study.sample(sample_id)
    present = take_list(db, sample)
    title = checked_title(title, present, sample)
    short = checked_abbreviation(abbreviation, title, present)
    position = max((domain.position for domain in present), default=-1) + 1
    domain = Domain(
        sample_id=sample.id,
        title=title,
        title_key=title_key(title),
        abbreviation=short,
        definition=definition.strip(),
        kind=kind,
        position=position,
        hue=free_hue([domain.hue for domain in present]),
    )
    db.add(domain)
    db.flush()
    if kind == DomainKind.ANALYTIC:
        open_unit(
            db,
            study.scene,
            sample_id=sample.id,
            kind=UnitKind.CROSS_ANALYSIS,
            domain_id=domain.id,
        )
    note_change(
        db, study, sample.id, "add a domain", domain, after=as_values(domain) | {"version": 1}
    )
    return domain


def assign_block(
    db: Session,
    case: CaseContext,
    *,
    version_id: int,
    start: int,
    end: int,
    quote: str,
    domain_ids: Sequence[int],
) -> Block:
    """Put exactly this passage into domains and get the block; see `blocks.assign`."""
    change = assign(
        db,
        case,
        version_id=version_id,
        start=start,
        end=end,
        quote=quote,
        domain_ids=domain_ids,
    )
    return db.get_one(Block, change.after[0].id)


def mark_not_coded(
    db: Session, case: CaseContext, *, version_id: int, start: int, end: int, quote: str
) -> NotCoded:
    """Mark exactly this passage as *not coded* and get the mark; see `blocks.leave_out`."""
    change = leave_out(db, case, version_id=version_id, start=start, end=end, quote=quote)
    return db.get_one(NotCoded, change.after[0].id)
