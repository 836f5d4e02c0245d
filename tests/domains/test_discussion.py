"""The discussing page over HTTP: by person, without JavaScript, and as htmx asks."""

import re

import pytest
from sqlmodel import Session, col, select

from app.cases.service import store_transcript
from app.consensus.models import Reservation, Unit
from app.consensus.rules import State
from app.domains.blocks import assign
from app.domains.transcripts import transcripts_of
from tests.domains.a_case import ROLES, ACase
from tests.domains.a_discussion import (
    AWAY,
    BREATH,
    DRAFTS,
    MINE,
    MOTHER,
    TEARS,
    YES,
    ADiscussion,
    another_case,
    draft,
    drafting,
    hand_in,
    revealed,
)
from tests.domains.shared_discussion import FIXTURES
from tests.html import Reader
from tests.people import People, Person

world, database, found, people, case = FIXTURES


def _send(found: ADiscussion, db: Session, words: str, choice: str, **more: object) -> dict:
    """The fields of a decision as the page sends them."""
    return {"version": found.point(db, words).version, "choice": choice, "reason": "", **more}


def _decision(found: ADiscussion, db: Session, words: str) -> str:
    return f"{found.url}/points/{found.point(db, words).id}/decision"


def _turns(html: str) -> list[str]:
    return re.findall(r'<li class="turn" id=(\S+)', html)


def _stripes(html: str, turn: int) -> list[tuple[str, str]]:
    """Group and abbreviation of the stripes that start beside a turn."""
    beside = html.partition(f"id=turn-{turn} ")[2].partition("</li>")[0]
    return re.findall(r"data-group=(\d).*?<b>(.*?)</b>", beside)


# Who


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("ana", 200),
        ("ben", 200),
        ("dee", 200),
        ("eli", 403),
        ("gus", 403),
        ("ida", 403),
        ("hal", 404),
        ("jo", 404),
    ],
)
def test_who_may_open_the_discussion(found: ADiscussion, name: str, status: int) -> None:
    assert found.people.everybody[name].get(found.url).status_code == status


@pytest.mark.parametrize("name", ["ana", "eli", "ida", "hal"])
def test_only_judges_of_the_unit_decide(db: Session, found: ADiscussion, name: str) -> None:
    person = found.people.everybody[name]
    url, fields = _decision(found, db, MINE), _send(found, db, MINE, "double-code")
    assert person.post(url, fields).status_code in (403, 404)
    assert found.point(db, MINE).outcome is None


def test_a_pi_who_does_not_judge_reads_and_is_offered_nothing(found: ADiscussion) -> None:
    html = found.people.ana.get(found.url).text
    assert "3 to discuss" in html
    assert 'name="choice"' not in html
    assert "Note a reservation" not in html


@pytest.mark.parametrize("name", ["ana", "ben", "chi"])
def test_nobody_opens_it_before_the_reveal(
    db: Session, people: People, case: ACase, name: str
) -> None:
    draft(db, case, people.ben, DRAFTS["ben"])
    hand_in(db, case, people.ben)
    db.commit()
    answer = people.everybody[name].get(f"{case.url}/discussion")
    assert answer.status_code == 403
    assert "private until all who draft it have submitted" in answer.text


def test_a_decision_sent_before_the_reveal_begins_no_draft(
    db: Session, people: People, case: ACase
) -> None:
    answer = people.ben.post(
        f"{case.url}/discussion/points/1/decision", {"choice": "not coded", "version": 1}
    )
    assert answer.status_code == 403
    assert case.context(db, people.ben).unit.state is State.NOT_STARTED


# Without JavaScript


def test_the_page_lays_the_judges_layers_beside_the_teams(found: ADiscussion) -> None:
    html = found.people.ben.get(found.url).text
    heads = re.findall(r"<span data-lane=.*?>(\w+)</span>", html)
    assert heads == ["Ben", "Chi", "Dee", "Team"]
    assert sorted(_stripes(html, 2)) == [("0", "ANT"), ("1", "ANT"), ("2", "ANT"), ("3", "ANT")]
    assert sorted(_stripes(html, 4)) == [
        ("0", "CON"), ("0", "REA"), ("0", "REA"),
        ("1", "CON"), ("1", "REA"),
        ("2", "CON"), ("2", "REA"), ("2", "n/c"),
    ]  # fmt: skip


