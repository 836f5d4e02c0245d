"""A case to write core ideas on: a transcript, two domains, three blocks."""

from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from app.cases.guard import CaseContext, load_case
from app.cases.service import add_case, store_transcript
from app.cases.speakers import SpeakerRole
from app.core_ideas.ideas import Idea, stored
from app.core_ideas.service import add
from app.domains.blocks import assign
from app.domains.models import Block
from app.domains.service import add_domain
from tests.people import People, Person

TURNS = (
    ("I", "What was going on right before?", ""),
    ("P", "She was telling me about the week her mother stopped knowing her.", ""),
    ("I", "And then?", ""),
    ("P", "I was holding my breath. It was her grief and some of it was mine.", ""),
    ("I", "How long did it last?", ""),
    ("P", "Seconds. Wet eyes, one tear on each side.", ""),
)
ROLES = {"I": SpeakerRole.INTERVIEWER, "P": SpeakerRole.PARTICIPANT}
MOTHER = "She was telling me about the week her mother stopped knowing her."
BREATH = "I was holding my breath."
GRIEF = "It was her grief and some of it was mine."
TEARS = "Seconds. Wet eyes, one tear on each side."


@dataclass
class ACase:
    """P07 in the sample, its transcript, and its domains by abbreviation."""

    db: Session
    people: People
    version_id: int
    text: str
    domains: dict[str, int] = field(default_factory=dict)

    def seen_by(self, person: Person | None = None) -> CaseContext:
        """The case as a person (Ana unless named) has it now."""
        people = self.people
        return load_case(self.db, people.context(self.db, person), people.sample.id or 0, "P07")

    @property
    def url(self) -> str:
        """The case's core ideas."""
        return f"{self.people.sample_url}/cases/P07/core-ideas"

    def add_domain(self, title: str) -> int:
        """A domain, by its id."""
        made = add_domain(
            self.db,
            self.people.context(self.db),
            sample_id=self.people.sample.id or 0,
            title=title,
        )
        assert made.id is not None
        self.domains[made.abbreviation] = made.id
        return made.id

    def code(self, quote: str, *domains: str) -> int:
        """A block, by its id."""
        start = self.text.index(quote)
        change = assign(
            self.db,
            self.seen_by(),
            version_id=self.version_id,
            start=start,
            end=start + len(quote),
            quote=quote,
            domain_ids=[self.domains[short] for short in domains],
        )
        assert change.passage
        return change.passage.id

    def add_idea(self, text: str, domain: str = "ANT", **more: object) -> int:
        """A core idea, by its id."""
        change = add(
            self.db,
            self.seen_by(),
            domain_id=self.domains[domain],
            text=text,
            **more,  # type: ignore[arg-type]
        )
        return change.after[0].id

    def ideas(self, domain: str = "ANT") -> list[Idea]:
        """The core ideas of a domain in order."""
        return stored(self.db, self.seen_by().unit.layer_id, domain_id=self.domains[domain])

    def texts(self, domain: str = "ANT") -> list[str]:
        """Their words."""
        return [idea.text for idea in self.ideas(domain)]

    def idea(self, id_: int) -> Idea:
        """One of them as it stands."""
        (found,) = stored(self.db, self.seen_by().unit.layer_id, ids=[id_])
        return found

    def block_at(self, quote: str) -> int:
        """A block by its quote."""
        found = self.db.exec(select(Block.id).where(col(Block.quote) == quote)).one()
        assert found is not None
        return found


def make_bare_case(db: Session, people: People) -> ACase:
    """P07 with Antecedent, Thoughts and Extent, and nothing coded."""
    study = people.context(db)
    case = add_case(db, study, code="P07", sample_ids=[people.sample.id or 0])
    version = store_transcript(
        db, study, case_id=case.id or 0, title="First interview", turns=TURNS, roles=ROLES
    )
    made = ACase(db, people, version.id or 0, version.text)
    for title in ("Antecedent", "Thoughts", "Extent"):
        made.add_domain(title)
    return made


def make_case(db: Session, people: People) -> ACase:
    """P07 with Antecedent (two blocks), Thoughts (one of them too) and an empty Extent."""
    made = make_bare_case(db, people)
    made.code(MOTHER, "ANT")
    made.code(GRIEF, "ANT", "THO")
    return made
