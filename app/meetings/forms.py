"""What the forms of a meeting send."""

from dataclasses import dataclass, field

from app.errors import Invalid
from app.web.forms import LARGEST_ID, Posted


@dataclass(frozen=True)
class Arrangement:
    """Who is present, and whom somebody chose to speak first and to write.

    `seen` are those who were present on the form, so that who came meanwhile does not go by it.
    """

    present: frozenset[int]
    first_speaker: int | None = None
    writer: int | None = None
    seen: frozenset[int] = field(default_factory=frozenset)


def read_arrangement(form: Posted) -> Arrangement:
    """Who is ticked, and the two choices; an empty one leaves it to whose turn it is."""
    return Arrangement(
        frozenset(form.numbers("present")),
        form.whole("first_speaker", 0) or None,
        form.whole("writer", 0) or None,
        frozenset(form.numbers("seen")),
    )


def read_ticked(form: Posted) -> dict[int, int]:
    """The units that are ticked, each with its content version: fields such as `12:4`."""
    found = {}
    for value in form.texts("unit"):
        unit, _, content = value.partition(":")
        if not all(part.isdecimal() and int(part) <= LARGEST_ID for part in (unit, content)):
            raise Invalid("The list could not be read. Reload the page and tick again.")
        found[int(unit)] = int(content)
    return found
