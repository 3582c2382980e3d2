"""Which requests are sent again, after what, and how long later.

The matrix of twilio.md section 6, as one pure function over one attempt's outcome:

    outcome                                   any request but a create    a create
    429, or error 20429                       again, always               again, always
    never sent (no connection, no DNS)        again                       again
    error 20409, 20162, 21730                 wait for it                 wait for it (4xx), else lost
    5xx, 408, no answer, garbled 2xx          again                       lost: look, never repeat
    any other error                           fails                       fails

Twilio has no idempotency key for these resources, so a create whose answer is gone is the one request that cannot be
repeated. Everything is bounded: each row has its own number of tries, and no wait is longer than the cap.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum, auto

from smsops.providers.twilio import failures
from smsops.providers.twilio.answers import Answer, Outcome, Unsent
from smsops.providers.twilio.routes import AfterLoss


class Verdict(Enum):
    DONE = auto()
    THROTTLED = auto()
    CONFLICT = auto()
    AGAIN = auto()
    LOST = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How patient the client is. Times are seconds; `sleep`, `draw` (0 to 1) and `now` stand for the world."""

    connect_timeout: float = 5.0
    read_timeout: float = 30.0
    tries: int = 5
    """After 5xx, lost connections and garbled answers: about 1.5 seconds of waiting."""
    throttled_tries: int = 12
    """After 429: about two and a half minutes of waiting."""
    conflict_tries: int = 13
    """While a carrier registration or another update is in progress: about three minutes of waiting."""
    looks: int = 6
    """Looks for a service whose create was lost: lists may lag behind for seconds (twilio.md 11)."""
    base: float = 0.1
    cap: float = 30.0
    jitter: float = 0.1
    sleep: Callable[[float], None] = time.sleep
    draw: Callable[[], float] = random.random
    now: Callable[[], float] = time.time

    def bound(self, verdict: Verdict) -> int:
        """How many attempts may end in this verdict; 1 for one that is not repeated."""
        bounds = {
            Verdict.AGAIN: self.tries,
            Verdict.THROTTLED: self.throttled_tries,
            Verdict.CONFLICT: self.conflict_tries,
        }
        return bounds.get(verdict, 1)

    def pause(self, failures_so_far: int, retry_after: float | None = None) -> float:
        """Seconds until the next try: as the server asks, else doubled each time, with jitter; at most `cap`."""
        if retry_after is not None:
            return min(retry_after, self.cap)
        doubled = min(self.base * 2.0 ** min(failures_so_far - 1, 30), self.cap)
        return min(doubled * (1 + self.jitter * (2 * self.draw() - 1)), self.cap)


def judge(after_loss: AfterLoss, outcome: Outcome, *, readable: bool) -> Verdict:
    """What one attempt means for the next. `readable`: a 2xx answer was understood."""
    unsure = Verdict.LOST if after_loss is AfterLoss.LOOK else Verdict.AGAIN
    if isinstance(outcome, Unsent):
        return Verdict.FAILED if outcome.final else Verdict.AGAIN
    if not isinstance(outcome, Answer):
        return unsure
    if outcome.ok:
        return Verdict.DONE if readable else unsure
    if outcome.error_code in failures.THROTTLED or outcome.status == 429:
        return Verdict.THROTTLED
    broken = outcome.status >= 500 or outcome.status == 408
    if broken and after_loss is AfterLoss.LOOK:
        return Verdict.LOST
    if outcome.error_code in failures.CONFLICTS:
        return Verdict.CONFLICT
    return Verdict.AGAIN if broken else Verdict.FAILED


def retry_after_of(value: str | None, now: float) -> float | None:
    """Seconds that a `Retry-After` header asks for, as a number or as an HTTP date; None when it cannot be read."""
    if value is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value.strip()):
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None