def test_only_the_teams_stripes_lead_somewhere(found: ADiscussion) -> None:
    html = found.people.ben.get(found.url).text
    links = re.findall(r'<a class="stripe" href="([^"]+)".*?data-group=(\d)', html)
    assert {group for _, group in links} == {"3"}
    for url, _ in links:
        assert found.people.ben.get(url).status_code == 200


def test_three_points_are_discussed_one_after_another(db: Session, found: ADiscussion) -> None:
    reader = Reader(found.people.ben.browser).open(found.url)
    assert "3 to discuss" in reader.text
    reader.send("Not coded", reason="A yes alone says nothing.")
    assert "2 still to discuss" in reader.text
    reader.send("Double-code", reason="Both are named.")
    reader.send("Consequences")
    assert "0 to discuss" in reader.text
    assert "Nothing is left to discuss" in reader.text
    assert "Agree to this version" in reader.text
    assert [(words, domains) for words, domains in found.placed(db) if words in (YES, MINE)] == [
        (MINE, {"Consequences", "Reasons for crying"}),
        (YES, set()),
    ]
    assert found.point(db, MINE).reason == "Both are named."


def test_a_decided_point_is_decided_again_from_its_line(db: Session, found: ADiscussion) -> None:
    reader = Reader(found.people.ben.browser).open(found.url)
    reader.send("Not coded", reason="A yes alone says nothing.")
    reader.open(f"{found.url}?point={found.point(db, YES).id}")
    assert "Decide again" in reader.text
    assert "A yes alone says nothing." in reader.text
    reader.send("Reasons for crying", reason="It answers what was asked.")
    assert (YES, {"Reasons for crying"}) in found.placed(db)
    assert (YES, set()) not in found.placed(db)


def test_a_joined_passage_is_talked_about_after_all(db: Session, found: ADiscussion) -> None:
    reader = Reader(found.people.chi.browser).open(found.url)
    assert "1 the same, 1 joined" in reader.text
    reader.send("talk about it after all: Turn 2 · Antecedent")
    assert "4 to discuss" in reader.text
    assert found.point(db, MOTHER).is_open
    reader.send("Antecedent, part of sentence 1")
    assert (MOTHER, {"Antecedent"}) in found.placed(db)


def test_a_reservation_is_kept_and_withdrawn(db: Session, found: ADiscussion) -> None:
    reader = Reader(found.people.chi.browser).open(found.url)
    reader.send("Keep it on record", reservation="I still hear a consequence.")
    assert "Chi keeps a reservation" in reader.text
    other = Reader(found.people.ben.browser).open(found.url)
    assert "I still hear a consequence." in other.text
    assert "Withdraw it" not in other.text
    reader.send("Withdraw it")
    assert "Chi withdrew a reservation" in reader.text
    assert "I still hear a consequence." in reader.text
    assert len(db.exec(select(Reservation)).all()) == 1


def test_a_settled_line_names_who_keeps_a_reservation(db: Session, found: ADiscussion) -> None:
    reader = Reader(found.people.chi.browser).open(found.url)
    reader.send("Keep it on record", reservation="I still hear a reason.")
    reader.send("Not coded")
    assert "Turn 4 · not coded Chi keeps a reservation" in reader.text


def test_editing_leads_to_the_passage_and_is_noted_there(db: Session, found: ADiscussion) -> None:
    people = found.people
    reader = Reader(people.ben.browser).open(found.url)
    reader.send("Edit…", reason="Shorter.")
    point = found.point(db, YES)
    assert reader.url.startswith(f"{found.case.url}?point={point.id}")
    assert reader.url.endswith("#turn-4")
    assert point.is_open
    found.case.put(db, "At first", "Antecedent", person=people.ben)
    reader.open(f"{found.case.url}?point={point.id}")
    assert "What stands at the passage then is the team’s decision." in reader.text
    reader.send("Note it as edited")
    assert found.point(db, YES).outcome == "edited"
    assert found.point(db, YES).reason == "Shorter."
    assert "2 to discuss" in reader.text


