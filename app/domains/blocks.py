"""What a team does to passages: assign, double-code, move, remove, leave out.

Every function locks the unit's row first, so two changes of one case follow one another, and
answers with a `Change`: what was before, what is after, and the trail's entry to undo it by.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.accounts.kept import Item, let_go
from app.cases.anchoring import check_quote, snap
from app.cases.guard import CaseContext
from app.consensus.queries import UnitFacts
from app.consensus.rules import Step
from app.consensus.service import change_content, hold
from app.db import run
from app.domains.models import Domain
from app.domains.passages import Kind, Passage, stored, stored_at, write
from app.domains.resting import RestsOnBlock, resting_on
from app.domains.rules import Verb
from app.domains.transcripts import TranscriptText, transcript_with, transcripts_of
from app.errors import Invalid, NotFound, StaleEdit, Versions
from app.trail import items
from app.trail.items import at_version
from app.trail.service import record


@dataclass(frozen=True)
class Change:
    """What a change did. Without an `entry` nothing changed: it was so already.

    `entry` is its number in the trail's chain. `transcripts` are the case's, where the change had
    to read them.
    """

    unit: UnitFacts
    before: tuple[Passage, ...]
    after: tuple[Passage, ...]
    entry: int | None = None
    transcripts: tuple[TranscriptText, ...] = ()
    verb: Verb | None = None

    @property
    def passage(self) -> Passage | None:
        """The passage to look at afterwards."""
        return self.after[0] if self.after else None


def assign(
    db: Session,
    case: CaseContext,
    *,
    version_id: int,
    start: int,
    end: int,
    quote: str,
    domain_ids: Sequence[int],
    to_sentences: bool = False,
) -> Change:
    """Put a passage into one or more domains of the sample.

    The same range again adds a domain, the same domain again changes nothing. Raises `Conflict`
    where the quote is not what stands there, `Invalid` without a domain or words.
    """
    transcripts = transcripts_of(db, case.case_id)
    start, end = _range(transcripts, version_id, start, end, quote, to_sentences)
    lock(db, case)
    domains = _domains(db, case, domain_ids)
    block = stored_at(db, case.unit.layer_id, Kind.BLOCK, version_id, start, end)
    if block:
        wanted = replace(block, domains=tuple(sorted({*block.domains, *domains})))
        if wanted == block:
            return Change(case.unit, (block,), (block,))
        return make(db, case, transcripts, Verb.DOUBLE_CODE, [block], [wanted])
    block = Passage(
        Kind.BLOCK, version_id, start, end, made_by=case.study.me.id, domains=tuple(domains)
    )
    return make(db, case, transcripts, Verb.ASSIGN, [], [block])


def leave_out(
    db: Session,
    case: CaseContext,
    *,
    version_id: int,
    start: int,
    end: int,
    quote: str,
    to_sentences: bool = False,
) -> Change:
    """Mark a passage as *not coded*; the same again changes nothing."""
    transcripts = transcripts_of(db, case.case_id)
    start, end = _range(transcripts, version_id, start, end, quote, to_sentences)
    lock(db, case)
    present = stored_at(db, case.unit.layer_id, Kind.NOT_CODED, version_id, start, end)
    if present:
        return Change(case.unit, (present,), (present,))
    mark = Passage(Kind.NOT_CODED, version_id, start, end, made_by=case.study.me.id)
    return make(db, case, transcripts, Verb.NOT_CODED, [], [mark])


def take_out(
    db: Session, case: CaseContext, *, block_id: int, domain_id: int, version: int
) -> Change:
    """Take a block out of one domain; out of its last one it is removed.

    Raises `RestsOnBlock` where a core idea of that domain has no other raw data.
    """
    lock(db, case)
    block = _present(db, case, Kind.BLOCK, block_id, version)
    if domain_id not in block.domains:
        return Change(case.unit, (block,), (block,))
    if block.domains == (domain_id,):
        return _remove(db, case, block)
    resting = resting_on(db, block_id, domain_id=domain_id)
    if any(idea.is_last_block for idea in resting):
        raise RestsOnBlock("taken out of this domain", resting)
    wanted = replace(
        block,
        domains=tuple(d for d in block.domains if d != domain_id),
        core_ideas=tuple(sorted({*block.core_ideas} - {idea.id for idea in resting})),
    )
    return make(db, case, (), Verb.TAKE_OUT, [block], [wanted])


def remove(db: Session, case: CaseContext, *, kind: Kind, passage_id: int, version: int) -> Change:
    """Remove a block or a *not coded* mark.

    Raises `RestsOnBlock` where a core idea has no other raw data.
    """
    lock(db, case)
    return _remove(db, case, _present(db, case, kind, passage_id, version))


def _remove(db: Session, case: CaseContext, passage: Passage) -> Change:
    if passage.core_ideas:
        resting = resting_on(db, passage.id)
        if any(idea.is_last_block for idea in resting):
            raise RestsOnBlock("removed", resting)
    verb = Verb.REMOVE if passage.kind is Kind.BLOCK else Verb.CODED_AFTER_ALL
    return make(db, case, (), verb, [passage], [])


def move(
    db: Session,
    case: CaseContext,
    *,
    block_id: int,
    version: int,
    start: int,
    end: int,
    to_sentences: bool = False,
) -> Change:
    """Move a block's ends. Moved onto another block's range, the two become one.

    The merged block has the domains, memos and core ideas of both.
    """
    lock(db, case)
    block = _present(db, case, Kind.BLOCK, block_id, version)
    transcripts = transcripts_of(db, case.case_id)
    transcript = transcript_with(transcripts, block.transcript_version)
    start, end = _range(
        transcripts, block.transcript_version, start, end, transcript.text[start:end], to_sentences
    )
    if (start, end) == (block.start, block.end):
        return Change(case.unit, (block,), (block,))
    there = stored_at(db, case.unit.layer_id, Kind.BLOCK, block.transcript_version, start, end)
    if not there:
        return make(
            db, case, transcripts, Verb.MOVE, [block], [replace(block, start=start, end=end)]
        )
    both = replace(
        there,
        domains=tuple(sorted({*block.domains, *there.domains})),
        core_ideas=tuple(sorted({*block.core_ideas, *there.core_ideas})),
        memo="\n".join(filter(None, (there.memo, block.memo))),
    )
    return make(db, case, transcripts, Verb.MERGE, [there, block], [both])


def write_memo(db: Session, case: CaseContext, *, block_id: int, version: int, memo: str) -> Change:
    """Note something beside a block. What one had typed there before is done with.

    Raises `StaleEdit` with both memos where another wrote one since `version`; other changes of the
    block do no harm to a memo.
    """
    lock(db, case)
    block = _there(db, case, Kind.BLOCK, block_id)
    wanted = replace(block, memo=memo.strip())
    if block.version != version and wanted != block:
        _check_memo(db, case, block, version, wanted.memo)
    let_go(db, case.study.me.id, Item(Kind.BLOCK.value, block_id))
    if wanted == block:
        return Change(case.unit, (block,), (block,))
    return make(db, case, (), Verb.MEMO, [block], [wanted])


def make(
    db: Session,
    case: CaseContext,
    transcripts: tuple[TranscriptText, ...],
    verb: Verb,
    before: Sequence[Passage],
    after: Sequence[Passage],
    **noted: Any,
) -> Change:
    """Write a change and its entry in the trail. Earlier agreements stop counting."""
    unit = change_content(db, case.unit, case.code)
    transcripts = transcripts or transcripts_of(db, case.case_id)
    texts = {transcript.version_id: transcript.text for transcript in transcripts}
    written = write(db, case.unit.layer_id, texts, before, after)
    item, *also = {passage.key: passage.item for passage in (*written, *before)}.values()
    entry = record(
        db,
        case.scene,
        verb,
        item=item,
        also=also,
        before={"passages": [passage.as_values() for passage in before]},
        after={"passages": [passage.as_values() for passage in written]} | noted,
    )
    return Change(unit, tuple(before), tuple(written), entry, transcripts, verb)


def lock(db: Session, case: CaseContext) -> None:
    """Take the unit's row; see `consensus.service.hold`."""
    hold(db, case.unit, case.code, part=Step.DOMAINS)


