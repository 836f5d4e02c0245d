"""How the trail's chain is hashed.

PURE. An entry's hash covers its own facts, the hash of its salted values and the entry before it,
so a changed, removed or inserted row shows, while values (and their salt) can be erased.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any


def values_hash(salt: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> str:
    """The hash that stays in the entry when the values themselves are erased."""
    return _sha256([salt, before, after])


def entry_hash(previous: str, facts: list[Any], values: str) -> str:
    """The hash of one entry: chained to the one before."""
    return _sha256([previous, *facts, values])


def instant(at: datetime) -> str:
    """A time in the one form that is hashed: UTC with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _sha256(parts: list[Any]) -> str:
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
