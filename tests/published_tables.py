"""The three tables of Knox et al. (2017): the published facts, and invented cases that fit them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FACTS_FILE = Path(__file__).parents[1] / "app" / "demo" / "knox_2017_tables.json"
FACTS = json.loads(FACTS_FILE.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class PublishedRow:
    """A row as printed; `least` and `most` are the counts its label allows."""

    domain: str
    category: str
    subcategory: str
    label: str
    least: int
    most: int


@dataclass(frozen=True)
class PublishedTable:
    """A table as printed, with the ranges of its note."""

    title: str
    cases: int
    ranges: dict[str, tuple[int, int]]
    rows: tuple[PublishedRow, ...]


def published_tables() -> list[PublishedTable]:
    """The three tables, 66 rows."""
    return [
        PublishedTable(
            title=table["title"],
            cases=table["N"],
            ranges={label: (low, high) for label, (low, high) in table["ranges_in_note"].items()},
            rows=tuple(_rows(table)),
        )
        for table in FACTS["tables"]
    ]


def _rows(table: dict[str, Any]) -> Iterator[PublishedRow]:
    for domain in table["domains"]:
        for category in domain["categories"]:
            yield _row(domain["domain"], category["category"], "", category)
            for part in category["subcategories"]:
                yield _row(domain["domain"], category["category"], part["subcategory"], part)


def _row(domain: str, category: str, subcategory: str, facts: dict[str, Any]) -> PublishedRow:
    label = facts["label"].lower()
    return PublishedRow(domain, category, subcategory, label, facts["n_min"], facts["n_max"])


def invented_cases(table: PublishedTable, row: PublishedRow, *, most: bool) -> list[str]:
    """Case codes that give the row its published label: as many or as few as it allows.

    Subcategories take the first cases, so that their category holds no case more than its own.
    """
    count = row.most if most else row.least
    if row.subcategory:
        count = min(count, min(other.least for other in table.rows if _parent(other, row)))
    return [f"P{number:02}" for number in range(1, count + 1)]


def _parent(other: PublishedRow, row: PublishedRow) -> bool:
    return (other.domain, other.category, other.subcategory) == (row.domain, row.category, "")
