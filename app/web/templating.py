"""The one rendering helper, `page()`, and what every template may use."""

import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2_fragments import render_block
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.config import ROOT
from app.web.static_files import static

NOTICE_COOKIE = "concord_notice"
FORM_KEY = "form_key"
THEMES = ("light", "dark")


@dataclass(frozen=True)
class Toast:
    """A short message after a change; `undo` is the URL that takes it back.

    `on` leads to what comes next: the words of a link and its URL.
    """

    text: str
    undo: str | None = None
    kind: str = "done"
    on: tuple[str, str] | None = None

    def as_json(self) -> str:
        """ASCII only: headers are not UTF-8."""
        facts = {"text": self.text, "undo": self.undo, "kind": self.kind}
        return json.dumps(facts | ({"on": self.on} if self.on else {}))


class Macros:
    """`ui.field(...)`: the macros of templates/ui/, also when a block is rendered alone."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._found: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if not self._found:
            for template in self._environment.list_templates():
                if template.startswith("ui/"):
                    module = self._environment.get_template(template).module
                    self._found.update(
                        {key: value for key, value in vars(module).items() if callable(value)}
                    )
        try:
            return self._found[name]
        except KeyError:
            raise AttributeError(f"templates/ui/ has no macro '{name}'") from None


def plural(count: int, one: str, many: str | None = None) -> str:
    """'1 case', '2 cases'; an irregular plural is given."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def dom_id(kind: str, key: object, part: str | None = None) -> str:
    """The id of an element: `block-12`, `core-idea-45-history`."""
    return "-".join(str(piece) for piece in (kind, key, part) if piece is not None)


def when(at: datetime) -> dict[str, str]:
    """A time for `ui.time(...)`: machine form and a readable one in UTC.

    `static/js/times.js` rewrites the readable form in the reader's own time zone.
    """
    return {"iso": at.isoformat(timespec="seconds"), "text": f"{at:%-d %b %Y, %H:%M} UTC"}


def form_key() -> str:
    """A key for one form, by which the same form sent twice is known; see `app.web.answered`."""
    return secrets.token_hex(16)


class FormKeys(Extension):
    """Puts a key into every form that changes something, when its template is loaded."""

    # A tag may hold expressions with a `>` of their own.
    FORM = re.compile(r"<form\b(?:\{\{.*?\}\}|\{%.*?%\}|[^>])*>.*?</form>", re.DOTALL)
    POSTED = re.compile(r"<form\b(?:\{\{.*?\}\}|\{%.*?%\}|[^>])*?method=\"post\"")
    FIELD = f'<input type="hidden" name="{FORM_KEY}" value="{{{{ form_key() }}}}">'

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The template with the keys in it."""

        def with_key(form: re.Match[str]) -> str:
            if not self.POSTED.match(form[0]):
                return form[0]
            return form[0].removesuffix("</form>") + self.FIELD + "</form>"

        return self.FORM.sub(with_key, source)


def make_environment() -> Environment:
    """The Jinja environment: autoescape on, undefined names are errors."""
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        extensions=[FormKeys],
    )
    environment.globals.update(plural=plural, dom_id=dom_id, static=static, form_key=form_key)
    environment.globals["ui"] = Macros(environment)
    environment.filters["when"] = when
    environment.filters["tojson_text"] = lambda value: json.dumps(value)
    return environment


ENVIRONMENT = make_environment()


def asks_again(request: Request) -> bool:
    """Does an open page ask by itself, because something changed? Its person did nothing.

    `Concord-Live` is `page` where parts of the whole page are wanted, `part` for a fragment; an
    event stream says what it is by what it accepts.
    """
    headers = request.headers
    by_itself = "concord-live" in headers or headers.get("accept") == "text/event-stream"
    return by_itself and request.method == "GET"


def is_fragment(request: Request) -> bool:
    """Does htmx ask for a part of the page? A history restore gets the whole page."""
    headers = request.headers
    return (
        headers.get("hx-request") == "true"
        and headers.get("hx-history-restore-request") != "true"
        and headers.get("hx-boosted") != "true"
        and headers.get("concord-live") != "page"
    )


def frame(request: Request) -> dict[str, Any]:
    """What the frame round every page shows: who is signed in, the study, the rail."""
    state = request.state
    theme = request.cookies.get("theme", "")
    return {
        "request": request,
        "me": getattr(state, "me", None),
        "study": getattr(state, "study", None),
        "rail": getattr(state, "rail", ()),
        "theme": theme if theme in THEMES else "",
        "search_url": None,
        "path": request.url.path,
        "rendered_at": time.time(),
    }


def page(
    request: Request,
    template: str,
    fragment: str | None = None,
    *,
    status: int = 200,
    toast: Toast | None = None,
    headers: Mapping[str, str] | None = None,
    **view: Any,
) -> Response:
    """Render a template, or only the named block of it for a partial request."""
    context = frame(request) | view
    partial = is_fragment(request) and fragment is not None
    notice = None if partial or asks_again(request) else _notice(request)
    context["notice"] = notice or (toast if not partial else None)
    if partial:
        assert fragment is not None
        html = render_block(ENVIRONMENT, template, fragment, **context)
    else:
        html = ENVIRONMENT.get_template(template).render(context)
    response = HTMLResponse(html, status_code=status, headers=dict(headers or {}))
    response.headers["Vary"] = "HX-Request"
    response.headers["Cache-Control"] = "no-store"
    if partial and toast:
        response.headers["HX-Trigger"] = f'{{"toast": {toast.as_json()}}}'
    if notice:
        response.delete_cookie(NOTICE_COOKIE)
    request.state.answer = response
    return response


def together(request: Request, template: str, fragments: list[str], **view: Any) -> str:
    """Several blocks of one template after one another, for out-of-band regions."""
    context = frame(request) | view | {"notice": None}
    return "".join(
        render_block(ENVIRONMENT, template, fragment, **context) for fragment in fragments
    )


def see_other(request: Request, url: str, toast: Toast | None = None) -> Response:
    """After a change: on to a page, carrying the message. htmx gets `HX-Redirect`, others 303."""
    response: Response
    if is_fragment(request):
        response = Response(status_code=204, headers={"HX-Redirect": url})
    else:
        response = RedirectResponse(url, status_code=303)
    response.headers["Cache-Control"] = "no-store"
    if toast:
        response.set_cookie(
            NOTICE_COOKIE,
            quote(toast.as_json()[:1500]),
            max_age=60,
            httponly=True,
            samesite="lax",
        )
    request.state.answer = response
    return response


def _notice(request: Request) -> Toast | None:
    kept = request.cookies.get(NOTICE_COOKIE)
    if not kept:
        return None
    try:
        facts = json.loads(unquote(kept))
        words, url = facts.get("on") or ("", "")
        return Toast(
            str(facts["text"]),
            _ours(facts.get("undo")),
            str(facts.get("kind", "done")),
            (str(words), url) if _ours(url) else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _ours(url: object) -> str | None:
    """An address of this server, or None: a cookie may have been tampered with."""
    return url if isinstance(url, str) and url[:1] == "/" and url[:2] != "//" else None
