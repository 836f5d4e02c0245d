"""What rests on something: the rows that would lose their ground if it were removed.

Read from the foreign keys of all tables, so a package above this one needs no import here and a
new table cannot be forgotten.
"""

from collections import Counter
from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.db import run
from app.web.templating import plural

WORDS = {
    "block": ("block", "blocks"),
    "not_coded": ("'not coded' mark", "'not coded' marks"),
    "core_idea": ("core idea", "core ideas"),
    "absence": ("reason for an absence", "reasons for an absence"),
    "trail_entry": ("entry of the trail", "entries of the trail"),
}


def resting_on(
    db: Session, table: str, ids: Collection[int], *, besides: Collection[str] = ()
) -> dict[int, dict[str, int]]:
    """For each of the rows `ids` of `table`: how many rows of which table point to it.

    `besides` names tables that are part of the thing itself. One statement for each table that
    can point to it, however many rows.
    """
    target = SQLModel.metadata.tables[table].c.id
    found: dict[int, dict[str, int]] = {row: {} for row in ids}
    for other in SQLModel.metadata.sorted_tables:
        for key in other.foreign_keys:
            if key.column is not target or other.name in besides or not ids:
                continue
            counted = sa.select(key.parent, sa.func.count()).where(key.parent.in_(ids))
            for row, count in run(db, counted.group_by(key.parent)):
                found[row][other.name] = found[row].get(other.name, 0) + count
    return found


def summed(*counts: Mapping[str, int]) -> dict[str, int]:
    """Several counts by table as one."""
    return dict(sum((Counter(found) for found in counts), Counter()))


def in_words(counts: Mapping[str, int]) -> str:
    """'12 blocks and 3 core ideas'."""
    parts = [
        plural(count, *WORDS.get(table, (table.replace("_", " "),)))
        for table, count in counts.items()
    ]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts)
