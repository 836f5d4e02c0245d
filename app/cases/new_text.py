"""What further text means for a case that is worked on."""

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.models import Case
from app.consensus.drafting import give_back
from app.consensus.models import Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER, UNIT_COLUMNS, unit_facts
from app.consensus.rules import State, Step, check_open
from app.consensus.service import change_content, lock_unit
from app.consensus.stale import mark_stale
from app.db import run
from app.errors import StepLocked
from app.studies.guard import StudyContext


def note_new_text(db: Session, study: StudyContext, case: Case) -> None:
    """Judges agree to a case as they read it: new text ends agreements that are not complete.

    Drafts that were submitted without it are given back.
    """
    units = run(
        db,
        sa.select(*UNIT_COLUMNS)
        .join(Layer, CONSENSUS_LAYER)
        .where(col(Unit.case_id) == case.id)
        .order_by(col(Unit.id)),
    ).mappings()
    for row in units.all():
        now = lock_unit(db, row["id"])
        unit = unit_facts(db, dict(row) | {"state": now.state, "content": now.content})
        if unit.step is Step.CORE_IDEAS and not unit.is_agreed:
            raise StepLocked(
                f"The domains of {case.code} are agreed and its core ideas are being written. "
                "Reopen the domains first, with a reason, to code the new text; where core ideas "
                "are drafted in private, after the reveal."
            )
        if unit.state is State.INDEPENDENT:
            give_back(db, study.scene, unit, why="a transcript was added")
        elif unit.state is State.CONSENSUS:
            change_content(db, unit, case.code)
            why = f"Another transcript of {case.code} was stored after it was coded."
            mark_stale(db, study.scene, [unit.id], why)
        else:
            check_open(unit.state, case.code)
