"""The one family of errors that rules and services raise.

Each text is a sentence a researcher can act on: what is wrong, where, and what to do next.
`app/web/errors.py` alone knows which HTTP answer belongs to which error.
"""

from dataclasses import dataclass


class ConcordError(Exception):
    """Anything Concord refuses for a reason it can name."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(ConcordError):
    """There is no such thing, or the asker may not know that there is."""


class Forbidden(ConcordError):
    """A member asked for something their roles do not allow; the text is the reason."""


class Conflict(ConcordError):
    """What was asked does not fit the present state."""


class StepLocked(Conflict):
    """The unit's state does not allow this change now; the text says why and the way back."""


@dataclass(frozen=True)
class Versions:
    """The three texts of a stale save: what was started from, what stands, what was typed."""

    base: str
    theirs: str
    mine: str
    theirs_by: str = ""
    version: int = 0


class StaleEdit(Conflict):
    """Somebody saved first. Carries the three texts so that nothing typed is lost.

    `fields` has them for each field of the form, so that they can be kept (`app.accounts.kept`);
    `seen` is the version that the form was loaded with.
    """

    def __init__(
        self,
        message: str,
        versions: Versions | None = None,
        *,
        fields: dict[str, Versions] | None = None,
        seen: int = 0,
    ) -> None:
        super().__init__(message)
        self.fields = fields or {}
        self.versions = versions or next(iter(self.fields.values()), None)
        self.seen = seen


class Invalid(ConcordError):
    """Bad input. `fields` maps a form field to its own sentence."""

    def __init__(self, message: str, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}