def test_who_may_not_see_drafts_sees_none_beside_the_coding(
    db: Session, found: ADiscussion
) -> None:
    unit = db.exec(select(Unit).where(col(Unit.case_id) == found.case.case_id)).one()
    unit.state = State.AGREED
    db.add(unit)
    db.commit()
    point = found.point(db, MINE)
    chi = found.people.chi.get(f"{found.case.url}?point={point.id}").text
    assert "Back to the discussion" in chi
    assert "Note it as edited" not in chi
    assert found.people.eli.get(f"{found.case.url}?point={point.id}").status_code == 403


def test_the_coding_page_says_how_many_points_are_open(found: ADiscussion) -> None:
    reader = Reader(found.people.ben.browser).open(found.case.url)
    assert "Agree to this version" not in reader.text
    reader.follow("3 to discuss")
    assert reader.url == found.url


def test_agreeing_by_hand_is_refused_while_a_point_is_open(db: Session, found: ADiscussion) -> None:
    case = found.context(db)
    answer = found.people.ben.post(f"{case.url}/agreement", {"content": case.unit.content})
    assert answer.status_code == 409
    assert "3 points are still open in P01" in answer.text


# Refusals


def test_a_stale_decision_is_a_409_that_says_what_was_decided_and_keeps_the_words(
    db: Session, found: ADiscussion
) -> None:
    url, sent = _decision(found, db, MINE), _send(found, db, MINE, "not coded")
    found.people.ben.post(url, _send(found, db, MINE, "double-code", reason="Both are named."))
    answer = found.people.chi.post(url, sent | {"reason": "A greeting, I think."})
    assert answer.status_code == 409
    assert "Ben noted a decision on this meanwhile: double-code (“Both are named.”)" in answer.text
    assert "A greeting, I think." in answer.text
    assert found.point(db, MINE).outcome == "double-code"
    part = found.people.chi.post(url, sent | {"reason": "A greeting, I think."}, htmx=True)
    assert part.status_code == 409
    assert "A greeting, I think." in part.text
    assert 'id="queue"' in part.text


def test_a_reason_that_is_too_long_is_asked_again_and_changes_nothing(
    db: Session, found: ADiscussion
) -> None:
    before = found.placed(db)
    long = _send(found, db, MINE, "double-code", reason="word " * 500)
    answer = found.people.ben.post(_decision(found, db, MINE), long)
    assert answer.status_code == 422
    assert "at most 2,000 fit" in answer.text
    assert "word word" in answer.text
    assert found.placed(db) == before


@pytest.mark.parametrize("choice", ["", "one view", "one view:x", "double-code:3", "voted"])
def test_a_choice_that_is_none_of_the_buttons_is_refused(
    db: Session, found: ADiscussion, choice: str
) -> None:
    sent = _send(found, db, MINE, choice, reason="Kept.")
    answer = found.people.ben.post(_decision(found, db, MINE), sent)
    assert answer.status_code == 422
    assert "Kept." in answer.text


def test_an_empty_reservation_is_asked_again(db: Session, found: ADiscussion) -> None:
    point = found.point(db, MINE)
    url = f"{found.url}/points/{point.id}/reservations"
    answer = found.people.ben.post(url, {"reservation": " "})
    assert answer.status_code == 422
    assert "in a sentence" in answer.text


def test_once_the_case_is_agreed_the_words_that_were_typed_are_still_there(
    db: Session, found: ADiscussion
) -> None:
    url, sent = _decision(found, db, MINE), _send(found, db, MINE, "not coded")
    unit = db.exec(select(Unit).where(col(Unit.case_id) == found.case.case_id)).one()
    unit.state = State.AGREED
    db.add(unit)
    db.commit()
    answer = found.people.ben.post(url, sent)
    assert answer.status_code == 409
    assert "Reopen it" in answer.text


def test_a_point_of_another_case_is_not_found(db: Session, found: ADiscussion) -> None:
    assert found.people.ben.get(f"{found.url}?point=999999").status_code == 404
    answer = found.people.ben.post(
        f"{found.url}/points/999999/decision", {"choice": "not coded", "version": 1}
    )
    assert answer.status_code == 404


# As htmx asks


