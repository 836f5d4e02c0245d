"""The boards of a sample, and what is done at one of them."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.kept import Item, keep_typed, let_go
from app.consensus.next_for_me import next_to_agree
from app.consensus.rules import AGREED_OR_LATER
from app.consensus.service import agree, reopen
from app.cross_analysis import amend_routes, discussion_routes, draft_routes
from app.cross_analysis.answers import (
    changed,
    moved_words,
    next_unsorted,
    piles_of,
    refused,
    show,
)
from app.cross_analysis.boards import boards_of
from app.cross_analysis.forms import NEW, cards_named, places_named, view_of
from app.cross_analysis.guard import BoardContext, in_board
from app.cross_analysis.placing import move_cards
from app.cross_analysis.queries import board_of
from app.cross_analysis.service import (
    make_category,
    merge_categories,
    nest_category,
    remove_category,
    rename_category,
    shift_category,
)
from app.cross_analysis.undo import redo, undo
from app.db import Db
from app.errors import Conflict, Invalid, StaleEdit
from app.permissions import Action, Actor, Refused, decide
from app.studies.guard import Id, StudyContext, may
from app.web.forms import Form
from app.web.templating import Toast, page, see_other

router = APIRouter()
router.include_router(draft_routes.router)
router.include_router(discussion_routes.router)
router.include_router(amend_routes.router)

SAMPLE = "/studies/{study}/samples/{sample}"
BOARD = SAMPLE + "/domains/{domain}/cross-analysis"
CATEGORY = BOARD + "/categories/{category}"

Seeing = Annotated[BoardContext, Depends(in_board(Action.SEE_BOARD))]
Sorting = Annotated[BoardContext, Depends(in_board(Action.SORT))]


@router.get(SAMPLE + "/cross-analysis")
def board_index(
    request: Request,
    db: Db,
    sample: Id,
    study: Annotated[StudyContext, Depends(may(Action.SEE_FINDINGS))],
) -> Response:
    """The sample's boards; a reader follows only those that are agreed."""
    shown = study.sample(sample)

    def may_open(is_agreed: bool) -> bool:
        actor = Actor(study.roles, unit_agreed=is_agreed)
        return not isinstance(decide(actor, Action.SEE_BOARD), Refused)

    return page(
        request,
        "cross_analysis/index.html",
        sample=shown,
        boards=[(row, may_open(row.is_agreed)) for row in boards_of(db, study, shown.id)],
        sample_url=f"/studies/{study.id}/samples/{shown.id}",
    )


@router.get(BOARD)
def board_page(request: Request, db: Db, here: Seeing) -> Response:
    """The board, or its matrix; a partial request gets what stands beside it."""
    return show(request, db, here)


@router.post(BOARD + "/cards")
def move(request: Request, db: Db, form: Form, here: Sorting) -> Response:
    """Move cards, or (field `how` is `add`) let them stand in one more place."""
    cards = cards_named(form)
    to = form.text("to")
    made: tuple[int, ...] = ()
    if to == NEW:
        try:
            category, entry = make_category(db, here, title=form.text("title"))
        except Invalid as error:
            return refused(request, db, here, form, error)
        to, made = str(category.id), (entry,)
        here = replace(here, noted={"along": entry})
    keep = form.text("how") == "add"
    done = move_cards(db, here, cards=cards, to=places_named(to), keep=keep)
    board = board_of(db, here, case=view_of(request.query_params).case)
    text = moved_words(board, cards, to, done, keep=keep)
    piles = None if made else piles_of(board, done)
    entries = (*made, *done.entries)
    on_to = None if keep else next_unsorted(board, cards)
    return changed(request, db, here, text, entries, board=board, piles=piles, on_to=on_to)


@router.post(BOARD + "/categories")
def add(request: Request, db: Db, form: Form, here: Sorting) -> Response:
    """Add a category, or with `parent` a subcategory."""
    parent_id = form.whole("parent", 0) or None
    try:
        made, entry = make_category(db, here, title=form.text("title"), parent_id=parent_id)
    except Invalid as error:
        return refused(request, db, here, form, error, at_new=not parent_id)
    return changed(request, db, here, f"'{made.title}' added.", (entry,))


@router.post(CATEGORY + "/title")
def rename(request: Request, db: Db, form: Form, here: Sorting, category: Id) -> Response:
    """Give a category another title, if nobody else has done so since the page was loaded.

    With `keep_theirs` one's own words for it are let go.
    """
    item = Item("category", category)
    if form.has("keep_theirs"):
        let_go(db, here.study.me.id, item)
        return changed(request, db, here, "The title stays as it is.", ())
    try:
        entry = rename_category(
            db,
            here,
            category_id=category,
            title=form.text("title"),
            version=form.whole("version"),
            was=form.text("was"),
        )
    except StaleEdit as stale:
        keep_typed(db, here.study.me.id, item, stale)
        return refused(request, db, here, form, stale)
    except Invalid as error:
        return refused(request, db, here, form, error)
    return changed(request, db, here, "Renamed.", (entry,))


