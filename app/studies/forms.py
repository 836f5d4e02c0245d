"""The set-up forms, read from what was posted."""

from typing import TypedDict

from app.errors import Invalid
from app.studies.models import AuditorKind
from app.web.forms import Posted


class Roles(TypedDict):
    """A set of roles as the services take it."""

    is_pi: bool
    is_judge: bool
    is_reader: bool
    auditor: AuditorKind | None


def roles(form: Posted) -> Roles:
    """The ticked roles: boxes `is_pi`, `is_judge`, `is_reader` and the choice `auditor`."""
    auditor = form.text("auditor")
    if auditor not in ("", *AuditorKind):
        sentence = "An auditor is internal or external."
        raise Invalid(sentence, {"auditor": sentence})
    return Roles(
        is_pi=form.has("is_pi"),
        is_judge=form.has("is_judge"),
        is_reader=form.has("is_reader"),
        auditor=AuditorKind(auditor) if auditor else None,
    )


def typed(form: Posted, *names: str) -> dict[str, str]:
    """What was typed, to be shown again beside the error."""
    return {name: form.raw(name) for name in names}
