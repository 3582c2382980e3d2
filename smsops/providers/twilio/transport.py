"""Sends one request once, and tells what came of it as a value. Connections are pooled and shared by all threads.

Exceptions of what carries the request are turned into values and go no further: their tracebacks hold the frame that
knows the Authorization header. Nothing is logged. The certificates are loaded once a process, not once a connection.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

from smsops.providers.base import Connection
from smsops.providers.twilio.address import Target, address_of, is_loopback
from smsops.providers.twilio.answers import Answer, Outcome, Reply, Unanswered, Unsent
from smsops.providers.twilio.direct import Direct
from smsops.providers.twilio.failures import Mask, as_code, words_of
from smsops.providers.twilio.limiter import Limiter
from smsops.providers.twilio.retry import RetryPolicy, retry_after_of
from smsops.providers.twilio.routes import Product
from smsops.providers.twilio.trust import trusted


class Way(Protocol):
    """The connections to one host."""

    def send(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> Reply | Unsent | Unanswered: ...

    def connect(self) -> bool: ...


class Transport:
    """The way to one account: its address, credentials, connections and concurrency limit. Threads share it."""

    def __init__(self, connection: Connection, policy: RetryPolicy) -> None:
        self.policy = policy
        self.address = address_of(connection)
        self.mask = Mask(connection)
        self.limiter = Limiter(connection.concurrency)
        pair = f"{connection.username}:{connection.password.reveal()}".encode()
        self._authorization = "Basic " + base64.b64encode(pair).decode()
        self._patience = connection.patience
        self._concurrency = connection.concurrency
        self._opening = threading.Lock()
        self._hosts: dict[str, Way] = {}
        # Every run needs this host, and what is wrong with a proxy shows now.
        self._host(self.address.origin(Product.MESSAGING))

    def connect(self) -> bool:
        """Open a connection to the host that every run needs; whether it is there."""
        return self._host(self.address.origin(Product.MESSAGING)).connect()

    def once(
        self, method: str, target: Target, *, parameters: str, form: str | None, headers: Mapping[str, str]
    ) -> Outcome:
        """Send one request; `parameters` and `form` are URL-encoded. No redirect is followed, nothing is repeated."""
        sent = {**headers, "Accept-Encoding": "gzip", "Authorization": self._authorization}
        body = None if form is None else form.encode()
        reply = self._host(target.origin).send(method, target.request_target(parameters), sent, body)
        return self._answer(reply) if isinstance(reply, Reply) else reply

    def wait(self, seconds: float) -> bool:
        """Wait before a repeat, no longer than the run's patience lasts; False when there is to be none, for nothing is
        left of it.
        """
        if (left := self._patience.left()) > 0:
            sleep = self.policy.sleep or self._patience.sleep
            sleep(min(seconds, left))
        return self._patience.left() > 0

    def _host(self, origin: str) -> Way:
        """The connections to a host, made when it is first asked: most runs never need the event log's."""
        with self._opening:
            if origin not in self._hosts:
                self._hosts[origin] = _way(origin, self._concurrency, self.policy)
            return self._hosts[origin]

    def _answer(self, reply: Reply) -> Answer:
        head, failed = reply.head, reply.status >= 300
        code, message = words_of(reply.body) if failed else (None, "")
        return Answer(
            status=reply.status,
            body=reply.body,
            request_id=self.mask.clean(head.get("twilio-request-id"), limit=64) or None,
            error_code=code if code is not None or not failed else as_code(head.get("x-twilio-error-code")),
            message=self.mask.clean(message),
            retry_after_s=retry_after_of(head.get("retry-after"), self.policy.now()),
        )


def _way(origin: str, concurrency: int, policy: RetryPolicy) -> Way:
    """The connections to one host: directly, or through the environment's proxy for https to anywhere but loopback."""
    parts = urlsplit(origin)
    timeouts = {"connect_timeout": policy.connect_timeout, "read_timeout": policy.read_timeout}
    if parts.scheme == "http":
        return Direct(origin, None, **timeouts)
    context = trusted()
    proxy = None if is_loopback(parts.hostname or "") else _proxy_to(parts.hostname or "")
    if proxy is None:
        return Direct(origin, context, **timeouts)
    from smsops.providers.twilio.proxied import Proxied  # only here: most runs need no proxy

    return Proxied(origin, context, proxy, connections=max(1, concurrency), **timeouts)


def _proxy_to(host: str) -> str | None:
    from urllib.request import getproxies, proxy_bypass  # only here: it brings a whole HTTP client along

    proxy = getproxies().get("https")
    if not proxy or proxy_bypass(host):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"
