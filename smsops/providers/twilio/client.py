"""Twilio's own SDK over our HTTP client: what may be sent, when it is sent again, and how it fails.

The SDK builds paths and parameters and reads answers. It never sees the secret (the transport adds it), never reads the
environment, and never gets an error answer to interpret: `Door.request` raises ProviderError itself, so that lists
fail with status, code and request id like every other call (twilio.md 10: the SDK's own list errors have none).

There are two doors over one transport. The reading door lets only reads through, the writing door the literal table
of `routes`; anything else is refused before it is sent.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlencode

from twilio.base.exceptions import TwilioException  # type: ignore[import-untyped]
from twilio.http import HttpClient  # type: ignore[import-untyped]
from twilio.http.response import Response  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from smsops import __version__
from smsops.errors import Failure, ProviderError
from smsops.providers.base import Connection
from smsops.providers.twilio.address import Target
from smsops.providers.twilio.answers import Answer
from smsops.providers.twilio.attempts import Early, attempt
from smsops.providers.twilio.failures import error_of, garbled
from smsops.providers.twilio.retry import Verdict, doubtful
from smsops.providers.twilio.routes import Route, find
from smsops.providers.twilio.transport import Transport

MAX_PAGES = 1000

T = TypeVar("T")


class Door(HttpClient):  # type: ignore[misc]
    """The SDK's HTTP client: checks, sends, repeats what may be repeated. Threads share it."""

    def __init__(self, transport: Transport, routes: tuple[Route, ...]) -> None:
        # The SDK logs through this logger only where its own client is used; ours says nothing.
        super().__init__(logging.getLogger(__name__), is_async=False)
        self.transport = transport
        self._routes = routes
        self._counting = threading.Lock()
        self.begun: dict[tuple[str, str], Early] = {}
        """Attempts that were begun ahead, by path and parameters; each is the first one of the next such request."""
        self.sent = 0
        """Requests sent, repeats included."""

    def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: object = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """Send one request of the SDK, again where that is safe; raises ProviderError for all but a readable 2xx."""
        target = self.transport.address.resolve(uri)
        route = find(self._routes, method, target.product, target.path)
        if route is None:
            raise ProviderError(
                f"smsops does not send {method} {target.path[:120]!a}: it is not in the set of allowed requests.",
                failure=Failure.FORBIDDEN_REQUEST,
                hint="This is a defect of smsops, or a server that sends it astray. Nothing was sent.",
            )
        form = urlencode(data) if data else None
        return self._until_settled(route, target, urlencode(params or {}), form, headers or {})

    def _until_settled(
        self, route: Route, target: Target, parameters: str, form: str | None, headers: Mapping[str, str]
    ) -> Response:
        policy = self.transport.policy
        seen: Counter[Verdict] = Counter()
        wrote = False
        while True:
            with self._counting:
                self.sent += 1
                early = self.begun.pop((target.path, parameters), None)
            ended = early.result() if early else None
            ended = ended or attempt(self.transport, route, target, parameters, form, headers)
            outcome, text, verdict = ended.outcome, ended.text, ended.verdict
            seen[verdict] += 1
            if verdict is Verdict.DONE and isinstance(outcome, Answer):
                return Response(outcome.status, text, {"Twilio-Request-Id": outcome.request_id})
            # What one attempt may have written, no later answer takes back.
            wrote = wrote or (route.method != "GET" and doubtful(outcome, readable=text is not None))
            pause = policy.pause(seen[verdict], outcome.retry_after_s if isinstance(outcome, Answer) else None)
            if seen[verdict] >= policy.bound(verdict) or not self.transport.wait(pause):
                lost = verdict is Verdict.LOST
                raise error_of(f"{route.method} {target.path}", outcome, lost=lost, wrote=wrote)


def sdk_client(connection: Connection, door: Door) -> Any:
    """The SDK's client over `door`.

    An empty `environment` would make the SDK read the process's own (twilio.md 10), so it gets one that says
    everything it looks for. With a base URL there is neither region nor edge: the SDK would write them into its host.
    """
    at_twilio = connection.base_url is None
    environment = {
        "TWILIO_REGION": connection.region or "" if at_twilio else "",
        "TWILIO_EDGE": connection.edge or "" if at_twilio else "",
    }
    client = Client(
        username=connection.username,
        account_sid=connection.account_sid,
        http_client=door,
        environment=environment,
        user_agent_extensions=[f"smsops/{__version__}"],
    )
    # The SDK makes this when it is first used, which threads must not do side by side.
    _ = client.messaging.v1.services
    return client


def understood(call: Callable[[], T], *, wrote: bool = False) -> T:
    """The SDK's reading of an answer; raises ProviderError GARBLED where it stumbles over a value.

    `wrote`: it is the answer to a write, which then was carried out all the same.
    """
    try:
        return call()
    except (TwilioException, ValueError, TypeError, LookupError, AttributeError, ArithmeticError) as error:
        stumbled = type(error).__name__
    raise garbled(f"the SDK cannot read it ({stumbled})", wrote=wrote)


def pages(first: Callable[[], Any]) -> Iterator[Any]:
    """All items of a list, page by page; raises ProviderError GARBLED when the pages go round in circles."""
    page = understood(first)
    seen: set[str] = set()
    while page is not None:
        yield from understood(partial(list, page))
        link = page.next_page_url
        if link and (link in seen or len(seen) >= MAX_PAGES):
            raise garbled("the pages of a list do not come to an end")
        seen.add(link)
        page = understood(page.next_page)
