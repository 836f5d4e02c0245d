"""The rows of csv and json: one object for each category and subcategory, nothing else."""

from collections.abc import Iterator, Sequence

from app.frequency.rules import Label
from app.frequency.tables import Row, Table

KEYS = ("sample", "N", "rule", "domain", "level", "parent", "category", "n", "percent", "label")


def plain_rows(tables: Sequence[Table]) -> Iterator[dict[str, str | int]]:
    """The rows of all tables; keys as `KEYS`, numbers as integers, what is missing as ""."""
    for table in tables:
        for domain in table.domains:
            for category in domain.rows:
                yield _plain(table, domain.title, category, "")
                for subcategory in category.subcategories:
                    yield _plain(table, domain.title, subcategory, category.title)


def _plain(table: Table, domain: str, row: Row, parent: str) -> dict[str, str | int]:
    known = row.label is not None and row.label is not Label.ABSENT
    return {
        "sample": table.sample,
        "N": table.cases,
        "rule": table.rule.name.value,
        "domain": domain,
        "level": "subcategory" if parent else "category",
        "parent": parent,
        "category": row.title,
        "n": row.cases,
        "percent": row.percent,
        "label": str(row.label) if known else "",
    }
