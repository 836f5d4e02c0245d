"""The team page and the links that lead into a study."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.passwords import check_new
from app.accounts.routes import link_url, settings_of, welcome
from app.accounts.service import create_account
from app.accounts.sessions import Me, signed_in_or_none
from app.db import Db
from app.errors import ConcordError, Conflict, Invalid
from app.permissions import Action
from app.studies.forms import roles, typed
from app.studies.guard import Id, StudyContext, may
from app.studies.members import (
    accept_invitation,
    change_roles,
    invite,
    leave,
    remove_member,
    revoke_invitation,
)
from app.studies.queries import InvitationFacts, find_invitation, my_studies, team_page
from app.web.errors import status_of
from app.web.forms import Form, Posted
from app.web.templating import Toast, page, see_other

router = APIRouter()

SetUp = Annotated[StudyContext, Depends(may(Action.SET_UP))]
Perhaps = Annotated[Me | None, Depends(signed_in_or_none)]
NOTHING_TYPED = {"is_pi": False, "is_judge": True, "is_reader": False, "auditor": "", "note": ""}


def _team(
    request: Request, db: Session, study: StudyContext, *, status: int = 200, **view: Any
) -> Response:
    may_set_up = study.can(Action.SET_UP)
    shown: dict[str, Any] = {
        "change": 0,
        "link": "",
        "message": "",
        "fields": {},
        "typed": NOTHING_TYPED,
    } | view
    return page(
        request,
        "studies/team.html",
        status=status,
        team=team_page(db, study, with_invitations=may_set_up),
        may_set_up=may_set_up,
        **shown,
    )


def _refused(
    request: Request, db: Session, study: StudyContext, error: ConcordError, **view: Any
) -> Response:
    fields = error.fields if isinstance(error, Invalid) else {}
    return _team(
        request,
        db,
        study,
        status=status_of(error),
        message=error.message,
        fields=fields,
        **view,
    )


def _ticked(form: Posted) -> dict[str, Any]:
    boxes = {name: form.has(name) for name in ("is_pi", "is_judge", "is_reader")}
    return boxes | typed(form, "auditor", "note")


@router.get("/studies/{study}/team")
def team(
    request: Request,
    db: Db,
    study: Annotated[StudyContext, Depends(may(Action.SEE_SET_UP))],
) -> Response:
    """Who belongs to the study, as what; `?change=12` opens that member's roles."""
    change = request.query_params.get("change", "")
    is_number = study.can(Action.SET_UP) and change.isdecimal() and len(change) < 10
    return _team(request, db, study, change=int(change) if is_number else 0)


@router.post("/studies/{study}/team/invitations")
def make_invitation(request: Request, db: Db, form: Form, study: SetUp) -> Response:
    """Make a link and show it this one time; the page is the only place where it stands."""
    try:
        token = invite(db, study, **roles(form), note=form.raw("note"))
    except Invalid as error:
        return _refused(request, db, study, error, typed=_ticked(form))
    link = link_url(request, f"/invitations/{token}")
    return _team(request, db, study, status=201, link=link, link_note=form.text("note"))


@router.post("/studies/{study}/team/invitations/{invitation}/revocation")
def take_back(request: Request, db: Db, study: SetUp, invitation: Id) -> Response:
    """Make a link useless."""
    try:
        revoke_invitation(db, study, invitation_id=invitation)
    except Conflict as error:
        return _refused(request, db, study, error)
    return see_other(
        request, f"/studies/{study.id}/team", Toast("The invitation opens nothing any more.")
    )


@router.post("/studies/{study}/team/members/{member}")
def save_roles(request: Request, db: Db, form: Form, study: SetUp, member: Id) -> Response:
    """Give a member another set of roles."""
    try:
        change_roles(db, study, member_id=member, **roles(form), was=form.text("was"))
    except (Invalid, Conflict) as error:
        return _refused(request, db, study, error, change=member)
    return see_other(
        request,
        f"/studies/{study.id}/team",
        Toast("Roles saved. They count from the next page this person opens."),
    )


@router.post("/studies/{study}/team/members/{member}/removal")
def remove(request: Request, db: Db, study: SetUp, member: Id) -> Response:
    """End a membership; what the person did stays."""
    try:
        gone = remove_member(db, study, member_id=member)
    except Conflict as error:
        return _refused(request, db, study, error)
    url = "/" if gone.account_id == study.me.id else f"/studies/{study.id}/team"
    return see_other(request, url, Toast("Removed from the study. What they did stays."))


@router.post("/studies/{study}/leave")
def leave_study(
    request: Request,
    db: Db,
    study: Annotated[StudyContext, Depends(may(Action.SEE_STUDY))],
) -> Response:
    """End one's own membership."""
    leave(db, study)
    return see_other(request, "/", Toast(f"You left “{study.title}”."))


def _door(
    request: Request,
    token: str,
    invitation: InvitationFacts,
    *,
    status: int = 200,
    is_member: bool = False,
    fields: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
) -> Response:
    url = f"/invitations/{quote(token, safe='')}"
    return page(
        request,
        "studies/invitation.html",
        status=status,
        invitation=invitation,
        url=url,
        sign_in_url=f"/sign-in?next={url}",
        is_member=is_member,
        fields=fields or {},
        typed=values or {"name": "", "email": ""},
    )


@router.get("/invitations/{token}")
def read_invitation(request: Request, db: Db, me: Perhaps, token: str) -> Response:
    """What the link leads to. Opening it uses nothing up: mail programs open links too."""
    invitation = find_invitation(db, token)
    is_member = me is not None and invitation.study_id in {row.id for row in my_studies(db, me)}
    return _door(request, token, invitation, is_member=is_member)


@router.post("/invitations/{token}")
def use_invitation(request: Request, db: Db, form: Form, me: Perhaps, token: str) -> Response:
    """Join, with the account signed in or with a new one."""
    invitation = find_invitation(db, token)
    url, text = f"/studies/{invitation.study_id}", f"Welcome to “{invitation.study_title}”."
    if me is not None:
        accept_invitation(db, me, token)
        return see_other(request, url, Toast(text))
    email, name = form.text("email"), form.text("name")
    try:
        check_new(form.raw("password"), form.raw("password_again"), about=(email, name))
        account = create_account(
            db,
            email=email,
            name=name,
            password=form.raw("password"),
            cheap=settings_of(request).test_mode,
        )
    except Invalid as error:
        return _door(
            request,
            token,
            invitation,
            status=422,
            fields=error.fields,
            values=typed(form, "name", "email"),
        )
    accept_invitation(db, account, token)
    return welcome(request, db, account, url, text)
