"""Signing in and out, one-time links, one's own account, and the administrator's list."""

from typing import Annotated, Any, cast
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request
from sqlmodel import select
from starlette.responses import Response

from app.accounts.models import Account, LinkPurpose
from app.accounts.queries import list_accounts, list_sessions
from app.accounts.service import (
    change_password,
    check_password,
    choose_password,
    create_account,
    disable,
    enable,
    end_session,
    find_link,
    make_link,
    set_up,
)
from app.accounts.sessions import (
    Administrator,
    Me,
    SignedIn,
    cookie_name,
    end_sessions,
    give_cookie,
    signed_in_or_none,
    start_session,
)
from app.accounts.throttle import Throttle, TooManyTries
from app.config import Settings
from app.db import Database, Db, one_or_not_found
from app.errors import Invalid
from app.web.forms import Form
from app.web.templating import THEMES, Toast, page, see_other

router = APIRouter()

WRONG = "Address and password do not fit. Look at both, or ask your administrator for a reset link."
Perhaps = Annotated[Me | None, Depends(signed_in_or_none)]


def settings_of(request: Request) -> Settings:
    """The installation's settings."""
    return cast(Settings, request.app.state.settings)


def throttle_of(request: Request) -> Throttle:
    """This worker's counts of failed tries."""
    state = request.app.state
    if not hasattr(state, "throttle"):
        state.throttle = Throttle()
    return cast(Throttle, state.throttle)


def safe_next(url: str) -> str:
    """A relative address of this site, else the home page: no open redirect."""
    parts = urlsplit(url)
    relative = url.startswith("/") and not url.startswith(("//", "/\\"))
    clean = not parts.scheme and not parts.netloc and "\\" not in url and url.isprintable()
    return url if relative and clean else "/"


def link_url(request: Request, path: str) -> str:
    """A whole address to hand to somebody: the public one, else the one checked by the gate."""
    base = settings_of(request).public_url or str(request.base_url).rstrip("/")
    return f"{base}{path}"


def welcome(request: Request, db: Db, account: Account, url: str, text: str) -> Response:
    """Sign somebody in and lead on."""
    response = see_other(request, url, Toast(text))
    give_cookie(response, settings_of(request), start_session(db, account))
    return response


def _sign_in_page(
    request: Request, status: int = 200, message: str | None = None, email: str = "", to: str = "/"
) -> Response:
    return page(
        request, "accounts/sign_in.html", status=status, message=message, email=email, next=to
    )


@router.get("/sign-in")
def sign_in_form(request: Request, me: Perhaps) -> Response:
    """The sign-in page; who is signed in already goes home."""
    to = safe_next(request.query_params.get("next", "/"))
    return see_other(request, to) if me else _sign_in_page(request, to=to)


@router.post("/sign-in")
def sign_in(request: Request, db: Db, form: Form) -> Response:
    """Check address and password; the same answer for an unknown address."""
    email, to = form.text("email"), safe_next(form.text("next", "/"))
    address = request.client.host if request.client else ""
    try:
        throttle_of(request).check(email, address)
    except TooManyTries as error:
        response = _sign_in_page(request, 429, error.message, email, to)
        response.headers["Retry-After"] = str(error.seconds)
        return response
    cheap = settings_of(request).test_mode
    # Looked up and hashed before the writing begins: nobody else waits for a hash.
    with cast(Database, request.app.state.database).read() as reading:
        account = check_password(reading, email=email, password=form.raw("password"), cheap=cheap)
    if account is None:
        throttle_of(request).failed(email, address)
        return _sign_in_page(request, 422, WRONG, email, to)
    response = see_other(request, to)
    give_cookie(response, settings_of(request), start_session(db, account))
    return response


@router.post("/sign-out")
def sign_out(request: Request, db: Db) -> Response:
    """End the login session on the server and clear what the browser kept."""
    name = cookie_name(settings_of(request))
    end_session(db, request.cookies.get(name, ""))
    response = see_other(request, "/sign-in", Toast("You are signed out."))
    response.delete_cookie(name, path="/", secure=settings_of(request).secure_cookies)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@router.post("/theme")
def choose_theme(request: Request, form: Form) -> Response:
    """Light, dark, or as the system has it; kept in this browser."""
    response = see_other(request, safe_next(form.text("next", "/")))
    theme = form.text("theme")
    if theme in THEMES:
        response.set_cookie("theme", theme, max_age=31_536_000, samesite="lax")
    else:
        response.delete_cookie("theme")
    return response


def _door(
    request: Request, status: int = 200, fields: dict[str, str] | None = None, **view: Any
) -> Response:
    response = page(request, "accounts/door.html", status=status, fields=fields or {}, **view)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@router.get("/setup/{token}")
def set_up_form(request: Request, db: Db, token: str) -> Response:
    """The first page of an installation; opening it uses nothing up."""
    find_link(db, token, LinkPurpose.SET_UP)
    return _door(request, kind="set-up", action=f"/setup/{token}", email="", name="")


