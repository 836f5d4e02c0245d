"""A board for which Ben and Chi drafted category lists in private, then revealed them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from app.consensus.drafting import submit, take_up
from app.consensus.models import Assignment
from app.consensus.points import PointView, points_of
from app.cross_analysis.comparison import Listed
from app.cross_analysis.guard import BoardContext
from app.cross_analysis.lists import lists_of
from app.cross_analysis.picks import Picked
from app.cross_analysis.placing import place
from app.cross_analysis.service import add_category
from app.cross_analysis.taking_over import rows_of
from app.studies.models import Study
from app.studies.ways import WayOfWorking
from tests.cross_analysis.a_board import ABoard, make_board
from tests.people import People, Person

Titles = Sequence[str | tuple[str, Sequence[str]]]

BEN: Titles = [("Closer", ["To C", "To colleagues"]), "Deeper work", "Pace"]
CHI: Titles = [("closer", ["to c"]), ("Deeper work together", ["In sessions"]), "Own losses"]
CLOSE = "P felt close to C."


@dataclass
class ARevealedBoard(ABoard):
    """The board after the reveal, or before it."""

    def draft(
        self,
        person: Person,
        titles: Titles,
        *,
        sorted_into: str = "",
        submitting: bool = True,
    ) -> None:
        """Let somebody draft a list (and put one card into a category), and submit it."""
        seen = self.seen_by(person)
        board = replace(seen, unit=take_up(self.db, seen.scene, seen.unit))
        made = self._make(board, titles)
        if sorted_into:
            idea, category = self.ideas[CLOSE], made[sorted_into]
            place(self.db, board, core_idea_id=idea, category_id=category)
        if submitting:
            seen = self.seen_by(person)
            submit(self.db, seen.scene, seen.unit, what="the board")

    def _make(self, board: BoardContext, titles: Titles) -> dict[str, int]:
        made = {}
        for each in titles:
            title, below = each if isinstance(each, tuple) else (each, [])
            category = add_category(self.db, board, title=title)
            made[title] = category.id or 0
            for sub in below:
                add_category(self.db, board, title=sub, parent_id=category.id)
        return made

    @property
    def agreed(self) -> list[tuple[str, list[str]]]:
        """The agreed list: titles with their subcategories."""
        layer_id = self.seen_by().unit.consensus_layer_id
        return [(c.title, [sub.title for sub in c.subcategories]) for c in self._listed(layer_id)]

    def _listed(self, layer_id: int) -> tuple[Listed, ...]:
        return lists_of(self.db, [layer_id])[layer_id]

    def agreed_id(self, title: str) -> int:
        """An agreed category (or subcategory), by its title."""
        listed = self._listed(self.seen_by().unit.consensus_layer_id)
        everything = [each for c in listed for each in (c, *c.subcategories)]
        return next(each.id for each in everything if each.title == title)

    def point(self, title: str) -> PointView:
        """The point in whose row a judge has this title."""
        unit_id = self.seen_by().unit.id
        _, rows = rows_of(self.db, unit_id)
        ids = {each.id for row in rows for each in row.listed if each.title == title}
        return next(
            point
            for point in points_of(self.db, unit_id)
            if ids & set(Picked.from_values(point.chosen).row)
        )

    @property
    def discussion(self) -> str:
        """The page on which the lists are discussed."""
        return f"{self.url}/discussion"


def private_board(db: Session, people: People, *judges: Person) -> ARevealedBoard:
    """A board with one card, to be drafted by Ben and Chi unless others judge."""
    study = db.get_one(Study, people.study.id)
    study.board_way = WayOfWorking.INDEPENDENT_FIRST
    db.add(study)
    board = ARevealedBoard(**vars(make_board(db, people)))
    board.add_idea("P01", CLOSE)
    for judge in judges or (people.ben, people.chi):
        db.add(Assignment(unit_id=board.seen_by().unit.id, account_id=judge.id))
    db.flush()
    return board


def revealed_board(db: Session, people: People) -> ARevealedBoard:
    """The lists of Ben and Chi, revealed."""
    board = private_board(db, people)
    board.draft(people.ben, BEN, sorted_into="Deeper work")
    board.draft(people.chi, CHI, sorted_into="Own losses")
    db.commit()
    return board
