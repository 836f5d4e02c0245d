"""Reading uploaded files in a process of its own, with limits.

A reader that runs wild on a crafted file is ended there; the server, its memory and its write
lock are not touched. One process for all files of an upload; the bytes go through a pipe and never
to the disk. Why: docs/decisions/0014-reading-apart.md.
"""

import json
import logging
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from app.errors import Invalid

log = logging.getLogger("concord")

AT_ONCE = threading.BoundedSemaphore(2)
"""Two readings at a time a worker, so that uploads leave the other core to the pages."""

MEMORY = 1024**3
PROCESSOR_SECONDS = 20
WALL_SECONDS = 60

Turns = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Parsed:
    """What was read of one file: its turns (speaker, text, time stamp), or why there are none."""

    name: str
    turns: Turns = ()
    encoding: str = ""
    warnings: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    refusal: str = ""


def read_apart(files: Sequence[tuple[str, bytes, str | None]]) -> list[Parsed]:
    """Read files (name, bytes, encoding or None) in a process of its own, in their order.

    A file that ends the process is refused by name and the rest are read by a further one.
    """
    found: list[Parsed] = []
    with AT_ONCE:
        while len(found) < len(files):
            rest = files[len(found) :]
            found.extend(_read_some(rest))
    return found


def _read_some(files: Sequence[tuple[str, bytes, str | None]]) -> list[Parsed]:
    # Imported here: the other side runs this module too and starts in half the time without it.
    from app.config import ROOT

    child = subprocess.Popen(
        [sys.executable, "-m", "app.cases.reading"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    asked = b"".join(_packed(*file) for file in files)
    try:
        answers, _ = child.communicate(asked, timeout=WALL_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        answers, _ = child.communicate()
    found = [_answer(line) for line in answers.split(b"\n")[:-1]]
    if len(found) < len(files):
        log.warning("a reading ended with code %s", child.returncode)
        name = files[len(found)][0]
        found.append(
            Parsed(
                name,
                refusal=f"{name} could not be read within the limits of the server. Save it as "
                "plain text (.txt) and choose that.",
            )
        )
    return found


def _packed(name: str, data: bytes, encoding: str | None) -> bytes:
    head = json.dumps([name, encoding, len(data)]).encode()
    return struct.pack(">I", len(head)) + head + data


def _answer(line: bytes) -> Parsed:
    facts = json.loads(line)
    return Parsed(
        facts["name"],
        tuple((speaker, text, stamp) for speaker, text, stamp in facts["turns"]),
        facts["encoding"],
        tuple(facts["warnings"]),
        tuple(facts["left_out"]),
        facts["refusal"],
    )


def parse(name: str, data: bytes, encoding: str | None) -> Parsed:
    """Read one file, here and without limits; a refusal is part of the answer."""
    # Imported here: the server itself never needs the parsers.
    from app.cases.readers import read

    try:
        reading = read(name, data, encoding)
    except Invalid as refused:
        return Parsed(name, refusal=refused.message)
    return Parsed(
        name,
        tuple((turn.speaker, turn.text, turn.time_stamp) for turn in reading.turns),
        reading.encoding,
        reading.warnings,
        reading.left_out,
    )


def serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """The other side: read each file that is asked for and answer with one line of JSON."""
    while head := asked.read(4):
        name, encoding, size = json.loads(asked.read(struct.unpack(">I", head)[0]))
        data = asked.read(size)
        _limit()
        answers.write(json.dumps(parse(name, data, encoding).__dict__).encode() + b"\n")
        answers.flush()


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; the wall clock still holds.
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + PROCESSOR_SECONDS
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, most))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
