"""The way through the proxy that the environment names. urllib3 knows all that there is to proxies."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)

from smsops.errors import Failure, ProviderError
from smsops.providers.twilio.answers import MAX_BODY, Reply, Unanswered, Unsent, untrusted


class Proxied:
    """All connections to one host. Threads share it."""

    def __init__(
        self,
        origin: str,
        context: ssl.SSLContext,
        proxy: str,
        *,
        connections: int,
        connect_timeout: float,
        read_timeout: float,
    ) -> None:
        self._netloc = urlsplit(origin).netloc
        self._connections = _through(proxy, connections, context).connection_from_url(origin)
        self._timeout = urllib3.Timeout(connect=connect_timeout, read=read_timeout)

    def connect(self) -> bool:
        """Nothing: the pool connects when it has a request."""
        return True

    def send(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> Reply | Unsent | Unanswered:
        """Send one request, once, and read the answer to its end."""
        try:
            response = self._connections.urlopen(
                method,
                target,
                body=body,
                headers=headers,
                retries=False,
                redirect=False,
                timeout=self._timeout,
                preload_content=False,
            )
        except (HTTPError, OSError) as error:
            return self._without_answer(error)
        return Reply(
            status=response.status,
            body=_body(response),
            head={name.lower(): value for name, value in response.headers.items()},
        )

    def _without_answer(self, error: Exception) -> Unsent | Unanswered:
        """Whether the request can have reached the server. Only what certainly was never sent counts as unsent."""
        host, timeout = self._netloc, self._timeout
        if isinstance(error, ProxyError):
            # urllib3 says so of a connection, too, that is lost long after the proxy has opened the way.
            error = error.original_error
            if isinstance(error, ConnectTimeoutError | NewConnectionError) or "Tunnel connection failed" in str(error):
                return Unsent(reason=f"no connection to {host} through the proxy that HTTPS_PROXY names")
        if isinstance(error, SSLError) and any(isinstance(part, ssl.SSLCertVerificationError) for part in error.args):
            return untrusted(host)
        if isinstance(error, ReadTimeoutError):
            return Unanswered(reason=f"no answer from {host} within {timeout.read_timeout:g} seconds")
        return Unanswered(reason=f"the connection to {host} was lost")


def _body(response: urllib3.BaseHTTPResponse) -> bytes | None:
    body: bytes | None
    try:
        body = response.read(MAX_BODY + 1)
    except HTTPError:
        body = None
    if body is None or len(body) > MAX_BODY:
        body = None
        response.close()
    response.release_conn()
    return body


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
