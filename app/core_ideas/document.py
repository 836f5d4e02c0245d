"""What the consensus version of a case is built from: its consensus layer, read whole.

A constant number of SQL statements (and one for each transcript's turns, which are kept).
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.models import Case, TranscriptVersion
from app.consensus.amendments import Amended, amendments_of_case
from app.consensus.models import Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER
from app.core_ideas.consensus_version import (
    Document,
    DomainPart,
    Left,
    Note,
    Passage,
    Statement,
    lettered,
    ranges,
)
from app.core_ideas.ideas import Idea, stored
from app.core_ideas.models import Absence
from app.core_ideas.raw_data import said_in
from app.db import run
from app.domains.coverage import first_open, joined
from app.domains.models import Block, BlockDomain, Domain, NotCoded
from app.domains.transcripts import TranscriptText, transcripts_of
from app.studies.models import Sample, Study


class _DomainRow(NamedTuple):
    id: int
    guid: str
    title: str
    abbreviation: str
    kind: str
    hue: int


@dataclass(frozen=True)
class _Block:
    id: int
    guid: str
    version_id: int
    start: int
    end: int
    quote: str
    domains: frozenset[int]


@dataclass(frozen=True)
class _Content:
    """What is agreed to: core ideas, where blocks are, why a domain has no core idea."""

    ideas: tuple[Idea, ...]
    blocks: tuple[_Block, ...]
    absences: Mapping[int, str]


def read_case(db: Session, unit_id: int, *, since: int, with_pending: bool = False) -> Document:
    """The case as its judges agreed to it: without amendments that wait for their board.

    Amendments and corrections are listed that entered a version after number `since`, or none yet.
    `with_pending` shows the layer as it stands, for the working document.
    """
    study, sample, sample_id, list_version, case_id, code, layer_id = run(
        db, FACTS, {"unit": unit_id}
    ).one()
    domains = [_DomainRow(*row) for row in run(db, DOMAINS, {"sample": sample_id})]
    transcripts = transcripts_of(db, case_id)
    amended = amendments_of_case(db, unit_id)
    content = _content(db, layer_id, transcripts)
    if not with_pending:
        content = _without(content, [each for each in amended if each.is_pending])
    ground = run(db, GROUND, {"case": case_id}).all()
    return Document(
        study=study,
        sample=sample,
        code=code,
        domain_list=list_version,
        transcripts=_titles(db, transcripts),
        domains=tuple(_parts(domains, content, transcripts)),
        uncoded=_uncoded(transcripts, ground),
        left_out=_left_out(db, layer_id, transcripts),
        notes=tuple(
            note_of(each)
            for each in amended
            if (each.version is None or each.version > since)
            and (with_pending or not each.is_pending)
        ),
    )


FACTS = (
    sa.select(
        col(Study.title),
        col(Sample.name),
        col(Sample.id),
        col(Sample.domain_list),
        col(Case.id),
        col(Case.code),
        col(Layer.id),
    )
    .select_from(Unit)
    .join(Layer, CONSENSUS_LAYER)
    .join(Sample, col(Sample.id) == col(Unit.sample_id))
    .join(Study, col(Study.id) == col(Unit.study_id))
    .join(Case, col(Case.id) == col(Unit.case_id))
    .where(col(Unit.id) == sa.bindparam("unit"))
)
DOMAINS = (
    sa.select(
        col(Domain.id),
        col(Domain.guid),
        col(Domain.title),
        col(Domain.abbreviation),
        col(Domain.kind),
        col(Domain.hue),
    )
    .where(col(Domain.sample_id) == sa.bindparam("sample"))
    .order_by(col(Domain.position), col(Domain.id))
)
_PLACE = (
    col(Block.id),
    col(Block.guid),
    col(Block.transcript_version_id),
    col(Block.start),
    col(Block.end),
    col(Block.quote),
)
BLOCKS = (
    sa.select(*_PLACE, col(BlockDomain.domain_id))
    .join(BlockDomain, col(BlockDomain.block_id) == col(Block.id))
    .where(col(Block.layer_id) == sa.bindparam("layer"))
)
GROUND = sa.union_all(
    *(
        sa.select(col(table.transcript_version_id), col(table.start), col(table.end))
        .select_from(table)
        .join(Layer, col(Layer.id) == col(table.layer_id))
        .join(Unit, CONSENSUS_LAYER)
        .where(col(Unit.case_id) == sa.bindparam("case"))
        for table in (Block, NotCoded)
    )
)
"""What is covered in any of the case's samples; see `app.domains.coverage`."""


def _titles(db: Session, transcripts: Sequence[TranscriptText]) -> tuple[str, ...]:
    numbers = dict(
        run(
            db,
            sa.select(col(TranscriptVersion.id), col(TranscriptVersion.number)).where(
                col(TranscriptVersion.id).in_([each.version_id for each in transcripts])
            ),
        ).all()
    )
    return tuple(f"{each.title}, version {numbers[each.version_id]}" for each in transcripts)


def _content(db: Session, layer_id: int, transcripts: Sequence[TranscriptText]) -> _Content:
    order = {transcript.version_id: place for place, transcript in enumerate(transcripts)}
    blocks: dict[int, _Block] = {}
    for id_, guid, version_id, start, end, quote, domain_id in run(db, BLOCKS, {"layer": layer_id}):
        there = blocks[id_].domains if id_ in blocks else frozenset()
        place = (id_, guid, version_id, start, end, quote)
        blocks[id_] = _Block(*place, domains=there | {domain_id})
    absences = run(
        db,
        sa.select(col(Absence.domain_id), col(Absence.reason)).where(
            col(Absence.layer_id) == layer_id
        ),
    )
    return _Content(
        tuple(stored(db, layer_id)),
        tuple(
            sorted(
                blocks.values(),
                key=lambda block: (order.get(block.version_id, -1), block.start, block.end),
            )
        ),
        {domain_id: str(reason.value) for domain_id, reason in absences},
    )


