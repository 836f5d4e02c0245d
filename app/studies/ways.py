"""The ways a team comes to its consensus layer, and what the literature says of each.

PURE. A way is chosen at set-up and may change after the first cases; a unit keeps the way it was
begun in.
"""

from dataclasses import dataclass
from enum import StrEnum


class WayOfWorking(StrEnum):
    """How a team reaches its consensus layer."""

    TOGETHER = "together"
    INDEPENDENT_FIRST = "independent first"
    DRAFTER_AND_REVIEWERS = "drafter and reviewers"

    @property
    def has_drafts(self) -> bool:
        """Does anybody draft in private before the team talks?"""
        return self is not WayOfWorking.TOGETHER


FOR_CASES: dict[WayOfWorking, tuple[str, str]] = {
    WayOfWorking.TOGETHER: (
        "All judges work on one shared layer from the first passage on.",
        "So did the team of Knox et al. (2017). It needs most meetings; who speaks first should "
        "change, because a first opinion is easily followed.",
    ),
    WayOfWorking.INDEPENDENT_FIRST: (
        "Each judge drafts in private. When all have submitted, the drafts are revealed together "
        "and the team talks about what differs.",
        "The classic recommendation (Hill et al., 1997 and 2005): independence first protects "
        "against group-think.",
    ),
    WayOfWorking.DRAFTER_AND_REVIEWERS: (
        "One judge, by turns, drafts; the others review the draft, change it and agree.",
        "Described for teams that share one understanding already (Hill, 2012): usually after the "
        "whole team did the first cases.",
    ),
}

FOR_BOARDS: dict[WayOfWorking, tuple[str, str]] = {
    WayOfWorking.TOGETHER: (
        "All judges make categories and sort on one board from the first card on.",
        "So did the team of Knox et al. (2017).",
    ),
    WayOfWorking.INDEPENDENT_FIRST: (
        "Each judge first makes a list of categories in private, and may try them on the cards.",
        "When all have submitted, the lists are revealed and one is agreed on; one judge or a pair "
        "then places the core ideas, and the others review (Hill et al., 2005).",
    ),
}
"""How a cross-analysis is begun: on one board, or from private lists of categories."""


ONE_PASS, TWO_PASSES = 1, 2
FOR_PASSES: dict[int, tuple[str, str]] = {
    ONE_PASS: (
        "Blocks and core ideas of a case are agreed in one act.",
        "Most teams do both in one sitting.",
    ),
    TWO_PASSES: (
        "The domains of a case are agreed before its core ideas are written.",
        "Core ideas then rest on blocks that nobody moves any more.",
    ),
}


@dataclass(frozen=True)
class Ways:
    """How a team works: what holds for the cases and boards that are begun next."""

    way: WayOfWorking = WayOfWorking.TOGETHER
    way_after: WayOfWorking | None = None
    first_cases: int = 0
    board_way: WayOfWorking = WayOfWorking.TOGETHER
    passes: int = ONE_PASS

    @property
    def of_cases(self) -> str:
        """In words: 'together', 'together for the first 3 cases, afterwards ...'."""
        if self.way_after is None:
            return self.way.value
        first = "the first case" if self.first_cases == 1 else f"the first {self.first_cases} cases"
        return f"{self.way} for {first}, afterwards {self.way_after}"

    @property
    def of_boards(self) -> str:
        """In words."""
        return self.board_way.value

    @property
    def of_passes(self) -> str:
        """In words."""
        return "one pass" if self.passes == ONE_PASS else "two passes"

    @property
    def signature(self) -> str:
        """All of it as one text, to tell whether somebody changed it meanwhile."""
        return f"{self.of_cases}; {self.of_boards}; {self.of_passes}"


def drafter_in_turn(judges: list[int], drafted: dict[int, int]) -> int:
    """Who drafts next: of the judges (in the team's order) the one who drafted the fewest units.

    `drafted` counts the units that each judge drafted so far. Raises `ValueError` without judges.
    """
    return min(judges, key=lambda judge: drafted.get(judge, 0))
