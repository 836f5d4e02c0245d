"""Step 2 as the team does it: write core ideas on a domain's raw data, or say why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.guard import CaseContext
from app.consensus.queries import UnitFacts
from app.consensus.rules import Step
from app.consensus.service import change_content, hold
from app.core_ideas import joining  # noqa: F401 - it takes part in the reveal
from app.core_ideas.absences import absence_in, clear_absence
from app.core_ideas.drafts import discard_draft
from app.core_ideas.ideas import Idea, set_order, stored, write
from app.core_ideas.models import Absence, AbsenceReason, CoreIdea
from app.core_ideas.places import set_places
from app.core_ideas.queries import last_hands
from app.core_ideas.rules import LONGEST_TEXT, SAY_WHY, Verb, tidy
from app.db import guid as new_guid
from app.db import run
from app.domains.models import Block, BlockDomain, Domain
from app.errors import Conflict, Invalid, NotFound, StaleEdit, Versions
from app.trail.items import at_version
from app.trail.service import record


@dataclass(frozen=True)
class Change:
    """What a change did. Without an `entry` nothing changed: it was so already.

    `entry` is its number in its chain, `doubled` the blocks that got another domain with it.
    """

    unit: UnitFacts
    before: tuple[Idea, ...]
    after: tuple[Idea, ...]
    entry: int | None = None
    doubled: tuple[int, ...] = ()


def add(
    db: Session,
    case: CaseContext,
    *,
    domain_id: int,
    text: str,
    block_ids: Sequence[int] | None = None,
    guid: str | None = None,
) -> Change:
    """Write a core idea at the end of a domain, on all of its blocks unless some are named.

    With the `guid` of a form the same form sent twice makes one core idea. What was said about
    why the domain has none is taken back. Raises `Invalid` without words or without raw data,
    `NotFound` for a domain that is not of this sample, `StepLocked` where the unit is not open.
    """
    text = checked_text(text)
    lock(db, case)
    made = _made_by(db, case, guid, text) if guid else None
    if made:
        return Change(case.unit, (made,), (made,))
    check_domain(db, case, domain_id)
    idea = Idea(
        domain_id=domain_id,
        text=text,
        blocks=checked_blocks(db, case, domain_id, block_ids),
        made_by=case.study.me.id,
        position=len(stored(db, case.unit.layer_id, domain_id=domain_id)),
        guid=guid or new_guid(),
    )
    return make(db, case, Verb.ADD, [], [idea])


def add_core_idea(
    db: Session,
    case: CaseContext,
    *,
    domain_id: int,
    text: str,
    block_ids: Sequence[int] | None = None,
) -> CoreIdea:
    """As `add`, for who needs the core idea and nothing else."""
    change = add(db, case, domain_id=domain_id, text=text, block_ids=block_ids)
    return db.get_one(CoreIdea, change.after[0].id)


def set_absence(
    db: Session, case: CaseContext, *, domain_id: int, reason: AbsenceReason | None
) -> UnitFacts:
    """Say why the case has no core idea in a domain; None takes it back.

    Raises `Conflict` where it has one, `NotFound` for a domain that is not of this sample,
    `StepLocked` where the unit is not open.
    """
    lock(db, case)
    check_domain(db, case, domain_id)
    if reason is None:
        return clear_absence(db, case, domain_id)[0]
    if stored(db, case.unit.layer_id, domain_id=domain_id):
        raise Conflict(
            f"{case.code} has a core idea in this domain, so there is no reason to give why not. "
            "Remove the core idea first if it should not be there."
        )
    absence = absence_in(db, case, domain_id)
    if absence and absence.reason == reason:
        return case.unit
    before = {"domain": domain_id, "reason": absence.reason.value} if absence else None
    unit = change_content(db, case.unit, case.code)
    absence = absence or Absence(
        layer_id=case.unit.layer_id,
        domain_id=domain_id,
        reason=reason,
        made_by=case.study.me.id,
    )
    absence.reason, absence.made_by = reason, case.study.me.id
    db.add(absence)
    db.flush()
    after = {"domain": domain_id, "reason": reason.value}
    record(db, case.scene, SAY_WHY, item=absence, before=before, after=after)
    return unit


def reword(db: Session, case: CaseContext, *, core_idea_id: int, text: str, version: int) -> Change:
    """Publish other words for a core idea; one's own draft of it is done with.

    `version` is the wording that was started from. The same words again change nothing. Raises
    `StaleEdit` with both wordings where somebody was first, `NotFound` where it is gone.
    """
    text = checked_text(text)
    lock(db, case)
    idea = present(db, case, core_idea_id)
    if text != idea.text:
        check_version(db, case, idea, version, mine=text)
    discard_draft(db, case, core_idea_id=core_idea_id)
    if text == idea.text:
        return Change(case.unit, (idea,), (idea,))
    return make(db, case, Verb.REWORD, [idea], [replace(idea, text=text)])


def choose_raw_data(
    db: Session,
    case: CaseContext,
    *,
    core_idea_id: int,
    block_ids: Sequence[int],
    seen: Sequence[int],
) -> Change:
    """Let a core idea rest on these blocks of its domain and no others.

    `seen` are the blocks it rested on when they were chosen. Raises `StaleEdit` where somebody
    chose others meanwhile, `Invalid` without a block.
    """
    lock(db, case)
    idea = present(db, case, core_idea_id)
    blocks = checked_blocks(db, case, idea.domain_id, block_ids)
    if blocks == idea.blocks:
        return Change(case.unit, (idea,), (idea,))
    if set(seen) != set(idea.blocks):
        raise StaleEdit(
            "Somebody chose other raw data for this core idea after you opened it. Nothing was "
            "changed now: look at what stands there, then choose again."
        )
    return make(db, case, Verb.RAW_DATA, [idea], [replace(idea, blocks=blocks)])


def add_raw_data(
    db: Session, case: CaseContext, *, core_idea_id: int, block_ids: Sequence[int]
) -> Change:
    """Let a core idea rest on these blocks of its domain as well."""
    lock(db, case)
    idea = present(db, case, core_idea_id)
    blocks = checked_blocks(db, case, idea.domain_id, [*idea.blocks, *block_ids])
    if blocks == idea.blocks:
        return Change(case.unit, (idea,), (idea,))
    return make(db, case, Verb.RAW_DATA, [idea], [replace(idea, blocks=blocks)])


def shift(db: Session, case: CaseContext, *, core_idea_id: int, by: int) -> Change:
    """Move a core idea `by` places within its domain; beyond an end it stays at the end."""
    lock(db, case)
    idea = present(db, case, core_idea_id)
    order = [each.id for each in stored(db, case.unit.layer_id, domain_id=idea.domain_id)]
    wanted = [id_ for id_ in order if id_ != idea.id]
    wanted.insert(max(0, order.index(idea.id) + by), idea.id)
    return arrange(db, case, Verb.ORDER, idea, order, wanted)


def arrange(
    db: Session,
    case: CaseContext,
    verb: Verb,
    idea: Idea,
    order: Sequence[int],
    wanted: Sequence[int],
    **noted: Any,
) -> Change:
    """Let the core ideas of `idea`'s domain stand in the order `wanted` instead of `order`."""
    if wanted == order:
        return Change(case.unit, (idea,), (idea,))
    unit = change_content(db, case.unit, case.code)
    set_order(db, wanted)
    entry = record(
        db,
        case.scene,
        verb,
        item=idea.item,
        before={"order": list(order)},
        after={"order": list(wanted)} | noted,
    )
    return Change(unit, (idea,), (idea,), entry)


