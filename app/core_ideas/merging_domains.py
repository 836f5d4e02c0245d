"""Merging two domains of a sample: everything in the one goes over to the other.

A change of the list and no recoding: passages and words stay as they are and stand under one
heading instead of two. Agreements therefore stay; each agreed case gets a version of its own, and
every case that it touches is marked to be looked at again. It reaches private drafts as well, and
tells nothing of them. See docs/decisions/0029-merging-domains.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.cases.models import Case
from app.consensus.amending import Cause
from app.consensus.models import Layer, Point, Unit
from app.consensus.queries import IS_OPEN_POINT, drafted_units
from app.consensus.rules import AGREED_OR_LATER, PointKind, UnitKind
from app.consensus.service import take_units
from app.consensus.stale import mark_stale
from app.core_ideas.dependents import note_came_along
from app.core_ideas.freezing import freeze_case, keep_first_version
from app.core_ideas.models import Absence, CoreIdea
from app.db import run
from app.domains.dependents import cases_in
from app.domains.list_change import take_list
from app.domains.list_service import close_board, is_untouched, listed_domain, take_off
from app.domains.made import in_the_other
from app.domains.models import Block, BlockDomain, Domain
from app.errors import Conflict, Invalid
from app.studies.guard import StudyContext
from app.trail.service import Scene, record

Follow = Callable[[Session, Domain, Domain], None]
_follow: list[Follow] = []
MERGE = "merge domains"
COME_ALONG = "merge its domain into another"


def when_domains_merge(follow: Follow) -> Follow:
    """Let a room above do its part: it is given the domain that goes, and the other."""
    _follow.append(follow)
    return follow


@dataclass(frozen=True)
class Merged:
    """The two titles, and how many blocks and core ideas of the shared layers went over."""

    title: str
    into: str
    blocks: int
    core_ideas: int


def merge_domains(
    db: Session, study: StudyContext, *, sample_id: int, domain_id: int, into_id: int
) -> Merged:
    """Put everything that is in a domain into another of the sample, and take it off the list.

    The other keeps its title, definition and kind. A block in both is in it once; core ideas stand
    behind those that were there; a reason why a case has none stays where both domains had one.
    Raises `Invalid` for one domain, `NotFound` for one that is not listed, `Conflict` where the
    cross-analysis of the domain that goes has begun (cards and categories are moved by judges), or
    core ideas of a revealed case are still to be discussed in either.
    """
    take_list(db, study.sample(sample_id))
    domain = listed_domain(db, sample_id, domain_id)
    if into_id in (0, domain.id):
        sentence = f"Choose another domain to merge “{domain.title}” into."
        raise Invalid(sentence, {"into": sentence})
    into = listed_domain(db, sample_id, into_id)
    take_units(db, study.id)
    if not goes_freely(db, domain_id):
        raise Conflict(
            f"The cross-analysis of “{domain.title}” has begun, so the domain stays in the list. "
            f"Merge “{into.title}” into it instead and change its title; or, where that has begun "
            "too, move its core ideas one by one from the board."
        )
    _check_discussed(db, domain, into)
    cases = _cases(db, domain, into_id)
    touched = {*cases_in(db, domain), *(case.unit.id or 0 for case in cases)}
    for case in cases:
        keep_first_version(db, case.unit)
    _move_decisions(db, domain, into_id)
    _move_blocks(db, domain_id, into_id)
    _move_core_ideas(db, domain_id, into_id)
    _move_points(db, domain_id, into_id)
    for follow in _follow:
        follow(db, domain, into)
    why = f"The domain “{domain.title}” was merged into “{into.title}”: see whether all is well."
    mark_stale(db, study.scene, touched, why)
    moved = Merged(
        domain.title,
        into.title,
        sum(len(case.blocks) for case in cases),
        sum(len(case.core_ideas) for case in cases),
    )
    if moved.core_ideas:
        note_came_along(db, study.scene, domain_id=into_id, title=domain.title)
    close_board(db, domain_id)
    take_off(db, study, domain, MERGE, after={"into": into.title})
    for case in cases:
        _note(db, study, case, domain, into)
    return moved


def goes_freely(db: Session, domain_id: int) -> bool:
    """Has nobody worked on a domain's board, so that it can go without anything on it?"""
    return not drafted_units(db, col(Unit.domain_id) == domain_id) and is_untouched(db, domain_id)


