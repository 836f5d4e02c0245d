"""PURE. The note under a results table, generated so that it cannot disagree with the table."""

import re
from collections.abc import Iterable, Iterator

from app.frequency.rules import Band, cut_offs
from app.frequency.tables import Row, Table

_NUMBER_WORDS = {2: "two", 3: "three"}


def note(table: Table, *, illustrated: bool = False) -> tuple[str, ...]:
    """The note's sentences, without the word "Note.": N, cut-offs, abbreviations, rule, state.

    The first starts with "N = ". Give `table.as_reported()` where the unreported rows are left
    out, and say whether illustrations are printed: only abbreviations that occur are explained.
    """
    facts = [f"N = {table.cases}"]
    facts += map(_cut_off, cut_offs(table.cases, table.rule, table.min_cases))
    facts += (f"{short} = {long}" for short, long in _used_abbreviations(table, illustrated))
    sentences = ["; ".join(facts) + ".", _rule(table)]
    if table.provisional:
        sentences.append(f"Provisional: {table.provisional}.")
    return (*sentences, *table.remarks)


def _cut_off(band: Band) -> str:
    """As Knox et al. (2017) print it: a band of one count is "6 cases"."""
    counts = str(band.low) if band.low == band.high else f"{band.low}–{band.high}"
    return f"{band.label.capitalize()} categories = {counts} cases"


def _rule(table: Table) -> str:
    rule = table.rule
    if rule.has_labels and not table.has_labels:
        return f"Rule {rule.name}: no labels, for they need at least three cases."
    if not rule.has_labels:
        return f"Rule {rule.name}: {rule.summary}."
    fewest = _NUMBER_WORDS.get(table.min_cases, str(table.min_cases))
    return (
        f"Rule {rule.name} ({rule.source}): {rule.summary}; "
        f"findings of fewer than {fewest} cases are not reported."
    )


def _used_abbreviations(table: Table, illustrated: bool) -> Iterator[tuple[str, str]]:
    printed = "\n".join(_printed(table, illustrated))
    for short, long in table.abbreviations:
        if re.search(rf"(?<!\w){re.escape(short)}s?(?!\w)", printed):
            yield short, long


def _printed(table: Table, illustrated: bool) -> Iterator[str]:
    yield table.topic
    for domain in table.domains:
        yield domain.title
        for row in _each(domain.rows):
            yield row.title
            if illustrated:
                yield row.illustration


def _each(rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        yield row
        yield from _each(row.subcategories)
