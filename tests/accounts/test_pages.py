"""Accounts in the browser: set-up, signing in and out, one-time links, closing an account."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.accounts.models import Account, LinkPurpose, LoginSession, OneTimeLink
from app.accounts.service import create_account, first_start_link, make_link
from app.db import now
from tests.people import Browser, People

GOOD = "four unrelated calm words"
NewBrowser = Callable[[], Browser]


def _set_up(browser: Browser, token: str, **other: str):
    form = {"name": "Jo", "email": "jo@example.org", "password": GOOD, "password_again": GOOD}
    return browser.post(f"/setup/{token}", form | other)


def test_who_opens_the_set_up_link_becomes_administrator_and_is_signed_in(
    db: Session, browser_of: NewBrowser
) -> None:
    token = first_start_link(db)
    db.commit()
    assert token
    browser = browser_of()
    assert "Set up Concord" in browser.get(f"/setup/{token}").text
    answer = _set_up(browser, token)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert db.exec(select(Account.is_administrator)).one() is True
    assert browser.get("/account").status_code == 200


def test_the_set_up_link_works_once(db: Session, browser_of: NewBrowser) -> None:
    token = first_start_link(db)
    db.commit()
    assert token
    _set_up(browser_of(), token)
    again = _set_up(browser_of(), token, email="eve@example.org")
    assert again.status_code == 404
    assert "used already" in again.text
    assert first_start_link(db) is None


def test_opening_a_link_uses_nothing_up(db: Session, browser_of: NewBrowser) -> None:
    token = first_start_link(db)
    db.commit()
    for _ in range(3):
        assert browser_of().get(f"/setup/{token}").status_code == 200
    assert db.exec(select(OneTimeLink.used_at)).one() is None


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"password": "short", "password_again": "short"}, "at least 8 characters"),
        ({"password_again": "another one"}, "The two passwords differ"),
        ({"password": "password1", "password_again": "password1"}, "easy to guess"),
        ({"email": "no address"}, "Type an e-mail address"),
        ({"name": "   "}, "name is empty"),
    ],
)
def test_a_bad_set_up_form_says_what_to_do_and_keeps_what_was_typed(
    db: Session, browser_of: NewBrowser, typed: dict[str, str], sentence: str
) -> None:
    token = first_start_link(db)
    db.commit()
    assert token
    answer = _set_up(browser_of(), token, **typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert db.exec(select(Account)).all() == []
    if "email" not in typed:
        assert 'value="jo@example.org"' in answer.text


def _ana(db: Session) -> Account:
    account = create_account(db, email="ana@example.org", name="Ana", password=GOOD, cheap=True)
    db.commit()
    return account


def test_signing_in_sets_a_cookie_scripts_cannot_read(db: Session, browser_of: NewBrowser) -> None:
    _ana(db)
    answer = browser_of().post("/sign-in", {"email": "Ana@Example.org", "password": GOOD})
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_the_token_itself_is_not_stored(db: Session, browser_of: NewBrowser) -> None:
    _ana(db)
    browser = browser_of()
    browser.post("/sign-in", {"email": "ana@example.org", "password": GOOD})
    token = browser.client.cookies["concord_session"]
    assert token not in db.exec(select(LoginSession.token_hash)).all()


def test_an_unknown_address_and_a_wrong_password_get_the_same_answer(
    db: Session, browser_of: NewBrowser
) -> None:
    _ana(db)
    wrong = browser_of().post("/sign-in", {"email": "ana@example.org", "password": "x" * 20})
    unknown = browser_of().post("/sign-in", {"email": "zoe@example.org", "password": "x" * 20})
    assert wrong.status_code == unknown.status_code == 422
    differing = r"ana@|zoe@|(?<=name=\"form_key\" value=\")[0-9a-f]{32}"
    assert re.sub(differing, "", wrong.text) == re.sub(differing, "", unknown.text)


def test_five_failures_make_the_sixth_wait(db: Session, browser_of: NewBrowser) -> None:
    _ana(db)
    browser = browser_of()
    for _ in range(5):
        browser.post("/sign-in", {"email": "ana@example.org", "password": "guess"})
    answer = browser.post("/sign-in", {"email": "ana@example.org", "password": GOOD})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "too many tries" in answer.text


@pytest.mark.parametrize(
    "to", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_to_another_site(
    db: Session, browser_of: NewBrowser, to: str
) -> None:
    _ana(db)
    form = {"email": "ana@example.org", "password": GOOD, "next": to}
    assert browser_of().post("/sign-in", form).headers["location"] == "/"


def test_signing_in_leads_back_to_the_page_asked_for(db: Session, browser_of: NewBrowser) -> None:
    _ana(db)
    browser = browser_of()
    asked = browser.get("/account")
    assert asked.headers["location"] == "/sign-in?next=/account"
    form = {"email": "ana@example.org", "password": GOOD, "next": "/account"}
    assert browser.post("/sign-in", form).headers["location"] == "/account"


def test_signing_out_ends_the_session_on_the_server(db: Session, browser_of: NewBrowser) -> None:
    _ana(db)
    browser = browser_of()
    browser.post("/sign-in", {"email": "ana@example.org", "password": GOOD})
    token = browser.client.cookies["concord_session"]
    assert browser.post("/sign-out").headers["location"] == "/sign-in"
    browser.sign_in_with(token)
    assert browser.get("/account").status_code == 303


@pytest.mark.parametrize(
    ("seen", "began", "still"),
    [
        (timedelta(minutes=119), timedelta(minutes=119), True),
        (timedelta(minutes=121), timedelta(minutes=121), False),
        (timedelta(minutes=1), timedelta(hours=13), False),
    ],
    ids=["used within two hours", "idle too long", "older than twelve hours"],
)
def test_a_session_expires_idle_and_absolutely(
    db: Session, browser_of: NewBrowser, seen: timedelta, began: timedelta, still: bool
) -> None:
    _ana(db)
    browser = browser_of()
    browser.post("/sign-in", {"email": "ana@example.org", "password": GOOD})
    session = db.exec(select(LoginSession)).one()
    session.seen_at, session.created_at = now() - seen, now() - began
    db.add(session)
    db.commit()
    assert (browser.get("/account").status_code == 200) is still


def test_use_is_written_at_most_once_a_minute(
    db: Session, people: People, statements: list[str]
) -> None:
    people.ana.get("/account")
    statements.clear()
    people.ana.get("/account")
    assert not [text for text in statements if text.startswith("UPDATE login_session")]
    session = db.exec(select(LoginSession).where(LoginSession.account_id == people.ana.id)).one()
    session.seen_at = now() - timedelta(minutes=2)
    db.add(session)
    db.commit()
    statements.clear()
    people.ana.get("/account")
    assert len([text for text in statements if text.startswith("UPDATE login_session")]) == 1


def test_a_reset_link_replaces_the_password_and_ends_old_sessions(
    db: Session, people: People, browser_of: NewBrowser
) -> None:
    answer = people.jo.post(f"/accounts/{people.ben.id}/reset-link")
    token = answer.text.partition("/reset/")[2].partition("<")[0].strip()
    reader = browser_of()
    assert "ben@example.org" in reader.get(f"/reset/{token}").text
    reader.post(f"/reset/{token}", {"password": GOOD, "password_again": GOOD})
    assert people.ben.get("/account").status_code == 303
    assert reader.get("/account").status_code == 200
    signed = browser_of().post("/sign-in", {"email": "ben@example.org", "password": GOOD})
    assert signed.status_code == 303


def test_only_the_newest_reset_link_works(db: Session, people: People) -> None:
    first = make_link(db, purpose=LinkPurpose.RESET, account_id=people.ben.id)
    second = make_link(db, purpose=LinkPurpose.RESET, account_id=people.ben.id)
    db.commit()
    assert people.stranger.get(f"/reset/{first}").status_code == 404
    assert people.stranger.get(f"/reset/{second}").status_code == 200


def test_an_expired_link_says_so(db: Session, people: People) -> None:
    token = make_link(db, purpose=LinkPurpose.RESET, account_id=people.ben.id)
    link = db.exec(select(OneTimeLink)).one()
    link.expires_at = now() - timedelta(seconds=1)
    db.add(link)
    db.commit()
    answer = people.stranger.get(f"/reset/{token}")
    assert answer.status_code == 404
    assert "expired" in answer.text


def test_only_the_administrator_sees_accounts(people: People) -> None:
    for name, person in people.everybody.items():
        assert (person.get("/accounts").status_code == 200) is (name == "jo")


def test_a_closed_account_is_out_at_once_and_can_be_opened_again(people: People) -> None:
    people.jo.post(f"/accounts/{people.ben.id}/closed", {"closed": "yes"})
    assert people.ben.get("/account").status_code == 303
    people.jo.post(f"/accounts/{people.ben.id}/closed", {"closed": "no"})
    assert "Ben" in people.jo.get("/accounts").text


def test_the_last_administrator_stays(people: People) -> None:
    answer = people.jo.post(f"/accounts/{people.jo.id}/closed", {"closed": "yes"})
    assert answer.status_code == 409


def test_changing_ones_password_needs_the_present_one(
    db: Session, people: People, browser_of: NewBrowser
) -> None:
    _ = create_account(db, email="kim@example.org", name="Kim", password=GOOD, cheap=True)
    db.commit()
    browser = browser_of()
    browser.post("/sign-in", {"email": "kim@example.org", "password": GOOD})
    new = {"password": "other calm unrelated words", "password_again": "other calm unrelated words"}
    wrong = browser.post("/account/password", {"present": "guess"} | new)
    assert wrong.status_code == 422
    assert "not your present password" in wrong.text
    assert browser.post("/account/password", {"present": GOOD} | new).status_code == 303


def test_the_theme_is_kept_in_a_cookie(people: People) -> None:
    people.ana.post("/theme", {"theme": "dark", "next": "/account"})
    assert 'data-theme="dark"' in people.ana.get("/account").text
