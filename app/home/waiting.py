"""What waits for somebody: what only they, or they with the team, can do next."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.cases.models import Case, Transcript
from app.consensus.models import Unit
from app.consensus.queries import Judge, judges_of_units, open_points
from app.consensus.rules import OPEN_FOR_CONTENT, State, Step, UnitKind
from app.consensus.under_way import Drafting, being_drafted, under_way
from app.db import run
from app.domains.models import Domain
from app.home.idea_counts import IdeaCount, idea_counts
from app.home.words import listed, some
from app.permissions import Role
from app.studies.counts import CASES_OF_SAMPLE, CASES_OF_STUDY, DOMAINS_OF_SAMPLE
from app.studies.models import Member, Sample, Study
from app.studies.ways import WayOfWorking
from app.web.templating import plural

ONE_BY_ONE = 3
"""So many of a kind are listed; more are told in one line that leads to the first."""


@dataclass(frozen=True)
class Task:
    """One line of *waiting for you*, leading straight to the spot."""

    study_id: int
    text: str
    note: str
    url: str


class _UnitRow(NamedTuple):
    id: int
    study_id: int
    sample_id: int
    sample: str
    kind: UnitKind
    state: State
    step: Step
    way: WayOfWorking
    code: str | None
    domain_id: int | None
    title: str | None
    has_text: bool
    domains: int
    samples: int

    def note(self, text: str) -> str:
        """A note that names the sample where the study has several."""
        return f"{self.sample}: {text}" if self.samples > 1 else text

    @property
    def url(self) -> str:
        """Where the unit is worked on."""
        sample = f"/studies/{self.study_id}/samples/{self.sample_id}"
        if self.kind == UnitKind.CASE:
            page = "core-ideas" if self.step is Step.CORE_IDEAS else "coding"
            return f"{sample}/cases/{self.code}/{page}"
        return f"{sample}/domains/{self.domain_id}/cross-analysis"


def waiting_for(
    db: Session, account_id: int, studies: Mapping[int, frozenset[Role]]
) -> tuple[Task, ...]:
    """What waits for this person in these studies (id and roles), in a constant number of
    statements: agreements and drafts first, then coding and sorting, then what a PI has to set
    up."""
    judging = [study for study, roles in studies.items() if Role.JUDGE in roles]
    leading = [study for study, roles in studies.items() if Role.PI in roles]
    units = _open_units(db, judging)
    judges = judges_of_units(db, [unit.id for unit in units])
    mine = [unit for unit in units if any(j.id == account_id for j in judges[unit.id])]
    drafted = [being_drafted(u.id, u.study_id, u.state, u.way, u.way) for u in mine]
    drafting = under_way(db, [each for each in drafted if each], judges)
    shared = [unit for unit in mine if unit.id not in drafting]
    counts = idea_counts(db, {unit.sample_id for unit in mine})
    found = [
        *_case_tasks(account_id, shared, judges, open_points(db, [unit.id for unit in shared])),
        *_draft_tasks(account_id, mine, drafting, counts),
        *_board_tasks(account_id, shared, judges, counts),
        *_set_up_tasks(db, leading),
    ]
    order = {study: place for place, study in enumerate(studies)}
    return tuple(sorted(found, key=lambda task: order[task.study_id]))


STUDYS_WAY = sa.case(
    (col(Unit.kind) == UnitKind.CASE, col(Study.way_of_working)), else_=col(Study.board_way)
)
TO_DO = sa.or_(
    col(Unit.state).in_([*OPEN_FOR_CONTENT, State.INDEPENDENT]),
    sa.and_(col(Unit.step) == Step.DOMAINS, col(Unit.state).in_([State.AGREED, State.CLOSED])),
)
"""What may wait for a judge: open, drafted in private, or at the end of the first of two passes."""


def _open_units(db: Session, study_ids: Collection[int]) -> list[_UnitRow]:
    has_text = sa.exists().where(col(Transcript.case_id) == col(Unit.case_id)).correlate(Unit)
    others = aliased(Sample)
    samples = (
        sa.select(func.count())
        .where(col(others.study_id) == col(Unit.study_id))
        .correlate(Unit)
        .scalar_subquery()
    )
    rows = run(
        db,
        sa.select(
            col(Unit.id),
            col(Unit.study_id),
            col(Sample.id),
            col(Sample.name),
            col(Unit.kind),
            col(Unit.state),
            col(Unit.step),
            func.coalesce(col(Unit.way), STUDYS_WAY),
            col(Case.code),
            col(Domain.id),
            col(Domain.title),
            has_text,
            DOMAINS_OF_SAMPLE,
            samples,
        )
        .join(Study, col(Study.id) == col(Unit.study_id))
        .join(Sample, col(Sample.id) == col(Unit.sample_id))
        .join(Case, col(Case.id) == col(Unit.case_id), isouter=True)
        .join(Domain, col(Domain.id) == col(Unit.domain_id), isouter=True)
        .where(col(Unit.study_id).in_(study_ids), TO_DO)
        .order_by(col(Sample.position), col(Sample.id), col(Case.code_key), col(Domain.position)),
    )
    return [_UnitRow(*row) for row in rows]


def _agreed(judges: Sequence[Judge]) -> list[str]:
    return [judge.name for judge in judges if judge.agreed]


def _case_tasks(
    account_id: int,
    units: Sequence[_UnitRow],
    judges: Mapping[int, tuple[Judge, ...]],
    to_discuss: Mapping[int, int],
) -> Iterator[Task]:
    begun, fresh = [], []
    for unit in units:
        if unit.kind != UnitKind.CASE:
            continue
        if unit.step is Step.DOMAINS and unit.state in (State.AGREED, State.CLOSED):
            text = f"Go on to the core ideas of {unit.code}"
            yield Task(unit.study_id, text, unit.note("its domains are agreed"), unit.url)
        elif unit.state == State.NOT_STARTED:
            if unit.has_text and unit.domains:
                fresh.append(unit)
        elif unit.id in to_discuss:
            note = f"{plural(to_discuss[unit.id], 'point is', 'points are')} still open"
            text = f"Discuss {unit.code}"
            yield Task(unit.study_id, text, unit.note(note), f"{unit.url}/discussion")
        elif not _agreed(judges[unit.id]):
            begun.append(unit)
        elif not any(j.id == account_id and j.agreed for j in judges[unit.id]):
            yield _agree_task(unit, f"Agree to {unit.code}", judges[unit.id])
    yield from _told(begun, "Finish {}", "in consensus, nobody agreed yet")
    yield from _told(fresh, "Begin {}", "the transcript is there, nobody has coded it")


def _draft_tasks(
    account_id: int,
    units: Sequence[_UnitRow],
    drafting: Mapping[int, Drafting],
    counts: Sequence[IdeaCount],
) -> Iterator[Task]:
    """Drafts to submit and to begin. Of the drafts themselves nothing is told, nor counted."""
    awaited = [u for u in units if u.id in drafting and drafting[u.id].awaits(account_id)]
    begun = [unit for unit in awaited if unit.state == State.INDEPENDENT]
    for unit in begun:
        what = unit.code or f"the board {unit.title}"
        drafts = drafting[unit.id]
        note = "the others review it then" if drafts.is_for_the_others else drafts.words
        yield Task(unit.study_id, f"Submit your draft of {what}", unit.note(note), unit.url)
    fresh = [unit for unit in awaited if unit.state == State.NOT_STARTED]
    cases = [u for u in fresh if u.kind == UnitKind.CASE and u.has_text and u.domains]
    turns = [unit for unit in cases if drafting[unit.id].is_for_the_others]
    yield from _told(
        _next_in_turn(turns, drafting), "It is your turn to draft {}", "the others review it then"
    )
    yield from _told(
        [unit for unit in cases if unit not in turns],
        "Begin {}",
        "each judge drafts in private, until all have submitted",
    )
    ideas, _ = _by_domain(counts)
    for unit in fresh:
        if unit.kind != UnitKind.CASE and ideas.get(unit.domain_id):
            note = f"in private, until all have submitted; {ideas[unit.domain_id]} on the board"
            text = f"Make your own categories of {unit.title}"
            yield Task(unit.study_id, text, unit.note(note), unit.url)


def _next_in_turn(units: Sequence[_UnitRow], drafting: Mapping[int, Drafting]) -> list[_UnitRow]:
    """Those that the PI named this person for, and of the others one a study: once that is begun
    the turn passes on."""
    found: list[_UnitRow] = []
    turned: set[int] = set()
    for unit in units:
        if drafting[unit.id].by_name:
            found.append(unit)
        elif unit.study_id not in turned:
            turned.add(unit.study_id)
            found.append(unit)
    return found


def _agree_task(unit: _UnitRow, text: str, judges: Sequence[Judge]) -> Task:
    agreed = _agreed(judges)
    only = ", only you are missing" if len(agreed) == len(judges) - 1 else ""
    return Task(unit.study_id, text, unit.note(f"{listed(agreed)} agreed{only}"), unit.url)


def _told(units: Sequence[_UnitRow], text: str, note: str) -> Iterator[Task]:
    """One line a case, or one a sample where there are many."""
    for group in _by_sample(units):
        lines = [[unit] for unit in group] if len(group) <= ONE_BY_ONE else [group]
        for line in lines:
            names = some([unit.code or "" for unit in line])
            first = line[0]
            yield Task(first.study_id, text.format(names), first.note(note), first.url)


def _by_sample(units: Sequence[_UnitRow]) -> list[list[_UnitRow]]:
    found: dict[int, list[_UnitRow]] = {}
    for unit in units:
        found.setdefault(unit.sample_id, []).append(unit)
    return list(found.values())


def _board_tasks(
    account_id: int,
    units: Sequence[_UnitRow],
    judges: Mapping[int, tuple[Judge, ...]],
    counts: Sequence[IdeaCount],
) -> Iterator[Task]:
    ideas, unsorted = _by_domain(counts)
    boards = [unit for unit in units if ideas.get(unit.domain_id)]
    for group in _by_sample([board for board in boards if unsorted[board.domain_id]]):
        first = group[0]
        cards = sum(unsorted[board.domain_id] for board in group)
        if len(group) <= ONE_BY_ONE:
            for board in group:
                yield Task(
                    board.study_id,
                    f"Sort {_cards(unsorted[board.domain_id])} in {board.title}",
                    board.note(f"{ideas[board.domain_id]} on the board"),
                    board.url,
                )
        else:
            yield Task(
                first.study_id,
                f"Sort {_cards(cards)} on {len(group)} boards",
                first.note(some([board.title or "" for board in group])),
                f"/studies/{first.study_id}/samples/{first.sample_id}/cross-analysis",
            )
    for board in boards:
        agreed = any(j.id == account_id and j.agreed for j in judges[board.id])
        if unsorted[board.domain_id] or agreed:
            continue
        text = f"Agree to the board {board.title}"
        if _agreed(judges[board.id]):
            yield _agree_task(board, text, judges[board.id])
        else:
            note = board.note("every card has a place, nobody agreed yet")
            yield Task(board.study_id, text, note, board.url)


def _by_domain(
    counts: Sequence[IdeaCount],
) -> tuple[dict[int | None, int], dict[int | None, int]]:
    ideas: dict[int | None, int] = {}
    unsorted: dict[int | None, int] = {}
    for count in counts:
        ideas[count.domain_id] = ideas.get(count.domain_id, 0) + count.core_ideas
        unsorted[count.domain_id] = unsorted.get(count.domain_id, 0) + count.unsorted
    return ideas, unsorted


def _cards(count: int) -> str:
    return "one core idea" if count == 1 else f"{count} core ideas"


def _set_up_tasks(db: Session, study_ids: Collection[int]) -> Iterator[Task]:
    without_text: dict[int, list[str]] = {}
    for study_id, code in run(
        db,
        sa.select(col(Case.study_id), col(Case.code))
        .where(
            col(Case.study_id).in_(study_ids),
            ~sa.exists().where(col(Transcript.case_id) == col(Case.id)).correlate(Case),
        )
        .order_by(col(Case.code_key)),
    ):
        without_text.setdefault(study_id, []).append(code)
    samples: dict[int, list[tuple[int, str, int, int]]] = {}
    for study_id, *sample in run(
        db,
        sa.select(
            col(Sample.study_id),
            col(Sample.id),
            col(Sample.name),
            CASES_OF_SAMPLE,
            DOMAINS_OF_SAMPLE,
        )
        .where(col(Sample.study_id).in_(study_ids))
        .order_by(col(Sample.position), col(Sample.id)),
    ):
        samples.setdefault(study_id, []).append((*sample,))
    for study_id, cases, judges in _sizes(db, study_ids):
        url = f"/studies/{study_id}"
        of_study = samples.get(study_id, [])
        if not of_study:
            note = "cases, domains and the table belong to one"
            yield Task(study_id, "Add a sample", note, f"{url}/settings#new-sample")
        if judges < 2:
            note = "consensus takes at least two judges; most teams have three to five"
            yield Task(study_id, "Invite the judges", note, f"{url}/team")
        if of_study and not cases:
            note = "by code number, never by name"
            yield Task(study_id, "Add the first case", note, f"{url}/cases/new")
        for sample_id, name, in_sample, domains in of_study:
            if not domains:
                note = "what the interviews are about, from protocol and first transcripts"
                if cases and not in_sample:
                    note = "it has no cases yet either"
                domains_url = f"{url}/samples/{sample_id}/domains"
                yield Task(study_id, f"Write the domain list of “{name}”", note, domains_url)
            elif cases and not in_sample:
                yield Task(study_id, f"Put cases into “{name}”", "it has none yet", f"{url}/cases")
        if codes := without_text.get(study_id):
            one = len(codes) == 1
            yield Task(
                study_id,
                f"Add the transcript{'' if one else 's'} of {some(codes)}",
                "txt, md, docx or PDF, with a preview first",
                f"{url}/cases/{codes[0]}" if one else f"{url}/cases",
            )


def _sizes(db: Session, study_ids: Collection[int]) -> Sequence[tuple[int, int, int]]:
    """Id, number of cases and number of judges of each study."""
    judges = (
        sa.select(func.count())
        .where(
            col(Member.study_id) == col(Study.id),
            col(Member.is_judge),
            col(Member.left_at).is_(None),
        )
        .correlate(Study)
        .scalar_subquery()
    )
    rows = run(
        db,
        sa.select(col(Study.id), CASES_OF_STUDY, judges)
        .where(col(Study.id).in_(study_ids))
        .order_by(col(Study.id)),
    )
    return [(study_id, cases, count) for study_id, cases, count in rows]
