"""A board to test with: a domain of the sample, cases, and core ideas in their consensus layers."""

from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from app.cases.models import Case, SampleCase
from app.consensus.models import Layer, Unit
from app.consensus.rules import UnitKind
from app.consensus.service import agree, open_unit
from app.core_ideas.models import CoreIdea
from app.cross_analysis.guard import BoardContext, load_board
from app.cross_analysis.models import Placement
from app.cross_analysis.placing import Card, Sorted, move_cards
from app.cross_analysis.queries import Board, board_of
from app.cross_analysis.rules import Place, Places
from app.cross_analysis.service import add_category, place
from app.domains.service import add_domain
from tests.people import People, Person


@dataclass
class ABoard:
    """One board, and the core ideas on it by their text."""

    db: Session
    people: People
    domain_id: int
    cases: dict[str, int] = field(default_factory=dict)
    ideas: dict[str, int] = field(default_factory=dict)
    categories: dict[str, int] = field(default_factory=dict)

    def seen_by(self, person: Person | None = None) -> BoardContext:
        """The board as a person (Ana unless named) has it now."""
        return load_board(
            self.db,
            self.people.context(self.db, person),
            self.people.sample.id or 0,
            self.domain_id,
        )

    @property
    def url(self) -> str:
        """The board's address."""
        return self.seen_by().url

    def add_idea(self, code: str, text: str, *, domain_id: int | None = None) -> int:
        """A core idea of a case; the case is made where it is new."""
        if code not in self.cases:
            self.cases[code] = self._case(code)
        layer_id = self.db.exec(
            select(Layer.id)
            .join(Unit, col(Unit.id) == col(Layer.unit_id))
            .where(col(Unit.case_id) == self.cases[code], col(Layer.account_id).is_(None))
        ).one()
        assert layer_id is not None
        idea = CoreIdea(
            layer_id=layer_id,
            domain_id=domain_id or self.domain_id,
            text=text,
            position=len(self.ideas),
            made_by=self.people.ana.id,
        )
        self.db.add(idea)
        self.db.flush()
        assert idea.id is not None
        self.ideas[text] = idea.id
        return idea.id

    def _case(self, code: str) -> int:
        people = self.people
        found = self.db.exec(select(Case.id).where(col(Case.code) == code)).first()
        if found:
            return found
        case = Case(study_id=people.study.id or 0, code=code, code_key=code.casefold())
        self.db.add(case)
        self.db.flush()
        assert case.id is not None
        assert people.sample.id is not None
        self.db.add(SampleCase(sample_id=people.sample.id, case_id=case.id))
        open_unit(
            self.db,
            people.scene,
            sample_id=people.sample.id,
            kind=UnitKind.CASE,
            case_id=case.id,
        )
        return case.id

    def add_category(self, title: str, parent_id: int | None = None) -> int:
        """A category, by its id."""
        made = add_category(self.db, self.seen_by(), title=title, parent_id=parent_id)
        assert made.id is not None
        self.categories[title] = made.id
        return made.id

    def move(self, text: str, source: Place, to: Places) -> Sorted:
        """Move one card from a place to another."""
        card = Card(self.ideas[text], frozenset({source}))
        return move_cards(self.db, self.seen_by(), cards=[card], to=to)

    def read(self) -> Board:
        """The board as its page reads it."""
        return board_of(self.db, self.seen_by())

    def agree(self) -> None:
        """Every judge agrees to the board as it is."""
        for person in (self.people.ana, self.people.ben, self.people.chi, self.people.dee):
            seen = self.seen_by(person)
            agree(self.db, seen.scene, seen.unit, content=seen.unit.content, what=seen.title)
        self.db.commit()

    def place(self, text: str, *categories: int | None) -> None:
        """Put a core idea into categories (None is Miscellaneous)."""
        for category_id in categories:
            place(
                self.db,
                self.seen_by(),
                core_idea_id=self.ideas[text],
                category_id=category_id,
            )

    def places_of(self, text: str) -> set[int | None]:
        """Where a core idea stands."""
        return set(
            self.db.exec(
                select(Placement.category_id).where(
                    col(Placement.core_idea_id) == self.ideas[text],
                    col(Placement.layer_id) == self.seen_by().unit.layer_id,
                )
            )
        )


def make_board(db: Session, people: People, *, title: str = "Consequences") -> ABoard:
    """An empty board."""
    domain = add_domain(db, people.context(db), sample_id=people.sample.id or 0, title=title)
    assert domain.id is not None
    return ABoard(db, people, domain.id)


def a_sorted_board(db: Session, people: People) -> ABoard:
    """P01 and P02 with five core ideas: two categories, a subcategory, one card unsorted."""
    board = make_board(db, people)
    for code, text in (
        ("P01", "P felt close to C."),
        ("P01", "C spoke of the loss."),
        ("P02", "C returned and spoke first."),
        ("P02", "P changed the seating."),
        ("P02", "P was tired."),
    ):
        board.add_idea(code, text)
    closer = board.add_category("Felt closer")
    cared = board.add_category("C felt cared for", closer)
    deeper = board.add_category("Deeper work")
    board.place("P felt close to C.", closer, deeper)
    board.place("C spoke of the loss.", cared)
    board.place("C returned and spoke first.", cared)
    board.place("P changed the seating.", None)
    db.commit()
    return board
