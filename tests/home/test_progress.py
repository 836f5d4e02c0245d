"""The progress board: states in words, counts, who is waited for."""

from sqlmodel import Session

from app.consensus.models import Assignment
from app.consensus.rules import State
from app.home.progress import Progress, sample_progress, sample_tabs
from tests.home.a_sample import SampleInTheMaking
from tests.people import People, Person


def progress(db: Session, people: People, person: Person | None = None) -> Progress:
    """The board of the people's sample, as Ana (or another) sees it."""
    study = people.context(db, person)
    return sample_progress(db, study, sample_tabs(db, study)[0])


def test_a_case_without_a_transcript_waits_for_the_pi(
    db: Session, people: People, sample: SampleInTheMaking
) -> None:
    sample.domain("Reasons")
    sample.case("P01", text=False)
    (case,) = progress(db, people).cases
    assert (case.transcript.words, case.coding.words) == ("none yet", "not started")
    assert (case.waiting.words, case.waiting.me) == ("the PI", True)
    assert not progress(db, people, people.ben).cases[0].waiting.me


def test_without_domains_coding_waits_for_the_pi(
    db: Session, people: People, sample: SampleInTheMaking
) -> None:
    sample.case("P01")
    assert progress(db, people).cases[0].waiting.words == "the PI"
    sample.domain("Reasons")
    assert progress(db, people).cases[0].waiting.words == "the team"


def test_coding_freezes_the_transcript(
    db: Session, people: People, sample: SampleInTheMaking
) -> None:
    case = sample.case("P01", State.CONSENSUS)
    assert progress(db, people).cases[0].transcript.words == "stored, v1"
    sample.block(case)
    assert progress(db, people).cases[0].transcript.words == "frozen, v1"


def test_who_has_still_to_agree_is_named_to_judges_and_pi(
    db: Session, people: People, sample: SampleInTheMaking
) -> None:
    sample.domain("Reasons")
    unit = sample.unit_of(case=sample.case("P01", State.CONSENSUS))
    sample.agreed_by(unit, people.ben, people.chi)
    for_ana = progress(db, people).cases[0]
    assert for_ana.coding.words == "2 of 4 agreed"
    assert (for_ana.waiting.words, for_ana.waiting.me) == ("you and Dee", True)
    for_ben = progress(db, people, people.ben).cases[0].waiting
    assert (for_ben.words, for_ben.me) == ("Ana and Dee", False)


def test_a_judge_of_other_units_learns_only_how_many_are_missing(
    db: Session, people: People, sample: SampleInTheMaking
) -> None:
    sample.domain("Reasons")
    unit = sample.unit_of(case=sample.case("P01", State.CONSENSUS))
    for judge in (people.ben, people.chi):
        db.add(Assignment(unit_id=unit.id or 0, account_id=judge.id))
    sample.agreed_by(unit, people.ben)
    case = progress(db, people, people.dee).cases[0]
    assert case.waiting.words == "one judge"
    assert case.url is None
    assert progress(db, people).cases[0].waiting.words == "Chi"


def test_an_agreement_to_older_content_counts_no_more(
    db: Session, people: People, sample: SampleInTheMaking
) -> None:
    unit = sample.unit_of(case=sample.case("P01", State.CONSENSUS))
    sample.agreed_by(unit, people.ben)
    unit.content += 1
    db.add(unit)
    db.flush()
    assert progress(db, people).cases[0].coding.words == "nobody agreed yet"


def test_a_case_is_in_when_agreed_and_all_its_core_ideas_are_placed(
    db: Session, people: People, sample: SampleInTheMaking
) -> None:
    reasons, effects = sample.domain("Reasons"), sample.domain("Effects")
    done = sample.case("P01", State.AGREED)
    half = sample.case("P02", State.AGREED)
    sample.case("P03", State.AGREED)
    early = sample.case("P04", State.CONSENSUS)
    sample.core_idea(done, reasons, placed=True)
    sample.core_idea(half, reasons, placed=True)
    sample.core_idea(half, effects)
    sample.core_idea(early, reasons, placed=True)
    seen = progress(db, people)
    assert [case.is_in for case in seen.cases] == [True, False, True, False]
    assert (seen.agreed, seen.cases_in) == (3, 2)
    assert [(board.core_ideas, board.unsorted, board.cases_in) for board in seen.boards] == [
        (3, 0, 3),
        (1, 1, 2),
    ]


def test_a_board_goes_from_empty_to_agreed_in_words(
    db: Session, people: People, sample: SampleInTheMaking
) -> None:
    domain = sample.domain("Reasons")
    case = sample.case("P01", State.AGREED)
    board = sample.unit_of(domain=domain)

    def said() -> tuple[str, str]:
        standing = progress(db, people).boards[0]
        return standing.standing.words, standing.waiting.words

    assert said() == ("no core ideas yet", "the cases")
    sample.core_idea(case, domain)
    assert said() == ("not started", "the team")
    board.state = State.CONSENSUS
    db.add(board)
    sample.core_idea(case, domain, placed=True)
    assert said() == ("sorting, 1 to go", "the team")
    board.state = State.AGREED
    db.add(board)
    db.flush()
    assert said() == ("agreed", "nobody")


def test_in_a_large_sample_cases_that_stand_alike_share_a_line(
    db: Session, people: People, sample: SampleInTheMaking
) -> None:
    for number in range(1, 9):
        sample.case(f"P{number:02}", State.NOT_STARTED if number == 3 else State.AGREED)
    assert len(progress(db, people).groups) == 8
    sample.case("P09", State.AGREED)
    lines = [[case.code for case in line.cases] for line in progress(db, people).groups]
    assert lines == [["P01", "P02", "P04", "P05", "P06", "P07", "P08", "P09"], ["P03"]]


def test_a_reader_may_open_only_what_is_agreed(
    db: Session, people: People, sample: SampleInTheMaking
) -> None:
    sample.domain("Reasons", State.AGREED)
    sample.domain("Effects", State.CONSENSUS)
    sample.case("P01", State.AGREED)
    seen = progress(db, people, people.ida)
    assert [bool(board.url) for board in seen.boards] == [True, False]
    assert seen.cases[0].url is None


def test_the_board_costs_the_same_whatever_its_size(
    db: Session, people: People, sample: SampleInTheMaking, statements: list[str]
) -> None:
    def cost() -> int:
        study = people.context(db)
        statements.clear()
        sample_progress(db, study, sample_tabs(db, study)[0])
        return len(statements)

    domain = sample.domain("Reasons")
    sample.core_idea(sample.case("P00"), domain)
    few = cost()
    for number in range(1, 21):
        domain = sample.domain(f"Domain {number}")
        sample.core_idea(sample.case(f"P{number:02}", State.CONSENSUS), domain)
    assert cost() == few
