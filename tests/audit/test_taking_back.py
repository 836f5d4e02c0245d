"""Deciding a comment otherwise after its suggestion was applied: the change goes back, or stays."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlmodel import Session, select

from app.audit.changes import AnyDocument, Entry, entries
from app.audit.commenting import CommentView
from app.audit.guard import AuditContext, load_audit
from app.audit.models import Comment
from app.audit.moving import read_list
from app.audit.reading import ABOUT, read_audit
from app.audit.responding import TAKE_BACK, decide
from app.audit.service import request_audit, request_audit_of_list, return_audit
from app.audit.words import CommentType, Decision, Suggestion
from app.consensus.models import Unit
from app.consensus.service import agree
from app.core_ideas.document import read_case
from app.core_ideas.models import CoreIdea
from app.core_ideas.service import add_core_idea, reword
from app.cross_analysis.freezing import read_board
from app.cross_analysis.guard import BoardContext, load_board
from app.cross_analysis.placing import place
from app.cross_analysis.service import add_category
from app.errors import Forbidden
from app.trail.models import TrailEntry
from app.trail.service import verify
from tests.audit.an_audit import agree_all
from tests.domains.a_case import ACase, a_case
from tests.html import Reader
from tests.people import People, Person

HELD, AWAY, TEARS = "P held P's breath.", "P looked away.", "P let two tears go."
SHORTER = "P held it."
Asks = Callable[[Session, ACase], tuple[int, Callable[[Session], AnyDocument]]]


@dataclass
class Asked:
    """An audit by Eli that has gone to the team, with a way to look at what it is of."""

    people: People
    id: int
    now: Callable[[Session], AnyDocument]

    @property
    def url(self) -> str:
        """The address of the audit."""
        return f"{self.people.url}/audits/{self.id}"

    def context(self, db: Session, person: Person) -> AuditContext:
        """The audit as somebody has it just now."""
        return load_audit(db, self.people.context(db, person), self.id)

    def stands(self, db: Session) -> list[Entry]:
        """Everything as it is now, item by item. A card placed again is another placement."""
        db.expire_all()
        return [replace(each, key=each.thing) for each in entries(self.now(db))]

    def decide(self, db: Session, person: Person, decision: Decision, **how: Any) -> None:
        """Somebody decides Eli's comment."""
        audit = self.context(db, person)
        comment = suggestion(db, audit)
        version = comment.response.version if comment.response else 0
        said = {"guid": comment.guid, "reason": "It says more.", "version": version}
        decide(db, audit, decision=decision, **said, **how)
        db.commit()


def suggestion(db: Session, audit: AuditContext) -> CommentView:
    """Eli's comment that suggests something."""
    return next(each for each in read_audit(db, audit).in_order() if each.suggests)


@pytest.fixture
def case(db: Session, people: People) -> ACase:
    """P07 with two core ideas in one domain and one in another, agreed."""
    case = a_case(db, people, code="P07")
    for words in ("I held my breath.", "Then I looked away."):
        case.put(db, words, "Antecedent")
    case.put(db, "So I let two tears go.", "Consequences")
    for title, text in (("Antecedent", HELD), ("Antecedent", AWAY), ("Consequences", TEARS)):
        add_core_idea(db, case.context(db), domain_id=case.domains[title], text=text)
    agree_all(db, case)
    return case


def of_case(db: Session, case: ACase) -> tuple[int, Callable[[Session], AnyDocument]]:
    here = case.context(db)
    audit = request_audit(db, here.scene, here.unit, auditors=[case.people.eli.id], what="P07")
    return audit.id or 0, lambda db: read_case(db, here.unit.id, since=0, with_pending=True)


def of_board(db: Session, case: ACase) -> tuple[int, Callable[[Session], AnyDocument]]:
    people = case.people

    def board(person: Person) -> BoardContext:
        domain = case.domains["Consequences"]
        return load_board(db, people.context(db, person), people.sample.id or 0, domain)

    made = [add_category(db, board(people.ana), title=each) for each in ("Shed tears", "Hid")]
    idea = db.exec(select(CoreIdea.id).where(CoreIdea.text == TEARS)).one()
    place(db, board(people.ana), core_idea_id=idea or 0, category_id=made[0].id)
    for person in (people.ana, people.ben, people.chi, people.dee):
        seen = board(person)
        agree(db, seen.scene, seen.unit, content=seen.unit.content, what=seen.title)
    here = board(people.ana)
    audit = request_audit(db, here.scene, here.unit, auditors=[people.eli.id], what="the board")
    return audit.id or 0, lambda db: read_board(db, db.get_one(Unit, here.unit.id))


