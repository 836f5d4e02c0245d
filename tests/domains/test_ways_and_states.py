"""Every way of working in every state: what each role sees of a case, and what it is offered.

Ana, Ben and Chi judge P01 by name, Ana is PI too and drafts where one does; Dee judges other
cases, Jo is PI and judges nothing, Eli audits nothing yet, Ida reads.
"""

from itertools import product

import pytest
from sqlmodel import Session, select

from app.cases.guard import CaseContext
from app.cases.guard import load_case as load
from app.cases.service import add_case
from app.consensus.models import Assignment, Layer, Unit
from app.consensus.rules import AGREED_OR_LATER, OPEN_FOR_CONTENT, PRIVATE, State, Step
from app.db import now
from app.domains.unit_acts import unit_acts
from app.permissions import Action
from app.studies.members import add_member
from app.studies.models import Study
from app.studies.ways import WayOfWorking
from tests.domains.a_case import a_case
from tests.html import Reader
from tests.people import People

TOGETHER, INDEPENDENT, DRAFTER = WayOfWorking
EVERY = list(product(WayOfWorking, State, Step))
NAMES = [f"{way}, {state}, {step}" for way, state, step in EVERY]


def stands(db: Session, people: People, way: WayOfWorking, state: State, step: Step) -> None:
    """Put P01 where the test wants it; Ben has submitted, where he drafts with others."""
    study = db.get_one(Study, people.study.id)
    study.way_of_working, study.passes = way, 1 if step is Step.BOTH else 2
    unit = db.exec(select(Unit).where(Unit.case_id != None)).one()  # noqa: E711
    unit.state, unit.step = state, step
    unit.way = None if state is State.NOT_STARTED else way
    for judge in (people.ana, people.ben, people.chi):
        db.add(Assignment(unit_id=unit.id or 0, account_id=judge.id))
    if state is State.INDEPENDENT:
        db.add(Layer(unit_id=unit.id or 0, account_id=people.ana.id))
        if way is INDEPENDENT:
            db.add(Layer(unit_id=unit.id or 0, account_id=people.ben.id, submitted_at=now()))
    add_member(db, people.context(db), account_id=people.jo.id, is_pi=True)
    db.add_all([study, unit])
    db.flush()


def what_is_shown(case: CaseContext) -> str:
    """In one word what a page of the case shows of its content."""
    if not case.can(Action.SEE_CODING):
        return "nothing"
    if case.unit.is_hidden:
        return "who drafts"
    return "one's own draft" if case.unit.is_private else "the shared layer"


def what_is_offered(case: CaseContext) -> set[str]:
    """The acts that a page of the case offers."""
    acts = unit_acts(case)
    found = {
        "submit": acts.may_submit,
        "take back": acts.may_take_back,
        "agree": acts.may_agree,
        "reopen": acts.may_reopen,
        "go on": acts.may_go_on,
        "code": case.may_code,
        "write": case.may_write,
    }
    return {name for name, offered in found.items() if offered}


def as_it_should_be(name: str, way: WayOfWorking, state: State, step: Step) -> tuple[str, set[str]]:
    """The same, in plain words."""
    judges, leads = name in ("ana", "ben", "chi"), name in ("ana", "jo")
    agreed = state in AGREED_OR_LATER and step is not Step.DOMAINS
    if not (judges or leads or (name == "dee" and agreed)):
        return "nothing", set()
    private = way is not TOGETHER and state in PRIVATE
    drafts = private and (judges if way is INDEPENDENT else name == "ana")
    submitted = drafts and way is INDEPENDENT and state is State.INDEPENDENT and name == "ben"
    offered = set()
    if drafts:
        offered.add("take back" if submitted else "submit")
    if judges and state is State.CONSENSUS:
        offered.add("agree")
    if (judges or leads) and state in AGREED_OR_LATER:
        offered.add("reopen")
    if (judges or leads) and step is Step.DOMAINS and state in (State.AGREED, State.CLOSED):
        offered.add("go on")
    if (drafts and not submitted) or (judges and not private and state in OPEN_FOR_CONTENT):
        offered |= {"code"} if step is not Step.CORE_IDEAS else set()
        offered |= {"write"} if step is not Step.DOMAINS else set()
    shown = "the shared layer"
    if private:
        shown = "one's own draft" if drafts else "who drafts"
    return shown, offered


@pytest.mark.parametrize(("way", "state", "step"), EVERY, ids=NAMES)
def test_each_role_sees_and_is_offered_what_is_theirs(
    db: Session, people: People, way: WayOfWorking, state: State, step: Step
) -> None:
    sample_id = people.sample.id or 0
    add_case(db, people.context(db), code="P01", sample_ids=[sample_id])
    stands(db, people, way, state, step)
    for name in ("ana", "ben", "chi", "dee", "eli", "ida", "jo"):
        case = load(db, people.context(db, people.everybody[name]), sample_id, "P01")
        found = what_is_shown(case), what_is_offered(case)
        assert found == as_it_should_be(name, way, state, step), name


BUTTONS = {
    "submit": "Submit my draft…",
    "take back": "Take my draft back",
    "agree": "Agree to this version",
    "reopen": "Reopen…",
    "go on": "Go on to the core ideas",
}
BOTH = [each for each in EVERY if each[2] is Step.BOTH or each[1:] == (State.AGREED, Step.DOMAINS)]


@pytest.mark.parametrize(
    ("way", "state", "step"), BOTH, ids=[n for n, e in zip(NAMES, EVERY, strict=True) if e in BOTH]
)
def test_the_pages_have_the_buttons_of_what_is_offered(
    db: Session, people: People, way: WayOfWorking, state: State, step: Step
) -> None:
    case = a_case(db, people)
    stands(db, people, way, state, step)
    db.commit()
    for name in ("ben", "jo"):
        shown, offered = as_it_should_be(name, way, state, step)
        page = Reader(people.everybody[name].browser).open(case.url)
        for act, words in BUTTONS.items():
            assert (words in page.text) == (act in offered), (name, act)
        assert ("domain-popover" in page.answer.text) == ("code" in offered), name
        assert ("being-drafted" in page.answer.text) == (shown == "who drafts"), name
        page.open(case.url.replace("/coding", "/core-ideas"))
        assert ('name="reason"' in page.answer.text) == ("write" in offered or "reopen" in offered)