def _seen(html: str) -> dict[str, str]:
    part = html.partition('id="seen"')[2].partition("</div>")[0]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', part))


def test_a_decision_answers_with_the_turns_it_touched_and_the_queue(
    db: Session, found: ADiscussion
) -> None:
    ben = found.people.ben
    seen = _seen(ben.get(found.url).text)
    sent = _send(found, db, YES, f"one view:{ben.id}") | seen
    answer = ben.post(_decision(found, db, YES), sent, htmx=True)
    assert answer.status_code == 200
    assert _turns(answer.text) == ["turn-4"]
    assert 'hx-swap-oob="true"' in answer.text
    assert "2 to discuss" in answer.text
    assert f'id="point-{found.point(db, MINE).id}" data-current' in answer.text
    assert "2 still to discuss" in answer.headers["hx-trigger"]


def test_a_page_out_of_step_gets_every_turn(db: Session, found: ADiscussion) -> None:
    ben = found.people.ben
    seen = _seen(ben.get(found.url).text)
    found.case.put(db, AWAY, "Consequences", person=found.people.chi)
    sent = _send(found, db, YES, f"one view:{ben.id}") | seen
    answer = ben.post(_decision(found, db, YES), sent, htmx=True)
    assert _turns(answer.text) == [f"turn-{n}" for n in range(1, 6)]


def test_where_a_layer_needs_another_lane_every_turn_is_drawn(
    db: Session, found: ADiscussion
) -> None:
    ben = found.people.ben
    seen = _seen(ben.get(found.url).text)
    sent = _send(found, db, MINE, "double-code") | seen
    answer = ben.post(_decision(found, db, MINE), sent, htmx=True)
    assert len(_turns(answer.text)) == 5
    assert 'id="lane-heads"' in answer.text
    assert _seen(answer.text)["lanes"] != seen["lanes"]


def test_another_point_is_opened_with_its_turns_only(db: Session, found: ADiscussion) -> None:
    ben, point = found.people.ben, found.point(db, MOTHER)
    seen = _seen(ben.get(found.url).text)
    answer = ben.get(f"{found.url}?point={point.id}", params=seen | {"point": point.id}, htmx=True)
    assert _turns(answer.text) == ["turn-2", "turn-4"]
    assert "data-current" in answer.text.partition("id=turn-2 ")[2].partition(">")[0]
    assert "data-current" not in answer.text.partition("id=turn-4 ")[2].partition(">")[0]
    assert answer.headers["hx-push-url"] == f"{found.url}?point={point.id}"


def test_a_point_in_another_transcript_opens_that_transcript(
    db: Session, people: People, case: ACase
) -> None:
    second = [("I", "And now?", ""), ("P", "I am calmer. I sleep again.", "")]
    store_transcript(
        db, people.context(db), case_id=case.case_id, title="Follow-up", turns=second, roles=ROLES
    )
    later = transcripts_of(db, case.case_id)[1]
    draft(db, case, people.ben, [(MINE, ["Antecedent"])])
    for person in (people.ben, people.chi, people.dee):
        words = "I am calmer." if person is people.ben else "I sleep again."
        start = later.text.index(words)
        assign(
            db, drafting(db, case, person), version_id=later.version_id, start=start,
            end=start + len(words), quote=words, domain_ids=[case.domains["Antecedent"]],
        )  # fmt: skip
    hand_in(db, case, people.ben, people.chi, people.dee)
    db.commit()
    found = ADiscussion(case)
    html = people.ben.get(found.url).text
    assert "Turn 2:2 · not coded by all" in html
    sent = _send(found, db, MINE, "not coded") | _seen(html)
    answer = people.ben.post(_decision(found, db, MINE), sent, htmx=True)
    assert answer.status_code == 204
    assert "#turn-2-2" in answer.headers["hx-redirect"]
    shown = people.ben.get(f"{found.url}?transcript=2").text
    assert _turns(shown) == ["turn-2-1", "turn-2-2"]


