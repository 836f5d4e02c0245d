"""Private drafts and two passes on home and overview: who is awaited, and no count of drafts."""

from sqlmodel import Session

from app.consensus.models import Assignment, Drafter, Layer, Unit
from app.consensus.rules import State, Step
from app.db import now
from app.home.progress import Progress, agreed_cases, sample_progress, sample_tabs
from app.home.waiting import Task, waiting_for
from app.studies.models import Study
from app.studies.queries import my_studies
from app.studies.ways import WayOfWorking
from tests.home.a_sample import SampleInTheMaking
from tests.html import Reader
from tests.people import People, Person


def works(db: Session, people: People, **ways: object) -> None:
    """How the study works on what is begun next."""
    study = db.get_one(Study, people.study.id)
    study.sqlmodel_update(ways)
    db.add(study)
    db.flush()


INDEPENDENT = WayOfWorking.INDEPENDENT_FIRST
DRAFTER = WayOfWorking.DRAFTER_AND_REVIEWERS


def submitted(db: Session, unit: Unit, *persons: Person) -> None:
    """These judges have submitted their drafts."""
    for person in persons:
        db.add(Layer(unit_id=unit.id or 0, account_id=person.id, submitted_at=now()))
    db.flush()


def waiting(db: Session, person: Person) -> list[Task]:
    """What waits for somebody."""
    studies = my_studies(db, person.me)
    return list(waiting_for(db, person.id, {study.id: study.roles for study in studies}))


def texts(db: Session, person: Person) -> list[str]:
    """Only the first lines."""
    return [task.text for task in waiting(db, person)]


def progress(db: Session, people: People, person: Person | None = None) -> Progress:
    """The overview's board, as Ana (or another) sees it."""
    study = people.context(db, person)
    return sample_progress(db, study, sample_tabs(db, study)[0])


def test_a_draft_waits_for_who_has_not_submitted_it(
    db: Session, people: People, sample: SampleInTheMaking
) -> None:
    works(db, people, way_of_working=INDEPENDENT)
    sample.domain("Reasons")
    unit = sample.unit_of(case=sample.case("P07", State.INDEPENDENT))
    submitted(db, unit, people.ana, people.chi)
    (task,) = waiting(db, people.ben)
    assert (task.text, task.note) == (
        "Submit your draft of P07",
        "independent, 2 of 4 submitted",
    )
    assert task.url == f"{people.sample_url}/cases/P07/coding"
    assert texts(db, people.chi) == []
    for_ben = progress(db, people, people.ben).cases[0]
    assert for_ben.coding.words == "independent, 2 of 4 submitted"
    assert (for_ben.waiting.words, for_ben.waiting.me) == ("you and Dee", True)
    assert progress(db, people).cases[0].waiting.words == "Ben and Dee"


def test_a_case_is_begun_by_each_judge_alone(
    db: Session, people: People, sample: SampleInTheMaking
) -> None:
    works(db, people, way_of_working=INDEPENDENT)
    sample.domain("Reasons")
    sample.case("P07")
    for person in (people.ben, people.chi):
        (task,) = waiting(db, person)
        assert task.text == "Begin P07"
        assert task.note.startswith("each judge drafts in private")
    assert progress(db, people).cases[0].coding.words == "not started"


def test_it_is_somebodys_turn_to_draft(
    db: Session, people: People, sample: SampleInTheMaking
) -> None:
    works(db, people, way_of_working=DRAFTER)
    sample.domain("Reasons")
    for code in ("P08", "P09", "P10"):
        sample.case(code)
    assert texts(db, people.ana) == ["It is your turn to draft P08"]
    assert texts(db, people.ben) == []
    named = sample.unit_of(case=sample.case("P11"))
    db.add(Drafter(unit_id=named.id or 0, account_id=people.ben.id))
    begun = sample.unit_of(case=sample.case("P07", State.INDEPENDENT))
    db.add(Drafter(unit_id=begun.id or 0, account_id=people.ana.id))
    begun.way = DRAFTER
    db.add(begun)
    db.flush()
    assert texts(db, people.ana) == ["Submit your draft of P07"]
    assert texts(db, people.ben) == ["It is your turn to draft P11"]
    assert texts(db, people.chi) == ["It is your turn to draft P08"]
    words = {case.code: case.coding.words for case in progress(db, people).cases}
    assert words["P07"] == "Ana drafts"
    waits = {case.code: case.waiting.words for case in progress(db, people, people.dee).cases}
    assert (waits["P07"], waits["P08"], waits["P11"]) == ("Ana", "Chi", "Ben")