@router.post("/setup/{token}")
def set_up_installation(request: Request, db: Db, form: Form, token: str) -> Response:
    """Make the administrator and sign them in."""
    try:
        account = set_up(
            db,
            token=token,
            email=form.text("email"),
            name=form.text("name"),
            password=form.raw("password"),
            again=form.raw("password_again"),
            cheap=settings_of(request).test_mode,
        )
    except Invalid as error:
        return _door(
            request,
            422,
            error.fields,
            kind="set-up",
            action=f"/setup/{token}",
            email=form.text("email"),
            name=form.text("name"),
        )
    return welcome(request, db, account, "/", "Concord is set up. You are its administrator.")


def _password_door(
    request: Request, db: Db, token: str, status: int = 200, fields: dict[str, str] | None = None
) -> Response:
    link = find_link(db, token, LinkPurpose.NEW_ACCOUNT, LinkPurpose.RESET)
    account = one_or_not_found(db.get(Account, link.account_id), "account")
    return _door(
        request,
        status,
        fields,
        kind=link.purpose.value,
        action=f"/reset/{token}",
        email=account.email,
        name=account.name,
    )


@router.get("/reset/{token}")
def reset_form(request: Request, db: Db, token: str) -> Response:
    """Choose a password; opening the page uses nothing up."""
    return _password_door(request, db, token)


@router.post("/reset/{token}")
def reset(request: Request, db: Db, form: Form, token: str) -> Response:
    """Take the new password, end older login sessions, sign in."""
    try:
        account = choose_password(
            db,
            token=token,
            password=form.raw("password"),
            again=form.raw("password_again"),
            cheap=settings_of(request).test_mode,
        )
    except Invalid as error:
        return _password_door(request, db, token, 422, error.fields)
    return welcome(request, db, account, "/", "Your new password holds from now on.")


def _own_page(
    request: Request, db: Db, me: Me, status: int = 200, fields: dict[str, str] | None = None
) -> Response:
    return page(
        request,
        "accounts/own.html",
        status=status,
        fields=fields or {},
        sessions=list_sessions(db, me),
    )


@router.get("/account")
def own_account(request: Request, db: Db, me: SignedIn) -> Response:
    """One's own password and where one is signed in."""
    return _own_page(request, db, me)


@router.post("/account/password")
def change_own_password(request: Request, db: Db, form: Form, me: SignedIn) -> Response:
    """Change one's own password; the other login sessions end."""
    account = one_or_not_found(db.get(Account, me.id), "account")
    try:
        change_password(
            db,
            account,
            present=form.raw("present"),
            password=form.raw("password"),
            again=form.raw("password_again"),
            keep_session=me.session_id,
            cheap=settings_of(request).test_mode,
        )
    except Invalid as error:
        return _own_page(request, db, me, 422, error.fields)
    return see_other(request, "/account", Toast("Your password is changed."))


@router.post("/account/sessions/end")
def end_other_sessions(request: Request, db: Db, me: SignedIn) -> Response:
    """Sign out everywhere else."""
    end_sessions(db, me.id, but=me.session_id)
    return see_other(request, "/account", Toast("You are signed out everywhere else."))


def _accounts_page(request: Request, db: Db, status: int = 200, **view: Any) -> Response:
    shown = {"fields": {}, "link": None, "link_for": "", "email": "", "name": ""} | view
    return page(request, "accounts/list.html", status=status, accounts=list_accounts(db), **shown)


@router.get("/accounts")
def accounts(request: Request, db: Db, me: Administrator) -> Response:
    """Everybody who can sign in. The administrator sees no study by this."""
    return _accounts_page(request, db)


@router.post("/accounts")
def add_account(request: Request, db: Db, form: Form, me: Administrator) -> Response:
    """Make an account and show its one-time link, once."""
    try:
        account = create_account(
            db,
            email=form.text("email"),
            name=form.text("name"),
            is_administrator=form.has("is_administrator"),
        )
    except Invalid as error:
        return _accounts_page(
            request, db, 422, fields=error.fields, email=form.text("email"), name=form.text("name")
        )
    token = make_link(db, purpose=LinkPurpose.NEW_ACCOUNT, account_id=account.id, made_by=me.id)
    return _accounts_page(
        request, db, link=link_url(request, f"/reset/{token}"), link_for=account.email
    )


@router.post("/accounts/{account}/reset-link")
def reset_link(request: Request, db: Db, me: Administrator, account: int) -> Response:
    """A one-time link for somebody who forgot their password; nobody picks it for them."""
    row = one_or_not_found(db.exec(select(Account).where(Account.id == account)).first(), "account")
    token = make_link(db, purpose=LinkPurpose.RESET, account_id=row.id, made_by=me.id)
    return _accounts_page(
        request, db, link=link_url(request, f"/reset/{token}"), link_for=row.email
    )


@router.post("/accounts/{account}/closed")
def close_or_open(
    request: Request, db: Db, form: Form, me: Administrator, account: int
) -> Response:
    """Close an account (its sessions end at once) or open it again."""
    row = one_or_not_found(db.exec(select(Account).where(Account.id == account)).first(), "account")
    if form.text("closed") == "yes":
        disable(db, row, by=me.id)
        text = f"{row.name} can no longer sign in."
    else:
        enable(db, row)
        text = f"{row.name} can sign in again."
    return see_other(request, "/accounts", Toast(text))