def of_list(db: Session, case: ACase) -> tuple[int, Callable[[Session], AnyDocument]]:
    study, sample_id = case.people.context(db), case.people.sample.id or 0
    sample = study.sample(sample_id)
    audit = request_audit_of_list(db, study.scene, sample, auditors=[case.people.eli.id])
    return audit.id or 0, lambda db: read_list(db, sample_id)


def _asked(db: Session, case: ACase, asks: Asks, on: str, suggests: str, what: str) -> Asked:
    """Eli suggests something on 'core idea 1.1', where `what` may be another item, and returns."""
    people = case.people
    id_, now = asks(db, case)
    db.commit()
    asked = Asked(people, id_, now)
    audit = asked.context(db, people.eli)
    stood = {each.name: each for each in entries(read_audit(db, audit).document)}
    kind = Suggestion(suggests)
    target = stood[what].key if what in stood else what
    db.add(
        Comment(
            round_id=audit.round.id,
            account_id=people.eli.id,
            about=ABOUT[stood[on].kind],
            item=stood[on].key,
            number=stood[on].number,
            type=CommentType.REDUNDANT,
            suggests=kind,
            suggestion={
                Suggestion.WORDING: {"text": target},
                Suggestion.SPLIT: {"parts": target.split("|")},
                Suggestion.MERGE: {"with": target},
                Suggestion.MOVE: {"to": target},
            }[kind],
        )
    )
    last = list(entries(read_audit(db, audit).document))[-1]
    also = Comment(
        round_id=audit.round.id,
        account_id=people.eli.id,
        about=ABOUT[last.kind],
        item=last.key,
        number=last.number,
        type=CommentType.QUESTION,
        text="It is left open, so that the audit is.",
    )
    db.add(also)
    db.flush()
    return_audit(db, audit.scene, audit_id=id_, without_comments=False, seen=2)
    db.commit()
    return asked


@pytest.mark.parametrize(
    ("asks", "on", "suggests", "what"),
    [
        (of_case, "core idea 1.1", "wording", SHORTER),
        (of_case, "core idea 1.1", "split", "P held it.|P's breath stopped."),
        (of_case, "core idea 1.1", "merge", "core idea 1.2"),
        (of_case, "core idea 3.1", "move", "domain 1"),
        (of_case, "passage 1a", "move", "domain 3"),
        (of_board, "category 1", "wording", "Wept"),
        (of_board, "category 1", "merge", "category 2"),
        (of_board, "category 1", "move", "category 2"),
        (of_board, "card 1.1", "move", "category 2"),
        (of_board, "card 1.1", "wording", "P wept."),
        (of_board, "card 1.1", "split", "P wept.|It was two tears."),
        (of_list, "domain 1", "wording", "What came before"),
        (of_list, "domain 1 definition", "wording", "What led to the crying."),
    ],
)
def test_what_was_applied_goes_back_with_another_decision(
    db: Session, case: ACase, asks: Asks, on: str, suggests: str, what: str
) -> None:
    people = case.people
    asked = _asked(db, case, asks, on, suggests, what)
    stood = asked.stands(db)
    first, other = (people.ana,) * 2 if asks is of_list else (people.ben, people.chi)
    asked.decide(db, first, Decision.ACCEPTED, applies=True)
    applied = asked.stands(db)
    assert applied != stood
    asked.decide(db, other, Decision.REJECTED, takes_back=True)
    assert asked.stands(db) == stood
    comment = suggestion(db, asked.context(db, people.ana))
    assert comment.response is not None
    assert (comment.response.decision, comment.response.after) == (Decision.REJECTED, None)
    verbs = db.exec(select(TrailEntry.verb, TrailEntry.account_id)).all()
    assert (TAKE_BACK, other.id) in verbs
    assert not list(verify(db))


def _wording(db: Session, case: ACase) -> Asked:
    """Ben has applied other words for core idea 1.1."""
    asked = _asked(db, case, of_case, "core idea 1.1", "wording", SHORTER)
    asked.decide(db, case.people.ben, Decision.ACCEPTED, applies=True)
    return asked


