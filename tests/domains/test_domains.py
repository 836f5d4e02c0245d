"""A sample's domain list: what makes a domain, and what is refused."""

import pytest
from sqlmodel import Session, col, select

from app.consensus.models import Unit
from app.domains.models import DomainKind
from app.domains.queries import domain_list
from app.domains.service import add_domain
from app.errors import Invalid, NotFound
from app.trail.models import TrailEntry
from tests.people import People


def _add(db: Session, people: People, title: str, **more: object) -> int:
    domain = add_domain(
        db,
        people.context(db),
        sample_id=people.sample.id or 0,
        title=title,
        **more,  # type: ignore[arg-type]
    )
    assert domain.id is not None
    return domain.id


def test_domains_stand_in_the_order_they_were_added_each_with_its_colour(
    db: Session, people: People
) -> None:
    for number in range(13):
        _add(db, people, f"Topic {number}")
    domains = domain_list(db, people.sample.id or 0)
    assert [domain.title for domain in domains][:2] == ["Topic 0", "Topic 1"]
    assert [domain.hue for domain in domains] == [*range(1, 13), 1]
    assert len({domain.abbreviation for domain in domains}) == 13


def test_an_analytic_domain_gets_its_cross_analysis_and_a_contextual_one_does_not(
    db: Session, people: People
) -> None:
    analytic = _add(db, people, "Antecedent")
    _add(db, people, "Background", kind=DomainKind.CONTEXTUAL)
    assert list(db.exec(select(Unit.domain_id))) == [analytic]


def test_adding_a_domain_is_in_the_trail(db: Session, people: People) -> None:
    added = _add(db, people, "Antecedent")
    entry = db.exec(select(TrailEntry).where(col(TrailEntry.verb) == "add a domain")).one()
    assert (entry.item_kind, entry.item_id) == ("domain", added)


@pytest.mark.parametrize(
    ("title", "more", "field"),
    [
        ("  ", {}, "title"),
        ("antecedent", {}, "title"),
        ("Antecedents", {"abbreviation": "ant"}, "abbreviation"),
        ("Consequences", {"abbreviation": "CONSEQ"}, "abbreviation"),
    ],
    ids=["no title", "the title in other letters", "a taken abbreviation", "a long abbreviation"],
)
def test_a_domain_is_refused_with_a_sentence_at_the_field(
    db: Session, people: People, title: str, more: dict[str, str], field: str
) -> None:
    _add(db, people, "Antecedent")
    with pytest.raises(Invalid) as refused:
        _add(db, people, title, **more)
    assert list(refused.value.fields) == [field]


def test_a_domain_cannot_be_put_into_a_sample_of_another_study(db: Session, people: People) -> None:
    with pytest.raises(NotFound):
        add_domain(db, people.context(db), sample_id=99_999, title="Antecedent")
