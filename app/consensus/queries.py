"""A unit as a page or a guard needs it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import and_, exists, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.accounts.models import Account
from app.accounts.sessions import initials
from app.consensus.models import (
    Agreement,
    Amendment,
    Assignment,
    Drafter,
    Layer,
    Point,
    Stale,
    Unit,
)
from app.consensus.rules import (
    AGREED_OR_LATER,
    DECIDED,
    OPEN_FOR_CONTENT,
    PRIVATE,
    State,
    Step,
    UnitKind,
    is_agreed,
)
from app.db import run
from app.studies.models import Member
from app.studies.ways import WayOfWorking, drafter_in_turn


@dataclass(frozen=True)
class Judge:
    """A judge of a unit; `agreed` is to the present content version."""

    id: int
    name: str
    agreed: bool

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        return initials(self.name)


@dataclass(frozen=True)
class Draft:
    """That somebody drafts a unit, and whether they have submitted. Nothing of what is in it."""

    judge: Judge
    layer_id: int | None
    content: int
    is_submitted: bool


NO_LAYER = 0
"""No row has this layer: a draft that nobody has begun yet is empty."""


@dataclass(frozen=True)
class UnitFacts:
    """Where a unit stands, its judges, and the layer that is worked on.

    `layer_id` is the consensus layer, or, while a unit is drafted in private, the layer of the
    judge who looks (`draft` is theirs then); `content` counts that layer's changes. `open_points`
    are still to be discussed; there are none before the drafts are revealed. With
    `keeps_agreements` a change amends, or corrects the spelling: see `app.consensus.amending`.
    `look_again` says why it should be looked at again (up to the mark `look_up_to`), if it should.
    """

    id: int
    study_id: int
    sample_id: int
    kind: UnitKind
    state: State
    step: Step
    way: WayOfWorking
    content: int
    layer_id: int
    consensus_layer_id: int
    judges: tuple[Judge, ...]
    open_points: int = 0
    drafts: tuple[Draft, ...] = ()
    draft: Draft | None = None
    keeps_agreements: bool = False
    look_again: str = ""
    look_up_to: int = 0

    @property
    def is_open(self) -> bool:
        """May this layer be changed by who looks at it?"""
        if self.is_private:
            return self.draft is not None and not self.draft.is_submitted
        return self.state in OPEN_FOR_CONTENT

    @property
    def is_private(self) -> bool:
        """Is there nothing but private drafts as yet?"""
        return self.way.has_drafts and self.state in PRIVATE

    @property
    def is_hidden(self) -> bool:
        """Do others draft it in private, so that there is nothing to see for who looks?"""
        return self.is_private and self.draft is None

    @property
    def submitted(self) -> tuple[Judge, ...]:
        """Who has submitted a draft already."""
        return tuple(draft.judge for draft in self.drafts if draft.is_submitted)

    @property
    def still_drafting(self) -> tuple[Judge, ...]:
        """Who has still to submit a draft."""
        return tuple(draft.judge for draft in self.drafts if not draft.is_submitted)

    @property
    def drafting(self) -> str:
        """How far the drafts are, in words: '1 of 3 submitted', 'Ben drafts'; '' without drafts."""
        if not self.is_private:
            return ""
        if self.way is WayOfWorking.DRAFTER_AND_REVIEWERS:
            name = self.drafts[0].judge.name if self.drafts else "nobody"
            begun = self.state is State.INDEPENDENT
            return f"{name} drafts" if begun else f"it is {name}’s turn to draft"
        if self.state is State.NOT_STARTED:
            return "each judge drafts in private"
        return f"{len(self.submitted)} of {len(self.drafts)} submitted"

    @property
    def blocks_layer_id(self) -> int:
        """Where the blocks lie that core ideas rest on: in a second pass in the consensus."""
        return self.consensus_layer_id if self.step is Step.CORE_IDEAS else self.layer_id

    @property
    def chain(self) -> int:
        """The trail's chain that changes of this layer belong to: a draft has its own."""
        return self.layer_id if self.layer_id != self.consensus_layer_id else 0

    @property
    def is_agreed(self) -> bool:
        """Has it been agreed (and not been reopened since)? In two passes: the second pass."""
        return is_agreed(self.state, self.step)

    @property
    def may_go_on(self) -> bool:
        """Is the first of two passes agreed, so that the core ideas come next?"""
        return self.step is Step.DOMAINS and self.state in (State.AGREED, State.CLOSED)

    @property
    def agreed_count(self) -> int:
        """How many judges agreed to the present content."""
        return sum(judge.agreed for judge in self.judges)

    @property
    def still_missing(self) -> tuple[Judge, ...]:
        """The judges who have not agreed to the present content."""
        return tuple(judge for judge in self.judges if not judge.agreed)

    def is_judge(self, account_id: int | None) -> bool:
        """Is this person one of its judges?"""
        return any(judge.id == account_id for judge in self.judges)

    def has_agreed(self, account_id: int) -> bool:
        """Has this person agreed to the present content?"""
        return any(judge.id == account_id and judge.agreed for judge in self.judges)


