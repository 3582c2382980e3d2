"""Which requests are sent again, after what, and how long later.

The matrix of twilio.md section 6, as one pure function over one attempt's outcome:

    outcome                                   any request but a create    a create
    429, or error 20429                       again, always               again, always
    never sent (no connection, no DNS)        again                       again
    error 20409, 20162, 21730                 wait for it                 wait for it (4xx), else lost
    5xx, 408, no answer, garbled 2xx          again                       lost: look, never repeat
    any other error                           fails                       fails

Twilio has no idempotency key for these resources, so a create whose answer is gone is the one request that cannot be
repeated. Everything is bounded: each row has its own number of tries, and no wait is longer than 30 seconds, or 120
where the server asks for more. One request can so be waited for 27 times at most, and by the back-off alone, about four
minutes. A run that is told to stop waits less: `Transport.wait` ends the tries when its patience does.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from enum import Enum, auto

from smsops.frozen import Frozen
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


def _chance() -> float:
    import random  # only here: few runs repeat anything

    return random.random()


class RetryPolicy(Frozen):
    """How patient the client is. Times are seconds; `draw` (0 to 1) and `now` stand for the world."""

    connect_timeout: float = 5.0
    read_timeout: float = 30.0
    tries: int = 5
    """After 5xx, lost connections and garbled answers: 4 waits, 1.5 seconds together."""
    throttled_tries: int = 12
    """After 429: 11 waits, 111 seconds together, or 22 minutes where each answer asks for 120 seconds or more."""
    conflict_tries: int = 13
    """While a carrier registration or another update is in progress: 12 waits, 141 seconds together."""
    looks: int = 6
    """Looks for a service whose create was lost: 5 waits, 3.1 seconds together; lists may lag (twilio.md 11)."""
    base: float = 0.1
    """The first wait; each further one is twice as long."""
    cap: float = 30.0
    """The longest wait of the back-off."""
    asked_cap: float = 120.0
    """The longest wait that a `Retry-After` brings about; one that asks for more is not believed."""
    jitter: float = 0.1
    """The part of a wait that chance adds or takes away."""
    sleep: Callable[[float], object] | None = None
    """None: the connection's patience sleeps."""
    draw: Callable[[], float] = _chance
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
        """Seconds until the next try: doubled each time, with jitter, at most `cap`; longer where the server asks for
        more, at most `asked_cap`. It cannot ask for less: a `Retry-After` of 0 would use up all tries at once.
        """
        doubled = min(self.base * 2.0 ** min(failures_so_far - 1, 30), self.cap)
        backed_off = min(doubled * (1 + self.jitter * (2 * self.draw() - 1)), self.cap)
        return max(backed_off, min(retry_after or 0.0, self.asked_cap))


def judge(after_loss: AfterLoss, outcome: Outcome, *, readable: bool) -> Verdict:
    """What one attempt means for the next. `readable`: a 2xx answer was understood."""
    if isinstance(outcome, Unsent):
        return Verdict.FAILED if outcome.final else Verdict.AGAIN
    unsure = doubtful(outcome, readable=readable)
    if unsure and after_loss is AfterLoss.LOOK:
        return Verdict.LOST
    if isinstance(outcome, Answer):
        if outcome.ok and readable:
            return Verdict.DONE
        if _throttled(outcome):
            return Verdict.THROTTLED
        if outcome.error_code in failures.CONFLICTS:
            return Verdict.CONFLICT
    return Verdict.AGAIN if unsure else Verdict.FAILED


def doubtful(outcome: Outcome, *, readable: bool) -> bool:
    """Whether an attempt that ended so may have had its effect: it was sent, and is neither done nor refused."""
    if not isinstance(outcome, Answer):
        return not isinstance(outcome, Unsent)
    if outcome.ok:
        return not readable
    return (outcome.status >= 500 or outcome.status == 408) and not _throttled(outcome)


def _throttled(answer: Answer) -> bool:
    """Whether the answer is a 429, after which nothing was processed (twilio.md 6)."""
    return answer.error_code in failures.THROTTLED or answer.status == 429


def retry_after_of(value: str | None, now: float) -> float | None:
    """Seconds that a `Retry-After` header asks for, as a number or as an HTTP date; None when it cannot be read."""
    if value is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value.strip()):
        return float(value)
    from email.utils import parsedate_to_datetime  # only here: Twilio as a rule gives none, or a number

    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None
