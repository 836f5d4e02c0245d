"""The one place that turns an error into an answer. Status codes stay true, for htmx too."""

import logging
import secrets
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import IntegrityError, OperationalError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.errors import ConcordError, Conflict, Forbidden, Invalid, NotFound
from app.web.answered import CameBefore, answered_before
from app.web.templating import Toast, asks_again, is_fragment, page

log = logging.getLogger("concord")

TITLES = {
    400: "That could not be read",
    403: "Not with your roles",
    404: "Nothing here",
    405: "That cannot be done here",
    409: "That does not fit any more",
    413: "Too large",
    422: "Please look again",
    429: "A little slower",
    500: "Something went wrong on our side",
    503: "Busy just now",
    507: "The disk is full",
}
AT_ONCE = (
    "Somebody else changed the same thing at the same moment. Reload the page and look before you "
    "try again."
)
OTHER_CONTENT = (
    "This form was sent before, with other content, so nothing was changed now. Load the page "
    "again, look at what stands there, and send what you still want."
)
NOTHING_HERE = "There is nothing at this address. It may have been removed or never existed."


class SignInNeeded(Exception):
    """Nobody is signed in; the answer leads to the sign-in page and back."""


def status_of(error: ConcordError) -> int:
    """The HTTP status of an error of the family."""
    for kind, status in ((Invalid, 422), (Conflict, 409), (Forbidden, 403), (NotFound, 404)):
        if isinstance(error, kind):
            return status
    return 400


def answer(request: Request, status: int, message: str) -> Response:
    """A page with the reason; for htmx a toast, with nothing swapped."""
    if is_fragment(request) or asks_again(request):
        return Response(
            status_code=status,
            headers={
                "HX-Reswap": "none",
                "HX-Trigger": f'{{"toast": {Toast(message, kind="error").as_json()}}}',
                "Cache-Control": "no-store",
                "Vary": "HX-Request",
            },
        )
    return page(
        request,
        "error.html",
        status=status,
        title=TITLES.get(status, "That did not work"),
        message=message,
    )


def sign_in_first(request: Request) -> Response:
    """To the sign-in page; the address asked for is kept when it was a page.

    A page that asks by itself stays where it is: something may be typed on it.
    """
    if asks_again(request):
        return Response(status_code=401, headers={"Cache-Control": "no-store"})
    back = request.url.path if request.method == "GET" else "/"
    if request.method == "GET" and request.url.query:
        back += "?" + request.url.query
    url = "/sign-in" if back == "/" else f"/sign-in?next={quote(back, safe='/')}"
    if is_fragment(request):
        return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
    return Response(status_code=303, headers={"Location": url, "Cache-Control": "no-store"})


def install(app: FastAPI) -> None:
    """Register the handlers."""

    @app.exception_handler(CameBefore)
    def again(request: Request, error: CameBefore) -> Response:
        before = answered_before(request)
        if before and before.answer:
            return before.answer
        return answer(request, 422 if before else 409, OTHER_CONTENT if before else AT_ONCE)

    @app.exception_handler(ConcordError)
    def refused(request: Request, error: ConcordError) -> Response:
        # What the first of two had done may be the very reason why the second is refused.
        if not isinstance(error, Forbidden) and answered_before(request):
            return again(request, CameBefore())
        return answer(request, status_of(error), error.message)

    @app.exception_handler(SignInNeeded)
    def not_signed_in(request: Request, error: SignInNeeded) -> Response:
        return sign_in_first(request)

    @app.exception_handler(RequestValidationError)
    def unreadable(request: Request, error: RequestValidationError) -> Response:
        in_path = any(row["loc"][0] == "path" for row in error.errors())
        if in_path:
            return answer(request, 404, NOTHING_HERE)
        where = ", ".join(str(row["loc"][-1]) for row in error.errors())
        return answer(request, 422, f"The address holds something unreadable: {where}.")

    @app.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> Response:
        message = NOTHING_HERE if error.status_code == 404 else str(error.detail)
        response = answer(request, error.status_code, message)
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(IntegrityError)
    def raced(request: Request, error: IntegrityError) -> Response:
        if answered_before(request):
            return again(request, CameBefore())
        log.warning("constraint refused a change at %s", _route(request))
        return answer(request, 409, AT_ONCE)

    @app.exception_handler(OperationalError)
    def database_trouble(request: Request, error: OperationalError) -> Response:
        text = str(error.orig).lower()
        if "disk is full" in text or "no space left" in text or "disk full" in text:
            return answer(
                request,
                507,
                "The server's disk is full, so nothing was changed. Tell your administrator.",
            )
        log.warning("database unavailable at %s: %s", _route(request), type(error.orig).__name__)
        response = answer(
            request, 503, "The database is busy or restarting; nothing was changed. Try again."
        )
        response.headers["Retry-After"] = "2"
        return response


def unexpected(request: Request, error: Exception) -> Response:
    """The answer to a fault of ours: a number to name, and one entry in the log."""
    number = secrets.token_hex(4)
    log.error("error %s at %s", number, _route(request), exc_info=error)
    message = f"Nothing was changed. If it happens again, tell your administrator number {number}."
    return answer(request, 500, message)


def _route(request: Request) -> str:
    route = request.scope.get("route")
    return f"{request.method} {getattr(route, 'path', '(no route)')}"
