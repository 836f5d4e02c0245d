"""What the panel says of one block or *not coded* mark, and what may be done with it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from app.accounts.kept import Kept, TwoVersions, two_versions
from app.accounts.models import KeptText
from app.cases.guard import CaseContext
from app.db import run
from app.domains.coding import Coding, DomainLine
from app.domains.passages import TABLES, Kind
from app.domains.placed import Placed
from app.domains.resting import RestingIdea, resting_on
from app.trail.items import last_hand


@dataclass(frozen=True)
class Card:
    """A passage beside the transcript.

    `versions` are two memos to choose from: another's, and one's own that could not be saved.
    """

    kind: Kind
    id: int
    version: int
    transcript: int
    transcript_version: int
    start: int
    end: int
    cited: str
    quote: str
    by: str
    at: datetime
    memo: str
    domains: tuple[DomainLine, ...]
    other_domains: tuple[DomainLine, ...]
    core_ideas: tuple[RestingIdea, ...]
    versions: TwoVersions | None = None

    @property
    def is_block(self) -> bool:
        """Is it coded, and not left out?"""
        return self.kind is Kind.BLOCK

    @property
    def path(self) -> str:
        """Its address below the coding page."""
        return f"{'blocks' if self.is_block else 'not-coded'}/{self.id}"

    @property
    def where(self) -> str:
        """'Turn 44', 'Turns 31–32'."""
        return f"Turns {self.cited}" if "–" in self.cited else f"Turn {self.cited}"


def card_of(db: Session, case: CaseContext, coding: Coding, key: tuple[Kind, int]) -> Card | None:
    """The card of a passage of this case's layer, if it is (still) there."""
    kind, passage_id = key
    found = next((p for p in coding.placed if (p.kind, p.id) == key), None)
    if found is None:
        return None
    transcript = next((t for t in coding.transcripts if t.version_id == found.version_id), None)
    if transcript is None:
        return None
    at, *kept = run(db, MADE_AT[kind], {"id": passage_id, "me": case.study.me.id}).one()
    mine = Kept(*kept) if kept[0] is not None else None
    return Card(
        kind=kind,
        id=passage_id,
        version=found.version,
        transcript=transcript.number,
        transcript_version=found.version_id,
        start=found.start,
        end=found.end,
        cited=transcript.cite(found.start, found.end),
        quote=transcript.text[found.start : found.end],
        by=found.by,
        at=at,
        memo=found.memo,
        domains=tuple(d for d in coding.domains if d.domain.id in found.domain_ids),
        other_domains=tuple(d for d in coding.domains if d.domain.id not in found.domain_ids),
        core_ideas=tuple(resting_on(db, passage_id)) if kind is Kind.BLOCK else (),
        versions=_versions(db, case, found, mine) if mine else None,
    )


def _versions(db: Session, case: CaseContext, found: Placed, mine: Kept) -> TwoVersions | None:
    hand = last_hand(db, case.scene, found.kind.value, found.id, fields=["memo"])
    memo = {"memo": found.memo}
    return two_versions(mine, memo, version=found.version, labels={"memo": "Memo"}, hand=hand)


MADE_AT = {
    kind: sa.select(
        col(table.made_at),
        col(KeptText.texts),
        col(KeptText.base),
        col(KeptText.version),
        col(KeptText.kept_at),
    )
    .join(
        KeptText,
        (col(KeptText.item_kind) == kind.value)
        & (col(KeptText.item_id) == col(table.id))
        & (col(KeptText.account_id) == sa.bindparam("me")),
        isouter=True,
    )
    .where(col(table.id) == sa.bindparam("id"))
    for kind, table in TABLES.items()
}
"""When a passage was made, and what one typed for its memo: every change draws a card."""
