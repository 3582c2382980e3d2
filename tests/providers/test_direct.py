"""Answers as bytes: what is understood, what is not trusted, and which connections are used again."""

from __future__ import annotations

import contextlib
import gzip
import select
import socket
import ssl
import threading
from collections.abc import Iterator

import pytest

from smsops.providers.twilio import direct
from smsops.providers.twilio.answers import Reply, Unanswered, Unsent
from smsops.providers.twilio.direct import Direct

CUT = b"(and the connection ends)"


class Raw:
    """Answers each request with the next bytes, one connection after the other; CUT at their end closes it."""

    def __init__(self) -> None:
        self.script: list[bytes] = []
        self.asked: list[bytes] = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: socket.socket | None = None
        self.origin = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        if self._open is not None:
            with contextlib.suppress(OSError):
                self._open.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with connection:
                    self._open = connection
                    self.connections += 1
                    self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        while got := connection.recv(65536):
            self.asked.append(got)
            answer = self.script.pop(0)
            with contextlib.suppress(OSError):
                connection.sendall(answer.removesuffix(CUT))
            if answer.endswith(CUT):
                return


@pytest.fixture
def raw() -> Iterator[Raw]:
    server = Raw()
    yield server
    server.close()


@pytest.fixture
def way(raw: Raw) -> Direct:
    return Direct(raw.origin, None, connect_timeout=5, read_timeout=5)


def get(way: Direct, target: str = "/v1/Services") -> Reply | Unsent | Unanswered:
    return way.send("GET", target, {"Accept": "application/json"}, None)


WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTwilio-Request-Id:  RQ1 \r\ntwilio-request-id: RQ2\r\n\r\n{}"
CLOSES = b"\r\nConnection: close\r\n"
SQUEEZED = gzip.compress(b"{}", mtime=0)


def test_a_request_is_sent_as_it_is_and_its_connection_is_used_again(raw: Raw, way: Direct) -> None:
    raw.script = [WHOLE, WHOLE, WHOLE]
    found = get(way)
    assert found == Reply(status=200, head={"content-length": "2", "twilio-request-id": "RQ1"}, body=b"{}")
    way.send("POST", "/v1/Services", {"A": "b"}, b"c=d")
    way.send("POST", "/v1/Services", {}, None)
    host = raw.origin.removeprefix("http://").encode()
    assert raw.asked == [
        b"GET /v1/Services HTTP/1.1\r\nHost: " + host + b"\r\nAccept: application/json\r\n\r\n",
        b"POST /v1/Services HTTP/1.1\r\nHost: " + host + b"\r\nA: b\r\nContent-Length: 3\r\n\r\nc=d",
        b"POST /v1/Services HTTP/1.1\r\nHost: " + host + b"\r\nContent-Length: 0\r\n\r\n",
    ]
    assert raw.connections == 1


