"""Which of one's own changes still stand, and which one a redo would bring back.

PURE. An action is one or more entries of a chain: those that follow the first name it (`along`).
Taking an action back is an action too, whose first entry names what it `undoes`; bringing it again
names the undo that it `redoes`. Nothing is ever taken out of a chain.
"""

from collections.abc import Iterable
from dataclasses import dataclass

FAR_BACK = 200
"""So many of one's own entries in a unit are looked at: beyond that nothing is undone."""


@dataclass(frozen=True)
class Step:
    """An entry of one's own, by its number in its chain."""

    number: int
    along: int | None = None
    undoes: int | None = None
    redoes: int | None = None


@dataclass(frozen=True)
class Action:
    """What was done at once: the numbers of its entries, oldest first. The first one names it."""

    numbers: tuple[int, ...]
    undoes: int | None = None
    redoes: int | None = None

    @property
    def number(self) -> int:
        """The number it is known by."""
        return self.numbers[0]


@dataclass(frozen=True)
class Standing:
    """The actions that still stand, newest first; and the undo that a redo would turn back."""

    actions: tuple[Action, ...] = ()
    undone: Action | None = None

    def to_undo(self, number: int | None = None) -> Action | None:
        """The action of this number if it stands; without a number the newest one."""
        return next((each for each in self.actions if number in (None, each.number)), None)


def standing(newest_first: Iterable[Step]) -> Standing:
    """Walk one's own entries of a unit from the newest on.

    What was undone does not stand, unless it was done again. After something new there is nothing
    to bring back.
    """
    stand: list[Action] = []
    undone: Action | None = None
    turned_back: set[int | None] = set()
    nothing_new = True
    for action in _actions(newest_first):
        is_turned_back = action.number in turned_back
        turned_back |= {action.undoes, action.redoes}
        if is_turned_back:
            continue
        if action.undoes is None:
            stand.append(action)
            nothing_new = nothing_new and action.redoes is not None
        elif nothing_new:
            undone = undone or action
    return Standing(tuple(stand), undone)


def _actions(newest_first: Iterable[Step]) -> list[Action]:
    """Entries put together; one whose first entry lies too far back is left out."""
    found: list[Action] = []
    numbers: list[int] = []
    for step in newest_first:
        numbers.append(step.number)
        if step.along is None:
            found.append(Action(tuple(reversed(numbers)), step.undoes, step.redoes))
            numbers = []
    return found
