"""The one function that records a change, and the check of the chain."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.db import now, run
from app.trail.models import TrailEntry, TrailHead, TrailValues
from app.trail.rules import entry_hash, instant, values_hash

Values = dict[str, Any]


@dataclass(frozen=True)
class Scene:
    """Who acts where: what every entry of one request has in common.

    `noted` is put into what each entry says was after: that it belongs to an action, or takes one
    back (see `app.trail.undoing`).
    """

    study_id: int
    account_id: int | None
    unit_id: int | None = None
    layer_id: int | None = None
    chain: int = 0
    noted: Values | None = None


# Built once: every change of every study runs these four.
_heads = SQLModel.metadata.tables["trail_head"]
ADD_HEAD = _heads.insert()
FIND_HEAD = (
    sa.select(_heads.c.id, _heads.c.sequence, _heads.c.hash)
    .where(_heads.c.study_id == sa.bindparam("study_id"), _heads.c.chain == sa.bindparam("chain"))
    .with_for_update()
)
MOVE_HEAD = (
    _heads.update()
    .where(_heads.c.id == sa.bindparam("head"))
    .values(sequence=sa.bindparam("sequence"), hash=sa.bindparam("hash"))
)
ADD_ENTRY = SQLModel.metadata.tables["trail_entry"].insert()
ADD_VALUES = SQLModel.metadata.tables["trail_values"].insert()
ADD_ALSO = SQLModel.metadata.tables["trail_also"].insert()


def record(
    db: Session,
    scene: Scene,
    verb: str,
    *,
    item: SQLModel,
    also: Sequence[SQLModel] = (),
    before: Values | None = None,
    after: Values | None = None,
) -> int:
    """Write one change into the trail, in the transaction that makes it.

    Returns the entry's number in its chain: its row id counts the entries of drafts too, so it
    leaves this function for no page. `verb` is the team's word for it ("assign a block"); `item` is
    what it was done to, `also` what else it changed; both find it in their history. `before` and
    `after` hold plain values, which must survive JSON (text, whole numbers, lists of them).
    """
    db.flush()
    if scene.noted:
        after = {**(after or {}), **scene.noted}
    connection = db.connection()
    if scene.chain == 0:
        tell(connection, scene.study_id)
    head = _locked_head(connection, scene)
    at = now()
    salt = secrets.token_hex(16)
    digest = values_hash(salt, before, after)
    facts = {
        "study_id": scene.study_id,
        "chain": scene.chain,
        "sequence": head.sequence + 1,
        "account_id": scene.account_id,
        "verb": verb,
        **_named(item),
        "unit_id": scene.unit_id,
        "layer_id": scene.layer_id,
    }
    chained = entry_hash(head.hash, [instant(at), *facts.values()], digest)
    written = connection.execute(
        ADD_ENTRY,
        facts | {"at": at, "values_hash": digest, "previous_hash": head.hash, "hash": chained},
    )
    assert written.inserted_primary_key is not None
    entry_id = int(written.inserted_primary_key[0])
    connection.execute(
        ADD_VALUES, {"entry_id": entry_id, "salt": salt, "before": before, "after": after}
    )
    if also:
        connection.execute(ADD_ALSO, [{"entry_id": entry_id, **_named(each)} for each in also])
    connection.execute(MOVE_HEAD, {"head": head.id, "sequence": head.sequence + 1, "hash": chained})
    return head.sequence + 1


def _named(item: SQLModel) -> Values:
    """What the trail files an entry under."""
    return {"item_kind": str(item.__tablename__), "item_id": item.id}  # type: ignore[attr-defined]


def hold_chain(db: Session, study_id: int) -> None:
    """Take the end of a study's chain, as `record` does, until the transaction ends.

    For what must not change between looking and recording, whoever changes it: what is recorded in
    a study follows one another. Take rows of units before, never after.
    """
    db.flush()
    _locked_head(db.connection(), Scene(study_id, None))


@dataclass(frozen=True)
class _Head:
    id: int
    sequence: int
    hash: str


def _locked_head(connection: sa.Connection, scene: Scene) -> _Head:
    chain = {"study_id": scene.study_id, "chain": scene.chain}
    row = connection.execute(FIND_HEAD, chain).first()
    if row is None:
        connection.execute(ADD_HEAD, chain | {"sequence": 0, "hash": ""})
        row = connection.execute(FIND_HEAD, chain).one()
    return _Head(*row)


def count_entries(db: Session) -> int:
    """How many changes the trail holds, over all studies.

    Those of drafts are left out: their number would tell how much was drafted in private.
    """
    shared = sa.select(sa.func.count()).select_from(TrailEntry).where(col(TrailEntry.chain) == 0)
    return int(run(db, shared).scalar_one())


CHANNEL = "concord"
TELL = sa.select(sa.func.pg_notify(CHANNEL, sa.bindparam("study")))


def tell(connection: sa.Connection, study_id: int) -> None:
    """Wake whoever listens to a study, when this transaction commits. Which study is all it says.

    On SQLite nobody can be woken: there the workers look at the heads of the chains.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(TELL, {"study": str(study_id)})


@dataclass(frozen=True)
class Problem:
    """An entry that does not fit its chain."""

    study_id: int
    sequence: int
    what: str


def verify(db: Session) -> Iterator[Problem]:
    """Walk every chain and yield what does not fit; an intact trail yields nothing."""
    heads = {
        (head.study_id, head.chain): head
        for head in db.exec(
            select(TrailHead).order_by(col(TrailHead.study_id), col(TrailHead.chain))
        )
    }
    ends = dict.fromkeys(heads, (0, ""))
    rows = db.exec(
        select(TrailEntry, TrailValues)
        .join(TrailValues, col(TrailValues.entry_id) == col(TrailEntry.id), isouter=True)
        .order_by(col(TrailEntry.study_id), col(TrailEntry.chain), col(TrailEntry.sequence))
        .execution_options(yield_per=500)
    )
    for entry, values in rows:
        chain = (entry.study_id, entry.chain)
        sequence, previous = ends.get(chain, (0, ""))
        if entry.sequence != sequence + 1:
            yield Problem(entry.study_id, entry.sequence, f"entry {sequence + 1} is missing")
        yield from _check_entry(entry, values, previous)
        ends[chain] = (entry.sequence, entry.hash)
    for chain, head in heads.items():
        if ends[chain] != (head.sequence, head.hash):
            yield Problem(head.study_id, head.sequence, "the end of the chain was changed or cut")


def _check_entry(entry: TrailEntry, values: TrailValues | None, previous: str) -> Iterator[Problem]:
    if values is None:
        yield Problem(entry.study_id, entry.sequence, "its values row is missing")
    elif values.salt is not None:
        if values_hash(values.salt, values.before, values.after) != entry.values_hash:
            yield Problem(entry.study_id, entry.sequence, "its values were changed")
    elif values.before is not None or values.after is not None:
        yield Problem(entry.study_id, entry.sequence, "it is marked erased but has values")
    facts = [
        instant(entry.at),
        entry.study_id,
        entry.chain,
        entry.sequence,
        entry.account_id,
        entry.verb,
        entry.item_kind,
        entry.item_id,
        entry.unit_id,
        entry.layer_id,
    ]
    if entry.previous_hash != previous:
        yield Problem(entry.study_id, entry.sequence, "it does not follow the entry before it")
    if entry_hash(entry.previous_hash, facts, entry.values_hash) != entry.hash:
        yield Problem(entry.study_id, entry.sequence, "its own facts were changed")
