"""A sample to count in: cases, domains, categories and placed core ideas, arranged directly."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.accounts.sessions import Me
from app.cases.models import Case, SpeakerRole
from app.cases.service import add_case, put_into_sample, store_transcript
from app.consensus.models import Layer, Unit
from app.consensus.rules import State
from app.core_ideas.models import CoreIdea, CoreIdeaBlock
from app.cross_analysis.models import Category, Placement
from app.db import run
from app.domains.models import Block, DomainKind
from app.domains.rules import title_key
from app.domains.service import add_domain
from app.frequency.queries import findings_of, samples_of
from app.frequency.tables import Table
from app.studies.guard import StudyContext, load_study
from app.studies.service import add_sample
from tests.people import People
from tests.published_tables import PublishedTable, invented_cases

MISCELLANEOUS = "Miscellaneous"
Path = tuple[str, ...]
"""Where a category stands: (domain, category) or (domain, category, subcategory)."""


@dataclass
class ASample:
    """One sample of a study; everything in it is known by its code or title."""

    db: Session
    me: Me
    study_id: int
    id: int
    domains: dict[str, int] = field(default_factory=dict)
    categories: dict[Path, int] = field(default_factory=dict)
    ideas: list[int] = field(default_factory=list)
    _layers: dict[int, int] = field(default_factory=dict)
    _units: dict[str, int] = field(default_factory=dict)

    @property
    def study(self) -> StudyContext:
        """The study as who arranges it has it now."""
        return load_study(self.db, self.me, self.study_id)

    @property
    def url(self) -> str:
        """The address of the findings."""
        return f"/studies/{self.study_id}/samples/{self.id}/findings"

    def add_cases(self, *codes: str, agreed: bool = True) -> None:
        """Cases of the sample, also such as stand in another sample already."""
        for code in codes:
            present = self.db.exec(
                select(Case.id).where(Case.study_id == self.study_id, Case.code == code)
            ).first()
            if present:
                put_into_sample(self.db, self.study, case_id=present, sample_id=self.id)
            else:
                add_case(self.db, self.study, code=code, sample_ids=[self.id])
            if agreed:
                self.set_case(code, State.AGREED)

    def unit_of(self, code: str) -> int:
        """The unit of a case in this sample."""
        if code not in self._units:
            found = self.db.exec(
                select(Unit.id)
                .join(Case, col(Case.id) == col(Unit.case_id))
                .where(Unit.sample_id == self.id, Case.code == code)
            ).one()
            assert found is not None
            self._units[code] = found
        return self._units[code]

    def _layer(self, unit_id: int) -> int:
        if unit_id not in self._layers:
            found = self.db.exec(
                select(Layer.id).where(Layer.unit_id == unit_id, col(Layer.account_id).is_(None))
            ).one()
            assert found is not None
            self._layers[unit_id] = found
        return self._layers[unit_id]

    def set_case(self, code: str, state: State) -> None:
        """Let a case's unit stand there."""
        self._set(self.unit_of(code), state)

    def _set(self, unit_id: int, state: State) -> None:
        run(self.db, sa.update(Unit).where(col(Unit.id) == unit_id).values(state=state))

    def add_domain(
        self, title: str, *, agreed: bool = True, kind: DomainKind = DomainKind.ANALYTIC
    ) -> None:
        """A domain at the end of the list."""
        domain = add_domain(self.db, self.study, sample_id=self.id, title=title, kind=kind)
        assert domain.id is not None
        self.domains[title] = domain.id
        if agreed and kind == DomainKind.ANALYTIC:
            self.set_board(title, State.AGREED)

    def board_unit(self, domain: str) -> int:
        """The unit of a domain's cross-analysis."""
        key = f"board of {domain}"
        if key not in self._units:
            found = self.db.exec(
                select(Unit.id).where(Unit.domain_id == self.domains[domain])
            ).one()
            assert found is not None
            self._units[key] = found
        return self._units[key]

    def set_board(self, domain: str, state: State) -> None:
        """Let a board stand there."""
        self._set(self.board_unit(domain), state)

    def add_category(self, *path: str, layer_id: int | None = None) -> int:
        """A category or subcategory at the end of its siblings; its domain is made if new."""
        if path[0] not in self.domains:
            self.add_domain(path[0])
        parent = self.categories[path[:-1]] if len(path) > 2 else None
        category = Category(
            layer_id=layer_id or self._layer(self.board_unit(path[0])),
            parent_id=parent,
            title=path[-1],
            title_key=title_key(path[-1]),
            position=len(self.categories),
            made_by=self.me.id,
        )
        self.db.add(category)
        self.db.flush()
        assert category.id is not None
        self.categories[path] = category.id
        return category.id

    def add_idea(
        self,
        code: str,
        domain: str,
        *places: str | Path,
        text: str = "",
        layer_id: int | None = None,
    ) -> int:
        """A core idea of a case in a domain, in categories (by title or path) or Miscellaneous."""
        idea = CoreIdea(
            layer_id=layer_id or self._layer(self.unit_of(code)),
            domain_id=self.domains[domain],
            text=text or f"{code} said something.",
            position=len(self.ideas),
            made_by=self.me.id,
        )
        self.db.add(idea)
        self.db.flush()
        assert idea.id is not None
        self.ideas.append(idea.id)
        for place in places:
            path = place if isinstance(place, tuple) else (place,)
            self.place(idea.id, domain, *path)
        return idea.id

    def place(self, idea_id: int, domain: str, *path: str) -> None:
        """Put a core idea into a category, or into Miscellaneous."""
        misc = path == (MISCELLANEOUS,)
        self.db.add(
            Placement(
                layer_id=self._layer(self.board_unit(domain)),
                core_idea_id=idea_id,
                category_id=None if misc else self.categories[domain, *path],
                made_by=self.me.id,
            )
        )

    def find(self, cases: Iterable[str], *path: str) -> None:
        """A core idea of each case in a category, which is made if it is new."""
        if path not in self.categories:
            self.add_category(*path)
        for code in cases:
            self.add_idea(code, path[0], path[1:])

    def add_transcript(self, code: str, *turns: tuple[str, str], title: str = "Interview") -> int:
        """A transcript of a case; returns its version's id."""
        case = self.db.exec(
            select(Case.id).where(Case.study_id == self.study_id, Case.code == code)
        ).one()
        state = self.db.exec(select(Unit.state).where(Unit.id == self.unit_of(code))).one()
        self.set_case(code, State.NOT_STARTED)
        version = store_transcript(
            self.db,
            self.study,
            case_id=case or 0,
            title=title,
            turns=[(speaker, text, "") for speaker, text in turns],
            roles={"I": SpeakerRole.INTERVIEWER, "P": SpeakerRole.PARTICIPANT},
        )
        self.set_case(code, state)
        assert version.id is not None
        return version.id

    def add_raw_data(
        self, idea_id: int, code: str, version_id: int, start: int, quote: str
    ) -> None:
        """A block that a core idea rests on."""
        block = Block(
            layer_id=self._layer(self.unit_of(code)),
            transcript_version_id=version_id,
            start=start,
            end=start + len(quote),
            quote=quote,
            made_by=self.me.id,
        )
        self.db.add(block)
        self.db.flush()
        self.db.add(CoreIdeaBlock(core_idea_id=idea_id, block_id=block.id))
        self.db.flush()


def make_sample(db: Session, people: People) -> ASample:
    """The people's sample, still empty."""
    assert people.study.id is not None
    assert people.sample.id is not None
    return ASample(db, people.ana.me, people.study.id, people.sample.id)


def another_sample(like: ASample, name: str, *, topic: str = "") -> ASample:
    """A further sample of the same study."""
    sample = add_sample(like.db, like.study, name=name, topic=topic)
    assert sample.id is not None
    return ASample(like.db, like.me, like.study_id, sample.id)


def arrange(sample: ASample, table: PublishedTable, *, most: bool) -> None:
    """Cases that give every row of a published table its label, everything agreed."""
    sample.add_cases(*(f"P{number:02}" for number in range(1, table.cases + 1)))
    for row in table.rows:
        path = tuple(filter(None, (row.domain, row.category, row.subcategory)))
        sample.find(invented_cases(table, row, most=most), *path)


def findings_table(
    db: Session, study_id: int, sample_id: int, *, agreed_only: bool = False
) -> Table:
    """The results table of one sample."""
    samples = [sample for sample in samples_of(db, study_id) if sample.id == sample_id]
    (findings,) = findings_of(db, study_id, samples)
    return findings.table(agreed_only=agreed_only)
