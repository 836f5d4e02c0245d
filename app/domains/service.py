"""Step 1 as the team does it: make a domain, put passages into domains."""

from collections.abc import Sequence

from sqlmodel import Session

from app.cases.guard import CaseContext
from app.consensus.rules import UnitKind
from app.consensus.service import open_unit
from app.domains.blocks import assign, leave_out
from app.domains.models import Block, Domain, DomainKind, NotCoded
from app.domains.queries import domain_list
from app.domains.rules import LONGEST_ABBREVIATION, abbreviate, hue_of, title_key
from app.errors import Invalid
from app.studies.guard import StudyContext
from app.trail.service import record


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
    present = domain_list(db, sample.id)
    title = " ".join(title.split())
    taken = {domain.abbreviation for domain in present}
    short = "".join(abbreviation.split()).upper() or abbreviate(title, taken)
    if not title:
        raise _refused("title", "The domain needs a title, such as 'Reasons for crying'.")
    if title_key(title) in {title_key(domain.title) for domain in present}:
        raise _refused(
            "title", f"{sample.name} already has a domain '{title}'. Choose another title."
        )
    if len(short) > LONGEST_ABBREVIATION:
        raise _refused(
            "abbreviation",
            f"'{short}' is too long for the margin: at most {LONGEST_ABBREVIATION} letters fit.",
        )
    if short in taken:
        raise _refused(
            "abbreviation", f"'{short}' already stands for another domain. Choose another."
        )
    position = max((domain.position for domain in present), default=-1) + 1
    domain = Domain(
        sample_id=sample.id,
        title=title,
        title_key=title_key(title),
        abbreviation=short,
        definition=definition.strip(),
        kind=kind,
        position=position,
        hue=hue_of(position),
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
    record(
        db,
        study.scene,
        "add a domain",
        item=domain,
        after={
            "sample": sample.id,
            "title": title,
            "abbreviation": short,
            "kind": kind.value,
            "definition": domain.definition,
        },
    )
    return domain


def _refused(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, {field: sentence})


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
