"""The other way of working that takes over after the first cases.

A team often does its first cases together and lets one judge draft the later ones, once everybody
understands the domains alike (Hill, 2012).
"""

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.consensus.models import Unit
from app.consensus.queries import IS_AGREED
from app.consensus.rules import Move, UnitKind
from app.consensus.service import when
from app.db import run
from app.studies.models import Study
from app.studies.working import when_ways_change
from app.trail.service import Scene, record

TAKES_OVER = "take over another way of working"


def agreed_cases(db: Session, study_id: int) -> int:
    """How many cases of a study are agreed, in one sample at least."""
    counted = sa.select(sa.func.count(sa.distinct(col(Unit.case_id)))).where(
        col(Unit.study_id) == study_id, col(Unit.kind) == UnitKind.CASE, IS_AGREED
    )
    return int(run(db, counted).scalar_one())


@when(Move.AGREE)
def switch_after_the_first_cases(db: Session, scene: Scene, unit: Unit) -> None:
    """Let `way_after` hold for what is begun next, once so many cases are agreed.

    The trail's chain is held since the agreement was recorded, so agreements of one study come
    here one after the other, and none is counted by nobody.
    """
    if unit.kind is UnitKind.CASE:
        switch_if_reached(db, scene)


@when_ways_change
def switch_if_reached(db: Session, scene: Scene) -> None:
    """Let the other way take over where the first cases are agreed. It comes by itself."""
    study = db.exec(
        select(Study)
        .where(col(Study.id) == scene.study_id)
        .execution_options(populate_existing=True)
    ).one()
    first = study.first_cases
    if study.way_after is None or agreed_cases(db, scene.study_id) < first:
        return
    before = {"way": study.way_of_working.value}
    study.way_of_working, study.way_after, study.first_cases = study.way_after, None, 0
    db.add(study)
    db.flush()
    record(
        db,
        Scene(scene.study_id, None),
        TAKES_OVER,
        item=study,
        before=before,
        after={"way": study.way_of_working.value, "cases": first},
    )