def _words(db: Session) -> set[str]:
    return set(db.exec(select(CoreIdea.text)).all())


def _card(asked: Asked, person: Person) -> Reader:
    return Reader(person.browser).open(asked.url)


TOLD = "; it stays in the core idea unless you change it back."
OFFER = "Change it back where this is rejected, noted or deferred"


def test_the_form_says_what_was_applied_and_changes_it_back_in_the_same_click(
    db: Session, case: ACase
) -> None:
    asked = _wording(db, case)
    page = _card(asked, case.people.chi)
    assert "The suggested wording was applied on" in page.text
    assert TOLD in page.text
    page.send("Reject", reason="She never said so.")
    assert "Rejected. What was applied is changed back." in page.text
    assert TOLD not in page.text
    assert HELD in _words(db)
    page.send("Accept the wording")
    assert SHORTER in _words(db)
    assert TOLD in page.text


def test_what_was_applied_stays_where_the_judge_unticks_the_offer_or_still_accepts(
    db: Session, case: ACase
) -> None:
    asked = _wording(db, case)
    page = _card(asked, case.people.chi)
    page.send("Accept in part", reason="All but the breath.")
    assert SHORTER in _words(db)
    page.send("Note", take_back=[])
    assert "changed back." not in page.text.replace(TOLD, "")
    assert TOLD in page.text
    assert SHORTER in _words(db)


def test_what_somebody_changed_since_is_not_taken_back(db: Session, case: ACase) -> None:
    asked, people = _wording(db, case), case.people
    early = _card(asked, people.chi)
    idea = db.exec(select(CoreIdea).where(CoreIdea.text == SHORTER)).one()
    reword(db, case.context(db), core_idea_id=idea.id or 0, text="P held on.", version=idea.version)
    db.commit()
    form, _ = early._form_with("Note")
    sent = dict(form.form_values()) | {"decision": "noted"}
    assert "take_back" in sent
    refused = people.chi.post(form.get("action"), sent)
    assert refused.status_code == 409
    assert "was changed again since" in refused.text
    page = _card(asked, people.chi)
    assert "It was changed again since, so that is done by hand." in page.text
    assert OFFER not in page.text
    page.send("Note")
    assert "P held on." in _words(db)


def test_a_card_that_was_put_elsewhere_since_still_gets_its_words_back(
    db: Session, case: ACase
) -> None:
    asked, people = _wording(db, case), case.people
    board = load_board(db, people.context(db), people.sample.id or 0, case.domains["Antecedent"])
    category = add_category(db, board, title="Held back")
    idea = db.exec(select(CoreIdea.id).where(CoreIdea.text == SHORTER)).one()
    place(db, board, core_idea_id=idea or 0, category_id=category.id)
    db.commit()
    _card(asked, people.chi).send("Reject", reason="She never said so.")
    assert HELD in _words(db)


def test_a_judge_who_may_not_keep_the_list_does_not_take_its_change_back(
    db: Session, case: ACase
) -> None:
    asked = _asked(db, case, of_list, "domain 1", "wording", "What came before")
    asked.decide(db, case.people.ana, Decision.ACCEPTED, applies=True)
    page = _card(asked, case.people.ben)
    assert "it stays in the domain list unless you change it back." in page.text
    assert "That is done by hand, by the PI." in page.text
    assert OFFER not in page.text
    with pytest.raises(Forbidden):
        asked.decide(db, case.people.ben, Decision.NOTED, takes_back=True)


def test_what_was_changed_for_many_comments_is_found_in_as_many_statements(
    db: Session, case: ACase, statements: list[str]
) -> None:
    asked = _wording(db, case)

    def cost() -> int:
        db.commit()
        statements.clear()
        assert case.people.chi.get(asked.url).status_code == 200
        return len(statements)

    few = cost()
    audit = asked.context(db, case.people.ben)
    comment = suggestion(db, audit)
    for number in range(8):
        again = db.get_one(Comment, comment.id).model_copy(
            update={"id": None, "guid": f"again-{number}", "suggestion": {"text": f"So {number}."}}
        )
        db.add(Comment(**again.model_dump()))
        db.flush()
        decide(db, audit, guid=again.guid, decision=Decision.ACCEPTED, applies=True)
    assert cost() == few
