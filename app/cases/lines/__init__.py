"""What every reader hands over, whatever its format, and what its lines can be. PURE."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One line of a file, as its reader found it; blank lines are lines too.

    `gap`: more than a line's distance above it. `continues`: it goes on with the paragraph of the
    line before; None where the reader cannot tell and the widths must. `strong`: bold throughout.
    `speaker`: set where a table's column named one. `may_label`: False where the page itself shows
    that no paragraph begins here.
    """

    text: str
    gap: bool = False
    continues: bool | None = None
    heading: bool = False
    strong: bool = False
    speaker: str | None = None
    time_stamp: str = ""
    may_label: bool = True


@dataclass(frozen=True)
class Found:
    """What a reader found in one file: its lines, and what a person should know of them."""

    lines: list[Line]
    encoding: str = ""
    warnings: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
