"""Amendments as a board makes them: the core idea of a card reworded, split, moved elsewhere.

The case stays agreed; the board asks its judges, and the case's, anew. The case's row is taken
before the board's, as every change of a core idea does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.guard import CaseContext, load_case
from app.cases.models import Case
from app.consensus.amendments import AMENDED, Amended
from app.consensus.models import Amendment, Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER
from app.consensus.rules import check_open, is_agreed
from app.consensus.service import change_content
from app.core_ideas import amending
from app.core_ideas.consensus_version import Note
from app.core_ideas.dependents import note_arrived
from app.core_ideas.document import note_of
from app.core_ideas.models import CoreIdea
from app.cross_analysis.guard import BoardContext
from app.cross_analysis.raw_data import on_board
from app.db import one_or_not_found, run
from app.domains.models import Domain
from app.errors import StepLocked


def amend_wording(
    db: Session, board: BoardContext, *, core_idea_id: int, text: str, version: int
) -> bool:
    """Reword the core idea of a card whose case is agreed. Returns whether anything changed.

    `version` is the wording that was on the page. Raises `StepLocked` where the board is not open
    or the case is, `StaleEdit`, `Invalid` and `NotFound` as rewording a core idea does.
    """
    case = _case_of(db, board, core_idea_id)
    made = amending.reword(
        db, case, board_id=board.unit.id, core_idea_id=core_idea_id, text=text, version=version
    )
    return _ask_anew(db, board, made)


def amend_split(
    db: Session, board: BoardContext, *, core_idea_id: int, parts: Sequence[str], version: int
) -> bool:
    """Split it: the first part keeps its places, the others are unsorted on this board."""
    case = _case_of(db, board, core_idea_id)
    made = amending.split_in_two(
        db, case, board_id=board.unit.id, core_idea_id=core_idea_id, parts=parts, version=version
    )
    return _ask_anew(db, board, made)


def amend_domain(
    db: Session, board: BoardContext, *, core_idea_id: int, domain_id: int, version: int
) -> bool:
    """Move it, with its raw data, to another domain of the sample: the card leaves this board."""
    case = _case_of(db, board, core_idea_id)
    made = amending.move_away(
        db,
        case,
        board_id=board.unit.id,
        core_idea_id=core_idea_id,
        domain_id=domain_id,
        version=version,
    )
    if made:
        note_arrived(db, board.scene, domain_id=domain_id, code=case.code)
    return _ask_anew(db, board, made)


def withdraw(db: Session, board: BoardContext, *, amendment_id: int) -> None:
    """Take back an amendment that this board has not agreed to yet.

    Raises `Conflict` where it is agreed, or somebody has built on it since.
    """
    _check_shared(board)
    code = one_or_not_found(
        run(
            db,
            sa.select(col(Case.code))
            .join(Unit, col(Unit.case_id) == col(Case.id))
            .join(Amendment, col(Amendment.unit_id) == col(Unit.id))
            .where(col(Amendment.id) == amendment_id, col(Amendment.board_id) == board.unit.id),
        ).scalar(),
        "amendment on this board",
    )
    case = load_case(db, board.study, board.sample.id, code)
    made = amending.withdraw(db, case, board_id=board.unit.id, amendment_id=amendment_id)
    there = made.after["ideas"][0]["domain_id"]
    if there != board.domain_id:
        note_arrived(db, board.scene, domain_id=there, code=case.code)
    _ask_anew(db, board, made)


def _ask_anew(db: Session, board: BoardContext, made: Amendment | None) -> bool:
    if made is None:
        return False
    change_content(db, board.unit, board.title)
    return True


def _case_of(db: Session, board: BoardContext, core_idea_id: int) -> CaseContext:
    _check_shared(board)
    code = run(
        db,
        sa.select(col(Case.code))
        .join(Unit, col(Unit.case_id) == col(Case.id))
        .join(Layer, CONSENSUS_LAYER)
        .join(CoreIdea, col(CoreIdea.layer_id) == col(Layer.id))
        .where(col(CoreIdea.id) == core_idea_id, *on_board(board)),
    ).scalar()
    one_or_not_found(code, f"core idea on {board.what}")
    return load_case(db, board.study, board.sample.id, code)


def _check_shared(board: BoardContext) -> None:
    if board.unit.is_private:
        raise StepLocked(
            f"The board of {board.title} is drafted in private. Amend a core idea once the drafts "
            "are revealed and the team sorts together."
        )
    check_open(board.unit.state, f"The board of {board.title}")


@dataclass(frozen=True)
class Amendable:
    """What the panel of a card needs to offer amendments; `domains` are those it may move to."""

    version: int
    is_case_agreed: bool
    domains: tuple[tuple[int, str], ...]


def amendable(db: Session, board: BoardContext, core_idea_id: int) -> Amendable | None:
    """Can this card be amended by who looks, and where could it move? One statement."""
    if not board.may_edit or board.unit.is_private:
        return None
    rows = run(
        db,
        sa.select(
            col(Domain.id),
            col(Domain.title),
            col(CoreIdea.version),
            col(Unit.state),
            col(Unit.step),
        )
        .select_from(CoreIdea)
        .join(Layer, col(Layer.id) == col(CoreIdea.layer_id))
        .join(Unit, CONSENSUS_LAYER)
        .join(Domain, col(Domain.sample_id) == col(Unit.sample_id))
        .where(col(CoreIdea.id) == core_idea_id, *on_board(board))
        .order_by(col(Domain.position), col(Domain.id)),
    ).all()
    if not rows:
        return None
    others = ((id_, title) for id_, title, *_ in rows if id_ != board.domain_id)
    return Amendable(rows[0].version, is_agreed(rows[0].state, rows[0].step), tuple(others))


@dataclass(frozen=True)
class Listed:
    """An amendment on its board's list, with its case and the version that holds it."""

    id: int
    code: str
    note: Note
    is_pending: bool
    version: int | None


def listed_amendments(db: Session, board: BoardContext) -> tuple[Listed, ...]:
    """Every amendment made from this board, the pending ones first. One statement."""
    rows = run(
        db,
        AMENDED.add_columns(col(Case.code))
        .join(Unit, col(Unit.id) == col(Amendment.unit_id))
        .join(Case, col(Case.id) == col(Unit.case_id))
        .where(col(Amendment.board_id) == board.unit.id),
    )
    found = [(row[-1], Amended(*row[:-1])) for row in rows]
    listed = [
        Listed(each.id, code, note_of(each), each.is_pending, each.version) for code, each in found
    ]
    return tuple(sorted(listed, key=lambda each: not each.is_pending))
