"""A case whose drafts are revealed, with something to discuss and something the judges share.

Ben, Chi and Dee draft P01 (Ana is PI only). They share Antecedent at HER_MOTHER, with other ends;
they differ about MINE (other domains), about TEARS (Chi did not code it), and about YES, which Dee
marked as not coded.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from sqlmodel import Session, select

from app.cases.guard import CaseContext
from app.cases.service import add_case, store_transcript
from app.consensus.drafting import submit, take_up
from app.consensus.points import PointView, points_of
from app.domains.blocks import assign, leave_out
from app.domains.placed import Placed, placed_on
from app.studies.models import Member, Study
from app.studies.ways import WayOfWorking
from tests.conftest import RolledBackDatabase
from tests.domains.a_case import ROLES, TURNS, ACase, a_case
from tests.people import People, Person

MOTHER = "She told me about her mother."
BREATH = "I held my breath."
AWAY = "Then I looked away."
YES = "At first, yes."
MINE = "But some of it was mine."
TEARS = "So I let two tears go."
Draft = Sequence[tuple[str, Sequence[str]]]
"""Words and the titles of their domains; without titles the words are marked as not coded."""

DRAFTS: dict[str, Draft] = {
    "ben": (
        (MOTHER, ["Antecedent"]),
        (YES, ["Reasons for crying"]),
        (MINE, ["Reasons for crying"]),
        (TEARS, ["Consequences"]),
        ("Mm-hm.", []),
    ),
    "chi": (
        (f"{MOTHER} {BREATH}", ["Antecedent"]),
        (YES, ["Reasons for crying"]),
        (MINE, ["Consequences"]),
        ("Mm-hm.", []),
    ),
    "dee": (
        (MOTHER, ["Antecedent"]),
        (YES, []),
        (MINE, ["Reasons for crying"]),
        (TEARS, ["Consequences"]),
        ("Mm-hm.", []),
    ),
}


@dataclass
class ADiscussion:
    """What the tests say 'the discussion' to."""

    case: ACase
    database: RolledBackDatabase | None = field(default=None, repr=False)

    @property
    def people(self) -> People:
        """Everybody."""
        return self.case.people

    @property
    def url(self) -> str:
        """The address of the discussing page."""
        return f"{self.case.url}/discussion"

    def context(self, db: Session, person: Person | None = None) -> CaseContext:
        """The case as somebody (Ben unless named) has it just now."""
        return self.case.context(db, person or self.people.ben)

    def points(self, db: Session) -> tuple[PointView, ...]:
        """All its points, joined ones too."""
        return points_of(db, self.context(db).unit.id)

    def point(self, db: Session, words: str) -> PointView:
        """The point whose passage begins with these words."""
        text = self.case.transcript(db).text
        return next(
            p
            for p in self.points(db)
            if text[p.start : p.end].startswith(words)  # type: ignore[misc]
        )

    def placed(self, db: Session) -> list[tuple[str, set[str]]]:
        """What stands in the consensus layer: words, and the titles of their domains."""
        layer = self.context(db).unit.consensus_layer_id
        return [self.named(db, each) for each in placed_on(db, [layer])]

    def named(self, db: Session, each: Placed) -> tuple[str, set[str]]:
        """A passage as words and titles."""
        titles = {id_: title for title, id_ in self.case.domains.items()}
        text = self.case.transcript(db).text
        return text[each.start : each.end], {titles[domain] for domain in each.domain_ids}


def drafting(db: Session, case: ACase, person: Person) -> CaseContext:
    """The case as a judge who is about to write has it."""
    context = case.context(db, person)
    return replace(context, unit=take_up(db, context.scene, context.unit))


def draft(db: Session, case: ACase, person: Person, passages: Draft) -> None:
    """Write a judge's draft."""
    transcript = case.transcript(db)
    for words, titles in passages:
        start = transcript.text.index(words)
        where = {
            "version_id": transcript.version_id,
            "start": start,
            "end": start + len(words),
            "quote": words,
        }
        context = drafting(db, case, person)
        if titles:
            ids = [case.domains[title] for title in titles]
            assign(db, context, domain_ids=ids, **where)  # type: ignore[arg-type]
        else:
            leave_out(db, context, **where)  # type: ignore[arg-type]


def hand_in(db: Session, case: ACase, *persons: Person) -> None:
    """Submit drafts; the last one reveals them."""
    for person in persons:
        context = drafting(db, case, person)
        submit(db, context.scene, context.unit, what=case.code)


def revealed(db: Session, case: ACase, drafts: Iterable[tuple[Person, Draft]]) -> ADiscussion:
    """Every judge drafts and submits."""
    listed = list(drafts)
    for person, passages in listed:
        draft(db, case, person, passages)
    hand_in(db, case, *(person for person, _ in listed))
    db.commit()
    return ADiscussion(case)


def independent(
    db: Session, people: People, way: WayOfWorking = WayOfWorking.INDEPENDENT_FIRST
) -> None:
    """Let the study work this way, with Ben, Chi and Dee as its judges."""
    study = db.get_one(Study, people.study.id)
    study.way_of_working = way
    ana = db.exec(select(Member).where(Member.account_id == people.ana.id)).one()
    ana.is_judge = False
    db.add_all([study, ana])
    db.flush()


def another_case(
    db: Session, case: ACase, code: str, turns: Sequence[tuple[str, str, str]] = TURNS
) -> ACase:
    """A further case of the same sample, with the same interview unless another is given."""
    study = case.people.context(db)
    made = add_case(db, study, code=code, sample_ids=[case.people.sample.id or 0])
    store_transcript(db, study, case_id=made.id or 0, title="Interview", turns=turns, roles=ROLES)
    return ACase(case.people, code, made.id or 0, case.domains)


def a_discussion(db: Session, people: People, *, code: str = "P01") -> ADiscussion:
    """The case of this module's head."""
    independent(db, people)
    case = a_case(db, people, code=code)
    judges = {"ben": people.ben, "chi": people.chi, "dee": people.dee}
    return revealed(db, case, [(judges[name], passages) for name, passages in DRAFTS.items()])
