"""What a core idea is made of, and what is done to it. PURE."""

from enum import StrEnum

LONGEST_TEXT = 5000
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


def tidy(text: str) -> str:
    """The words without stray blanks: lines that hold any, each joined by single blanks."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def joined(first: str, second: str) -> str:
    """The words of two core ideas as those of one; the first gets a full stop if it has no end."""
    return f"{first}{'' if first[-1:] in ENDS else '.'} {second}"
