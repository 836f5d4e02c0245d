"""A board to test with: a domain of the sample, cases, and core ideas in their consensus layers."""

from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from app.cases.models import Case, SampleCase
from app.consensus.models import Layer, Unit
from app.consensus.rules import UnitKind
from app.consensus.service import open_unit
from app.core_ideas.models import CoreIdea
from app.cross_analysis.guard import BoardContext, load_board
from app.cross_analysis.models import Placement
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
            self.cases[code] = self._add_case(code)
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

    def _add_case(self, code: str) -> int:
        people = self.people
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
        return made.id

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
