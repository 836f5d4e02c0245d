"""Meetings in a browser without JavaScript, person by person."""

import re

import pytest
from sqlmodel import Session, select

from app.consensus.models import Agreement, Meeting
from app.meetings.rules import PROMPTS
from app.meetings.service import close, save_notes
from app.studies.models import Member
from tests.html import Reader
from tests.meetings.a_meeting import AMeeting
from tests.people import People, Person

PAGES = ("", "/minutes", "/minutes.docx", "/agreement")
POSTS = ("people", "joining", "leaving", "notes", "closing", "agreement", "minutes")


def read(person: Person, url: str) -> Reader:
    return Reader(person.browser).open(url)


def pi_alone(db: Session, people: People) -> Person:
    """Ana as PI who judges nothing."""
    member = db.exec(select(Member).where(Member.account_id == people.ana.id)).one()
    member.is_judge = False
    db.add(member)
    db.commit()
    return people.ana


# ---- who may


@pytest.mark.parametrize(
    ("name", "status"), [("ben", 200), ("dee", 200), ("eli", 403), ("gus", 403), ("ida", 403)]
)
def test_judges_see_meetings_and_auditors_and_readers_never_do(
    meeting: AMeeting, name: str, status: int
) -> None:
    person = meeting.people.everybody[name]
    for url in (f"{meeting.people.url}/meetings", *(meeting.url + rest for rest in PAGES)):
        answer = person.get(url)
        assert answer.status_code == status, url
        if status == 403:
            assert "with your present roles" in answer.text
            assert "P01" not in answer.text


@pytest.mark.parametrize("name", ["hal", "jo"])
def test_outsiders_find_no_meeting(meeting: AMeeting, name: str) -> None:
    person = meeting.people.everybody[name]
    for url in (f"{meeting.people.url}/meetings", *(meeting.url + rest for rest in PAGES)):
        assert person.get(url).status_code == 404, url
    own = f"/studies/{meeting.people.other_study.id}/meetings/{meeting.id}"
    assert meeting.people.hal.get(f"{own}/minutes").status_code == 404


@pytest.mark.parametrize("name", ["eli", "gus", "ida"])
def test_who_is_no_judge_changes_nothing_at_a_meeting(meeting: AMeeting, name: str) -> None:
    for post in POSTS:
        answer = meeting.people.everybody[name].post(f"{meeting.url}/{post}", {"notes": "x"})
        assert answer.status_code == 403, post


def test_a_pi_who_does_not_judge_reads_and_does_not_meet(db: Session, team: AMeeting) -> None:
    people = team.people
    ana = pi_alone(db, people)
    team.begin(people.ben, people.chi)
    assert "Begin a meeting" not in read(ana, f"{people.url}/meetings").text
    page = read(ana, team.url)
    assert "Ben speaks first" not in page.text
    assert "speaks firstBen" in page.text
    for words in ("Agree to all of today", "I am here", "Close…", "I write"):
        assert words not in page.text
    assert ana.get(f"{people.url}/meetings/new").status_code == 403
    assert ana.get(f"{team.url}/agreement").status_code == 403
    for post in POSTS:
        assert ana.post(f"{team.url}/{post}", {}).status_code == 403


def test_the_rail_leads_to_meetings_where_somebody_may_see_them(people: People) -> None:
    link = f'href="{people.url}/meetings"'
    assert link in people.ben.get(people.url).text
    for person in (people.eli, people.ida):
        assert link not in person.get(people.url).text


# ---- a meeting from beginning to end


def test_a_team_begins_a_meeting_talks_and_closes_it(team: AMeeting) -> None:
    people = team.people
    ana = read(people.ana, f"{people.url}/meetings").follow("Begin a meeting")
    assert "whose turn it is: Ana" in ana.text
    ana.send("Begin the meeting", present=[people.ana.id, people.ben.id])
    assert "speaks firstAna" in ana.text
    assert "writesBen" in ana.text
    team.id = team.db.exec(select(Meeting.id)).one() or 0
    ben = read(people.ben, team.url)
    ben.send("Keep the notes", notes="We began late.")
    assert "We began late." in read(people.ana, team.url).text
    chi = read(people.chi, f"{people.url}/meetings").send("I am here")
    assert "Chi" in chi.text
    chi.send("I write")
    assert "writesChi" in chi.text
    chi.send("Save", first_speaker=people.chi.id)
    assert "speaks firstChi" in chi.text
    chi.send("I have to go")
    assert "You left the meeting." in chi.text
    ana.open(team.url).send("Close and write the minutes")
    assert "Minutes of meeting 1" in ana.text
    assert re.search(r"Chi from \S.* until \S", ana.text)
    ana.send("Add the note", text="Chi had a train.")
    assert "Chi had a train." in read(people.dee, f"{team.url}/minutes").text
    assert "Minutes 1" in read(people.dee, f"{people.url}/meetings").text


