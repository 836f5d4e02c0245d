"""The sentence behind a label, and what would change the label."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.frequency.reasons import edges, reason
from app.frequency.rules import RULES, Label, RuleName, label

pytestmark = pytest.mark.pure

UP_TO_GENERAL = "of the cases, up to the cut-off for general"


@pytest.mark.parametrize(
    ("rule", "count", "n", "min_cases", "words"),
    [
        ("knox-2017", 10, 10, 2, "all of the cases or all but one"),
        ("knox-2017", 9, 10, 2, "all of the cases or all but one"),
        ("knox-2017", 6, 6, 2, "all of the cases"),
        ("strict", 10, 10, 2, "all of the cases"),
        ("knox-2017", 6, 10, 2, f"more than half {UP_TO_GENERAL}"),
        ("hill-1997", 5, 10, 2, f"at least half {UP_TO_GENERAL}"),
        ("knox-2017", 5, 10, 2, "at least two and up to half of the cases"),
        ("knox-2017", 5, 10, 3, "at least three and up to half of the cases"),
        ("hill-1997", 4, 10, 2, "at least two and fewer than half of the cases"),
        ("hill-2005-rare", 4, 16, 2, "at least four and up to half of the cases"),
        ("hill-2005-rare", 3, 16, 2, "two or three cases, in a sample of more than 15"),
        ("hill-2005-rare", 3, 16, 3, "three cases, in a sample of more than 15"),
        ("hill-2005-rare", 3, 15, 2, "at least two and up to half of the cases"),
        ("knox-2017", 1, 10, 2, "a finding of a single case is not reported"),
        ("knox-2017", 2, 10, 3, "findings of fewer than three cases are not reported"),
        ("knox-2017", 0, 10, 2, "no core idea has been placed here"),
        ("knox-2017", 2, 2, 2, "no label, for labels need at least three cases"),
        ("counts", 5, 10, 2, "this table gives numbers of cases and no labels"),
    ],
)
def test_the_reason_is_the_rule_in_words(
    rule: str, count: int, n: int, min_cases: int, words: str
) -> None:
    assert reason(count, n, RULES[rule], min_cases) == f"{count} of {n} cases: {words}."


@pytest.mark.parametrize(
    ("count", "sentences"),
    [
        (10, ()),
        (9, ("One case fewer would make this typical.",)),
        (8, ("One more case would make this general.",)),
        (7, ()),
        (6, ("One case fewer would make this variant.",)),
        (5, ("One more case would make this typical.",)),
        (2, ("One case fewer, and it would not be reported.",)),
        (1, ("One more case would make this variant.",)),
        (0, ()),
    ],
)
def test_an_edge_is_named_in_both_directions(count: int, sentences: tuple[str, ...]) -> None:
    assert tuple(edges(count, 10, RULES["knox-2017"])) == sentences


@given(
    n=st.integers(0, 30),
    count=st.integers(0, 30),
    rule=st.sampled_from(list(RuleName)),
    min_cases=st.sampled_from([2, 3]),
)
def test_an_edge_is_named_exactly_where_one_case_changes_the_label(
    n: int, count: int, rule: RuleName, min_cases: int
) -> None:
    count = min(count, n)
    facts = (n, RULES[rule], min_cases)
    here = label(count, *facts)
    found = list(edges(count, *facts))
    if here is None or count == 0:
        assert found == []
        return
    more = label(count + 1, *facts) if count < n else here
    fewer = label(count - 1, *facts)
    differs = (more != here) + (fewer not in (here, Label.ABSENT))
    assert len(found) == differs
    assert reason(count, *facts).startswith(f"{count} of {n} cases: ")
