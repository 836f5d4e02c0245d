"""How many cases and domains there are.

Cases and domains lie on floors above this one, so they are counted by table name.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlmodel import col

from app.studies.models import Sample, Study

_CASES = sa.table("study_case", sa.column("study_id"))
_SAMPLE_CASES = sa.table("sample_case", sa.column("sample_id"))
_DOMAINS = sa.table("domain", sa.column("sample_id"))


def _rows_of(table: sa.TableClause, column: str, parent: Any) -> sa.ScalarSelect[int]:
    return (
        sa.select(func.count())
        .select_from(table)
        .where(table.c[column] == parent)
        .correlate_except(table)
        .scalar_subquery()
    )


CASES_OF_STUDY = _rows_of(_CASES, "study_id", col(Study.id))
CASES_OF_SAMPLE = _rows_of(_SAMPLE_CASES, "sample_id", col(Sample.id))
DOMAINS_OF_SAMPLE = _rows_of(_DOMAINS, "sample_id", col(Sample.id))
