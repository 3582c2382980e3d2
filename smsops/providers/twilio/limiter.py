"""How many requests one account has under way at a time.

Twilio's 429 is a limit on concurrency, not on rate, and the number is not published (twilio.md 6). So the limit is
found: it starts at 8 and grows by one per success, which doubles it each round trip, up to the ceiling. The first 429
ends the growth for good, and each 429 halves the limit, never below one. Requests that were under way together are
refused together; only the first of them halves, because the others say nothing about the new limit.
"""

from __future__ import annotations

import threading
from enum import Enum, auto

START = 8


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
        self._halvings = 0
        self._free = threading.Condition()

    @property
    def limit(self) -> int:
        return self._limit

    def begin(self) -> int:
        """Wait for a place; returns the mark that `end` needs."""
        with self._free:
            self._free.wait_for(lambda: self._under_way < self._limit)
            self._under_way += 1
            return self._halvings

    def end(self, mark: int, ending: Ending) -> None:
        with self._free:
            self._under_way -= 1
            if ending is Ending.THROTTLED and mark == self._halvings:
                self._limit = max(1, self._limit // 2)
                self._halvings += 1
            elif ending is Ending.SUCCESS and self._halvings == 0:
                self._limit = min(self._ceiling, self._limit + 1)
            self._free.notify_all()