def make(
    db: Session,
    case: CaseContext,
    verb: StrEnum,
    before: Sequence[Idea],
    after: Sequence[Idea],
    **noted: Any,
) -> Change:
    """Write a change and its entry in the trail. Earlier agreements stop counting.

    Where it changes places on boards these are changed too, and why a domain had none is taken
    back where one comes into it. Raises `StepLocked` where a board is not open.
    """
    unit = change_content(db, case.unit, case.code)
    if said := _no_longer_absent(db, case, before, after):
        noted["absences"] = said
    _leave_boards(db, case, before, after)
    written = write(db, unit.layer_id, before, after)
    _enter_boards(db, case, before, written)
    item, *also = {idea.id: idea.item for idea in (*written, *before)}.values()
    was = {"ideas": [idea.as_values() for idea in before]}
    became = {"ideas": [idea.as_values() for idea in written]} | noted
    entry = record(db, case.scene, verb, item=item, also=also, before=was, after=became)
    return Change(unit, tuple(before), tuple(written), entry)


def _no_longer_absent(
    db: Session, case: CaseContext, before: Sequence[Idea], after: Sequence[Idea]
) -> list[list[int | str]]:
    """The domains that come to have a core idea, with the reason that was given for having none."""
    entered = {idea.domain_id for idea in after} - {idea.domain_id for idea in before}
    reasons = ((each, clear_absence(db, case, each)[1]) for each in sorted(entered))
    return [[domain_id, reason] for domain_id, reason in reasons if reason]


def _leave_boards(
    db: Session, case: CaseContext, before: Sequence[Idea], after: Sequence[Idea]
) -> None:
    """Take off a board what goes away altogether or into another domain."""
    domains = {idea.id: idea.domain_id for idea in after}
    for domain_id in sorted({idea.domain_id for idea in before}):
        leaving = [
            (idea.id, idea.places, ())
            for idea in before
            if idea.domain_id == domain_id != domains.get(idea.id)
        ]
        set_places(db, case, domain_id, leaving)


