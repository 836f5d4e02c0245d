"""What the pages of discussing share: the point that is asked for, what was typed, the way back."""

from dataclasses import dataclass
from typing import Protocol

from fastapi import Request
from starlette.responses import Response

from app.web.forms import LARGEST_ID
from app.web.templating import Toast, is_fragment, see_other


@dataclass(frozen=True)
class Typed:
    """What stood in a form that was refused, and why: the words stay in the form."""

    point_id: int
    message: str
    reason: str = ""
    reservation: str | None = None


@dataclass(frozen=True)
class PointPage:
    """What the macros of `consensus/points.html` read of a page."""

    url: str
    may_decide: bool
    me_id: int
    typed: Typed | None


class Show(Protocol):
    """Draws the page anew, on what stands after a change."""

    def __call__(self, *, toast: Toast, headers: dict[str, str]) -> Response: ...


def asked_point(request: Request) -> int | None:
    """The point that `?point=5` opens."""
    named = request.query_params.get("point", "")
    return int(named) if named.isdecimal() and len(named) < 11 else None


def back_to(request: Request, url: str, point_id: int, said: str, show: Show) -> Response:
    """After a change: to a point of the page at `url`, drawn in place where a part is asked for."""
    if 0 < point_id <= LARGEST_ID:
        url = f"{url}?point={point_id}"
    if not is_fragment(request):
        return see_other(request, url, Toast(said))
    return show(toast=Toast(said), headers={"HX-Replace-Url": url})
