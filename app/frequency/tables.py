"""PURE. The results table: domains, categories and frequencies of one sample.

One shape for a table from a spreadsheet and from a study: count the distinct cases of each
category (`CategoryCases`), then `build_table`. The formats of `app.reports` print it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from app.frequency.rules import Label, Rule, label, percent


@dataclass(frozen=True)
class Row:
    """A category or subcategory: `cases` is n, its distinct cases; `percent` of N, half up.

    `key` is its id where the table comes from a study.
    """

    title: str
    cases: int
    percent: int
    label: Label | None
    subcategories: tuple["Row", ...] = ()
    illustration: str = ""
    key: int | None = None

    @property
    def reportable(self) -> bool:
        """Whether a paper prints it."""
        return self.label not in (Label.NOT_REPORTED, Label.ABSENT)


@dataclass(frozen=True)
class DomainRows:
    """A domain with its categories, in the order they print; `key` as in `Row`."""

    title: str
    rows: tuple[Row, ...]
    key: int | None = None


@dataclass(frozen=True)
class Table:
    """The table of one sample.

    `cases` is N. `topic` ends the title; without one the sample's name does. `provisional` is
    empty once every case is in, else says what is still to come ("7 of 10 cases in").
    `abbreviations` are the study's, as (short, long); the note prints those that occur. `remarks`
    are further sentences for its end.
    """

    sample: str
    cases: int
    rule: Rule
    domains: tuple[DomainRows, ...]
    min_cases: int = 2
    topic: str = ""
    provisional: str = ""
    abbreviations: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def has_labels(self) -> bool:
        """False under the rule `counts` and where the sample is too small for labels."""
        return label(self.cases, self.cases, self.rule, self.min_cases) is not None

    def as_reported(self) -> "Table":
        """The same table without what a paper leaves out: rows that are *not reported*."""
        domains = (replace(domain, rows=tuple(_reportable(domain.rows))) for domain in self.domains)
        return replace(self, domains=tuple(domain for domain in domains if domain.rows))

    @property
    def left_out(self) -> tuple[tuple[DomainRows, Row], ...]:
        """What a paper leaves out: each row (with what is under it) and its domain."""
        return tuple(
            (domain, row)
            for domain in self.domains
            for category in domain.rows
            for row in ((category, *category.subcategories) if category.reportable else (category,))
            if not row.reportable
        )


def _reportable(rows: Iterable[Row]) -> Iterable[Row]:
    for row in rows:
        if row.reportable:
            yield replace(row, subcategories=tuple(_reportable(row.subcategories)))


@dataclass
class CategoryCases:
    """The cases found in a category itself; those of its subcategories are counted with it."""

    title: str
    cases: set[str] = field(default_factory=set)
    subcategories: list["CategoryCases"] = field(default_factory=list)
    illustration: str = ""
    key: int | None = None


@dataclass
class DomainCases:
    """A domain's categories in the order of the board, or as first met in a spreadsheet."""

    title: str
    categories: list[CategoryCases] = field(default_factory=list)
    key: int | None = None


@dataclass(frozen=True)
class Finding:
    """One core idea in a category: which case says what, where."""

    case: str
    domain: str
    category: str = ""
    subcategory: str = ""


def count_findings(findings: Iterable[Finding]) -> list[DomainCases]:
    """Distinct cases by domain, category and subcategory, each as first met.

    A finding without a category only makes its domain known.
    """
    domains: dict[str, DomainCases] = {}
    categories: dict[tuple[str, ...], CategoryCases] = {}

    def known(siblings: list[CategoryCases], *path: str) -> CategoryCases:
        if path not in categories:
            categories[path] = CategoryCases(path[-1])
            siblings.append(categories[path])
        return categories[path]

    for finding in findings:
        if not finding.domain:
            continue
        domain = domains.setdefault(finding.domain, DomainCases(finding.domain))
        if not finding.category:
            continue
        found = known(domain.categories, finding.domain, finding.category)
        if finding.subcategory:
            path = (finding.domain, finding.category, finding.subcategory)
            found = known(found.subcategories, *path)
        found.cases.add(finding.case)
    return list(domains.values())


def build_table(
    domains: Sequence[DomainCases],
    cases: int,
    rule: Rule,
    *,
    min_cases: int = 2,
    sample: str = "",
    topic: str = "",
    provisional: str = "",
    abbreviations: Iterable[tuple[str, str]] = (),
    remarks: Iterable[str] = (),
) -> Table:
    """The table of `cases` (N) cases: domains as given, in each general to not reported.

    Ties stay as given, and everything does where there are no labels.
    """

    def rows(categories: Iterable[CategoryCases]) -> tuple[Row, ...]:
        return tuple(sorted((row(category) for category in categories), key=_by_label))

    def row(category: CategoryCases) -> Row:
        distinct = category.cases.union(*(part.cases for part in category.subcategories))
        return Row(
            title=category.title,
            cases=len(distinct),
            percent=percent(len(distinct), cases),
            label=label(len(distinct), cases, rule, min_cases),
            subcategories=rows(category.subcategories),
            illustration=category.illustration,
            key=category.key,
        )

    return Table(
        sample=sample,
        cases=cases,
        rule=rule,
        domains=tuple(
            DomainRows(domain.title, rows(domain.categories), domain.key) for domain in domains
        ),
        min_cases=min_cases,
        topic=topic,
        provisional=provisional,
        abbreviations=tuple(abbreviations),
        remarks=tuple(remarks),
    )


_RANK = {label_: rank for rank, label_ in enumerate(Label)}


def _by_label(row: Row) -> int:
    return 0 if row.label is None else _RANK[row.label]
