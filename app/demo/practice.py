"""Builds *Practice study (demo)*: four cases in earlier states, so that every page has work to do.

Four interviews of the large demo: one is agreed and its cards are partly
sorted, the drafts of the second are revealed and wait to be discussed, those of the third are not
all in, the fourth has only its transcript.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from app.accounts.sessions import Me
from app.cases.guard import CaseContext, load_case
from app.cases.models import SpeakerRole
from app.cases.service import add_case, store_transcript
from app.consensus.drafting import submit, take_up
from app.consensus.service import agree
from app.core_ideas.service import add_core_idea
from app.cross_analysis.guard import load_board
from app.cross_analysis.placing import place
from app.cross_analysis.service import add_category
from app.demo.interviews import INTERVIEWS, DemoIdea, Interview, read_interview
from app.demo.published import DemoSample, abbreviations, demo_samples
from app.domains.service import add_domain, assign_block
from app.studies.guard import StudyContext, load_study
from app.studies.members import add_member
from app.studies.models import RoleSet
from app.studies.service import add_abbreviation, add_sample, create_study
from app.studies.ways import WayOfWorking, Ways
from app.studies.working import choose_ways

TITLE = "Practice study (demo)"
LETTER = "T"


@dataclass(frozen=True)
class Hand:
    """How one judge's draft differs: every so many passages are left out, placed elsewhere, cut."""

    name: str
    leaves_out: int = 0
    elsewhere: int = 0
    cuts: int = 0


HANDS = (Hand("Ben"), Hand("Chi", leaves_out=5, elsewhere=4), Hand("Dee", cuts=3, elsewhere=7))


