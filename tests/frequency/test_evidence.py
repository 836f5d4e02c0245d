"""What stands behind one row: cases, core ideas, raw data, and the way to its turn."""

import pytest
from sqlmodel import Session

from app.consensus.models import Agreement
from app.consensus.rules import State
from app.errors import NotFound
from app.frequency.evidence import Evidence, evidence_of
from tests.frequency.a_sample import ASample, findings_table, make_sample
from tests.people import People

LONG = "She told me about her mother. I could feel it coming."


@pytest.fixture
def sample(db: Session, people: People) -> ASample:
    """*Loss* with a subcategory; P02 spoke of it in two transcripts."""
    made = make_sample(db, people)
    made.add_cases("P02", "P01", "P03", "P04")
    made.add_category("Reasons", "Loss")
    made.add_category("Reasons", "Loss", "of a parent")
    made.add_idea("P01", "Reasons", "Loss", text="P lost a friend.")
    both = made.add_idea("P02", "Reasons", "Loss", ("Loss", "of a parent"), text="P lost a parent.")
    made.add_idea("P02", "Reasons", ("Loss", "of a parent"), text="P misses her.")
    first = made.add_transcript("P02", ("I", "And then?"), ("P", LONG), ("I", "Mm."), ("P", "Yes."))
    second = made.add_transcript("P02", ("P", "She died."), title="Follow-up")
    made.add_raw_data(both, "P02", second, 0, "She died.")
    made.add_raw_data(both, "P02", first, 10, f"{LONG}\nMm.\nYes.")
    return made


def opened(sample: ASample, *path: str, raw_data: bool = True) -> Evidence:
    return evidence_of(
        sample.db,
        sample.study,
        sample_id=sample.id,
        table=findings_table(sample.db, sample.study_id, sample.id),
        category_id=sample.categories[path],
        raw_data=raw_data,
    )


def test_a_category_shows_its_cases_in_order_with_those_of_its_subcategories(
    sample: ASample,
) -> None:
    found = opened(sample, "Reasons", "Loss")
    assert found.reason == "2 of 4 cases: at least two and up to half of the cases."
    assert [(case.code, idea.text, idea.under) for case in found.cases for idea in case.ideas] == [
        ("P01", "P lost a friend.", ""),
        ("P02", "P lost a parent.", ""),
        ("P02", "P misses her.", "of a parent"),
    ]


def test_a_subcategory_shows_its_own_and_names_its_category(sample: ASample) -> None:
    found = opened(sample, "Reasons", "Loss", "of a parent")
    assert found.parent is not None
    assert (found.domain.title, found.parent.title) == ("Reasons", "Loss")
    assert [case.code for case in found.cases] == ["P02"]
    assert len(found.cases[0].ideas) == 2


def test_raw_data_leads_to_its_turn_in_its_transcript(sample: ASample) -> None:
    case = f"/studies/{sample.study_id}/samples/{sample.id}/cases/P02/coding"
    passages = opened(sample, "Reasons", "Loss").cases[1].ideas[0].passages
    assert [(passage.cited, passage.url) for passage in passages] == [
        ("turns 2–4", f"{case}#turn-2"),
        ("turn 2:1", f"{case}?transcript=2#turn-2-1"),
    ]
    assert passages[0].quote == f"{LONG}\nMm.\nYes."


def test_who_may_not_read_transcripts_gets_no_raw_data(sample: ASample) -> None:
    found = opened(sample, "Reasons", "Loss", raw_data=False)
    assert [idea.passages for case in found.cases for idea in case.ideas] == [(), (), ()]


def test_an_agreed_case_names_the_judges_who_agreed(sample: ASample, people: People) -> None:
    unit_id = sample.unit_of("P01")
    for judge in (people.ben, people.chi):
        sample.db.add(Agreement(unit_id=unit_id, account_id=judge.id, content=0))
    sample.db.flush()
    first = opened(sample, "Reasons", "Loss").cases[0]
    assert (first.is_agreed, first.agreed_by) == (True, ("Ben", "Chi"))
    sample.set_case("P01", State.CONSENSUS)
    first = opened(sample, "Reasons", "Loss").cases[0]
    assert (first.is_agreed, first.agreed_by) == (False, ())


def test_a_category_that_is_not_in_the_table_has_no_evidence(sample: ASample) -> None:
    sample.add_category("Reasons", "Nobody")
    with pytest.raises(NotFound):
        opened(sample, "Reasons", "Nobody")


def test_as_many_statements_for_many_cases_as_for_few(
    sample: ASample, statements: list[str]
) -> None:
    def sent() -> int:
        sample.db.flush()
        table = findings_table(sample.db, sample.study_id, sample.id)
        study = sample.study
        statements.clear()
        evidence_of(
            sample.db,
            study,
            sample_id=sample.id,
            table=table,
            category_id=sample.categories["Reasons", "Loss"],
            raw_data=True,
        )
        return len(statements)

    few = sent()
    codes = [f"P{number}" for number in range(10, 30)]
    sample.add_cases(*codes)
    sample.find(codes, "Reasons", "Loss")
    assert sent() == few == 3
