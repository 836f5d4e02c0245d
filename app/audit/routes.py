"""The audits of a study: the list, the plan, requests. One audit's pages are in its own modules."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.audit import audit_routes, comment_routes
from app.audit.due import USUAL_DAYS, ItemKey, item_key
from app.audit.overview import audits_of
from app.audit.plan_queries import plan_view
from app.audit.planning import (
    change_plan,
    choose_auditors,
    draw_anew,
    plan_of,
    signature,
    stand_back,
    use_plan,
)
from app.audit.requesting import request_audits, take_stand_back
from app.audit.totals import totals_of
from app.audit.words import Audited
from app.db import Db
from app.errors import ConcordError, Conflict, Invalid, NotFound
from app.permissions import Action
from app.studies.guard import Id, StudyContext, may
from app.web.errors import status_of
from app.web.forms import Form, Posted
from app.web.templating import Toast, page, plural, see_other

router = APIRouter()

SeeAudits = Annotated[StudyContext, Depends(may(Action.SEE_AUDITS))]
SeeSetUp = Annotated[StudyContext, Depends(may(Action.SEE_SET_UP))]
SetUp = Annotated[StudyContext, Depends(may(Action.SET_UP))]
AUDITS = "/studies/{study}/audits"


@router.get(AUDITS)
def list_audits(request: Request, db: Db, study: SeeAudits) -> Response:
    """What is with the auditors and what with the team; an auditor's own items."""
    return page(
        request,
        "audit/index.html",
        audits=audits_of(db, study),
        totals=totals_of(db, study.id) if study.can(Action.SEE_SET_UP) else None,
        sees_plan=study.can(Action.SEE_SET_UP),
        may_set_up=study.can(Action.SET_UP),
    )


@router.get(AUDITS + "/plan")
def see_plan(request: Request, db: Db, study: SeeSetUp) -> Response:
    """The matrix of items and auditors; `?change=settings` or `?change=12` opens a form."""
    change = request.query_params.get("change", "") if study.can(Action.SET_UP) else ""
    return _plan(request, db, study, change=change)


@router.post(AUDITS + "/plan")
def save_plan(request: Request, db: Db, form: Form, study: SetUp) -> Response:
    """How many auditors an item, and which items."""
    try:
        change_plan(
            db,
            study,
            auditors_an_item=form.whole("auditors_an_item", 0),
            cases=_choice(form, "cases"),
            first_cases=form.whole("first_cases", 0),
            batch=form.whole("batch", 0),
            boards=_choice(form, "boards"),
            domain_lists=form.has("domain_lists"),
            is_apart=form.has("is_apart"),
            shows_names=form.has("shows_names"),
            version=form.whole("version", 0),
            days=form.whole("days", USUAL_DAYS),
        )
    except (Invalid, Conflict) as error:
        return _plan(request, db, study, change="settings", error=error, typed=form)
    return see_other(request, f"/studies/{study.id}/audits/plan", Toast("The plan is saved."))


@router.post(AUDITS + "/plan/draw")
def draw(request: Request, db: Db, form: Form, study: SetUp) -> Response:
    """Another order for what is a proposal as yet."""
    draw_anew(db, study)
    return see_other(request, f"/studies/{study.id}/audits/plan", Toast("Drawn anew."))


@router.post(AUDITS + "/plan/use")
def use(request: Request, db: Db, form: Form, study: SetUp) -> Response:
    """Assign everybody as proposed."""
    try:
        count = use_plan(db, study, seen=form.texts("proposed"))
    except Conflict as error:
        return _plan(request, db, study, error=error)
    toast = Toast(f"Auditors are assigned to {plural(count, 'item')}.")
    return see_other(request, f"/studies/{study.id}/audits/plan", toast)


@router.post(AUDITS + "/plan/items/{item}")
def choose(request: Request, db: Db, form: Form, study: SetUp, item: str) -> Response:
    """Other auditors for one item, with a reason."""
    key = _key(item)
    try:
        choose_auditors(
            db, study, key=key, auditors=form.numbers("auditors"), reason=form.text("reason")
        )
    except Invalid as error:
        return _plan(request, db, study, change=key.word, error=error, typed=form)
    place = f"/studies/{study.id}/audits/plan#item-{key.word}"
    return see_other(request, place, Toast("The auditors are changed."))


def _key(word: str) -> ItemKey:
    found = item_key(word)
    if found is None:
        raise NotFound("There is no such item in this study's audit plan.")
    return found


@router.post(AUDITS + "/plan/recusals")
def recuse(request: Request, db: Db, form: Form, study: SetUp) -> Response:
    """An auditor stands back from a case."""
    try:
        stand_back(
            db,
            study,
            account_id=form.whole("account", 0),
            code=form.text("code"),
            reason=form.text("reason"),
        )
    except Invalid as error:
        return _plan(request, db, study, change="recusal", error=error, typed=form)
    return see_other(request, f"/studies/{study.id}/audits/plan#recusals", Toast("Noted."))


@router.post(AUDITS + "/plan/recusals/{recusal}/removal")
def end_recusal(request: Request, db: Db, form: Form, study: SetUp, recusal: Id) -> Response:
    """It was a mistake, or holds no longer."""
    take_stand_back(db, study, recusal_id=recusal)
    return see_other(request, f"/studies/{study.id}/audits/plan#recusals", Toast("Taken back."))


@router.post(AUDITS + "/requests")
def ask_auditors(request: Request, db: Db, form: Form, study: SeeSetUp) -> Response:
    """Hand agreed items to their auditors, one or a batch of them."""
    try:
        items = [_key(word) for word in form.texts("item")]
        count = request_audits(db, study, plan_of(db, study.id), items=items)
    except (Invalid, Conflict) as error:
        return _plan(request, db, study, error=error)
    toast = Toast(f"{plural(count, 'item is', 'items are')} with the auditors.")
    return see_other(request, f"/studies/{study.id}/audits", toast)


def _choice(form: Posted, name: str) -> Audited:
    try:
        return Audited(form.text(name))
    except ValueError:
        raise Invalid("Choose which items are audited.", {name: "Choose one of these."}) from None


def _plan(
    request: Request,
    db: Session,
    study: StudyContext,
    *,
    change: str = "",
    error: ConcordError | None = None,
    typed: Posted | None = None,
) -> Response:
    view = plan_view(db, study, plan_of(db, study.id))
    more: dict[str, Any] = {"fields": error.fields if isinstance(error, Invalid) else {}}
    return page(
        request,
        "audit/plan.html",
        status=status_of(error) if error else 200,
        view=view,
        signature=signature(view),
        change=change,
        message=error.message if error else "",
        typed=typed,
        may_set_up=study.can(Action.SET_UP),
        **more,
    )


router.include_router(comment_routes.router)
router.include_router(audit_routes.router)
