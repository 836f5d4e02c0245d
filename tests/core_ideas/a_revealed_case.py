"""P07 drafted in private by Ben and Chi (and Dee), then revealed: what core ideas are discussed on.

Ana is PI and does not judge this case. Ben and Chi have the passages about the mother and the tears
in common; the one about the grief each has put elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlmodel import Session

from app.cases.guard import CaseContext
from app.consensus.drafting import submit, take_up
from app.consensus.models import Assignment
from app.consensus.passes import go_on
from app.consensus.points import PointView, decide_point, points_of
from app.consensus.rules import Outcome, PointKind
from app.consensus.service import agree
from app.core_ideas.models import AbsenceReason
from app.core_ideas.service import add, set_absence
from app.domains.blocks import assign
from app.studies.models import Study
from app.studies.ways import WayOfWorking
from tests.core_ideas.a_case import BREATH, GRIEF, MOTHER, TEARS, ACase, make_bare_case
from tests.people import People, Person

HEARD = "P heard of C's mother."


@dataclass
class ADraft:
    """What one judge drafts: passages with their domains, then core ideas, then reasons.

    A core idea is its domain, its words and (if not all of the domain's) its passages.
    """

    passages: Sequence[tuple[str, str]] = ()
    ideas: Sequence[tuple[str, ...]] = ()
    absences: Sequence[tuple[str, AbsenceReason]] = ()


BEN = ADraft(
    passages=[(MOTHER, "ANT"), (GRIEF, "ANT"), (TEARS, "EXT")],
    ideas=[
        ("ANT", HEARD, MOTHER),
        ("ANT", "P felt some of C's grief.", GRIEF),
        ("EXT", "P shed one tear on each side.", TEARS),
    ],
    absences=[("THO", AbsenceReason.NOT_ASKED)],
)
CHI = ADraft(
    passages=[(MOTHER, "ANT"), (GRIEF, "THO"), (TEARS, "EXT")],
    ideas=[
        ("ANT", "p heard of C's mother", MOTHER),
        ("THO", "Some grief was P's own.", GRIEF),
        ("EXT", "P shed a tear on each side, for seconds.", TEARS),
    ],
)


@dataclass
class ARevealedCase(ACase):
    """P07 after the reveal, or before it."""

    blocks: dict[tuple[int, str], int] = field(default_factory=dict)

    def draft(self, person: Person, draft: ADraft, *, submitting: bool = True) -> None:
        """Let somebody draft the case in private, and submit it."""
        seen = self.seen_by(person)
        case = replace(seen, unit=take_up(self.db, seen.scene, seen.unit))
        made = {
            (words, domain): self._code(case, words, domain) for words, domain in draft.passages
        }
        for domain, text, *passages in draft.ideas:
            blocks = [made[words, domain] for words in passages] or None
            add(self.db, case, domain_id=self.domains[domain], text=text, block_ids=blocks)
        for domain, reason in draft.absences:
            set_absence(self.db, case, domain_id=self.domains[domain], reason=reason)
        if submitting:
            seen = self.seen_by(person)
            submit(self.db, seen.scene, seen.unit, what="P07")

    def _code(self, case: CaseContext, quote: str, domain: str) -> int:
        start = self.text.index(quote)
        change = assign(
            self.db,
            case,
            version_id=self.version_id,
            start=start,
            end=start + len(quote),
            quote=quote,
            domain_ids=[self.domains[domain]],
        )
        assert change.passage
        return change.passage.id

    def point(self, domain: str) -> PointView:
        """The point on a domain's core ideas."""
        return next(
            point
            for point in points_of(self.db, self.seen_by().unit.id)
            if point.kind is PointKind.CORE_IDEAS and point.domain_id == self.domains[domain]
        )

    def all_points(self) -> tuple[PointView, ...]:
        """Everything there is to discuss, or listed for a glance."""
        return points_of(self.db, self.seen_by().unit.id)

    def settle(self, point: PointView, outcome: Outcome) -> None:
        """Note a decision on a passage, for what it means to core ideas: it is no longer open."""
        seen = self.seen_by(self.people.ben)
        decide_point(
            self.db,
            seen.scene,
            seen.unit,
            point.id,
            outcome=outcome,
            version=point.version,
            what="P07",
        )

    def agree(self) -> None:
        """Ben and Chi agree to the case as it is."""
        for person in (self.people.ben, self.people.chi):
            seen = self.seen_by(person)
            agree(self.db, seen.scene, seen.unit, content=seen.unit.content, what="P07")

    def go_on(self) -> None:
        """On to the second pass."""
        seen = self.seen_by(self.people.ben)
        go_on(self.db, seen.scene, seen.unit, what="P07")

    @property
    def discussion(self) -> str:
        """The page on which they are discussed."""
        return f"{self.url}/discussion"


def private_case(
    db: Session,
    people: People,
    *,
    way: WayOfWorking = WayOfWorking.INDEPENDENT_FIRST,
    judges: Sequence[Person] = (),
    passes: int = 1,
) -> ARevealedCase:
    """P07 with three domains, to be drafted by Ben and Chi unless others judge."""
    study = db.get_one(Study, people.study.id)
    study.way_of_working, study.passes = way, passes
    db.add(study)
    bare = make_bare_case(db, people)
    case = ARevealedCase(**vars(bare))
    for judge in judges or (people.ben, people.chi):
        db.add(Assignment(unit_id=case.seen_by().unit.id, account_id=judge.id))
    db.flush()
    return case


def revealed_case(db: Session, people: People) -> ARevealedCase:
    """P07 as Ben and Chi drafted it, revealed."""
    case = private_case(db, people)
    case.draft(people.ben, BEN)
    case.draft(people.chi, CHI)
    db.commit()
    return case


__all__ = ["BEN", "BREATH", "CHI", "GRIEF", "HEARD", "MOTHER", "TEARS", "ADraft", "ARevealedCase"]
