"""A sample in the making, written straight into the tables: quick, and in any state."""

from dataclasses import dataclass

from sqlmodel import Session, select

from app.cases.models import Case, SampleCase, Transcript, TranscriptVersion
from app.consensus.models import Agreement, Layer, Unit
from app.consensus.rules import State, UnitKind
from app.core_ideas.models import CoreIdea
from app.cross_analysis.models import Placement
from app.domains.models import Block, Domain
from tests.people import People, Person


@dataclass
class SampleInTheMaking:
    """Builds cases and domains of the people's sample, as Ben would."""

    db: Session
    people: People

    @property
    def ids(self) -> tuple[int, int]:
        """Study and sample."""
        return self.people.study.id or 0, self.people.sample.id or 0

    def unit_of(self, *, case: Case | None = None, domain: Domain | None = None) -> Unit:
        """The unit of a case or of a domain's cross-analysis."""
        wanted = Unit.case_id == case.id if case else Unit.domain_id == (domain and domain.id)
        return self.db.exec(select(Unit).where(wanted)).one()

    def layer_of(self, unit: Unit) -> int:
        """Its consensus layer."""
        return self.db.exec(select(Layer.id).where(Layer.unit_id == unit.id)).one() or 0

    def _unit(self, kind: UnitKind, state: State, **of: int | None) -> Unit:
        study, sample = self.ids
        unit = Unit(study_id=study, sample_id=sample, kind=kind, state=state, content=1, **of)
        self.db.add(unit)
        self.db.flush()
        self.db.add(Layer(unit_id=unit.id or 0))
        self.db.flush()
        return unit

    def case(self, code: str, state: State = State.NOT_STARTED, *, text: bool = True) -> Case:
        """A case of the sample, with a transcript unless told not."""
        study, sample = self.ids
        case = Case(study_id=study, code=code, code_key=code.casefold())
        self.db.add(case)
        self.db.flush()
        self.db.add(SampleCase(sample_id=sample, case_id=case.id or 0))
        if text:
            transcript = Transcript(case_id=case.id or 0, number=1, title="First interview")
            self.db.add(transcript)
            self.db.flush()
            self.db.add(
                TranscriptVersion(
                    transcript_id=transcript.id or 0,
                    number=1,
                    text="P: It hurt.",
                    stored_by=self.people.ana.id,
                )
            )
        self._unit(UnitKind.CASE, state, case_id=case.id)
        return case

    def domain(self, title: str, state: State = State.NOT_STARTED) -> Domain:
        """An analytic domain with its cross-analysis."""
        _, sample = self.ids
        number = len(self.db.exec(select(Domain.id).where(Domain.sample_id == sample)).all())
        domain = Domain(
            sample_id=sample,
            title=title,
            title_key=title.casefold(),
            abbreviation=f"D{number}",
            position=number,
        )
        self.db.add(domain)
        self.db.flush()
        self._unit(UnitKind.CROSS_ANALYSIS, state, domain_id=domain.id)
        return domain

    def core_idea(self, case: Case, domain: Domain, *, placed: bool = False) -> CoreIdea:
        """A core idea of a case, on the board or (in Miscellaneous) placed on it."""
        idea = CoreIdea(
            layer_id=self.layer_of(self.unit_of(case=case)),
            domain_id=domain.id or 0,
            text="P was moved.",
            made_by=self.people.ben.id,
        )
        self.db.add(idea)
        self.db.flush()
        if placed:
            board = self.layer_of(self.unit_of(domain=domain))
            self.db.add(
                Placement(layer_id=board, core_idea_id=idea.id or 0, made_by=self.people.ben.id)
            )
            self.db.flush()
        return idea

    def block(self, case: Case) -> Block:
        """A block of a case, which freezes its transcript."""
        version = self.db.exec(
            select(TranscriptVersion.id).join(Transcript).where(Transcript.case_id == case.id)
        ).one()
        block = Block(
            layer_id=self.layer_of(self.unit_of(case=case)),
            transcript_version_id=version or 0,
            start=3,
            end=11,
            quote="It hurt.",
            made_by=self.people.ben.id,
        )
        self.db.add(block)
        self.db.flush()
        return block

    def agreed_by(self, unit: Unit, *persons: Person) -> None:
        """Agreements to the unit's present content."""
        for person in persons:
            self.db.add(Agreement(unit_id=unit.id or 0, account_id=person.id, content=unit.content))
        self.db.flush()
