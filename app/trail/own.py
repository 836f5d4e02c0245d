"""One's own entries of a unit, as undo and redo need them, and who has built on one since."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.db import run
from app.errors import Conflict
from app.trail.models import TrailAlso, TrailEntry, TrailHead, TrailValues
from app.trail.sentences import past
from app.trail.service import Scene
from app.trail.undoing import FAR_BACK, Action, Standing, Step, standing

# Accounts live on a floor above; their names are read by table name.
ACCOUNT = sa.table("account", sa.column("id", sa.Integer), sa.column("name", sa.String))
ELSEWHERE = "elsewhere"
"""Noted in an entry that was made along with a change of another page, and is undone there."""


@dataclass(frozen=True)
class Turns:
    """May the last own change be undone, or the last undo be turned back?"""

    can_undo: bool = False
    can_redo: bool = False


NOTHING = Turns()
CHANGED = Turns(can_undo=True)
"""After a change that is no undo there is something to undo and nothing to bring back."""


@dataclass(frozen=True)
class Entry:
    """One entry of an action, with its values."""

    number: int
    verb: str
    item_kind: str
    item_id: int
    before: dict[str, Any]
    after: dict[str, Any]


def _noted(name: str) -> Any:
    return col(TrailValues.after)[name].as_integer()


STEPS = (
    sa.select(
        col(TrailEntry.sequence),
        _noted("along"),
        _noted("undoes"),
        _noted("redoes"),
    )
    .join(TrailValues, col(TrailValues.entry_id) == col(TrailEntry.id))
    .where(
        col(TrailEntry.unit_id) == sa.bindparam("unit_id"),
        col(TrailEntry.chain) == sa.bindparam("chain"),
        col(TrailEntry.account_id) == sa.bindparam("account_id"),
        col(TrailEntry.verb).in_(sa.bindparam("verbs", expanding=True)),
        _noted(ELSEWHERE).is_(None),
    )
    .order_by(col(TrailEntry.sequence).desc())
    .limit(sa.bindparam("limit"))
)


def _steps(db: Session, scene: Scene, verbs: Collection[str], limit: int) -> list[Step]:
    where = {
        "unit_id": scene.unit_id,
        "chain": scene.chain,
        "account_id": scene.account_id,
        "verbs": [str(verb) for verb in verbs],
        "limit": limit,
    }
    return [Step(*row) for row in run(db, STEPS, where)]


def own_standing(db: Session, scene: Scene, verbs: Collection[str]) -> Standing:
    """Which of one's own changes of the scene's unit and chain still stand."""
    return standing(_steps(db, scene, verbs, FAR_BACK))


def own_to_undo(
    db: Session, scene: Scene, verbs: Collection[str], number: int | None = None
) -> Action:
    """One's own change to take back: the one named by its number in the chain, else the last.

    Raises `Conflict` where there is none.
    """
    found = own_standing(db, scene, verbs).to_undo(number)
    if found is None:
        raise Conflict(
            "There is nothing of yours to undo here."
            if number is None
            else "This change was undone already, or it is not yours to undo."
        )
    return found


def own_to_redo(db: Session, scene: Scene, verbs: Collection[str]) -> Action:
    """What one's own last undo took away. Raises `Conflict` where nothing can be brought back."""
    found = own_standing(db, scene, verbs).undone
    if found is None:
        raise Conflict("There is nothing to bring back here.")
    return found


def turns(db: Session, scene: Scene, verbs: Collection[str]) -> Turns:
    """What the buttons may offer. One's newest entry mostly says it."""
    newest = _steps(db, scene, verbs, 1)
    if not newest:
        return NOTHING
    if newest[0].undoes is None and newest[0].redoes is None:
        return CHANGED
    found = own_standing(db, scene, verbs)
    return Turns(bool(found.actions), found.undone is not None)


def entries_of(db: Session, scene: Scene, action: Action) -> list[Entry]:
    """The entries of an action, newest first. Raises `Conflict` where the values were erased."""
    rows = run(
        db,
        sa.select(
            col(TrailEntry.sequence),
            col(TrailEntry.verb),
            col(TrailEntry.item_kind),
            col(TrailEntry.item_id),
            col(TrailValues.before),
            col(TrailValues.after),
        )
        .join(TrailValues, col(TrailValues.entry_id) == col(TrailEntry.id))
        .where(
            col(TrailEntry.study_id) == scene.study_id,
            col(TrailEntry.chain) == scene.chain,
            col(TrailEntry.sequence).in_(action.numbers),
        )
        .order_by(col(TrailEntry.sequence).desc()),
    ).all()
    if any(before is None and after is None for *_, before, after in rows):
        raise Conflict("What this change was has been erased, so it cannot be undone.")
    return [
        Entry(number, verb, kind, item_id, before or {}, after or {})
        for number, verb, kind, item_id, before, after in rows
    ]