def test_the_turns_follow_who_is_ticked(team: AMeeting) -> None:
    people = team.people
    url = f"{people.url}/meetings/new?present={people.ben.id}&present={people.dee.id}"
    part = people.dee.get(url, htmx=True).text
    assert part.lstrip().startswith('<div class="stack" id="turns">')
    assert "whose turn it is: Ben" in part
    assert "whose turn it is: Dee" in part
    assert "Chi" not in part


def test_last_time_s_people_are_ticked_the_next_time(meeting: AMeeting) -> None:
    people = meeting.people
    close(meeting.db, people.context(meeting.db), meeting.id)
    meeting.db.commit()
    page = read(people.ben, f"{people.url}/meetings/new").page
    ticked = {box.get("value") for box in page.xpath("//input[@name='present' and @checked]")}
    assert ticked == {str(people.ana.id), str(people.chi.id)}


def test_a_second_meeting_is_refused_with_a_sentence(meeting: AMeeting) -> None:
    people = meeting.people
    assert "Begin a meeting" not in read(people.dee, f"{people.url}/meetings").text
    answer = people.dee.post(f"{people.url}/meetings/new", {"present": [people.dee.id]})
    assert answer.status_code == 409
    assert "Ana began a meeting on" in answer.text


def test_who_speaks_first_has_to_be_ticked(team: AMeeting) -> None:
    people = team.people
    typed = {"present": [people.ben.id], "first_speaker": people.chi.id}
    answer = people.ana.post(f"{people.url}/meetings/new", typed)
    assert answer.status_code == 422
    assert "Who speaks first has to be present" in answer.text


# ---- the projected page


def test_the_projected_page_names_what_is_to_do_and_who_agreed(meeting: AMeeting) -> None:
    people = meeting.people
    meeting.add_point("P01")
    unit = meeting.unit("P02")
    meeting.sample.agreed_by(unit, people.chi)
    meeting.db.commit()
    page = read(people.ben, meeting.url)
    assert "P01 1 to discuss" in page.text
    assert page.page.xpath(f"//li[@id='unit-{unit.id}']//li[@data-agreed]/span[1]/text()") == [
        "Chi"
    ]
    assert page.page.xpath("//nav[@id='rail']") == []
    part = people.ben.get(meeting.url, htmx=True).text
    assert part.lstrip().startswith('<div class="meeting" id="today"')
    assert "<textarea" not in part


def test_a_closed_meeting_s_page_leads_to_its_minutes(meeting: AMeeting) -> None:
    close(meeting.db, meeting.people.context(meeting.db), meeting.id)
    meeting.db.commit()
    assert "Minutes of meeting 1" in read(meeting.people.ben, meeting.url).text
    polled = meeting.people.ben.get(meeting.url, htmx=True)
    assert polled.headers["hx-redirect"] == f"{meeting.url}/minutes"


def test_a_prompt_is_asked_before_closing_without_notes(meeting: AMeeting) -> None:
    assert PROMPTS[0] in read(meeting.people.ana, meeting.url).text
    context = meeting.people.context(meeting.db, meeting.people.ben)
    save_notes(meeting.db, context, meeting.id, text="All spoke.", version=1)
    meeting.db.commit()
    assert PROMPTS[0] not in read(meeting.people.ana, meeting.url).text


def test_a_stale_save_of_the_notes_keeps_both_texts_until_somebody_chooses(
    meeting: AMeeting,
) -> None:
    people = meeting.people
    url = f"{meeting.url}/notes"
    people.chi.post(url, {"notes": "Chi's words", "version": "1"})
    for htmx in (False, True):
        typed = {"notes": "Ben's words", "version": "1", "was": ""}
        answer = people.ben.post(url, typed, htmx=htmx)
        assert answer.status_code == 409
        for words in ("Chi&#39;s words", "Ben&#39;s words", "<del>", "<ins>"):
            assert words in answer.text
    assert answer.headers["hx-retarget"] == "#notes"
    assert "Ben's words" not in read(people.chi, meeting.url).text
    ben = read(people.ben, meeting.url)
    assert "What you typed is kept for you" in ben.text
    ben.send("Save this", notes="Words of both")
    assert meeting.row.notes == "Words of both"
    assert "kept for you" not in read(people.ben, meeting.url).text


def test_one_s_own_words_can_be_let_go(meeting: AMeeting) -> None:
    people = meeting.people
    people.chi.post(f"{meeting.url}/notes", {"notes": "Chi's words", "version": "1"})
    people.ben.post(f"{meeting.url}/notes", {"notes": "Ben's words", "version": "1"})
    ben = read(people.ben, meeting.url).send("Keep Somebody")
    assert meeting.row.notes == "Chi's words"
    assert "Ben's words" not in ben.text


def test_what_somebody_typed_while_the_meeting_was_closed_can_become_a_note(
    meeting: AMeeting,
) -> None:
    people = meeting.people
    close(meeting.db, people.context(meeting.db), meeting.id)
    meeting.db.commit()
    typed = {"notes": "One thing more.", "version": "1"}
    answer = people.ben.post(f"{meeting.url}/notes", typed, htmx=True)
    assert answer.headers["hx-redirect"] == f"{meeting.url}/minutes#added"
    ben = read(people.ben, f"{meeting.url}/minutes")
    assert "You typed this when the meeting was closed" in ben.text
    ben.send("Add the note")
    assert [each["text"] for each in (meeting.row.minutes or {})["added"]] == ["One thing more."]
    assert "You typed this" not in read(people.ben, f"{meeting.url}/minutes").text
    assert "One thing more." in read(people.dee, f"{meeting.url}/minutes").text


