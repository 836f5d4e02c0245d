"""An auditor sees the case and the board they audit as the team does, from the request on."""

import pytest
from sqlmodel import Session

from app.audit.due import ItemKey
from app.audit.models import AuditPlan
from app.audit.planning import choose_auditors, plan_of
from app.audit.requesting import request_audits
from app.consensus.models import Unit
from app.consensus.rules import State
from app.consensus.service import reopen
from app.core_ideas.service import add_core_idea
from app.cross_analysis.guard import load_board
from tests.audit.an_audit import AnAudit, agree_all, an_audit
from tests.domains.a_case import a_case
from tests.html import Reader
from tests.people import People, Person

OF_CASE = ("coding", "core-ideas", "consensus-version")


@pytest.fixture
def audit(db: Session, people: People) -> AnAudit:
    case = a_case(db, people, code="P07")
    case.put(db, "I held my breath.", "Antecedent")
    domain = case.domains["Antecedent"]
    add_core_idea(db, case.context(db), domain_id=domain, text="P held P's breath.")
    db.commit()
    agree_all(db, case)
    return an_audit(db, people, case=case)


def _statuses(audit: AnAudit, person: Person) -> set[int]:
    case = f"{audit.case.people.sample_url}/cases/P07"
    return {person.get(f"{case}/{page}").status_code for page in OF_CASE}


def test_an_auditor_of_a_case_opens_its_pages_and_no_other_auditor_does(
    db: Session, audit: AnAudit
) -> None:
    people = audit.case.people
    assert _statuses(audit, people.eli) == {200}
    assert _statuses(audit, people.fay) == {403}
    assert _statuses(audit, people.ida) == {403}
    assert _statuses(audit, people.hal) == {404}
    board = f"{people.sample_url}/domains/{audit.case.domains['Antecedent']}/cross-analysis"
    assert people.eli.get(board).status_code == 403


def test_they_change_nothing_there_and_see_no_drafts_and_no_trail(
    db: Session, audit: AnAudit
) -> None:
    people = audit.case.people
    case = f"{people.sample_url}/cases/P07"
    page = Reader(people.eli.browser).open(f"{case}/coding")
    assert "I held my breath." in page.text
    assert "reservation" not in page.text
    assert "began a round" not in page.text
    for closed in ("coding/discussion", "consensus-version.docx"):
        assert people.eli.get(f"{case}/{closed}").status_code == 403
    for act in ("coding/blocks", "agreement", "reopen", "core-ideas"):
        assert people.eli.post(f"{case}/{act}", {}).status_code == 403


def test_an_auditor_reads_the_history_of_what_they_audit_and_of_nothing_else(
    db: Session, audit: AnAudit
) -> None:
    people = audit.case.people
    history = f"{people.url}/history/unit/{audit.case.context(db).unit.id}"
    told = Reader(people.eli.browser).open(history)
    assert "agreed" in told.text
    assert people.fay.get(history).status_code == 404
    assert people.eli.get(f"{people.url}/trail").status_code == 403


@pytest.mark.parametrize("page", ["coding", "core-ideas", "consensus-version"])
def test_no_page_of_the_case_leads_its_auditor_to_a_closed_door(
    db: Session, audit: AnAudit, page: str
) -> None:
    people = audit.case.people
    reads = Reader(people.eli.browser).open(f"{people.sample_url}/cases/P07/{page}")
    links = {link.get("href").split("#")[0] for link in reads.page.iter("a") if link.get("href")}
    inside = sorted(link for link in links if link.startswith("/studies/"))
    assert inside
    closed = [link for link in inside if people.eli.get(link).status_code != 200]
    assert not closed


def test_the_door_closes_when_the_case_is_reopened(db: Session, audit: AnAudit) -> None:
    people = audit.case.people
    context = audit.case.context(db)
    reopen(db, context.scene, context.unit, reason="A passage was missed.")
    db.commit()
    assert _statuses(audit, people.eli) == {403}
    agree_all(db, audit.case)
    again = an_audit(db, people, people.fay, case=audit.case)
    assert _statuses(again, people.eli) == {403}
    assert _statuses(again, people.fay) == {200}


def test_where_auditors_are_not_to_know_names_they_read_in_their_audit_alone(
    db: Session, audit: AnAudit
) -> None:
    people = audit.case.people
    db.add(AuditPlan(study_id=people.context(db).id, seed=1, shows_names=False))
    db.commit()
    assert _statuses(audit, people.eli) == {403}
    assert people.eli.get(audit.url).status_code == 200


def test_an_auditor_of_a_board_opens_it(db: Session, audit: AnAudit) -> None:
    people = audit.case.people
    domain = audit.case.domains["Antecedent"]
    study = people.context(db)
    board = load_board(db, study, people.sample.id or 0, domain)
    unit = db.get_one(Unit, board.unit.id)
    unit.state = State.AGREED
    db.add(unit)
    db.commit()
    assert people.fay.get(board.url).status_code == 403
    key = ItemKey(board.unit.id)
    chosen = [people.fay.id, people.gus.id]
    choose_auditors(db, study, key=key, auditors=chosen, reason="An external one is wanted.")
    request_audits(db, study, plan_of(db, study.id), items=[key])
    db.commit()
    assert people.fay.get(board.url).status_code == 200
    assert people.fay.get(f"{board.url}/version").status_code == 200
    assert people.eli.get(board.url).status_code == 403
