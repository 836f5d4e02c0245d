"""What a stream carries: what changed and who did it, to those who may know, and never content."""

import time
from datetime import timedelta

import pytest
from sqlmodel import col, select

from app.consensus.drafting import submit
from app.consensus.models import Layer
from app.db import now
from app.live import hub
from app.live.rules import STREAMS_A_SESSION
from app.meetings.forms import Arrangement
from app.meetings.service import begin, close, save_notes
from app.studies.models import Member, Study
from app.studies.ways import WayOfWorking
from tests.live.a_server import SOON, Station, start_worker
from tests.people import Person


def test_a_change_by_another_is_told_within_two_seconds(station: Station) -> None:
    ana = station.listen(station.people.ana, f"?unit={station.unit}")
    began = time.monotonic()
    station.change(station.people.ben)
    said = ana.next()
    assert said.data == {"units": [station.unit], "kinds": ["block"], "by": ["Ben"]}
    assert said.at - began < SOON


def test_a_stream_carries_no_words_no_counts_and_no_numbers_of_the_trail(station: Station) -> None:
    chi = station.listen(station.people.chi)
    for _ in range(3):
        station.change(station.people.ben)
    assert chi.next()
    chi.wait_for_silence()
    told = f'data: {{"units": [{station.unit}], "kinds": ["block"], "by": ["Ben"]}}'
    known = {"", ":", "event: change", "event: presence", "retry: 1500", "data: {}", told}
    assert set(chi.everything.splitlines()) <= known


def test_who_looks_at_a_meeting_reads_along_while_its_notes_are_typed(station: Station) -> None:
    people, database = station.people, station.database
    ana, ben, room = people.ana, people.ben, "?room=meeting"
    with database.write() as db:
        asked = Arrangement(frozenset({ana.id, ben.id}), writer=ben.id)
        meeting = begin(db, people.context(db), asked)
    try:
        wall, pen = station.listen(ana, room), station.listen(ben, room)
        elsewhere, auditor = station.listen(people.chi), station.listen(people.eli, room)
        assert wall.next("notes"), "once at first: what was typed since the page was drawn"
        wall.wait_for_silence()
        began = time.monotonic()
        with database.write() as db:
            study = people.context(db, ben)
            version = save_notes(db, study, meeting, text="We", version=1, typing=True)
        told = wall.next("notes")
        assert told.at - began < SOON
        assert told.data == {}
        time.sleep(1)
        for stream in (pen, elsewhere, auditor):
            assert "event: notes" not in stream.everything
        with database.write() as db:
            save_notes(db, people.context(db, ben), meeting, text="We.", version=version)
        assert wall.next(kind="meeting").data["by"] == ["Ben"]
    finally:
        with database.write() as db:
            close(db, people.context(db, ben), meeting)


def test_ones_own_change_is_marked_as_ones_own(station: Station) -> None:
    ben = station.listen(station.people.ben)
    station.change(station.people.ben)
    assert ben.next().data["own"] is True


def test_nothing_is_missed_between_a_page_and_its_stream(station: Station) -> None:
    rendered = time.time()
    station.change(station.people.ben)
    late = station.listen(station.people.chi, f"?since={rendered}")
    assert "Ben" in late.next().data["by"]
    later = station.listen(station.people.chi, f"?since={rendered + 60}")
    assert later.is_silent()


def test_a_private_draft_is_silent_until_all_are_revealed(station: Station) -> None:
    people, database = station.people, station.database
    judges = (people.ana, people.ben, people.chi, people.dee)
    case = station.another_case("P02")

    def write(person: Person) -> None:
        with database.read() as db:
            words = station.passage(db)
            chosen = case.selected(db, words, domain=case.domains["Antecedent"])
        assert person.post(f"{case.url}/blocks", chosen).status_code == 303

    def hand_in(person: Person) -> bool:
        with database.write() as db:
            seen = case.context(db, person)
            return submit(db, seen.scene, seen.unit, what="P02")

    with database.write() as db:
        db.get_one(Study, people.study.id).way_of_working = WayOfWorking.INDEPENDENT_FIRST
    try:
        write(people.ana)  # begins the unit, which everybody may know
        listening = [station.listen(each) for each in (*judges, people.eli)]
        for person in (people.ben, people.ben, people.chi, people.dee):
            write(person)
        with database.read() as db:
            drafts = db.exec(select(Layer).where(col(Layer.account_id).is_not(None))).all()
        assert len(drafts) == 4
        time.sleep(1.5)
        assert not any("event: change" in stream.everything for stream in listening)
        assert [hand_in(person) for person in judges] == [False, False, False, True]
        assert "layer" in listening[0].next(kind="unit").data["kinds"]
    finally:
        with database.write() as db:
            db.get_one(Study, people.study.id).way_of_working = WayOfWorking.TOGETHER


