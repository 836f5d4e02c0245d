"""How what is audited moves, with its row taken: a unit by the cycle, a domain list likewise.

Rows are taken in one order: the unit's (or the audit's own, for a list), then the round's.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.audit.list_document import ListDocument, ListedDomain
from app.audit.models import Audit
from app.audit.queries import newest_version
from app.consensus.amending import Cause
from app.consensus.models import Unit
from app.consensus.queries import judges_of_units
from app.consensus.rules import Move, State, UnitKind, after, all_agree
from app.consensus.service import lock_unit, make_move
from app.consensus.versions import versions_of
from app.core_ideas.freezing import freeze_case
from app.cross_analysis.freezing import freeze_board
from app.db import run
from app.domains.models import Domain
from app.errors import StepLocked
from app.studies.models import Sample, Study
from app.trail.service import Scene, record

OVER = (
    "This audit ended when the item was reopened for recoding. Once it is agreed again, it goes to "
    "its auditors in another audit."
)


class Held(Protocol):
    """What is audited, its row taken until the end of the transaction."""

    @property
    def state(self) -> State:
        """How far it is."""

    def move(self, db: Session, scene: Scene, move: Move) -> None:
        """Make a move of the cycle. Raises `StepLocked` where there is none from here."""

    def frozen(self, db: Session) -> dict[str, Any]:
        """What a new round reads, as the round keeps it."""

    def why_not_agreed(self, db: Session) -> str:
        """Who has still to agree to what was changed, in words; empty where nobody has."""

    def keep_changes(self, db: Session, scene: Scene) -> None:
        """Freeze what was changed in answer to the audit."""


@dataclass(frozen=True)
class HeldUnit:
    """A case or a board; `is_over` where a reopening ended this audit of it."""

    row: Unit
    is_over: bool = False

    @property
    def id(self) -> int:
        """The unit's."""
        assert self.row.id is not None
        return self.row.id

    @property
    def state(self) -> State:
        """How far it is."""
        return State.CLOSED if self.is_over else self.row.state

    def move(self, db: Session, scene: Scene, move: Move) -> None:
        """The unit's own move. Raises `StepLocked` where this audit of it has ended."""
        if self.is_over:
            raise StepLocked(OVER)
        make_move(db, scene, self.row, move)

    def frozen(self, db: Session) -> dict[str, Any]:
        """Its newest consensus version."""
        return {"version_id": newest_version(db, self.id)}

    def why_not_agreed(self, db: Session) -> str:
        """All judges agree to what changed."""
        judges = judges_of_units(db, [self.id])[self.id]
        agreed = frozenset(judge.id for judge in judges if judge.agreed)
        is_agreed = all_agree(frozenset(judge.id for judge in judges), agreed)
        return "" if is_agreed else "not all judges have agreed to what changed"

    def keep_changes(self, db: Session, scene: Scene) -> None:
        """As its next version, if anything changed."""
        newest = versions_of(db, self.id)
        if newest and newest[0].content == self.row.content:
            return
        freeze = freeze_case if self.row.kind is UnitKind.CASE else freeze_board
        freeze(db, scene, self.row, Cause.AUDIT)


@dataclass(frozen=True)
class HeldList:
    """A domain list. It is never locked, and nobody signs it: every round freezes its own."""

    row: Audit

    @property
    def state(self) -> State:
        """How far its audit is."""
        assert self.row.state is not None
        return self.row.state

    def move(self, db: Session, scene: Scene, move: Move) -> None:
        """The same cycle, kept with the audit."""
        before = self.state
        self.row.state = after(before, move)
        db.add(self.row)
        db.flush()
        record(
            db,
            scene,
            move.value,
            item=self.row,
            before={"state": before.value},
            after={"state": self.row.state.value},
        )

    def frozen(self, db: Session) -> dict[str, Any]:
        """The list as it stands."""
        assert self.row.sample_id is not None
        return {"document": read_list(db, self.row.sample_id).as_json()}

    def why_not_agreed(self, db: Session) -> str:
        """Nothing to sign."""
        return ""

    def keep_changes(self, db: Session, scene: Scene) -> None:
        """The trail has them, and the list its version."""


def hold(db: Session, audit_id: int) -> tuple[Audit, Held]:
    """An audit, and what it is of with its row taken."""
    audit = db.get_one(Audit, audit_id)
    if audit.unit_id is not None:
        unit = lock_unit(db, audit.unit_id)
        db.refresh(audit)
        held: Held = HeldUnit(unit, is_over=_is_over(db, audit, unit))
        return audit, held
    own = db.exec(
        select(Audit)
        .where(Audit.id == audit_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()
    return own, HeldList(own)


def _is_over(db: Session, audit: Audit, unit: Unit) -> bool:
    """Was the unit reopened since? What is audited then is another content, in another audit."""
    if audit.closed_at is None:
        return False
    later = select(Audit.id).where(Audit.unit_id == unit.id, col(Audit.id) > audit.id)
    return unit.state is not State.CLOSED or db.exec(later).first() is not None


def read_list(db: Session, sample_id: int) -> ListDocument:
    """A sample's domain list as a document."""
    study, sample, topic, version = run(
        db,
        sa.select(col(Study.title), col(Sample.name), col(Sample.topic), col(Sample.domain_list))
        .join(Study, col(Study.id) == col(Sample.study_id))
        .where(col(Sample.id) == sample_id),
    ).one()
    rows = run(
        db,
        sa.select(
            col(Domain.guid),
            col(Domain.title),
            col(Domain.definition),
            col(Domain.abbreviation),
            col(Domain.kind),
            col(Domain.hue),
        )
        .where(col(Domain.sample_id) == sample_id)
        .order_by(col(Domain.position), col(Domain.id)),
    )
    domains = tuple(
        ListedDomain(guid, place, title, definition, short, str(kind), hue)
        for place, (guid, title, definition, short, kind, hue) in enumerate(rows, 1)
    )
    return ListDocument(study, sample, topic, version, domains)
