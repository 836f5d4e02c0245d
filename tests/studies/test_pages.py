"""Set-up as people do it in a browser without JavaScript."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from app.accounts.models import Account
from app.config import Settings
from app.db import now, run
from app.studies.models import Invitation, Member, Sample
from app.studies.service import add_abbreviation, add_sample, invite
from tests.people import Browser, People, Person

NEW_BROWSER = Callable[[], Browser]
NEW_PERSON = {
    "name": "Lou Baker",
    "email": "lou@example.org",
    "password": "quiet river lamp stone",
    "password_again": "quiet river lamp stone",
}


def link_in(html: str) -> str:
    """The path of the invitation link that a page shows."""
    found = re.search(r'id="invitation-link">http://127\.0\.0\.1(/invitations/[\w-]+)<', html)
    assert found, "the page shows no link"
    return found.group(1)


def member_id(db: Session, people: People, person: Person) -> int:
    """The id by which the team page names somebody."""
    return (
        db.exec(
            select(Member.id).where(
                Member.study_id == people.study.id, Member.account_id == person.id
            )
        ).one()
        or 0
    )


def test_anybody_signed_in_creates_a_study_and_stands_in_it(people: People) -> None:
    answer = people.jo.post("/studies/new", {"title": "Therapists who laugh", "is_judge": "on"})
    assert answer.status_code == 303
    url = answer.headers["location"]
    assert "Therapists who laugh" in people.jo.get("/studies").text
    team = people.jo.get(f"{url}/team").text
    assert "PI, judge" in team
    assert people.ana.get(f"{url}/team").status_code == 404


def test_a_stranger_is_led_to_sign_in_and_back(people: People) -> None:
    answer = people.stranger.get("/studies/new")
    assert answer.headers["location"] == "/sign-in?next=/studies/new"
    assert people.stranger.post("/studies/new", {"title": "x"}).status_code == 303


def test_a_study_without_a_title_keeps_the_form(people: People) -> None:
    answer = people.ana.post("/studies/new", {"title": "  "})
    assert answer.status_code == 422
    assert "The title is empty." in answer.text


def test_the_list_of_studies_teaches_who_has_none(people: People) -> None:
    html = people.jo.get("/studies").text
    assert "No study yet" in html
    assert "Crying in therapy" not in html


def test_someone_new_joins_by_a_link_and_is_signed_in(
    people: People, browser_of: NEW_BROWSER
) -> None:
    made = people.ana.post(f"{people.url}/team/invitations", {"is_judge": "on", "note": "Lou"})
    assert made.status_code == 201
    path = link_in(made.text)
    lou = browser_of()
    door = lou.get(path)
    assert door.status_code == 200
    assert "Ana invites you" in door.text
    assert "judge" in door.text
    joined = lou.post(path, NEW_PERSON)
    assert joined.headers["location"] == people.url
    assert "Lou Baker" in lou.get(f"{people.url}/team").text
    again = people.ana.get(f"{people.url}/team").text
    assert "used by Lou Baker" in again
    assert path not in again


def test_opening_a_link_uses_nothing_up(people: People, browser_of: NEW_BROWSER) -> None:
    made = people.ana.post(f"{people.url}/team/invitations", {"is_reader": "on"})
    path = link_in(made.text)
    for _ in range(3):
        assert browser_of().get(path).status_code == 200
    assert browser_of().post(path, NEW_PERSON).status_code == 303


def test_somebody_with_an_account_joins_with_it(people: People) -> None:
    made = people.ana.post(f"{people.url}/team/invitations", {"is_judge": "on"})
    path = link_in(made.text)
    assert "You are signed in as Hal" in people.hal.get(path).text
    assert people.hal.post(path).headers["location"] == people.url
    assert people.hal.get(f"{people.url}/team").status_code == 200


def test_a_member_is_told_so_and_the_link_stays_good(people: People) -> None:
    path = link_in(people.ana.post(f"{people.url}/team/invitations", {"is_judge": "on"}).text)
    assert "You are a member of this study already" in people.ben.get(path).text
    assert people.ben.post(path).status_code == 409
    assert people.hal.post(path).status_code == 303


def test_the_invitation_page_leads_to_sign_in_and_back(
    people: People, browser_of: NEW_BROWSER
) -> None:
    path = link_in(people.ana.post(f"{people.url}/team/invitations", {"is_judge": "on"}).text)
    assert f'href="/sign-in?next={path}"' in browser_of().get(path).text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"password_again": "something else"}, "The two passwords differ"),
        ({"password": "short", "password_again": "short"}, "at least 8 characters"),
        ({"email": "not an address"}, "Type an e-mail address"),
        ({"email": "ben@example.org"}, "There is an account with this address already"),
        ({"name": " "}, "The name is empty"),
    ],
)
def test_a_bad_new_account_leaves_the_link_good_and_keeps_what_was_typed(
    people: People,
    browser_of: NEW_BROWSER,
    db: Session,
    change: dict[str, str],
    sentence: str,
) -> None:
    path = link_in(people.ana.post(f"{people.url}/team/invitations", {"is_judge": "on"}).text)
    before = run(db, sa.select(sa.func.count()).select_from(Account)).scalar()
    lou = browser_of()
    answer = lou.post(path, NEW_PERSON | change)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert (NEW_PERSON | change)["email"] in answer.text
    assert "quiet river" not in answer.text
    assert run(db, sa.select(sa.func.count()).select_from(Account)).scalar() == before
    assert lou.post(path, NEW_PERSON).status_code == 303


@pytest.mark.parametrize(
    ("values", "status", "sentence"),
    [
        ({"used_at": now()}, 409, "used already"),
        ({"revoked_at": now()}, 409, "taken back"),
        ({"expires_at": now() - timedelta(days=1)}, 409, "expired"),
        ({"token_hash": "other"}, 404, "no such invitation"),
    ],
    ids=["used", "revoked", "expired", "wrong"],
)
def test_a_dead_link_gives_a_page_with_a_sentence(
    people: People,
    browser_of: NEW_BROWSER,
    db: Session,
    values: dict[str, object],
    status: int,
    sentence: str,
) -> None:
    token = invite(db, people.context(db), is_judge=True)
    run(db, sa.update(Invitation).values(**values))
    db.commit()
    for answer in (
        browser_of().get(f"/invitations/{token}"),
        browser_of().post(f"/invitations/{token}", NEW_PERSON),
        people.hal.post(f"/invitations/{token}"),
    ):
        assert answer.status_code == status
        assert sentence in answer.text
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_a_pi_takes_an_invitation_back(
    people: People, browser_of: NEW_BROWSER, db: Session
) -> None:
    path = link_in(people.ana.post(f"{people.url}/team/invitations", {"is_judge": "on"}).text)
    invitation = db.exec(select(Invitation.id)).one()
    url = f"{people.url}/team/invitations/{invitation}/revocation"
    assert people.ben.post(url).status_code == 403
    assert people.ana.post(url).status_code == 303
    assert "taken back" in browser_of().get(path).text
    assert "taken back" in people.ana.get(f"{people.url}/team").text


def test_an_invitation_without_a_role_is_refused_with_what_was_typed(people: People) -> None:
    answer = people.ana.post(f"{people.url}/team/invitations", {"note": "for Lou"})
    assert answer.status_code == 422
    assert "Choose at least one role." in answer.text
    assert "for Lou" in answer.text


def test_a_change_of_roles_counts_from_the_next_request(people: People, db: Session) -> None:
    ben = member_id(db, people, people.ben)
    assert people.ben.get(f"{people.url}/settings?change=title").status_code == 200
    assert people.ben.post(f"{people.url}/settings", {"title": "Mine"}).status_code == 403
    change = people.ana.get(f"{people.url}/team?change={ben}").text
    assert 'name="was" value="judge"' in change
    answer = people.ana.post(
        f"{people.url}/team/members/{ben}", {"is_pi": "on", "is_judge": "on", "was": "judge"}
    )
    assert answer.status_code == 303
    saved = people.ben.post(f"{people.url}/settings", {"title": "Ours", "version": "1"})
    assert saved.status_code == 303
    assert "Ours" in people.ana.get(f"{people.url}/settings").text


def test_roles_that_changed_meanwhile_are_shown_and_not_overwritten(
    people: People, db: Session
) -> None:
    ben = member_id(db, people, people.ben)
    answer = people.ana.post(
        f"{people.url}/team/members/{ben}", {"is_reader": "on", "was": "PI,judge"}
    )
    assert answer.status_code == 409
    assert "changed meanwhile, to: judge" in answer.text


def test_a_removed_member_finds_nothing_any_more(people: People, db: Session) -> None:
    ben = member_id(db, people, people.ben)
    assert people.ben.get(f"{people.url}/team").status_code == 200
    assert people.ana.post(f"{people.url}/team/members/{ben}/removal").status_code == 303
    assert people.ben.get(f"{people.url}/team").status_code == 404
    assert "1 person who left" in people.ana.get(f"{people.url}/team").text


def test_the_last_pi_is_told_to_make_another_first(people: People, db: Session) -> None:
    ana = member_id(db, people, people.ana)
    for answer in (
        people.ana.post(f"{people.url}/leave"),
        people.ana.post(f"{people.url}/team/members/{ana}", {"is_judge": "on", "was": "PI,judge"}),
        people.ana.post(f"{people.url}/team/members/{ana}/removal"),
    ):
        assert answer.status_code == 409
        assert "Make somebody else PI first" in answer.text
    assert people.ana.get(f"{people.url}/team").status_code == 200


def test_a_member_leaves_and_no_longer_sees_the_study(people: People) -> None:
    assert people.ida.post(f"{people.url}/leave").headers["location"] == "/"
    assert people.ida.get(people.url).status_code == 404


SET_UP_FORMS = (
    "/settings",
    "/settings/samples",
    "/settings/samples/1",
    "/settings/samples/1/removal",
    "/settings/abbreviations",
    "/settings/abbreviations/1",
    "/settings/abbreviations/1/removal",
    "/team/invitations",
    "/team/invitations/1/revocation",
    "/team/members/1",
    "/team/members/1/removal",
)


@pytest.mark.parametrize("path", SET_UP_FORMS)
@pytest.mark.parametrize("name", ["ben", "eli", "gus", "ida"])
def test_only_a_pi_changes_the_set_up(people: People, name: str, path: str) -> None:
    answer = people.everybody[name].post(f"{people.url}{path}", {"title": "x"})
    assert answer.status_code == 403
    assert "You may not set up the study with your present roles; a PI may." in answer.text


@pytest.mark.parametrize("path", SET_UP_FORMS)
@pytest.mark.parametrize("name", ["hal", "jo"])
def test_for_an_outsider_there_is_no_such_study(people: People, name: str, path: str) -> None:
    assert people.everybody[name].post(f"{people.url}{path}").status_code == 404


@pytest.mark.parametrize("path", ["/team", "/settings"])
@pytest.mark.parametrize(
    ("name", "status"),
    [("ana", 200), ("ben", 200), ("eli", 403), ("gus", 403), ("ida", 403), ("hal", 404)],
)
def test_who_sees_how_the_study_is_set_up(
    people: People, name: str, path: str, status: int
) -> None:
    assert people.everybody[name].get(f"{people.url}{path}").status_code == status


def test_a_judge_is_offered_no_change_of_the_set_up(people: People) -> None:
    for path in ("/team?change=1", "/settings?change=title"):
        html = people.ben.get(f"{people.url}{path}").text
        posted = re.findall(r'method="post" action="([^"]+)"', html)
        assert set(posted) <= {"#", "/theme", "/sign-out", f"{people.url}/leave"}
    assert "ana@example.org" not in people.ben.get(f"{people.url}/team").text


def test_samples_are_added_changed_and_removed(people: People, db: Session) -> None:
    url = f"{people.url}/settings"
    added = people.ana.post(f"{url}/samples", {"name": "as client", "topic": "As Clients"})
    assert added.status_code == 303
    sample = db.exec(select(Sample.id).where(Sample.name == "as client")).one()
    assert 'value="as client"' in people.ana.get(f"{url}?change=sample-{sample}").text
    people.ana.post(f"{url}/samples/{sample}", {"name": "as clients", "topic": "T", "version": "1"})
    assert "as clients" in people.ana.get(url).text
    assert people.ana.post(f"{url}/samples/{sample}/removal").status_code == 303
    assert "as clients" not in people.ana.get(url).text


def test_a_taken_sample_name_keeps_what_was_typed(people: People) -> None:
    answer = people.ana.post(
        f"{people.url}/settings/samples", {"name": "AS THERAPIST", "topic": "my topic"}
    )
    assert answer.status_code == 422
    assert "There is a sample “as therapist” already" in answer.text
    assert "AS THERAPIST" in answer.text
    assert "my topic" in answer.text


def test_a_stale_sample_shows_what_stands_and_can_be_saved_again(
    people: People, db: Session
) -> None:
    url = f"{people.url}/settings/samples/{people.sample.id}"
    people.ana.post(url, {"name": "one", "version": "1"})
    stale = people.ana.post(url, {"name": "two", "version": "1"})
    assert stale.status_code == 409
    assert "<del>one</del><ins>two</ins>" in stale.text
    assert 'value="two"' in stale.text
    assert 'name="version" value="2"' in stale.text
    assert people.ana.post(url, {"name": "two", "version": "2"}).status_code == 303


def test_abbreviations_are_fixed_for_the_whole_study(people: People) -> None:
    url = f"{people.url}/settings"
    people.ana.post(f"{url}/abbreviations", {"short": "P", "meaning": "participant"})
    taken = people.ana.post(f"{url}/abbreviations", {"short": "P", "meaning": "parent"})
    assert taken.status_code == 422
    assert "P stands for “participant” already" in taken.text
    assert "= participant" in people.ben.get(url).text


def test_the_set_up_pages_cost_the_same_whatever_the_size(
    people: People, db: Session, statements: list[str]
) -> None:
    def cost() -> list[int]:
        counts = []
        for url in ("/studies", f"{people.url}/team", f"{people.url}/settings"):
            statements.clear()
            assert people.ana.get(url).status_code == 200
            counts.append(len(statements))
        return counts

    small = cost()
    context = people.context(db)
    for number in range(20):
        add_sample(db, context, name=f"sample {number}")
        add_abbreviation(db, context, short=f"A{number}", meaning="x")
        invite(db, context, is_judge=True, note=str(number))
    for name in ("hal", "jo"):
        db.add(Member(study_id=context.id, account_id=people.everybody[name].id, is_judge=True))
    db.commit()
    assert cost() == small


def test_a_link_is_built_from_the_public_address(
    people: People, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "public_url", "http://concord.example.org")
    answer = people.ana.post(f"{people.url}/team/invitations", {"is_judge": "on"})
    assert "http://concord.example.org/invitations/" in answer.text
