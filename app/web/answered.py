"""Forms that come twice: a double click, or a retry when the answer did not arrive.

Every form that changes something carries a key that nobody can guess (`form_key`, see
`app.web.templating`). The first answer is kept with the key in the transaction of the change, so
that there is both or neither. The same form of the same person again gets that answer; with other
content it is refused. Whoever reads the database cannot read the answers: they are sealed with the
key, of which it has only a hash. See docs/decisions/0017-forms-that-come-twice.md.
"""

import hashlib
import json
import re
import time
import zlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import sqlalchemy as sa
from fastapi import Request
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col
from starlette.responses import Response

from app.db import SAFE_METHODS, Database, now, run
from app.web.forms import posted
from app.web.models import AnsweredForm
from app.web.templating import FORM_KEY, NOTICE_COOKIE, is_fragment

KEPT_FOR = timedelta(days=1)
CLEAN_EVERY = 3600
"""Seconds between two sweeps of a worker over answers that are too old."""
LARGEST_ANSWER = 4 * 1024 * 1024
KEY = re.compile(r"[0-9a-f]{32}")
HEADERS = frozenset(
    {
        "content-type",
        "location",
        "vary",
        "cache-control",
        "hx-redirect",
        "hx-reswap",
        "hx-retarget",
        "hx-trigger",
        "hx-trigger-after-settle",
        "hx-trigger-after-swap",
    }
)
NO_LONGER_SHOWN = "This was done already; the page can be loaded again to see it."


class CameBefore(Exception):
    """This form has been answered: nothing more is done, and the first answer is given again."""


@dataclass(frozen=True)
class Sent:
    """A form with a key: `digest` tells its content from any other."""

    key: str
    digest: str


async def note_form(request: Request) -> None:
    """For every request: remember the key of a form, so that its answer is kept with the change."""
    if request.method in SAFE_METHODS:
        return
    kind = request.headers.get("content-type", "")
    if not kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        return
    form = await posted(request)
    key = form.raw(FORM_KEY)
    if KEY.fullmatch(key):
        what = [request.method, str(request.url.path), str(request.url.query)]
        content = json.dumps([*what, is_fragment(request), *form.content(but=FORM_KEY)])
        digest = hashlib.sha256(f"{key}{content}".encode()).hexdigest()
        request.state.sent = Sent(key, digest)
        request.state.before_commit = _keep_answer


def _keep_answer(request: Request, db: Session) -> None:
    """Keep the answer with its key, in the transaction of the change. Raises `CameBefore`.

    What was refused is not kept: nothing was changed, and it is refused again.
    """
    sent, owner = _sent_by(request)
    answer: Response | None = getattr(request.state, "answer", None)
    if sent is None or answer is None:
        return
    db.flush()
    if answer.status_code >= 400:
        if run(db, BY_KEY, {"key_hash": owner}).first():
            raise CameBefore
        return
    _clean(request, db)
    row = {
        "key_hash": owner,
        "digest": sent.digest,
        "answer": _sealed(sent.key, answer),
        "answered_at": now(),
    }
    try:
        run(db, ADD, row)
    except IntegrityError as twice:
        raise CameBefore from twice


ADD = sa.insert(AnsweredForm)
BY_KEY = sa.select(col(AnsweredForm.digest), col(AnsweredForm.answer)).where(
    col(AnsweredForm.key_hash) == sa.bindparam("key_hash")
)


def _sent_by(request: Request) -> tuple[Sent | None, str]:
    """The form and the hash of its key for this person; none where nobody is signed in."""
    sent: Sent | None = getattr(request.state, "sent", None)
    me: Any = getattr(request.state, "me", None)
    if sent is None or me is None:
        return None, ""
    return sent, hashlib.sha256(f"{me.id}:{sent.key}".encode()).hexdigest()


@dataclass(frozen=True)
class Before:
    """What came of a key before: the first answer, or (None) it stood on another form."""

    answer: Response | None


def answered_before(request: Request) -> Before | None:
    """What this form's key was answered with; None where it was never answered."""
    sent, owner = _sent_by(request)
    if sent is None or not _may_go_in(request):
        return None
    with cast(Database, request.app.state.database).read() as db:
        row = run(db, BY_KEY, {"key_hash": owner}).first()
    if row is None:
        return None
    return Before(_opened(sent.key, row.answer) if row.digest == sent.digest else None)


def _may_go_in(request: Request) -> bool:
    """Nobody is told anything, also not again, of a study that they are no member of any more."""
    return "study" not in request.path_params or getattr(request.state, "study", None) is not None


def _sealed(key: str, answer: Response) -> bytes:
    headers = [
        [name, value]
        for name, value in answer.headers.items()
        if name in HEADERS or value.startswith(f"{NOTICE_COOKIE}=")
    ]
    body = bytes(answer.body)
    if len(body) > LARGEST_ANSWER:
        body = NO_LONGER_SHOWN.encode()
    facts = json.dumps([answer.status_code, headers]).encode()
    return _crossed(key, zlib.compress(facts + b"\n" + body, level=1))


def _opened(key: str, sealed: bytes) -> Response:
    facts, _, body = zlib.decompress(_crossed(key, sealed)).partition(b"\n")
    status, headers = json.loads(facts)
    answer = Response(body, status_code=status)
    for name, value in headers:
        answer.headers.append(name, value)
    return answer


def _crossed(key: str, text: bytes) -> bytes:
    """Seals and opens: a stream out of the key, which is used once and never stored."""
    stream = hashlib.shake_256(f"answer:{key}".encode()).digest(len(text))
    crossed = int.from_bytes(text, "big") ^ int.from_bytes(stream, "big")
    return crossed.to_bytes(len(text), "big")


def _clean(request: Request, db: Session) -> None:
    state = request.app.state
    if time.monotonic() - getattr(state, "answers_cleaned", -CLEAN_EVERY) < CLEAN_EVERY:
        return
    state.answers_cleaned = time.monotonic()
    run(db, sa.delete(AnsweredForm).where(col(AnsweredForm.answered_at) < now() - KEPT_FOR))
