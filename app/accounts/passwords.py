"""Passwords: argon2id, at most four at once, and the same work for an unknown account."""

import threading
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from app.errors import Invalid

LEAST = 8
MOST = 1024
_AT_ONCE = threading.BoundedSemaphore(4)  # each hash takes 64 MiB


@lru_cache(maxsize=2)
def _hasher(cheap: bool) -> PasswordHasher:
    if cheap:
        return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4)


@lru_cache(maxsize=2)
def _nobody(cheap: bool) -> str:
    return _hasher(cheap).hash("nobody has this password")


def hash_password(password: str, *, cheap: bool = False) -> str:
    """The argon2id hash to store. `cheap` is for tests only."""
    with _AT_ONCE:
        return _hasher(cheap).hash(password)


def is_right(stored: str | None, password: str, *, cheap: bool = False) -> bool:
    """Does the password fit? Without a stored hash the same work is done, and the answer is no."""
    with _AT_ONCE:
        try:
            _hasher(cheap).verify(stored or _nobody(cheap), password)
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False
    return stored is not None


def check_new(password: str, again: str, *, about: tuple[str, ...] = ()) -> None:
    """Raise `Invalid` unless a new password is long enough, typed twice and not obvious."""
    fields: dict[str, str] = {}
    if len(password) < LEAST:
        fields["password"] = f"Use at least {LEAST} characters; four words make a good password."
    elif len(password) > MOST:
        fields["password"] = f"At most {MOST} characters fit."
    elif is_common(password, about):
        fields["password"] = "This is easy to guess. Four unrelated words make a good one."
    elif password != again:
        fields["password_again"] = "The two passwords differ. Type the same one twice."
    if fields:
        raise Invalid(next(iter(fields.values())), fields)


COMMON_STEMS = frozenset(
    word
    for line in (
        "password passwort 12345678 123456789 1234567890 qwertyui qwertyuiop iloveyou sunshine",
        "princess football baseball superman welcome1 trustno1 letmein1 admin123 abc12345 dragon",
        "welcome letmein concord concordia interview research transcript psychology therapy",
    )
    for word in line.split()
)


def is_common(password: str, about: tuple[str, ...]) -> bool:
    """Is it on everybody's list, or made of the person's own address or name?"""
    plain = password.casefold().strip()
    bare = plain.rstrip("0123456789!?.")
    words = {word.casefold() for text in about for word in (text, *text.replace("@", " ").split())}
    return (
        plain in COMMON_STEMS
        or bare in COMMON_STEMS
        or plain in words
        or bare in words
        or len(set(plain)) < 3
    )
