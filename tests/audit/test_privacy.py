"""Before all auditors have returned, nobody but an auditor learns what that auditor has written.

Eli and Gus audit P07, Fay audits P08. Eli has written one comment; later he has written a good
deal. Everybody else tries every address under the audits, and whatever tells of the study around
them: what they are answered must be the same to the letter, whatever Eli has written. A route
that is new is tried by itself; one with a parameter that is not known here fails.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from sqlmodel import Session, select

from app.audit.models import Audit, Comment
from app.cases.service import add_case, store_transcript
from app.core_ideas.models import CoreIdea
from app.core_ideas.service import add_core_idea
from app.db import guid
from app.live.queries import heads_of
from app.trail.service import count_entries
from tests.architecture.test_house import routes_in
from tests.audit.an_audit import AnAudit, agree_all, an_audit
from tests.conftest import RolledBackDatabase
from tests.domains.a_case import ROLES, TURNS, ACase, a_case
from tests.html import Reader
from tests.journeys.test_blindness import CHANCE, first_difference
from tests.people import People, Person

# Once is enough: the pages are the same on both databases, and they are many.
pytestmark = pytest.mark.pure

CANARY = "quokka"
"""In every word Eli writes, and nowhere else."""

AROUND = (
    "/",
    "/studies/{study}",
    "/studies/{study}/trail",
    "/studies/{study}/presence",
    "/studies/{study}/meetings/new",
    "/studies/{study}/team",
    "/studies/{study}/history/{kind}/{item}",
    "/studies/{study}/samples/{sample}/findings",
    "/studies/{study}/samples/{sample}/cases/{code}/consensus-version",
    "/studies/{study}/samples/{sample}/cases/{code}/coding?q=quokk",
)
"""What tells of a study beside its audits: home, progress, trail, histories, search."""


@dataclass
class World:
    """P07 with Eli and Gus, P08 with Fay."""

    db: Session
    database: RolledBackDatabase
    people: People
    audit: AnAudit
    other: AnAudit
    idea: CoreIdea
    parameters: dict[str, list[str]]

    def eli_writes(self, number: int) -> None:
        """Comments of several types, on the case and on its core idea, each with a suggestion."""
        for place in range(number):
            form = {
                "guid": guid(),
                "item": self.idea.guid if place % 2 else "",
                "type": ("wording", "praise", "missing material")[place % 3],
                "text": f"The {CANARY} number {place}.",
                "strength": "must",
                "suggests": "wording" if place % 2 else "",
                "wording": f"P met a {CANARY}.",
                "version": "0",
            }
            answer = self.people.eli.post(f"{self.audit.url}/comments", form)
            assert answer.status_code == 303, answer.text
        self.db.commit()

    def addresses(self, method: str, *more: str) -> Iterator[str]:
        """Every address under the audits of the study, and these, with parameters filled in."""
        app: Any = self.people.ana.browser.client.app
        paths = [
            route.path
            for route in routes_in(app.routes)
            if "/audits" in route.path and method in (route.methods or ())
        ]
        assert len(paths) > 4, "the audits have more routes than that"
        for path in (*paths, *more):
            names = re.findall(r"\{(\w+)(?::\w+)?\}", path)
            for values in product(*(self.parameters[name] for name in names)):
                url = path
                for name, value in zip(names, values, strict=True):
                    url = re.sub(rf"\{{{name}(:\w+)?\}}", value, url)
                yield url

    def told_to(self, person: Person) -> dict[str, str]:
        """What somebody gets at every address; nothing of it is kept."""
        found = {f"GET {url}": told(person.get(url)) for url in self.addresses("GET", *AROUND)}
        for url in self.addresses("POST"):
            found[f"POST {url}"] = told(self.sent(person, url))
        return found

    def sent(self, person: Person, url: str, **fields: str) -> Any:
        """Send a form, and take back whatever it did."""
        self.db.commit()  # else its own savepoint lies around the one below
        step = self.database.connection.begin_nested()
        cookies = dict(person.browser.client.cookies)
        try:
            form = {"version": "1", "reason": "To see.", "decision": "noted", "seen": "0"}
            return person.post(url, form | fields)
        finally:
            step.rollback()
            person.browser.client.cookies = cookies


def told(answer: Any) -> str:
    """What an answer tells, without what is drawn by lot; of an office file all its parts."""
    text = answer.text
    if "openxmlformats" in answer.headers.get("content-type", ""):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
            names = [name for name in file.namelist() if not name.startswith("docProps/")]
            text = "\n".join(file.read(name).decode("utf-8", "replace") for name in names)
    heads = " ".join(answer.headers.get(name, "") for name in ("location", "hx-trigger"))
    return CHANCE.sub("", f"{answer.status_code} {heads}\n{text}")


@pytest.fixture
def world(db: Session, database: RolledBackDatabase, people: People) -> World:
    case = a_case(db, people, code="P07")
    idea = _agreed(db, case)
    audit = an_audit(db, people, case=case)
    study = people.context(db)
    made = add_case(db, study, code="P08", sample_ids=[people.sample.id or 0])
    store_transcript(db, study, case_id=made.id or 0, title="Interview", turns=TURNS, roles=ROLES)
    second = ACase(people, "P08", made.id or 0, case.domains)
    _agreed(db, second)
    other = an_audit(db, people, people.fay, case=second)
    parameters = {
        "study": [str(people.study.id)],
        "sample": [str(people.sample.id)],
        "code": ["P07"],
        "audit": [str(audit.id), str(other.id)],
        "ending": ["docx", "xlsx", "csv"],
        "kind": ["unit", "core-idea"],
        "item": [str(idea.id), str(case.context(db).unit.id)],
        "unit": [str(case.context(db).unit.id)],
        "comment": [],
        "recusal": ["1"],
    }
    return World(db, database, people, audit, other, idea, parameters)


def _agreed(db: Session, case: ACase) -> CoreIdea:
    case.put(db, "I held my breath.", "Antecedent")
    domain_id = case.domains["Antecedent"]
    idea = add_core_idea(db, case.context(db), domain_id=domain_id, text="P held P's breath.")
    db.commit()
    agree_all(db, case)
    return idea


def test_what_an_auditor_has_written_and_not_returned_is_told_to_nobody(world: World) -> None:
    people = world.people
    world.eli_writes(1)
    comment = world.db.exec(select(Comment)).one()
    world.parameters["comment"] = [comment.guid]
    readers = (people.gus, people.fay, people.ana, people.ben, people.ida, people.hal, people.jo)
    before = {reader.name: world.told_to(reader) for reader in readers}
    entries, heads = count_entries(world.db), heads_of(world.db, [people.study.id or 0])
    world.eli_writes(5)
    assert count_entries(world.db) == entries
    assert heads_of(world.db, [people.study.id or 0]) == heads
    after = {reader.name: world.told_to(reader) for reader in readers}
    for name, answers in after.items():
        assert not [where for where, text in answers.items() if CANARY in text], name
        different = {
            where: first_difference(before[name][where], text)
            for where, text in answers.items()
            if before[name][where] != text
        }
        assert different == {}, name
    assert sum(map(len, after.values())) > 200


def test_the_guid_of_a_comment_that_is_not_returned_is_as_good_as_any_other(world: World) -> None:
    world.eli_writes(1)
    comment = world.db.exec(select(Comment)).one()
    world.parameters["audit"] = [str(world.audit.id)]
    # A co-auditor may send a guid of their own making, so theirs would be told from it.
    for reader in (world.people.fay, world.people.ana, world.people.ben):
        said = []
        for known in (comment.guid, guid()):
            world.parameters["comment"] = [known]
            urls = [url for url in world.addresses("POST") if known in url]
            assert len(urls) >= 3
            said.append(
                [told(world.sent(reader, url)).replace(known, "") for url in urls]
                + [
                    told(reader.get(f"{world.audit.url}?{name}={known}")).replace(known, "")
                    for name in ("change", "on", "comment")
                ]
            )
        assert said[0] == said[1], reader.name


def test_whether_an_auditor_returned_with_comments_or_without_is_told_when_all_have(
    world: World,
) -> None:
    people = world.people

    def seen(number: int) -> dict[str, dict[str, str]]:
        world.db.commit()
        step = world.database.connection.begin_nested()
        try:
            world.parameters["comment"] = [guid()]
            world.eli_writes(number)
            button = "Return my audit" if number else "Return with no comments"
            Reader(people.eli.browser).open(world.audit.url).send(button)
            paths = list(world.addresses("GET", *AROUND))
            return {
                reader.name: {url: told(reader.get(url)) for url in paths}
                for reader in (people.gus, people.ana, people.ben)
            }
        finally:
            world.db.commit()
            step.rollback()
            world.db.expire_all()

    world.parameters["comment"] = [guid()]
    assert seen(0) == seen(3)


def test_who_is_not_asked_finds_no_audit_at_any_address_not_even_afterwards(world: World) -> None:
    people = world.people
    world.eli_writes(2)
    world.parameters["comment"] = [world.db.exec(select(Comment.guid)).first() or ""]
    for person in (people.eli, people.gus):
        page = Reader(person.browser).open(world.audit.url)
        words = "Return my audit" if person is people.eli else "Return with no comments"
        page.send(words)
    assert CANARY in people.ben.get(world.audit.url).text
    world.parameters["audit"] = [str(world.audit.id)]
    for person in (people.fay, people.hal, people.ida, people.jo):
        for method in ("GET", "POST"):
            for url in world.addresses(method):
                answer = person.get(url) if method == "GET" else world.sent(person, url)
                assert CANARY not in answer.text, (person.name, url)
                if f"/audits/{world.audit.id}" in url:
                    assert answer.status_code in (403, 404), (person.name, url)
                    assert "P07" not in answer.text, (person.name, url)
        assert "P07" not in person.get(f"{people.url}/audits").text


def test_an_audit_that_is_not_ones_own_answers_as_one_that_is_not_there(world: World) -> None:
    people = world.people
    nowhere = max(world.db.exec(select(Audit.id)).all(), key=lambda id_: id_ or 0) or 0
    world.parameters["comment"] = [guid()]
    for person in (people.fay, people.hal):
        said = []
        for audit_id in (world.audit.id, nowhere + 1):
            world.parameters["audit"] = [str(audit_id)]
            urls = [url for url in world.addresses("GET") if f"/audits/{audit_id}" in url]
            said.append([told(person.get(url)).replace(f"/{audit_id}", "") for url in urls])
        assert said[0] == said[1], person.name


def test_the_walk_would_notice_a_trace(world: World) -> None:
    """Eli himself sees the difference: the comparison is not blind."""
    world.eli_writes(1)
    before = told(world.people.eli.get(f"{world.audit.url}/form.xlsx"))
    world.eli_writes(1)
    after = told(world.people.eli.get(f"{world.audit.url}/form.xlsx"))
    assert after != before
    assert CANARY in after
