"""Who judges a unit: every judge of the study, or judges by name with dates; and who drafts it.

Without rows a unit has the set team. Before it is begun its judges are chosen and chosen again;
afterwards a judge is taken off with a reason, and the row that ends keeps the fact for the
consensus version.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from app.consensus.assignments import NamedUnit, named_unit
from app.consensus.drafting import set_drafter, settle_draft
from app.consensus.models import Assignment, Layer, Unit
from app.consensus.queries import (
    CONSENSUS_LAYER,
    UNIT_COLUMNS,
    UnitFacts,
    judges_of_units,
    named_drafter,
    unit_facts,
)
from app.consensus.service import lock_unit, settle_units
from app.db import now, one_or_not_found, run
from app.errors import Conflict, Invalid, StaleEdit, StepLocked, Versions
from app.studies.guard import StudyContext
from app.studies.judges import StudyJudge, judges_of_study
from app.studies.models import Member
from app.trail.service import Scene, record

CHOOSE = "choose the judges"
CHOOSE_ALL = "let all judges judge"
ASSIGN = "assign a judge"
TAKE_OFF = "take a judge off"
NAME_DRAFTER = "name the drafter"
BY_TURNS = "let the drafter change by turns"


@dataclass(frozen=True)
class Changed:
    """Who came to a unit and who was taken off, and whether that ended its drafting or agreeing."""

    unit: NamedUnit
    added: tuple[str, ...]
    taken_off: tuple[str, ...]

    @property
    def is_nothing(self) -> bool:
        """Is it as it was?"""
        return not self.added and not self.taken_off


def set_judges(
    db: Session,
    study: StudyContext,
    *,
    unit_id: int,
    account_ids: Collection[int],
    reason: str = "",
    seen: Collection[int] | None = None,
) -> Changed:
    """Let exactly these judges of the study judge a unit.

    Once it is begun, taking somebody off needs a reason. Nobody waits for who was taken off: what
    those who remain have submitted is revealed, what they agreed to is agreed. `seen` are the
    judges that stood on the page. Raises `Invalid` without a judge or without a reason, `StaleEdit`
    where somebody chose meanwhile, `StepLocked` where the unit is agreed.
    """
    lock_unit_of(db, study, unit_id)
    unit = one_or_not_found(named_unit(db, study, unit_id), "unit in this study")
    team = judges_of_study(db, study.id)
    wanted = _wanted(team, account_ids)
    present = {judge.id for judge in judges_of_units(db, [unit_id])[unit_id]}
    added, gone = _names(team, wanted - present), _names(team, present - wanted)
    changed = Changed(unit, tuple(added.values()), tuple(gone.values()))
    if changed.is_nothing:
        return changed
    _check(unit, present, seen, removing=bool(gone), reason=reason.strip())
    if unit.is_begun:
        _change_by_name(db, study, unit_id, team, wanted, added, gone, reason.strip())
    else:
        _choose(db, study, unit, team, wanted)
    if named_drafter(db, unit_id) in gone:
        set_drafter(db, unit_id, None)
    settle_unit(db, study, unit_id)
    return changed


def _wanted(team: Collection[StudyJudge], account_ids: Collection[int]) -> set[int]:
    wanted = set(account_ids)
    if not wanted:
        sentence = "Choose at least one judge; a unit that nobody judges is never agreed."
        raise Invalid(sentence, {"judge": sentence})
    if not wanted <= {judge.id for judge in team}:
        sentence = "Somebody you chose is no judge of this study (any more). Load the page again."
        raise Invalid(sentence, {"judge": sentence})
    return wanted


def _names(team: Collection[StudyJudge], ids: Collection[int]) -> dict[int, str]:
    return {judge.id: judge.name for judge in team if judge.id in ids}


def _check(
    unit: NamedUnit,
    present: Collection[int],
    seen: Collection[int] | None,
    *,
    removing: bool,
    reason: str,
) -> None:
    if unit.is_settled:
        raise StepLocked(
            f"{unit.what.capitalize() if not unit.is_case else unit.name} is {unit.state}, so its "
            "judges stay as they were. Reopen it, with a reason, to work on it with others."
        )
    if seen is not None and set(seen) != set(present):
        raise StaleEdit(
            f"The judges of {unit.what} were changed meanwhile. They are shown as they are; "
            "choose again.",
            Versions("", "", ""),
        )
    if unit.is_begun and removing and not reason:
        raise Invalid(
            f"Say why a judge is taken off {unit.what}.",
            {"reason": "Say why, in a sentence. The trail keeps it."},
        )


def _choose(
    db: Session,
    study: StudyContext,
    unit: NamedUnit,
    team: Collection[StudyJudge],
    wanted: set[int],
) -> None:
    """Before a unit is begun its judges are a plan: nothing has to stay on record but the trail."""
    run(db, sa.delete(Assignment).where(col(Assignment.unit_id) == unit.id))
    is_everybody = wanted == {judge.id for judge in team}
    if not is_everybody:
        _assign(db, unit.id, dict.fromkeys(wanted, now()))
    # Not under the unit: a case that was only planned can still leave its sample.
    record(
        db,
        study.scene,
        CHOOSE_ALL if is_everybody else CHOOSE,
        item=db.get_one(Unit, unit.id),
        after={"unit": unit.what, "judges": sorted(wanted)},
    )


def _change_by_name(
    db: Session,
    study: StudyContext,
    unit_id: int,
    team: Collection[StudyJudge],
    wanted: set[int],
    added: Mapping[int, str],
    gone: Mapping[int, str],
    reason: str,
) -> None:
    moment = now()
    active = sa.and_(col(Assignment.unit_id) == unit_id, col(Assignment.until).is_(None))
    named = set(run(db, sa.select(col(Assignment.account_id)).where(active)).scalars())
    if not named:
        # The set team becomes a team by name, with those who are taken off now.
        joined = _joined(db, study.id)
        _assign(db, unit_id, {each: joined[each] for each in (wanted | set(gone)) - set(added)})
    _assign(db, unit_id, dict.fromkeys(added, moment))
    run(
        db,
        sa.update(Assignment)
        .where(active, col(Assignment.account_id).in_(gone))
        .values(until=moment),
    )
    scene = Scene(study.id, study.me.id, unit_id)
    row = db.get_one(Unit, unit_id)
    for account_id in added:
        record(db, scene, ASSIGN, item=row, after={"account": account_id})
    for account_id in gone:
        noted = {"account": account_id, "reason": reason}
        record(db, scene, TAKE_OFF, item=row, after=noted)


def _joined(db: Session, study_id: int) -> dict[int, datetime]:
    rows = run(
        db,
        sa.select(col(Member.account_id), col(Member.joined_at)).where(
            col(Member.study_id) == study_id
        ),
    )
    return dict(rows.all())


def _assign(db: Session, unit_id: int, since: Mapping[int, datetime]) -> None:
    db.add_all(
        Assignment(unit_id=unit_id, account_id=account_id, since=moment)
        for account_id, moment in sorted(since.items())
    )
    db.flush()


def name_drafter(
    db: Session, study: StudyContext, *, unit_id: int, account_id: int | None
) -> NamedUnit:
    """Let a judge draft a unit for the others, or (None) whoever is next in turn.

    Raises `Conflict` where nobody drafts it for others (any more), `Invalid` for who is not its
    judge.
    """
    lock_unit_of(db, study, unit_id)
    unit = one_or_not_found(named_unit(db, study, unit_id), "unit in this study")
    if not unit.drafts_by_turns(study):
        raise Conflict(
            f"No single judge drafts {unit.what} for the others now. Load the page again."
        )
    judges = {judge.id for judge in judges_of_units(db, [unit_id])[unit_id]}
    if account_id is not None and account_id not in judges:
        sentence = f"The drafter is one of the judges of {unit.what}: assign them first."
        raise Invalid(sentence, {"drafter": sentence})
    if named_drafter(db, unit_id) == account_id:
        return unit
    set_drafter(db, unit_id, account_id)
    noted = {"unit": unit.what} | ({"account": account_id} if account_id else {})
    scene = Scene(study.id, study.me.id, unit_id if unit.is_begun else None)
    verb = NAME_DRAFTER if account_id else BY_TURNS
    record(db, scene, verb, item=db.get_one(Unit, unit_id), after=noted)
    settle_unit(db, study, unit_id)
    return unit


def lock_unit_of(db: Session, study: StudyContext, unit_id: int) -> Unit:
    """The row of a unit of this study, taken. Raises `NotFound`."""
    found = run(
        db, sa.select(col(Unit.id)).where(col(Unit.id) == unit_id, col(Unit.study_id) == study.id)
    ).scalar()
    return lock_unit(db, int(one_or_not_found(found, "unit in this study")))


def settle_unit(db: Session, study: StudyContext, unit_id: int) -> None:
    """After its judges changed: what all who remain have submitted or agreed to counts."""
    scene = Scene(study.id, study.me.id, unit_id)
    settle_units(db, scene, col(Unit.id) == unit_id)
    settle_draft(db, scene, facts_of(db, unit_id))


def facts_of(db: Session, unit_id: int) -> UnitFacts:
    """A unit as nobody in particular sees it."""
    row = run(
        db,
        sa.select(*UNIT_COLUMNS)
        .select_from(Unit)
        .join(Layer, CONSENSUS_LAYER)
        .where(col(Unit.id) == unit_id),
    )
    return unit_facts(db, row.mappings().one())
