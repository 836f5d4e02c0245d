"""The gate every request passes first: the host, the origin of unsafe requests, the headers.

No tokens in forms: browsers say where a request comes from (`Sec-Fetch-Site`; over plain HTTP
`Origin`), and the login cookie is `SameSite=Lax`. See docs/decisions/0002-same-origin.md.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.db import SAFE_METHODS
from app.web.errors import unexpected

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; object-src 'none'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
OPEN_TO_PROBES = frozenset({"/healthz", "/readyz"})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def is_same_origin(method: str, headers: Headers, public_url: str = "") -> bool:
    """May this request change anything? Safe methods always pass.

    Where the browser does not say (no `Sec-Fetch-Site`, no `Origin`) it is no browser, and there
    is no cookie worth forging.
    """
    if method in SAFE_METHODS:
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return True
    given = urlsplit(origin).netloc.lower()
    expected = {headers.get("host", "").lower()}
    if public_url:
        expected.add(urlsplit(public_url).netloc.lower())
    return given in expected


class Gate:
    """ASGI middleware: host check, same-origin check, security headers on every answer."""

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str], public_url: str = "") -> None:
        self.app = app
        self.hosts = frozenset(host.lower() for host in hosts) | LOOPBACK
        self.public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 400 or 403 by itself, else pass on and add the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                if self.public_url.startswith("https://"):
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        refusal = self._refusal(scope)
        try:
            await (refusal or self.app)(scope, receive, send_with_headers)
        except Exception as error:
            # Here and not in the framework's outermost layer, so that this answer has headers too.
            if started:
                raise
            answer = await run_in_threadpool(unexpected, Request(scope, receive), error)
            await answer(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        if scope["path"] not in OPEN_TO_PROBES:
            host = urlsplit(f"//{headers.get('host', '')}").hostname or ""
            if host.lower() not in self.hosts:
                return PlainTextResponse(
                    "This address is not served here. Set CONCORD_PUBLIC_URL to the address "
                    "people type.",
                    status_code=400,
                )
        if not is_same_origin(scope["method"], headers, self.public_url):
            return PlainTextResponse(
                "This request came from another site and was refused. Open Concord itself and "
                "try again.",
                status_code=403,
            )
        return None