def _enter_boards(
    db: Session, case: CaseContext, before: Sequence[Idea], after: Sequence[Idea]
) -> None:
    stood = {(idea.id, idea.domain_id): idea.places for idea in before}
    for domain_id in sorted({idea.domain_id for idea in after}):
        moves = [
            (idea.id, stood.get((idea.id, domain_id), ()), idea.places)
            for idea in after
            if idea.domain_id == domain_id
        ]
        set_places(db, case, domain_id, moves)


def lock(db: Session, case: CaseContext) -> None:
    """Take the unit's row; see `consensus.service.hold`."""
    hold(db, case.unit, case.code, part=Step.CORE_IDEAS)


def present(db: Session, case: CaseContext, core_idea_id: int) -> Idea:
    """A core idea of this case as it stands. Raises `NotFound`."""
    found = stored(db, case.unit.layer_id, ids=[core_idea_id])
    if not found:
        raise NotFound(
            "This core idea is not there any more; somebody has removed it or merged it with "
            "another. Load the page again."
        )
    return found[0]


def check_version(
    db: Session, case: CaseContext, idea: Idea, version: int, *, mine: str = ""
) -> None:
    """Raise `StaleEdit` unless this is the wording that was on the page."""
    if idea.version == version:
        return
    who = last_hands(db, case, [idea.id]).get(idea.id, "Somebody")
    base = at_version(db, case.scene, str(CoreIdea.__tablename__), idea.id, version)
    raise StaleEdit(
        f"{who} changed this core idea after you opened it, so nothing was changed now. Look at "
        "the words as they stand; then decide.",
        Versions(base.get("text", ""), idea.text, mine, theirs_by=who, version=idea.version),
        seen=version,
    )


def checked_text(text: str) -> str:
    """The words of a core idea as they are kept. Raises `Invalid`."""
    text = tidy(text)
    if not text:
        sentence = "A core idea needs words: what the participant says about this, in short."
        raise Invalid(sentence, {"text": sentence})
    if len(text) > LONGEST_TEXT:
        sentence = (
            f"This has {len(text):,} characters; a core idea is one short statement, and at most "
            f"{LONGEST_TEXT:,} fit. Split it into several."
        )
        raise Invalid(sentence, {"text": sentence})
    return text


def is_listed(db: Session, case: CaseContext, domain_id: int) -> bool:
    """Is the domain in the list of the case's sample?"""
    listed = sa.select(col(Domain.id)).where(
        col(Domain.id) == domain_id, col(Domain.sample_id) == case.sample.id
    )
    return run(db, listed).first() is not None


def check_domain(db: Session, case: CaseContext, domain_id: int) -> None:
    """Raise `NotFound` unless the domain is in the list of the case's sample."""
    if not is_listed(db, case, domain_id):
        raise NotFound(
            f"This domain is not in the list of “{case.sample.name}” (any more). Load the page "
            "again."
        )


def checked_blocks(
    db: Session, case: CaseContext, domain_id: int, block_ids: Sequence[int] | None
) -> tuple[int, ...]:
    """The blocks a core idea is to rest on: those named, or all of the domain's. Raises `Invalid`.

    A core idea rests on at least one block of its case in its domain (Hill et al., 2005: core
    ideas summarise the data of a domain).
    """
    there = (
        run(
            db,
            sa.select(col(Block.id))
            .join(BlockDomain, col(BlockDomain.block_id) == col(Block.id))
            .where(
                col(Block.layer_id) == case.unit.blocks_layer_id,
                col(BlockDomain.domain_id) == domain_id,
            )
            .order_by(col(Block.id)),
        )
        .scalars()
        .all()
    )
    wanted = tuple(there) if block_ids is None else tuple(sorted(set(block_ids)))
    if not set(wanted) <= set(there):
        raise Invalid(
            "A passage you chose is not in this domain any more. Load the page again and choose "
            "from those that are."
        )
    if not wanted and there:
        raise Invalid("A core idea rests on raw data: choose at least one passage.")
    if not wanted:
        raise Invalid(
            f"No passage of {case.code} is in this domain yet. Put one there on the page Domain "
            "coding; a core idea rests on raw data."
        )
    return wanted


def _made_by(db: Session, case: CaseContext, guid: str, text: str) -> Idea | None:
    """What this form has made already. Raises `Invalid` where it came back with other words."""
    made = run(db, sa.select(col(CoreIdea.id)).where(col(CoreIdea.guid) == guid)).scalar()
    if made is None:
        return None
    found = stored(db, case.unit.layer_id, ids=[made])
    if not found or found[0].text != text:
        raise Invalid(
            "This form was used already for another core idea. What you typed is still here: add "
            "it once more."
        )
    return found[0]