def test_text_of_people_is_only_ever_text(db: Session, world: ADiscussion, people: People) -> None:
    nasty = '<script>alert(1)</script> "quoted" {{ 7 * 7 }} & more.'
    case = another_case(db, world.case, "P02", [("P", nasty, "")])
    found = revealed(
        db, case, [(people.ben, [(nasty, ["Antecedent"])]), (people.chi, []), (people.dee, [])]
    )
    point = found.points(db)[0]
    people.ben.post(
        f"{found.url}/points/{point.id}/decision",
        {"version": 1, "choice": "talk later", "reason": nasty},
    )
    people.ben.post(f"{found.url}/points/{point.id}/reservations", {"reservation": nasty})
    html = people.ben.get(found.url).text
    assert "<script>alert" not in html
    assert html.count("&lt;script&gt;") >= 3
    assert "{{ 7 * 7 }}" in html


# The same domain at overlapping passages, in every layer


LAYERS: dict[str, list[tuple[str, list[str]]]] = {
    "overlapping": [(f"{MOTHER} {BREATH}", ["Antecedent"]), (f"{BREATH} {AWAY}", ["Antecedent"])],
    "nested": [(f"{MOTHER} {BREATH} {AWAY}", ["Antecedent"]), (BREATH, ["Antecedent"])],
    "adjacent": [(BREATH, ["Antecedent"]), (AWAY, ["Antecedent"])],
    "identical": [(BREATH, ["Antecedent"]), (BREATH, ["Antecedent", "Consequences"])],
}
LANES = {"overlapping": {0, 1}, "nested": {0, 1}, "adjacent": {0, 1}, "identical": {0, 1}}


def _lanes(html: str, group: int | None = None) -> list[tuple[int, str]]:
    beside = html.partition("id=turn-2 ")[2].partition("</li>")[0]
    pieces = re.findall(r'<(?:a|span) class="stripe"(.*?)>(?:<b>(.*?)</b>)?', beside)
    found = []
    for attributes, abbreviation in pieces:
        lane = int(re.search(r"data-lane=(\d+)", attributes)[1])  # type: ignore[index]
        of = re.search(r"data-group=(\d)", attributes)
        if group is None or (of and int(of[1]) == group):
            found.append((lane, abbreviation))
    return found


def _mixed(db: Session, people: People, case: ACase, kind: str) -> ADiscussion:
    judges: list[Person] = [people.ben, people.chi, people.dee]
    found = revealed(db, case, [(judges[0], LAYERS[kind]), (judges[1], []), (judges[2], [])])
    point = found.points(db)[0]
    people.ben.post(
        f"{found.url}/points/{point.id}/decision",
        {"version": point.version, "choice": f"one view:{people.ben.id}"},
    )
    return found


@pytest.mark.parametrize("kind", LAYERS)
def test_same_domain_blocks_that_meet_stand_apart_in_every_layer(
    db: Session, people: People, case: ACase, kind: str
) -> None:
    found = _mixed(db, people, case, kind)
    side_by_side = people.ben.get(found.url).text
    drafted, team = _lanes(side_by_side, 0), _lanes(side_by_side, 3)
    coded = _lanes(people.ben.get(case.url).text)
    assert len(drafted) == 2
    assert len({lane for lane, _ in drafted}) == 2
    if kind == "adjacent":
        # Two points of their own, so only the first was decided.
        assert len(team) == len(coded) == 1
        return
    assert len(team) == len(coded) == 2
    assert len({lane for lane, _ in team}) == 2
    assert len({lane for lane, _ in coded}) == 2
    assert not {lane for lane, _ in drafted} & {lane for lane, _ in team}


def test_the_page_asks_as_much_of_a_busy_case_as_of_a_quiet_one(
    found: ADiscussion, people: People, statements: list[str]
) -> None:
    people.ben.get(found.url)
    statements.clear()
    people.ben.get(found.url)
    quiet = len(statements)
    reader = Reader(people.ben.browser).open(found.url)
    reader.send("Not coded", reason="Too short.")
    reader.send("Keep it on record", reservation="I am not sure.")
    reader.send("Double-code")
    statements.clear()
    people.ben.get(found.url)
    assert len(statements) == quiet <= 24


def test_tears_are_listed_with_who_did_not_code_them(found: ADiscussion) -> None:
    text = Reader(found.people.ben.browser).open(found.url).text
    assert "Turn 4 · not coded by all" in text
    assert "nothing here" in text
    assert TEARS in text
