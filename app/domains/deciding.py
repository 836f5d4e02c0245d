"""Deciding a passage: the decision applies itself to the consensus layer, in one transaction.

Deciding again takes back what the earlier decision put there, as far as nobody changed it or built
on it since. Edits made elsewhere never touch a decision.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session

from app.cases.guard import CaseContext
from app.consensus.points import (
    Decided,
    PointView,
    decide_point,
    discuss_after_all,
    note_reason,
    take_point,
)
from app.consensus.rules import Outcome, PointKind
from app.consensus.service import change_content
from app.db import one_or_not_found
from app.domains.blocks import lock
from app.domains.differences import Differences, made_by, passage_of, read_differences, was_joined
from app.domains.made import Made, taking_back
from app.domains.outcomes import put_in
from app.domains.passages import Kind, Passage, stored, stored_at, write
from app.domains.placed import placed_on
from app.domains.rules import PUT_IN, TAKE_BACK
from app.domains.transcripts import TranscriptText, transcript_with, transcripts_of
from app.errors import Invalid
from app.trail.service import record


@dataclass(frozen=True)
class Settled:
    """What deciding did: the point, what it changed, and what stays of an earlier decision."""

    decided: Decided
    touched: tuple[Passage, ...]
    stays: tuple[Made, ...]
    transcripts: tuple[TranscriptText, ...]


def decide(
    db: Session,
    case: CaseContext,
    point_id: int,
    *,
    outcome: Outcome,
    version: int,
    judge_id: int | None = None,
    reason: str = "",
) -> Settled:
    """Note what the team decided at a passage, and apply it to the consensus layer.

    `judge_id` says whose view *one view* takes. *Edited* takes what stands at the passage now as
    the decision's own. Raises as `points.take_point` does, and `Invalid` for a judge without a
    draft.
    """
    lock(db, case)
    point = _taken(db, case, point_id, version, reason)
    found = read_differences(db, case.unit.id)
    transcripts = transcripts_of(db, case.case_id)
    if outcome is Outcome.TALK_LATER:
        return _noted(db, Applied(case), point, outcome, {}, reason, transcripts)
    if outcome is Outcome.EDITED:
        chosen = _chosen(point, _standing(db, case, found, point))
        return _noted(db, Applied(case), point, outcome, chosen, reason, transcripts)
    if outcome is Outcome.ONE_VIEW:
        one_or_not_found(found.drafts.judge(judge_id), "judge with a draft of this case")
    wanted = _wanted(case, found, point, outcome, judge_id, transcripts)
    applied = _applied(db, case, point, wanted, transcripts)
    chosen = _chosen(point, applied.made) | ({"judge": judge_id} if judge_id else {})
    return _noted(db, applied, point, outcome, chosen, reason, transcripts)


def _wanted(
    case: CaseContext,
    found: Differences,
    point: PointView,
    outcome: Outcome,
    judge_id: int | None,
    transcripts: tuple[TranscriptText, ...],
) -> list[Passage]:
    here, pieces = passage_of(point), found.pieces(point)
    text = transcript_with(transcripts, here.version).text
    wanted = []
    for each in put_in(outcome, judge_id, here, pieces, found.around(point), text):
        of_it = [
            piece
            for piece in pieces
            if piece.domain in each.domains
            and each.start <= piece.start
            and piece.end <= each.end
            and judge_id in (None, piece.judge)
        ]
        wanted.append(
            Passage(
                Kind.BLOCK if each.domains else Kind.NOT_CODED,
                each.version,
                each.start,
                each.end,
                made_by=case.study.me.id,
                memo=found.drafts.memos(of_it),
                domains=tuple(sorted(each.domains)),
            )
        )
    return wanted


def begin_editing(
    db: Session, case: CaseContext, point_id: int, *, version: int, reason: str
) -> PointView:
    """Before a passage is edited by hand: keep the reason that was typed. Decides nothing."""
    lock(db, case)
    _taken(db, case, point_id, version, reason)
    return note_reason(
        db, case.scene, case.unit, point_id, version=version, what=case.code, reason=reason
    )


def talk_after_all(db: Session, case: CaseContext, point_id: int, *, version: int) -> Decided:
    """Open a joined or decided passage to be discussed; what stands stays until it is decided."""
    lock(db, case)
    _taken(db, case, point_id, version, "")
    return discuss_after_all(db, case.scene, case.unit, point_id, version=version, what=case.code)


def _taken(db: Session, case: CaseContext, point_id: int, version: int, reason: str) -> PointView:
    point = take_point(
        db, case.scene, case.unit, point_id, version=version, what=case.code, reason=reason
    )
    if point.kind is not PointKind.PASSAGE:
        raise Invalid("This is no passage. Decide it on the page of the core ideas.")
    return point


def _chosen(point: PointView, made: Iterable[Made]) -> dict[str, Any]:
    joined = {"joined": True} if was_joined(point) else {}
    return joined | {"made": [each.as_values() for each in made]}


@dataclass(frozen=True)
class Applied:
    """The case after a decision came into its layer: what it changed, made, and left standing."""

    case: CaseContext
    touched: tuple[Passage, ...] = ()
    made: tuple[Made, ...] = ()
    stays: tuple[Made, ...] = ()


def _noted(
    db: Session,
    applied: Applied,
    point: PointView,
    outcome: Outcome,
    chosen: dict[str, Any],
    reason: str,
    transcripts: tuple[TranscriptText, ...],
) -> Settled:
    case = applied.case
    decided = decide_point(
        db,
        case.scene,
        case.unit,
        point.id,
        outcome=outcome,
        chosen=chosen,
        reason=reason,
        version=point.version,
        what=case.code,
    )
    return Settled(decided, applied.touched, applied.stays, transcripts)


def _applied(
    db: Session,
    case: CaseContext,
    point: PointView,
    wanted: Sequence[Passage],
    transcripts: tuple[TranscriptText, ...],
) -> Applied:
    """Take the earlier decision's passages back and put the new ones in."""
    taken = taking_back(db, case.unit.layer_id, made_by(point))
    if not taken.before and not wanted:
        return Applied(case, stays=taken.stays)
    case = replace(case, unit=change_content(db, case.unit, case.code))
    left = {passage.key: passage for passage in taken.after}
    touched, made = [], []
    for passage in taken.before:
        now = _change(db, case, TAKE_BACK, [passage], left.get(passage.key), transcripts)
        touched += [passage, *now]
    for each in wanted:
        present = stored_at(
            db, case.unit.layer_id, each.kind, each.transcript_version, each.start, each.end
        )
        added = set(each.domains) - set(present.domains if present else ())
        if present and not added:
            continue
        whole = _together(present, each) if present else each
        now = _change(db, case, PUT_IN, [present] if present else [], whole, transcripts)
        touched += now
        made.append(Made.of(now[0], added))
    return Applied(case, tuple(touched), tuple(made), taken.stays)


