"""While a draft is private nobody else finds a trace of it: not its words, and not its size.

Ben drafts P07 and the board of Antecedent in private. Everybody else opens every page, file and
event of the program and sends every form, once when Ben has begun and once more when he has
drafted a great deal. What they get must be the same to the letter. A route that is new is walked
by itself; one with a parameter that this test does not know fails it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product, zip_longest
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from app.audit.service import request_audit
from app.cases.service import add_case, store_transcript
from app.consensus.drafting import take_up
from app.core_ideas.models import AbsenceReason
from app.core_ideas.service import add_core_idea, set_absence
from app.cross_analysis.guard import load_board
from app.cross_analysis.placing import place
from app.cross_analysis.service import add_category
from app.domains.blocks import assign, leave_out, write_memo
from app.studies.models import Study
from app.studies.ways import WayOfWorking
from app.trail.service import verify
from tests.architecture.test_house import routes_in
from tests.audit.an_audit import agree_all
from tests.conftest import RolledBackDatabase
from tests.domains.a_case import ROLES, TURNS, ACase, a_case
from tests.people import People, Person

# Once is enough: the pages are the same on both databases, and they are many.
pytestmark = pytest.mark.pure

CANARY = "quokka"
"""In every word Ben drafts, and nowhere else."""

ENDLESS = {"/studies/{study}/live"}
"""A stream has no end to compare; tests/live looks at what it carries."""

OWN = {"/sign-in", "/sign-out", "/account", "/theme", "/demo"}
"""What counts, changes or ends the sessions of who asks; no study is in them."""


@dataclass
class World:
    """Two cases: P07 is drafted in private, P08 was agreed before and is audited."""

    people: People
    drafted: ACase
    agreed: ACase
    parameters: dict[str, list[str]]


@pytest.fixture
def world(db: Session, people: People) -> World:
    agreed = a_case(db, people, code="P08")
    agreed.put(db, "I held my breath.", "Antecedent")
    antecedent = agreed.domains["Antecedent"]
    idea = add_core_idea(db, agreed.context(db), domain_id=antecedent, text="P held P's breath.")
    db.commit()
    agree_all(db, agreed)
    asked = [people.eli.id, people.gus.id]
    context = agreed.context(db)
    audit = request_audit(db, context.scene, context.unit, auditors=asked, what="P08")
    study = db.get_one(Study, people.study.id)
    study.way_of_working = study.board_way = WayOfWorking.INDEPENDENT_FIRST
    db.add(study)
    drafted = a_second_case(db, people, agreed)
    meeting = people.ana.post(f"{people.url}/meetings/new", {"present": str(people.ana.id)})
    assert meeting.status_code in (303, 422), meeting.text
    parameters = {
        "study": [str(people.study.id)],
        "sample": [str(people.sample.id)],
        "code": ["P07", "P08"],
        "domain": [str(id_) for id_ in agreed.domains.values()][:2],
        "audit": [str(audit.id)],
        "unit": [str(context.unit.id), str(drafted.context(db).unit.id)],
        "idea": [str(idea.id)],
        "account": [str(people.ben.id)],
        "ending": ["csv"],
        "token": ["nobody-knows-this"],
    }
    for name in ("block", "mark", "category", "member", "abbreviation", "amendment", "point"):
        parameters[name] = ["1"]
    for name in ("entry", "key", "number", "reservation", "invitation", "recusal", "comment"):
        parameters[name] = ["1"]
    for name in ("meeting", "kind", "id", "item"):
        parameters[name] = ["1"]
    return World(people, drafted, agreed, parameters)


def a_second_case(db: Session, people: People, first: ACase) -> ACase:
    """P07, with the same interview and the same domains."""
    assert people.sample.id is not None
    case = add_case(db, people.context(db), code="P07", sample_ids=[people.sample.id])
    assert case.id is not None
    store_transcript(
        db, people.context(db), case_id=case.id, title="Interview", turns=TURNS, roles=ROLES
    )
    db.commit()
    return ACase(people, "P07", case.id, first.domains)


def ben_drafts(db: Session, world: World, sentences: list[str]) -> None:
    """Ben codes these sentences of P07, writes a core idea on each and a category for it."""
    people = world.people
    transcript = world.drafted.transcript(db)
    for number, words in enumerate(sentences):
        case = world.drafted.context(db, people.ben)
        case = replace(case, unit=take_up(db, case.scene, case.unit))
        start = transcript.text.index(words)
        domain = list(world.agreed.domains.values())[number % 2]
        passage: dict[str, Any] = {
            "version_id": transcript.version_id,
            "start": start,
            "end": start + len(words),
            "quote": words,
        }
        block = assign(db, case, **passage, domain_ids=[domain]).after[0]
        write_memo(db, case, block_id=block.id, version=block.version, memo=f"{CANARY} memo")
        text = f"P {CANARY} {number}."
        add_core_idea(db, case, domain_id=domain, text=text, block_ids=[block.id])
        board = load_board(
            db,
            people.context(db, people.ben),
            people.sample.id or 0,
            world.agreed.domains["Antecedent"],
        )
        board = replace(board, unit=take_up(db, board.scene, board.unit))
        category = add_category(db, board, title=f"{CANARY}: {words}")
        idea = int(world.parameters["idea"][0])
        place(db, board, core_idea_id=idea, category_id=category.id)
    db.commit()


def ben_leaves_something_out(db: Session, world: World) -> None:
    """A *not coded* mark, and a reason why a domain has no core idea."""
    case = world.drafted.context(db, world.people.ben)
    transcript = world.drafted.transcript(db)
    start = transcript.text.index("Mm-hm.")
    leave_out(
        db, case, version_id=transcript.version_id, start=start, end=start + 6, quote="Mm-hm."
    )
    empty = world.agreed.domains["Consequences"]
    set_absence(db, case, domain_id=empty, reason=AbsenceReason.NOTHING_SAID)
    db.commit()


def addresses(world: World, method: str) -> Iterator[str]:
    """Every address of the program that this method reaches, with every parameter filled in."""
    app: Any = world.people.ana.browser.client.app
    for route in routes_in(app.routes):
        if method not in (route.methods or ()) or route.path in ENDLESS | OWN:
            continue
        names = re.findall(r"\{(\w+)(?::\w+)?\}", route.path)
        for values in product(*(world.parameters[name] for name in names)):
            path = route.path
            for name, value in zip(names, values, strict=True):
                path = re.sub(rf"\{{{name}(:\w+)?\}}", value, path)
            yield path


CHANCE = re.compile(
    r'(name="(?:form_key|key|guid)" value="|/cases/new/)[\w-]+'
    r"|since=[0-9.]+|number [0-9a-f]{8}|\d{2}:\d{2}(:\d{2})?|^303 /studies/\d+ "
)
"""What is drawn anew for each page, whatever lies in the database; the clock; a new study's id."""


