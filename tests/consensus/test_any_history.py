"""Three judges in any order: draft, submit, discuss, agree, edit, amend, undo, reopen, leave.

Hypothesis makes up histories of one case; beside the program runs a model of it in plain Python
that knows nothing of layers, chains or tables. After every step both must tell the same.
"""

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import Session, select

from app.cases.guard import CaseContext
from app.consensus.drafting import submit, take_back, take_up
from app.consensus.points import PointView, points_of
from app.consensus.rules import Outcome, State
from app.consensus.service import agree, reopen
from app.core_ideas.amending import reword
from app.core_ideas.ideas import stored as stored_ideas
from app.core_ideas.service import add
from app.cross_analysis.guard import load_board
from app.domains.blocks import assign, take_out
from app.domains.deciding import decide
from app.domains.passages import Kind, stored_at
from app.domains.placed import placed_on
from app.domains.undo import undo
from app.errors import Conflict, Forbidden, StepLocked
from app.studies.members import remove_member
from app.studies.models import Member, Study
from app.studies.ways import WayOfWorking
from app.trail.service import verify
from tests.domains.a_case import TURNS, ACase, a_case
from tests.people import People, Person

# Beside one another, nested, overlapping, far apart: what two judges may select.
PASSAGES = (
    "She told me about her mother.",
    "She told me about her mother. I held my breath.",
    "I held my breath.",
    "I held my breath. Then I looked away.",
    "At first, yes.",
    "At first, yes. But some of it was mine.",
)
DOMAINS = ("Antecedent", "Consequences")
JUDGES = ("ana", "ben", "chi")

TEXT = "\n".join(text for _, text, _ in TURNS)

Coding = dict[str, frozenset[str]]
"""Passage to its domains."""


@dataclass
class Done:
    """A change somebody made, for undo: which passage, how it was and became."""

    who: str
    passage: str
    before: frozenset[str]
    after: frozenset[str]
    is_undone: bool = False


def joined(drafts: dict[str, Coding]) -> tuple[Coding, list[set[int]]]:
    """What a reveal should make of drafts, letter by letter: the shared coding, what is left.

    A domain that everybody has at places that hang together is shared, from its first letter to
    its last; what is left and hangs together is one thing to discuss.
    """
    shared: dict[str, set[str]] = {}
    left: list[set[int]] = []
    for domain in DOMAINS:
        pieces = [
            (who, letters(passage))
            for who, coding in drafts.items()
            for passage, domains in coding.items()
            if domain in domains
        ]
        for cluster in hanging_together([place for _, place in pieces]):
            if {who for who, place in pieces if place <= cluster} == set(drafts):
                shared.setdefault(TEXT[min(cluster) : max(cluster) + 1], set()).add(domain)
            else:
                left.append(cluster)
    return {passage: frozenset(domains) for passage, domains in shared.items()}, hanging_together(
        left
    )


def letters(passage: str) -> set[int]:
    start = TEXT.index(passage)
    return set(range(start, start + len(passage)))


def hanging_together(places: list[set[int]]) -> list[set[int]]:
    """Places that share a letter, directly or through others, as one."""
    found: list[set[int]] = []
    for place in places:
        touching = [each for each in found if each & place]
        found = [each for each in found if not each & place]
        found.append(place.union(*touching))
    return found


@dataclass
class Model:
    """What the team would say about the case."""

    state: State = State.NOT_STARTED
    judges: list[str] = field(default_factory=lambda: list(JUDGES))
    drafts: dict[str, Coding] = field(default_factory=dict)
    submitted: set[str] = field(default_factory=set)
    shared: Coding = field(default_factory=dict)
    agreed: set[str] = field(default_factory=set)
    done: list[Done] = field(default_factory=list)
    to_discuss: list[set[int]] = field(default_factory=list)
    idea: str = ""
    rests_on: tuple[str, str] = ("", "")

    @property
    def is_private(self) -> bool:
        return self.state in (State.NOT_STARTED, State.INDEPENDENT)

    def coding_of(self, who: str) -> Coding:
        """What this judge works on."""
        return self.drafts.setdefault(who, {}) if self.is_private else self.shared

    def may_change(self, who: str) -> bool:
        return who not in self.submitted if self.is_private else self.state is State.CONSENSUS

    def change(self, who: str, passage: str, after: frozenset[str]) -> Done:
        coding = self.coding_of(who)
        done = Done(who, passage, coding.get(passage, frozenset()), after)
        coding[passage] = after
        if not after:
            del coding[passage]
        if self.is_private:
            self.state = State.INDEPENDENT
        else:
            self.agreed.clear()
        self.done.append(done)
        return done

    def reveal_if_all_in(self) -> None:
        if self.state is State.INDEPENDENT and self.judges and set(self.judges) <= self.submitted:
            self.state = State.CONSENSUS
            self.done.clear()
            self.shared, self.to_discuss = joined(
                {who: self.drafts.get(who, {}) for who in self.judges}
            )

    def agree_if_all_do(self) -> None:
        if self.state is State.CONSENSUS and self.judges and set(self.judges) <= self.agreed:
            self.state = State.AGREED


