"""How a board is shown, and how a change of it is answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from app.consensus.rules import State
from app.cross_analysis.forms import View, view_of
from app.cross_analysis.guard import BoardContext, load_board
from app.cross_analysis.placing import Card, Sorted
from app.cross_analysis.queries import MISC, Board, Pile, board_of, matrix_of
from app.cross_analysis.raw_data import evidence_of
from app.cross_analysis.rules import Place
from app.cross_analysis.undo import undo_span
from app.errors import ConcordError, Invalid
from app.permissions import Action
from app.web.errors import status_of
from app.web.forms import Posted
from app.web.templating import Toast, is_fragment, page, plural, see_other

TYPED = ("title", "to", "how", "reason", "into", "parent")


@dataclass(frozen=True)
class Refusal:
    """A form that was not taken: its sentences, and what had been typed into it."""

    message: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    at_new: bool = False


def show(
    request: Request,
    db: Session,
    here: BoardContext,
    *,
    refusal: Refusal | None = None,
    fragment: str = "panel",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The board or its matrix with what the address wants beside it."""
    view = view_of(request.query_params)
    matrix = view.matrix and not is_fragment(request)
    board = board_of(db, here, case="" if matrix else view.case, with_turns=not matrix)
    return page(
        request,
        f"cross_analysis/{'matrix' if matrix else 'board'}.html",
        fragment,
        status=status,
        headers=headers,
        whole=False,
        **_on_page(db, here, view, board, refusal or Refusal()),
    )


def _on_page(
    db: Session, here: BoardContext, view: View, board: Board, refusal: Refusal
) -> dict[str, Any]:
    evidence = None
    if view.card:
        may_read = here.study.can(Action.READ_TRANSCRIPT)
        evidence = evidence_of(db, here, view.card, with_quotes=may_read)
    return {
        "here": here,
        "board": board,
        "view": view,
        "counted": view.counts or here.unit.is_agreed,
        "state": "Sorting" if here.unit.state is State.CONSENSUS else here.unit.state.capitalize(),
        "facts": facts_of(here, board),
        "evidence": evidence,
        "chosen": board.by_key.get(str(view.category)),
        "rows": matrix_of(board) if view.matrix else (),
        "refusal": refusal,
        "may_agree": here.can(Action.AGREE) and here.unit.state is State.CONSENSUS,
        "may_reopen": here.can(Action.REOPEN) and here.unit.is_agreed,
    }


def facts_of(here: BoardContext, board: Board) -> str:
    """'41 core ideas from 10 of 10 cases · 2 of 4 agreed': what stands behind the state."""
    unit, found = here.unit, []
    if board.core_ideas:
        ideas = plural(board.core_ideas, "core idea")
        found.append(f"{ideas} from {board.from_cases} of {plural(len(board.cases), 'case')}")
    if unit.agreed_count and not unit.is_agreed:
        found.append(f"{unit.agreed_count} of {len(unit.judges)} agreed")
    return " · ".join(found)


def changed(
    request: Request,
    db: Session,
    here: BoardContext,
    text: str,
    entries: Sequence[int | None],
    *,
    board: Board | None = None,
    piles: Sequence[Pile] | None = None,
) -> Response:
    """After a change: back to the board, or for htmx the parts of it that look different.

    `piles` are the places to draw again; without them the whole board is.
    """
    view = view_of(request.query_params)
    span = undo_span(db, tuple(entry for entry in entries if entry is not None))
    back = f"{here.url}/undo/{span[0]}/{span[1]}{view.alone.query}" if span else None
    toast = Toast(text, back)
    if not is_fragment(request):
        return see_other(request, here.url + view.query, toast)
    now = load_board(db, here.study, here.sample.id, here.domain_id)
    board = board or board_of(db, now, case=view.case)
    from_panel = view != view.alone
    return page(
        request,
        "cross_analysis/board.html",
        "changes",
        toast=toast,
        # What stands beside the board draws itself again, unless it asked and is answered here.
        headers={} if from_panel else {"HX-Trigger-After-Settle": "board-changed"},
        piles=piles or (),
        whole=piles is None,
        from_panel=from_panel,
        **_on_page(db, now, view, board, Refusal()),
    )


def refused(
    request: Request,
    db: Session,
    here: BoardContext,
    form: Posted,
    error: ConcordError,
    *,
    at_new: bool = False,
) -> Response:
    """The form again with its sentences, where it stood; what was typed is still there.

    `at_new` is the form behind the last column. Raises the error where the form stands in no
    place of the page (a key was pressed): it becomes a toast.
    """
    view = view_of(request.query_params)
    if not at_new and view == view.alone:
        raise error
    fields = error.fields if isinstance(error, Invalid) else {}
    typed = {name: form.raw(name) for name in TYPED}
    swap = ("#new-category", "outerHTML") if at_new else ("#panel", "innerHTML")
    return show(
        request,
        db,
        here,
        refusal=Refusal(error.message, fields, typed, at_new),
        fragment="new_category" if at_new else "panel",
        status=status_of(error),
        headers={"HX-Retarget": swap[0], "HX-Reswap": swap[1]},
    )


def piles_of(board: Board, done: Sorted) -> list[Pile]:
    """The places of the board that a move has changed."""
    keys = [_key(place) for place in done.places] + [""] * done.unsorted
    return [pile for key, pile in board.piles.items() if key in keys]


def moved_words(board: Board, cards: Sequence[Card], to: str, done: Sorted, *, keep: bool) -> str:
    """What a toast says of a move."""
    one = len(cards) == 1
    who = board.code_of.get(cards[0].core_idea_id, "") if one else plural(len(cards), "card")
    where = f"'{board.title(to)}'"
    if not done.entries:
        return f"{who} stood in {where} already."
    if not to:
        left = ", ".join(board.title(_key(place)) for place in cards[0].source)
        return f"{who} taken out of '{left}'." if one and left else f"{who} taken out."
    return f"{who} put into {where} as well." if keep else f"{who} moved to {where}."


def _key(place: Place) -> str:
    return MISC if place is None else str(place)
