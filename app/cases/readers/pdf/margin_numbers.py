"""Numbers in the margin: of paragraphs, as a QDA tool prints them, or of lines."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from app.cases.readers.pdf.page_lines import PageLine, left_edge

_NUMBER = re.compile(r"\d{1,5}[.):]?")
_LEADING_NUMBER = re.compile(r"(\d{1,5})[.):]?[\s\t]+(?=\S)")


def without_margin_numbers(lines: list[PageLine]) -> tuple[list[PageLine], list[int]]:
    """Take the numbers out that stand beside the text, and mark the lines they stand at."""
    words = [line for line in lines if not _NUMBER.match(line.text)]
    if len(words) < 0.2 * len(lines):
        return _without_line_numbers(lines)
    edge = left_edge(words) - 2
    far = max(line.right for line in words)
    rows = {(line.page, round(line.base) + off) for line in words for off in range(-4, 5)}
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
    if not _count([int(found[1]) for found in leading.values()]):
        leading = {}
    at_rows = sum((line.page, round(line.base)) in rows for line in beside)
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
    rows = {(line.page, round(line.base) + off) for line in beside for off in range(-4, 5)}
    asides = {id(line) for line in beside}
    kept = []
    for line in (line for line in lines if id(line) not in asides):
        near = (line.page, round(line.base)) in rows
        if (number := leading.get(id(line))) is not None:
            line = _without_leading(line, number.end())
        kept.append(replace(line, numbered=near or number is not None))
    if lines_counted or sum(line.numbered for line in kept) > 0.8 * len(kept):
        return [replace(line, numbered=False) for line in kept]
    return kept


def _without_leading(line: PageLine, cut: int) -> PageLine:
    """A line whose first characters were a number beside the text."""
    starts = tuple((place - cut, at, blank) for place, at, blank in line.starts if place > cut)
    left = next((at for place, at, _ in line.starts if place == cut), line.left)
    text = line.text[cut:]
    word = starts[0][1] - starts[0][2] - left if starts else line.right - left
    return replace(line, text=text, starts=starts, left=left, first_word=word)


def _without_line_numbers(lines: list[PageLine]) -> tuple[list[PageLine], list[int]]:
    """Where nearly every line begins with a number, and these count."""
    found = {id(line): _LEADING_NUMBER.match(line.text) for line in lines}
    numbers = [int(match[1]) for match in found.values() if match]
    if not _count(numbers):
        return lines, []
    leading = {place: match for place, match in found.items() if match}
    return _marked(lines, [], leading, lines_counted=True), numbers


def _count(numbers: Sequence[int]) -> bool:
    """Whether numbers go up by one, or by five, nearly always."""
    steps = sum(after - before in (1, 5) for before, after in pairwise(numbers))
    return len(numbers) > 2 and steps >= 0.8 * (len(numbers) - 1)


def _counts_lines(numbers: Sequence[int]) -> bool:
    """Numbers at every fifth line number lines and not paragraphs."""
    return len(numbers) > 1 and median(b - a for a, b in pairwise(numbers)) > 1
