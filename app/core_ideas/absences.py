"""Why a case has no core idea in a domain: said by somebody, taken back when it gets one."""

from sqlmodel import Session, col, select

from app.cases.guard import CaseContext
from app.consensus.queries import UnitFacts
from app.consensus.service import change_content
from app.core_ideas.models import Absence
from app.core_ideas.rules import SAY_WHY
from app.trail.service import record


def absence_in(db: Session, case: CaseContext, domain_id: int) -> Absence | None:
    """What stands on this layer for a domain, if somebody said so."""
    return db.exec(
        select(Absence)
        .where(col(Absence.layer_id) == case.unit.layer_id, col(Absence.domain_id) == domain_id)
        .execution_options(populate_existing=True)
    ).first()


def clear_absence(db: Session, case: CaseContext, domain_id: int) -> tuple[UnitFacts, str]:
    """Take back why a domain has no core idea. Returns the unit, and the reason that stood."""
    absence = absence_in(db, case, domain_id)
    if absence is None:
        return case.unit, ""
    reason = absence.reason.value
    unit = change_content(db, case.unit, case.code)
    record(db, case.scene, SAY_WHY, item=absence, before={"domain": domain_id, "reason": reason})
    db.delete(absence)
    db.flush()
    return unit, reason
