"""What a core idea is made of, and what is done to it. PURE."""

from enum import StrEnum

LONGEST_TEXT = 5000
SAY_WHY = "say why a domain has no core idea"
JOIN = "join core ideas"
"""The trail's words for what is no change of core ideas that somebody could undo."""
ENDS = ".!?…\"'”’»)"


class Verb(StrEnum):
    """A change of core ideas, as the trail names it."""

    ADD = "add a core idea"
    REWORD = "reword a core idea"
    RAW_DATA = "choose the raw data of a core idea"
    ORDER = "order the core ideas"
    SPLIT = "split a core idea"
    MERGE = "merge core ideas"
    MOVE = "move a core idea to another domain"
    REMOVE = "remove a core idea"
    UNDO = "undo a change of core ideas"
    REDO = "redo a change of core ideas"


class DecidedVerb(StrEnum):
    """A change that a decision of the team made: it is taken back by deciding anew, not undone."""

    PUT_IN = "put core ideas in as decided"
    TAKE_BACK = "take core ideas back as decided anew"


def tidy(text: str) -> str:
    """The words without stray blanks: lines that hold any, each joined by single blanks."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def joined(first: str, second: str) -> str:
    """The words of two core ideas as those of one; the first gets a full stop if it has no end."""
    return f"{first}{'' if first[-1:] in ENDS else '.'} {second}"