def _range(
    transcripts: tuple[TranscriptText, ...],
    version_id: int,
    start: int,
    end: int,
    quote: str,
    to_sentences: bool,
) -> tuple[int, int]:
    transcript = transcript_with(transcripts, version_id)
    check_quote(transcript.text, start, end, quote)
    if not quote.strip():
        raise Invalid("The selected passage has no words. Select some text, then its domain.")
    if not to_sentences:
        return start, end
    return snap(start, end, transcript.boundaries, len(transcript.text), transcript.text)


LISTED = sa.select(col(Domain.id)).where(
    col(Domain.sample_id) == sa.bindparam("sample_id"),
    col(Domain.id).in_(sa.bindparam("ids", expanding=True)),
)


def _domains(db: Session, case: CaseContext, domain_ids: Sequence[int]) -> list[int]:
    wanted = sorted(set(domain_ids))
    if not wanted:
        raise Invalid("Choose at least one domain for the passage.", {"domain": "Choose a domain."})
    known = run(db, LISTED, {"sample_id": case.sample.id, "ids": wanted}).scalars()
    if set(known) != set(wanted):
        raise Invalid(
            "A domain you chose is not in this sample's list any more. Load the page again."
        )
    return wanted


def _there(db: Session, case: CaseContext, kind: Kind, passage_id: int) -> Passage:
    found = stored(db, case.unit.layer_id, kind, [passage_id])
    if not found:
        raise NotFound(
            f"This {_WHAT[kind]} is not there any more; somebody has removed it. Load the page "
            "again."
        )
    return found[0]


def _present(db: Session, case: CaseContext, kind: Kind, passage_id: int, version: int) -> Passage:
    found = _there(db, case, kind, passage_id)
    if found.version != version:
        raise StaleEdit(
            f"{last_hand(db, case, found)} changed this {_WHAT[kind]} after you opened it, so "
            "nothing was changed now. It is shown as it stands; look at it, and do it again if you "
            "still want to."
        )
    return found


_WHAT = {Kind.BLOCK: "block", Kind.NOT_CODED: "'not coded' mark"}


def _check_memo(db: Session, case: CaseContext, block: Passage, version: int, memo: str) -> None:
    was = at_version(db, case.scene, block.kind.value, block.id, version).get("memo")
    if was == block.memo:
        return
    hand = items.last_hand(db, case.scene, block.kind.value, block.id, fields=["memo"])
    who = hand.name if hand else "Somebody"
    raise StaleEdit(
        f"{who} changed this memo after you opened it, so nothing was changed now. What you typed "
        "is kept for you: choose.",
        fields={"memo": Versions(was or "", block.memo, memo, who, block.version)},
        seen=version,
    )


def last_hand(db: Session, case: CaseContext, passage: Passage) -> str:
    """Who changed a passage last."""
    found = items.last_hand(db, case.scene, passage.kind.value, passage.id)
    return found.name if found else "Somebody"
