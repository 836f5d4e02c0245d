"""What the panel says of one block or *not coded* mark, and what may be done with it."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.cases.guard import CaseContext
from app.domains.coding import Coding, DomainLine
from app.domains.passages import Kind, made_at
from app.domains.resting import RestingIdea, resting_on


@dataclass(frozen=True)
class Card:
    """A passage beside the transcript. `typed` is a memo that could not be saved yet."""

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
    typed: str | None = None

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
        at=made_at(db, kind, passage_id),
        memo=found.memo,
        domains=tuple(d for d in coding.domains if d.domain.id in found.domain_ids),
        other_domains=tuple(d for d in coding.domains if d.domain.id not in found.domain_ids),
        core_ideas=tuple(resting_on(db, passage_id)) if kind is Kind.BLOCK else (),
    )
