"""What somebody typed and could not save, because another was first.

It is kept for them before the answer leaves, in a transaction of its own: what the refused save had
begun is given up, the words are not. They are shown to nobody else, beside what stands now, until
their author takes one of three ways on: keep the other's, replace it, or write one of both.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.accounts.models import KeptText
from app.db import run
from app.errors import StaleEdit
from app.trail.items import Hand
from app.word_diff import Piece, word_diff

LONGEST = 20_000
"""So many characters of one field are kept."""


@dataclass(frozen=True)
class Item:
    """What the words belong to, as the trail files it."""

    kind: str
    id: int


@dataclass(frozen=True)
class Kept:
    """One's own words by the field of their form, and what these were started from."""

    texts: Mapping[str, str]
    base: Mapping[str, str]
    version: int
    at: datetime


@dataclass(frozen=True)
class Clash:
    """A field as its form was started from, as another saved it, and as one typed it oneself."""

    name: str
    label: str
    base: str | None
    theirs: str
    mine: str

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """From theirs to mine, word by word."""
        return word_diff(self.theirs, self.mine)

    @property
    def both(self) -> str:
        """What to begin one of both with: where one of the two left it alone, the other's."""
        return self.theirs if self.mine == self.base else self.mine

    @property
    def is_line(self) -> bool:
        """Does it fit on a line?"""
        return "\n" not in self.theirs + self.mine and len(self.theirs + self.mine) < 160


@dataclass(frozen=True)
class TwoVersions:
    """Two versions of a text to choose from. `version` is the one that replacing it names."""

    by: str
    at: datetime | None
    version: int
    fields: tuple[Clash, ...]

    @property
    def differing(self) -> tuple[Clash, ...]:
        """The fields in which the two differ."""
        return tuple(field for field in self.fields if field.theirs != field.mine)


def keep_typed(db: Session, account_id: int, item: Item, stale: StaleEdit) -> None:
    """Roll back what the refused save began, and commit what was typed.

    Afterwards the session goes on in a new transaction. Keeps nothing where nothing was typed.
    """
    db.rollback()
    if stale.fields:
        let_go(db, account_id, item)
        db.add(
            KeptText(
                account_id=account_id,
                item_kind=item.kind,
                item_id=item.id,
                texts={name: each.mine[:LONGEST] for name, each in stale.fields.items()},
                base={name: each.base for name, each in stale.fields.items()},
                version=stale.seen,
            )
        )
        db.flush()
    db.commit()


def let_go(db: Session, account_id: int, item: Item) -> None:
    """Forget one's own words for an item: they were saved, or are not wanted any more."""
    run(db, sa.delete(KeptText).where(_of(item), col(KeptText.account_id) == account_id))


def forget(db: Session, item: Item) -> None:
    """Forget what anybody typed for an item that goes away."""
    run(db, sa.delete(KeptText).where(_of(item)))


def _of(item: Item) -> Any:
    return (col(KeptText.item_kind) == item.kind) & (col(KeptText.item_id) == item.id)


def kept_for(
    db: Session, account_id: int, kinds: Collection[str], ids: Sequence[int]
) -> dict[Item, Kept]:
    """One's own words for items of these kinds and ids."""
    rows = run(
        db,
        sa.select(
            col(KeptText.item_kind),
            col(KeptText.item_id),
            col(KeptText.texts),
            col(KeptText.base),
            col(KeptText.version),
            col(KeptText.kept_at),
        ).where(
            col(KeptText.account_id) == account_id,
            col(KeptText.item_kind).in_(kinds),
            col(KeptText.item_id).in_(ids),
        ),
    )
    return {Item(kind, item_id): Kept(*kept) for kind, item_id, *kept in rows}


def two_versions(
    kept: Kept | None,
    present: Mapping[str, str],
    *,
    version: int,
    labels: Mapping[str, str],
    hand: Hand | None,
) -> TwoVersions | None:
    """The two versions of an item, as long as they differ; None where there is nothing to choose.

    `present` are the fields as they stand, at `version`; `hand` is who saved them.
    """
    if kept is None:
        return None
    fields = tuple(
        Clash(
            name,
            label,
            kept.base.get(name) if any(kept.base.values()) else None,
            present[name],
            kept.texts.get(name, present[name]),
        )
        for name, label in labels.items()
    )
    found = TwoVersions(
        hand.name if hand else "Somebody", hand.at if hand else None, version, fields
    )
    return found if found.differing else None
