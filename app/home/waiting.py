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
from app.consensus.queries import Judge, judges_of_units
from app.consensus.rules import OPEN_FOR_CONTENT, State, UnitKind
from app.db import run
from app.domains.models import Domain
from app.home.progress import IdeaCount, idea_counts
from app.home.words import listed, some
from app.permissions import Role
from app.studies.counts import CASES_OF_SAMPLE, CASES_OF_STUDY, DOMAINS_OF_SAMPLE
from app.studies.models import Member, Sample, Study

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
            return f"{sample}/cases/{self.code}/coding"
        return f"{sample}/domains/{self.domain_id}/cross-analysis"


def waiting_for(
    db: Session, account_id: int, studies: Mapping[int, frozenset[Role]]
) -> tuple[Task, ...]:
    """What waits for this person in these studies (id and roles), in a constant number of
    statements: agreements first, then coding and sorting, then what a PI has to set up."""
    judging = [study for study, roles in studies.items() if Role.JUDGE in roles]
    leading = [study for study, roles in studies.items() if Role.PI in roles]
    units = _open_units(db, judging)
    judges = judges_of_units(db, [unit.id for unit in units])
    mine = [unit for unit in units if any(j.id == account_id for j in judges[unit.id])]
    counts = idea_counts(db, {unit.sample_id for unit in mine})
    found = [
        *_case_tasks(account_id, mine, judges),
        *_board_tasks(account_id, mine, judges, counts),
        *_set_up_tasks(db, leading),
    ]
    order = {study: place for place, study in enumerate(studies)}
    return tuple(sorted(found, key=lambda task: order[task.study_id]))


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
            col(Case.code),
            col(Domain.id),
            col(Domain.title),
            has_text,
            DOMAINS_OF_SAMPLE,
            samples,
        )
        .join(Sample, col(Sample.id) == col(Unit.sample_id))
        .join(Case, col(Case.id) == col(Unit.case_id), isouter=True)
        .join(Domain, col(Domain.id) == col(Unit.domain_id), isouter=True)
        .where(col(Unit.study_id).in_(study_ids), col(Unit.state).in_(OPEN_FOR_CONTENT))
        .order_by(col(Sample.position), col(Sample.id), col(Case.code_key), col(Domain.position)),
    )
    return [_UnitRow(*row) for row in rows]


def _agreed(judges: Sequence[Judge]) -> list[str]:
    return [judge.name for judge in judges if judge.agreed]


def _case_tasks(
    account_id: int, units: Sequence[_UnitRow], judges: Mapping[int, tuple[Judge, ...]]
) -> Iterator[Task]:
    begun, fresh = [], []
    for unit in units:
        if unit.kind != UnitKind.CASE:
            continue
        if unit.state == State.NOT_STARTED:
            if unit.has_text and unit.domains:
                fresh.append(unit)
        elif not _agreed(judges[unit.id]):
            begun.append(unit)
        elif not any(j.id == account_id and j.agreed for j in judges[unit.id]):
            yield _agree_task(unit, f"Agree to {unit.code}", judges[unit.id])
    yield from _told(begun, "Finish {}", "in consensus, nobody agreed yet")
    yield from _told(fresh, "Begin {}", "the transcript is there, nobody has coded it")


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
                yield Task(study_id, f"Write the domain list of {name}", note, domains_url)
            elif cases and not in_sample:
                yield Task(study_id, f"Put cases into {name}", "it has none yet", f"{url}/cases")
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
