"""The page on which category lists are discussed: judge by judge, title by title.

A constant number of SQL statements; everything else is computed from what they return.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlmodel import Session

from app.consensus.choices import DOUBLE_CODE, NOT_CODED, TALK_LATER, Choice, one_view
from app.consensus.points import PointView, points_of
from app.consensus.revealed import RevealedDraft, revealed_drafts
from app.consensus.rules import Outcome, PointKind
from app.cross_analysis.comparison import Listed, TitleRow, compare
from app.cross_analysis.guard import BoardContext
from app.cross_analysis.lists import lists_of
from app.cross_analysis.picks import Pick, Picked, ids_of
from app.errors import Forbidden

SAID: Mapping[Outcome, str] = {
    Outcome.DOUBLE_CODE: "each kept",
    Outcome.EDITED: "titled together",
    Outcome.NOT_CODED: "not taken",
    Outcome.TALK_LATER: "to talk about later",
}


@dataclass(frozen=True)
class Discussed:
    """A row of titles to discuss."""

    point: PointView
    row: TitleRow
    judges: tuple[RevealedDraft, ...]

    @property
    def title(self) -> str:
        """'Deeper work / Deeper work together', 'Closer › To colleagues'."""
        above = f"{self.row.below.titles[0]} › " if self.row.below else ""
        return above + " / ".join(self.row.titles)

    @property
    def cells(self) -> tuple[tuple[RevealedDraft, Listed | None], ...]:
        """What each judge has in the row; judges by name."""
        return tuple(zip(self.judges, self.row.cells, strict=True))

    @property
    def subtitles(self) -> tuple[str, ...]:
        """The subcategories that may go along; those of a joined title are rows of their own."""
        return () if self.row.is_same else self.row.subtitles

    @property
    def pick(self) -> Pick | None:
        """What was taken."""
        return Picked.from_values(self.point.chosen).pick

    @property
    def words(self) -> str:
        """What was decided, in few words."""
        pick, outcome = self.pick, self.point.outcome
        if outcome is None:
            return "joined" if self.point.is_joined else ""
        if outcome is Outcome.ONE_VIEW and pick:
            cell = next((c for j, c in self.cells if j.account_id == pick.judge_id), None)
            return f"“{cell.title}”" if cell else "taken over"
        if outcome is Outcome.EDITED and pick:
            return f"“{pick.title}”" if pick.title else "into another category"
        return SAID[outcome]

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What may be chosen."""
        if self.row.is_same:
            kept = AS_ALL_HAVE_IT if len(self.judges) > 1 else AS_DRAFTED
            return (kept, NONE_OF_THEM, TALK_LATER)
        there = [(judge, cell) for judge, cell in self.cells if cell]
        views = tuple(
            Choice(
                one_view(judge.account_id),
                f"{judge.name}’s" if len(there) > 1 else "Take it over",
                f"Take over “{cell.title}”",
            )
            for judge, cell in there
        )
        each = (EACH_OF_THEM,) if len(self.row.titles) > 1 else ()
        return (*views, *each, NONE_OF_THEM, TALK_LATER)


AS_ALL_HAVE_IT = DOUBLE_CODE._replace(label="As all have it", said="Keep the title every judge has")
AS_DRAFTED = DOUBLE_CODE._replace(label="As drafted", said="Keep the title of the one list")
EACH_OF_THEM = DOUBLE_CODE._replace(label="Each", said="Make a category of each title")
NONE_OF_THEM = NOT_CODED._replace(label="None", said="Take no category here")


@dataclass(frozen=True)
class JudgeList:
    """One judge's whole list: each category with what has become of it so far."""

    judge: RevealedDraft
    categories: tuple[tuple[Listed, str], ...]


@dataclass(frozen=True)
class Discussion:
    """The page, with the queue of all titles. `pick` is what stands in the open form."""

    judges: tuple[RevealedDraft, ...]
    lists: tuple[JudgeList, ...]
    agreed: tuple[Listed, ...]
    current: Discussed | None
    pick: Pick | None
    to_discuss: tuple[Discussed, ...]
    decided: tuple[Discussed, ...]
    joined: tuple[Discussed, ...]

    @property
    def all(self) -> tuple[Discussed, ...]:
        """Every title of the lists."""
        return (*self.to_discuss, *self.decided, *self.joined)

    @property
    def next_open(self) -> Discussed | None:
        """What comes next to be discussed, behind the title that is open."""
        return self.after(self.current.point.id if self.current else 0)

    def after(self, point_id: int) -> Discussed | None:
        """The next title to discuss behind a point, else the first of all."""
        position = next((d.point.position for d in self.all if d.point.id == point_id), -1)
        others = [each for each in self.to_discuss if each.point.id != point_id]
        behind = [each for each in others if each.point.position > position]
        return next(iter(behind or others), None)

    @property
    def text(self) -> str:
        """What stands in the field for another title."""
        if self.pick and self.pick.outcome is Outcome.EDITED:
            return self.pick.title
        return " / ".join(self.current.row.titles) if self.current else ""

    def goes_along(self, subtitle: str) -> bool:
        """Is a subcategory ticked?"""
        is_edited = self.pick is not None and self.pick.outcome is Outcome.EDITED
        return not is_edited or bool(self.pick and subtitle in self.pick.subtitles)

    @property
    def into_options(self) -> list[tuple[int, str]]:
        """The agreed categories that others may come into."""
        return [(each.id, each.title) for each in self.agreed]


def read_lists(
    db: Session, board: BoardContext, *, point_id: int | None = None, typed: Pick | None = None
) -> Discussion:
    """The page with one title open: the one named, else the first that is still to be discussed.

    `typed` is what stood in a form that was refused. Raises `Forbidden` before the reveal.
    """
    if board.unit.is_private:
        raise Forbidden(
            f"The lists for {board.title} are private until all judges have submitted; then they "
            "are revealed to its judges at once."
        )
    judges = revealed_drafts(db, board.unit.id)
    layers = [judge.layer_id for judge in judges]
    lists = lists_of(db, [*layers, board.unit.consensus_layer_id])
    rows = {ids_of(row): row for row in compare([lists[layer] for layer in layers])}
    listed = [
        Discussed(point, rows[row], judges)
        for point in points_of(db, board.unit.id)
        if point.kind is PointKind.CATEGORIES
        and (row := Picked.from_values(point.chosen).row) in rows
    ]
    shown = next((d for d in listed if d.point.id == point_id), None) or next(
        (d for d in listed if d.point.is_open), None
    )
    told = _told(listed)
    return Discussion(
        judges=judges,
        lists=tuple(
            JudgeList(judge, tuple((each, told.get(each.id, "")) for each in lists[judge.layer_id]))
            for judge in judges
        ),
        agreed=lists[board.unit.consensus_layer_id],
        current=shown,
        pick=typed or (shown.pick if shown else None),
        to_discuss=tuple(d for d in listed if d.point.is_open),
        decided=tuple(d for d in listed if d.point.is_decided),
        joined=tuple(d for d in listed if d.point.is_joined),
    )


def _told(listed: Iterable[Discussed]) -> dict[int, str]:
    """For each category of a draft what has become of it."""
    return {
        each.id: discussed.words if not discussed.point.is_open else "to discuss"
        for discussed in listed
        for each in discussed.row.listed
    }
