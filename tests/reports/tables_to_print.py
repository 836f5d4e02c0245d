"""Tables whose titles try to be more than text."""

from typing import Any

from app.frequency.rules import RULES
from app.frequency.tables import CategoryCases, DomainCases, Table, build_table

DANGEROUS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    '=HYPERLINK("http://example.org")',
    "http://example.org",
    "<script>alert('x')</script>",
    '50% of C_1 & {T} #2 ^ ~ $x$ \\input{y} | `z` "q" [a]',
    "*bold* _it_ ![i](j) <b>",
)


def cases(count: int) -> set[str]:
    return {f"P{number:02}" for number in range(1, count + 1)}


def reasons(**options: Any) -> Table:
    """N = 10: one domain with a general category, its subcategories, a variant, a single case."""
    crying = CategoryCases(
        "P felt close to C",
        cases(9),
        [CategoryCases("at the end of PT", cases(6)), CategoryCases("seen once", cases(1))],
        illustration="P cried because C's grief was P's own.",
    )
    domains = [
        DomainCases(
            "Reasons for crying",
            [crying, CategoryCases("P was tired", cases(2)), CategoryCases("single", cases(1))],
        ),
        DomainCases("Only a single case", [CategoryCases("alone", cases(1))]),
    ]
    return build_table(domains, 10, RULES["knox-2017"], **options)


def dangerous() -> Table:
    """A table in which every text is one of `DANGEROUS`."""
    domains = [
        DomainCases(text, [CategoryCases(text, cases(2), [CategoryCases(text, cases(2))], text)])
        for text in DANGEROUS
    ]
    return build_table(
        domains,
        10,
        RULES["knox-2017"],
        sample=DANGEROUS[0],
        topic=DANGEROUS[8],
        provisional=DANGEROUS[9],
    )
