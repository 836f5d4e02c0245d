"""The set-up forms, read from what was posted."""

from typing import TypedDict

from app.errors import Invalid
from app.studies.models import AuditorKind
from app.studies.ways import WayOfWorking, Ways
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


def ways(form: Posted) -> Ways:
    """How the team works: fields `way`, `way_after` ("" for none), `first_cases`, `board_way`,
    `passes`. The number is read only where another way comes after."""
    after = _way(form, "way_after") if form.text("way_after") else None
    return Ways(
        way=_way(form, "way"),
        way_after=after,
        first_cases=_first_cases(form) if after else 0,
        board_way=_way(form, "board_way"),
        passes=form.whole("passes", 1),
    )


def _way(form: Posted, name: str) -> WayOfWorking:
    try:
        return WayOfWorking(form.text(name))
    except ValueError:
        sentence = f"Choose one of the ways of working, not “{form.text(name)[:40]}”."
        raise Invalid(sentence, {name: sentence}) from None


def _first_cases(form: Posted) -> int:
    typed_number = form.text("first_cases")
    if not typed_number.isdecimal() or len(typed_number) > 4:
        sentence = "After how many cases? Type a number, such as 3."
        raise Invalid(sentence, {"first_cases": sentence})
    return int(typed_number)


def typed(form: Posted, *names: str) -> dict[str, str]:
    """What was typed, to be shown again beside the error."""
    return {name: form.raw(name) for name in names}
