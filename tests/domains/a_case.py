"""A case with a short invented interview and three domains, for the tests of step 1.

The first answer begins with characters outside the basic plane, so that every offset behind it
tells code points from UTF-16 units and from bytes.
"""

from dataclasses import dataclass

from sqlmodel import Session

from app.cases.guard import CaseContext, load_case
from app.cases.models import SpeakerRole
from app.cases.service import add_case, store_transcript
from app.domains.blocks import Change, assign
from app.domains.service import add_domain
from app.domains.transcripts import TranscriptText, transcripts_of
from tests.people import People, Person

TURNS = [
    ("I", "What was going on in the room?", ""),
    ("P", "😢 She told me about her mother. I held my breath. Then I looked away.", ""),
    ("I", "You wanted to keep it from her.", ""),
    ("P", "At first, yes. But some of it was mine. So I let two tears go.", ""),
    ("P", "Mm-hm.", ""),
]
ROLES = {"I": SpeakerRole.INTERVIEWER, "P": SpeakerRole.PARTICIPANT}
TITLES = ("Antecedent", "Reasons for crying", "Consequences")


@dataclass
class ACase:
    """What the tests say 'the case' to."""

    people: People
    code: str
    case_id: int
    domains: dict[str, int]

    def context(self, db: Session, person: Person | None = None) -> CaseContext:
        """The case as somebody (Ana unless named) has it just now."""
        study = self.people.context(db, person)
        return load_case(db, study, self.people.sample.id or 0, self.code)

    def transcript(self, db: Session, number: int = 1) -> TranscriptText:
        """One of its transcripts."""
        return transcripts_of(db, self.case_id)[number - 1]

    @property
    def url(self) -> str:
        """The address of its coding page."""
        return f"{self.people.sample_url}/cases/{self.code}/coding"

    def put(self, db: Session, words: str, *titles: str, person: Person | None = None) -> Change:
        """Put the passage with these words into domains, exactly."""
        transcript = self.transcript(db)
        start = transcript.text.index(words)
        change = assign(
            db,
            self.context(db, person),
            version_id=transcript.version_id,
            start=start,
            end=start + len(words),
            quote=words,
            domain_ids=[self.domains[title] for title in titles],
        )
        db.commit()
        return change

    def selected(self, db: Session, words: str, **more: object) -> dict[str, object]:
        """A selection of these words as the page's form sends it."""
        transcript = self.transcript(db)
        start = transcript.text.index(words)
        return {
            "transcript_version": transcript.version_id,
            "start": start,
            "end": start + len(words),
            "quote": words,
            "exact": "1",
        } | more


def a_case(db: Session, people: People, *, code: str = "P01", turns: object = None) -> ACase:
    """The case in the sample, with its transcript stored and the domains listed."""
    study = people.context(db)
    sample_id = people.sample.id or 0
    case = add_case(db, study, code=code, sample_ids=[sample_id])
    assert case.id is not None
    store_transcript(
        db,
        study,
        case_id=case.id,
        title="Interview",
        turns=turns or TURNS,  # type: ignore[arg-type]
        roles=ROLES,
    )
    domains = {}
    for title in TITLES:
        domains[title] = add_domain(db, study, sample_id=sample_id, title=title).id or 0
    db.commit()
    return ACase(people, code, case.id, domains)