@pytest.mark.parametrize("name", ["eli", "gus", "ida"])
def test_who_may_not_read_the_trail_hears_neither_who_nor_what(station: Station, name: str) -> None:
    stream = station.listen(station.people.everybody[name], f"?unit={station.unit}")
    station.listen(station.people.ana)
    station.change(station.people.ben)
    assert stream.next().data == {"units": [], "kinds": [], "by": []}
    station.change(station.people.ben)
    assert stream.is_silent(), "seldom, so that they do not know when either"
    assert "presence" not in stream.everything


def test_only_members_listen(station: Station) -> None:
    assert station.listen(station.people.hal).status == 404
    assert station.listen(station.people.jo).status == 404
    assert station.listen(station.people.ana, token="nobody").status == 401
    other = f"/studies/{station.people.other_study.id}"
    assert station.listen(station.people.hal, f"?unit={station.unit}", study=other).status == 404


def test_a_stream_ends_with_the_login_session(station: Station) -> None:
    token = station.token(station.people.dee)
    dee = station.listen(station.people.dee, token=token)
    with station.database.write() as db:
        station.session(db, token).ended_at = now()
    station.change(station.people.ben)
    assert dee.ended()[-1] == "ended"
    assert "event: change" not in dee.everything


def test_a_stream_ends_for_a_member_who_leaves(station: Station) -> None:
    stays, leaves = station.listen(station.people.ana), station.listen(station.people.fay)
    with station.database.write() as db:
        fay = select(Member).where(col(Member.account_id) == station.people.fay.id)
        db.exec(fay).one().left_at = now()
    station.change(station.people.ben)
    assert leaves.ended() == ["ended"]
    assert stays.next()


def test_a_stream_ends_when_the_session_idles_though_nothing_changes(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "BEAT", 0.4)
    worker = start_worker(station.url, station.settings)
    token = station.token(station.people.dee)
    dee = station.listen(station.people.dee, token=token, worker=worker)
    time.sleep(1.5)
    assert ":\n" in dee.everything, "a sign of life"
    with station.database.write() as db:
        idle = timedelta(minutes=station.settings.session_idle_minutes + 1)
        station.session(db, token).seen_at = now() - idle
    assert dee.ended()[-1] == "ended"
    worker.stop()


def test_neither_listening_nor_what_a_page_asks_by_itself_is_activity(station: Station) -> None:
    token = station.token(station.people.chi)
    with station.database.write() as db:
        station.session(db, token).seen_at = before = now() - timedelta(minutes=10)

    def seen_at() -> object:
        with station.database.read() as db:
            return station.session(db, token).seen_at

    station.listen(station.people.chi, token=token)
    page, asks = station.case.url, {"HX-Request": "true", "Concord-Live": "page"}
    assert "turn-2" in station.get(station.people.chi, page, token, **asks)
    assert seen_at() == before
    station.get(station.people.chi, page, token)
    assert seen_at() != before


def test_the_oldest_of_too_many_streams_makes_room(station: Station) -> None:
    token = station.token(station.people.ben)
    query = f"?unit={station.unit}"
    first, *others = [
        station.listen(station.people.ben, query, token=token) for _ in range(STREAMS_A_SESSION + 1)
    ]
    assert first.ended()[-1] == "rest"
    station.change(station.people.ana)
    assert all(stream.next() for stream in others)
