"""What a team decides on a domain's core ideas, row by row, and what that puts into the consensus.

PURE. A decision is kept with its point as plain values, together with what it made, so that
deciding again can take back exactly that.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.consensus.rules import Outcome
from app.core_ideas.comparison import Comparison, Row, Span, words_key

ABSENCE = "absence"
"""The key of the row in which reasons for having no core idea stand."""


@dataclass(frozen=True)
class Take:
    """What is taken of one row: a judge's words, all of them, other words (`text`), or none."""

    outcome: Outcome
    judge_id: int | None = None
    text: str = ""

    def as_values(self) -> dict[str, Any]:
        """For the point: plain values."""
        return {"take": self.outcome.value, "judge": self.judge_id, "text": self.text}

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> "Take":
        """Back from the point."""
        return cls(Outcome(values["take"]), values["judge"], values["text"])


ALL = Take(Outcome.DOUBLE_CODE)
NONE = Take(Outcome.NOT_CODED)


@dataclass(frozen=True)
class Made:
    """A core idea that a decision put into the consensus: its guid, and the wording it had."""

    guid: str
    version: int


@dataclass(frozen=True)
class Decision:
    """What was taken of each row (by its key), and what stands in the consensus through it."""

    takes: Mapping[str, Take] = field(default_factory=dict)
    made: Mapping[str, tuple[Made, ...]] = field(default_factory=dict)
    absence: str | None = None

    def as_values(self) -> dict[str, Any]:
        """For the point: plain values."""
        return {
            "rows": {key: take.as_values() for key, take in self.takes.items()},
            "made": {
                key: [{"guid": each.guid, "version": each.version} for each in made]
                for key, made in self.made.items()
            },
            "absence": self.absence,
        }

    @classmethod
    def from_values(cls, values: Mapping[str, Any] | None) -> "Decision":
        """Back from the point; nothing was decided where there are none."""
        if not values:
            return cls()
        return cls(
            {key: Take.from_values(take) for key, take in values["rows"].items()},
            {key: tuple(Made(**each) for each in made) for key, made in values["made"].items()},
            values["absence"],
        )


@dataclass(frozen=True)
class Wording:
    """A core idea to be: its words, and the passages that those who gave it rest theirs on."""

    text: str
    passages: tuple[Span, ...]


def keys_of(compared: Comparison) -> tuple[str, ...]:
    """Everything in a domain that is decided on: its rows, and the reasons if there are any."""
    rows = tuple(row.key for row in compared.rows)
    return (*rows, ABSENCE) if any(compared.absences) else rows


def joined_rows(compared: Comparison, decision: Decision) -> set[str]:
    """The rows that all judges have and that stand in the consensus as they have them."""
    return {
        row.key
        for row in compared.rows
        if row.is_same and decision.made.get(row.key) and decision.takes.get(row.key) == ALL
    }


def is_changed(compared: Comparison, row: Row, before: Decision, take: Take) -> bool:
    """Would this choice put other words into the consensus than the earlier one did?"""
    was = before.takes.get(row.key)
    if was is None:
        return True
    texts = [[w.text for w in wordings(compared, row, each)] for each in (was, take)]
    return texts[0] != texts[1]


def for_all(compared: Comparison, take: Take, before: Decision) -> dict[str, Take]:
    """One choice for the whole domain; what was joined by itself stays, if anything else is left.

    A judge's view of a row in which they have nothing is that there is nothing.
    """
    joined = joined_rows(compared, before)
    if joined >= set(keys_of(compared)):
        joined = set()
    return {key: before.takes[key] if key in joined else take for key in keys_of(compared)}


def wordings(compared: Comparison, row: Row, take: Take) -> tuple[Wording, ...]:
    """The core ideas that a choice for a row puts into the consensus."""
    if take.outcome is Outcome.EDITED:
        return (Wording(take.text, row.passages),)
    if take.outcome is Outcome.DOUBLE_CODE:
        return tuple(Wording(text, _passages(row, text)) for text in row.wordings)
    if take.outcome is not Outcome.ONE_VIEW:
        return ()
    judges = [given.judge_id for given in compared.given]
    idea = dict(zip(judges, row.cells, strict=True)).get(take.judge_id or 0)
    if idea is None:
        return ()
    # What all have in common is nobody's own: the wording that is joined stands for all.
    text = row.wordings[0] if row.is_same else idea.text
    return (Wording(text, row.passages if row.is_same else idea.passages),)


def _passages(row: Row, text: str) -> tuple[Span, ...]:
    key = words_key(text)
    rests_on = (idea.passages for idea in row.ideas if words_key(idea.text) == key)
    return tuple(sorted({span for passages in rests_on for span in passages}))


def absence(compared: Comparison, take: Take | None) -> str | None:
    """The reason for having no core idea that a choice puts into the consensus."""
    if take is None or take.outcome is Outcome.NOT_CODED:
        return None
    if take.outcome is Outcome.EDITED:
        return take.text
    if take.outcome is Outcome.DOUBLE_CODE:
        return compared.same_absence
    return next((g.absence for g in compared.given if g.judge_id == take.judge_id), None)


def outcome_of(takes: Mapping[str, Take], joined: Collection[str]) -> Outcome:
    """What a domain's point says was decided, over all rows but those that were joined before."""
    told = [take for key, take in takes.items() if key not in joined] or list(takes.values())
    outcomes = {take.outcome for take in told}
    for outcome in (Outcome.EDITED, Outcome.DOUBLE_CODE, Outcome.ONE_VIEW):
        if outcome in outcomes:
            return outcome
    return Outcome.NOT_CODED
