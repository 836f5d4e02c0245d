"""How far the drafts of many units are: who drafts each, and who has submitted. Nothing else."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from app.consensus.models import Drafter, Layer, Unit
from app.consensus.queries import Judge
from app.consensus.rules import PRIVATE, State
from app.db import run
from app.studies.ways import WayOfWorking, drafter_in_turn


class BeingDrafted(NamedTuple):
    """A unit that is drafted in private, or will be; `way` is the unit's or else its study's."""

    id: int
    study_id: int
    state: State
    way: WayOfWorking


@dataclass(frozen=True)
class Drafting:
    """Who drafts a unit and who has submitted. `by_name` where the PI named the drafter."""

    state: State
    way: WayOfWorking
    drafters: tuple[Judge, ...]
    submitted: frozenset[int] = frozenset()
    by_name: bool = False

    @property
    def words(self) -> str:
        """'independent, 1 of 3 submitted', 'Ben drafts', 'not started'."""
        if self.state is State.NOT_STARTED:
            return State.NOT_STARTED.value
        if self.is_for_the_others:
            return f"{self.drafters[0].name} drafts" if self.drafters else "nobody drafts"
        return f"independent, {len(self.submitted)} of {len(self.drafters)} submitted"

    @property
    def is_for_the_others(self) -> bool:
        """Does one judge draft it for the others to review?"""
        return self.way is WayOfWorking.DRAFTER_AND_REVIEWERS

    @property
    def still_drafting(self) -> tuple[Judge, ...]:
        """Who has still to submit."""
        return tuple(judge for judge in self.drafters if judge.id not in self.submitted)

    def awaits(self, account_id: int) -> bool:
        """Has this person still to submit?"""
        return any(judge.id == account_id for judge in self.still_drafting)


def being_drafted(
    unit_id: int, study_id: int, state: State, way: WayOfWorking | None, otherwise: WayOfWorking
) -> BeingDrafted | None:
    """The unit where it is drafted in private or will be, by its own way or else its study's."""
    way = way or otherwise
    return (
        BeingDrafted(unit_id, study_id, state, way) if way.has_drafts and state in PRIVATE else None
    )


SUBMITTED = sa.select(col(Layer.unit_id), col(Layer.account_id)).where(
    col(Layer.unit_id).in_(sa.bindparam("units", expanding=True)),
    col(Layer.account_id).is_not(None),
    col(Layer.submitted_at).is_not(None),
)
NAMED = sa.select(col(Drafter.unit_id), col(Drafter.account_id)).where(
    col(Drafter.unit_id).in_(sa.bindparam("units", expanding=True))
)
DRAFTED = (
    sa.select(col(Unit.study_id), col(Drafter.account_id), sa.func.count())
    .join(Unit, col(Unit.id) == col(Drafter.unit_id))
    .where(col(Unit.study_id).in_(sa.bindparam("studies", expanding=True)))
    .group_by(col(Unit.study_id), col(Drafter.account_id))
)


def under_way(
    db: Session, units: Collection[BeingDrafted], judges: Mapping[int, Sequence[Judge]]
) -> dict[int, Drafting]:
    """For each of these units how far its drafts are. Three statements, none without units.

    `judges` are those of each unit. Whose turn it is follows the same rule as where a unit is
    begun (`app.studies.ways`).
    """
    if not units:
        return {}
    ids = [unit.id for unit in units]
    submitted: dict[int, set[int]] = {unit_id: set() for unit_id in ids}
    for unit_id, account_id in run(db, SUBMITTED, {"units": ids}):
        submitted[unit_id].add(account_id)
    named = dict(run(db, NAMED, {"units": ids}).all())
    drafted: dict[int, dict[int, int]] = {}
    for study_id, account_id, count in run(db, DRAFTED, {"studies": [u.study_id for u in units]}):
        drafted.setdefault(study_id, {})[account_id] = count
    found = {}
    for unit in units:
        team = judges[unit.id]
        by_name = named.get(unit.id) in [judge.id for judge in team]
        drafters = tuple(team)
        if unit.way is WayOfWorking.DRAFTER_AND_REVIEWERS and team:
            turn = (
                named[unit.id]
                if by_name
                else drafter_in_turn([judge.id for judge in team], drafted.get(unit.study_id, {}))
            )
            drafters = tuple(judge for judge in team if judge.id == turn)
        who = frozenset(judge.id for judge in drafters) & submitted[unit.id]
        found[unit.id] = Drafting(unit.state, unit.way, drafters, who, by_name)
    return found
