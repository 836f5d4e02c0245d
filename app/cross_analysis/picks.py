"""What a team decides on a title of the judges' lists, and what that puts into the agreed one.

PURE. Kept with the point as plain values, together with what it made, so that deciding again can
take back exactly that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.consensus.rules import Outcome
from app.cross_analysis.comparison import TitleRow, different
from app.domains.rules import title_key


@dataclass(frozen=True)
class Pick:
    """What is taken of one row: a judge's title, each of them, another title, or none.

    With another title `subtitles` are the subcategories that go along, and `into` the category of
    the agreed list (if any) that they come into instead of one of their own.
    """

    outcome: Outcome
    judge_id: int | None = None
    title: str = ""
    subtitles: tuple[str, ...] = ()
    into: int | None = None

    def as_values(self) -> dict[str, Any]:
        """For the point: plain values."""
        return {
            **vars(self),
            "outcome": self.outcome.value,
            "subtitles": list(self.subtitles),
        }

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> "Pick":
        """Back from the point."""
        kept = {"outcome": Outcome(values["outcome"]), "subtitles": tuple(values["subtitles"])}
        return cls(**{**values, **kept})


ALL = Pick(Outcome.DOUBLE_CODE)


@dataclass(frozen=True)
class MadeCategory:
    """A category as a decision made it, below `parent` or (None) at the top."""

    guid: str
    title: str
    version: int
    parent: int | None


@dataclass(frozen=True)
class Picked:
    """A row's point: the categories of the drafts it is about, what was taken, what it made."""

    row: tuple[int, ...]
    pick: Pick | None = None
    made: tuple[MadeCategory, ...] = ()

    def as_values(self) -> dict[str, Any]:
        """For the point: plain values."""
        return {
            "row": list(self.row),
            "pick": self.pick.as_values() if self.pick else None,
            "made": [vars(each) for each in self.made],
        }

    @classmethod
    def from_values(cls, values: Mapping[str, Any] | None) -> "Picked":
        """Back from the point."""
        if not values:
            return cls(())
        pick = values["pick"]
        return cls(
            tuple(values["row"]),
            Pick.from_values(pick) if pick else None,
            tuple(MadeCategory(**each) for each in values["made"]),
        )


@dataclass(frozen=True)
class Wanted:
    """A category to be, with its subcategories; `into` names one that is there already."""

    title: str
    subtitles: tuple[str, ...] = ()
    into: int | None = None


def ids_of(row: TitleRow) -> tuple[int, ...]:
    """What a point names its row by; drafts are frozen, so it stays."""
    return tuple(each.id for each in row.listed)


def wanted(row: TitleRow, judges: Sequence[int], pick: Pick) -> tuple[Wanted, ...]:
    """The categories that a choice puts into the agreed list. A joined row's subcategories are
    rows of their own, and do not go along."""
    if pick.outcome is Outcome.EDITED:
        return (Wanted(pick.title, pick.subtitles, pick.into),)
    if pick.outcome is Outcome.DOUBLE_CODE:
        return tuple(Wanted(title, _below(row, title)) for title in row.titles)
    if pick.outcome is not Outcome.ONE_VIEW:
        return ()
    cell = dict(zip(judges, row.cells, strict=True)).get(pick.judge_id or 0)
    if cell is None:
        return ()
    along = () if row.is_same else different(sub.title for sub in cell.subcategories)
    return (Wanted(cell.title, along),)


def _below(row: TitleRow, title: str) -> tuple[str, ...]:
    if row.is_same:
        return ()
    same = [each for each in row.listed if title_key(each.title) == title_key(title)]
    return different(sub.title for each in same for sub in each.subcategories)
