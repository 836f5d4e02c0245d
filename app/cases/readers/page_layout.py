"""What the lines on a page are, by where they stand: text, heading, furniture, paragraph number.

Distances are in points, upwards from the foot of the page, of the page as it is read.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from app.cases.lines import Found, Line
from app.cases.lines.soft_wraps import Pair, ends_sentence
from app.cases.lines.speaker_labels import Shape, label_at, shape_of

OUTER_LINES = 3
"""So many lines at the head and the foot of a page may be furniture."""
_PAGE_NUMBER = re.compile(
    r"[-–—\[(\s]{0,4}(?P<word>page|seite|página|pagina|pag\.|p\.|s\.|第)?\s{0,3}(?P<number>\d{1,4})"
    r"(?P<of>\s{0,3}(?:/|of|von|de|di|sur|van)\s{0,3}\d{1,4})?\s{0,3}[页頁]?[-–—\])\s]{0,4}",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{1,5}[.):]?")
_LEADING_NUMBER = re.compile(r"(\d{1,5})[.):]?[\s\t]+(?=\S)")


@dataclass(frozen=True)
class PageLine:
    """One line as it stands on its page. `column`: where text after a wide gap begins."""

    page: int
    text: str
    left: float
    right: float
    bottom: float
    top: float
    first_word: float
    column: float | None
    strong: bool
    page_width: float
    page_height: float
    numbered: bool = False

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def read_layout(pages: Sequence[Sequence[PageLine]]) -> Found:
    """The lines of a document in reading order, without furniture and margin numbers."""
    warnings = _warnings(pages)
    lines, numbers = _without_margin_numbers([line for page in pages for line in page])
    furniture = _furniture(_by_page(lines))
    body = [line for line in lines if id(line) not in furniture]
    body = _with_columns([line for page in _by_page(body) for line in _in_order(page)])
    dropped = [line.text for line in lines if id(line) in furniture]
    if numbers:
        dropped.append(f"paragraph numbers {numbers[0]} to {numbers[-1]}")
    return Found(_as_lines(body), "", warnings, tuple(dropped))


def _warnings(pages: Sequence[Sequence[PageLine]]) -> tuple[str, ...]:
    said = []
    blank = [str(number) for number, page in enumerate(pages, start=1) if not page]
    if blank:
        shown = ", ".join(blank[:10]) + (" and more" if len(blank) > 10 else "")
        said.append(f"No text on page {shown}: blank, or scanned and lost.")
    letters = "".join(line.text for page in pages for line in page)
    if sum("\u0590" <= c <= "\u08ff" for c in letters) > 0.2 * len(letters):
        said.append(
            "PDF often stores right-to-left text in the order of the eye: compare it with the "
            "original, or import a .docx."
        )
    return tuple(said)


def _furniture(pages: Sequence[Sequence[PageLine]]) -> set[int]:
    """Running headers, footers, page numbers and watermarks, by their `id`."""
    outer = {id(line): depth for page in pages for line, depth in _outer(page)}
    groups: dict[str, list[PageLine]] = defaultdict(list)
    for page in pages:
        for line in page:
            groups[re.sub(r"\d+", "#", " ".join(line.text.casefold().split()))].append(line)
    found: set[int] = set()
    for group in groups.values():
        for cluster in _same_height(group):
            if _recurs(cluster, len(pages), outer):
                found.update(id(line) for line in cluster)
    return found | _page_numbers(pages, outer, found)


def _outer(page: Sequence[PageLine]) -> Iterable[tuple[PageLine, int]]:
    """The lines nearest the head and the foot of a page, and how near: 0 is the outermost."""
    rows = sorted({round(line.middle) for line in page})
    near = {
        row: depth for edge in (rows, rows[::-1]) for depth, row in enumerate(edge[:OUTER_LINES])
    }
    for edge in (rows, rows[::-1]):
        for depth, row in enumerate(edge[:OUTER_LINES]):
            near[row] = min(near[row], depth)
    return ((line, near[round(line.middle)]) for line in page if round(line.middle) in near)


def _same_height(group: list[PageLine]) -> Iterable[list[PageLine]]:
    """Lines of the same words, parted by where on the page they stand."""
    ordered = sorted(group, key=lambda line: line.middle)
    cluster = ordered[:1]
    for before, after in pairwise(ordered):
        if after.middle - before.middle > 3:
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
        margin = min(line.bottom, line.page_height - line.top) < 0.09 * line.page_height
        if margin or number["word"] or number["of"]:
            found.add(id(line))
    for lines in counting.values():
        if len({line.page for line in lines}) > 1:
            found.update(id(line) for line in lines)
    return found


def _without_margin_numbers(lines: list[PageLine]) -> tuple[list[PageLine], list[int]]:
    """Take the numbers out that stand beside the text, and mark the lines they stand at."""
    words = [line for line in lines if not _NUMBER.match(line.text)]
    if not words:
        return lines, []
    edge = Counter(round(line.left) for line in words).most_common(1)[0][0] - 2
    far = max(line.right for line in words)
    rows = {(line.page, round(line.middle) + off) for line in words for off in range(-4, 5)}
    beside = [
        line
        for line in lines
        if _NUMBER.fullmatch(line.text) and (line.right < edge + 2 or line.left > far)
    ]
    leading = {
        id(line): found
        for line in lines
        if line.left < edge and (found := _LEADING_NUMBER.match(line.text)) is not None
    }
    at_rows = sum((line.page, round(line.middle)) in rows for line in beside)
    if at_rows + len(leading) < 3:
        return lines, []
    numbers = [int(re.sub(r"\D", "", line.text)) for line in beside]
    numbers += [int(found[1]) for found in leading.values()]
    return _marked(lines, beside, leading, _counts_lines(sorted(set(numbers)))), sorted(numbers)


def _marked(
    lines: list[PageLine],
    beside: list[PageLine],
    leading: dict[int, re.Match[str]],
    lines_counted: bool,
) -> list[PageLine]:
    rows = {(line.page, round(line.middle) + off) for line in beside for off in range(-4, 5)}
    asides = {id(line) for line in beside}
    kept = []
    for line in (line for line in lines if id(line) not in asides):
        text = line.text[leading[id(line)].end() :] if id(line) in leading else line.text
        near = (line.page, round(line.middle)) in rows
        kept.append(replace(line, text=text, numbered=near or id(line) in leading))
    if lines_counted or sum(line.numbered for line in kept) > 0.8 * len(kept):
        return [replace(line, numbered=False) for line in kept]
    return kept


def _counts_lines(numbers: Sequence[int]) -> bool:
    """Numbers at every fifth line number lines and not paragraphs."""
    return len(numbers) > 1 and median(b - a for a, b in pairwise(numbers)) > 1


def _by_page(lines: Iterable[PageLine]) -> list[list[PageLine]]:
    pages: dict[int, list[PageLine]] = defaultdict(list)
    for line in lines:
        pages[line.page].append(line)
    return [pages[number] for number in sorted(pages)]


def _in_order(page: list[PageLine]) -> list[PageLine]:
    """Reading order. A file mostly holds it; where it jumps up the page, rows are put together.

    Two broad columns side by side keep the file's order.
    """
    jumps = sum(after.bottom > before.top for before, after in pairwise(page))
    if not jumps:
        return page
    ordered = sorted(page, key=lambda line: -line.middle)
    rows: list[list[PageLine]] = []
    for line in ordered:
        if rows and abs(rows[-1][0].middle - line.middle) < 0.4 * line.height:
            rows[-1].append(line)
        else:
            rows.append([line])
    width = max(line.right for line in page) - min(line.left for line in page)
    broad = sum(sum(line.right - line.left > 0.3 * width for line in row) > 1 for row in rows)
    return page if broad > 0.2 * len(rows) else [_side_by_side(row) for row in rows]


def _side_by_side(row: list[PageLine]) -> PageLine:
    """One line of the pieces that stand at one height."""
    first, *others = sorted(row, key=lambda line: line.left)
    if not others:
        return first
    return replace(
        first,
        text="\t".join(
            [first.text.replace("\t", " "), *(o.text.replace("\t", " ") for o in others)]
        ),
        right=max(line.right for line in row),
        column=others[0].left,
        numbered=any(line.numbered for line in row),
    )


def _with_columns(body: list[PageLine]) -> list[PageLine]:
    """A tab stays only where texts begin below one another; elsewhere it was a wide blank."""
    starts = Counter(round(line.column) for line in body if line.column is not None)
    return [
        line
        if line.column is not None and starts[round(line.column)] > 2
        else replace(line, text=line.text.replace("\t", " "), column=None)
        for line in body
    ]


def _as_lines(body: list[PageLine]) -> list[Line]:
    if not body:
        return []
    heights = Counter[float]()
    for line in body:
        heights[round(line.height, 1)] += len(line.text)
    usual = heights.most_common(1)[0][0]
    leading = _leading(body, usual)
    margin = _right_margin(body)
    counted = sum(line.numbered for line in body) > 2
    lines = []
    for n, line in enumerate(body):
        before = body[n - 1] if n else None
        heading = line.height > 1.15 * usual and len(line.text) < 120
        same_page = before is not None and before.page == line.page
        gap = before is None or (same_page and before.middle - line.middle > 1.3 * leading)
        begins = before is None or gap or heading or before.height > 1.15 * usual
        if not begins and before is not None:
            begins = line.numbered if counted else not _goes_on(before, line, margin)
        may_label = not counted or line.numbered or begins
        lines.append(Line(line.text, gap, not begins, heading, line.strong, may_label=may_label))
    return lines


def _leading(body: Sequence[PageLine], usual: float) -> float:
    """The distance from line to line inside a paragraph: the smallest that is not rare."""
    steps = Counter(
        round(before.middle - after.middle)
        for before, after in pairwise(body)
        if before.page == after.page and 0 < before.middle - after.middle < 4 * usual
    )
    frequent = [step for step, times in steps.items() if times >= 0.1 * steps.total()]
    return min(frequent, default=usual)


def _right_margin(body: Sequence[PageLine]) -> float:
    """Where lines end: the farthest that others come near."""
    rights = sorted((line.right for line in body), reverse=True)
    near = 0.04 * body[0].page_width
    return next((a for a, b in pairwise(rights) if a - b < near), rights[0])


def _goes_on(before: PageLine, line: PageLine, margin: float) -> bool:
    """Whether a line belongs to the paragraph of the one before: its first word did not fit."""
    pair = Pair(before.text, line.text)
    indented = line.left > before.left + 6 and ends_sentence(before.text)
    room = margin - before.right - 0.2 * line.height
    return pair.runs_on or (room < line.first_word and not indented)
