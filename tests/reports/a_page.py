"""Reading a findings page as a person does."""

import html
import re

from tests.frequency.a_sample import ASample

CODES = tuple(f"P{number:02}" for number in range(1, 11))
QUOTE = "She told me about her mother."


def words(page: str) -> str:
    """The text of a page, as it is read."""
    text = re.sub(r"<(script|style|head)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def rows(page: str) -> list[list[str]]:
    """The cells of the table, row by row, without its head."""
    body = re.search(r'<figure class="apa-table".*?</figure>', page, re.DOTALL)
    assert body, "the page has no table"
    lines = re.findall(r"<tr[ >].*?</tr>", body[0].split("</thead>")[1], re.DOTALL)
    return [
        [words(cell) for cell in re.findall(r"<t[hd]\b.*?</t[hd]>", line, re.DOTALL)]
        for line in lines
    ]


def opening(sample: ASample, *path: str) -> str:
    return f"{sample.url}?category={sample.categories[path]}"
