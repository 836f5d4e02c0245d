"""`concord table`: the results tables of a study in the database."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from app.db import run
from app.errors import Invalid
from app.frequency.queries import SampleFacts, findings_of, samples_of
from app.frequency.rules import Rule
from app.frequency.tables import Table
from app.interchange.tabulate import Tabulation, sizes, warnings
from app.studies.models import Study


class StudyName(NamedTuple):
    """A study as the command line names it."""

    id: int
    title: str

    def __str__(self) -> str:
        return f"{self.id} ({self.title})"


def tabulate_study(
    db: Session,
    *,
    study: str | None = None,
    sample: str | None = None,
    rule: Rule | None = None,
    min_cases: int | None = None,
    n: Sequence[str] = (),
) -> Tabulation:
    """The tables of a study, domains in list order; the options are those of `concord table`.

    `study` is an id or a title and may be left out where there is only one; rule and fewest cases
    are each sample's own unless given. Domains that are not agreed yet are in, and named. Raises
    `Invalid` where there is no such study or sample.
    """
    chosen_study = _study(_studies(db), study)
    samples = samples_of(db, chosen_study.id)
    if not samples:
        raise Invalid(f"The study {chosen_study} has no sample yet. Add one in its settings.")
    known = {facts.name: facts.cases for facts in samples}
    chosen = list(samples) if sample is None else [_sample(samples, sample, chosen_study)]
    n_of = sizes(
        n,
        known,
        [facts.name for facts in chosen],
        where=f"the study {chosen_study}",
        known=lambda name: _sample(samples, name, chosen_study).name,
    )
    tables = tuple(
        found.table(rule=rule, min_cases=min_cases, cases=n_of[found.sample.name])
        for found in findings_of(db, chosen_study.id, chosen)
    )
    return Tabulation(tables, (*warnings(tables), *_remarks(tables)))


def _studies(db: Session) -> list[StudyName]:
    rows = run(db, sa.select(col(Study.id), col(Study.title)).order_by(col(Study.id)))
    return [StudyName(*row) for row in rows]


def _study(studies: Sequence[StudyName], wanted: str | None) -> StudyName:
    if not studies:
        raise Invalid("There is no study in this database yet. Start one with 'concord serve'.")
    listed = "; ".join(map(str, studies))
    if wanted is None:
        if len(studies) > 1:
            raise Invalid(f"There are several studies. Choose one with --study: {listed}.")
        return studies[0]
    by_id = [study for study in studies if str(study.id) == wanted.strip()]
    found = by_id or [study for study in studies if _same(study.title, wanted)]
    if not found:
        raise Invalid(f'There is no study "{wanted}". There is: {listed}.')
    if len(found) > 1:
        same = "; ".join(map(str, found))
        raise Invalid(f'Several studies are called "{wanted}". Give the number of one: {same}.')
    return found[0]


def _sample(samples: Sequence[SampleFacts], wanted: str, study: StudyName) -> SampleFacts:
    for facts in samples:
        if _same(facts.name, wanted):
            return facts
    names = ", ".join(facts.name for facts in samples)
    raise Invalid(f'There is no sample "{wanted}" in the study {study}. It has: {names}.')


def _same(name: str, typed: str) -> bool:
    return " ".join(name.split()).casefold() == " ".join(typed.split()).casefold()


def _remarks(tables: Sequence[Table]) -> Iterator[str]:
    for table in tables:
        for remark in table.remarks:
            yield f'Sample "{table.sample}": {remark}'
