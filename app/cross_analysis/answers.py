"""How a board is shown, and how a change of it is answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.kept import Item, TwoVersions, kept_for, two_versions
from app.consensus.rules import State
from app.cross_analysis.amending import amendable, listed_amendments
from app.cross_analysis.forms import View, view_of
from app.cross_analysis.guard import BoardContext, load_board
from app.cross_analysis.lists import places_in_drafts
from app.cross_analysis.models import Category
from app.cross_analysis.placers import may_be_named, placers_of
from app.cross_analysis.placing import Card, Sorted
from app.cross_analysis.queries import MISC, Board, Column, Pile, board_of, matrix_of
from app.cross_analysis.raw_data import evidence_of
from app.cross_analysis.rules import Place
from app.cross_analysis.undo import own_turns
from app.errors import ConcordError, Invalid
from app.permissions import Action
from app.trail.items import last_hand
from app.web.errors import status_of
from app.web.forms import Posted
from app.web.templating import Toast, is_fragment, page, plural, see_other

TYPED = ("text", "title", "to", "how", "reason", "into", "parent")


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
    if here.unit.is_hidden:
        state = state_of(here)
        return page(
            request, "cross_analysis/drafted.html", fragment, status=status, here=here, state=state
        )
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
    sees_drafts = here.can(Action.SEE_DRAFTS)
    if view.card:
        may_read = here.study.can(Action.READ_TRANSCRIPT)
        evidence = evidence_of(db, here, view.card, with_quotes=may_read)
    return {
        "here": here,
        "board": board,
        "view": view,
        "counted": view.counts or here.unit.is_agreed,
        "state": state_of(here),
        "facts": facts_of(here, board),
        "evidence": evidence,
        "in_drafts": places_in_drafts(db, here.unit.id, view.card)
        if view.card and sees_drafts
        else (),
        "amendable": amendable(db, here, view.card) if evidence and view.card else None,
        "amendments": listed_amendments(db, here),
        "may_look": here.can(Action.AGREE),
        "chosen": board.by_key.get(str(view.category)),
        "versions": _two_titles(db, here, board.by_key.get(str(view.category))),
        "rows": matrix_of(board) if view.matrix else (),
        "refusal": refusal,
        "own": own_turns(db, here),
        "may_agree": here.can(Action.AGREE)
        and here.unit.state is State.CONSENSUS
        and not here.unit.open_points,
        "may_reopen": here.can(Action.REOPEN) and here.unit.is_agreed,
        "sees_drafts": sees_drafts,
        "placers": placers_of(db, here),
        "may_name_placers": here.can(Action.SORT) and may_be_named(here),
    }


def state_of(here: BoardContext) -> str:
    """'Sorting', 'Independent · 1 of 3 submitted': where the board stands, in words."""
    if here.unit.is_private:
        return f"{here.unit.state.capitalize()} · {here.unit.drafting}"
    return "Sorting" if here.unit.state is State.CONSENSUS else here.unit.state.capitalize()


def _two_titles(db: Session, here: BoardContext, chosen: Column | None) -> TwoVersions | None:
    """Two titles of the category beside the board: another's, and one's own that came too late."""
    if chosen is None:
        return None
    kind = str(Category.__tablename__)
    kept = kept_for(db, here.study.me.id, [kind], [chosen.id]).get(Item(kind, chosen.id))
    hand = last_hand(db, here.scene, kind, chosen.id, fields=["title"]) if kept else None
    title, labels = {"title": chosen.title}, {"title": "Title"}
    return two_versions(kept, title, version=chosen.version, labels=labels, hand=hand)


def facts_of(here: BoardContext, board: Board) -> str:
    """'41 core ideas from 10 of 10 cases · 2 of 4 agreed': what stands behind the state."""
    unit, found = here.unit, []
    if board.core_ideas:
        ideas = plural(board.core_ideas, "core idea")
        found.append(f"{ideas} from {board.from_cases} of {plural(len(board.cases), 'case')}")
    if unit.agreed_count and not unit.is_agreed:
        found.append(f"{unit.agreed_count} of {len(unit.judges)} agreed")
    return " · ".join(found)


def next_unsorted(board: Board, moved: Sequence[Card]) -> int | None:
    """After an unsorted card was placed: the next one, in the order of cases."""
    left = [card.id for card in board.unsorted.cards]
    if len(moved) != 1 or moved[0].source or not left:
        return None
    code = board.code_of.get(moved[0].core_idea_id, "")
    return next((card for card in left if board.code_of[card] >= code), left[0])


def changed(
    request: Request,
    db: Session,
    here: BoardContext,
    text: str,
    entries: Sequence[int | None],
    *,
    board: Board | None = None,
    piles: Sequence[Pile] | None = None,
    on_to: int | None = None,
) -> Response:
    """After a change: back to the board, or for htmx the parts of it that look different.

    `entries` are the numbers of what was recorded; the first one names it all for an undo. `piles`
    are the places to draw again; without them the whole board is. Where a card was open beside the
    board, the core idea `on_to` is opened in its place.
    """
    view = view_of(request.query_params)
    if view.card and on_to:
        view = view.but(card=on_to)
    first = min((entry for entry in entries if entry is not None), default=None)
    back = f"{here.url}/undo/{first}{view.alone.query}" if first else None
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