@dataclass(frozen=True)
class _Case:
    """What the judges of a case have in the domain, in the layer that they share."""

    unit: Unit
    layer_id: int
    blocks: Sequence[int]
    core_ideas: Sequence[int]


def _cases(db: Session, domain: Domain, into_id: int) -> list[_Case]:
    """The cases with anything in the domain, or a reason in either, in a fixed order.

    A reason that only the domain that stays has goes as well: that changes what was agreed to.
    """
    blocks = _by_layer(
        db,
        sa.select(col(Block.layer_id), col(Block.id))
        .join(BlockDomain, col(BlockDomain.block_id) == col(Block.id))
        .where(col(BlockDomain.domain_id) == domain.id),
    )
    core_ideas = _by_layer(
        db,
        sa.select(col(CoreIdea.layer_id), col(CoreIdea.id)).where(
            col(CoreIdea.domain_id) == domain.id
        ),
    )
    reasons = _by_layer(
        db,
        sa.select(col(Absence.layer_id), col(Absence.id)).where(
            col(Absence.domain_id).in_([domain.id, into_id])
        ),
    )
    units = db.exec(
        select(Unit, Layer.id)
        .join(Layer, col(Layer.unit_id) == col(Unit.id))
        .where(
            Unit.sample_id == domain.sample_id,
            Unit.kind == UnitKind.CASE,
            col(Layer.account_id).is_(None),
        )
        .order_by(col(Unit.id))
        .execution_options(populate_existing=True)
    )
    return [
        _Case(unit, layer, blocks.get(layer, ()), core_ideas.get(layer, ()))
        for unit, layer in units
        if layer is not None and layer in {*blocks, *core_ideas, *reasons}
    ]


def _by_layer(db: Session, rows: sa.Executable) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for layer, row in run(db, rows):
        found.setdefault(layer, []).append(row)
    return found


def _move_decisions(db: Session, domain: Domain, into_id: int) -> None:
    """What decisions on passages put into the domain, so that deciding anew takes it back.

    A block that was in both already, not by the same decision, stays in the one that is left.
    """
    assert domain.id is not None
    in_it = sa.select(col(BlockDomain.block_id)).where(col(BlockDomain.domain_id) == domain.id)
    in_both = set(
        run(
            db,
            sa.select(col(Block.guid))
            .join(BlockDomain, col(BlockDomain.block_id) == col(Block.id))
            .where(col(BlockDomain.domain_id) == into_id, col(Block.id).in_(in_it)),
        ).scalars()
    )
    points = db.exec(
        select(Point)
        .join(Unit, col(Unit.id) == col(Point.unit_id))
        .where(Unit.sample_id == domain.sample_id, Point.kind == PointKind.PASSAGE)
        .execution_options(populate_existing=True)
    )
    for point in points:
        chosen = in_the_other(point.chosen, domain.id, into_id, in_both=in_both)
        if chosen != point.chosen:
            point.chosen = chosen
            db.add(point)
    db.flush()


def _move_blocks(db: Session, domain_id: int, into_id: int) -> None:
    """A block has a new version: a page that was opened before must not change its domains."""
    of_it = col(BlockDomain.domain_id) == domain_id
    in_both = sa.select(col(BlockDomain.block_id)).where(col(BlockDomain.domain_id) == into_id)
    moving = sa.select(col(BlockDomain.block_id)).where(of_it)
    run(
        db, sa.update(Block).where(col(Block.id).in_(moving)).values(version=col(Block.version) + 1)
    )
    run(db, sa.delete(BlockDomain).where(of_it, col(BlockDomain.block_id).in_(in_both)))
    _move(db, col(BlockDomain.domain_id), domain_id, into_id)


