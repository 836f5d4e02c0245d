"""Forms, bound by ourselves: empty fields stay empty, and what was typed can be shown again."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from app.db import LARGEST_ID
from app.errors import Invalid

MAX_UPLOAD = 20 * 1024 * 1024
MAX_FIELD = 1024 * 1024


@dataclass(frozen=True)
class Upload:
    """A file as it came: its name is only ever shown, never used as a path."""

    name: str
    data: bytes


class Posted:
    """The fields of one posted form."""

    def __init__(self, form: FormData, uploads: dict[str, list[Upload]]) -> None:
        self._form = form
        self._uploads = uploads

    def raw(self, name: str, default: str = "") -> str:
        """A field exactly as typed, but with LF line ends (browsers send CRLF)."""
        value = self._form.get(name, default)
        if not isinstance(value, str):
            return default
        return value.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")

    def text(self, name: str, default: str = "") -> str:
        """A field without surrounding blanks."""
        return self.raw(name, default).strip()

    def line(self, name: str, label: str, *, limit: int = 300, required: bool = True) -> str:
        """A one-line field. Raises `Invalid` where it is empty or longer than `limit`."""
        value = " ".join(self.text(name).split())
        if required and not value:
            raise Invalid(f"{label} is empty. Please fill it in.", {name: f"{label} is empty."})
        if len(value) > limit:
            sentence = f"{label} has {len(value):,} characters; at most {limit:,} fit."
            raise Invalid(sentence, {name: sentence})
        return value

    def whole(self, name: str, default: int | None = None) -> int:
        """A whole number. Raises `Invalid` where it is none."""
        value = self.text(name)
        if not value and default is not None:
            return default
        try:
            number = int(value)
        except ValueError:
            raise Invalid(f"The field '{name}' needs a whole number, not '{value[:40]}'.") from None
        if abs(number) > LARGEST_ID:
            raise Invalid(f"The number in '{name}' is too large.")
        return number

    def numbers(self, name: str) -> list[int]:
        """All values of a repeated field, such as ticked domains."""
        found = []
        for value in self._form.getlist(name):
            if not isinstance(value, str) or not value.strip():
                continue
            if not value.strip().isdecimal() or int(value) > LARGEST_ID:
                raise Invalid(f"The field '{name}' needs whole numbers.")
            found.append(int(value))
        return found

    def texts(self, name: str) -> list[str]:
        """All values of a repeated text field."""
        return [value.strip() for value in self._form.getlist(name) if isinstance(value, str)]

    def has(self, name: str) -> bool:
        """Is the box ticked, or the field there at all?"""
        return name in self._form

    def content(self, *, but: str) -> list[list[str]]:
        """All fields as they were sent, `but` one; files by their hash."""
        found = [
            [name, value]
            for name, value in self._form.multi_items()
            if isinstance(value, str) and name != but
        ]
        for name, uploads in self._uploads.items():
            found += [[name, each.name, sha256(each.data).hexdigest()] for each in uploads]
        return found

    def files(self, name: str) -> list[Upload]:
        """The uploaded files of a field; an empty file input gives none."""
        return self._uploads.get(name, [])


async def posted(request: Request) -> Posted:
    """Read the form, once. Upload bytes are counted while they come; 413 beyond the limit."""
    if hasattr(request.state, "posted"):
        found: Posted = request.state.posted
        return found
    form = await request.form(max_files=50, max_fields=5000, max_part_size=MAX_FIELD)
    uploads: dict[str, list[Upload]] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile) and value.filename:
            data = await value.read(MAX_UPLOAD + 1)
            if len(data) > MAX_UPLOAD:
                raise HTTPException(413, f"'{value.filename[:80]}' has more than 20 MB.")
            uploads.setdefault(name, []).append(Upload(value.filename[:200], data))
    request.state.posted = Posted(form, uploads)
    return request.state.posted


Form = Annotated[Posted, Depends(posted)]