def test_autosave_answers_with_the_version_that_stands(meeting: AMeeting) -> None:
    typed = {"notes": "We", "version": "1", "typing": "1"}
    answer = meeting.people.ben.post(f"{meeting.url}/notes", typed, htmx=True)
    assert 'name="version" value="2"' in answer.text
    assert ">saved<" in answer.text
    assert "<textarea" not in answer.text


def test_notes_that_are_too_long_stay_in_the_field(meeting: AMeeting) -> None:
    answer = meeting.people.ben.post(
        f"{meeting.url}/notes", {"notes": "long " * 4001, "version": "1"}
    )
    assert answer.status_code == 422
    assert "at most 20,000 fit" in answer.text
    assert "long long" in answer.text


# ---- agreeing, each on their own screen


def test_a_judge_agrees_to_what_is_ticked(meeting: AMeeting) -> None:
    people = meeting.people
    meeting.add_point("P01")
    ben = read(people.ben, meeting.url).follow("Agree to all of today")
    boxes = ben.page.xpath("//input[@name='unit']")
    assert len(boxes) == 2
    assert "1 point is still to be discussed before anybody can agree." in ben.text
    ben.send("Agree to what is ticked", unit=[box.get("value") for box in boxes])
    assert "You agreed to P02, Reasons for crying" in ben.text
    assert len(meeting.db.exec(select(Agreement.id)).all()) == 2


def test_what_is_refused_is_named_and_the_rest_is_agreed_to(meeting: AMeeting) -> None:
    people = meeting.people
    first, second = meeting.unit("P01"), meeting.unit("P02")
    ben = read(people.ben, f"{meeting.url}/agreement")
    first.content += 1
    meeting.db.add(first)
    meeting.db.commit()
    ben.send("Agree to what is ticked", unit=[f"{first.id}:1", f"{second.id}:1"])
    assert "Not all of it could be agreed to" in ben.text
    assert "P01: P01 was changed after you opened this version" in ben.text
    assert "You agreed to P02." in ben.text


def test_ticking_nothing_agrees_to_nothing(meeting: AMeeting) -> None:
    ben = read(meeting.people.ben, f"{meeting.url}/agreement")
    ben.send("Agree to what is ticked")
    assert "Nothing was ticked" in ben.text
    answer = meeting.people.ben.post(f"{meeting.url}/agreement", {"unit": "x:1"})
    assert answer.status_code == 422


# ---- the bar over other pages


def test_pages_lead_back_to_the_meeting_only_for_who_is_there(meeting: AMeeting) -> None:
    people = meeting.people
    url = f"{people.sample_url}/cases/P01/coding"
    html = people.ben.get(url).text
    assert f'hx-get="{people.url}/meetings/bar?at={url}"' in html
    assert f'href="{meeting.url}"' in html
    assert "meeting-bar" not in people.dee.get(url).text
    assert "meeting-bar" not in people.ben.get(meeting.url).text
    close(meeting.db, people.context(meeting.db), meeting.id)
    meeting.db.commit()
    assert "meeting-bar" not in people.ben.get(url).text


def test_the_bar_says_who_speaks_first_and_what_comes_next(meeting: AMeeting) -> None:
    people = meeting.people
    bar = f"{people.url}/meetings/bar?at="
    at_first = people.ben.get(f"{bar}{people.sample_url}/cases/p01/coding", htmx=True).text
    assert "Ana speaks first" in at_first
    assert "Next: P02" in at_first
    assert f'href="{meeting.url}"' in at_first
    elsewhere = people.ben.get(f"{bar}{people.url}/team", htmx=True).text
    assert "To P01" in elsewhere
    nobody = people.dee.get(f"{bar}{people.url}/team", htmx=True).text
    assert nobody.split() == ["<div", 'class="meeting-bar"', 'id="meeting-bar"></div>']
    assert people.ben.get(bar).headers["location"] == meeting.url


# ---- the trail


def test_the_trail_tells_of_the_meeting_in_sentences(meeting: AMeeting) -> None:
    people = meeting.people
    people.dee.post(f"{meeting.url}/joining")
    people.ana.post(
        f"{meeting.url}/people",
        {"present": people.dee.id, "seen": [people.dee.id], "writer": people.dee.id},
    )
    people.dee.post(f"{meeting.url}/closing")
    words = read(people.ana, f"{people.url}/trail?part=meetings").text
    for said in (
        "Ana began a meeting",
        "Dee joined the meeting",
        "Ana gave the pen of the meeting to Dee",
        "Dee closed the meeting",
    ):
        assert said in words
    assert f'href="{meeting.url}"' in people.ana.get(f"{people.url}/trail").text