def board_of(db: Session, people: People, person: Person, case: ACase) -> int:
    """The unit of a board that stands behind an amendment."""
    study = people.context(db, person)
    domain_id = next(iter(case.domains.values()))
    return load_board(db, study, people.sample.id or 0, domain_id).unit.id


class AnyHistory(RuleBasedStateMachine):
    """One case under three judges; `world` is set by the test below."""

    db: Session
    people: People
    case: ACase

    @initialize()
    def begin(self) -> None:
        self.savepoint = self.db.begin_nested()
        self.model = Model()
        self.transcript = self.case.transcript(self.db)
        self.text = self.transcript.text
        self.titles = {id_: title for title, id_ in self.case.domains.items()}

    def teardown(self) -> None:
        for who in self.model.judges:
            self.compare(who)
        assert self.seen_by("eli").unit.layer_id == self.seen_by("eli").unit.consensus_layer_id
        assert not list(verify(self.db))
        self.savepoint.rollback()
        self.db.expire_all()

    def person(self, who: str) -> Person:
        return self.people.everybody[who]

    def seen_by(self, who: str, *, writing: bool = False) -> CaseContext:
        context = self.case.context(self.db, self.person(who))
        if writing:
            return replace(context, unit=take_up(self.db, context.scene, context.unit))
        return context

    def coding(self, layer_id: int) -> Coding:
        """What lies in a layer of the case."""
        return {
            self.text[each.start : each.end]: frozenset(self.titles[d] for d in each.domain_ids)
            for each in placed_on(self.db, [layer_id])
        }

    def attempt(self, act, *, allowed: bool) -> bool:  # type: ignore[no-untyped-def]
        """Do it in a transaction of its own; whether it went through must be as the model says."""
        step = self.db.begin_nested()
        if not allowed:
            with pytest.raises((Conflict, Forbidden, StepLocked)):
                act()
            step.rollback()
            self.db.expire_all()
            return False
        act()
        step.commit()
        return True

    @rule(
        who=st.sampled_from(JUDGES),
        passage=st.sampled_from(PASSAGES),
        domain=st.sampled_from(DOMAINS),
    )
    def code(self, who: str, passage: str, domain: str) -> None:
        if who not in self.model.judges:
            return
        start = self.text.index(passage)
        allowed = self.model.may_change(who)

        def act() -> None:
            assign(
                self.db,
                self.seen_by(who, writing=True),
                version_id=self.transcript.version_id,
                start=start,
                end=start + len(passage),
                quote=passage,
                domain_ids=[self.case.domains[domain]],
            )

        if self.attempt(act, allowed=allowed):
            present = self.model.coding_of(who).get(passage, frozenset())
            if domain not in present:
                self.model.change(who, passage, present | {domain})
            elif self.model.is_private:
                self.model.state = State.INDEPENDENT

    @rule(who=st.sampled_from(JUDGES), data=st.data())
    def take_a_block_out(self, who: str, data: st.DataObject) -> None:
        coding = self.model.coding_of(who)
        if who not in self.model.judges or not coding:
            return
        passage = data.draw(st.sampled_from(sorted(coding)))
        domain = data.draw(st.sampled_from(sorted(coding[passage])))
        start = self.text.index(passage)

        def act() -> None:
            case = self.seen_by(who, writing=True)
            block = stored_at(
                self.db,
                case.unit.layer_id,
                Kind.BLOCK,
                self.transcript.version_id,
                start,
                start + len(passage),
            )
            assert block is not None
            take_out(
                self.db,
                case,
                block_id=block.id,
                domain_id=self.case.domains[domain],
                version=block.version,
            )

        rests = not self.model.is_private and (passage, domain) == self.model.rests_on
        allowed = self.model.may_change(who) and not (rests and self.model.idea)
        if self.attempt(act, allowed=allowed):
            self.model.change(who, passage, coding[passage] - {domain})

    @rule(who=st.sampled_from(JUDGES))
    def undo_ones_last(self, who: str) -> None:
        if who not in self.model.judges or not self.model.may_change(who):
            return
        own = [done for done in self.model.done if done.who == who and not done.is_undone]
        try:
            undo(self.db, self.seen_by(who, writing=True))
        except Conflict:
            # Refused only where there is nothing, or where that passage was changed again since.
            later = self.model.done[self.model.done.index(own[-1]) + 1 :] if own else []
            touched = any(letters(done.passage) & letters(own[-1].passage) for done in later)
            assert not own or touched
            if self.model.is_private:
                self.model.state = State.INDEPENDENT
            return
        assert own
        own[-1].is_undone = True
        self.model.change(who, own[-1].passage, own[-1].before).is_undone = True

    @rule(who=st.sampled_from(JUDGES))
    def submit_a_draft(self, who: str) -> None:
        if who not in self.model.judges:
            return
        allowed = self.model.is_private
        self.attempt(
            lambda: submit(
                self.db,
                self.seen_by(who, writing=True).scene,
                self.seen_by(who).unit,
                what="P01",
            ),
            allowed=allowed,
        )
        if allowed:
            self.model.state = State.INDEPENDENT
            self.model.submitted.add(who)
            self.model.reveal_if_all_in()
            if self.model.state is State.CONSENSUS:
                assert len(self.open_points()) == len(self.model.to_discuss)

    @rule(who=st.sampled_from(JUDGES))
    def take_a_draft_back(self, who: str) -> None:
        if who not in self.model.judges:
            return
        allowed = self.model.state is State.INDEPENDENT and who in self.model.submitted
        if self.model.state is State.INDEPENDENT and not allowed:
            return
        case = self.seen_by(who)
        self.attempt(lambda: take_back(self.db, case.scene, case.unit, what="P01"), allowed=allowed)
        if allowed:
            self.model.submitted.discard(who)

    @rule(who=st.sampled_from(JUDGES))
    def agree_to_what_is_there(self, who: str) -> None:
        if who not in self.model.judges:
            return
        case = self.seen_by(who)
        allowed = not self.model.is_private
        if (
            self.model.state is State.CONSENSUS
            and self.open_points()
            and who not in self.model.agreed
        ):
            allowed = False
        was_agreed = self.attempt(
            lambda: agree(self.db, case.scene, case.unit, content=case.unit.content, what="P01"),
            allowed=allowed,
        )
        if was_agreed and self.model.state is State.CONSENSUS:
            self.model.agreed.add(who)
            self.model.agree_if_all_do()

    def open_points(self) -> list[PointView]:
        """What the team has still to discuss; for passages as many as the model says."""
        points = points_of(self.db, self.seen_by("ana").unit.id)
        return [point for point in points if point.is_open]

    @precondition(lambda self: self.model.state is State.CONSENSUS and self.open_points())
    @rule(
        who=st.sampled_from(JUDGES),
        outcome=st.sampled_from((Outcome.ONE_VIEW, Outcome.DOUBLE_CODE, Outcome.TALK_LATER)),
        view=st.sampled_from(JUDGES),
    )
    def decide_a_point(self, who: str, outcome: Outcome, view: str) -> None:
        if who not in self.model.judges or view not in self.model.judges:
            return
        point = self.open_points()[0]
        case = self.seen_by(who)
        before = self.coding(case.unit.layer_id)
        judge = self.person(view).id if outcome is Outcome.ONE_VIEW else None
        decide(self.db, case, point.id, outcome=outcome, version=point.version, judge_id=judge)
        after = self.coding(case.unit.layer_id)
        assert point.start is not None
        assert point.end is not None
        here = set(range(point.start, point.end))
        for passage in {*before, *after}:
            if before.get(passage) != after.get(passage):
                assert letters(passage) & here, "a decision stays with its passage"
                self.model.done.append(Done("", passage, frozenset(), frozenset()))
        assert all(before[passage] <= after[passage] for passage in before), "nothing is lost"
        wanted = self.model.drafts.get(view, {}) if outcome is Outcome.ONE_VIEW else {}
        for passage, domains in wanted.items():
            if letters(passage) <= here:
                there = [d for text, d in after.items() if letters(passage) <= letters(text)]
                assert domains <= frozenset().union(*there), "the view that was taken is there"
        if outcome is not Outcome.TALK_LATER:
            assert len(self.open_points()) < len(points_of(self.db, case.unit.id))
        if before != after or outcome is Outcome.TALK_LATER:
            self.model.shared = dict(after)
        self.model.agreed &= {
            judge.name.lower() for judge in self.seen_by("ana").unit.judges if judge.agreed
        }

    @precondition(lambda self: self.model.state is State.CONSENSUS and not self.model.idea)
    @rule(who=st.sampled_from(JUDGES), data=st.data())
    def write_a_core_idea(self, who: str, data: st.DataObject) -> None:
        if who not in self.model.judges or not self.model.shared:
            return
        passage = data.draw(st.sampled_from(sorted(self.model.shared)))
        domain = data.draw(st.sampled_from(sorted(self.model.shared[passage])))
        case = self.seen_by(who)
        start = self.text.index(passage)
        place = (self.transcript.version_id, start, start + len(passage))
        block = stored_at(self.db, case.unit.layer_id, Kind.BLOCK, *place)
        assert block is not None
        domain_id = self.case.domains[domain]
        add(self.db, case, domain_id=domain_id, text="P held back.", block_ids=[block.id])
        self.model.idea, self.model.rests_on = "P held back.", (passage, domain)
        self.model.done.append(Done("", passage, frozenset(), frozenset()))
        self.model.agreed.clear()

    @precondition(lambda self: bool(self.model.idea))
    @rule(who=st.sampled_from(JUDGES), number=st.integers(0, 3))
    def amend_the_core_idea(self, who: str, number: int) -> None:
        """From the board, while the case is agreed: nothing is reopened, every agreement stands."""
        if who not in self.model.judges:
            return
        case = self.seen_by(who)
        idea = stored_ideas(self.db, case.unit.layer_id)[0]
        words = f"P held back, the {('first', 'second', 'third', 'last')[number]} time."
        board = board_of(self.db, self.people, self.person(who), self.case)
        self.attempt(
            lambda: reword(
                self.db,
                case,
                board_id=board,
                core_idea_id=idea.id,
                text=words,
                version=idea.version,
            ),
            allowed=self.model.state is State.AGREED,
        )
        if self.model.state is State.AGREED:
            self.model.idea = words

    @precondition(lambda self: self.model.state is State.AGREED)
    @rule(who=st.sampled_from(JUDGES))
    def reopen_the_case(self, who: str) -> None:
        if who not in self.model.judges:
            return
        case = self.seen_by(who)
        reopen(self.db, case.scene, case.unit, reason="A passage was missed.")
        self.model.state = State.CONSENSUS
        self.model.agreed.clear()

    @precondition(lambda self: len(self.model.judges) == len(JUDGES))
    @rule(who=st.sampled_from(("ben", "chi")))
    def leave_the_study(self, who: str) -> None:
        member = self.db.exec(
            select(Member.id).where(
                Member.account_id == self.person(who).id, Member.study_id == self.people.study.id
            )
        ).one()
        assert member is not None
        remove_member(self.db, self.people.context(self.db), member_id=member)
        self.model.judges.remove(who)
        self.model.reveal_if_all_in()
        if not self.open_points():
            self.model.agree_if_all_do()

    @invariant()
    def program_and_model_tell_the_same(self) -> None:
        """Each step asks one judge and an auditor, by turns, what they see; in the end all do."""
        self.steps = getattr(self, "steps", 0) + 1
        self.compare(self.model.judges[self.steps % len(self.model.judges)])

    def compare(self, who: str) -> None:
        unit = self.seen_by(who).unit
        assert unit.state == self.model.state
        assert {judge.name.lower() for judge in unit.judges} == set(self.model.judges)
        if self.model.state is State.CONSENSUS:
            agreed = {judge.name.lower() for judge in unit.judges if judge.agreed}
            assert agreed == self.model.agreed & set(self.model.judges)
        own = self.coding(unit.layer_id)
        assert own == self.model.coding_of(who)
        ideas = [idea.text for idea in stored_ideas(self.db, unit.consensus_layer_id)]
        assert ideas == ([self.model.idea] if self.model.idea else [])
        shared = {} if self.model.is_private else self.model.shared
        is_shared = unit.layer_id == unit.consensus_layer_id
        assert (own if is_shared else self.coding(unit.consensus_layer_id)) == shared


def test_any_history_of_a_case_is_as_the_team_would_tell_it(
    db: Session, people: People, request: pytest.FixtureRequest
) -> None:
    """200 histories of 40 steps; what differs between the databases is looked at by the races.

    The short run goes through the first 20.
    """
    dee = db.exec(select(Member).where(Member.account_id == people.dee.id)).one()
    dee.is_judge = False
    study = db.get_one(Study, people.study.id)
    study.way_of_working = WayOfWorking.INDEPENDENT_FIRST
    db.add_all([dee, study])
    world = {"db": db, "people": people, "case": a_case(db, people)}
    db.flush()
    db.expunge_all()  # else every history loads all people again
    options = request.config.option
    histories = 10 if options.database == "postgresql" else 20 if options.short else 200
    run_state_machine_as_test(
        type("World", (AnyHistory,), world),
        settings=settings(
            max_examples=histories,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
