"""The findings of a sample, shaped for their page and for the files taken from it."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlmodel import Session

from app.frequency.evidence import Evidence, evidence_of
from app.frequency.illustrations import illustrate
from app.frequency.queries import (
    DomainFindings,
    SampleFacts,
    SampleFindings,
    findings_of,
    samples_of,
)
from app.frequency.rules import Band, cut_offs
from app.frequency.tables import DomainRows, Row, Table
from app.permissions import Action
from app.reports.choices import TICKED, Choice
from app.reports.formats import FORMATS, FormatName
from app.reports.layout import Column, PrintedRow, PrintedTable, lay_out
from app.studies.guard import StudyContext

FILES = (
    (FORMATS[FormatName.DOCX], "Word"),
    (FORMATS[FormatName.XLSX], "Excel"),
    (FORMATS[FormatName.CSV], "CSV"),
    (FORMATS[FormatName.HTML], "Web page"),
    (FORMATS[FormatName.LATEX], "LaTeX"),
    (FORMATS[FormatName.MARKDOWN], "Markdown"),
    (FORMATS[FormatName.TEXT], "Plain text"),
    (FORMATS[FormatName.JSON], "JSON"),
)
"""What the page offers, in this order, with the name people know."""

WHOLE_STUDY = FILES[:2]
"""What is offered with the tables of all samples in one file."""


@dataclass(frozen=True)
class PrintedDomain:
    """A domain of the printed table with its rows."""

    head: PrintedRow
    rows: tuple[PrintedRow, ...]
    is_agreed: bool


@dataclass(frozen=True)
class FindingsPage:
    """Everything the findings page of one sample shows."""

    samples: tuple[SampleFacts, ...]
    sample: SampleFacts
    choice: Choice
    table: Table
    printed: PrintedTable
    domains: tuple[PrintedDomain, ...]
    not_agreed: tuple[DomainFindings, ...]
    known_domains: int
    empty: tuple[str, ...]
    left_out: tuple[tuple[DomainRows, Row], ...]
    bands: tuple[Band, ...]
    evidence: Evidence | None

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns beside the titles."""
        return self.printed.columns

    @property
    def exported(self) -> Choice:
        """What the files take over from the page: its columns, also where they are the usual."""
        return self.choice.but(category=None, ticked=frozenset(self.columns) & TICKED)

    @property
    def note(self) -> str:
        """The note after "Note. N"."""
        return " ".join(self.printed.note).removeprefix("N")

    @property
    def opens(self) -> Column | None:
        """The column whose cells open the evidence; None: the titles do."""
        return next((column for column in self.columns if column != Column.ILLUSTRATION), None)


def may_see_raw_data(study: StudyContext) -> bool:
    """May this person read quotations? Readers see what was agreed, and no transcript."""
    return study.can(Action.READ_TRANSCRIPT)


def may_see_not_agreed(study: StudyContext) -> bool:
    """May this person look at boards that are not agreed?"""
    return study.can(Action.SEE_BOARD)


def read_findings(db: Session, study: StudyContext, sample_id: int, choice: Choice) -> FindingsPage:
    """The page, in a constant number of statements. Raises `NotFound`."""
    study.sample(sample_id)
    samples = samples_of(db, study.id)
    (findings,) = _found(db, study, [s for s in samples if s.id == sample_id], choice)
    table = findings.table(agreed_only=not choice.not_agreed)
    (printed,) = lay_out([table], choice.columns(table), for_paper=True)
    evidence = None
    if choice.category is not None:
        evidence = evidence_of(
            db,
            study,
            sample_id=sample_id,
            table=table,
            category_id=choice.category,
            raw_data=may_see_raw_data(study),
        )
    not_agreed = {domain.id for domain in findings.not_agreed}
    return FindingsPage(
        samples=samples,
        sample=findings.sample,
        choice=choice,
        table=table,
        printed=printed,
        domains=tuple(_grouped(printed.rows, not_agreed)),
        not_agreed=findings.not_agreed,
        known_domains=len(findings.domains),
        empty=tuple(
            title
            for domain in findings.domains
            if domain.is_agreed or choice.not_agreed
            for title in domain.empty
        ),
        left_out=table.left_out,
        bands=cut_offs(table.cases, table.rule, table.min_cases),
        evidence=evidence,
    )


def read_tables(
    db: Session, study: StudyContext, sample_id: int | None, choice: Choice
) -> list[Table]:
    """The tables of a file: one sample's, or all of the study's. Raises `NotFound`.

    A file holds every domain, as `concord table` does, and its note names those whose board is not
    agreed: the switch of the page keeps labels from steering cards, and nobody sorts in a file.
    """
    if sample_id is not None:
        study.sample(sample_id)
    samples = [s for s in samples_of(db, study.id) if sample_id in (None, s.id)]
    return [found.table() for found in _found(db, study, samples, choice)]


def _found(
    db: Session, study: StudyContext, samples: Sequence[SampleFacts], choice: Choice
) -> tuple[SampleFindings, ...]:
    found = findings_of(db, study.id, samples)
    if choice.illustration:
        illustrate(db, found, choice.illustration)
    return found


def _grouped(rows: Sequence[PrintedRow], not_agreed: set[int]) -> Iterator[PrintedDomain]:
    heads = [place for place, row in enumerate(rows) if row.depth == 0]
    for start, end in pairwise([*heads, len(rows)]):
        yield PrintedDomain(
            rows[start], tuple(rows[start + 1 : end]), rows[start].key not in not_agreed
        )


def file_name(study: StudyContext, sample_id: int | None, ending: str) -> str:
    """A made, ASCII name: 'crying-in-therapy-as-therapist.docx'."""
    sample = study.sample(sample_id).name if sample_id is not None else "all samples"
    words = slug(study.title, 40), slug(sample, 30)
    return ("-".join(word for word in words if word) or f"findings-{study.id}") + ending


def slug(text: str, longest: int) -> str:
    """A part of a file's name: ASCII letters and digits with hyphens; "" where there are none."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain)[:longest].strip("-")
