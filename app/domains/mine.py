"""The page of what the consensus changed in one judge's own coding, shown to nobody else."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.cases.guard import CaseContext
from app.db import one_or_not_found
from app.domains.coding import turn_at, turn_id
from app.domains.differences import read_differences
from app.domains.discussion import check_revealed
from app.domains.own_changes import Fate, OwnChange, Place, own_changes
from app.domains.placed import Placed, placed_on
from app.domains.point_words import Discussed, Words, place_of
from app.domains.queries import DomainRow, domain_list
from app.domains.transcripts import TranscriptText, transcripts_of


@dataclass(frozen=True)
class Line:
    """One passage: its words, what was one's own, what stands now, and the point it was part of."""

    fate: Fate
    where: str
    anchor: str
    words: str
    mine: DomainRow | None
    my_extent: str
    team: tuple[tuple[DomainRow | None, str], ...]
    point: Discussed | None


@dataclass(frozen=True)
class Mine:
    """The page of one judge."""

    case: CaseContext
    changed: tuple[Line, ...]
    kept: tuple[Line, ...]
    counts: tuple[tuple[Fate, int], ...]

    @property
    def url(self) -> str:
        """Where all layers stand side by side."""
        return f"{self.case.url}/coding/discussion"


def read_mine(db: Session, case: CaseContext) -> Mine:
    """The page of who looks. A constant number of statements.

    Raises `Forbidden` before the reveal, `NotFound` for who did not draft the case.
    """
    check_revealed(case)
    transcripts = transcripts_of(db, case.case_id)
    found = read_differences(db, case.unit.id)
    own = found.drafts.judge(case.study.me.id)
    draft = one_or_not_found(own, f"draft of yours of {case.code}")
    team = placed_on(db, [case.unit.consensus_layer_id])
    domains = domain_list(db, case.sample.id)
    words = Words(found, domains, transcripts)
    points = [words.of(point) for point in found.points if not point.is_joined]
    changes = own_changes(_places(found.drafts.of(draft)), _places(team))
    rows = {domain.id: domain for domain in domains}
    lines = [_line(change, transcripts, rows, points) for change in changes]
    counted = Counter(line.fate for line in lines)
    return Mine(
        case=case,
        changed=tuple(line for line in lines if line.fate is not Fate.KEPT),
        kept=tuple(line for line in lines if line.fate is Fate.KEPT),
        counts=tuple((fate, counted[fate]) for fate in Fate if counted[fate]),
    )


def _places(placed: Iterable[Placed]) -> list[Place]:
    return [
        Place(each.version_id, each.start, each.end, domain_id)
        for each in placed
        for domain_id in each.domain_ids or (None,)
    ]


def _line(
    change: OwnChange,
    transcripts: Sequence[TranscriptText],
    rows: Mapping[int, DomainRow],
    points: Sequence[Discussed],
) -> Line:
    at = change.at
    transcript = next((t for t in transcripts if t.version_id == at.version), None)
    turn = turn_at(transcript.turns, at.start + 1) if transcript else None
    return Line(
        fate=change.fate,
        where=place_of(transcript, at.start, at.end),
        anchor=f"#{turn_id(transcript.number)}{turn}" if transcript else "",
        words=transcript.text[at.start : at.end] if transcript else "",
        mine=rows.get(change.mine.domain or 0) if change.mine else None,
        my_extent=_extent(transcript, change.mine) if change.mine else "",
        team=tuple((rows.get(p.domain or 0), _extent(transcript, p)) for p in change.team),
        point=next((each for each in points if _is_about(each, at)), None),
    )


def _extent(transcript: TranscriptText | None, place: Place) -> str:
    return transcript.extent(place.start, place.end) if transcript else ""


def _is_about(each: Discussed, at: Place) -> bool:
    point = each.point
    return (
        point.transcript_version_id == at.version
        and (point.start or 0) < at.end
        and at.start < (point.end or 0)
    )
