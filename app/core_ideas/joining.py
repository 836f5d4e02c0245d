"""At the reveal of a case: what all judges wrote goes into the consensus, the rest is discussed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlmodel import Session, col

from app.consensus.models import Layer, Point, Unit
from app.consensus.points import add_points
from app.consensus.revealed import RevealedDraft, revealed_drafts
from app.consensus.rules import Move, PointKind, Step, UnitKind
from app.consensus.service import when
from app.core_ideas.comparison import Comparison
from app.core_ideas.decisions import ABSENCE, ALL, Decision, Made, Take
from app.core_ideas.given import Ground, blocks_under, compared_by_domain, ground_of
from app.core_ideas.ideas import Idea, write
from app.core_ideas.models import Absence, AbsenceReason
from app.core_ideas.rules import JOIN, SAY_WHY
from app.db import run
from app.domains import reveal  # noqa: F401 - joins the blocks first, for core ideas to rest on
from app.domains.models import Domain
from app.trail.service import Scene, record


@when(Move.REVEAL)
def join_core_ideas(db: Session, scene: Scene, unit: Unit) -> None:
    """Write what every judge has of each domain into the consensus, and a point for each domain.

    In the first of two passes there are no core ideas yet, and nothing happens.
    """
    if unit.kind is not UnitKind.CASE or unit.step is Step.DOMAINS:
        return
    assert unit.id is not None
    drafts = revealed_drafts(db, unit.id)
    layer_id = run(
        db,
        sa.select(col(Layer.id)).where(
            col(Layer.unit_id) == unit.id, col(Layer.account_id).is_(None)
        ),
    ).scalar_one()
    compared = compared_by_domain(db, drafts)
    ground = ground_of(db, layer_id)
    scene = replace(scene, layer_id=layer_id, chain=0)
    points = []
    for domain_id in _in_list_order(db, compared):
        decision = _join(db, scene, drafts, domain_id, compared[domain_id], ground)
        points.append(
            Point(
                unit_id=unit.id,
                kind=PointKind.CORE_IDEAS,
                domain_id=domain_id,
                is_joined=compared[domain_id].is_same and _is_whole(compared[domain_id], decision),
                chosen=decision.as_values(),
            )
        )
    add_points(db, points)


def _in_list_order(db: Session, compared: Mapping[int, Comparison]) -> list[int]:
    rows = run(
        db,
        sa.select(col(Domain.id))
        .where(col(Domain.id).in_(list(compared)))
        .order_by(col(Domain.position), col(Domain.id)),
    )
    return list(rows.scalars())


def _is_whole(compared: Comparison, decision: Decision) -> bool:
    return all(row.key in decision.made for row in compared.rows)


def _join(
    db: Session,
    scene: Scene,
    drafts: Sequence[RevealedDraft],
    domain_id: int,
    compared: Comparison,
    ground: Ground,
) -> Decision:
    """Write the common core ideas of a domain, or the common reason for having none.

    A core idea whose passages are not in the consensus yet is left to be discussed.
    """
    by = drafts[0].account_id
    if compared.is_same and compared.same_absence:
        _write_absence(db, scene, domain_id, compared.same_absence, by)
        return Decision({ABSENCE: ALL}, {}, compared.same_absence)
    common = {
        row.key: Idea(domain_id, row.wordings[0], blocks, made_by=by, position=at)
        for at, row in enumerate(compared.rows)
        if row.is_same and (blocks := blocks_under(ground, domain_id, row.passages))
    }
    if not common:
        return Decision()
    assert scene.layer_id is not None
    written = write(db, scene.layer_id, [], common.values())
    values = {"ideas": [idea.as_values() for idea in written]}
    item, *also = (idea.item for idea in written)
    record(db, scene, JOIN, item=item, also=also, before={"ideas": []}, after=values)
    takes: dict[str, Take] = dict.fromkeys(common, ALL)
    made = {
        key: (Made(idea.guid, idea.version),) for key, idea in zip(common, written, strict=True)
    }
    return Decision(takes, made)


def _write_absence(db: Session, scene: Scene, domain_id: int, reason: str, by: int) -> None:
    assert scene.layer_id is not None
    absence = Absence(
        layer_id=scene.layer_id, domain_id=domain_id, reason=AbsenceReason(reason), made_by=by
    )
    db.add(absence)
    db.flush()
    after = {"domain": domain_id, "reason": reason}
    record(db, scene, SAY_WHY, item=absence, after=after)
