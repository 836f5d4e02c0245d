"""Routes of step 1: the coding page of a case, and every change made on it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.kept import Item, keep_typed, let_go
from app.cases.guard import CaseContext, in_case
from app.db import Db
from app.domains import discussion_routes, list_routes, unit_routes
from app.domains.activity import lately
from app.domains.blocks import (
    Change,
    assign,
    leave_out,
    move,
    remove,
    take_out,
    write_memo,
)
from app.domains.card import Card, card_of
from app.domains.coding import Coding, read_coding, turn_at, turn_id
from app.domains.discussion import read_point
from app.domains.forms import NOTHING_TYPED, Typed, moved, selected
from app.domains.margin import TurnView
from app.domains.passages import Kind, Passage, stored
from app.domains.point_words import Discussed
from app.domains.resting import RestsOnBlock
from app.domains.switches import sample_switch, transcript_switch
from app.domains.transcripts import transcript_with, transcripts_of
from app.domains.undo import own_turns, redo, undo
from app.domains.unit_acts import unit_acts
from app.errors import Invalid, NotFound, StaleEdit
from app.permissions import Action
from app.studies.guard import Id
from app.trail.own import Turns
from app.web.forms import Form, Posted
from app.web.templating import Toast, is_fragment, page, see_other

router = APIRouter()
router.include_router(unit_routes.router)
router.include_router(list_routes.router)
router.include_router(discussion_routes.router)

CODING = unit_routes.CASE + "/coding"
See = Annotated[CaseContext, Depends(in_case(Action.SEE_CODING))]
Code = Annotated[CaseContext, Depends(in_case(Action.CODE))]
Number = Annotated[int | None, Query(ge=1, le=1000)]
Words = Annotated[str, Query(max_length=200)]


@router.get(CODING)
def coding(
    request: Request,
    db: Db,
    case: See,
    transcript: Number = None,
    q: Words = "",
    jumped: bool = False,
    point: discussion_routes.Number = None,
) -> Response:
    """The coding page. A search goes on to the first turn it found; `point` is edited by hand."""
    view = read_coding(db, case, transcript=transcript, found=q)
    hits = [turn for turn in view.turns if any(words.is_found for words in turn.words)]
    if hits and not jumped:
        query = urlencode({"transcript": view.number, "q": q, "jumped": 1})
        return see_other(request, f"{case.url}/coding?{query}#{hits[0].id}")
    sees_drafts = case.can(Action.SEE_DRAFTS)
    editing = read_point(db, case, point, view.transcripts) if point and sees_drafts else None
    return _page(request, db, case, view, q=q.strip(), hits=hits, editing=editing)


@router.get(CODING + "/blocks/{block}")
def block(request: Request, db: Db, case: See, block: Id) -> Response:
    """What is known of a block: beside the transcript, or as a page of its own address."""
    return _card_page(request, db, case, Kind.BLOCK, block)


@router.get(CODING + "/not-coded/{mark}")
def mark(request: Request, db: Db, case: See, mark: Id) -> Response:
    """What is known of a *not coded* mark."""
    return _card_page(request, db, case, Kind.NOT_CODED, mark)


@router.post(CODING + "/blocks")
def add_block(request: Request, db: Db, form: Form, case: Code) -> Response:
    """Put the selected passage into one or more domains."""
    try:
        passage = selected(db, case, form)
        change = assign(
            db,
            case,
            version_id=passage.version_id,
            start=passage.start,
            end=passage.end,
            quote=passage.quote,
            domain_ids=form.numbers("domain"),
            to_sentences=not passage.exact,
        )
    except Invalid as error:
        return _asked_again(request, db, form, case, error)
    return _answer(request, db, form, case, change, "Block added.", "It is there already.")


@router.post(CODING + "/not-coded")
def add_mark(request: Request, db: Db, form: Form, case: Code) -> Response:
    """Mark the selected passage as looked at and left out."""
    try:
        passage = selected(db, case, form)
        change = leave_out(
            db,
            case,
            version_id=passage.version_id,
            start=passage.start,
            end=passage.end,
            quote=passage.quote,
            to_sentences=not passage.exact,
        )
    except Invalid as error:
        return _asked_again(request, db, form, case, error)
    return _answer(request, db, form, case, change, "Marked as not coded.", "It is so already.")


@router.post(CODING + "/blocks/{block}/ends")
def move_ends(request: Request, db: Db, form: Form, case: Code, block: Id) -> Response:
    """Move a block's ends, by a sentence or to turns and sentences by number."""
    found = stored(db, case.unit.layer_id, Kind.BLOCK, [block])
    if not found:
        raise NotFound("This block is not there any more. Load the page again.")
    transcript = transcript_with(transcripts_of(db, case.case_id), found[0].transcript_version)
    start, end = moved(form, found[0], transcript)
    try:
        change = move(db, case, block_id=block, version=form.whole("version"), start=start, end=end)
    except StaleEdit as stale:
        return _refused(request, db, form, case, (Kind.BLOCK, block), stale)
    return _answer(request, db, form, case, change, "Ends moved.", "The ends stay where they are.")