def test_what_cannot_stand_in_a_request_line_is_encoded(raw: Raw, way: Direct) -> None:
    raw.script = [WHOLE]
    get(way, "/v1/Services?PageToken=a b\r\nX: y%20é")
    assert raw.asked[0].startswith(b"GET /v1/Services?PageToken=a%20b%0D%0AX:%20y%20%C3%A9 HTTP/1.1\r\nHost: ")


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", b"{}"),
        (b"HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1;x=y\r\n}\r\n0\r\nTrailer: x\r\n\r\n", b"{}"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(SQUEEZED) + SQUEEZED, b"{}"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\r\nno header\r\nContent-Length: 2\r\n\r\n{}", b"{}"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
    ],
    ids=[
        "an interim answer first",
        "chunks and a trailer",
        "gzip",
        "gzip of nothing",
        "a line that is no header",
        "no content",
    ],
)
def test_a_whole_answer_leaves_its_connection_usable(raw: Raw, way: Direct, answer: bytes, body: bytes) -> None:
    raw.script = [answer, WHOLE]
    found = get(way)
    assert isinstance(found, Reply)
    assert found.body == body
    assert isinstance(get(way), Reply)
    assert raw.connections == 1


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (b"HTTP/1.1 200 OK" + CLOSES + b"Content-Length: 2\r\n\r\n{}", b"{}"),
        (b"HTTP/1.1 200 OK" + CLOSES + b"\r\n{}", b"{}"),
        (b"HTTP/1.0 200 OK" + CLOSES + b"Content-Length: 2\r\n\r\n{}", b"{}"),
        (b"HTTP/1.1 200 OK" + CLOSES + b"Content-Length: 4\r\n\r\n{}", None),
        (b"HTTP/1.1 200 OK" + CLOSES + b"Content-Length: 99999999999999999999\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK" + CLOSES + b"Content-Length: 9999999999999\r\n\r\n{}", None),
        (b"HTTP/1.1 200 OK" + CLOSES + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", None),
        (b"HTTP/1.1 200 OK" + CLOSES + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n", None),
        (b"HTTP/1.1 200 OK" + CLOSES + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n", None),
        (b"HTTP/1.1 200 OK" + CLOSES + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", None),
        (b"HTTP/1.1 200 OK" + CLOSES + b"Content-Encoding: br\r\nContent-Length: 2\r\n\r\n{}", None),
        (b"HTTP/1.1 200 OK" + CLOSES + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", None),
        (b"HTTP/1.1 200 OK" + CLOSES + b"Content-Encoding: gzip\r\nContent-Length: 12\r\n\r\n" + SQUEEZED[:12], None),
        (b"HTTP/1.1 200 OK" + CLOSES + b"Content-Length: 2\r\n\r\n{}HTTP/1.1 200 OK", b"{}"),
    ],
    ids=[
        "it says so",
        "only the end ends it",
        "HTTP/1.0",
        "too short",
        "a length beyond all numbers",
        "a length beyond all bodies",
        "a coding within chunks",
        "a chunk of no size",
        "a chunk of another size",
        "no last chunk",
        "a coding that nobody asked for",
        "gzip that is none",
        "half of a gzip",
        "more than was asked for",
    ],
)
def test_an_answer_that_ends_its_connection(raw: Raw, way: Direct, answer: bytes, body: bytes | None) -> None:
    raw.script = [answer + CUT, WHOLE]
    found = get(way)
    assert isinstance(found, Reply)
    assert (found.status, found.body) == (200, body)
    assert isinstance(get(way), Reply)
    assert raw.connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nConn" + CLOSES,
        b"HTTP/1.1 101 Switching Protocols" + CLOSES + b"\r\n",
        b"HTTP/2 200" + CLOSES + b"\r\n",
        b"SSH-2.0-OpenSSH" + CLOSES + b"\r\n\r\n",
    ],
    ids=["nothing", "half a head", "another protocol", "another version", "another service"],
)
def test_what_is_no_answer_is_a_lost_connection(raw: Raw, way: Direct, answer: bytes) -> None:
    raw.script = [answer + CUT]
    assert get(way) == Unanswered(reason=f"the connection to {raw.origin.removeprefix('http://')} was lost")


def test_a_head_without_end_is_cut_off(raw: Raw, way: Direct, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direct, "_MAX_HEAD", 100)
    raw.script = [b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100 + CUT]
    assert isinstance(get(way), Unanswered)


def test_an_endless_body_and_a_small_one_that_swells_are_cut_off(
    raw: Raw, way: Direct, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(direct, "MAX_BODY", 1000)
    bomb = gzip.compress(bytes(5000), mtime=0)
    raw.script = [
        b"HTTP/1.1 200 OK" + CLOSES + b"\r\n" + bytes(5000) + CUT,
        b"HTTP/1.1 200 OK" + CLOSES + b"Transfer-Encoding: chunked\r\n\r\n1F4\r\n" + bytes(500) + b"\r\n"
        b"258\r\n" + bytes(600) + b"\r\n0\r\n\r\n" + CUT,
        b"HTTP/1.1 200 OK" + CLOSES + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb) + bomb + CUT,
    ]
    for _ in range(3):
        found = get(way)
        assert isinstance(found, Reply)
        assert found.body is None


def test_a_connection_that_the_server_has_closed_meanwhile_is_not_used(raw: Raw, way: Direct) -> None:
    raw.script = [WHOLE + CUT, WHOLE]
    assert isinstance(get(way), Reply)
    news = select.poll()
    news.register(way._idle[0][0], select.POLLIN)
    assert news.poll(10_000)
    assert isinstance(get(way), Reply)
    assert raw.connections == 2


def test_a_connection_that_was_not_used_for_long_is_not_used_again(
    raw: Raw, way: Direct, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw.script = [WHOLE, WHOLE]
    assert isinstance(get(way), Reply)
    kept = way._idle[0][0]
    monkeypatch.setattr(direct, "_IDLE_S", -1.0)
    assert isinstance(get(way), Reply)
    assert (raw.connections, kept.fileno()) == (2, -1)


def test_an_answer_that_never_comes_to_its_end_is_cut_off(
    raw: Raw, way: Direct, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Never silent, and never done; to read it to its end takes longer.
    monkeypatch.setattr(direct, "_WHOLE", 0.002)
    raw.script = [b"HTTP/1.1 100 Continue\r\n\r\n" * 200_000 + CUT]
    assert get(way) == Unanswered(reason=f"no answer from {raw.origin.removeprefix('http://')} within 5 seconds")


def test_a_name_or_a_port_that_is_not_there_was_certainly_never_sent_to(raw: Raw) -> None:
    for host in ("nowhere.invalid", "x" * 70 + ".example"):
        way = Direct(f"http://{host}", None, connect_timeout=5, read_timeout=5)
        assert get(way) == Unsent(reason=f"the name {host} cannot be resolved")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    way = Direct(f"http://127.0.0.1:{port}", None, connect_timeout=5, read_timeout=5)
    assert get(way) == Unsent(reason=f"no connection to 127.0.0.1:{port}: connection refused")


def test_a_server_that_never_greets_was_certainly_never_sent_to() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = f"127.0.0.1:{silent.getsockname()[1]}"
        way = Direct(f"https://{where}", ssl.create_default_context(), connect_timeout=0.05, read_timeout=5)
        assert get(way) == Unsent(reason=f"no connection to {where} within 0.05 seconds")
