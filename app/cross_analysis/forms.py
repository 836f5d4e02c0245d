"""What the pages of cross-analysis read from addresses and forms."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from app.cross_analysis.placing import Card
from app.cross_analysis.queries import MISC
from app.cross_analysis.rules import IN_MISCELLANEOUS, UNSORTED, Places
from app.db import LARGEST_ID
from app.errors import Invalid
from app.web.forms import Posted

NEW = "new"
"""The value of `to` that asks for a new category, named by `title`."""


BESIDE = ("agree", "reopen", "amendments", "look", "placing")
"""What may stand beside a board, other than a card or a category."""


@dataclass(frozen=True)
class View:
    """How somebody looks at a board: kept in the address, so reloading keeps it."""

    counts: bool = False
    matrix: bool = False
    case: str = ""
    card: int | None = None
    category: int | None = None
    beside: str = ""

    @property
    def query(self) -> str:
        """'?counts=1&case=P07', or nothing."""
        shown = {
            "view": "matrix" if self.matrix else "",
            "counts": "1" if self.counts else "",
            "case": self.case,
            "card": self.card or "",
            "category": self.category or "",
            "beside": self.beside,
        }
        kept = {name: value for name, value in shown.items() if value}
        return f"?{urlencode(kept)}" if kept else ""

    def but(self, **changes: Any) -> "View":
        """The same view, changed."""
        return replace(self, **changes)

    @property
    def alone(self) -> "View":
        """The same view with nothing beside the board."""
        return replace(self, card=None, category=None, beside="")

    @property
    def cards(self) -> str:
        """The query of a card beside the board, up to the card's id."""
        query = self.alone.query
        return f"{query}&card=" if query else "?card="


def view_of(params: QueryParams) -> View:
    """The view an address asks for; what is unreadable is left out."""
    return View(
        counts=params.get("counts") == "1",
        matrix=params.get("view") == "matrix",
        case=params.get("case", "")[:40],
        card=_id(params.get("card", "")),
        category=_id(params.get("category", "")),
        beside=params.get("beside", "") if params.get("beside") in BESIDE else "",
    )


def _id(text: str) -> int | None:
    number = int(text) if text.isdecimal() and len(text) < 11 else 0
    return number if 0 < number <= LARGEST_ID else None


def places_named(key: str) -> Places:
    """The place a form names: a category's id, 'misc', or '' for the unsorted ones."""
    if key == MISC:
        return IN_MISCELLANEOUS
    if not key:
        return UNSORTED
    category_id = _id(key)
    if category_id is None:
        raise Invalid("Choose a category of this board.", {"to": "Choose a category."})
    return frozenset({category_id})


def cards_named(form: Posted) -> list[Card]:
    """The field `card`: '45-3' is core idea 45 seen in category 3; several, with commas."""
    found = []
    for name in form.text("card").split(","):
        core_idea, dash, place = name.strip().partition("-")
        core_idea_id = _id(core_idea)
        if core_idea_id is None or not dash:
            raise Invalid("Choose a card first, then where to move it.")
        found.append(Card(core_idea_id, places_named(place)))
    return found