def _together(present: Passage, wanted: Passage) -> Passage:
    memos = [*present.memo.splitlines(), *wanted.memo.splitlines()]
    return replace(
        present,
        domains=tuple(sorted({*present.domains, *wanted.domains})),
        memo="\n".join(dict.fromkeys(memos)),
    )


def _change(
    db: Session,
    case: CaseContext,
    verb: str,
    before: Sequence[Passage],
    after: Passage | None,
    transcripts: tuple[TranscriptText, ...],
) -> list[Passage]:
    """Write one passage and its entry in the trail."""
    texts = {transcript.version_id: transcript.text for transcript in transcripts}
    written = write(db, case.unit.layer_id, texts, before, [after] if after else [])
    record(
        db,
        case.scene,
        verb,
        item=(written or list(before))[0].item,
        before={"passages": [passage.as_values() for passage in before]},
        after={"passages": [passage.as_values() for passage in written]},
    )
    return written


def _standing(db: Session, case: CaseContext, found: Differences, point: PointView) -> list[Made]:
    """What stands at a passage now and is no other decision's."""
    layer, here = case.unit.layer_id, passage_of(point)
    placed = [
        each
        for each in placed_on(db, [layer])
        if each.version_id == here.version and each.start < here.end and here.start < each.end
    ]
    others: dict[str, set[int]] = {}
    for other in found.points:
        for made in made_by(other) if other.id != point.id else ():
            others.setdefault(made.guid, set()).update(made.domains)
    standing = []
    for kind in Kind:
        for passage in stored(db, layer, kind, [each.id for each in placed if each.kind is kind]):
            domains = set(passage.domains) - others.get(passage.guid, set())
            if domains or (kind is Kind.NOT_CODED and passage.guid not in others):
                standing.append(Made.of(passage, domains))
    return standing