def test_a_private_list_of_categories_waits_too(
    db: Session, people: People, sample: SampleInTheMaking
) -> None:
    works(db, people, board_way=INDEPENDENT)
    case = sample.case("P01", State.AGREED)
    fresh, begun = sample.domain("Reasons"), sample.domain("Effects", State.INDEPENDENT)
    for domain in (fresh, begun):
        sample.core_idea(case, domain)
    submitted(db, sample.unit_of(domain=begun), people.chi)
    assert texts(db, people.ben) == [
        "Submit your draft of the board Effects",
        "Make your own categories of Reasons",
    ]
    assert texts(db, people.chi) == ["Make your own categories of Reasons"]
    boards = {board.title: board for board in progress(db, people).boards}
    assert boards["Effects"].standing.words == "independent, 1 of 4 submitted"
    assert boards["Effects"].waiting.words == "you, Ben and Dee"
    assert boards["Reasons"].standing.words == "not started"


def test_a_judge_of_other_units_learns_only_how_many_still_draft(
    db: Session, people: People, sample: SampleInTheMaking
) -> None:
    works(db, people, way_of_working=INDEPENDENT)
    sample.domain("Reasons")
    unit = sample.unit_of(case=sample.case("P01", State.INDEPENDENT))
    for judge in (people.ben, people.chi):
        db.add(Assignment(unit_id=unit.id or 0, account_id=judge.id))
    submitted(db, unit, people.ben)
    assert progress(db, people, people.dee).cases[0].waiting.words == "one judge"
    assert progress(db, people).cases[0].waiting.words == "Chi"


def first_pass(db: Session, sample: SampleInTheMaking, code: str, state: State) -> Unit:
    """A case whose domains alone are worked on."""
    unit = sample.unit_of(case=sample.case(code, state))
    unit.step = Step.DOMAINS
    db.add(unit)
    db.flush()
    return unit


def test_the_end_of_the_first_pass_is_not_the_end(
    db: Session, people: People, sample: SampleInTheMaking
) -> None:
    works(db, people, passes=2)
    sample.domain("Reasons")
    unit = first_pass(db, sample, "P01", State.AGREED)
    sample.case("P02", State.AGREED)
    seen = progress(db, people, people.ben)
    assert [case.coding.words for case in seen.cases] == ["domains agreed", "agreed"]
    assert [case.is_in for case in seen.cases] == [False, True]
    assert (seen.agreed, seen.cases_in) == (1, 1)
    assert (seen.cases[0].waiting.words, seen.cases[0].waiting.me) == ("the team", True)
    assert agreed_cases(db, [people.study.id or 0])[people.study.id or 0].agreed == 1
    (task,) = waiting(db, people.ben)
    assert task.text == "Go on to the core ideas of P01"
    unit.state, unit.step = State.CONSENSUS, Step.CORE_IDEAS
    db.add(unit)
    sample.agreed_by(unit, people.chi)
    (task,) = waiting(db, people.ben)
    assert (task.text, task.url) == (
        "Agree to P01",
        f"{people.sample_url}/cases/P01/core-ideas",
    )
    assert progress(db, people).cases[0].coding.words == "core ideas: 1 of 4 agreed"


def test_before_anything_is_begun_the_pi_is_asked_how_the_team_works(
    db: Session, people: People, sample: SampleInTheMaking
) -> None:
    sample.domain("Reasons")
    sample.case("P01")
    db.commit()
    page = Reader(people.ana.browser).open(people.url)
    assert "Cases are worked on together, boards together, in one pass." in page.text
    page.follow("Choose how the team works")
    assert "Save how the team works" in page.text
    assert "Choose how the team works" not in people.ben.get(people.url).text
    sample.case("P02", State.CONSENSUS)
    db.commit()
    assert "Choose how the team works" not in people.ana.get(people.url).text


def test_drafts_cost_the_same_whatever_their_number(
    db: Session, people: People, sample: SampleInTheMaking, statements: list[str]
) -> None:
    def cost() -> tuple[int, int]:
        db.flush()
        study = people.context(db)
        statements.clear()
        sample_progress(db, study, sample_tabs(db, study)[0])
        on_overview = len(statements)
        statements.clear()
        waiting(db, people.ana)
        return on_overview, len(statements)

    works(db, people, way_of_working=DRAFTER, board_way=INDEPENDENT)
    sample.core_idea(sample.case("P00", State.INDEPENDENT), sample.domain("Domain 0"))
    few = cost()
    for number in range(1, 15):
        domain = sample.domain(f"Domain {number}", State.INDEPENDENT)
        sample.core_idea(sample.case(f"P{number:02}", State.INDEPENDENT), domain)
    assert cost() == few
