"""Which core idea or passage illustrates a category."""

import pytest
from sqlmodel import Session

from app.frequency.illustrations import Candidate, Illustration, illustrate, spread
from app.frequency.queries import findings_of, samples_of
from app.frequency.tables import CategoryCases
from tests.frequency.a_sample import ASample, make_sample
from tests.people import People


def idea(code: str, number: int) -> Candidate:
    return Candidate(code, number, f"{code}.{number}")


@pytest.mark.pure
def test_illustrations_come_from_as_many_cases_as_they_can() -> None:
    categories = [CategoryCases(title, key=key) for key, title in enumerate("abc")]
    everybody = [idea("P01", 1), idea("P01", 2), idea("P02", 3), idea("P03", 4)]
    chosen = spread(categories, {0: everybody, 1: everybody, 2: everybody})
    assert [found.core_idea_id for _, found in chosen] == [1, 3, 4]


@pytest.mark.pure
def test_a_category_of_subcategories_takes_one_of_theirs() -> None:
    part = CategoryCases("part", key=2)
    whole = CategoryCases("whole", key=1, subcategories=[part])
    empty = CategoryCases("empty", key=3)
    chosen = spread([whole, part, empty], {2: [idea("P01", 1), idea("P02", 2)]})
    assert [(category.title, found.code) for category, found in chosen] == [
        ("whole", "P01"),
        ("part", "P02"),
    ]


@pytest.fixture
def sample(db: Session, people: People) -> ASample:
    """Two cases in one category; P01 said it in two passages, one with a quotation in it."""
    made = make_sample(db, people)
    made.add_cases("P01", "P02", "P03")
    made.add_category("Reasons", "Felt close")
    first = made.add_idea("P01", "Reasons", "Felt close", text="P felt close to C.")
    made.add_idea("P02", "Reasons", "Felt close", text="P felt near.")
    version = made.add_transcript("P01", ("P", "It was a long story about her.\nShe said “go”."))
    made.add_raw_data(first, "P01", version, 0, "It was a long story about her.")
    made.add_raw_data(first, "P01", version, 21, "about her.\nShe said “go”.")
    made.add_raw_data(first, "P01", version, 31, "She said “go”.")
    return made


def illustration(sample: ASample, kind: Illustration) -> str:
    found = findings_of(sample.db, sample.study_id, samples_of(sample.db, sample.study_id))
    illustrate(sample.db, found, kind)
    return found[0].table().domains[0].rows[0].illustration


def test_a_core_idea_illustrates_as_it_stands(sample: ASample) -> None:
    assert illustration(sample, Illustration.CORE_IDEA) == "P felt close to C."


def test_a_quotation_is_the_shortest_passage_in_single_marks_inside_double(
    sample: ASample,
) -> None:
    assert illustration(sample, Illustration.QUOTATION) == "“She said ‘go’.”"
