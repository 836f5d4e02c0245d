"""How often somebody may try to sign in.

Five failures for one account from one address in 15 minutes, fifty from one address in an hour.
Never a lock that a stranger can put on somebody else: the first count belongs to the address too.
Counts live in the worker's memory.
"""

import math
import time

from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from app.errors import ConcordError

PER_ACCOUNT = RateLimitItemPerMinute(5, 15)
PER_ADDRESS = RateLimitItemPerHour(50)


class TooManyTries(ConcordError):
    """Wait a little. `seconds` until the next try."""

    def __init__(self, seconds: int) -> None:
        minutes = math.ceil(seconds / 60)
        wait = "a minute" if minutes == 1 else f"{minutes} minutes"
        super().__init__(
            f"That were too many tries that did not fit. Wait {wait}, or ask your administrator "
            "for a reset link."
        )
        self.seconds = seconds


class Throttle:
    """Counts failures; successes are free."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def check(self, email: str, address: str) -> None:
        """Raise `TooManyTries` where one of the counts is used up."""
        for item, keys in self._counts(email, address):
            if not self._limiter.test(item, *keys):
                window = self._limiter.get_window_stats(item, *keys)
                raise TooManyTries(max(1, math.ceil(window.reset_time - time.time())))

    def failed(self, email: str, address: str) -> None:
        """Count a failure."""
        for item, keys in self._counts(email, address):
            self._limiter.hit(item, *keys)

    def _counts(
        self, email: str, address: str
    ) -> tuple[tuple[RateLimitItemPerMinute | RateLimitItemPerHour, tuple[str, ...]], ...]:
        who = email.strip().lower()
        return (
            (PER_ACCOUNT, ("account", who, address)),
            (PER_ADDRESS, ("address", address)),
        )
