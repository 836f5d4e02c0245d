"""Blocks and *not coded* marks as they are read, written and kept in the trail: one form for all.

Every change of step 1 is a set of passages before and a set of passages after. Written this way
once, a change can be recorded whole, and undone by writing the set of before again.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col

from app.db import guid, now, run
from app.domains.models import Block, BlockDomain, NotCoded

# Core ideas live on a floor above; what rests on a block is read and kept by table name.
CORE_IDEA_BLOCK = sa.table(
    "core_idea_block", sa.column("core_idea_id", sa.Integer), sa.column("block_id", sa.Integer)
)


class Kind(StrEnum):
    """What a passage is: coded, or looked at and left out."""

    BLOCK = "block"
    NOT_CODED = "not_coded"


TABLES: dict[Kind, type[Block] | type[NotCoded]] = {Kind.BLOCK: Block, Kind.NOT_CODED: NotCoded}


@dataclass(frozen=True)
class Passage:
    """A block or a *not coded* mark, with its domains and the core ideas that rest on it.

    `id` 0 is not stored yet; `version` guards against stale saves and is no part of the content.
    It only grows, also when a removed passage is brought back.
    """

    kind: Kind
    transcript_version: int
    start: int
    end: int
    made_by: int
    memo: str = ""
    domains: tuple[int, ...] = ()
    core_ideas: tuple[int, ...] = ()
    id: int = 0
    guid: str = field(default_factory=guid)
    made_at: datetime = field(default_factory=now)
    version: int = field(default=1, compare=False)

    @property
    def key(self) -> tuple[Kind, int]:
        """What tells two stored passages apart."""
        return self.kind, self.id

    @property
    def item(self) -> SQLModel:
        """What the trail files it under."""
        return TABLES[self.kind](id=self.id)  # type: ignore[call-arg]

    def as_values(self) -> dict[str, Any]:
        """For the trail: plain values, without the text."""
        return asdict(self) | {
            "kind": self.kind.value,
            "domains": list(self.domains),
            "core_ideas": list(self.core_ideas),
            "made_at": self.made_at.isoformat(),
        }

    @classmethod
    def from_values(cls, values: dict[str, Any]) -> "Passage":
        """Back from the trail."""
        return cls(
            **values
            | {
                "kind": Kind(values["kind"]),
                "domains": tuple(values["domains"]),
                "core_ideas": tuple(values["core_ideas"]),
                "made_at": datetime.fromisoformat(values["made_at"]),
            }
        )


def _columns(kind: Kind) -> Any:
    table = TABLES[kind]
    return sa.select(
        col(table.id),
        col(table.guid),
        col(table.transcript_version_id),
        col(table.start),
        col(table.end),
        col(Block.memo) if kind is Kind.BLOCK else sa.literal(""),
        col(table.made_by),
        col(table.made_at),
        col(table.version),
    ).where(col(table.layer_id) == sa.bindparam("layer"))


IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
BY_ID = {
    kind: _columns(kind)
    .where(col(table.id).in_(IDS))
    .order_by(col(table.start), col(table.end).desc())
    for kind, table in TABLES.items()
}
AT = {
    kind: _columns(kind).where(
        col(table.transcript_version_id) == sa.bindparam("version"),
        col(table.start) == sa.bindparam("start"),
        col(table.end) == sa.bindparam("end"),
    )
    for kind, table in TABLES.items()
}
DOMAINS_OF = (
    sa.select(col(BlockDomain.block_id), col(BlockDomain.domain_id))
    .where(col(BlockDomain.block_id).in_(IDS))
    .order_by(col(BlockDomain.domain_id))
)
CORE_IDEAS_OF = (
    sa.select(CORE_IDEA_BLOCK.c.block_id, CORE_IDEA_BLOCK.c.core_idea_id)
    .where(CORE_IDEA_BLOCK.c.block_id.in_(IDS))
    .order_by(CORE_IDEA_BLOCK.c.core_idea_id)
)


def stored(db: Session, layer_id: int, kind: Kind, ids: Collection[int]) -> list[Passage]:
    """Passages of a layer by their ids, in the order of the text."""
    rows = run(db, BY_ID[kind], {"layer": layer_id, "ids": list(ids)}).all()
    return _complete(db, kind, rows)


def stored_at(
    db: Session, layer_id: int, kind: Kind, version_id: int, start: int, end: int
) -> Passage | None:
    """The passage of a layer at exactly this range of a transcript version."""
    place = {"layer": layer_id, "version": version_id, "start": start, "end": end}
    return next(iter(_complete(db, kind, run(db, AT[kind], place).all())), None)


def _complete(db: Session, kind: Kind, rows: Sequence[Any]) -> list[Passage]:
    domains: dict[int, list[int]] = {row[0]: [] for row in rows}
    core_ideas: dict[int, list[int]] = {row[0]: [] for row in rows}
    if rows and kind is Kind.BLOCK:
        for block_id, domain_id in run(db, DOMAINS_OF, {"ids": list(domains)}):
            domains[block_id].append(domain_id)
        for block_id, core_idea_id in run(db, CORE_IDEAS_OF, {"ids": list(domains)}):
            core_ideas[block_id].append(core_idea_id)
    return [
        Passage(
            kind=kind,
            id=row[0],
            guid=row[1],
            transcript_version=row[2],
            start=row[3],
            end=row[4],
            memo=row[5],
            made_by=row[6],
            made_at=row[7],
            version=row[8],
            domains=tuple(domains[row[0]]),
            core_ideas=tuple(core_ideas[row[0]]),
        )
        for row in rows
    ]


def write(
    db: Session,
    layer_id: int,
    texts: dict[int, str],
    before: Iterable[Passage],
    after: Iterable[Passage],
) -> list[Passage]:
    """Make the passages of `before` those of `after`. Returns the latter with their ids.

    `texts` maps a transcript version to its text, from which quotes are cut. Ranges are freed
    before others take them.
    """
    old = {passage.key: passage for passage in before}
    new = list(after)
    kept = {passage.key for passage in new}
    for passage in old.values():
        if passage.key not in kept:
            _remove(db, passage)
    written = []
    for passage in new:
        present = old.get(passage.key)
        quote = texts[passage.transcript_version][passage.start : passage.end]
        written.append(
            _change(db, present, passage, quote)
            if present
            else _insert(db, layer_id, passage, quote)
        )
    return written


def _remove(db: Session, passage: Passage) -> None:
    _unlink(db, passage.id, core_ideas=passage.core_ideas)
    table = TABLES[passage.kind]
    run(db, sa.delete(table).where(col(table.id) == passage.id))


def _insert(db: Session, layer_id: int, passage: Passage, quote: str) -> Passage:
    table = TABLES[passage.kind]
    values: dict[str, Any] = {
        "guid": passage.guid,
        "layer_id": layer_id,
        "transcript_version_id": passage.transcript_version,
        "start": passage.start,
        "end": passage.end,
        "quote": quote,
        "made_by": passage.made_by,
        "made_at": passage.made_at,
        "version": passage.version,
    }
    if passage.kind is Kind.BLOCK:
        values["memo"] = passage.memo
    if passage.id:
        values["id"] = passage.id
        # Brought back: no form that was loaded before may take it for what it shows.
        values["version"] += 1
    result = run(db, sa.insert(table), values)
    passage = replace(
        passage, id=int(result.inserted_primary_key[0]), version=int(values["version"])
    )
    _link(db, passage.id, passage.domains, passage.core_ideas)
    return passage


def _change(db: Session, present: Passage, passage: Passage, quote: str) -> Passage:
    if present == passage:
        return present
    table = TABLES[passage.kind]
    changed: dict[str, Any] = {
        "start": passage.start,
        "end": passage.end,
        "quote": quote,
        "version": present.version + 1,
    }
    if passage.kind is Kind.BLOCK:
        changed["memo"] = passage.memo
    run(db, sa.update(table).where(col(table.id) == passage.id).values(**changed))
    _unlink(
        db,
        passage.id,
        domains=set(present.domains) - set(passage.domains),
        core_ideas=set(present.core_ideas) - set(passage.core_ideas),
    )
    _link(
        db,
        passage.id,
        sorted(set(passage.domains) - set(present.domains)),
        sorted(set(passage.core_ideas) - set(present.core_ideas)),
    )
    return replace(passage, version=present.version + 1)


def _link(
    db: Session, block_id: int, domains: Collection[int], core_ideas: Collection[int]
) -> None:
    for table, column, ids in (
        (BlockDomain, "domain_id", domains),
        (CORE_IDEA_BLOCK, "core_idea_id", core_ideas),
    ):
        if ids:
            rows = [{"block_id": block_id, column: each} for each in ids]
            run(db, sa.insert(table).values(rows))


def _unlink(
    db: Session,
    block_id: int,
    *,
    domains: Collection[int] = (),
    core_ideas: Collection[int] = (),
) -> None:
    if domains:
        run(
            db,
            sa.delete(BlockDomain).where(
                col(BlockDomain.block_id) == block_id, col(BlockDomain.domain_id).in_(domains)
            ),
        )
    if core_ideas:
        links = CORE_IDEA_BLOCK.c
        run(
            db,
            sa.delete(CORE_IDEA_BLOCK).where(
                links.block_id == block_id, links.core_idea_id.in_(core_ideas)
            ),
        )
