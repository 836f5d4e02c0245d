"""Two at the same moment: an amendment, a correction or a change against an agreement."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app.cases.guard import CaseContext, load_case
from app.config import Settings
from app.consensus.amending import Cause
from app.consensus.models import ConsensusVersion
from app.consensus.rules import State
from app.consensus.service import agree, reopen
from app.core_ideas.amending import correct
from app.core_ideas.consensus_version import Document, read_document
from app.core_ideas.ideas import Idea, stored
from app.core_ideas.service import reword
from app.cross_analysis.amending import amend_wording
from app.cross_analysis.board_version import read_board_document
from app.cross_analysis.guard import BoardContext, load_board
from app.db import Database
from app.errors import ConcordError
from app.main import create_app
from app.migrations import migrate
from app.studies.guard import load_study
from app.trail.service import verify
from tests.cross_analysis.an_agreed_case import make_agreed_case
from tests.people import Browser, Person, make_people

ROUNDS = 3


@dataclass
class House:
    """A database in which transactions really commit, with P07 agreed in it."""

    database: Database
    judges: tuple[Person, ...]
    study: int
    sample: int
    domains: dict[str, int]
    loss: int
    thought: int

    def case(self, db: Session, person: Person) -> CaseContext:
        """P07 as somebody has it now."""
        return load_case(db, load_study(db, person.me, self.study), self.sample, "P07")

    def board(self, db: Session, person: Person, domain: str = "ANT") -> BoardContext:
        """The board of a domain as somebody has it now."""
        study = load_study(db, person.me, self.study)
        return load_board(db, study, self.sample, self.domains[domain])

    def idea(self, db: Session, core_idea_id: int) -> Idea:
        """A core idea as it stands."""
        layer_id = self.case(db, self.judges[0]).unit.layer_id
        (found,) = stored(db, layer_id, ids=[core_idea_id])
        return found

    def agree_to_case(self, db: Session, *persons: Person) -> None:
        """These judges agree to the case."""
        for person in persons:
            seen = self.case(db, person)
            agree(db, seen.scene, seen.unit, content=seen.unit.content, what="P07")

    def agree_to_board(self, db: Session, *persons: Person, domain: str = "ANT") -> None:
        """These judges agree to a board."""
        for person in persons:
            seen = self.board(db, person, domain)
            agree(db, seen.scene, seen.unit, content=seen.unit.content, what=seen.title)

    def ready(self, *, case: State = State.AGREED) -> None:
        """The case agreed (or open, without an agreement), and both boards open."""
        ana = self.judges[0]
        for domain in ("ANT", "THO"):
            with self.database.write() as db:
                board = self.board(db, ana, domain)
                if board.unit.is_agreed:
                    reopen(db, board.scene, board.unit, reason="Again.")
        with self.database.write() as db:
            if not self.case(db, ana).unit.is_agreed:
                self.agree_to_case(db, *self.judges)
            if case is not State.AGREED:
                seen = self.case(db, ana)
                reopen(db, seen.scene, seen.unit, reason="Again.")

    def documents(self, db: Session, unit_id: int) -> list[ConsensusVersion]:
        """The versions of a unit."""
        return list(
            db.exec(
                select(ConsensusVersion)
                .where(col(ConsensusVersion.unit_id) == unit_id)
                .order_by(col(ConsensusVersion.number))
            )
        )

    def newest(self, db: Session) -> Document:
        """The newest version of the case."""
        unit_id = self.case(db, self.judges[0]).unit.id
        return read_document(self.documents(db, unit_id)[-1].document)


@pytest.fixture(scope="module")
def house(fresh_database_url: Callable[[], str], settings: Settings) -> Iterator[House]:
    database = Database(fresh_database_url())
    migrate(database.engine)
    app = create_app(settings, database)
    with database.session(writing=True) as db:
        people = make_people(db, lambda: Browser(TestClient(app)))
        p07 = make_agreed_case(db, people)
        made = House(
            database,
            p07.judges,
            people.study.id or 0,
            people.sample.id or 0,
            p07.case.domains,
            p07.loss,
            p07.thought,
        )
    yield made
    with database.read() as db:
        assert list(verify(db)) == []
    database.engine.dispose()


def at_once(house: House, *acts: Callable[[Session], object]) -> list[str]:
    """Each act in its own transaction and thread, read before all are let go; what came of it."""
    start, came = threading.Barrier(len(acts)), ["?"] * len(acts)

    def run(place: int, act: Callable[[Session], object]) -> None:
        start.wait()
        try:
            with house.database.write() as db:
                act(db)
            came[place] = "done"
        except ConcordError as error:
            came[place] = type(error).__name__

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


def test_an_amendment_and_the_last_agreement_to_its_board(house: House) -> None:
    *others, dee = house.judges
    for turn in range(ROUNDS):
        house.ready()
        with house.database.write() as db:
            house.agree_to_board(db, *others)
        with house.database.read() as db:
            seen, version = house.board(db, dee), house.idea(db, house.loss).version

        def agrees(db: Session, seen: BoardContext = seen) -> None:
            agree(db, seen.scene, seen.unit, content=seen.unit.content, what=seen.title)

        def amends(db: Session, turn: int = turn, version: int = version) -> None:
            board, words = house.board(db, others[0]), f"Wording number {turn}."
            amend_wording(db, board, core_idea_id=house.loss, text=words, version=version)

        agreed, amended = at_once(house, agrees, amends)
        assert (agreed, amended) in (("done", "StepLocked"), ("Conflict", "done"))
        with house.database.read() as db:
            board, words = house.board(db, dee), house.idea(db, house.loss).text
            assert board.unit.is_agreed == (agreed == "done")
            if agreed == "done":
                frozen = house.documents(db, board.unit.id)[-1]
                cards = read_board_document(frozen.document).categories[0].cards
                assert cards[0].text == words == house.newest(db).domains[0].statements[0].text


def test_a_correction_and_a_new_wording_of_the_same_core_idea(house: House) -> None:
    ana, ben, *_ = house.judges
    for turn in range(ROUNDS):
        house.ready(case=State.CONSENSUS)
        with house.database.write() as db:
            house.agree_to_case(db, ana)
            idea = house.idea(db, house.loss)

        def corrects(db: Session, idea: Idea = idea) -> None:
            text = idea.text.removesuffix(".") if idea.text.endswith(".") else f"{idea.text}."
            case = house.case(db, ben)
            correct(db, case, core_idea_id=idea.id, text=text, version=idea.version)

        def rewords(db: Session, idea: Idea = idea, turn: int = turn) -> None:
            text, case = f"Wording number {turn}.", house.case(db, ana)
            reword(db, case, core_idea_id=idea.id, text=text, version=idea.version)

        corrected, reworded = at_once(house, corrects, rewords)
        assert sorted([corrected, reworded]).count("done") == 1
        with house.database.read() as db:
            assert house.idea(db, house.loss).version == idea.version + 1
            assert house.case(db, ana).unit.agreed_count == (1 if corrected == "done" else 0)


def test_a_change_and_the_last_agreement_to_the_case(house: House) -> None:
    ana, *others = house.judges
    for turn in range(ROUNDS):
        house.ready(case=State.CONSENSUS)
        with house.database.write() as db:
            house.agree_to_case(db, *others)
        with house.database.read() as db:
            seen, idea = house.case(db, ana), house.idea(db, house.loss)
            before = len(house.documents(db, seen.unit.id))

        def agrees(db: Session, seen: CaseContext = seen) -> None:
            agree(db, seen.scene, seen.unit, content=seen.unit.content, what="P07")

        def changes(db: Session, idea: Idea = idea, turn: int = turn) -> None:
            text, case = f"Wording number {turn}.", house.case(db, others[0])
            reword(db, case, core_idea_id=idea.id, text=text, version=idea.version)

        agreed, changed = at_once(house, agrees, changes)
        assert (agreed, changed) in (("done", "StepLocked"), ("Conflict", "done"))
        with house.database.read() as db:
            assert len(house.documents(db, seen.unit.id)) == before + (agreed == "done")
            if agreed == "done":
                assert house.newest(db).domains[0].statements[0].text == idea.text


def test_an_amendment_from_one_board_and_the_agreement_to_anothers(house: House) -> None:
    *others, dee = house.judges
    house.ready(case=State.CONSENSUS)
    house.ready()
    with house.database.write() as db:
        board, version = house.board(db, others[0], "THO"), house.idea(db, house.thought).version
        amend_wording(db, board, core_idea_id=house.thought, text="P thought.", version=version)
    with house.database.write() as db:
        house.agree_to_board(db, *others, domain="THO")
    with house.database.read() as db:
        seen, idea = house.board(db, dee, "THO"), house.idea(db, house.loss)

    def agrees(db: Session) -> None:
        agree(db, seen.scene, seen.unit, content=seen.unit.content, what=seen.title)

    def amends(db: Session) -> None:
        board = house.board(db, others[0])
        amend_wording(db, board, core_idea_id=house.loss, text="Other words.", version=idea.version)

    assert at_once(house, agrees, amends) == ["done", "done"]
    with house.database.read() as db:
        newest = house.newest(db)
        assert newest.domains[1].statements[0].text == "P thought."
        assert newest.domains[0].statements[0].text == idea.text
        assert house.idea(db, house.loss).text == "Other words."
        case = house.case(db, dee)
        assert case.unit.state is State.AGREED
        causes = [version.cause for version in house.documents(db, case.unit.id)]
        assert causes[-2:] == [Cause.AGREED, Cause.AMENDED]
