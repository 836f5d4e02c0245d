"""The body of `concord read FILE...`: a transcript's turns as JSON lines."""

import json
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from app.cases.readers import limits, read
from app.errors import Invalid


def read_files(paths: list[str], out: TextIO, err: TextIO) -> int:
    """Print every turn of every file that can be read; name each other file with its reason.

    A line is `{"file", "turn", "speaker", "text"}`: the file as given, turns from 1 in each file.
    Returns the exit code: 0, or 2 where a file could not be read.
    """
    if isinstance(out, TextIOWrapper):
        # UTF-8 wherever it runs; a file's name that is no UTF-8 goes out as it came in.
        out.reconfigure(encoding="utf-8", errors="surrogateescape", newline="\n")
    code = 0
    for path in paths:
        try:
            for line in _lines(path):
                out.write(line + "\n")
        except Invalid as refusal:
            print(refusal.message, file=err)
            code = 2
    return code


def _lines(path: str) -> Iterator[str]:
    turns = read(path, _bytes(path)).turns
    for number, turn in enumerate(turns, start=1):
        row = {"file": path, "turn": number, "speaker": turn.speaker, "text": turn.text}
        yield json.dumps(row, ensure_ascii=False)


def _bytes(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(limits.MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Invalid(
            f"{path} cannot be opened ({reason}). Check the name and try again."
        ) from None