def unit_facts(
    db: Session,
    row: Mapping[str, object],
    *,
    way: WayOfWorking = WayOfWorking.TOGETHER,
    passes: int = 1,
    looking: int | None = None,
) -> UnitFacts:
    """Complete a row of `UNIT_COLUMNS` with the unit's judges, and its drafts where it has any.

    `way` and `passes` are the study's, for a unit that has not begun; `looking` the account that
    will see the unit: of all the drafts it gets its own, and nobody else's.
    """
    columns = dict(row)
    columns["way"] = columns["way"] or way
    if passes > 1 and columns["state"] is State.NOT_STARTED and columns["step"] is Step.BOTH:
        columns["step"] = Step.DOMAINS if columns["kind"] is UnitKind.CASE else Step.BOTH
    layer_id = columns["layer_id"]
    facts = UnitFacts(judges=judges_of(db, columns), consensus_layer_id=layer_id, **columns)  # type: ignore[arg-type]
    if not facts.is_private:
        return facts
    drafts = drafts_of(db, facts)
    own = next((draft for draft in drafts if draft.judge.id == looking), None)
    facts = replace(facts, drafts=drafts, draft=own)
    if own is None:
        return facts
    return replace(facts, layer_id=own.layer_id or NO_LAYER, content=own.content)


DRAFTS = sa.select(
    col(Layer.account_id), col(Layer.id), col(Layer.content), col(Layer.submitted_at).is_not(None)
).where(col(Layer.unit_id) == sa.bindparam("unit"), col(Layer.account_id).is_not(None))
DRAFTER = sa.select(col(Drafter.account_id)).where(col(Drafter.unit_id) == sa.bindparam("unit"))


DRAFTED = (
    sa.select(col(Drafter.account_id), sa.func.count())
    .join(Unit, col(Unit.id) == col(Drafter.unit_id))
    .where(col(Unit.study_id) == sa.bindparam("study"), col(Unit.id) != sa.bindparam("unit"))
    .group_by(col(Drafter.account_id))
)


def in_turn(db: Session, facts: UnitFacts) -> int | None:
    """Whose turn it is to draft this unit: who drafted the fewest so far, by name."""
    drafted = run(db, DRAFTED, {"study": facts.study_id, "unit": facts.id}).all()
    judges = [judge.id for judge in facts.judges]
    return drafter_in_turn(judges, {row[0]: row[1] for row in drafted}) if judges else None


def named_drafter(db: Session, unit_id: int) -> int | None:
    """Who was written down as the drafter of a unit, by turns or by hand; perhaps gone since."""
    named: int | None = run(db, DRAFTER, {"unit": unit_id}).scalar()
    return named


def drafts_of(db: Session, facts: UnitFacts) -> tuple[Draft, ...]:
    """Who drafts the unit: every judge of it, or the one who is named or whose turn it is."""
    layers = {row[0]: row[1:] for row in run(db, DRAFTS, {"unit": facts.id})}
    drafter = None
    if facts.way is WayOfWorking.DRAFTER_AND_REVIEWERS:
        named = named_drafter(db, facts.id)
        drafter = named if facts.is_judge(named) else in_turn(db, facts)
    nothing = (None, 0, False)
    return tuple(
        Draft(judge, *layers.get(judge.id, nothing))
        for judge in facts.judges
        if drafter in (None, judge.id)
    )


IS_OPEN_POINT = and_(
    ~col(Point.is_joined), col(Point.outcome).is_(None) | col(Point.outcome).not_in(DECIDED)
)
"""In SQL: still to be discussed. *Talk later* is a note and no decision."""
OPEN_POINTS = (
    sa.select(col(Point.unit_id), sa.func.count())
    .where(col(Point.unit_id).in_(sa.bindparam("units", expanding=True)), IS_OPEN_POINT)
    .group_by(col(Point.unit_id))
)


def open_points(db: Session, unit_ids: Collection[int]) -> dict[int, int]:
    """How many points each unit has still to discuss; a unit without any is left out.

    One statement, however many units.
    """
    return {row[0]: row[1] for row in run(db, OPEN_POINTS, {"units": list(unit_ids)})}


def _of_marks(value: Any, nothing: Any) -> sa.ColumnElement[Any]:
    """Something of the marks that nobody has looked at; see `app.consensus.stale`."""
    found = sa.select(value).where(
        col(Stale.unit_id) == col(Unit.id), col(Stale.looked_at).is_(None)
    )
    return sa.func.coalesce(found.correlate(Unit).scalar_subquery(), nothing)


