"""What is printed around the text of a page: running headers and footers, page numbers, marks."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from app.cases.lines.speaker_labels import Shape, label_at, shape_of
from app.cases.readers.pdf.page_lines import PageLine

OUTER_LINES = 3
"""So many lines at the head and the foot of a page may be furniture."""
_PAGE_NUMBER = re.compile(
    r"[-–—\[(\s]{0,4}(?P<word>page|seite|página|pagina|pag\.|p\.|s\.|第)?\s{0,3}(?P<number>\d{1,4})"
    r"(?P<of>\s{0,3}(?:/|of|von|de|di|sur|van)\s{0,3}\d{1,4})?\s{0,3}[页頁]?[-–—\])\s]{0,4}",
    re.IGNORECASE,
)


def furniture(pages: Sequence[Sequence[PageLine]]) -> set[int]:
    """Running headers, footers, page numbers and watermarks, by their `id`."""
    outer = {id(line): depth for page in pages for line, depth in _outer(page)}
    groups: dict[str, list[PageLine]] = defaultdict(list)
    for page in pages:
        for line in page:
            groups[re.sub(r"\d+", "#", " ".join(line.text.casefold().split()))].append(line)
    found: set[int] = set()
    for group in groups.values():
        for cluster in _same_height(group):
            if 2 * len(cluster) > len(group) and _recurs(cluster, len(pages), outer):
                found.update(id(line) for line in cluster)
    found |= _page_numbers(pages, outer, found)
    return found | {id(line) for page in pages for line in _small_print(page)}


def _outer(page: Sequence[PageLine]) -> Iterable[tuple[PageLine, int]]:
    """The lines nearest the head and the foot of a page, and how near: 0 is the outermost."""
    rows = sorted({round(line.base) for line in page})
    near = {
        row: depth for edge in (rows, rows[::-1]) for depth, row in enumerate(edge[:OUTER_LINES])
    }
    for edge in (rows, rows[::-1]):
        for depth, row in enumerate(edge[:OUTER_LINES]):
            near[row] = min(near[row], depth)
    return ((line, near[round(line.base)]) for line in page if round(line.base) in near)


def _same_height(group: list[PageLine]) -> Iterable[list[PageLine]]:
    """Lines of the same words, parted by where on the page they stand."""
    ordered = sorted(group, key=lambda line: line.base)
    cluster = ordered[:1]
    for before, after in pairwise(ordered):
        if after.base - before.base > 3:
            yield cluster
            cluster = []
        cluster.append(after)
    yield cluster


def _recurs(cluster: Sequence[PageLine], pages: int, outer: dict[int, int]) -> bool:
    """The same words at the same place on page after page."""
    times = len({line.page for line in cluster})
    everywhere = times >= 3 and times >= 0.6 * pages
    label = label_at(cluster[0].text)
    if label is not None and shape_of(label.name) is not Shape.NONE:
        return everywhere and times >= 4
    at_edge = all(id(line) in outer for line in cluster)
    return everywhere or (at_edge and times >= 2 and times >= 0.3 * pages)


def _page_numbers(
    pages: Sequence[Sequence[PageLine]], outer: dict[int, int], furniture: set[int]
) -> set[int]:
    """Outermost lines that are a number and count the pages, or say that they do."""
    counting: dict[int, list[PageLine]] = defaultdict(list)
    found: set[int] = set()
    for line in (line for page in pages for line in page if outer.get(id(line), 9) < 2):
        number = _PAGE_NUMBER.fullmatch(line.text.strip()[:40])
        if number is None or id(line) in furniture:
            continue
        counting[int(number["number"]) - line.page].append(line)
        edge = 0.09 * line.page_height
        margin = not edge < line.base < line.page_height - edge
        if margin or number["word"] or number["of"]:
            found.add(id(line))
    for lines in counting.values():
        if len({line.page for line in lines}) > 1:
            found.update(id(line) for line in lines)
    return found


def _small_print(page: Sequence[PageLine]) -> Iterable[PageLine]:
    """What a browser prints at the very edge of even a single page: smaller, and set apart."""
    if len(page) < 4:
        return
    ordered = sorted(page, key=lambda line: line.base)
    usual = Counter(round(line.height, 1) for line in page).most_common(1)[0][0]
    edge = 0.06 * page[0].page_height
    for outermost in (ordered, ordered[::-1]):
        line, inner = (
            outermost[0],
            next((x for x in outermost if abs(x.base - outermost[0].base) > 2), outermost[0]),
        )
        far = not edge < line.base < line.page_height - edge
        apart = abs(line.base - inner.base) > 1.5 * usual
        if far and apart and line.height < 0.85 * usual:
            yield from (x for x in page if abs(x.base - line.base) <= 2)
