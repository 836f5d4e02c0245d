"""Where a report of the command line goes: standard output, or a file, whole or not at all."""

import os
import secrets
import sys
from pathlib import Path

from app.errors import Invalid
from app.reports.formats import FORMATS, Format, FormatName


def choose_format(
    name: FormatName | None, out: Path | None, *, reading: Path | None = None
) -> Format:
    """The format asked for, else by the ending of `out`, else text.

    Raises `Invalid` where a binary format has no file to go to, and where `out` is the file that
    is being read.
    """
    if out and reading and out.exists() and reading.exists() and out.samefile(reading):
        raise Invalid(f"-o {out} would overwrite the file it is made from. Choose another name.")
    ending = out.suffix.lower() if out else ""
    by_ending = next((entry for entry in FORMATS.values() if entry.ending == ending), None)
    chosen = FORMATS[name] if name else by_ending or FORMATS[FormatName.TEXT]
    if chosen.is_binary and out is None:
        raise Invalid(f"{chosen.name} cannot be printed here. Name a file: -o table{chosen.ending}")
    return chosen


def deliver(content: bytes, out: Path | None) -> None:
    """Write to standard output, or to `out` in one step. Raises `Invalid` where it cannot be."""
    try:
        if out is None:
            sys.stdout.buffer.write(content)  # bytes: LF and UTF-8 whatever the system's habit
            sys.stdout.buffer.flush()
        else:
            _write(content, out)
    except BrokenPipeError:
        raise
    except OSError as error:
        where = out or "standard output"
        raise Invalid(
            f"{where} could not be written: {error.strerror}. Choose another -o."
        ) from None


def _write(content: bytes, out: Path) -> None:
    target = out.resolve()
    if target.exists() and not target.is_file():  # a device or a pipe; a folder says so itself
        with out.open("wb") as stream:
            stream.write(content)
        return
    unfinished = target.with_name(f".{target.name[:80]}.{secrets.token_hex(4)}")
    try:
        with unfinished.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
