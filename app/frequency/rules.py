"""PURE. General, typical, variant: the label of a category, from a count of distinct cases.

Knox et al. (2017), after Hill (2012): a category is general when it applies to all cases or all
but one, typical when it applies to more than half of the cases up to the cut-off for general, and
variant when it applies to at least two cases and up to half; findings of a single case are
excluded. With six cases general meant all six. The other rules are what other texts print.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

FEWEST_CASES = 3
"""A cross-analysis needs at least three cases; below that there is no label."""

RARE_OVER = 15
"""Hill et al. (2005): *rare* exists only in samples of more than fifteen cases."""

RARE_UP_TO = 3
"""Hill et al. (2005): *rare* is two to three cases."""


class Label(StrEnum):
    """How often a category occurs, most frequent first: the order of a table's rows."""

    GENERAL = "general"
    TYPICAL = "typical"
    VARIANT = "variant"
    RARE = "rare"
    NOT_REPORTED = "not reported"
    ABSENT = "absent"


class RuleName(StrEnum):
    """The frequency rules a team may choose, by the name the command line and a study store."""

    KNOX_2017 = "knox-2017"
    HILL_2012 = "hill-2012"
    HILL_2005_RARE = "hill-2005-rare"
    STRICT = "strict"
    HILL_1997 = "hill-1997"
    COUNTS = "counts"


@dataclass(frozen=True)
class Rule:
    """One published convention.

    `all_but_one_from` is the smallest N at which all but one is still general (None: never).
    `summary` and `source` are printed in a table's note.
    """

    name: RuleName
    source: str
    summary: str
    all_but_one_from: int | None = None
    half_is_typical: bool = False
    has_rare: bool = False
    has_labels: bool = True


@dataclass(frozen=True)
class Band:
    """The counts, from `low` to `high` inclusive, that carry a label at one N."""

    label: Label
    low: int
    high: int

    def __contains__(self, count: int) -> bool:
        return self.low <= count <= self.high


RULES: Mapping[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule(
            RuleName.KNOX_2017,
            "Knox et al., 2017",
            "general = all or all but one, and only all where N ≤ 6; typical = more than half",
            all_but_one_from=7,
        ),
        Rule(
            RuleName.HILL_2012,
            "Hill, 2012",
            "general = all or all but one; typical = more than half",
            all_but_one_from=0,
        ),
        Rule(
            RuleName.HILL_2005_RARE,
            "Hill et al., 2005",
            "general = all or all but one; typical = more than half; rare = 2–3 where N > 15",
            all_but_one_from=0,
            has_rare=True,
        ),
        Rule(
            RuleName.STRICT,
            "Knox et al., 2017, as for six cases",
            "general = all; typical = more than half",
        ),
        Rule(
            RuleName.HILL_1997,
            "Hill, Thompson, & Williams, 1997",
            "general = all; typical = at least half",
            half_is_typical=True,
        ),
        Rule(RuleName.COUNTS, "", "numbers of cases, no labels", has_labels=False),
    )
}


def cut_offs(n: int, rule: Rule, min_cases: int = 2) -> tuple[Band, ...]:
    """The bands of a sample of `n` cases, most frequent first.

    Together they hold every count from `min_cases` to `n` once. A band without a count is left
    out; there are none where there is no label.
    """
    if n < FEWEST_CASES or not rule.has_labels:
        return ()
    all_but_one = rule.all_but_one_from is not None and n >= rule.all_but_one_from
    half_or_more = (n + 1) // 2
    more_than_half = n // 2 + 1
    lowest = {
        Label.GENERAL: n - 1 if all_but_one else n,
        Label.TYPICAL: half_or_more if rule.half_is_typical else more_than_half,
        Label.VARIANT: RARE_UP_TO + 1 if rule.has_rare and n > RARE_OVER else min_cases,
        Label.RARE: min_cases,
    }
    bands = []
    high = n
    for label_, from_ in lowest.items():
        low = max(from_, min_cases)
        if low <= high:
            bands.append(Band(label_, low, high))
            high = low - 1
    return tuple(bands)


def label(count: int, n: int, rule: Rule, min_cases: int = 2) -> Label | None:
    """The label of a category that `count` distinct cases of `n` hold.

    None where there is no label: fewer than three cases, or the rule `counts`. Raises `ValueError`
    when the count cannot be (below 0 or above `n`), which is a fault of the program.
    """
    if not 0 <= count <= n:
        raise ValueError(f"{count} of {n} cases is not a count")
    if n < FEWEST_CASES or not rule.has_labels:
        return None
    if count == 0:
        return Label.ABSENT
    for band in cut_offs(n, rule, min_cases):
        if count in band:
            return band.label
    return Label.NOT_REPORTED


def percent(count: int, n: int) -> int:
    """`count` of `n` as a whole number of per cent, half up; 0 in a sample without cases."""
    return (200 * count + n) // (2 * n) if n else 0
