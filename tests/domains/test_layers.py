"""Passages in one domain that overlap, nest, touch or are the same, in every layer."""

import re

import pytest
from sqlmodel import Session

from tests.domains.a_case import ACase, a_case
from tests.domains.a_discussion import (
    AWAY,
    BREATH,
    MOTHER,
    ADiscussion,
    draft,
    hand_in,
    independent,
)
from tests.people import People, Person

TWO = f"{MOTHER} {BREATH}"
BEHIND = f"{BREATH} {AWAY}"


@pytest.fixture
def case(db: Session, people: People) -> ACase:
    """Ben has passages that overlap, nest and touch; Chi all of these but one; Dee a single one."""
    independent(db, people)
    case = a_case(db, people)
    draft(db, case, people.ben, [(words, ["Antecedent"]) for words in (TWO, BEHIND, MOTHER, AWAY)])
    draft(db, case, people.chi, [(words, ["Antecedent"]) for words in (TWO, BEHIND, MOTHER)])
    draft(db, case, people.dee, [(BREATH, ["Antecedent"])])
    db.commit()
    return case


def stripes(case: ACase, person: Person) -> int:
    """How many passages a judge's coding page shows."""
    return len(set(re.findall(r'<a class="stripe" href="([^"?]+)', person.get(case.url).text)))


def test_each_draft_shows_every_passage_of_its_judge_side_by_side(case: ACase) -> None:
    people = case.people
    assert [stripes(case, each) for each in (people.ben, people.chi, people.dee)] == [4, 3, 1]


def test_the_same_passage_again_is_one_passage(db: Session, case: ACase) -> None:
    draft(db, case, case.people.ben, [(TWO, ["Antecedent"]), (AWAY, ["Antecedent"])])
    db.commit()
    assert stripes(case, case.people.ben) == 4


def test_what_all_judges_have_is_one_passage_of_the_consensus_to_its_utmost_ends(
    db: Session, case: ACase
) -> None:
    people = case.people
    hand_in(db, case, people.ben, people.chi, people.dee)
    db.commit()
    found = ADiscussion(case)
    assert found.placed(db) == [(f"{MOTHER} {BEHIND}", {"Antecedent"})]
    assert [stripes(case, each) for each in (people.ben, people.ana)] == [1, 1]