class Practice:
    """A small team at work on four cases."""

    def __init__(
        self, db: Session, team: dict[str, Me], roles: Sequence[tuple[str, RoleSet]]
    ) -> None:
        self.db, self.team = db, team
        study_id = create_study(db, team["Ana"], title=TITLE).id
        assert study_id is not None
        self.study_id = study_id
        for name, held in roles:
            add_member(
                db,
                self.study("Ana"),
                account_id=team[name].id,
                is_judge=held.is_judge,
                is_reader=held.is_reader,
                auditor=held.auditor,
            )
        for short, meaning in abbreviations().items():
            add_abbreviation(db, self.study("Ana"), short=short, meaning=meaning)
        self.sample: DemoSample = next(s for s in demo_samples() if s.letter == LETTER)
        row = add_sample(db, self.study("Ana"), name="practice", topic=self.sample.topic)
        assert row.id is not None
        self.sample_id = row.id
        self.domains: dict[str, int] = {}
        for domain in self.sample.domains:
            made = add_domain(
                db,
                self.study("Ana"),
                sample_id=row.id,
                title=domain.title,
                abbreviation=domain.abbreviation,
            )
            assert made.id is not None
            self.domains[domain.abbreviation] = made.id

    def study(self, name: str) -> StudyContext:
        """The study as one of the team has it."""
        return load_study(self.db, self.team[name], self.study_id)

    def case(self, name: str, code: str) -> CaseContext:
        """A case as one of the team works on it: while it is drafted, on their own layer."""
        case = load_case(self.db, self.study(name), self.sample_id, code)
        return replace(case, unit=take_up(self.db, case.scene, case.unit))

    def add_case(self, interview: Interview) -> int:
        """A case with its transcript. Returns the version of the text."""
        pi = self.study("Ana")
        case = add_case(self.db, pi, code=interview.code, sample_ids=[self.sample_id])
        assert case.id is not None
        version = store_transcript(
            self.db,
            pi,
            case_id=case.id,
            title="Interview",
            turns=[(speaker, text, "") for speaker, text in interview.turns],
            roles={"I": SpeakerRole.INTERVIEWER, "P": SpeakerRole.PARTICIPANT},
        )
        assert version.id is not None
        return version.id

    def code(
        self, hand: Hand, interview: Interview, version_id: int, *, until: int | None = None
    ) -> list[int]:
        """One judge codes and writes core ideas. Returns these by id."""
        written = []
        for number, idea in enumerate(self._ideas(interview)[:until], start=1):
            if hand.leaves_out and not number % hand.leaves_out:
                continue
            domain = self._domain_of(idea)
            if hand.elsewhere and not number % hand.elsewhere:
                domain = self._another(domain)
            blocks = [
                self._block(hand, interview, version_id, mark, domain, number)
                for mark in idea.marks
            ]
            made = add_core_idea(
                self.db,
                self.case(hand.name, interview.code),
                domain_id=domain,
                text=idea.text,
                block_ids=blocks,
            )
            assert made.id is not None
            written.append(made.id)
        return written

    def _ideas(self, interview: Interview) -> list[DemoIdea]:
        return [idea for idea in interview.ideas if idea.sample == LETTER and idea.rows]

    def _domain_of(self, idea: DemoIdea) -> int:
        for domain in self.sample.domains:
            if any(category.number == idea.rows[0] for category in domain.categories):
                return self.domains[domain.abbreviation]
        raise ValueError(f"no domain has row {idea.rows[0]}")

    def _another(self, domain_id: int) -> int:
        listed = list(self.domains.values())
        return listed[(listed.index(domain_id) + 1) % len(listed)]

    def _block(
        self,
        hand: Hand,
        interview: Interview,
        version_id: int,
        mark: str,
        domain_id: int,
        number: int,
    ) -> int:
        passage = interview.passages[mark]
        start, end = passage.start, passage.end
        if hand.cuts and not number % hand.cuts:
            # The first sentence alone: another judge of the same passage took all of it.
            first = interview.text.find(". ", start, end)
            end = first + 1 if first > start else end
        block = assign_block(
            self.db,
            self.case(hand.name, interview.code),
            version_id=version_id,
            start=start,
            end=end,
            quote=interview.text[start:end],
            domain_ids=[domain_id],
        )
        assert block.id is not None
        return block.id

    def agree(self, code: str) -> None:
        """Each judge agrees to a case."""
        for hand in HANDS:
            case = self.case(hand.name, code)
            agree(self.db, case.scene, case.unit, content=case.unit.content, what=code)

    def submit(self, hand: Hand, code: str) -> None:
        """One judge submits their draft; the last one reveals them all."""
        case = self.case(hand.name, code)
        submit(self.db, case.scene, case.unit, what=code)

    def sort_some(self, idea_ids: list[int], interview: Interview) -> None:
        """Half of the cards of each board are in categories, the others unsorted."""
        by_idea = dict(zip((id(idea) for idea in self._ideas(interview)), idea_ids, strict=True))
        for domain in self.sample.domains:
            titles = {category.number: category.title for category in domain.categories}
            mine = [idea for idea in self._ideas(interview) if idea.rows[0] in titles]
            for idea in mine[::2]:
                board = load_board(
                    self.db, self.study("Ben"), self.sample_id, self.domains[domain.abbreviation]
                )
                category = add_category(self.db, board, title=titles[idea.rows[0]])
                place(self.db, board, core_idea_id=by_idea[id(idea)], category_id=category.id)


def build_practice(db: Session, team: dict[str, Me], roles: Sequence[tuple[str, RoleSet]]) -> None:
    """Make the practice study of these people; `roles` are the members beside the PI."""
    practice = Practice(db, team, roles)
    first, second, third, fourth = (
        read_interview(INTERVIEWS / f"{code}.txt") for code in _with_enough_to_code()
    )
    version = practice.add_case(first)
    ideas = practice.code(HANDS[0], first, version)
    practice.agree(first.code)
    practice.sort_some(ideas, first)
    ways = Ways(WayOfWorking.INDEPENDENT_FIRST, None, 0, WayOfWorking.TOGETHER, 1)
    choose_ways(db, practice.study("Ana"), ways=ways)
    version = practice.add_case(second)
    for hand in HANDS:
        practice.code(hand, second, version)
        practice.submit(hand, second.code)
    version = practice.add_case(third)
    practice.code(HANDS[0], third, version)
    practice.submit(HANDS[0], third.code)
    practice.code(HANDS[1], third, version, until=6)
    practice.add_case(fourth)


def _with_enough_to_code() -> list[str]:
    """The first four interviews that tell of an event as therapist."""
    paths = sorted(INTERVIEWS.glob("P*.txt"))
    told = (
        path.stem for path in paths if any(i.sample == LETTER for i in read_interview(path).ideas)
    )
    return [code for code, _ in zip(told, range(4), strict=False)]
