"""From a cross-analysis in a spreadsheet to its results tables, without a database."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.errors import Invalid
from app.frequency.rules import FEWEST_CASES, Rule
from app.frequency.tables import Finding, Table, build_table, count_findings
from app.interchange.cross_analysis_sheet import PlacedCase, read_cross_analysis
from app.interchange.spreadsheet import clean

NOT_CATEGORIES = frozenset({"miscellaneous", "misc", "other"})
"""Titles of the bin for what fits no other case: in any case of letters, it is never tabled."""


@dataclass(frozen=True)
class Tabulation:
    """The tables in the order the samples are first met, and what the reader should know."""

    tables: tuple[Table, ...]
    warnings: tuple[str, ...]


def tabulate(
    file: Path,
    *,
    rule: Rule,
    min_cases: int = 2,
    n: Sequence[str] = (),
    sample: str | None = None,
    keep_other: bool = False,
    encoding: str | None = None,
) -> Tabulation:
    """The tables of a sheet; the options are those of `concord tabulate`.

    `n` holds "N" or "SAMPLE=N"; `sample` keeps only that one. A subcategory may be titled Other:
    only a *category* of that title is the bin. Raises `Invalid` for a sheet or an option that does
    not hold.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Invalid(f"{file} could not be read: {error.strerror}. Check the name.") from None
    rows = read_cross_analysis(content, str(file), encoding)
    samples: dict[str, list[PlacedCase]] = {}
    for row in rows:
        samples.setdefault(row.sample, []).append(row)
    chosen = list(samples) if sample is None else [_known(sample, samples, str(file))]
    n_of = sizes(
        n,
        {name: _distinct(placed) for name, placed in samples.items()},
        chosen,
        where=str(file),
        known=lambda name: _known(name, samples, str(file)),
    )
    tables = tuple(
        _table(name, samples[name], n_of[name], rule, min_cases, keep_other) for name in chosen
    )
    return Tabulation(tables, (*_like_codes(rows), *warnings(tables)))


def _known(sample: str, samples: Mapping[str, object], file: str) -> str:
    name = clean(sample)
    if name in samples:
        return name
    if list(samples) == [""]:
        raise Invalid(f'There is no sample "{name}": {file} has no column sample.')
    raise Invalid(f'There is no sample "{name}" in {file}. It has: {", ".join(samples)}.')


def sizes(
    wanted: Sequence[str],
    found: Mapping[str, int],
    chosen: Sequence[str],
    *,
    where: str,
    known: Callable[[str], str],
) -> dict[str, int]:
    """N of every sample: its distinct cases, or what `--n` says when that is larger.

    `found` are the cases there are, by sample; `known` turns a name as typed into a sample's, or
    raises `Invalid`, as this does for an option that does not hold. `where` names the source.
    """
    given: dict[str, int] = {}
    for text in wanted:
        named, equals, number = text.rpartition("=")
        if not re.fullmatch("[0-9]{1,9}", number.strip(), re.ASCII):
            raise Invalid(f"--n {text}: write a number, or SAMPLE=N, as in --n 12.")
        if not equals and len(chosen) > 1:
            raise Invalid(
                f"--n {text}: {where} has several samples ({', '.join(found)}). "
                "Write --n SAMPLE=N, or choose one with --sample."
            )
        name = known(named) if equals else chosen[0]
        which = f'the sample "{name}"' if name else where
        if name in given:
            raise Invalid(f"--n {text}: N of {which} is given twice. Keep one.")
        given[name] = int(number)
        if given[name] < found[name]:
            raise Invalid(
                f"--n {text}: {which} has {found[name]} cases, so N cannot be smaller. "
                "Give a larger N, or leave --n out."
            )
    return {**found, **given}


def _distinct(rows: Iterable[PlacedCase]) -> int:
    return len({row.case for row in rows})


def _table(
    name: str, rows: Sequence[PlacedCase], n: int, rule: Rule, min_cases: int, keep_other: bool
) -> Table:
    cases_in = _distinct(rows)
    return build_table(
        count_findings(_finding(row, keep_other) for row in rows),
        n,
        rule,
        min_cases=min_cases,
        sample=name,
        provisional=f"{cases_in} of {n} cases in" if cases_in < n else "",
    )


def _finding(row: PlacedCase, keep_other: bool) -> Finding:
    if row.category.casefold() in NOT_CATEGORIES and not keep_other:
        return Finding(row.case, row.domain)
    return Finding(row.case, row.domain, row.category, row.subcategory)


def warnings(tables: Iterable[Table]) -> Iterator[str]:
    """What goes to standard error: a sample too small for labels, a table that is provisional."""
    for table in tables:
        of_sample = f' in the sample "{table.sample}"' if table.sample else ""
        if table.cases < FEWEST_CASES:
            yield (
                f"N = {table.cases}{of_sample}: no labels. "
                "A cross-analysis needs at least three cases."
            )
        if table.provisional:
            which = f' (sample "{table.sample}")' if table.sample else ""
            yield f"Provisional: {table.provisional}{which}."


def _like_codes(rows: Iterable[PlacedCase]) -> Iterator[str]:
    alike: dict[str, dict[str, None]] = {}
    for row in rows:
        alike.setdefault(row.case.casefold(), {})[row.case] = None
    for codes in alike.values():
        if len(codes) > 1:
            yield (
                f"The case codes {' and '.join(codes)} differ only in capitals and are counted as "
                "different cases."
            )
