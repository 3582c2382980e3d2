"""One TLS connection to a place that was checked, one request over it, and only its status is read.

No redirect is followed, no body is read, no proxy and no setting of this machine's tools is used, and a server that
answers drop by drop is cut off.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event, Timer
from urllib.parse import urlsplit

from smsops.frozen import Frozen
from smsops.probing.place import NotReached, Place

_BAD_EVERYWHERE = {
    9: "is not valid yet",
    10: "has expired",
    18: "is self-signed",
    62: "is for another name",
}
"""By OpenSSL's verify code. All else depends on whom this machine, or the network around it, believes."""


class Limits(Frozen):
    """How long a server may take, in seconds."""

    connect_s: float = 5.0
    answer_s: float = 15.0
    """From the first byte sent to the last header; as long as Twilio waits (twilio.md 8.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is sent; the URL says the path and the Host header, never where the request goes."""

    url: str
    method: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = b""


def authorities(path: str | None) -> ssl.SSLContext:
    """Whom to believe about names: the file of SSL_CERT_FILE, or the authorities that certifi ships.

    Raises OSError for a file that cannot be read.
    """
    import certifi  # only here: most runs probe nothing

    return ssl.create_default_context(cafile=path or certifi.where())


def expiry(place: Place, context: ssl.SSLContext, limits: Limits) -> datetime:
    """When the server's certificate ends; it is trusted, and of the host. Raises NotReached."""
    with _connected(place, context, limits) as connection:
        ends = str((connection.getpeercert() or {}).get("notAfter", ""))
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)


def status(place: Place, request: Request, context: ssl.SSLContext, limits: Limits) -> int:
    """The HTTP status that the server answers with. Raises NotReached."""
    parts = urlsplit(request.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    answered: int | None = None
    with _connected(place, context, limits) as connection, _until(connection, limits.answer_s) as cut:
        client = http.client.HTTPConnection(parts.netloc, timeout=limits.answer_s)
        client.sock = connection
        headers = {**request.headers, "Connection": "close"}
        try:
            client.request(request.method, target, body=request.body or None, headers=headers)
            answered = client.getresponse().status
        except TimeoutError:
            answered = None
        except (OSError, http.client.HTTPException) as error:
            if not cut.is_set():
                raise NotReached(f"{place.host} ended the connection without an HTTP answer.", certain=False) from error
    # The client takes headers that were cut off for whole ones.
    if answered is None or cut.is_set():
        raise NotReached(f"{place.host} gave no answer within {limits.answer_s:g} seconds.", certain=False)
    return answered


@contextmanager
def _connected(place: Place, context: ssl.SSLContext, limits: Limits) -> Iterator[ssl.SSLSocket]:
    plain = None
    try:
        plain = socket.create_connection((place.address, place.port), timeout=limits.connect_s)
        connection = context.wrap_socket(plain, server_hostname=place.host)
    except (OSError, ValueError) as error:
        if plain is not None:
            plain.close()
        raise _refused(place, error, limits) from error
    with connection:
        connection.settimeout(limits.answer_s)
        yield connection


@contextmanager
def _until(connection: ssl.SSLSocket, seconds: float) -> Iterator[Event]:
    """Ends the connection under whoever waits for it: each single wait may be short, and all of them endless."""
    cut = Event()
    guard = Timer(seconds, _end, [connection, cut])
    guard.daemon = True
    guard.start()
    try:
        yield cut
    finally:
        guard.cancel()


def _end(connection: ssl.SSLSocket, cut: Event) -> None:
    cut.set()
    with suppress(OSError):  # it may have ended by itself
        # That of TLS would take the object away from the thread that reads.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


def _refused(place: Place, error: Exception, limits: Limits) -> NotReached:
    """What a failed connection says."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _BAD_EVERYWHERE:
            reason = _BAD_EVERYWHERE[error.verify_code]
            return NotReached(f"The certificate of {place.host} {reason}.", certain=True)
        reason = error.verify_message.rstrip(".")
        return NotReached(f"The certificate of {place.host} is not trusted from here: {reason}.", certain=False)
    if isinstance(error, TimeoutError):
        return NotReached(f"There is no connection to {place.host} within {limits.connect_s:g} seconds.", certain=False)
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError):
        # Whatever stands between may do that, and the provider may come another way.
        return NotReached(f"The connection to {place.host} on port {place.port} was closed at once.", certain=False)
    if isinstance(error, ssl.SSLError):
        return NotReached(f"{place.host} does not speak TLS on port {place.port} as it should.", certain=True)
    words = str(getattr(error, "strerror", None) or type(error).__name__).lower()
    return NotReached(f"There is no connection to {place.host} on port {place.port}: {words}.", certain=False)
