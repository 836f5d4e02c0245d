"""The results table as json: a list of objects with the keys of the csv."""

import json
from collections.abc import Sequence

from app.frequency.tables import Table
from app.reports.plain_rows import plain_rows


def render(tables: Sequence[Table]) -> str:
    """UTF-8 text that is not escaped, numbers as integers, what is missing as ""."""
    return json.dumps(list(plain_rows(tables)), ensure_ascii=False, indent=2) + "\n"