def _without(content: _Content, pending: Sequence[Amended]) -> _Content:
    """The content as it was before these amendments, the last one taken back first."""
    ideas = list(content.ideas)
    absences = dict(content.absences)
    doubled: dict[int, set[int]] = defaultdict(set)
    for amendment in reversed(pending):
        gone = {idea["guid"] for idea in amendment.after["ideas"]}
        ideas = [idea for idea in ideas if idea.guid not in gone]
        # Before the one that has its place now: the others closed up when it left.
        ideas[:0] = [Idea.from_values(idea) for idea in amendment.before["ideas"]]
        for block_id in amendment.after.get("doubled", ()):
            doubled[block_id].add(amendment.after["ideas"][0]["domain_id"])
        if "absence" in amendment.before:
            absences[amendment.after["ideas"][0]["domain_id"]] = amendment.before["absence"]
    needed = {(block, idea.domain_id) for idea in ideas for block in idea.blocks}
    blocks = tuple(
        replace(
            block,
            domains=frozenset(
                domain
                for domain in block.domains
                if domain not in doubled[block.id] or (block.id, domain) in needed
            ),
        )
        for block in content.blocks
    )
    return _Content(tuple(ideas), blocks, absences)


def _parts(
    domains: Sequence[_DomainRow], content: _Content, transcripts: Sequence[TranscriptText]
) -> Iterator[DomainPart]:
    texts = {transcript.version_id: transcript for transcript in transcripts}
    short = {domain.id: domain.abbreviation for domain in domains}
    for number, domain in enumerate(domains, 1):
        here = [block for block in content.blocks if domain.id in block.domains]
        passages = tuple(
            _passage(block, lettered(number, place), domain.id, short, texts.get(block.version_id))
            for place, block in enumerate(here)
        )
        of_block = {block.id: passage for block, passage in zip(here, passages, strict=True)}
        ideas = sorted(
            (idea for idea in content.ideas if idea.domain_id == domain.id),
            key=lambda idea: idea.position,
        )
        yield DomainPart(
            guid=domain.guid,
            number=number,
            title=domain.title,
            abbreviation=domain.abbreviation,
            kind=str(domain.kind),
            hue=domain.hue,
            statements=tuple(
                _statement(idea, f"{number}.{place}", of_block)
                for place, idea in enumerate(ideas, 1)
            ),
            passages=passages,
            absence=content.absences.get(domain.id, ""),
        )


def _passage(
    block: _Block,
    number: str,
    domain_id: int,
    short: Mapping[int, str],
    transcript: TranscriptText | None,
) -> Passage:
    return Passage(
        guid=block.guid,
        number=number,
        turns=transcript.cite(block.start, block.end) if transcript else "",
        also_in=tuple(short[id_] for id_ in short if id_ in block.domains and id_ != domain_id),
        said=said_in(transcript, block.start, block.end, block.quote),
    )


def _statement(idea: Idea, number: str, of_block: Mapping[int, Passage]) -> Statement:
    rests_on = [passage for id_, passage in of_block.items() if id_ in idea.blocks]
    turns = dict.fromkeys(passage.turns for passage in rests_on if passage.turns)
    return Statement(
        guid=idea.guid,
        number=number,
        text=idea.text,
        turns=", ".join(turns),
        passages=tuple(passage.guid for passage in rests_on),
    )


def _uncoded(transcripts: Sequence[TranscriptText], ground: Collection[Any]) -> str:
    """The participant's turns that nobody has coded or left out: '1–4, 112, 2:9'."""
    found = []
    for transcript in transcripts:
        covered = joined(row[1:] for row in ground if row[0] == transcript.version_id)
        still_open = [
            turn.number
            for turn in transcript.turns
            if turn.is_participant
            and first_open(transcript.text, turn.sentences, turn.end, covered) is not None
        ]
        if still_open:
            prefix = f"{transcript.number}:" if transcript.number > 1 else ""
            found.append(ranges(still_open, prefix))
    return ", ".join(found)


def _left_out(
    db: Session, layer_id: int, transcripts: Sequence[TranscriptText]
) -> tuple[Left, ...]:
    rows = run(
        db,
        sa.select(
            col(NotCoded.guid),
            col(NotCoded.transcript_version_id),
            col(NotCoded.start),
            col(NotCoded.end),
            col(NotCoded.quote),
        )
        .where(col(NotCoded.layer_id) == layer_id)
        .order_by(col(NotCoded.start), col(NotCoded.id)),
    ).all()
    return tuple(
        Left(guid, transcript.cite(start, end), quote)
        for transcript in transcripts
        for guid, version_id, start, end, quote in rows
        if version_id == transcript.version_id
    )


def note_of(each: Amended) -> Note:
    """An amendment or editorial change as documents list it."""
    return Note(
        guid=each.guid,
        kind=each.kind.value,
        core_idea=each.core_idea_guid,
        number=each.before["number"],
        domain=each.before["domain"],
        new_domain=each.after["domain"],
        was=each.was,
        became=each.became,
        by=each.by,
        at=each.made_at.isoformat(timespec="seconds"),
        agreed_at=each.agreed_at.isoformat(timespec="seconds") if each.agreed_at else "",
        board=each.before["domain"] if each.board_id else "",
    )
