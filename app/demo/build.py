"""Builds *Crying in therapy (demo)* through the same services a team uses, so its trail is real."""

import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.accounts.models import Account
from app.accounts.service import create_account
from app.accounts.sessions import Me
from app.cases.guard import CaseContext, load_case
from app.cases.models import SpeakerRole, Turn
from app.cases.service import add_case, store_transcript
from app.consensus.service import agree
from app.core_ideas import freezing as what_a_case_freezes  # noqa: F401 - when it is agreed
from app.core_ideas.models import AbsenceReason
from app.core_ideas.service import add_core_idea, set_absence
from app.cross_analysis import freezing as what_a_board_freezes  # noqa: F401
from app.cross_analysis.guard import load_board
from app.cross_analysis.placing import place
from app.cross_analysis.service import add_category
from app.db import run
from app.demo.audits import build_audits
from app.demo.interviews import INTERVIEWS, DemoIdea, Interview, read_interview
from app.demo.practice import build_practice
from app.demo.published import DemoDomain, DemoSample, abbreviations, demo_samples
from app.domains.models import Domain, DomainKind
from app.domains.service import add_domain, assign_block, mark_not_coded
from app.errors import Conflict
from app.studies.guard import StudyContext, load_study
from app.studies.members import add_member
from app.studies.models import AuditorKind, RoleSet, Study
from app.studies.service import add_abbreviation, add_sample, create_study

TITLE = "Crying in therapy (demo)"
CONTEXT, OTHER = "CTX", "OTH"
Progress = Callable[[str], None]


@dataclass(frozen=True)
class DemoPerson:
    """An account of the demo; the password is random and told only now."""

    role: str
    name: str
    email: str
    password: str


PEOPLE = (
    ("pi", "Ana"),
    ("judge", "Ben"),
    ("judge", "Chi"),
    ("judge", "Dee"),
    ("internal-auditor", "Eli"),
    ("internal-auditor", "Fay"),
    ("external-auditor", "Gus"),
    ("reader", "Ida"),
)
ROLES: dict[str, RoleSet] = {
    "pi": RoleSet(is_pi=True),
    "judge": RoleSet(is_judge=True),
    "internal-auditor": RoleSet(auditor=AuditorKind.INTERNAL),
    "external-auditor": RoleSet(auditor=AuditorKind.EXTERNAL),
    "reader": RoleSet(is_reader=True),
}


def has_study(db: Session) -> bool:
    """Is there a study in this database? Then no demo is built into it."""
    return db.exec(select(Study.id).limit(1)).first() is not None


def build_demo(
    db: Session, *, administrator: bool, progress: Progress = lambda _: None, cheap: bool = False
) -> list[DemoPerson]:
    """Make the accounts and the study; returns who can sign in with which password.

    With `administrator` an administrator's account is made too. Raises `Conflict` where the
    database has a study.
    """
    if has_study(db):
        raise Conflict(
            "This database has a study already, so the demo was not put into it. Use an empty data "
            "folder (CONCORD_DATA_DIR)."
        )
    people, team = _accounts(db, administrator=administrator, cheap=cheap)
    study_id = create_study(db, team["Ana"], title=TITLE).id
    assert study_id is not None
    pi = load_study(db, team["Ana"], study_id)
    for role, name in PEOPLE[1:]:
        held = ROLES[role]
        add_member(
            db,
            pi,
            account_id=team[name].id,
            is_judge=held.is_judge,
            is_reader=held.is_reader,
            auditor=held.auditor,
        )
    for short, meaning in abbreviations().items():
        add_abbreviation(db, pi, short=short, meaning=meaning)
    builder = Builder(db, [team["Ben"], team["Chi"], team["Dee"]], team["Ana"], study_id)
    for sample in demo_samples():
        builder.add_sample(sample)
    interviews = [read_interview(path) for path in sorted(INTERVIEWS.glob("P*.txt"))]
    for interview in interviews:
        progress(f"{interview.code} of {len(interviews)} cases")
        builder.add_case(interview)
    for sample in demo_samples():
        progress(f"cross-analysis {sample.name}")
        builder.sort(sample)
    progress("agreements")
    builder.agree_to_everything()
    progress("audits")
    build_audits(db, team, study_id)
    progress("practice study")
    build_practice(db, team, [(name, ROLES[role]) for role, name in PEOPLE[1:]])
    return people


