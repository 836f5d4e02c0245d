"""How the team works: chosen by the PI, for what is begun next, and kept in the trail."""

from collections.abc import Callable

from sqlmodel import Session, col, select

from app.errors import Invalid, StaleEdit, Versions
from app.studies.guard import StudyContext
from app.studies.models import Study
from app.studies.ways import FOR_BOARDS, FOR_PASSES, Ways
from app.trail.service import Scene, Values, hold_chain, record

MOST_FIRST_CASES = 50
"""No CQR study has so many cases before it settles how it works."""


def choose_ways(db: Session, study: StudyContext, *, ways: Ways, seen: str | None = None) -> Ways:
    """Choose how cases and boards are worked on that nobody has begun yet.

    `seen` is the signature of what stood on the page. Raises `Invalid`, or `StaleEdit` where
    somebody chose meanwhile. Returns what holds now: where the first cases are agreed already, the
    other way takes over at once.
    """
    _check(ways)
    # Before the row: an agreement that lets the other way take over has the trail by then.
    hold_chain(db, study.id)
    row = db.exec(
        select(Study)
        .where(col(Study.id) == study.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()
    present = ways_of(row)
    if present == ways:
        return ways
    if seen is not None and seen != present.signature:
        raise StaleEdit(
            f"This was changed meanwhile: cases {present.of_cases}, boards {present.of_boards}, "
            f"{present.of_passes}. Your choice is still in the form: save again to put it there.",
            Versions("", present.signature, ways.signature),
        )
    row.way_of_working, row.board_way, row.passes = ways.way, ways.board_way, ways.passes
    row.way_after, row.first_cases = ways.way_after, ways.first_cases
    db.add(row)
    db.flush()
    record(
        db,
        study.scene,
        "choose how the team works",
        item=row,
        before=_as_values(present),
        after=_as_values(ways),
    )
    for act in _upstairs:
        act(db, study.scene)
    return ways_of(row)


def _check(ways: Ways) -> None:
    if ways.board_way not in FOR_BOARDS:
        raise _bad("board_way", "A board is begun together or from private lists of categories.")
    if ways.passes not in FOR_PASSES:
        raise _bad("passes", "A study works in one pass or in two.")
    if ways.way_after is None:
        if ways.first_cases:
            raise _bad("way_after", "Choose how the team goes on after the first cases.")
    elif ways.way_after == ways.way:
        raise _bad("way_after", "Afterwards is the same as before: choose another way, or none.")
    elif not 1 <= ways.first_cases <= MOST_FIRST_CASES:
        sentence = f"After how many cases? Type a number from 1 to {MOST_FIRST_CASES}."
        raise _bad("first_cases", sentence)


def _bad(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, {field: sentence})


def ways_of(row: Study) -> Ways:
    """How a study works, from its row."""
    return Ways(row.way_of_working, row.way_after, row.first_cases, row.board_way, row.passes)


def _as_values(ways: Ways) -> Values:
    return {"cases": ways.of_cases, "boards": ways.of_boards, "passes": ways.of_passes}


_upstairs: list[Callable[[Session, Scene], None]] = []


def when_ways_change(act: Callable[[Session, Scene], None]) -> Callable[[Session, Scene], None]:
    """Let a floor above act, in the same transaction, when the ways of working were changed."""
    _upstairs.append(act)
    return act
