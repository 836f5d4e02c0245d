"""Private files that hold what somebody is about to import, until they confirm it.

Outside the database and its backups: one file a preview in the data folder, mode 0600, under a
random key, bound to an account and a study. Removed on confirm, on cancel, or after 24 hours.
"""

import json
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException

from app.config import Settings
from app.errors import NotFound
from app.studies.guard import StudyContext

KEPT_SECONDS = 24 * 3600
KEY = re.compile(r"[0-9a-f]{48}")
GONE = (
    "This preview is no longer there: it is removed once it is stored or cancelled, and after 24 "
    "hours. Choose the file again."
)

Content = dict[str, Any]


def sweep(settings: Settings) -> int:
    """Remove previews older than 24 hours, at start and at each new one. Returns how many."""
    removed = 0
    oldest = time.time() - KEPT_SECONDS
    for path in _folder(settings).glob("*"):
        try:
            if path.stat().st_mtime < oldest:
                path.unlink()
                removed += 1
        except FileNotFoundError:
            continue
    return removed


def keep(settings: Settings, study: StudyContext, content: Content) -> str:
    """Put a new preview aside for this person in this study. Returns its key."""
    sweep(settings)
    _folder(settings).mkdir(mode=0o700, parents=True, exist_ok=True)
    key = secrets.token_hex(24)
    _write(_folder(settings) / key, study, content)
    return key


def kept(settings: Settings, study: StudyContext, key: str) -> Content:
    """What this person put aside. Raises `NotFound` for a key that is stale or another's."""
    return _read(_path(settings, key), study)


def rewrite(settings: Settings, study: StudyContext, key: str, content: Content) -> None:
    """Replace what was put aside; its 24 hours begin anew."""
    path = _path(settings, key)
    _read(path, study)
    _write(path, study, content)


def remove(settings: Settings, study: StudyContext, key: str) -> None:
    """Leave nothing of a preview."""
    path = _path(settings, key)
    _read(path, study)
    path.unlink(missing_ok=True)


@contextmanager
def taking(settings: Settings, study: StudyContext, key: str) -> Iterator[Content]:
    """Take a preview to store it: gone afterwards, back in its place where anything was raised.

    Two confirmations of one preview cannot both have it.
    """
    path = _path(settings, key)
    content = _read(path, study)
    taken = path.with_suffix(".taken")
    try:
        path.rename(taken)
    except FileNotFoundError:
        raise NotFound(GONE) from None
    try:
        yield content
    except BaseException:
        taken.rename(path)
        raise
    taken.unlink(missing_ok=True)


def _folder(settings: Settings) -> Path:
    return settings.data_dir / "previews"


def _path(settings: Settings, key: str) -> Path:
    if not KEY.fullmatch(key):
        raise NotFound(GONE)
    return _folder(settings) / key


def _read(path: Path, study: StudyContext) -> Content:
    try:
        if path.stat().st_mtime < time.time() - KEPT_SECONDS:
            raise NotFound(GONE)
        whole = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise NotFound(GONE) from None
    if whole["account_id"] != study.me.id or whole["study_id"] != study.id:
        raise NotFound(GONE)
    return dict(whole["content"])


def _write(path: Path, study: StudyContext, content: Content) -> None:
    whole = {"account_id": study.me.id, "study_id": study.id, "content": content}
    fresh = path.with_suffix(".new")
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump(whole, file)
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise HTTPException(
            507,
            "The server cannot write into its data folder, so nothing was kept. "
            "Tell your administrator.",
        ) from error
