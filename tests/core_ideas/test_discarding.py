"""A draft whose judge was taken off holds nothing in place for ever: a PI discards it, unread."""

import pytest
from sqlmodel import Session, col, select

from app.consensus.assigning import set_judges
from app.core_ideas.models import Absence, AbsenceReason, CoreIdea
from app.domains.list_service import remove_domain
from app.domains.models import Block
from app.errors import Conflict
from app.trail.models import TrailEntry, TrailValues
from app.trail.service import verify
from tests.core_ideas.a_revealed_case import (
    GRIEF,
    MOTHER,
    TEARS,
    ADraft,
    ARevealedCase,
    private_case,
)
from tests.people import People

SECRET = "Dee alone thought of this."
DEE = ADraft(
    passages=[(GRIEF, "THO")],
    ideas=[("THO", SECRET, GRIEF)],
    absences=[("ANT", AbsenceReason.TOO_THIN)],
)
OTHERS = ADraft(passages=[(MOTHER, "ANT"), (TEARS, "EXT")])


@pytest.fixture
def case(db: Session, people: People) -> ARevealedCase:
    """Ben and Chi go on without Dee, whose draft stays as it is."""
    case = private_case(db, people, judges=(people.ben, people.chi, people.dee))
    case.draft(people.dee, DEE)
    unit = case.seen_by().unit.id
    remaining = [people.ben.id, people.chi.id]
    study = people.context(db)
    set_judges(db, study, unit_id=unit, account_ids=remaining, reason="Dee is ill.")
    case.draft(people.ben, OTHERS)
    case.draft(people.chi, OTHERS)
    db.commit()
    return case


def test_a_pi_discards_a_draft_that_is_never_revealed(
    db: Session, people: People, case: ARevealedCase
) -> None:
    def remove() -> None:
        sample = people.sample.id or 0
        remove_domain(db, people.context(db), sample_id=sample, domain_id=case.domains["THO"])

    with pytest.raises(Conflict, match="drafted in private"):
        remove()
    page, unit = f"{people.url}/team/assignments", case.seen_by().unit.id
    url = f"{page}/{unit}/drafts/{people.dee.id}/discarding"
    shown = people.ana.get(page).text
    assert "Why discard Dee’s draft of P07" in shown
    assert SECRET not in shown
    assert "Drafts that nobody" not in people.ben.get(page).text
    assert people.ben.post(url, {"reason": "I am curious."}).status_code == 403
    assert people.ana.post(url, {"reason": " "}).status_code == 422
    assert people.ana.post(url, {"reason": "Dee does not come back."}).status_code == 303
    assert "Drafts that nobody" not in people.ana.get(page).text
    assert people.ana.post(url, {"reason": "Twice."}).status_code == 409
    remove()
    for table in (CoreIdea, Absence, Block):
        left = db.exec(select(table).where(col(table.made_by) == people.dee.id)).all()
        assert left == [], table
    noted = db.exec(
        select(TrailValues.after).join(TrailEntry).where(TrailEntry.verb == "discard a draft")
    ).one()
    assert noted == {"account": people.dee.id, "reason": "Dee does not come back."}
    assert not list(verify(db))


def test_the_draft_of_a_judge_is_discarded_by_nobody(
    db: Session, people: People, case: ARevealedCase
) -> None:
    page, unit = f"{people.url}/team/assignments", case.seen_by().unit.id
    for person in (people.ben, people.chi, people.ana):
        url = f"{page}/{unit}/drafts/{person.id}/discarding"
        assert people.ana.post(url, {"reason": "Why not."}).status_code == 409
