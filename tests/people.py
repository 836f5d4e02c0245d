"""The same people in every test.

Ana is PI and judge; Ben, Chi and Dee are judges; Eli, Fay and Gus audit (Gus from outside); Ida
reads; Hal belongs to another study; Jo administers and is a member of nothing.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx2
from sqlmodel import Session
from starlette.testclient import TestClient

from app.accounts.models import Account, LoginSession
from app.accounts.sessions import Me, token_hash
from app.studies.guard import StudyContext, load_study
from app.studies.models import AuditorKind, Member, Sample, Study
from app.trail.service import Scene

HTMX = {"HX-Request": "true"}


class Browser:
    """One person's browser without JavaScript; `htmx=True` sends a request as htmx does.

    `opened` is what it sends with, or makes that when it is first used: most people of a test never
    open a page, and ten browsers take longer than many a test.
    """

    def __init__(self, opened: TestClient | Callable[[], TestClient]) -> None:
        self._opened = opened
        self._token = ""

    @cached_property
    def client(self) -> TestClient:
        """What it sends with."""
        client = self._opened if isinstance(self._opened, TestClient) else self._opened()
        if self._token:
            client.cookies.set("concord_session", self._token)
        return client

    def sign_in_with(self, token: str) -> None:
        """Carry a login session."""
        self._token = token
        if "client" in vars(self):
            self.client.cookies.set("concord_session", token)

    def get(self, url: str, *, htmx: bool = False, **more: Any) -> httpx2.Response:
        """Open a page."""
        return self.client.get(url, headers=HTMX if htmx else {}, **more)

    def post(
        self, url: str, data: dict[str, Any] | None = None, *, htmx: bool = False, **more: Any
    ) -> httpx2.Response:
        """Send a form."""
        headers = {"Origin": "http://127.0.0.1"} | (HTMX if htmx else {})
        return self.client.post(url, data=data or {}, headers=headers, **more)


@dataclass
class Person:
    """Somebody with an account, signed in in a browser of their own."""

    name: str
    account: Account
    browser: Browser

    @property
    def id(self) -> int:
        """The account's id."""
        assert self.account.id is not None
        return self.account.id

    @property
    def me(self) -> Me:
        """As the program sees the signed-in person."""
        return Me(self.id, self.account.email, self.account.name, self.account.is_administrator)

    def get(self, url: str, **more: Any) -> httpx2.Response:
        """Open a page."""
        return self.browser.get(url, **more)

    def post(self, url: str, data: dict[str, Any] | None = None, **more: Any) -> httpx2.Response:
        """Send a form."""
        return self.browser.post(url, data, **more)


@dataclass
class People:
    """Everybody, and the study most tests happen in."""

    ana: Person
    ben: Person
    chi: Person
    dee: Person
    eli: Person
    fay: Person
    gus: Person
    ida: Person
    hal: Person
    jo: Person
    stranger: Browser
    study: Study = field(repr=False)
    sample: Sample = field(repr=False)
    other_study: Study = field(repr=False)

    @property
    def scene(self) -> Scene:
        """Ana acting in the study, for services."""
        assert self.study.id is not None
        return Scene(self.study.id, self.ana.id)

    def context(self, db: Session, person: Person | None = None) -> StudyContext:
        """The study as a person (Ana unless named) has it."""
        assert self.study.id is not None
        return load_study(db, (person or self.ana).me, self.study.id)

    @property
    def url(self) -> str:
        """The study's address."""
        return f"/studies/{self.study.id}"

    @property
    def sample_url(self) -> str:
        """The sample's address."""
        return f"{self.url}/samples/{self.sample.id}"

    @property
    def everybody(self) -> dict[str, Person]:
        """All ten by name."""
        return {k: v for k, v in vars(self).items() if isinstance(v, Person)}


ROLES: dict[str, dict[str, Any]] = {
    "ana": {"is_pi": True, "is_judge": True},
    "ben": {"is_judge": True},
    "chi": {"is_judge": True},
    "dee": {"is_judge": True},
    "eli": {"auditor": AuditorKind.INTERNAL},
    "fay": {"auditor": AuditorKind.INTERNAL},
    "gus": {"auditor": AuditorKind.EXTERNAL},
    "ida": {"is_reader": True},
}


def make_people(db: Session, browser_of: Callable[[], Browser]) -> People:
    """Accounts, sessions, a study with one sample ('as therapist'), and Hal's other study."""
    accounts = {
        name: Account(
            email=f"{name}@example.org", name=name.capitalize(), is_administrator=name == "jo"
        )
        for name in (*ROLES, "hal", "jo")
    }
    study, other = Study(title="Crying in therapy"), Study(title="Somebody else's study")
    db.add_all([*accounts.values(), study, other])
    db.flush()  # once for all: every test pays for this
    assert study.id is not None
    assert other.id is not None
    persons = {}
    for name, account in accounts.items():
        persons[name] = Person(name, account, browser_of())
        token = secrets.token_urlsafe(32)
        db.add(LoginSession(token_hash=token_hash(token), account_id=persons[name].id))
        persons[name].browser.sign_in_with(token)
    for name, roles in ROLES.items():
        db.add(Member(study_id=study.id, account_id=persons[name].id, **roles))
    db.add(Member(study_id=other.id, account_id=persons["hal"].id, is_pi=True, is_judge=True))
    sample = Sample(
        study_id=study.id,
        name="as therapist",
        name_key="as therapist",
        topic="Participants Crying as Therapists",
    )
    db.add(sample)
    db.commit()
    return People(**persons, stranger=browser_of(), study=study, sample=sample, other_study=other)


__all__ = ["Browser", "People", "Person", "make_people"]
