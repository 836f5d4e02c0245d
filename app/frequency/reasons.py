"""PURE. Why a category carries its label, in the words of the rule, and what would change it."""

from collections.abc import Iterator

from app.frequency.rules import FEWEST_CASES, RARE_OVER, Label, Rule, cut_offs, label

_NUMBER_WORDS = ("no", "one", "two", "three", "four")


def reason(count: int, n: int, rule: Rule, min_cases: int = 2) -> str:
    """The sentence behind a label, as in "5 of 10 cases: at least two and up to half of them."""
    return f"{count} of {n} cases: {_words(count, n, rule, min_cases)}."


def _words(count: int, n: int, rule: Rule, min_cases: int) -> str:
    if not rule.has_labels:
        return "this table gives numbers of cases and no labels"
    if n < FEWEST_CASES:
        return "no label, for labels need at least three cases"
    for band in cut_offs(n, rule, min_cases):
        if count in band:
            return _BANDS[band.label](rule, band.low, n)
    if count == 0:
        return "no core idea has been placed here"
    if min_cases == 2:
        return "a finding of a single case is not reported"
    return f"findings of fewer than {_NUMBER_WORDS[min_cases]} cases are not reported"


def _general(rule: Rule, low: int, n: int) -> str:
    return "all of the cases" if low == n else "all of the cases or all but one"


def _typical(rule: Rule, low: int, n: int) -> str:
    share = "at least half" if rule.half_is_typical else "more than half"
    return f"{share} of the cases, up to the cut-off for general"


def _variant(rule: Rule, low: int, n: int) -> str:
    share = "fewer than half" if rule.half_is_typical else "up to half"
    return f"at least {_NUMBER_WORDS[low]} and {share} of the cases"


def _rare(rule: Rule, low: int, n: int) -> str:
    cases = "two or three cases" if low == 2 else "three cases"
    return f"{cases}, in a sample of more than {RARE_OVER}"


_BANDS = {
    Label.GENERAL: _general,
    Label.TYPICAL: _typical,
    Label.VARIANT: _variant,
    Label.RARE: _rare,
}


def edges(count: int, n: int, rule: Rule, min_cases: int = 2) -> Iterator[str]:
    """Which single case would change the label, up or down; nothing where no case would.

    These are the categories to read all cases for once more, in both directions: looking only for
    what lifts a label would bias it.
    """
    present = label(count, n, rule, min_cases)
    if present is None or count == 0:
        return
    if count < n:
        more = label(count + 1, n, rule, min_cases)
        if more != present:
            yield f"One more case would make this {more}."
    fewer = label(count - 1, n, rule, min_cases)
    if fewer is Label.NOT_REPORTED and present is not fewer:
        yield "One case fewer, and it would not be reported."
    elif fewer not in (present, Label.ABSENT):
        yield f"One case fewer would make this {fewer}."
