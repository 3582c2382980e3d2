"""HTTP/1.1 to one host without a proxy, as little of it as Twilio's API needs: one request at a time on each of a few
connections that are kept alive.

A plan of a thousand channels is a thousand small requests side by side, and a general client spends six times more on
each of them than the sockets do, which is time that the other requests wait for the interpreter. What an answer
cannot be trusted in, it is not trusted in: a connection is kept only after a whole answer that says nothing else.
"""

from __future__ import annotations

import re
import select
import socket
import ssl
import time
import weakref
import zlib
from collections import deque
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from smsops.providers.twilio.answers import MAX_BODY, Reply, Unanswered, Unsent, untrusted

_MAX_HEAD = 1 << 16
_CHUNK = 1 << 16
_STATUS = re.compile(r"HTTP/1\.([01]) ([1-5][0-9]{2})(?: .*)?")
_SENDABLE = re.compile(r"[!-~]*")
_NO_BODY = (204, 304)
_WHOLE = 4
"""How many read time-outs a whole answer may take: each is one of silence, and a server could drip for ever."""
_IDLE_S = 30.0
"""How long an unused connection is trusted: a router between may forget it later without a word, as while a person
reads a plan, and what is then written is neither answered nor refused.
"""


class _Broken(Exception):
    """What came is no answer, or not all of one."""


class Direct:
    """All connections to one host. Threads share it."""

    def __init__(
        self, origin: str, context: ssl.SSLContext | None, *, connect_timeout: float, read_timeout: float
    ) -> None:
        parts = urlsplit(origin)
        self._netloc = parts.netloc
        self._host = (parts.hostname or "").rstrip(".")
        self._port = parts.port or (80 if context is None else 443)
        self._context = context
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._idle: deque[tuple[socket.socket, float]] = deque()
        """Each with the time since when it is; the last one used last."""
        self._session: ssl.SSLSession | None = None
        """Of the first connection: those that follow need not prove everything again, which halves what they cost."""
        weakref.finalize(self, _close, self._idle)

    def send(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> Reply | Unsent | Unanswered:
        """Send one request, once, and read the answer to its end."""
        connection = self._kept() or self._opened()
        if isinstance(connection, Unsent):
            return connection
        keep = False
        try:
            connection.sendall(_request(method, target, self._netloc, headers, body))
            reply, keep = _Incoming(connection, time.monotonic() + _WHOLE * self._read_timeout).reply()
            if self._session is None and isinstance(connection, ssl.SSLSocket):
                self._session = connection.session
        except TimeoutError:
            return Unanswered(reason=f"no answer from {self._netloc} within {self._read_timeout:g} seconds")
        except (OSError, _Broken):
            return Unanswered(reason=f"the connection to {self._netloc} was lost")
        finally:
            if keep:
                self._idle.append((connection, time.monotonic()))
            else:
                connection.close()
        return reply

    def connect(self) -> bool:
        """Open a connection for a request that is to come; whether it is there. A request finds out why it is not."""
        connection = self._opened()
        if isinstance(connection, Unsent):
            return False
        self._idle.append((connection, time.monotonic()))
        return True

    def _kept(self) -> socket.socket | None:
        """The connection that was used last, not long ago, and that the server has not closed meanwhile."""
        while self._idle:
            try:
                connection, since = self._idle.pop()
            except IndexError:  # another thread took the last one
                break
            if time.monotonic() - since <= _IDLE_S and not _has_news(connection):
                return connection
            connection.close()
        return None

    def _opened(self) -> socket.socket | Unsent:
        """A new connection. What fails here was certainly never sent."""
        where = f"no connection to {self._netloc}"
        try:
            connection = socket.create_connection((self._host, self._port), timeout=self._connect_timeout)
        except (socket.gaierror, UnicodeError):
            return Unsent(reason=f"the name {self._netloc} cannot be resolved")
        except TimeoutError:
            return Unsent(reason=f"{where} within {self._connect_timeout:g} seconds")
        except OSError as error:
            return Unsent(reason=f"{where}: {error.strerror.lower()}" if error.strerror else where)
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_hostname=self._host, session=self._session)
            connection.settimeout(self._read_timeout)
        except ssl.SSLCertVerificationError:
            return untrusted(self._netloc)
        except TimeoutError:
            return Unsent(reason=f"{where} within {self._connect_timeout:g} seconds")
        except OSError:
            connection.close()
            return Unsent(reason=f"the connection to {self._netloc} was lost before it was secure")
        return connection


