"""What the team decides on a domain's core ideas, written into the consensus as it is decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from sqlmodel import Session

from app.cases.guard import CaseContext
from app.consensus.points import Decided, PointView, decide_point, points_of, take_point
from app.consensus.revealed import revealed_drafts
from app.consensus.rules import Outcome, PointKind
from app.core_ideas.comparison import Comparison, Row, Span
from app.core_ideas.decisions import (
    ABSENCE,
    Decision,
    Made,
    Take,
    Wording,
    absence,
    is_changed,
    joined_rows,
    keys_of,
    outcome_of,
    wordings,
)
from app.core_ideas.given import blocks_under, compared_by_domain, ground_of
from app.core_ideas.ideas import Idea, set_order, stored
from app.core_ideas.models import AbsenceReason
from app.core_ideas.rules import DecidedVerb
from app.core_ideas.service import checked_text, lock, make, set_absence
from app.errors import Conflict, Invalid, NotFound


@dataclass(frozen=True)
class Noted:
    """A decision that was noted; `stays` are core ideas of an earlier one that others built on."""

    decided: Decided
    stays: tuple[str, ...] = ()


def compared_for(db: Session, case: CaseContext, point: PointView) -> Comparison:
    """What the judges gave for the domain of a point. Raises `NotFound` for another kind."""
    if point.kind is PointKind.CORE_IDEAS and point.domain_id is not None:
        found = compared_by_domain(db, revealed_drafts(db, case.unit.id)).get(point.domain_id)
        if found:
            return found
    raise NotFound(
        f"This is no point on the core ideas of {case.code} (any more). Load the page again."
    )


def decide(
    db: Session,
    case: CaseContext,
    *,
    point_id: int,
    version: int,
    takes: Mapping[str, Take],
    reason: str = "",
) -> Noted:
    """Note what the team takes of each row of a domain, and write it into the consensus.

    A row whose choice is the one it had stays as it is, whoever has changed it since. Of the others
    is taken back what the earlier decision made and nobody has built on. Raises `Invalid` where a
    row has no choice, `Conflict` where a core idea's raw data are still to be agreed, and as
    `take_point` does.
    """
    point = take_point(
        db, case.scene, case.unit, point_id, version=version, what=case.code, reason=reason
    )
    compared = compared_for(db, case, point)
    lock(db, case)
    takes = _checked(compared, takes)
    before = Decision.from_values(point.chosen)
    case, after, stays = _apply(db, case, point, compared, before, takes)
    unchanged = joined_rows(compared, before) & joined_rows(compared, after)
    decided = decide_point(
        db,
        case.scene,
        case.unit,
        point_id,
        outcome=outcome_of(after.takes, unchanged),
        version=version,
        what=case.code,
        chosen=after.as_values(),
        reason=reason,
    )
    return Noted(decided, stays)


def put_off(
    db: Session, case: CaseContext, *, point_id: int, version: int, reason: str = ""
) -> Noted:
    """Note that the team talks about a domain later; what stands in the consensus stays.

    Raises `NotFound` for a point that cannot be decided afterwards, since its domain was merged.
    """
    point = take_point(
        db, case.scene, case.unit, point_id, version=version, what=case.code, reason=reason
    )
    compared_for(db, case, point)
    return Noted(
        decide_point(
            db,
            case.scene,
            case.unit,
            point_id,
            outcome=Outcome.TALK_LATER,
            version=version,
            what=case.code,
            reason=reason,
        )
    )


def _checked(compared: Comparison, takes: Mapping[str, Take]) -> dict[str, Take]:
    """A choice for everything there is, with words that can stand."""
    keys = keys_of(compared)
    missing = [key for key in keys if key not in takes]
    if missing:
        count = "One core idea has" if len(missing) == 1 else f"{len(missing)} core ideas have"
        raise Invalid(
            f"{count} no choice yet. Choose for each, or take one judge's for the whole domain.",
            {f"take-{missing[0]}": "Choose one."},
        )
    checked = {key: takes[key] for key in keys}
    for key, take in checked.items():
        if take.outcome is Outcome.EDITED and key != ABSENCE:
            checked[key] = replace(take, text=checked_text(take.text))
    return checked


def _apply(
    db: Session,
    case: CaseContext,
    point: PointView,
    compared: Comparison,
    before: Decision,
    takes: Mapping[str, Take],
) -> tuple[CaseContext, Decision, tuple[str, ...]]:
    domain_id = point.domain_id
    assert domain_id is not None
    present = {i.guid: i for i in stored(db, case.unit.layer_id, domain_id=domain_id)}
    changed = [row for row in compared.rows if is_changed(compared, row, before, takes[row.key])]
    was_made = [each for row in changed for each in before.made.get(row.key, ())]
    going = [present[each.guid] for each in was_made if _is_as_made(each, present)]
    stays = tuple(
        present[each.guid].text
        for each in was_made
        if each.guid in present and not _is_as_made(each, present)
    )
    new = _new_ideas(db, case, domain_id, compared, changed, takes)
    case = _write(db, case, going, list(chain.from_iterable(new.values())))
    made = {key: each for key, each in before.made.items() if key not in new}
    made |= {key: tuple(Made(i.guid, i.version) for i in ideas) for key, ideas in new.items()}
    _in_row_order(db, case, domain_id, compared, made)
    reason = absence(compared, takes.get(ABSENCE))
    case = _set_absence(db, case, domain_id, before.absence, reason)
    return case, Decision(takes, made, reason), stays


def _is_as_made(made: Made, present: Mapping[str, Idea]) -> bool:
    """Does a core idea stand as it was made, in these words and on no board?"""
    idea = present.get(made.guid)
    return idea is not None and idea.version == made.version and not idea.places


def _new_ideas(
    db: Session,
    case: CaseContext,
    domain_id: int,
    compared: Comparison,
    rows: Sequence[Row],
    takes: Mapping[str, Take],
) -> dict[str, list[Idea]]:
    ground = ground_of(db, case.unit.blocks_layer_id)
    queue = [point for point in points_of(db, case.unit.id) if point.is_open]

    def blocks(wording: Wording) -> tuple[int, ...]:
        under = blocks_under(ground, domain_id, wording.passages)
        if not under:
            _check_agreed(case, wording, queue)
        # The team has agreed on other passages for this domain: it rests on those.
        return under or tuple(block_id for block_id, _ in ground.get(domain_id, ()))

    found = {
        row.key: [
            Idea(domain_id, wording.text, blocks(wording), made_by=case.study.me.id)
            for wording in wordings(compared, row, takes[row.key])
        ]
        for row in rows
    }
    if any(not idea.blocks for ideas in found.values() for idea in ideas):
        raise Conflict(
            f"No passage of {case.code} is in this domain in the consensus, and a core idea rests "
            "on raw data. Put one there on the page Domain coding, then decide."
        )
    return found


def _check_agreed(case: CaseContext, wording: Wording, queue: Sequence[PointView]) -> None:
    for point in queue:
        if point.kind is not PointKind.PASSAGE or point.transcript_version_id is None:
            continue
        at = Span(point.transcript_version_id, point.start or 0, point.end or 0)
        if any(at.overlaps(passage) for passage in wording.passages):
            raise Conflict(
                f"The passages of “{wording.text}” are still to be agreed, and a core idea rests "
                "on agreed raw data. Decide on its passages first, then on its words."
            )


def _write(
    db: Session, case: CaseContext, going: Sequence[Idea], new: Sequence[Idea]
) -> CaseContext:
    if going:
        case = replace(case, unit=make(db, case, DecidedVerb.TAKE_BACK, going, []).unit)
    if new:
        case = replace(case, unit=make(db, case, DecidedVerb.PUT_IN, [], new).unit)
    return case


def _in_row_order(
    db: Session,
    case: CaseContext,
    domain_id: int,
    compared: Comparison,
    made: Mapping[str, Sequence[Made]],
) -> None:
    """Decided core ideas stand as their rows do; those that were written elsewhere come behind."""
    rows = [row.key for row in compared.rows]
    place = {each.guid: rows.index(key) for key in made for each in made[key] if key in rows}
    present = stored(db, case.unit.layer_id, domain_id=domain_id)
    in_order = sorted(present, key=lambda idea: (place.get(idea.guid, len(rows)), idea.position))
    set_order(db, [idea.id for idea in in_order])


def _set_absence(
    db: Session, case: CaseContext, domain_id: int, before: str | None, reason: str | None
) -> CaseContext:
    if reason == before:
        return case
    try:
        chosen = AbsenceReason(reason) if reason else None
    except ValueError:
        named = ", ".join(AbsenceReason)
        raise Invalid(f"Choose one of the reasons: {named}.", {"absence": "Choose one."}) from None
    return replace(case, unit=set_absence(db, case, domain_id=domain_id, reason=chosen))