@router.post(CODING + "/blocks/{block}/memo")
def memo(request: Request, db: Db, form: Form, case: Code, block: Id) -> Response:
    """Save the memo of a block, or (`keep_theirs`) let one's own words for it go."""
    which = (Kind.BLOCK, block)
    if form.has("keep_theirs"):
        let_go(db, case.study.me.id, Item(Kind.BLOCK.value, block))
        return _as_it_stands(request, db, form, case, which)
    try:
        change = write_memo(
            db, case, block_id=block, version=form.whole("version"), memo=form.text("memo")
        )
    except StaleEdit as stale:
        keep_typed(db, case.study.me.id, Item(Kind.BLOCK.value, block), stale)
        return _refused(request, db, form, case, which, stale)
    return _answer(request, db, form, case, change, "Memo saved.", "The memo is as it was.")


@router.post(CODING + "/blocks/{block}/domains/{domain}/removal")
def take_block_out(
    request: Request, db: Db, form: Form, case: Code, block: Id, domain: Id
) -> Response:
    """Take a block out of one of its domains."""
    try:
        change = take_out(db, case, block_id=block, domain_id=domain, version=form.whole("version"))
    except (StaleEdit, RestsOnBlock) as reason:
        return _refused(request, db, form, case, (Kind.BLOCK, block), reason)
    return _answer(request, db, form, case, change, "Taken out.", "It was not in this domain.")


@router.post(CODING + "/blocks/{block}/removal")
def remove_block(request: Request, db: Db, form: Form, case: Code, block: Id) -> Response:
    """Remove a block."""
    return _remove(request, db, form, case, (Kind.BLOCK, block), "Block removed.")


@router.post(CODING + "/not-coded/{mark}/removal")
def remove_mark(request: Request, db: Db, form: Form, case: Code, mark: Id) -> Response:
    """Take a *not coded* mark off again."""
    return _remove(request, db, form, case, (Kind.NOT_CODED, mark), "Mark removed.")


@router.post(CODING + "/undo")
def undo_last(request: Request, db: Db, form: Form, case: Code) -> Response:
    """Take back one's own last change of blocks."""
    return _answer(request, db, form, case, undo(db, case), "Taken back.")


@router.post(CODING + "/undo/{entry}")
def undo_one(request: Request, db: Db, form: Form, case: Code, entry: Id) -> Response:
    """Take back the change that a message names."""
    return _answer(request, db, form, case, undo(db, case, number=entry), "Taken back.")


@router.post(CODING + "/redo")
def redo_last(request: Request, db: Db, form: Form, case: Code) -> Response:
    """Bring back what one's own last undo took away."""
    return _answer(request, db, form, case, redo(db, case), "Brought back.")


def _remove(
    request: Request,
    db: Session,
    form: Posted,
    case: CaseContext,
    which: tuple[Kind, int],
    said: str,
) -> Response:
    kind, passage_id = which
    try:
        change = remove(db, case, kind=kind, passage_id=passage_id, version=form.whole("version"))
    except (StaleEdit, RestsOnBlock) as reason:
        return _refused(request, db, form, case, which, reason)
    return _answer(request, db, form, case, change, said)


def _answer(
    request: Request,
    db: Session,
    form: Posted,
    case: CaseContext,
    change: Change,
    said: str,
    nothing: str = "Nothing changed.",
) -> Response:
    """After a change: what changed on the page for htmx, the way back to the turn for others."""
    seen = form.whole("content", -1)
    is_in_step = seen == case.unit.content
    case = replace(case, unit=change.unit)
    undo_url = f"{case.url}/coding/undo/{change.entry}" if change.entry else None
    toast = Toast(said if change.entry else nothing, undo_url)
    touched = [*change.before, *change.after]
    here = next(iter(change.after or change.before), None)
    if not is_fragment(request):
        return see_other(request, _back_to(db, case, here), toast)
    view = read_coding(
        db,
        case,
        transcript=_shown(request, form),
        touched=touched if is_in_step else None,
        transcripts=change.transcripts,
    )
    card = card_of(db, case, view, change.passage.key) if change.passage else None
    turns = own_turns(db, case, change)
    return _change(
        request, db, case, view, card=card, is_whole=not is_in_step, toast=toast, turns=turns
    )