def _move_core_ideas(db: Session, domain_id: int, into_id: int) -> None:
    """In every layer behind those that are there, and reasons as far as they are still true."""
    reasons = sa.select(col(Absence.layer_id)).where(col(Absence.domain_id) == domain_id)
    with_reason = set(run(db, reasons).scalars())
    for domain, stays in ((into_id, with_reason), (domain_id, set[int]())):
        run(
            db,
            sa.delete(Absence).where(
                col(Absence.domain_id) == domain, col(Absence.layer_id).not_in(stays)
            ),
        )
    ends = sa.select(col(CoreIdea.layer_id), sa.func.max(col(CoreIdea.position)) + 1)
    there = run(
        db, ends.where(col(CoreIdea.domain_id) == into_id).group_by(col(CoreIdea.layer_id))
    ).all()
    for layer, end in there:
        run(
            db,
            sa.update(CoreIdea)
            .where(col(CoreIdea.domain_id) == domain_id, col(CoreIdea.layer_id) == layer)
            .values(position=col(CoreIdea.position) + end),
        )
    _move(db, col(CoreIdea.domain_id), domain_id, into_id)


def _check_discussed(db: Session, domain: Domain, into: Domain) -> None:
    """A discussion compares the drafts of one domain: it comes to its end before they are one."""
    still_open = run(
        db,
        sa.select(col(Case.code), col(Domain.title))
        .join(Unit, col(Unit.case_id) == col(Case.id))
        .join(Point, col(Point.unit_id) == col(Unit.id))
        .join(Domain, col(Domain.id) == col(Point.domain_id))
        .where(
            col(Point.kind) == PointKind.CORE_IDEAS,
            col(Domain.id).in_([domain.id, into.id]),
            IS_OPEN_POINT,
        )
        .order_by(col(Case.code)),
    ).first()
    if still_open:
        code, title = still_open
        raise Conflict(
            f"The core ideas of {code} in “{title}” are still to be discussed. Decide on them "
            "first; then the two domains can be merged."
        )


def _move_points(db: Session, domain_id: int, into_id: int) -> None:
    """What was decided on core ideas of one of the two is history: it compared less than is there.

    Where only the domain that stays was discussed, and for passages, everything is as it was.
    """
    of_ideas = col(Point.kind) == PointKind.CORE_IDEAS
    discussed = sa.select(col(Point.unit_id)).where(of_ideas, col(Point.domain_id) == domain_id)
    units = list(run(db, discussed).scalars())
    both = col(Point.domain_id).in_([domain_id, into_id])
    run(
        db,
        sa.update(Point)
        .where(of_ideas, both, col(Point.unit_id).in_(units))
        .values(domain_id=None),
    )
    _move(db, col(Point.domain_id), domain_id, into_id)


def _move(db: Session, column: Any, domain_id: int, into_id: int) -> None:
    run(db, sa.update(column.class_).where(column == domain_id).values({column: into_id}))


def _note(db: Session, study: StudyContext, case: _Case, domain: Domain, into: Domain) -> None:
    """In the history of the case, and of each thing that went over; agreed, it gets a version."""
    went: list[SQLModel] = [
        *(Block(id=row) for row in case.blocks),  # type: ignore[call-arg]
        *(CoreIdea(id=row) for row in case.core_ideas),  # type: ignore[call-arg]
    ]
    scene = Scene(study.id, study.me.id, case.unit.id, case.layer_id)
    record(
        db,
        scene,
        COME_ALONG,
        item=into,
        also=went,
        before={"title": domain.title},
        after={"into": into.title, "blocks": case.blocks, "core_ideas": case.core_ideas},
    )
    if case.unit.state in AGREED_OR_LATER:
        freeze_case(db, scene, case.unit, Cause.DOMAINS_MERGED)
