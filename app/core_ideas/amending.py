"""Core ideas of an agreed case changed without reopening it: amended while sorting, or corrected.

An amendment is pending until the board and the case's judges agree to it (`app.consensus.amending`
has the rules); a correction of spelling is agreed as it is made. Both are kept as amendments, enter
the case's next consensus version, and keep the agreements that were given.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.cases.guard import CaseContext
from app.consensus.amending import AmendmentKind, Cause, Verb, is_editorial
from app.consensus.amendments import PENDING, Ideas, note_amendment
from app.consensus.models import Agreement, Amendment, Unit
from app.consensus.rules import State, is_agreed
from app.consensus.service import lock_unit
from app.core_ideas.drafts import discard_draft
from app.core_ideas.freezing import freeze_case, keep_first_version
from app.core_ideas.ideas import Idea
from app.core_ideas.models import Absence, AbsenceReason, CoreIdea
from app.core_ideas.reshaping import move, split
from app.core_ideas.service import (
    Change,
    check_version,
    checked_text,
    make,
    present,
    set_absence,
)
from app.core_ideas.undo import put_back
from app.db import now, one_or_not_found, run
from app.domains.queries import domain_list
from app.errors import Conflict, Invalid, StepLocked


def reword(
    db: Session, case: CaseContext, *, board_id: int, core_idea_id: int, text: str, version: int
) -> Amendment | None:
    """Amend the words of a core idea; None where they are as they were.

    Raises `StepLocked` where the case is not agreed, `StaleEdit`, `Invalid` and `NotFound` as
    `app.core_ideas.service.reword`.
    """
    text = checked_text(text)
    case = _to_amend(db, case, board_id)
    idea = present(db, case, core_idea_id)
    check_version(db, case, idea, version, mine=text)
    if text == idea.text:
        return None
    discard_draft(db, case, core_idea_id=core_idea_id)
    change = make(db, case, Verb.REWORD, [idea], [replace(idea, text=text)])
    return _note(db, case, AmendmentKind.REWORD, change, board_id=board_id)


def split_in_two(
    db: Session,
    case: CaseContext,
    *,
    board_id: int,
    core_idea_id: int,
    parts: Sequence[str],
    version: int,
) -> Amendment:
    """Amend by splitting: the first part keeps its places on the board, the others are unsorted."""
    case = _to_amend(db, case, board_id)
    change = split(
        db, case, core_idea_id=core_idea_id, parts=parts, version=version, verb=Verb.SPLIT
    )
    return _note(db, case, AmendmentKind.SPLIT, change, board_id=board_id)


def move_away(
    db: Session,
    case: CaseContext,
    *,
    board_id: int,
    core_idea_id: int,
    domain_id: int,
    version: int,
) -> Amendment | None:
    """Amend by moving a core idea, with its raw data, to another domain of the sample.

    It leaves the board. None where it stands in that domain.
    """
    case = _to_amend(db, case, board_id)
    idea = present(db, case, core_idea_id)
    check_version(db, case, idea, version)
    if idea.domain_id == domain_id:
        return None
    absence = _absence(db, case, domain_id)
    change = move(
        db, case, core_idea_id=core_idea_id, domain_id=domain_id, off_board=True, verb=Verb.MOVE
    )
    return _note(db, case, AmendmentKind.MOVE, change, board_id=board_id, absence=absence)


def withdraw(db: Session, case: CaseContext, *, board_id: int, amendment_id: int) -> Amendment:
    """Take a pending amendment back: the case is again as it was agreed.

    Raises `Conflict` where it is agreed, or where somebody has built on it since.
    """
    case = _to_amend(db, case, board_id)
    amendment = one_or_not_found(
        db.exec(
            select(Amendment)
            .where(
                col(Amendment.id) == amendment_id,
                col(Amendment.unit_id) == case.unit.id,
                col(Amendment.board_id) == board_id,
            )
            .with_for_update()
            .execution_options(populate_existing=True)
        ).first(),
        "amendment on this board",
    )
    if amendment.agreed_at or amendment.withdrawn_at:
        how = "agreed" if amendment.agreed_at else "withdrawn already"
        raise Conflict(f"This amendment is {how}. Load the board again to see how it stands.")
    put_back(db, case, amendment.before, amendment.after, Verb.WITHDRAW, amendment=amendment.id)
    _say_why_again(db, case, amendment)
    amendment.withdrawn_at, amendment.withdrawn_by = now(), case.study.me.id
    db.add(amendment)
    db.flush()
    return amendment


def correct(
    db: Session, case: CaseContext, *, core_idea_id: int, text: str, version: int
) -> Change | None:
    """Correct spelling or punctuation of a core idea that judges agreed to; they still agree.

    None where the words are as they were. Raises `Invalid` where they say something else now,
    `Conflict` where nobody has agreed yet or an amendment of this core idea is pending, `StaleEdit`
    where somebody was first.
    """
    text = checked_text(text)
    row = lock_unit(db, case.unit.id)
    _check_agreed_to(db, case, row)
    case = _keeping(case)
    idea = present(db, case, core_idea_id)
    check_version(db, case, idea, version, mine=text)
    if text == idea.text:
        return None
    if not is_editorial(idea.text, text):
        sentence = (
            "This changes what the core idea says, not only how it is spelt: amend it from the "
            f"board of its domain, or reopen {case.code}."
        )
        raise Invalid(sentence, {"text": sentence})
    _check_not_pending(db, case, idea)
    keep_first_version(db, row)
    discard_draft(db, case, core_idea_id=core_idea_id)
    change = make(db, case, Verb.EDITORIAL, [idea], [replace(idea, text=text)])
    _note(db, case, AmendmentKind.EDITORIAL, change, board_id=None)
    if is_agreed(row.state, row.step):
        freeze_case(db, case.scene, row, Cause.EDITORIAL)
    return change


def _to_amend(db: Session, case: CaseContext, board_id: int) -> CaseContext:
    """The case with its row taken, ready to be changed beside its agreements.

    The board's row is taken too, behind the case's and before the trail's, as an agreement to the
    board takes them: else the two could wait for one another.
    """
    row = lock_unit(db, case.unit.id)
    lock_unit(db, board_id)
    if not is_agreed(row.state, row.step):
        raise StepLocked(
            f"{case.code} is open ({row.state}), so there is nothing to amend: change the core "
            "idea on its own page, and its judges agree to the case."
        )
    keep_first_version(db, row)
    return _keeping(case)


def _keeping(case: CaseContext) -> CaseContext:
    return replace(case, unit=replace(case.unit, keeps_agreements=True))


def _check_agreed_to(db: Session, case: CaseContext, row: Unit) -> None:
    if is_agreed(row.state, row.step):
        return
    agreed = run(
        db,
        sa.select(col(Agreement.id))
        .where(col(Agreement.unit_id) == row.id, col(Agreement.content) == row.content)
        .limit(1),
    ).first()
    if row.state is not State.CONSENSUS or agreed is None:
        raise Conflict(
            f"Nobody has agreed to {case.code} as it stands, so there is no agreement to keep: "
            "just change the core idea."
        )


def _check_not_pending(db: Session, case: CaseContext, idea: Idea) -> None:
    rows = run(
        db,
        sa.select(col(Amendment.after)).where(col(Amendment.unit_id) == case.unit.id, PENDING),
    ).scalars()
    if any(idea.guid == each["guid"] for after in rows for each in after["ideas"]):
        raise Conflict(
            "An amendment of this core idea waits for the agreement of its board. Correct the "
            "spelling there, by amending its words once more."
        )


def _note(
    db: Session,
    case: CaseContext,
    kind: AmendmentKind,
    change: Change,
    *,
    board_id: int | None,
    absence: str = "",
) -> Amendment:
    before, after = _as_ideas(db, case, change.before), _as_ideas(db, case, change.after)
    if absence:
        before["absence"] = absence
    after["doubled"] = list(change.doubled)
    return note_amendment(
        db,
        case.scene,
        board_id=board_id,
        core_idea_guid=change.before[0].guid,
        kind=kind,
        before=before,
        after=after,
    )


def _as_ideas(db: Session, case: CaseContext, ideas: Sequence[Idea]) -> Ideas:
    first = ideas[0]
    listed = list(domain_list(db, case.sample.id))
    number = next(place for place, row in enumerate(listed, 1) if row.id == first.domain_id)
    found: dict[str, Any] = {
        "ideas": [idea.as_values() for idea in ideas],
        "number": f"{number}.{first.position + 1}",
        "domain": listed[number - 1].title,
    }
    return found


def _absence(db: Session, case: CaseContext, domain_id: int) -> str:
    reason = run(
        db,
        sa.select(col(Absence.reason)).where(
            col(Absence.layer_id) == case.unit.layer_id, col(Absence.domain_id) == domain_id
        ),
    ).scalar()
    return str(AbsenceReason(reason).value) if reason else ""


def _say_why_again(db: Session, case: CaseContext, amendment: Amendment) -> None:
    """A move took back why the other domain had no core idea: that stands again with it."""
    reason = amendment.before.get("absence")
    domain_id = amendment.after["ideas"][0]["domain_id"]
    there = run(
        db,
        sa.select(col(CoreIdea.id))
        .where(col(CoreIdea.layer_id) == case.unit.layer_id, col(CoreIdea.domain_id) == domain_id)
        .limit(1),
    ).first()
    if reason and there is None:
        set_absence(db, case, domain_id=domain_id, reason=AbsenceReason(reason))