class _Incoming:
    """What a connection brings in answer to one request."""

    def __init__(self, connection: socket.socket, until: float) -> None:
        self._connection = connection
        self._end = until
        self._held = bytearray()

    def reply(self) -> tuple[Reply, bool]:
        """The answer, and whether the connection can be used again. Raises OSError and _Broken before its body."""
        status = 100
        while status < 200:  # an interim answer says nothing
            keep, status, head = self._head()
        try:
            body: bytes | None = b"" if status in _NO_BODY else self._body(head)
        except (OSError, _Broken):
            return Reply(status=status, head=head, body=None), False
        keep = keep and "close" not in head.get("connection", "").lower() and self._is_delimited(status, head)
        if body is not None:
            body = _decoded(body, head.get("content-encoding", "").strip().lower())
        return Reply(status=status, head=head, body=body), keep and body is not None and not self._held

    def _head(self) -> tuple[bool, int, dict[str, str]]:
        """Whether it is HTTP/1.1, the status, and the headers by lower-case name; of several the first counts."""
        first, *lines = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        known = _STATUS.fullmatch(first)
        if known is None or known[2] == "101":
            raise _Broken
        head: dict[str, str] = {}
        for line in lines:
            name, colon, value = line.partition(":")
            if colon:
                head.setdefault(name.lower(), value.strip())
        return known[1] == "1", int(known[2]), head

    def _is_delimited(self, status: int, head: Mapping[str, str]) -> bool:
        return status in _NO_BODY or "transfer-encoding" in head or _length(head) is not None

    def _body(self, head: Mapping[str, str]) -> bytes:
        """Raises _Broken for one that ends too early, or is too large."""
        if "transfer-encoding" in head:
            return self._chunks(head["transfer-encoding"])
        if (length := _length(head)) is not None:
            return self._exactly(length)
        while self._more():  # only its end says where it ends
            _not_above(len(self._held))
        return self._exactly(len(self._held))

    def _chunks(self, encoding: str) -> bytes:
        if encoding.lower() != "chunked":
            raise _Broken
        whole = bytearray()
        while True:
            said = self._until(b"\r\n").partition(b";")[0].strip()
            if not re.fullmatch(rb"[0-9a-fA-F]{1,8}", said):
                raise _Broken
            if not int(said, 16):
                break
            whole += self._exactly(int(said, 16))
            _not_above(len(whole))
            if self._exactly(2) != b"\r\n":
                raise _Broken
        while self._until(b"\r\n"):  # trailers
            pass
        return bytes(whole)

    def _until(self, end: bytes) -> bytes:
        """What stands before `end`, which is taken out as well."""
        while (place := self._held.find(end)) < 0:
            if len(self._held) > _MAX_HEAD or not self._more():
                raise _Broken
        found = bytes(self._held[:place])
        del self._held[: place + len(end)]
        return found

    def _exactly(self, length: int) -> bytes:
        _not_above(length)
        while len(self._held) < length:
            if not self._more():
                raise _Broken
        found = bytes(self._held[:length])
        del self._held[:length]
        return found

    def _more(self) -> bool:
        if time.monotonic() > self._end:
            raise TimeoutError
        got = self._connection.recv(_CHUNK)
        self._held += got
        return bool(got)


def _request(method: str, target: str, netloc: str, headers: Mapping[str, str], body: bytes | None) -> bytes:
    if not _SENDABLE.fullmatch(target):
        target = quote(target, safe="!#$%&'()*+,/:;=?@[]~")
    lines = [f"{method} {target} HTTP/1.1", f"Host: {netloc}", *(f"{name}: {value}" for name, value in headers.items())]
    if body is not None or method == "POST":
        lines.append(f"Content-Length: {len(body or b'')}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")


def _decoded(body: bytes, encoding: str) -> bytes | None:
    if not body or encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "x-gzip"):
        return None
    unpacking = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        whole = unpacking.decompress(body, MAX_BODY + 1)
    except zlib.error:
        return None
    return whole if unpacking.eof and len(whole) <= MAX_BODY else None


def _length(head: Mapping[str, str]) -> int | None:
    """Bytes of the body; None where the head does not say it."""
    said = head.get("content-length", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 20 else None


def _not_above(length: int) -> None:
    if length > MAX_BODY:
        raise _Broken


def _has_news(connection: socket.socket) -> bool:
    """Whether something came that nobody asked for: as a rule the news that the server has closed the connection."""
    if not _is_readable(connection):
        return False
    if not isinstance(connection, ssl.SSLSocket):
        return True
    patience = connection.gettimeout()
    connection.settimeout(0)
    try:
        connection.recv(1)
    except ssl.SSLWantReadError:  # it was TLS's own: a ticket for the next handshake
        return False
    except OSError:
        return True
    finally:
        connection.settimeout(patience)
    return True


def _is_readable(connection: socket.socket) -> bool:
    if not hasattr(select, "poll"):
        return bool(select.select([connection], [], [], 0)[0])
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))


def _close(connections: deque[tuple[socket.socket, float]]) -> None:
    for connection, _ in tuple(connections):
        connection.close()
