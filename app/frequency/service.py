"""The one decision of this step that a team makes itself: the frequency rule of a sample."""

import sqlalchemy as sa
from sqlmodel import Session, col

from app.consensus.models import Unit
from app.consensus.rules import State, Step
from app.db import run
from app.errors import Invalid, StaleEdit, Versions
from app.frequency.rules import RULES
from app.studies.guard import StudyContext
from app.studies.service import check_min_cases, sample_for_change
from app.trail.service import record


def has_begun(db: Session, sample_id: int) -> bool:
    """Has anything of the sample been coded or sorted? From then on a rule could be chosen by
    what it makes of the results, so a change needs a reason."""
    begun = sa.select(col(Unit.id)).where(
        col(Unit.sample_id) == sample_id,
        sa.or_(col(Unit.state) != State.NOT_STARTED, col(Unit.step) == Step.CORE_IDEAS),
    )
    return run(db, begun.limit(1)).first() is not None


def choose_rule(
    db: Session,
    study: StudyContext,
    *,
    sample_id: int,
    rule: str,
    min_cases: int,
    version: int,
    reason: str = "",
) -> None:
    """Fix the rule that labels the sample's categories, and from how many cases on they count.

    Raises `Invalid` for an unknown rule, or without a reason once the sample has begun, and
    `StaleEdit` where somebody chose meanwhile.
    """
    if rule not in RULES:
        raise Invalid("Choose one of the rules.", {"rule": "Choose one of the rules."})
    check_min_cases(min_cases)
    row = sample_for_change(db, study, sample_id)
    if (row.rule, row.min_cases) == (rule, min_cases):
        return
    if row.version != version:
        raise StaleEdit(
            f"The sample was changed meanwhile; its rule is {row.rule}, reported from "
            f"{row.min_cases} cases on. Save again if yours is to stand.",
            Versions("", row.rule, rule, version=row.version),
        )
    reason = " ".join(reason.split())
    begun = has_begun(db, sample_id)
    if begun and not reason:
        sentence = "Work on this sample has begun. Say why the rule changes; the trail prints it."
        raise Invalid(sentence, {"reason": sentence})
    stays = {"name": row.name, "topic": row.topic}
    before = {"rule": row.rule, "min_cases": row.min_cases, "version": row.version} | stays
    row.rule, row.min_cases = rule, min_cases
    row.version += 1
    db.add(row)
    db.flush()
    record(
        db,
        study.scene,
        "change the rule" if begun else "choose a rule",
        item=row,
        before=before,
        after={"rule": rule, "min_cases": min_cases, "version": row.version}
        | stays
        | ({"reason": reason} if reason else {}),
    )
