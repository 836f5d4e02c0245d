"""One line as it stands on its page, before anybody knows what it is.

Distances are in points, upwards from the foot of the page, of the page as it is read.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class PageLine:
    """One line as it stands on its page: its edges, the line its letters stand on, their height.

    `starts`: of the first words the place in the text, where they begin, and the blank before.
    `column`: where a second column begins. `numbered`: a paragraph number stands here.
    """

    page: int
    text: str
    left: float
    right: float
    base: float
    height: float
    first_word: float
    starts: tuple[tuple[int, float, float], ...]
    strong: bool
    page_width: float
    page_height: float
    column: float | None = None
    numbered: bool = False


def left_edge(body: Sequence[PageLine]) -> float:
    """Where most lines begin."""
    return Counter(round(line.left) for line in body).most_common(1)[0][0]


def by_page(lines: Iterable[PageLine]) -> list[list[PageLine]]:
    """The lines of each page that has any, in the order of the pages."""
    pages: dict[int, list[PageLine]] = defaultdict(list)
    for line in lines:
        pages[line.page].append(line)
    return [pages[number] for number in sorted(pages)]