def newest_number(db: Session, scene: Scene) -> int:
    """The number of the last entry of a chain; 0 where there is none."""
    found: int | None = run(
        db,
        sa.select(col(TrailHead.sequence)).where(
            col(TrailHead.study_id) == scene.study_id, col(TrailHead.chain) == scene.chain
        ),
    ).scalar()
    return found or 0


def own_since(db: Session, scene: Scene, number: int) -> list[tuple[int, str]]:
    """One's own entries after the one of this number, by number and verb, in order.

    Those that were made along with another change are left out: they are taken back with it.
    """
    rows = run(
        db,
        sa.select(col(TrailEntry.sequence), col(TrailEntry.verb))
        .join(TrailValues, col(TrailValues.entry_id) == col(TrailEntry.id))
        .where(
            *_of_chain(scene),
            col(TrailEntry.account_id) == scene.account_id,
            col(TrailEntry.sequence) > number,
            _noted(ELSEWHERE).is_(None),
        )
        .order_by(col(TrailEntry.sequence)),
    )
    return [(made, verb) for made, verb in rows]


def last_changes(
    db: Session,
    scene: Scene,
    numbers: Collection[int],
    *,
    but: Mapping[str, Collection[str]],
) -> dict[int, int]:
    """For each of these entries the number of the last one about an item of it; two statements.

    `but` names verbs that change nothing of what entries with certain other verbs did.
    """
    own = (*_of_chain(scene), col(TrailEntry.sequence).in_(numbers))
    about: dict[tuple[str, int], list[tuple[int, str]]] = {}
    for number, verb, *item in run(db, _with_items(*own)):
        about.setdefault((item[0], item[1]), []).append((number, verb))
    later = (*_of_chain(scene), col(TrailEntry.sequence) > min(numbers))
    last = {number: number for those in about.values() for number, _ in those}
    for number, verb, *item in run(db, _with_items(*later, items=about)):
        for made, as_verb in about.get((item[0], item[1]), ()):
            if as_verb not in but.get(verb, ()):
                last[made] = max(last[made], number)
    return last


def _of_chain(scene: Scene) -> tuple[sa.ColumnElement[bool], ...]:
    return col(TrailEntry.study_id) == scene.study_id, col(TrailEntry.chain) == scene.chain


def _with_items(
    *where: sa.ColumnElement[bool], items: Collection[tuple[str, int]] | None = None
) -> sa.CompoundSelect[Any]:
    """Entries by number and verb with each item they are about: their own, and those besides."""
    found = []
    for table in (TrailEntry, TrailAlso):
        kind, id_ = col(table.item_kind), col(table.item_id)
        rows = sa.select(col(TrailEntry.sequence), col(TrailEntry.verb), kind, id_).where(*where)
        if table is TrailAlso:
            rows = rows.join(TrailAlso, col(TrailAlso.entry_id) == col(TrailEntry.id))
        if items is not None:
            rows = rows.where(sa.tuple_(kind, id_).in_(items))
        found.append(rows)
    return sa.union_all(*found)


def built_on(
    db: Session, scene: Scene, items: Mapping[str, Collection[int]], *, since: int
) -> Conflict:
    """The refusal of an undo: who changed these items (ids by kind) after the entry `since`.

    It names whoever did so last, and what they did.
    """
    who, what = _last_hand(db, scene, items, since)
    return Conflict(
        f"This cannot be undone any more: {who} {what} since. Load the page and look at how it "
        "stands now."
    )


def _last_hand(
    db: Session, scene: Scene, items: Mapping[str, Collection[int]], since: int
) -> tuple[str, str]:
    own = sa.or_(
        *(
            sa.and_(col(TrailEntry.item_kind) == kind, col(TrailEntry.item_id).in_(ids))
            for kind, ids in items.items()
        )
    )
    also = col(TrailEntry.id).in_(
        sa.select(col(TrailAlso.entry_id)).where(
            sa.or_(
                *(
                    sa.and_(col(TrailAlso.item_kind) == kind, col(TrailAlso.item_id).in_(ids))
                    for kind, ids in items.items()
                )
            )
        )
    )
    rows: Sequence[Any] = run(
        db,
        sa.select(col(TrailEntry.account_id), ACCOUNT.c.name, col(TrailEntry.verb))
        .join(ACCOUNT, ACCOUNT.c.id == col(TrailEntry.account_id))
        .where(
            col(TrailEntry.study_id) == scene.study_id,
            col(TrailEntry.chain) == scene.chain,
            col(TrailEntry.sequence) > since,
            own | also,
        )
        .order_by(col(TrailEntry.sequence).desc())
        .limit(1),
    ).all()
    if not rows:
        return "it", "was changed"
    account_id, name, verb = rows[0]
    return ("you" if account_id == scene.account_id else name), past(verb)
