"""What waits for whom, in which order, leading where."""

from sqlmodel import Session

from app.consensus.models import Assignment, Point
from app.consensus.points import add_points
from app.consensus.rules import Outcome, PointKind, State
from app.home.waiting import Task, waiting_for
from app.studies.queries import my_studies
from app.studies.service import add_sample, create_study
from tests.home.a_sample import SampleInTheMaking
from tests.people import People, Person


def waiting(db: Session, person: Person) -> tuple[Task, ...]:
    """What waits for somebody in all their studies."""
    studies = my_studies(db, person.me)
    return waiting_for(db, person.id, {study.id: study.roles for study in studies})


def texts(db: Session, person: Person) -> list[str]:
    """Only the first lines."""
    return [task.text for task in waiting(db, person)]


def test_agreeing_comes_first_and_says_who_agreed(
    db: Session, people: People, sample: SampleInTheMaking
) -> None:
    sample.domain("Reasons")
    sample.case("P01", State.CONSENSUS)
    unit = sample.unit_of(case=sample.case("P02", State.CONSENSUS))
    sample.agreed_by(unit, people.chi, people.dee)
    tasks = waiting(db, people.ben)
    assert [task.text for task in tasks] == ["Agree to P02", "Finish P01"]
    assert tasks[0].note == "Chi and Dee agreed"
    assert tasks[0].url == f"{people.sample_url}/cases/P02/coding"
    sample.agreed_by(unit, people.ana)
    assert waiting(db, people.ben)[0].note == "Ana, Chi and Dee agreed, only you are missing"
    assert texts(db, people.chi) == ["Finish P01"]


def test_a_case_with_open_points_waits_to_be_discussed(
    db: Session, people: People, sample: SampleInTheMaking
) -> None:
    sample.domain("Reasons")
    unit = sample.unit_of(case=sample.case("P01", State.CONSENSUS))
    points = [Point(unit_id=unit.id or 0, kind=PointKind.PASSAGE) for _ in range(3)]
    points[2].is_joined = True
    add_points(db, points)
    (task,) = waiting(db, people.ben)
    assert (task.text, task.note) == ("Discuss P01", "2 points are still open")
    assert task.url == f"{people.sample_url}/cases/P01/coding/discussion"
    points[0].outcome = points[1].outcome = Outcome.NOT_CODED
    db.add_all(points)
    db.flush()
    assert texts(db, people.ben) == ["Finish P01"]


def test_a_case_of_other_judges_does_not_wait_for_me(
    db: Session, people: People, sample: SampleInTheMaking
) -> None:
    sample.domain("Reasons")
    unit = sample.unit_of(case=sample.case("P01", State.CONSENSUS))
    db.add(Assignment(unit_id=unit.id or 0, account_id=people.ben.id))
    db.flush()
    assert texts(db, people.ben) == ["Finish P01"]
    assert texts(db, people.chi) == []


def test_a_case_is_begun_once_it_has_a_text_and_domains(
    db: Session, people: People, sample: SampleInTheMaking
) -> None:
    sample.case("P01")
    sample.case("P02", text=False)
    assert texts(db, people.ben) == []
    sample.domain("Reasons")
    assert texts(db, people.ben) == ["Begin P01"]


def test_many_cases_share_a_line(db: Session, people: People, sample: SampleInTheMaking) -> None:
    sample.domain("Reasons")
    for number in range(1, 7):
        sample.case(f"P{number:02}")
    (task,) = waiting(db, people.ben)
    assert task.text == "Begin P01, P02 and 4 more"
    assert task.url == f"{people.sample_url}/cases/P01/coding"


def test_unsorted_cards_wait_for_the_judges(
    db: Session, people: People, sample: SampleInTheMaking
) -> None:
    case, domain = sample.case("P01", State.AGREED), sample.domain("Reasons")
    sample.core_idea(case, domain)
    sample.core_idea(case, domain, placed=True)
    (task,) = waiting(db, people.ben)
    assert (task.text, task.note) == ("Sort one core idea in Reasons", "2 on the board")
    assert task.url == f"{people.sample_url}/domains/{domain.id}/cross-analysis"
    assert texts(db, people.eli) == texts(db, people.ida) == []


def test_a_sorted_board_waits_for_agreement(
    db: Session, people: People, sample: SampleInTheMaking
) -> None:
    case, domain = sample.case("P01", State.AGREED), sample.domain("Reasons", State.CONSENSUS)
    sample.core_idea(case, domain, placed=True)
    assert texts(db, people.ben) == ["Agree to the board Reasons"]
    sample.agreed_by(sample.unit_of(domain=domain), people.ben)
    assert texts(db, people.ben) == []
    assert waiting(db, people.chi)[0].note == "Ben agreed"


def test_many_boards_share_a_line(db: Session, people: People, sample: SampleInTheMaking) -> None:
    case = sample.case("P01", State.AGREED)
    for title in ("Reasons", "Effects", "Extent", "Training"):
        sample.core_idea(case, sample.domain(title))
    (task,) = waiting(db, people.ben)
    assert task.text == "Sort 4 core ideas on 4 boards"
    assert task.url == f"{people.sample_url}/cross-analysis"


def test_a_new_study_leads_its_pi_from_step_to_step(db: Session, people: People) -> None:
    study = create_study(db, people.hal.me, title="A first study").id
    mine = [task for task in waiting(db, people.hal) if task.study_id == study]
    assert [task.text for task in mine] == ["Add a sample", "Invite the judges"]
    assert [task.url for task in mine] == [
        f"/studies/{study}/settings#new-sample",
        f"/studies/{study}/team",
    ]


def test_a_sample_without_anything_is_set_up_next(
    db: Session, people: People, sample: SampleInTheMaking
) -> None:
    assert texts(db, people.ana) == [
        "Add the first case",
        "Write the domain list of “as therapist”",
    ]
    sample.domain("Reasons")
    sample.case("P01", text=False)
    add_sample(db, people.context(db), name="as client")
    tasks = waiting(db, people.ana)
    assert [task.text for task in tasks] == [
        "Write the domain list of “as client”",
        "Add the transcript of P01",
    ]
    assert tasks[0].note == "it has no cases yet either"
    assert tasks[1].url == f"{people.url}/cases/P01"
    assert texts(db, people.ben) == []


def test_notes_name_the_sample_where_there_are_several(
    db: Session, people: People, sample: SampleInTheMaking
) -> None:
    sample.domain("Reasons")
    sample.case("P01")
    add_sample(db, people.context(db), name="as client")
    (task,) = waiting(db, people.ben)
    assert task.note.startswith("as therapist: ")


def test_what_waits_costs_the_same_whatever_the_size(
    db: Session, people: People, sample: SampleInTheMaking, statements: list[str]
) -> None:
    def cost() -> int:
        db.flush()
        statements.clear()
        waiting(db, people.ana)
        return len(statements)

    sample.core_idea(sample.case("P00"), sample.domain("Domain 0"))
    few = cost()
    for number in range(1, 21):
        domain = sample.domain(f"Domain {number}")
        sample.core_idea(sample.case(f"P{number:02}", State.CONSENSUS), domain)
        create_study(db, people.ana.me, title=f"Study {number}")
    assert cost() == few
