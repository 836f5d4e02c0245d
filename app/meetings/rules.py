"""Whose turn it is at a meeting, and what a team may ask itself about its talking.

PURE. Rotating who speaks first is a counter-measure to power: a first opinion is easily followed
(Hill et al., 1997; Hill, 2012). A plain list would wrong those who cannot come every week, so the
turn is found as fair car pools find their driver (Fagin and Williams, 1983): everybody present at a
meeting is owed an equal share of its first word; whose turn it is, is who is owed most.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Turn:
    """An earlier meeting: who was present, and who had the turn (spoke first, or wrote)."""

    present: frozenset[int]
    had: int


def in_turn(present: Sequence[int], past: Sequence[Turn], *, but: int | None = None) -> int:
    """Whose turn it is of those present (in the team's order), after the `past` meetings in order.

    Who is owed most; of those owed the same, who had the turn longest ago, then the first of the
    list. `but` is passed over where anybody else is there: who speaks first does not write as well.
    Raises `ValueError` where nobody is present.
    """
    if not present:
        raise ValueError("nobody is present")
    owed, last = _owed(past), {turn.had: place for place, turn in enumerate(past)}
    others = [person for person in present if person != but] or list(present)
    return max(others, key=lambda person: (owed.get(person, Fraction(0)), -last.get(person, -1)))


def _owed(past: Sequence[Turn]) -> dict[int, Fraction]:
    """How many turns each person is owed; less than none for who had more than their share."""
    owed: dict[int, Fraction] = {}
    for turn in past:
        there = turn.present | {turn.had}
        for person in there:
            owed[person] = owed.get(person, Fraction(0)) + Fraction(1, len(there))
        owed[turn.had] -= 1
    return owed


PROMPTS = (
    "How did the talking go? Who spoke first, who spoke last?",
    "Was there anything that somebody thought and did not say?",
    "Whose view changed today, and what changed it?",
    "Did anybody follow another because of who they are?",
    "What was hard to agree on, and what helped?",
    "Where did the raw data settle a question, where an argument?",
)
FIRST_PROMPT = 20
"""Minutes of a meeting before anything is asked; so many lie between two prompts as well."""


def prompt(meetings_before: int, minutes: int, *, closing: bool = False) -> str:
    """What the team may ask itself just now, or "": an offer and no duty.

    Nothing for the first `FIRST_PROMPT` minutes; then another one from time to time, so that no
    two meetings ask the same; at closing always one.
    """
    asked = minutes // FIRST_PROMPT
    if not asked and not closing:
        return ""
    return PROMPTS[(meetings_before * 2 + max(asked, 1) - 1) % len(PROMPTS)]


def next_of(ids: Sequence[int], now: int | None, *, done: Collection[int] = ()) -> int | None:
    """What comes after `now` on an agenda and is not done; from the end it begins again.

    Where `now` is not on the agenda, the first that is not done. None where nothing is left.
    """
    start = ids.index(now) + 1 if now in ids else 0
    waiting = [*ids[start:], *ids[:start]]
    return next((unit for unit in waiting if unit != now and unit not in done), None)
