"""What waits for the same judge next, told where they have just agreed or submitted."""

from sqlmodel import Session

from app.consensus.models import Agreement, Point, Unit
from app.consensus.next_for_me import Next, next_to_agree, next_to_draft
from app.consensus.rules import PointKind, State, UnitKind
from tests.home.a_sample import SampleInTheMaking
from tests.people import People


def after(db: Session, unit: Unit, account_id: int) -> Next | None:
    """The next case to agree to."""
    return next_to_agree(
        db,
        account_id,
        sample_id=unit.sample_id or 0,
        kind=UnitKind.CASE,
        after=unit.id or 0,
    )


def test_the_next_case_is_behind_this_one_open_discussed_and_ones_own(
    db: Session, people: People
) -> None:
    sample = SampleInTheMaking(db, people)
    made = {code: sample.case(code, State.CONSENSUS) for code in ("P01", "P02", "P03", "P04")}
    units = {code: sample.unit_of(case=case) for code, case in made.items()}
    sample.case("P05")
    db.commit()
    ben, ana = people.ben.id, people.ana.id
    assert after(db, units["P02"], ben) == Next("P03", None)
    assert after(db, units["P04"], ben) == Next("P01", None), "from the last on to the first"
    db.add(Point(unit_id=units["P03"].id or 0, kind=PointKind.PASSAGE))
    db.add(Agreement(unit_id=units["P04"].id or 0, account_id=ben, content=1))
    db.commit()
    assert after(db, units["P02"], ben) == Next("P01", None)
    assert after(db, units["P02"], ana) == Next("P04", None)
    fresh = next_to_draft(
        db,
        ben,
        sample_id=units["P01"].sample_id or 0,
        kind=UnitKind.CASE,
        after=units["P01"].id or 0,
    )
    assert fresh == Next("P05", None)


def test_the_message_of_an_agreement_leads_on(db: Session, people: People) -> None:
    sample = SampleInTheMaking(db, people)
    for code in ("P01", "P02"):
        sample.case(code, State.CONSENSUS)
    db.commit()
    case = f"{people.sample_url}/cases"
    answer = people.ben.post(f"{case}/P01/agreement", {"content": "1", "page": "core-ideas"})
    shown = people.ben.get(answer.headers["location"]).text
    assert f'<a href="{case}/P02/core-ideas">Next: P02</a>' in shown
    answer = people.ben.post(f"{case}/P02/agreement", {"content": "1", "page": "coding"})
    assert "Next: " not in people.ben.get(answer.headers["location"]).text


def test_a_way_on_that_leads_elsewhere_is_not_shown(people: People) -> None:
    people.ben.browser.client.cookies.set(
        "concord_notice", "%7B%22text%22%3A%22x%22%2C%22on%22%3A%5B%22y%22%2C%22//evil%22%5D%7D"
    )
    shown = people.ben.get("/").text
    assert "evil" not in shown
