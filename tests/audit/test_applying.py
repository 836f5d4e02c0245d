"""A suggestion is applied to what its auditor read, whatever became of the list since."""

import pytest
from sqlmodel import Session, col, select

from app.domains.list_service import shift_domain
from app.domains.models import BlockDomain, Domain
from tests.audit.an_audit import AnAudit, agree_all, an_audit
from tests.domains.a_case import a_case
from tests.html import Reader
from tests.people import People


@pytest.fixture
def audit(db: Session, people: People) -> AnAudit:
    """P07 with a passage in two domains, with Eli."""
    case = a_case(db, people, code="P07")
    case.put(db, "I held my breath.", "Antecedent", "Reasons for crying")
    agree_all(db, case)
    return an_audit(db, people, people.eli, case=case)


def _domains_of_the_block(db: Session) -> list[str]:
    """By title: where the passage stands."""
    db.expire_all()
    found = select(Domain.title).join(BlockDomain, col(BlockDomain.domain_id) == col(Domain.id))
    return sorted(db.exec(found))


def test_a_passage_leaves_the_domain_under_which_it_was_read_though_the_list_was_reordered(
    db: Session, audit: AnAudit
) -> None:
    people, domains = audit.case.people, audit.case.domains
    to = db.get_one(Domain, domains["Consequences"]).guid
    page = Reader(people.eli.browser).open(audit.url)
    link = page.page.xpath('//a[@aria-label="Comment on passage 1a"]')[0]
    page.open(link.get("href").split("#")[0])
    block = page.page.xpath('//form[@id="comment-form"]//input[@name="item"]')[0].get("value")
    form = {"item": block, "number": "1a", "type": "wrong domain", "strength": "should"}
    people.eli.post(
        f"{audit.url}/comments",
        form | {"text": "It came after.", "suggests": "move", "move_to": to, "version": "0"},
    )
    audit.give_back(db, people.eli)
    study, sample_id = people.context(db), people.sample.id or 0
    shift_domain(db, study, sample_id=sample_id, domain_id=domains["Antecedent"], by=1)
    db.commit()
    page = Reader(people.ben.browser).open(audit.url).send("Accept the move")
    (effect,) = page.page.xpath('//*[@aria-label="What was changed"]')
    assert [each.text for each in effect.iter("del", "ins")] == ["Antecedent", "Consequences"]
    assert _domains_of_the_block(db) == ["Consequences", "Reasons for crying"]