def _as_it_stands(
    request: Request, db: Session, form: Posted, case: CaseContext, which: tuple[Kind, int]
) -> Response:
    """The card of a passage again."""
    if not is_fragment(request):
        return _card_page(request, db, case, *which)
    view = read_coding(db, case, transcript=_shown(request, form))
    card = card_of(db, case, view, which)
    return _change(request, db, case, view, card=card, is_whole=True)


def _refused(
    request: Request,
    db: Session,
    form: Posted,
    case: CaseContext,
    which: tuple[Kind, int],
    reason: StaleEdit | RestsOnBlock,
) -> Response:
    """409 with the passage as it stands, the reason, and what was typed still there."""
    view = read_coding(db, case, transcript=_shown(request, form))
    card = card_of(db, case, view, which)
    if is_fragment(request):
        return _change(
            request, db, case, view, card=card, is_whole=True, refusal=reason.message, status=409
        )
    return _page(request, db, case, view, card=card, refusal=reason.message, status=409)


def _asked_again(
    request: Request, db: Session, form: Posted, case: CaseContext, error: Invalid
) -> Response:
    """422: the page again with what was typed into its form; for htmx the sentence alone."""
    if is_fragment(request):
        raise error
    view = read_coding(db, case, transcript=_shown(request, form))
    return _page(request, db, case, view, typed=Typed.of(form, error), status=422)


def _card_page(
    request: Request, db: Session, case: CaseContext, kind: Kind, passage_id: int
) -> Response:
    view = read_coding(db, case, touched=())
    card = card_of(db, case, view, (kind, passage_id))
    if card is None:
        raise NotFound("This block is not there any more; somebody has removed it.")
    if is_fragment(request):
        return page(request, "domains/card.html", "card", case=case, coding=view, card=card)
    view = read_coding(db, case, transcript=card.transcript)
    return _page(request, db, case, view, card=card)


def _page(
    request: Request,
    db: Session,
    case: CaseContext,
    view: Coding,
    *,
    card: Card | None = None,
    q: str = "",
    hits: Sequence[TurnView] = (),
    editing: Discussed | None = None,
    typed: Typed = NOTHING_TYPED,
    refusal: str = "",
    status: int = 200,
) -> Response:
    return page(
        request,
        "domains/coding.html",
        status=status,
        typed=typed,
        q=q,
        hits=hits,
        editing=editing,
        search_url=f"{case.url}/coding" if view.transcript else None,
        search_label="Search this transcript",
        search_fields={"transcript": view.number},
        sees_drafts=case.can(Action.SEE_DRAFTS),
        samples=sample_switch(case, view),
        switches=transcript_switch(case, view),
        case_url=f"/studies/{case.study.id}/cases/{case.code}",
        may_add_transcripts=case.can(Action.EDIT_TRANSCRIPTS),
        **_shared(db, case, view, card, refusal),
    )


def _change(
    request: Request,
    db: Session,
    case: CaseContext,
    view: Coding,
    *,
    card: Card | None,
    is_whole: bool,
    refusal: str = "",
    status: int = 200,
    toast: Toast | None = None,
    turns: Turns | None = None,
) -> Response:
    return page(
        request,
        "domains/coding_change.html",
        "change",
        status=status,
        toast=toast,
        is_whole=is_whole,
        **_shared(db, case, view, card, refusal, turns),
    )


def _shared(
    db: Session,
    case: CaseContext,
    view: Coding,
    card: Card | None,
    refusal: str,
    turns: Turns | None = None,
) -> dict[str, Any]:
    titles = {line.domain.id: line.domain.title for line in view.domains}
    return {
        "case": case,
        "coding": view,
        "card": card,
        "refusal": refusal,
        "acts": unit_acts(case),
        "own": turns or (own_turns(db, case) if case.may_edit else Turns()),
        "lately": lately(db, case, view.transcripts, titles),
    }


def _back_to(db: Session, case: CaseContext, passage: Passage | None) -> str:
    """The address of the turn where a passage begins."""
    for transcript in transcripts_of(db, case.case_id):
        if passage and transcript.version_id == passage.transcript_version:
            turn = turn_at(transcript.turns, passage.start)
            query = f"?transcript={transcript.number}" if transcript.number > 1 else ""
            return f"{case.url}/coding{query}#{turn_id(transcript.number)}{turn}"
    return f"{case.url}/coding"


def _shown(request: Request, form: Posted) -> int | None:
    """Which transcript is on the page: its form says so, or (for a message) the page's address."""
    if form.has("shown"):
        return form.whole("shown")
    query = parse_qs(urlsplit(request.headers.get("hx-current-url", "")).query)
    number = query.get("transcript", [""])[0]
    return int(number) if number.isdecimal() and len(number) < 5 else None
