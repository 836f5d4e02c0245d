"""P07 agreed, with core ideas on two boards: what amendments and versions are tested with."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.cases.guard import CaseContext
from app.consensus.amendments import Amended, amendments_of_case
from app.consensus.models import ConsensusVersion, Unit
from app.consensus.service import agree, reopen
from app.consensus.versions import VersionHead, document_of_version, versions_of
from app.core_ideas.consensus_version import Document, read_document
from app.cross_analysis.guard import BoardContext, load_board
from app.cross_analysis.models import Placement
from app.cross_analysis.placing import place
from app.cross_analysis.service import add_category
from tests.core_ideas.a_case import GRIEF, ACase, make_case
from tests.people import People, Person

LOSS = "C told P about the loss of C's mother."
SHARED = "P shared a part of the greif."
THOUGHT = "P thought of P's own mother."


@dataclass
class AnAgreedCase:
    """The case, its core ideas by their words, and a category on the board of each domain."""

    case: ACase
    loss: int
    shared: int
    thought: int
    category: int

    @property
    def db(self) -> Session:
        """The session of the test."""
        return self.case.db

    @property
    def people(self) -> People:
        """Everybody."""
        return self.case.people

    @property
    def judges(self) -> tuple[Person, ...]:
        """The four judges."""
        people = self.people
        return people.ana, people.ben, people.chi, people.dee

    def seen_by(self, person: Person | None = None) -> CaseContext:
        """The case as somebody (Ana unless named) has it now."""
        return self.case.seen_by(person)

    def board(self, person: Person | None = None, *, domain: str = "ANT") -> BoardContext:
        """The board of a domain as somebody (Ana unless named) has it now."""
        people = self.people
        return load_board(
            self.db,
            people.context(self.db, person),
            people.sample.id or 0,
            self.case.domains[domain],
        )

    def agree_to_case(self, *persons: Person) -> None:
        """These judges (all unless named) agree to the case."""
        for person in persons or self.judges:
            seen = self.seen_by(person)
            agree(self.db, seen.scene, seen.unit, content=seen.unit.content, what=seen.code)

    def agree_to_board(self, *persons: Person, domain: str = "ANT") -> None:
        """These judges (all unless named) agree to a board."""
        for person in persons or self.judges:
            seen = self.board(person, domain=domain)
            agree(self.db, seen.scene, seen.unit, content=seen.unit.content, what=seen.title)

    def reopen(self) -> None:
        """Ana reopens the case."""
        seen = self.seen_by()
        reopen(self.db, seen.scene, seen.unit, reason="A passage was missed.")

    @property
    def unit(self) -> Unit:
        """The case's unit as it is stored."""
        return self.db.exec(
            select(Unit)
            .where(col(Unit.id) == self.seen_by().unit.id)
            .execution_options(populate_existing=True)
        ).one()

    @property
    def versions(self) -> list[VersionHead]:
        """The versions of the case, oldest first."""
        return list(reversed(versions_of(self.db, self.seen_by().unit.id)))

    def document(self, number: int = -1) -> Document:
        """The document of a version by its number, the newest unless named."""
        heads = self.versions
        head = heads[number - 1] if number > 0 else heads[-1]
        return read_document(document_of_version(self.db, head.id))

    def words(self, number: int = -1, *, domain: str = "ANT") -> list[str]:
        """The core ideas of a domain in a version."""
        (part,) = (p for p in self.document(number).domains if p.abbreviation == domain)
        return [statement.text for statement in part.statements]

    def amendments(self) -> list[Amended]:
        """Everything amended and corrected in the case."""
        return amendments_of_case(self.db, self.seen_by().unit.id)

    def version_of(self, core_idea_id: int) -> int:
        """Which wording of a core idea stands."""
        return self.case.idea(core_idea_id).version

    def places_of(self, core_idea_id: int, *, domain: str = "ANT") -> set[int | None]:
        """Where a core idea stands on a board."""
        layer_id = self.board(domain=domain).unit.layer_id
        return set(
            self.db.exec(
                select(Placement.category_id).where(
                    col(Placement.core_idea_id) == core_idea_id,
                    col(Placement.layer_id) == layer_id,
                )
            )
        )

    def frozen(self) -> int:
        """How many versions there are of anything."""
        return len(self.db.exec(select(ConsensusVersion.id)).all())


def make_agreed_case(db: Session, people: People) -> AnAgreedCase:
    """P07 agreed by all four judges; its core ideas of Antecedent stand in one category."""
    case = make_case(db, people)
    loss, shared = case.add_idea(LOSS), case.add_idea(SHARED, block_ids=[case.block_at(GRIEF)])
    thought = case.add_idea(THOUGHT, "THO")
    made = AnAgreedCase(case, loss, shared, thought, 0)
    made.agree_to_case()
    category = add_category(db, made.board(), title="Closeness")
    assert category.id is not None
    made.category = category.id
    for idea in (loss, shared):
        place(db, made.board(), core_idea_id=idea, category_id=category.id)
    db.commit()
    return made
