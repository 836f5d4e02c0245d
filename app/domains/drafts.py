"""The blocks and *not coded* marks of a unit's revealed drafts, judge by judge."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.models import Transcript, TranscriptVersion
from app.consensus.models import Unit
from app.consensus.revealed import RevealedDraft, revealed_drafts
from app.db import run
from app.domains.comparison import Coded, Comparison, Piece, compare
from app.domains.placed import Placed, placed_on

VERSIONS = (
    sa.select(col(TranscriptVersion.id))
    .join(Transcript, col(Transcript.id) == col(TranscriptVersion.transcript_id))
    .join(Unit, col(Unit.case_id) == col(Transcript.case_id))
    .where(col(Unit.id) == sa.bindparam("unit"))
    .order_by(col(Transcript.number), col(TranscriptVersion.number))
)


@dataclass(frozen=True)
class Drafts:
    """Revealed drafts with what is placed in them, by their judges' names."""

    judges: tuple[RevealedDraft, ...]
    placed: tuple[Placed, ...]

    def of(self, judge: RevealedDraft) -> tuple[Placed, ...]:
        """What one judge placed, in the order of the text."""
        return tuple(each for each in self.placed if each.layer_id == judge.layer_id)

    def memos(self, pieces: Collection[Piece]) -> str:
        """The memos of these pieces' blocks, each with a name where several judges drafted."""
        found = []
        for judge in self.judges:
            theirs = {p[1:4] for p in pieces if p.judge == judge.account_id}
            for each in self.of(judge):
                if each.memo and (each.version_id, each.start, each.end) in theirs:
                    named = f"{judge.name}: {each.memo}"
                    found.append(named if len(self.judges) > 1 else each.memo)
        return "\n".join(dict.fromkeys(found))

    def judge(self, account_id: int | None) -> RevealedDraft | None:
        """The draft of somebody, if it was revealed."""
        return next((each for each in self.judges if each.account_id == account_id), None)


def read_drafts(db: Session, unit_id: int) -> Drafts:
    """The revealed drafts of a unit; empty before the reveal. Three statements."""
    judges = revealed_drafts(db, unit_id)
    placed = placed_on(db, [judge.layer_id for judge in judges])
    return Drafts(judges, tuple(placed))


def compared(db: Session, unit_id: int, drafts: Drafts) -> Comparison:
    """The drafts against one another, transcripts in their order."""
    coded = {
        judge.account_id: [
            Coded(each.version_id, each.start, each.end, frozenset(each.domain_ids))
            for each in drafts.of(judge)
        ]
        for judge in drafts.judges
    }
    return compare(coded, run(db, VERSIONS, {"unit": unit_id}).scalars().all())
