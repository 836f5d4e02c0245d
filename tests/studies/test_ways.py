"""How the team works: what the PI chooses, what everybody reads, what the trail keeps."""

import pytest
from sqlmodel import Session, col, select

from app.cases.guard import load_case
from app.cases.service import add_case
from app.consensus.models import Agreement, Unit
from app.consensus.rules import State, Step
from app.consensus.service import agree, change_content
from app.errors import Invalid, StaleEdit
from app.studies.models import Study
from app.studies.ways import FOR_BOARDS, FOR_CASES, FOR_PASSES, WayOfWorking, Ways
from app.studies.working import choose_ways, ways_of
from app.trail.models import TrailEntry, TrailValues
from tests.html import Reader
from tests.people import People

TOGETHER, INDEPENDENT, DRAFTER = WayOfWorking


def now_is(db: Session, people: People) -> Ways:
    db.expire_all()
    return ways_of(db.get_one(Study, people.study.id))


def agreed(db: Session, people: People, *codes: str) -> None:
    """Cases that all four judges agreed to, one after the other."""
    for code in codes:
        sample_id = people.sample.id or 0
        add_case(db, people.context(db), code=code, sample_ids=[sample_id])
        for person in (people.ana, people.ben, people.chi, people.dee):
            case = load_case(db, people.context(db, person), sample_id, code)
            unit = case.unit
            if unit.state is State.NOT_STARTED:
                unit = change_content(db, unit, code)
            agree(db, case.scene, unit, content=unit.content, what=code)


def test_the_settings_page_says_what_the_literature_says_of_each_way(people: People) -> None:
    page = Reader(people.ana.browser).open(f"{people.url}/settings?change=ways").text
    for texts in (FOR_CASES, FOR_BOARDS, FOR_PASSES):
        for what, literature in texts.values():
            assert what in page
            assert literature in page


def test_the_pi_chooses_and_the_trail_says_what(people: People, db: Session) -> None:
    reader = Reader(people.ana.browser).open(f"{people.url}/settings?change=ways")
    reader.send(
        "Save how the team works",
        way=INDEPENDENT.value,
        way_after=DRAFTER.value,
        first_cases="3",
        board_way=INDEPENDENT.value,
        passes="2",
    )
    assert (
        "independent first for the first 3 cases, afterwards drafter and reviewers" in reader.text
    )
    assert "Two passes" in reader.text
    assert now_is(db, people) == Ways(INDEPENDENT, DRAFTER, 3, INDEPENDENT, 2)
    trail = Reader(people.ben.browser).open(f"{people.url}/trail").text
    assert "chose how the team works" in trail


def test_judges_read_it_and_only_the_pi_changes_it(people: People, db: Session) -> None:
    page = people.ben.get(f"{people.url}/settings?change=ways").text
    assert "How the team works" in page
    assert "Save how the team works" not in page
    assert people.ben.post(f"{people.url}/settings/ways", {"way": "together"}).status_code == 403
    assert people.ida.get(f"{people.url}/settings").status_code == 403
    assert now_is(db, people) == Ways()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"way": "by vote"}, "way"),
        ({"board_way": DRAFTER.value}, "board_way"),
        ({"passes": "3"}, "passes"),
        ({"way_after": TOGETHER.value, "first_cases": "3"}, "way_after"),
        ({"way_after": DRAFTER.value, "first_cases": ""}, "first_cases"),
        ({"way_after": DRAFTER.value, "first_cases": "0"}, "first_cases"),
        ({"way_after": DRAFTER.value, "first_cases": "51"}, "first_cases"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    people: People, db: Session, more: dict[str, str], field: str
) -> None:
    form = {"way": TOGETHER.value, "board_way": TOGETHER.value, "passes": "1"} | more
    answer = people.ana.post(f"{people.url}/settings/ways", form)
    assert answer.status_code == 422
    assert f'href="#field-{field}"' in answer.text
    assert now_is(db, people) == Ways()


def test_of_two_pis_who_choose_at_once_the_second_is_asked_again(
    people: People, db: Session
) -> None:
    context = people.context(db)
    seen = Ways().signature
    choose_ways(db, context, ways=Ways(INDEPENDENT), seen=seen)
    with pytest.raises(StaleEdit, match="cases independent first"):
        choose_ways(db, context, ways=Ways(DRAFTER), seen=seen)
    choose_ways(db, context, ways=Ways(INDEPENDENT), seen=seen)
    assert now_is(db, people) == Ways(INDEPENDENT)


def test_what_is_the_same_before_and_after_is_no_change(people: People, db: Session) -> None:
    with pytest.raises(Invalid):
        choose_ways(db, people.context(db), ways=Ways(TOGETHER, TOGETHER, 2))


def test_after_the_first_cases_the_other_way_takes_over(people: People, db: Session) -> None:
    choose_ways(db, people.context(db), ways=Ways(TOGETHER, DRAFTER, 2))
    agreed(db, people, "P01")
    assert now_is(db, people).way is TOGETHER
    agreed(db, people, "P02")
    assert now_is(db, people) == Ways(DRAFTER)
    verb, account, after = db.exec(
        select(TrailEntry.verb, TrailEntry.account_id, TrailValues.after)
        .join(TrailValues, col(TrailValues.entry_id) == col(TrailEntry.id))
        .order_by(col(TrailEntry.id).desc())
    ).first() or ("", 0, {})
    assert (verb, account) == ("take over another way of working", None)
    assert after == {"way": "drafter and reviewers", "cases": 2}
    words = Reader(people.ben.browser).open(f"{people.url}/trail").text
    assert "Concord went over to drafter and reviewers" in words


def test_what_was_begun_keeps_its_way(people: People, db: Session) -> None:
    agreed(db, people, "P01")
    choose_ways(db, people.context(db), ways=Ways(INDEPENDENT))
    ways = dict(db.exec(select(Unit.state, Unit.way)).all())
    assert ways == {State.AGREED: TOGETHER}


def test_where_so_many_cases_are_agreed_already_it_takes_over_at_once(
    people: People, db: Session
) -> None:
    agreed(db, people, "P01", "P02")
    assert choose_ways(db, people.context(db), ways=Ways(TOGETHER, DRAFTER, 2)) == Ways(DRAFTER)


def test_the_first_of_two_passes_is_no_agreed_case(people: People, db: Session) -> None:
    choose_ways(db, people.context(db), ways=Ways(TOGETHER, DRAFTER, 1, passes=2))
    agreed(db, people, "P01")
    assert db.exec(select(Unit.step)).one() is Step.DOMAINS
    assert now_is(db, people).way is TOGETHER
    assert len(db.exec(select(Agreement)).all()) == 4
