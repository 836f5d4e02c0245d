"""What should be looked at again: units under which something was changed."""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.models import Case
from app.consensus.models import Stale, Unit
from app.consensus.queries import judges_of_units
from app.consensus.rules import UnitKind
from app.db import run
from app.domains.models import Domain
from app.home.waiting import ONE_BY_ONE, Task
from app.home.words import some
from app.permissions import Role


class _Marked(NamedTuple):
    unit_id: int
    study_id: int
    sample_id: int
    kind: UnitKind
    code: str | None
    domain_id: int | None
    title: str | None
    why: str

    @property
    def name(self) -> str:
        """What it is called."""
        return self.code or f"the board {self.title}"

    @property
    def url(self) -> str:
        """Where it says why, and where a judge says that they have looked."""
        sample = f"/studies/{self.study_id}/samples/{self.sample_id}"
        if self.code:
            return f"{sample}/cases/{self.code}/consensus-version#look-again"
        return f"{sample}/domains/{self.domain_id}/cross-analysis?beside=look"


def _marked(db: Session, which: sa.ColumnElement[bool]) -> list[_Marked]:
    rows = run(
        db,
        sa.select(
            col(Unit.id),
            col(Unit.study_id),
            col(Unit.sample_id),
            col(Unit.kind),
            col(Case.code),
            col(Domain.id),
            col(Domain.title),
            col(Stale.why),
        )
        .join(Stale, col(Stale.unit_id) == col(Unit.id))
        .join(Case, col(Case.id) == col(Unit.case_id), isouter=True)
        .join(Domain, col(Domain.id) == col(Unit.domain_id), isouter=True)
        .where(col(Stale.looked_at).is_(None), which)
        .order_by(col(Stale.id)),
    )
    found: dict[int, _Marked] = {}
    for row in rows:
        marked = _Marked(*row)
        known = found.get(marked.unit_id)
        found[marked.unit_id] = known._replace(why=f"{known.why} {marked.why}") if known else marked
    return list(found.values())


def look_again_tasks(
    db: Session, account_id: int, studies: Mapping[int, frozenset[Role]]
) -> tuple[Task, ...]:
    """What somebody should look at again as its judge, in two statements."""
    judging = [study for study, roles in studies.items() if Role.JUDGE in roles]
    marked = _marked(db, col(Unit.study_id).in_(judging))
    judges = judges_of_units(db, [each.unit_id for each in marked])
    mine = [each for each in marked if any(j.id == account_id for j in judges[each.unit_id])]
    return tuple(_told(mine))


def _told(marked: Collection[_Marked]) -> Iterator[Task]:
    """One line a unit, or one for many that are marked for the same."""
    alike: dict[tuple[int, str], list[_Marked]] = {}
    for each in marked:
        alike.setdefault((each.study_id, each.why), []).append(each)
    for (study_id, why), group in alike.items():
        for line in [[each] for each in group] if len(group) <= ONE_BY_ONE else [group]:
            names = some([each.name for each in line])
            yield Task(study_id, f"Look at {names} again", why, line[0].url)


class Again(NamedTuple):
    """Why units of a sample should be looked at again: cases by code, boards by title."""

    cases: Mapping[str, str]
    boards: Mapping[str, str]


def look_again_in(db: Session, sample_id: int) -> Again:
    """For the progress board of a sample, in one statement."""
    marked = _marked(db, col(Unit.sample_id) == sample_id)
    return Again(
        {each.code: each.why for each in marked if each.code},
        {each.title: each.why for each in marked if each.title},
    )
