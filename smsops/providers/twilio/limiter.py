"""How many requests one account has under way at a time.

Twilio's 429 is a limit on concurrency, not on rate, and the number is not published (twilio.md 6). So the limit is
found: it starts at 16 and grows by one per success, which doubles it each round trip, up to the ceiling. The first 429
ends the growth for good. What is still under way when a request is refused is what the account bears, so that becomes
the limit; but one refusal, or several of requests that began together, at most halves it, because a run that has little
under way learns little. It never falls below one.
"""

from __future__ import annotations

import threading
from enum import Enum, auto

START = 16
"""Half the default ceiling: a plan of a few hundred channels loses no round trip to the growth."""


class Ending(Enum):
    """How one request ended, as far as the limit cares."""

    SUCCESS = auto()
    THROTTLED = auto()
    OTHER = auto()


class Limiter:
    """Thread-safe. Each `begin` is followed by exactly one `end`."""

    def __init__(self, ceiling: int) -> None:
        self._ceiling = max(1, ceiling)
        self._limit = min(START, self._ceiling)
        self._under_way = 0
        self._grows = True
        self._free = threading.Condition(threading.Lock())

    @property
    def limit(self) -> int:
        return self._limit

    def begin(self) -> int:
        """Wait for a place; returns the mark that `end` needs: the limit under which the request began."""
        with self._free:
            while self._under_way >= self._limit:
                self._free.wait()
            self._under_way += 1
            return self._limit

    def end(self, mark: int, ending: Ending) -> None:
        with self._free:
            self._under_way -= 1
            if ending is Ending.THROTTLED:
                self._grows = False
                self._limit = min(self._limit, max(1, mark // 2, self._under_way))
            elif ending is Ending.SUCCESS and self._grows:
                self._limit = min(self._ceiling, self._limit + 1)
            # Nobody is woken who would only find that there is no place.
            self._free.notify(max(0, self._limit - self._under_way))
