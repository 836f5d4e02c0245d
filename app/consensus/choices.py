"""The buttons of a point: what the team may decide, all equal in weight.

PURE. A choice travels through a form as one word or two: `double-code`, `one view:12` (the view of
the judge with that account).
"""

from collections.abc import Mapping
from typing import NamedTuple

from app.consensus.rules import Outcome
from app.errors import Invalid


class Choice(NamedTuple):
    """A button: the value it sends, its words, and what it does in full.

    `hues` are the swatches before the words: the domains of a view.
    """

    value: str
    label: str
    said: str = ""
    hues: tuple[int, ...] = ()


DOUBLE_CODE = Choice(Outcome.DOUBLE_CODE, "Double-code", "Keep every view that was given")
EDIT = Choice(Outcome.EDITED, "Edit…", "Choose it by hand")
NOT_CODED = Choice(Outcome.NOT_CODED, "Not coded", "Looked at and left out")
TALK_LATER = Choice(Outcome.TALK_LATER, "Talk later", "Note that the team comes back to it")

SAID: Mapping[Outcome, str] = {
    Outcome.ONE_VIEW: "one view taken",
    Outcome.DOUBLE_CODE: "double-coded",
    Outcome.EDITED: "edited",
    Outcome.NOT_CODED: "not coded",
    Outcome.TALK_LATER: "to talk about later",
}
"""What was decided, as a line of the queue says it."""


def one_view(judge_id: int) -> str:
    """The value of a button that takes one judge's view."""
    return f"{Outcome.ONE_VIEW}:{judge_id}"


def read_choice(value: str) -> tuple[Outcome, int | None]:
    """The outcome that a button sent, and whose view. Raises `Invalid` for anything else."""
    outcome, _, judge = value.partition(":")
    is_view = outcome == Outcome.ONE_VIEW
    if outcome not in set(Outcome) or is_view != judge.isdecimal() or len(judge) > 9:
        raise Invalid("Choose one of the buttons below the views.", {"choice": "Choose one."})
    return Outcome(outcome), int(judge) if is_view else None