@router.post(CATEGORY + "/position")
def shift(request: Request, db: Db, form: Form, here: Sorting, category: Id) -> Response:
    """Move a category among its siblings."""
    entry = shift_category(db, here, category_id=category, by=form.whole("by"))
    return changed(request, db, here, "Moved." if entry else "It stands there.", (entry,))


@router.post(CATEGORY + "/parent")
def nest(request: Request, db: Db, form: Form, here: Sorting, category: Id) -> Response:
    """Make a category a subcategory of `parent`, or without one lift it."""
    try:
        entry = nest_category(
            db, here, category_id=category, parent_id=form.whole("parent", 0) or None
        )
    except Invalid as error:
        return refused(request, db, here, form, error)
    text = "It is a subcategory now." if form.whole("parent", 0) else "Lifted."
    return changed(request, db, here, text, (entry,))


@router.post(CATEGORY + "/merge")
def merge(request: Request, db: Db, form: Form, here: Sorting, category: Id) -> Response:
    """Put everything of a category into another one."""
    try:
        entry = merge_categories(db, here, category_id=category, into_id=form.whole("into"))
    except Invalid as error:
        return refused(request, db, here, form, error)
    return changed(request, db, here, "Merged; each card stands there once.", (entry,))


@router.post(CATEGORY + "/remove")
def remove(request: Request, db: Db, form: Form, here: Sorting, category: Id) -> Response:
    """Remove a category; what rests on it is refused with a list."""
    try:
        entry = remove_category(db, here, category_id=category, cards_too=form.has("cards_too"))
    except Conflict as error:
        if not board_of(db, here).by_key.get(str(category)):
            raise
        return refused(request, db, here, form, error)
    return changed(request, db, here, "Category removed.", (entry,))


@router.post(BOARD + "/undo")
def undo_last(request: Request, db: Db, form: Form, here: Sorting) -> Response:
    """Take back one's own last change of the board."""
    undo(db, here)
    return changed(request, db, here, "Taken back.", ())


@router.post(BOARD + "/undo/{entry}")
def undo_one(request: Request, db: Db, form: Form, here: Sorting, entry: Id) -> Response:
    """Take back the change that a message names, by its number in the chain."""
    undo(db, here, number=entry)
    return changed(request, db, here, "Taken back.", ())


@router.post(BOARD + "/redo")
def redo_last(request: Request, db: Db, form: Form, here: Sorting) -> Response:
    """Bring back what one's own last undo took away."""
    redo(db, here)
    return changed(request, db, here, "Brought back.", ())


@router.post(BOARD + "/agreement")
def agree_to_board(
    request: Request,
    db: Db,
    form: Form,
    here: Annotated[BoardContext, Depends(in_board(Action.AGREE))],
) -> Response:
    """One judge agrees to the content version that was on the page."""
    state = agree(db, here.scene, here.unit, content=form.whole("content"), what=here.title)
    text = (
        f"Everybody has agreed: {here.what} is agreed."
        if state in AGREED_OR_LATER
        else "You agreed to this board."
    )
    url = here.url + view_of(request.query_params).alone.query
    return see_other(request, url, Toast(text, on=_next(db, here)))


def _next(db: Session, here: BoardContext) -> tuple[str, str] | None:
    """On to the next board that waits for this judge's agreement."""
    unit = here.unit
    found = next_to_agree(
        db, here.study.me.id, sample_id=unit.sample_id, kind=unit.kind, after=unit.id
    )
    if found is None:
        return None
    sample = here.url.partition("/domains/")[0]
    url = f"{sample}/domains/{found.domain_id}/cross-analysis?beside=agree"
    return f"Next: {found.name}", url


@router.post(BOARD + "/reopen")
def reopen_board(
    request: Request,
    db: Db,
    form: Form,
    here: Annotated[BoardContext, Depends(in_board(Action.REOPEN))],
) -> Response:
    """Open an agreed board again, with a reason for the trail."""
    try:
        reopen(db, here.scene, here.unit, reason=form.text("reason"))
    except Invalid as error:
        return refused(request, db, here, form, error)
    url = here.url + view_of(request.query_params).alone.query
    return see_other(request, url, Toast(f"The board of {here.title} is open again."))