UNIT_COLUMNS: tuple[sa.ColumnElement[Any], ...] = (
    col(Unit.id).label("id"),
    col(Unit.study_id).label("study_id"),
    col(Unit.sample_id).label("sample_id"),
    col(Unit.kind).label("kind"),
    col(Unit.state).label("state"),
    col(Unit.step).label("step"),
    col(Unit.way).label("way"),
    col(Unit.content).label("content"),
    col(Layer.id).label("layer_id"),
    _of_marks(sa.func.aggregate_strings(col(Stale.why), " "), "").label("look_again"),
    _of_marks(sa.func.max(col(Stale.id)), 0).label("look_up_to"),
    sa.select(sa.func.count())
    .where(col(Point.unit_id) == col(Unit.id), IS_OPEN_POINT)
    .correlate(Unit)
    .scalar_subquery()
    .label("open_points"),
)
IS_AGREED = and_(col(Unit.state).in_(AGREED_OR_LATER), col(Unit.step) != Step.DOMAINS)
"""In SQL: the unit is agreed, with core ideas and not only the first of two passes."""
UNREVEALED = and_(
    col(Layer.unit_id) == col(Unit.id),
    col(Layer.account_id).is_not(None),
    col(Layer.discarded_at).is_(None),
    or_(col(Layer.submitted_at).is_(None), col(Unit.state) == State.INDEPENDENT),
)
"""In SQL: a layer that nobody but its judge has seen. What it holds decides nothing for others."""
CONSENSUS_LAYER = and_(col(Layer.unit_id) == col(Unit.id), col(Layer.account_id).is_(None))


def drafted_units(db: Session, which: sa.ColumnElement[bool]) -> list[int]:
    """Of these units those with a layer that nobody but its judge has seen.

    Their rows are taken, so that nobody begins to draft one meanwhile. What would be refused
    because of something in such a layer is refused for every such unit, whatever the layer holds.
    """
    taken = sa.select(col(Unit.id)).where(which).order_by(col(Unit.kind), col(Unit.id))
    taken = taken.with_for_update(key_share=True)
    ids = list(run(db, taken).scalars())
    unrevealed = sa.exists().where(UNREVEALED).correlate(Unit)
    return list(run(db, sa.select(col(Unit.id)).where(col(Unit.id).in_(ids), unrevealed)).scalars())


_NAMED = and_(col(Assignment.unit_id) == col(Unit.id), col(Assignment.until).is_(None))
_named_for = aliased(Assignment)
_OF_AMENDED = and_(
    col(_named_for.unit_id) == col(Amendment.unit_id), col(_named_for.until).is_(None)
)
_JUDGES_AMENDED = (
    exists()
    .where(
        col(Amendment.board_id) == col(Unit.id),
        col(Amendment.agreed_at).is_(None),
        col(Amendment.withdrawn_at).is_(None),
        ~exists().where(_OF_AMENDED).correlate(Amendment)
        | exists()
        .where(_OF_AMENDED, col(_named_for.account_id) == col(Account.id))
        .correlate(Amendment, Account),
    )
    .correlate(Unit, Account)
)
"""Judges of cases whose amendments are agreed with this board: they agree to it as well."""
JUDGES = (
    sa.select(col(Unit.id), col(Account.id), col(Account.name), col(Agreement.id).is_not(None))
    .select_from(Unit)
    .join(Member, col(Member.study_id) == col(Unit.study_id))
    .join(Account, col(Account.id) == col(Member.account_id))
    .join(
        Agreement,
        and_(
            col(Agreement.unit_id) == col(Unit.id),
            col(Agreement.account_id) == col(Account.id),
            col(Agreement.content) == col(Unit.content),
        ),
        isouter=True,
    )
    .where(
        col(Unit.id).in_(sa.bindparam("units", expanding=True)),
        col(Member.is_judge),
        col(Member.left_at).is_(None),
        col(Account.disabled_at).is_(None),
        ~exists().where(_NAMED)
        | exists().where(_NAMED, col(Assignment.account_id) == col(Account.id))
        | _JUDGES_AMENDED,
    )
    .order_by(col(Account.name), col(Account.id))
)


def judges_of(db: Session, facts: Mapping[str, object]) -> tuple[Judge, ...]:
    """The judges of one unit, by name."""
    unit_id = facts["id"]
    assert isinstance(unit_id, int)
    return judges_of_units(db, [unit_id])[unit_id]


def judges_of_units(db: Session, unit_ids: Collection[int]) -> dict[int, tuple[Judge, ...]]:
    """For each unit its judges: those assigned by name, else every judge of the study (a set team).

    One statement, however many units.
    """
    rows = run(db, JUDGES, {"units": list(unit_ids)})
    found: dict[int, list[Judge]] = {unit_id: [] for unit_id in unit_ids}
    for unit_id, *judge in rows:
        found[unit_id].append(Judge(*judge))
    return {unit_id: tuple(judges) for unit_id, judges in found.items()}
