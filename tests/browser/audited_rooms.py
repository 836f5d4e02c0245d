"""The audits of the house in every state, and the rooms in which they are read and answered."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect
from sqlmodel import Session

from app.audit.commenting import Written, comments_of, save_comment
from app.audit.reading import ABOUT, read_audit
from app.audit.responding import decide
from app.audit.service import (
    ask_for_a_further_round,
    close_if_done,
    request_audit,
    request_audit_of_list,
)
from app.audit.words import CommentType, Decision, Strength, Suggestion
from app.consensus.service import agree
from app.core_ideas.service import add_core_idea
from app.cross_analysis.guard import load_board
from app.db import guid
from app.domains.models import DomainKind
from app.domains.service import add_domain
from tests.audit.an_audit import AnAudit, agree_all
from tests.domains.a_case import ACase
from tests.people import People, Person

BREATH, AWAY = "I held my breath.", "Then I looked away."


@dataclass(frozen=True)
class Audits:
    """Each audit by the state it is in: its id."""

    reading: int
    responding: int
    again: int
    closed: int
    board: int
    listed: int


def build_audits(db: Session, people: People, named: Callable[[str], ACase], board: int) -> Audits:
    """Four cases whose core ideas go to no board, an agreed board, and the domain list."""
    extent = add_domain(
        db,
        people.context(db),
        sample_id=people.sample.id or 0,
        title="Extent",
        kind=DomainKind.DESCRIPTIVE,
    )
    codes = ("P11", "P12", "P13", "P14")
    cases = [_agreed(db, named(code), extent.id or 0) for code in codes]
    reading, responding, again, closed = (_asked(db, people, case) for case in cases)
    _write(db, reading, people.eli)
    for audit in (responding, again):
        _write(db, audit, people.eli)
        _write(db, audit, people.gus)
    for audit in (responding, again, closed):
        audit.give_back(db, people.eli, people.gus)
    _answer(db, responding, (Decision.REJECTED, Decision.DEFERRED))
    _answer(db, again, (Decision.ACCEPTED, *[Decision.NOTED] * 5))
    agree_all(db, again.case)
    close_if_done(db, closed.context(db, people.ana).scene, closed.id)
    ana = again.context(db, people.ana)
    auditors = [people.eli.id, people.gus.id]
    ask_for_a_further_round(db, ana.scene, audit_id=again.id, auditors=auditors)
    seen = load_board(db, people.context(db), people.sample.id or 0, board)
    sorted_ = request_audit(db, seen.scene, seen.unit, auditors=auditors, what="the board")
    study = people.context(db)
    listed = request_audit_of_list(db, study.scene, study.samples[0], auditors=auditors)
    found = (audit.id for audit in (reading, responding, again, closed))
    return Audits(*found, sorted_.id or 0, listed.id or 0)


def _agreed(db: Session, case: ACase, extent: int) -> ACase:
    case.domains = {**case.domains, "Extent": extent}
    case.put(db, BREATH, "Extent")
    case.put(db, AWAY, "Extent")
    for text in ("P held P's breath.", "P looked away and hid it.", "P did not breathe."):
        add_core_idea(db, case.context(db), domain_id=extent, text=text)
    db.flush()
    for person in _judges(case.people):
        context = case.context(db, person)
        agree(db, context.scene, context.unit, content=context.unit.content, what=case.code)
    return case


def _judges(people: People) -> tuple[Person, ...]:
    return people.ana, people.ben, people.chi, people.dee


def _asked(db: Session, people: People, case: ACase) -> AnAudit:
    context = case.context(db)
    auditors = [people.eli.id, people.gus.id]
    asked = request_audit(db, context.scene, context.unit, auditors=auditors, what=case.code)
    return AnAudit(case, asked.id or 0)


def _write(db: Session, audit: AnAudit, person: Person) -> None:
    """Other words for the first core idea, a split of the second, and one on the whole."""
    context = audit.context(db, person)
    ideas = [item for item in read_audit(db, context).items if item.kind == "core_idea"]
    wording = Suggestion.WORDING, {"text": "P stopped breathing."}
    split = Suggestion.SPLIT, {"parts": ["P looked away.", "P hid it."]}
    for item, type_, (kind, what) in (
        (ideas[0], CommentType.WORDING, wording),
        (ideas[1], CommentType.SPLIT_OR_MERGE, split),
        (None, CommentType.PRAISE, (None, None)),
    ):
        about = ABOUT[item.kind] if item else "the whole"
        said = Written(
            guid(),
            about,  # type: ignore[arg-type]
            item.guid if item else "",
            item.number if item else "",
            "",
            type_,
            f"{person.account.name} on {type_}.",
            Strength.SHOULD,
            kind,
            what,  # type: ignore[arg-type]
        )
        save_comment(db, context, said, version=0)


def _answer(db: Session, audit: AnAudit, decisions: tuple[Decision, ...]) -> None:
    ben = audit.context(db, audit.case.people.ben)
    for comment, decision in zip(comments_of(db, ben), decisions, strict=False):
        applies = decision is Decision.ACCEPTED
        decide(
            db, ben, guid=comment.guid, decision=decision, reason="Turn 2 says so.", applies=applies
        )


def open_a_comment(page: Page) -> None:
    """The form of a comment, with what may be suggested."""
    page.get_by_role("link", name="Comment on core idea").first.click()
    form = page.locator("#comment-form")
    expect(form).to_be_visible()
    form.get_by_text("Suggest a change").click()
    form.get_by_label("Kind of change").select_option("split")


def open_a_comment_on_a_card(page: Page) -> None:
    """The form of a comment on a card of a board."""
    page.get_by_role("link", name="Comment on card").first.click()
    expect(page.locator("#comment-form")).to_be_visible()


def select_words(page: Page) -> None:
    """Words marked, and what is offered for them."""
    page.locator(".core-idea .book").first.evaluate(
        "element => getSelection().selectAllChildren(element)"
    )
    page.locator(".core-idea .book").first.dispatch_event("mouseup")


def reject_without_a_reason(page: Page) -> None:
    """A decision that wants a reason."""
    page.get_by_role("button", name="Reject").last.click()


def bring_a_form(page: Page) -> None:
    """A filled-in form, and what was found in it."""
    rows = "item,type,comment\n4.1,praise,Well done.\n9.9,praise,Where?\n"
    file = {"name": "form.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    page.get_by_label("The form, filled in").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Look at it").click()
    page.wait_for_load_state()


def answer_the_team(page: Page) -> None:
    """The auditor's answer to a response."""
    page.get_by_text("Answer", exact=True).first.click()
