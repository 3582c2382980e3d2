"""One attempt at a request, from the wait for a place until the verdict on what came of it."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from smsops.frozen import Frozen
from smsops.providers.twilio.address import Target
from smsops.providers.twilio.answers import Answer, Outcome, text_for
from smsops.providers.twilio.limiter import Ending
from smsops.providers.twilio.retry import Verdict, judge
from smsops.providers.twilio.routes import Route
from smsops.providers.twilio.transport import Transport

_ENDINGS = {Verdict.DONE: Ending.SUCCESS, Verdict.THROTTLED: Ending.THROTTLED}


class Attempt(Frozen, kw_only=False):
    """How one attempt ended."""

    outcome: Outcome
    text: str | None
    """Of a 2xx answer, as the SDK can read it; None when there is none."""
    verdict: Verdict


class Early:
    """An attempt that is made before anybody asks for it, in a thread of its own."""

    def __init__(self) -> None:
        self.ended: Attempt | None = None
        """Set before `end`; None when it was not made."""
        self._over = threading.Event()

    def end(self) -> None:
        self._over.set()

    def result(self) -> Attempt | None:
        """Waits for it. The request's own time-outs bound how long."""
        self._over.wait()
        return self.ended


def attempt(
    transport: Transport, route: Route, target: Target, parameters: str, form: str | None, headers: Mapping[str, str]
) -> Attempt:
    """Send a request once, as soon as the limit has a place for it."""
    ending = Ending.OTHER
    mark = transport.limiter.begin()
    try:
        outcome = transport.once(route.method, target, parameters=parameters, form=form, headers=headers)
        text = text_for(route, outcome) if isinstance(outcome, Answer) and outcome.ok else None
        verdict = judge(route.after_loss, outcome, readable=text is not None)
        ending = _ENDINGS.get(verdict, Ending.OTHER)
    finally:
        transport.limiter.end(mark, ending)
    return Attempt(outcome, text, verdict)
