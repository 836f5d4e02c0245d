"""A suggestion is applied to what its auditor read, whatever became of the list since."""

from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.audit.reading import read_audit
from app.audit.service import request_audit
from app.consensus.rules import State
from app.consensus.service import agree
from app.core_ideas.models import CoreIdea
from app.core_ideas.service import add_core_idea
from app.cross_analysis.guard import BoardContext, load_board
from app.cross_analysis.models import Category, Placement
from app.cross_analysis.placing import place
from app.cross_analysis.service import add_category
from app.domains.list_service import shift_domain
from app.domains.models import BlockDomain, Domain
from tests.audit.an_audit import AnAudit, agree_all, an_audit
from tests.domains.a_case import ACase, a_case
from tests.html import Reader
from tests.people import People, Person


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


TEARS, NODDED = "P let two tears go.", "P nodded."


@pytest.fixture
def board(db: Session, people: People) -> AnAudit:
    """The board of Consequences with a card in its one category and an unsorted one, with Eli."""
    case = a_case(db, people, code="P07")
    case.put(db, "So I let two tears go.", "Consequences")
    for text in (TEARS, NODDED):
        add_core_idea(db, case.context(db), domain_id=case.domains["Consequences"], text=text)
    agree_all(db, case)
    here = _board(db, people, people.ana, case)
    for title in ("Shed tears", "Said little"):
        add_category(db, here, title=title)
    first = db.exec(select(Category.id).where(Category.title == "Shed tears")).one()
    place(db, here, core_idea_id=_idea(db, TEARS).id or 0, category_id=first)
    _agree_to_board(db, people, case)
    unit = _board(db, people, people.ana, case).unit
    audit = request_audit(db, here.scene, unit, auditors=[people.eli.id], what=here.title)
    db.commit()
    return AnAudit(case, audit.id or 0)


def _board(db: Session, people: People, person: Person, case: ACase) -> BoardContext:
    study = people.context(db, person)
    return load_board(db, study, people.sample.id or 0, case.domains["Consequences"])


def _agree_to_board(db: Session, people: People, case: ACase) -> None:
    for person in (people.ana, people.ben, people.chi, people.dee):
        seen = _board(db, people, person, case)
        agree(db, seen.scene, seen.unit, content=seen.unit.content, what=seen.title)
    db.commit()


def _idea(db: Session, text: str) -> CoreIdea:
    return db.exec(select(CoreIdea).where(CoreIdea.text == text)).one()


def _comment(db: Session, audit: AnAudit, text: str, **suggests: Any) -> Reader:
    """Eli opens the form of the card with these words, says more, and returns the audit."""
    eli = audit.case.people.eli
    read = read_audit(db, audit.context(db, eli))
    item = next(each for each in read.items if each.text == text)
    form = {"item": item.guid, "number": item.number, "type": "wording", "strength": "should"}
    answer = eli.post(f"{audit.url}/comments", form | {"text": "Look.", "version": "0"} | suggests)
    assert answer.status_code in (200, 303), answer.text
    audit.give_back(db, eli)
    return Reader(audit.case.people.ben.browser).open(audit.url)


def test_other_words_for_a_card_are_agreed_to_by_the_judges_of_its_board(
    db: Session, people: People, board: AnAudit
) -> None:
    page = _comment(db, board, TEARS, suggests="wording", wording="P wept.")
    page.send("Accept the wording")
    db.expire_all()
    unit = _board(db, people, people.ana, board.case).unit
    assert unit.state is State.RESPONDING, "nobody has agreed to these words yet"
    assert not any(judge.agreed for judge in unit.judges)
    assert _idea(db, "P wept.")
    _agree_to_board(db, people, board.case)
    assert _board(db, people, people.ana, board.case).unit.state is State.CLOSED


def test_a_card_that_was_read_unsorted_is_put_where_its_auditor_says(
    db: Session, people: People, board: AnAudit
) -> None:
    to = db.exec(select(Category).where(Category.title == "Said little")).one()
    page = _comment(db, board, NODDED, suggests="move", move_to=to.guid).send("Accept the move")
    db.expire_all()
    (there,) = db.exec(select(Placement).where(Placement.category_id == to.id))
    assert there.core_idea_id == _idea(db, NODDED).id
    (effect,) = page.page.xpath('//*[@aria-label="What was changed"]')
    assert [each.text for each in effect.iter("del", "ins")] == ["unsorted", "Said little"]


def test_a_card_is_suggested_for_other_categories_and_merged_with_none(
    db: Session, people: People, board: AnAudit
) -> None:
    read = read_audit(db, board.context(db, people.eli))
    sorted_, unsorted = (
        next(each for each in read.items if each.text == text) for text in (TEARS, NODDED)
    )
    for item in (sorted_, unsorted):
        assert [kind for kind, _ in read.suggestion_options(item)] == ["wording", "move", "split"]
        assert [title for _, title in read.destinations(item)] == ["1 Shed tears", "2 Said little"]
        assert read.partners(item) == []
