"""What the lines on a page are, by where they stand: text, a heading, a paragraph that goes on."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from app.cases.lines import Found, Line
from app.cases.lines.soft_wraps import Pair, ends_sentence
from app.cases.readers.pdf.furniture import furniture
from app.cases.readers.pdf.margin_numbers import without_margin_numbers
from app.cases.readers.pdf.page_lines import PageLine, by_page, left_edge

WIDE = 1.5
"""A blank of more line heights than this may part two columns."""


def read_layout(pages: Sequence[Sequence[PageLine]]) -> Found:
    """The lines of a document in reading order, without furniture and margin numbers."""
    warnings = _warnings(pages)
    lines, numbers = without_margin_numbers([line for page in pages for line in page])
    around = furniture(by_page(lines))
    body = [line for line in lines if id(line) not in around]
    body = _with_columns(_beside_names(body))
    body = [line for page in by_page(body) for line in _in_order(page)]
    dropped = [line.text for line in lines if id(line) in around]
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


def _beside_names(body: list[PageLine]) -> list[PageLine]:
    """In a table a name may stand higher or lower than its text: put it before the text."""
    column = left_edge(body) if body else 0
    names = {
        n
        for n, (name, text) in enumerate(pairwise(body))
        if name.right < column - 2 and abs(text.left - column) < 2 and name.page == text.page
    }
    if len(names) < 3:
        return body
    merged = []
    for n, line in enumerate(body):
        if n - 1 in names:
            name = body[n - 1]
            line = replace(line, text=f"{name.text}\t{line.text}", left=name.left, column=line.left)
        if n not in names:
            merged.append(line)
    return merged


def _in_order(page: list[PageLine]) -> list[PageLine]:
    """Reading order. A file mostly holds it; where it jumps up the page, rows are put together.

    Two broad columns side by side keep the file's order.
    """
    jumps = sum(after.base > before.base + before.height for before, after in pairwise(page))
    if not jumps:
        return page
    ordered = sorted(page, key=lambda line: -line.base)
    rows: list[list[PageLine]] = []
    for line in ordered:
        if rows and abs(rows[-1][0].base - line.base) < 0.4 * line.height:
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
    """Part names from texts by a tab, where texts begin below one another after a wide blank."""
    wide = Counter(
        round(at) for line in body for _, at, blank in line.starts if blank > WIDE * line.height
    )
    column, times = wide.most_common(1)[0] if wide else (0, 0)
    return [_parted(line, column) for line in body] if times > 2 else body


def _parted(line: PageLine, column: float) -> PageLine:
    if line.column is None:
        for place, at, _ in line.starts:
            if abs(at - column) < 2:
                text = f"{line.text[:place].rstrip()}\t{line.text[place:]}"
                return replace(line, text=text, column=at)
    return line


def _as_lines(body: list[PageLine]) -> list[Line]:
    if not body:
        return []
    heights = Counter[float]()
    for line in body:
        heights[round(line.height, 1)] += len(line.text)
    usual = heights.most_common(1)[0][0]
    leading = _leading(body, usual)
    edge, margin = left_edge(body), _right_margin(body)
    counted = sum(line.numbered for line in body) > 2
    lines = []
    for n, line in enumerate(body):
        before = body[n - 1] if n else None
        heading = line.height > 1.15 * usual and len(line.text) < 120
        same_page = before is not None and before.page == line.page
        gap = before is None or (same_page and before.base - line.base > 1.3 * leading)
        begins = before is None or gap or heading or before.height > 1.15 * usual
        if not begins and before is not None:
            begins = line.numbered if counted else not _goes_on(before, line, edge, margin)
        may_label = not counted or line.numbered or begins
        lines.append(Line(line.text, gap, not begins, heading, line.strong, may_label=may_label))
    return lines


def _leading(body: Sequence[PageLine], usual: float) -> float:
    """The distance from line to line inside a paragraph: the smallest that is not rare."""
    steps = Counter(
        round(before.base - after.base)
        for before, after in pairwise(body)
        if before.page == after.page
        and 0.8 * usual < before.base - after.base < 4 * usual
        and abs(before.height - after.height) < 0.15 * usual
    )
    frequent = [step for step, times in steps.items() if times >= 0.1 * steps.total()]
    return min(frequent, default=usual)


def _right_margin(body: Sequence[PageLine]) -> float:
    """Where lines end: the farthest that others come near."""
    rights = sorted((line.right for line in body), reverse=True)
    near = 0.04 * body[0].page_width
    return next((a for a, b in pairwise(rights) if a - b < near), rights[0])


def _goes_on(before: PageLine, line: PageLine, edge: float, margin: float) -> bool:
    """Whether a line belongs to the paragraph of the one before: its first word did not fit."""
    pair = Pair(before.text, line.text)
    indented = line.left > edge + 6 and ends_sentence(before.text)
    room = margin - before.right - 0.2 * line.height
    return pair.runs_on or (room < line.first_word and not indented)
