"""What every request passes: host, origin, headers; and how errors answer."""

from collections.abc import Callable

import pytest

from app.web.static_files import static
from tests.people import Browser, People

CROSS_SITE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
]
SAME_SITE = [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://127.0.0.1"}, {}]


@pytest.mark.parametrize("headers", CROSS_SITE, ids=str)
def test_a_post_from_another_site_is_refused(people: People, headers: dict[str, str]) -> None:
    answer = people.ana.browser.client.post("/theme", data={"theme": "dark"}, headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize("headers", SAME_SITE, ids=str)
def test_a_post_from_concord_itself_passes(people: People, headers: dict[str, str]) -> None:
    answer = people.ana.browser.client.post("/theme", data={"theme": "dark"}, headers=headers)
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/sign-in", 200),
        ("/account", 303),
        ("/nowhere", 404),
        (static("css/app.css"), 200),
        ("/studies/999999/team", 303),
        ("/healthz", 200),
    ],
)
def test_every_answer_carries_the_strict_headers(
    browser_of: Callable[[], Browser], path: str, status: int
) -> None:
    answer = browser_of().get(path)
    assert answer.status_code == status
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'self'")
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_refusal_of_a_cross_site_post_carries_the_headers_too(people: People) -> None:
    answer = people.ana.browser.client.post("/theme", headers=CROSS_SITE[0])
    assert "content-security-policy" in answer.headers


def test_a_foreign_host_is_not_served_but_probes_are(people: People) -> None:
    client = people.ana.browser.client
    assert client.get("/sign-in", headers={"Host": "evil.example"}).status_code == 400
    assert client.get("/healthz", headers={"Host": "10.0.0.7"}).status_code == 200
    assert client.get("/readyz", headers={"Host": "10.0.0.7"}).text == "ready"


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/redoc"])
def test_the_description_of_the_interface_is_closed(
    browser_of: Callable[[], Browser], path: str
) -> None:
    assert browser_of().get(path).status_code == 404


def test_an_outsider_is_told_there_is_nothing(people: People) -> None:
    for person in (people.hal, people.jo):
        assert person.get(people.url).status_code == 404


@pytest.mark.parametrize("number", ["0", "-1", "abc", "99999999999999999999", "2147483648"])
def test_an_impossible_number_in_the_address_is_not_found(people: People, number: str) -> None:
    assert people.ana.get(f"/studies/{number}").status_code == 404


def test_who_is_not_signed_in_comes_back_after_signing_in(people: People) -> None:
    answer = people.stranger.get(f"{people.url}/team")
    assert answer.headers["location"] == f"/sign-in?next={people.url}/team"


def test_htmx_is_sent_to_the_sign_in_page_whole(people: People) -> None:
    answer = people.stranger.get(f"{people.url}/team", htmx=True)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/sign-in")


def test_htmx_gets_a_toast_and_nothing_swapped_for_a_refusal(people: People) -> None:
    answer = people.eli.get(f"{people.url}/team", htmx=True)
    assert answer.status_code == 403
    assert answer.headers["hx-reswap"] == "none"
    assert "toast" in answer.headers["hx-trigger"]


def test_a_body_too_large_to_be_a_form_is_refused(people: People) -> None:
    answer = people.ana.post("/theme", {"theme": "x" * (61 * 1024 * 1024)})
    assert answer.status_code == 413


def test_a_fault_of_ours_has_a_number_and_the_headers(
    people: People, caplog: pytest.LogCaptureFixture
) -> None:
    app = people.ana.browser.client.app
    database = app.state.database  # type: ignore[attr-defined]
    app.state.database = None  # type: ignore[attr-defined]
    answer = people.ana.get("/account")
    app.state.database = database  # type: ignore[attr-defined]
    assert answer.status_code == 500
    assert "content-security-policy" in answer.headers
    assert "tell your administrator number" in answer.text
    assert len(caplog.records) == 1
