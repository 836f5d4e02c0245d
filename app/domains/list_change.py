"""What holds for every change of a domain list: one at a time, names unique, versions counted."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col

from app.db import run
from app.domains.models import Domain
from app.domains.queries import DomainRow, domain_list
from app.domains.rules import LONGEST_ABBREVIATION, LONGEST_TITLE, abbreviate, title_key
from app.errors import Invalid
from app.studies.guard import SampleName, StudyContext
from app.studies.models import Sample
from app.trail.service import Values, record


def take_list(db: Session, sample: SampleName) -> tuple[DomainRow, ...]:
    """The list as it stands; nobody else changes it until this transaction ends."""
    row = sa.select(col(Sample.id)).where(col(Sample.id) == sample.id)
    # Its key is shared: who works in a case of the sample points to it, and waits for no list.
    run(db, row.with_for_update(key_share=True)).one()
    return domain_list(db, sample.id)


def note_change(
    db: Session,
    study: StudyContext,
    sample_id: int,
    verb: str,
    domain: Domain,
    *,
    before: Values | None = None,
    after: Values | None = None,
) -> None:
    """Write a change of the list into the trail; the list has a new version."""
    run(
        db,
        sa.update(Sample)
        .where(col(Sample.id) == sample_id)
        .values(domain_list=col(Sample.domain_list) + 1),
    )
    record(db, study.scene, verb, item=domain, before=before, after=after)


def as_values(domain: Domain) -> Values:
    """A domain as the trail keeps it."""
    return {
        "sample": domain.sample_id,
        "title": domain.title,
        "abbreviation": domain.abbreviation,
        "kind": domain.kind.value,
        "definition": domain.definition,
    }


def checked_title(
    title: str, present: Sequence[DomainRow], sample: SampleName, *, but: int = 0
) -> str:
    """A title as it is kept, unlike those of the other domains. Raises `Invalid`."""
    title = " ".join(title.split())
    if not title:
        raise _refused("title", "The domain needs a title, such as 'Reasons for crying'.")
    if len(title) > LONGEST_TITLE:
        raise _refused(
            "title",
            f"The title has {len(title)} characters; at most {LONGEST_TITLE} fit. Put the rest "
            "into the definition.",
        )
    if title_key(title) in {title_key(each.title) for each in present if each.id != but}:
        raise _refused(
            "title", f"“{sample.name}” already has a domain '{title}'. Choose another title."
        )
    return title


def checked_abbreviation(
    abbreviation: str, title: str, present: Sequence[DomainRow], *, but: int = 0
) -> str:
    """An abbreviation as it is kept, or one made from the title. Raises `Invalid`."""
    taken = {each.abbreviation: each for each in present if each.id != but}
    short = "".join(abbreviation.split()).upper() or abbreviate(title, taken)
    if len(short) > LONGEST_ABBREVIATION:
        raise _refused(
            "abbreviation",
            f"'{short}' is too long for the margin: at most {LONGEST_ABBREVIATION} letters fit.",
        )
    if short in taken:
        raise _refused(
            "abbreviation",
            f"'{short}' already stands for '{taken[short].title}'. Choose another.",
        )
    return short


def _refused(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, {field: sentence})