def told(answer: Any) -> str:
    """What an answer tells, without what is drawn by lot."""
    heads = " ".join(answer.headers.get(name, "") for name in ("location", "hx-trigger"))
    if "openxmlformats" in answer.headers.get("content-type", ""):
        return f"{answer.status_code} {heads} {len(answer.content) // 200}"
    return CHANCE.sub("", f"{answer.status_code} {heads}\n{answer.text}")


def first_difference(before: str, after: str) -> tuple[str, str]:
    """The first lines that differ."""
    lines = zip_longest(before.splitlines(), after.splitlines(), fillvalue="")
    return next((one, other) for one, other in lines if one != other)


def what_everybody_gets(world: World, database: RolledBackDatabase) -> dict[str, str]:
    """Every page read by each other role and every form sent by the team; nothing is kept of it.

    Dee stands as Chi does, Gus as Eli; who is no judge, PI or auditor is refused before any look.
    """
    found = {}
    for name, person in world.people.everybody.items():
        if name in ("ben", "dee", "gus"):
            continue
        for path in addresses(world, "GET"):
            found[f"{name} GET {path}"] = told(person.get(path))
        for path in addresses(world, "POST") if name in ("ana", "chi", "eli") else ():
            found[f"{name} POST {path}"] = told(_sent(database, person, path))
    return found


def _sent(database: RolledBackDatabase, person: Person, path: str) -> Any:
    """Send a form, and take back whatever it did, in the database and in the person's browser."""
    step = database.connection.begin_nested()
    cookies = dict(person.browser.client.cookies)
    try:
        fields = {"version": "1", "reason": "To see what happens.", "title": "A title"}
        return person.post(path, fields)
    finally:
        step.rollback()
        person.browser.client.cookies = cookies


@pytest.mark.whole
def test_nobody_finds_a_trace_of_a_private_draft(
    db: Session, database: RolledBackDatabase, world: World
) -> None:
    ben_drafts(db, world, ["I held my breath."])
    before = what_everybody_gets(world, database)
    ben_drafts(
        db, world, ["She told me about her mother.", "Then I looked away.", "At first, yes."]
    )
    ben_leaves_something_out(db, world)
    after = what_everybody_gets(world, database)
    assert not [where for where, text in after.items() if CANARY in text]
    different = {
        where: first_difference(before[where], after[where])
        for where in before
        if before[where] != after[where]
    }
    assert different == {}
    assert len(before) > 500
    assert not list(verify(db))


def test_the_walk_would_notice_a_trace(
    db: Session, database: RolledBackDatabase, world: World
) -> None:
    """Ben himself sees the difference: the comparison is not blind."""
    ben_drafts(db, world, ["I held my breath."])
    url = f"{world.people.sample_url}/cases/P07/coding"
    before = told(world.people.ben.get(url))
    ben_drafts(db, world, ["Then I looked away."])
    assert told(world.people.ben.get(url)) != before
    counted = db.exec(select(sa.func.count()).select_from(sa.table("block"))).one()
    assert counted == 3
