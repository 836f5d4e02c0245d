"""What the consensus made of one judge's own core ideas. PURE.

Told from the words alone, as a judge would tell it who lays the two side by side: what others
edited, merged or moved since the reveal is in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.core_ideas.alignment import align
from app.core_ideas.comparison import Statement, likeness, shared_words, words_key
from app.word_diff import Piece, word_diff

STILL_THE_SAME = 1 / 3
"""Two texts of a domain that share fewer words are two core ideas, not one that was reworded."""
RECOGNISED = 2 / 3
"""So many words a core idea must share to be recognised in another domain."""


class Fate(StrEnum):
    """What became of a core idea."""

    KEPT = "kept"
    REWORDED = "reworded"
    MOVED = "moved"
    DROPPED = "dropped"
    ADDED = "added"


@dataclass(frozen=True)
class Placed:
    """A core idea in its domain."""

    domain_id: int
    idea: Statement


@dataclass(frozen=True)
class Change:
    """One core idea of a judge's own, of the consensus, or of both."""

    fate: Fate
    mine: Placed | None
    agreed: Placed | None

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """From one's own words to those of the consensus, where both are there and differ."""
        if self.mine is None or self.agreed is None or self.mine.idea.text == self.agreed.idea.text:
            return ()
        return word_diff(self.mine.idea.text, self.agreed.idea.text)

    @property
    def domain_id(self) -> int:
        """Where it is told: in the domain it was in, or else came to."""
        placed = self.mine or self.agreed
        assert placed
        return placed.domain_id


def changes(mine: Sequence[Placed], agreed: Sequence[Placed]) -> tuple[Change, ...]:
    """Everything of both, each exactly once: first one's own in order, then what was added."""
    found: dict[int, Change] = {}
    for fate, alike in (
        (Fate.KEPT, _kept),
        (Fate.MOVED, _same),
        (Fate.REWORDED, _reworded),
        (Fate.MOVED, _recognised),
    ):
        taken = {change.agreed.idea.id for change in found.values() if change.agreed}
        left = [one for one in mine if one.idea.id not in found]
        theirs = [other for other in agreed if other.idea.id not in taken]
        for one, other in align([left, theirs], alike):
            if one and other:
                found[one.idea.id] = Change(fate, one, other)
    taken = {change.agreed.idea.id for change in found.values() if change.agreed}
    own = (found.get(one.idea.id) or Change(Fate.DROPPED, one, None) for one in mine)
    added = (Change(Fate.ADDED, None, other) for other in agreed if other.idea.id not in taken)
    return (*own, *added)


def _kept(one: Placed, other: Placed) -> float:
    return _same(one, other) if one.domain_id == other.domain_id else 0.0


def _same(one: Placed, other: Placed) -> float:
    return 1.0 if words_key(one.idea.text) == words_key(other.idea.text) else 0.0


def _reworded(one: Placed, other: Placed) -> float:
    words = shared_words(one.idea.text, other.idea.text)
    if one.domain_id != other.domain_id or words < STILL_THE_SAME:
        return 0.0
    return likeness(one.idea, other.idea)


def _recognised(one: Placed, other: Placed) -> float:
    words = shared_words(one.idea.text, other.idea.text)
    return words if one.domain_id != other.domain_id and words >= RECOGNISED else 0.0
