"""Files under static/: browsers keep them, because their address names their version.

Every file has one version, a hash over all of them, so that what imports another file with a
relative address gets the one it was written for. See docs/decisions/0028-addresses-of-files.md.
"""

import hashlib
import os
import time
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.config import ROOT

FOLDER = ROOT / "static"
KEPT = "public, max-age=31536000, immutable"
ASKED_AGAIN = "no-cache"
LOOK_AGAIN = 1.0
"""Seconds after which a changed file is noticed: who writes a style sheet only reloads."""


class Version:
    """The version of a folder: a hash over the names and contents of its files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._looked = float("-inf")
        self._seen: tuple[tuple[str, int], ...] = ()
        self._version = ""

    def __str__(self) -> str:
        if time.monotonic() - self._looked > LOOK_AGAIN:
            files = sorted(path for path in self._folder.rglob("*") if path.is_file())
            seen = tuple((str(path), path.stat().st_mtime_ns) for path in files)
            if seen != self._seen:
                self._version, self._seen = self._hash(files), seen
            self._looked = time.monotonic()
        return self._version

    def _hash(self, files: list[Path]) -> str:
        whole = hashlib.sha256()
        for path in files:
            whole.update(f"{path.relative_to(self._folder).as_posix()}\n".encode())
            whole.update(hashlib.sha256(path.read_bytes()).digest())
        return whole.hexdigest()[:12]


_VERSION = Version(FOLDER)


def static(path: str) -> str:
    """The URL of a file under static/ as it is now."""
    return f"/static/{_VERSION}/{path}"


class VersionedFiles(StaticFiles):
    """Serves `/static/{version}/...`.

    A page that is open while Concord is updated asks for an earlier version: it gets the file as
    it is now, and nobody keeps that.
    """

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, with how long it may be kept."""
        version, _, within = path.replace(os.sep, "/").partition("/")
        response = await super().get_response(within, scope)
        response.headers["Cache-Control"] = KEPT if version == str(_VERSION) else ASKED_AGAIN
        return response
