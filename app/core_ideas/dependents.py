"""Which boards depend on a case: those that its core ideas stand on. They are marked stale."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.models import Case
from app.consensus.models import ConsensusVersion, Layer, Unit
from app.consensus.rules import Move, State, UnitKind
from app.consensus.service import when
from app.consensus.stale import mark_stale
from app.consensus.versions import VersionHead, document_of_version
from app.core_ideas.comparing import compare
from app.core_ideas.consensus_version import read_document
from app.core_ideas.models import CoreIdea
from app.db import run
from app.domains.models import Domain
from app.trail.service import Scene


@when(Move.REOPEN)
def note_reopened(db: Session, scene: Scene, unit: Unit) -> None:
    """A reopened case: its core ideas may change under the boards they stand on."""
    if unit.kind is not UnitKind.CASE:
        return
    domains = (
        sa.select(col(CoreIdea.domain_id))
        .join(Layer, col(Layer.id) == col(CoreIdea.layer_id))
        .where(col(Layer.unit_id) == unit.id, col(Layer.account_id).is_(None))
    )
    why = f"{_code(db, unit)} was reopened for recoding."
    mark_stale(db, scene, _begun_boards(db, col(Domain.id).in_(domains)), why)


def note_agreed_anew(
    db: Session, scene: Scene, unit: Unit, before: VersionHead, now: ConsensusVersion
) -> None:
    """A case that was agreed before: the boards in whose domains its core ideas changed."""
    old = read_document(document_of_version(db, before.id))
    new = read_document(now.document)
    changed = [each.guid for each in compare(old, new).domains if each.statements_differ]
    why = f"{_code(db, unit)} was agreed anew, and its core ideas here changed."
    mark_stale(db, scene, _begun_boards(db, col(Domain.guid).in_(changed)), why)


def note_arrived(db: Session, scene: Scene, *, domain_id: int, code: str) -> None:
    """An amendment puts a core idea on another board, or takes it off there again."""
    why = f"A core idea of {code} was moved by an amendment, to this domain or out of it again."
    mark_stale(db, scene, _begun_boards(db, col(Domain.id) == domain_id), why)


def note_came_along(db: Session, scene: Scene, *, domain_id: int, title: str) -> None:
    """Core ideas came to a board with a domain that was merged into its own."""
    why = f"The core ideas of “{title}” came to this domain, which it was merged into: sort them."
    mark_stale(db, scene, _begun_boards(db, col(Domain.id) == domain_id), why)


def _begun_boards(db: Session, which: sa.ColumnElement[bool]) -> Collection[int]:
    found: Collection[int] = (
        run(
            db,
            sa.select(col(Unit.id))
            .join(Domain, col(Domain.id) == col(Unit.domain_id))
            .where(which, col(Unit.state) != State.NOT_STARTED),
        )
        .scalars()
        .all()
    )
    return found


def _code(db: Session, unit: Unit) -> str:
    code: str = run(db, sa.select(col(Case.code)).where(col(Case.id) == unit.case_id)).scalar_one()
    return code
