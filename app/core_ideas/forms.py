"""What a form of a core idea sends, and the checks a browser has switched off."""

import uuid
from collections.abc import Iterable

from fastapi import Request
from starlette.responses import Response

from app.core_ideas.advice import Check
from app.core_ideas.models import AbsenceReason
from app.errors import Invalid
from app.web.forms import Posted

CHECKS_OFF = "concord_checks_off"
A_YEAR = 365 * 24 * 3600


def form_key(form: Posted) -> str | None:
    """The key of an *add* form, which becomes the core idea's guid. Raises `Invalid`."""
    key = form.text("key")
    if not key:
        return None
    try:
        return str(uuid.UUID(key))
    except ValueError:
        raise Invalid("This form is not one of ours. Load the page again.") from None


def listed(form: Posted, name: str) -> list[int]:
    """Ids in one field, as in '12 15'. Raises `Invalid`."""
    parts = form.text(name).split()
    if not all(part.isdecimal() and len(part) < 11 for part in parts):
        raise Invalid(f"The field '{name}' needs whole numbers. Load the page again.")
    return [int(part) for part in parts]


def absence_reason(form: Posted) -> AbsenceReason | None:
    """The chosen reason; none takes it back. Raises `Invalid`."""
    reason = form.text("reason")
    try:
        return AbsenceReason(reason) if reason else None
    except ValueError:
        named = ", ".join(AbsenceReason)
        raise Invalid(f"'{reason[:40]}' is not one of the reasons: {named}.") from None


def checks_off(request: Request) -> frozenset[Check]:
    """The advice that this browser does not want."""
    kept = request.cookies.get(CHECKS_OFF, "").split(".")
    return frozenset(check for check in Check if check.value in kept)


def keep_checks(response: Response, on: Iterable[str]) -> None:
    """Remember which advice this browser wants."""
    wanted = set(on)
    off = ".".join(check.value for check in Check if check.value not in wanted)
    response.set_cookie(CHECKS_OFF, off, max_age=A_YEAR, httponly=True, samesite="lax")
