"""Who else is here: shown to the team within two seconds, with the room; gone when they leave."""

import time
from datetime import timedelta

import pytest
from sqlmodel import col, delete

from app.db import now
from app.live.models import Presence
from app.live.roll import Page, Roll
from app.live.rules import LINGER
from tests.live.a_server import Station


def test_who_opens_the_same_unit_is_shown_with_the_room_and_gone_after_closing(
    station: Station,
) -> None:
    ana = station.listen(station.people.ana, f"?unit={station.unit}&room=core+ideas")
    ben = station.listen(station.people.ben, f"?unit={station.unit}&room=domain+coding")
    assert station.sees(ana, 'title="Ben: domain coding"', unit=station.unit)
    assert '<b dir="auto">Ben</b> here' in station.here(station.people.ana, station.unit)
    ben.close()
    assert station.sees_no(ana, "Ben")
    ana.close()
    station.wait_until_nobody_is_here()


def test_who_is_elsewhere_in_the_study_is_shown_with_the_place(station: Station) -> None:
    ana = station.listen(station.people.ana, f"?unit={station.unit}")
    station.listen(station.people.dee)
    station.listen(station.people.chi, f"?unit={station.unit}&room=core+ideas")
    assert station.sees(ana, 'title="Chi: P01, core ideas"')
    shown = station.here(station.people.ana)
    assert 'title="Dee"' in shown
    assert "data-same" not in shown
    assert "Ana" not in shown


def test_a_page_that_is_only_reloaded_is_not_gone(station: Station) -> None:
    station.wait_until_nobody_is_here()
    ana = station.listen(station.people.ana)
    before = station.listen(station.people.ben)
    assert station.sees(ana, "Ben")
    before.close()
    station.listen(station.people.ben)
    assert ana.is_silent("presence", seconds=LINGER + 1)


@pytest.mark.parametrize("name", ["eli", "ida"])
def test_who_may_not_see_the_team_sees_nobody(station: Station, name: str) -> None:
    person = station.people.everybody[name]
    stream = station.listen(person)
    ana = station.listen(station.people.ana)
    assert station.sees(ana, person.account.name), "though the team sees them"
    assert stream.is_silent("presence")
    assert "Ana" not in station.here(person)


def test_an_invented_room_is_not_repeated_to_the_others(station: Station) -> None:
    ana = station.listen(station.people.ana)
    station.listen(station.people.dee, "?room=is+late+again")
    assert station.sees(ana, "Dee")
    assert "late" not in station.here(station.people.ana)


def test_who_was_not_heard_of_for_half_a_minute_is_not_here(station: Station) -> None:
    with station.database.write() as db:
        db.add(
            Presence(
                worker="killed",
                study_id=station.people.study.id,
                account_id=station.people.chi.id,
                seen_at=now() - timedelta(seconds=36),
            )
        )
        db.add(
            Presence(
                worker="alive",
                study_id=station.people.study.id,
                account_id=station.people.dee.id,
                seen_at=now() - timedelta(seconds=25),
            )
        )
    shown = station.here(station.people.ana)
    with station.database.write() as db:
        db.exec(delete(Presence).where(col(Presence.worker).in_(["killed", "alive"])))
    assert "Dee" in shown
    assert "Chi" not in shown


@pytest.mark.pure
def test_the_roll_is_written_when_somebody_comes_or_goes_and_not_for_a_reload() -> None:
    clock = [0.0]
    roll = Roll("w", lambda: clock[0])
    page = Page(1, 12, 7, "domain coding")
    roll.enter(page)
    due = roll.due()
    assert (due.came, due.went) == ((page,), ())
    roll.done(due)
    roll.enter(page)
    roll.leave(page)
    roll.leave(page)
    clock[0] += LINGER - 0.1
    assert not roll.due()
    roll.enter(page)
    clock[0] += 10
    assert not roll.due()
    roll.leave(page)
    assert not roll.is_settled
    clock[0] += LINGER
    due = roll.due()
    assert (due.came, due.went) == ((), (page,))
    roll.done(due)
    assert roll.is_settled


@pytest.mark.pure
def test_a_page_that_was_closed_before_it_was_written_is_never_written() -> None:
    roll = Roll("w", time.monotonic)
    page = Page(1, None, 7, "")
    roll.enter(page)
    roll.leave(page)
    assert not roll.due()
    assert roll.is_settled
