"""Sends one request once, and tells what came of it as a value. Connections are pooled and shared by all threads.

Exceptions of the HTTP library are turned into values here and go no further: their tracebacks hold the frame that
knows the Authorization header. Nothing is logged. The certificates are loaded once a process, not once a connection.
"""

from __future__ import annotations

import base64
import functools
import os
import ssl
import threading
from collections.abc import Mapping
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import certifi
import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)

from smsops.errors import Failure, ProviderError
from smsops.providers.base import Connection
from smsops.providers.twilio.address import Target, address_of, is_loopback
from smsops.providers.twilio.answers import Answer, Outcome, Unanswered, Unsent
from smsops.providers.twilio.failures import Mask, as_code, words_of
from smsops.providers.twilio.limiter import Limiter
from smsops.providers.twilio.retry import RetryPolicy, retry_after_of
from smsops.providers.twilio.routes import Product

MAX_BODY = 32 * 1024 * 1024
"""Bytes; a page of 1,000 services is about 2 MB."""


class Transport:
    """The way to one account: its address, credentials, connections and concurrency limit. Threads share it."""

    def __init__(self, connection: Connection, policy: RetryPolicy) -> None:
        self.policy = policy
        self.address = address_of(connection)
        self.mask = Mask(connection)
        self.limiter = Limiter(connection.concurrency)
        pair = f"{connection.username}:{connection.password.reveal()}".encode()
        self._authorization = "Basic " + base64.b64encode(pair).decode()
        self._timeout = urllib3.Timeout(connect=policy.connect_timeout, read=policy.read_timeout)
        self._patience = connection.patience
        self._concurrency = connection.concurrency
        self._opening = threading.Lock()
        self._hosts: dict[str, urllib3.HTTPConnectionPool] = {}
        # Every run needs this host, and what is wrong with a proxy shows now.
        self._host(self.address.origin(Product.MESSAGING))

    def once(
        self, method: str, target: Target, *, parameters: str, form: str | None, headers: Mapping[str, str]
    ) -> Outcome:
        """Send one request; `parameters` and `form` are URL-encoded. No redirect is followed, nothing is repeated."""
        connections, host = self._host(target.origin), urlsplit(target.origin).netloc
        try:
            response = connections.urlopen(
                method,
                target.request_target(parameters),
                body=None if form is None else form.encode(),
                headers={**headers, "Accept-Encoding": "gzip", "Authorization": self._authorization},
                retries=False,
                redirect=False,
                timeout=self._timeout,
                preload_content=False,
            )
            return self._answer(response)
        except (HTTPError, OSError) as error:
            return _without_answer(error, host, self.policy)

    def wait(self, seconds: float) -> bool:
        """Wait before a repeat, no longer than the run's patience lasts; False when there is to be none, for nothing is
        left of it.
        """
        if (left := self._patience.left()) > 0:
            sleep = self.policy.sleep or self._patience.sleep
            sleep(min(seconds, left))
        return self._patience.left() > 0

    def _host(self, origin: str) -> urllib3.HTTPConnectionPool:
        """The connections to a host, made when it is first asked: most runs never need the event log's."""
        with self._opening:
            if origin not in self._hosts:
                self._hosts[origin] = _connections(origin, self._concurrency)
            return self._hosts[origin]

    def _answer(self, response: urllib3.BaseHTTPResponse) -> Answer:
        body: bytes | None
        try:
            body = response.read(MAX_BODY + 1)
        except HTTPError:
            body = None
        if body is None or len(body) > MAX_BODY:
            body = None
            response.close()
        response.release_conn()
        head = response.headers
        code, message = words_of(body) if response.status >= 300 else (None, "")
        return Answer(
            status=response.status,
            body=body,
            request_id=self.mask.clean(head.get("Twilio-Request-Id"), limit=64) or None,
            error_code=code if code is not None or response.status < 300 else as_code(head.get("X-Twilio-Error-Code")),
            message=self.mask.clean(message),
            retry_after_s=retry_after_of(head.get("Retry-After"), self.policy.now()),
        )


def _without_answer(error: Exception, host: str, policy: RetryPolicy) -> Unsent | Unanswered:
    """Whether the request can have reached the server. Only what certainly was never sent counts as unsent."""
    if isinstance(error, NameResolutionError):
        return Unsent(reason=f"the name {host} cannot be resolved")
    if isinstance(error, ConnectTimeoutError) and not isinstance(error, NewConnectionError):
        return Unsent(reason=f"no connection to {host} within {policy.connect_timeout:g} seconds")
    if isinstance(error, NewConnectionError):
        return Unsent(reason=f"no connection to {host}{_cause(error)}")
    if isinstance(error, ProxyError):
        return Unsent(reason=f"no connection to {host} through the proxy that HTTPS_PROXY names")
    if isinstance(error, SSLError) and any(isinstance(part, ssl.SSLCertVerificationError) for part in error.args):
        return Unsent(
            reason=f"the certificate of {host} is not trusted; set SSL_CERT_FILE if your network has its own authority",
            final=True,
        )
    if isinstance(error, ReadTimeoutError):
        return Unanswered(reason=f"no answer from {host} within {policy.read_timeout:g} seconds")
    return Unanswered(reason=f"the connection to {host} was lost")


def _cause(error: Exception) -> str:
    words = getattr(error.__cause__, "strerror", None)
    return f": {str(words).lower()}" if words else ""


def _connections(origin: str, concurrency: int) -> urllib3.HTTPConnectionPool:
    """The connections to one host: directly, or through the environment's proxy for https to anywhere but loopback."""
    parts = urlsplit(origin)
    host = parts.hostname or ""
    size = max(1, concurrency)
    if parts.scheme == "http":
        return urllib3.PoolManager(maxsize=size).connection_from_url(origin)
    context = tls(os.environ.get("SSL_CERT_FILE") or certifi.where())
    proxy = getproxies().get("https")
    if not proxy or is_loopback(host) or proxy_bypass(host):
        return urllib3.PoolManager(maxsize=size, ssl_context=context).connection_from_url(origin)
    return _through(proxy if "://" in proxy else f"http://{proxy}", size, context).connection_from_url(origin)


def _through(proxy: str, size: int, context: ssl.SSLContext) -> urllib3.ProxyManager:
    try:
        login = urlsplit(proxy)
        pair = f"{login.username}:{login.password or ''}" if login.username else None
        headers = urllib3.make_headers(proxy_basic_auth=pair)
        return urllib3.ProxyManager(proxy, proxy_headers=headers, maxsize=size, ssl_context=context)
    except (HTTPError, ValueError):
        # Its login may be secret, so the value stays unsaid.
        reason = "HTTPS_PROXY does not name a proxy that smsops can use"
    raise ProviderError(f"{reason}.", failure=Failure.UNAVAILABLE, hint="Write it like http://HOST:PORT.")


@functools.cache
def tls(authorities: str) -> ssl.SSLContext:
    """The one TLS context of the process: reading the authorities' file takes tens of milliseconds."""
    try:
        return ssl.create_default_context(cafile=authorities)
    except OSError as error:
        reason = error.strerror or "it holds no certificates"
    raise ProviderError(
        f"The certificate authorities in {authorities!r} cannot be read: {reason.lower()}.",
        failure=Failure.UNAVAILABLE,
        hint="Check SSL_CERT_FILE.",
    )
