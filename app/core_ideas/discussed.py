"""A domain to discuss in words: what each judge has, what may be chosen, what was decided.

Judges stand by their names and never by how many agree. Nothing here asks the database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.consensus.choices import DOUBLE_CODE, NOT_CODED, TALK_LATER, Choice, one_view
from app.consensus.points import PointView
from app.consensus.revealed import RevealedDraft
from app.consensus.rules import Outcome
from app.core_ideas.comparison import Comparison, Given, Row
from app.core_ideas.decisions import Decision, Take, joined_rows
from app.domains.queries import DomainRow

NONE_OF_THEM = NOT_CODED._replace(label="None", said="Take none of these core ideas")
AS_ALL_HAVE_IT = DOUBLE_CODE._replace(label="As all have it", said="Keep what every judge has")
AS_DRAFTED = DOUBLE_CODE._replace(label="As drafted", said="Keep what the drafter wrote")
SAID: Mapping[Outcome, str] = {
    Outcome.ONE_VIEW: "words of one judge each",
    Outcome.DOUBLE_CODE: "all kept",
    Outcome.EDITED: "words chosen together",
    Outcome.NOT_CODED: "none taken",
    Outcome.TALK_LATER: "to talk about later",
}


def value_of(take: Take | None) -> str:
    """The value of the button or field that makes a choice."""
    if take is None:
        return ""
    return one_view(take.judge_id or 0) if take.outcome is Outcome.ONE_VIEW else take.outcome.value


def all_of(row: Row) -> Choice:
    """To keep every wording of a row."""
    label = "Both" if len(row.wordings) == 2 else "All of them"
    return DOUBLE_CODE._replace(label=label, said="Keep every wording as a core idea of its own")


def _all_of_domain(rows: Sequence[Row]) -> Choice:
    if len(rows) == 1:
        return all_of(rows[0])
    return DOUBLE_CODE._replace(label="All of them", said="Keep every core idea that was written")


def _view_of(judge: RevealedDraft, given: Given, rows: Sequence[Row]) -> Choice:
    value, whose = one_view(judge.account_id), f"{judge.name}’s"
    if given.absence:
        return Choice(value, f"{whose}: {given.absence}", f"No core idea, as {judge.name} has it")
    label = f"All of {whose}" if len(rows) > 1 else whose
    return Choice(value, label, f"Take what {judge.name} wrote")


def _in_short(given: Given) -> str:
    if given.absence:
        return f"no core idea: {given.absence}"
    count = len(given.ideas)
    return f"{count} core idea{'s' if count > 1 else ''}" if count else "nothing written"


@dataclass(frozen=True)
class Discussed:
    """A domain to discuss, as the queue tells it."""

    point: PointView
    domain: DomainRow
    compared: Comparison
    judges: tuple[RevealedDraft, ...]

    @property
    def decision(self) -> Decision:
        """What was decided, row by row."""
        return Decision.from_values(self.point.chosen)

    @property
    def lines(self) -> tuple[tuple[RevealedDraft, str], ...]:
        """What each judge has, in few words; judges by name."""
        return tuple(
            (judge, _in_short(given))
            for judge, given in zip(self.judges, self.compared.given, strict=True)
        )

    @property
    def words(self) -> str:
        """What was decided, in few words."""
        takes = self.decision.takes.values()
        views = {take.judge_id for take in takes if take.outcome is Outcome.ONE_VIEW}
        if self.point.outcome is Outcome.ONE_VIEW and len(views) == 1:
            name = next((j.name for j in self.judges if j.account_id in views), "one judge")
            return f"{name}’s words"
        return SAID[self.point.outcome] if self.point.outcome else ""

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What may be chosen for the whole domain at once."""
        if self.compared.is_same:
            kept = AS_ALL_HAVE_IT if len(self.judges) > 1 else AS_DRAFTED
            return (kept, NONE_OF_THEM, TALK_LATER)
        open_rows = self.open_rows
        written = {idea for row in open_rows for idea in row.ideas}
        views = [
            _view_of(judge, given, open_rows)
            for judge, given in zip(self.judges, self.compared.given, strict=True)
            if given.absence or written & set(given.ideas)
        ]
        wordings = sum(len(row.wordings) for row in open_rows)
        several = (_all_of_domain(open_rows),) if wordings > 1 else ()
        return (*views, *several, NONE_OF_THEM, TALK_LATER)

    @property
    def open_rows(self) -> tuple[Row, ...]:
        """The rows that were not joined by themselves."""
        joined = joined_rows(self.compared, self.decision)
        return tuple(row for row in self.compared.rows if row.key not in joined)