def _accounts(
    db: Session, *, administrator: bool, cheap: bool
) -> tuple[list[DemoPerson], dict[str, Me]]:
    people, team = [], {}
    wanted = (("administrator", "Jo"), *PEOPLE) if administrator else PEOPLE
    for role, name in wanted:
        password = "-".join(secrets.token_hex(2) for _ in range(4))
        account = create_account(
            db,
            email=f"{name.lower()}@demo.example",
            name=name,
            password=password,
            is_administrator=role == "administrator",
            cheap=cheap,
        )
        people.append(DemoPerson(role, name, account.email, password))
        team[name] = _me(account)
    return people, team


def _me(account: Account) -> Me:
    assert account.id is not None
    return Me(account.id, account.email, account.name, account.is_administrator)


class Builder:
    """The team at work: each case and each board is done by another of the judges."""

    def __init__(self, db: Session, judges: list[Me], pi: Me, study_id: int) -> None:
        self.db = db
        self.judges = judges
        self.pi = pi
        self.study_id = study_id
        self.samples: dict[str, int] = {}
        self.domains: dict[tuple[str, str], int] = {}
        self.row_domains: dict[tuple[str, int], str] = {}
        self.ideas: list[tuple[DemoIdea, int]] = []
        self.cases: dict[str, set[int]] = {}

    def _study(self, who: Me) -> StudyContext:
        return load_study(self.db, who, self.study_id)

    def add_sample(self, sample: DemoSample) -> None:
        """A sample with its domain list: the warm-up first, *Other* last."""
        row = add_sample(self.db, self._study(self.pi), name=sample.name, topic=sample.topic)
        assert row.id is not None
        self.samples[sample.letter] = row.id
        study = self._study(self.pi)
        wanted = [
            ("Opening questions", CONTEXT, DomainKind.CONTEXTUAL),
            *((d.title, d.abbreviation, DomainKind.ANALYTIC) for d in sample.domains),
            ("Other", OTHER, DomainKind.OTHER),
        ]
        for title, abbreviation, kind in wanted:
            domain = add_domain(
                self.db,
                study,
                sample_id=row.id,
                title=title,
                abbreviation=abbreviation,
                kind=kind,
            )
            assert domain.id is not None
            self.domains[sample.letter, abbreviation] = domain.id
        for known in sample.domains:
            for category in known.categories:
                self.row_domains[sample.letter, category.number] = known.abbreviation

    def add_case(self, interview: Interview) -> None:
        """A case with its transcript, coded in every sample it belongs to."""
        letters = [
            letter
            for letter in self.samples
            if any(idea.sample == letter for idea in interview.ideas)
        ]
        case = add_case(
            self.db,
            self._study(self.pi),
            code=interview.code,
            sample_ids=[self.samples[letter] for letter in letters],
            attributes=interview.attributes,
        )
        assert case.id is not None
        version = store_transcript(
            self.db,
            self._study(self.pi),
            case_id=case.id,
            title="Interview",
            turns=[(speaker, text, "") for speaker, text in interview.turns],
            roles={"I": SpeakerRole.INTERVIEWER, "P": SpeakerRole.PARTICIPANT},
        )
        assert version.id is not None
        judge = self.judges[len(self.cases) % len(self.judges)]
        self.cases[interview.code] = {self.samples[letter] for letter in letters}
        for letter in letters:
            context = load_case(self.db, self._study(judge), self.samples[letter], interview.code)
            self._code(context, letter, interview, version.id)
            if letter == letters[0]:
                self._leave_out_the_rest(context, interview, version.id)

    def _domain_of(self, idea: DemoIdea) -> str:
        return idea.domain or self.row_domains[idea.sample, idea.rows[0]]

    def _code(self, case: CaseContext, letter: str, interview: Interview, version_id: int) -> None:
        mine = [idea for idea in interview.ideas if idea.sample == letter]
        wanted: dict[str, list[int]] = {}
        for idea in mine:
            for mark in idea.marks:
                domain_id = self.domains[letter, self._domain_of(idea)]
                if domain_id not in wanted.setdefault(mark, []):
                    wanted[mark].append(domain_id)
        blocks = {}
        for mark in sorted(wanted, key=lambda mark: interview.passages[mark].start):
            passage = interview.passages[mark]
            blocks[mark] = assign_block(
                self.db,
                case,
                version_id=version_id,
                start=passage.start,
                end=passage.end,
                quote=interview.text[passage.start : passage.end],
                domain_ids=wanted[mark],
            ).id
        for idea in mine:
            written = add_core_idea(
                self.db,
                case,
                domain_id=self.domains[letter, self._domain_of(idea)],
                text=idea.text,
                block_ids=[key for mark in idea.marks if (key := blocks[mark]) is not None],
            )
            assert written.id is not None
            self.ideas.append((idea, written.id))
        absences = interview.absences | {(letter, OTHER): AbsenceReason.NOTHING_SAID}
        for (sample, abbreviation), reason in absences.items():
            if sample == letter:
                set_absence(
                    self.db,
                    case,
                    domain_id=self.domains[letter, abbreviation],
                    reason=AbsenceReason(reason),
                )

    def _leave_out_the_rest(self, case: CaseContext, interview: Interview, version_id: int) -> None:
        for start, end in self._uncoded(interview, version_id):
            mark_not_coded(
                self.db,
                case,
                version_id=version_id,
                start=start,
                end=end,
                quote=interview.text[start:end],
            )

    def _uncoded(self, interview: Interview, version_id: int) -> Iterator[tuple[int, int]]:
        """Stretches between passages in which a participant says something, blanks cut off."""
        spoken = run(
            self.db,
            sa.select(col(Turn.start), col(Turn.end))
            .where(col(Turn.version_id) == version_id, col(Turn.speaker) == "P")
            .order_by(col(Turn.number)),
        ).all()
        edge = 0
        marks = sorted((mark.start, mark.end) for mark in interview.passages.values())
        for start, end in [*marks, (len(interview.text), len(interview.text))]:
            said = [
                _trimmed(interview.text, max(edge, turn_start), min(start, turn_end))
                for turn_start, turn_end in spoken
            ]
            pieces = [
                (low, high) for low, high in said if re.search(r"\w", interview.text[low:high])
            ]
            if pieces:
                yield pieces[0][0], pieces[-1][1]
            edge = max(edge, end)

    def sort(self, sample: DemoSample) -> None:
        """Make the categories of the published table and put every core idea where it belongs."""
        for place_in_list, domain in enumerate(sample.domains):
            judge = self.judges[place_in_list % len(self.judges)]
            board = load_board(
                self.db,
                self._study(judge),
                self.samples[sample.letter],
                self.domains[sample.letter, domain.abbreviation],
            )
            ids: dict[int, int] = {}
            for category in domain.categories:
                row = add_category(
                    self.db,
                    board,
                    title=category.title,
                    parent_id=ids[category.parent] if category.parent else None,
                )
                assert row.id is not None
                ids[category.number] = row.id
            for idea, core_idea_id in self._ideas_of(sample.letter, domain):
                places: list[int | None] = [ids[number] for number in idea.rows]
                for category_id in places or [None]:
                    place(self.db, board, core_idea_id=core_idea_id, category_id=category_id)

    def _ideas_of(self, letter: str, domain: DemoDomain) -> Iterator[tuple[DemoIdea, int]]:
        for idea, core_idea_id in self.ideas:
            if idea.sample == letter and self._domain_of(idea) == domain.abbreviation:
                yield idea, core_idea_id

    def agree_to_everything(self) -> None:
        """Each judge agrees to every case and every board, each for themselves."""
        for judge in self.judges:
            study = self._study(judge)
            for sample_id in self.samples.values():
                for code, samples in self.cases.items():
                    if sample_id in samples:
                        self._agree_to_case(study, sample_id, code)
                for domain_id in self._boards(sample_id):
                    board = load_board(self.db, study, sample_id, domain_id)
                    agree(
                        self.db,
                        board.scene,
                        board.unit,
                        content=board.unit.content,
                        what=board.title,
                    )

    def _agree_to_case(self, study: StudyContext, sample_id: int, code: str) -> None:
        case = load_case(self.db, study, sample_id, code)
        agree(self.db, case.scene, case.unit, content=case.unit.content, what=case.code)

    def _boards(self, sample_id: int) -> list[int]:
        return list(
            run(
                self.db,
                sa.select(col(Domain.id))
                .where(col(Domain.sample_id) == sample_id, col(Domain.kind) == DomainKind.ANALYTIC)
                .order_by(col(Domain.position)),
            ).scalars()
        )


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A range without the blanks at its ends; empty where the ends have crossed."""
    passage = text[start : max(start, end)]
    if not passage.strip():
        return start, start
    return start + len(passage) - len(passage.lstrip()), start + len(passage.rstrip())
