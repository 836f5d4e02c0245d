"""Several workers on one database: each hears what happens at the others."""

import time
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlmodel import select

from app.studies.models import Member
from tests.live.a_server import SOON, Process, Station, start_process


@pytest.fixture(scope="module")
def second(running: Station) -> Iterator[Process]:
    """A second server, in a process of its own."""
    process = start_process(running.url, running.settings.data_dir)
    yield process
    if process.process.poll() is None:
        process.stop()


def test_a_change_at_one_worker_is_heard_at_the_other(station: Station, second: Process) -> None:
    here = station.listen(station.people.ana)
    there = station.listen(station.people.chi, worker=second)
    began = time.monotonic()
    station.change(station.people.ben)
    heard = here.next(), there.next()
    assert heard[0].data == heard[1].data
    assert max(said.at for said in heard) - began < SOON


def test_a_form_sent_to_one_process_is_heard_at_the_other_and_ends_what_has_to_end(
    station: Station, second: Process
) -> None:
    people = station.people
    ana, gus, token = (
        station.listen(people.ana),
        station.listen(people.gus),
        station.token(people.dee),
    )
    dee = station.listen(people.dee, token=token)
    with station.database.read() as db:
        chosen = station.case.selected(
            db, station.passage(db), domain=station.case.domains["Antecedent"]
        )
        member = db.exec(select(Member.id).where(Member.account_id == people.gus.id)).one()
    began = time.monotonic()
    assert station.post(second, token, f"{station.case.url}/blocks", **chosen) == 303
    said = ana.next()
    assert (said.data["by"], said.data["kinds"]) == (["Dee"], ["block"])
    assert said.at - began < SOON
    assert station.post(second, token, "/sign-out") == 303
    removal = f"{people.url}/team/members/{member}/removal"
    assert station.post(second, station.token(people.ana), removal) == 303
    assert gus.ended(within=SOON)[-1] == "ended"
    assert dee.ended(within=SOON)[-1] == "ended"
    assert ana.next(kind="member")


def test_who_comes_at_one_worker_is_seen_at_the_other(station: Station, second: Process) -> None:
    ana = station.listen(station.people.ana)
    dee = station.listen(station.people.dee, f"?unit={station.unit}", worker=second)
    assert station.sees(ana, 'title="Dee: P01"')
    dee.close()
    assert station.sees_no(ana, "Dee")


def test_a_listening_connection_that_broke_is_made_anew(station: Station) -> None:
    if station.database.is_sqlite:
        pytest.skip("SQLite has no connection to break")
    ana = station.listen(station.people.ana)
    ana.wait_for_silence()
    end = sa.text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND query LIKE 'LISTEN %'"
    )
    with station.database.engine.connect() as connection:
        assert connection.execute(end).scalars().all()
    station.change(station.people.ben)
    assert ana.next().data["by"] == ["Ben"]


def test_a_server_stops_at_once_though_streams_are_open(station: Station, second: Process) -> None:
    streams = [
        station.listen(person, worker=second)
        for person in (station.people.ana, station.people.ben, station.people.chi)
    ]
    ana = station.listen(station.people.ana)
    assert station.sees(ana, "Chi")
    assert second.stop() < 5
    assert [stream.ended() for stream in streams]
    assert station.sees_no(ana, "Chi"), "it takes its people off the roll"
