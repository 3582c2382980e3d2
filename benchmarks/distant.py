"""The sandbox as a distant server: over TLS, each answer after a while, at little cost.

Server and client share the machine here, which they never do else, so what the server costs would count against the
client. This listener therefore is one thread without HTTP niceties. What is answered is the sandbox's own word: its
front desk decides, and a GET that it has answered is answered the same until something is written.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl

from smsops.sandbox.front import Delivery, Front
from smsops.sandbox.server import Sandbox
from smsops.sandbox.wire import Refusal, Request

_CROWDED = Refusal(429, 20429, "Too Many Requests").answer()


@dataclass(slots=True)
class Seen:
    """What came in since somebody asked. Times are those of this process."""

    answered: int = 0
    """Requests that were let in."""
    refused: int = 0
    most_in_flight: int = 0
    first: float = 0.0
    """When the first request came."""
    last: float = 0.0
    """When the last answer went."""
    first_write: float = 0.0
    last_write: float = 0.0
    writes: Counter[str] = field(default_factory=Counter)
    """How often each write was carried out."""

    def told(self) -> dict[str, float]:
        """As plain data: the spans in seconds, and the writes as counts."""
        return {
            "answered": self.answered,
            "refused": self.refused,
            "most_in_flight": self.most_in_flight,
            "seconds": self.last - self.first,
            "seconds_of_writing": self.last_write - self.first_write,
            "writes": self.writes.total(),
            "different_writes": len(self.writes),
        }


class Distance:
    """Takes a raw request to the sandbox and back. All connections share it."""

    def __init__(self, sandbox: Sandbox, base_url: str, *, latency: float, limit: int) -> None:
        self._latency = latency
        self._limit = limit
        self._in_flight = 0
        self._seen = Seen()
        self._known: dict[bytes, bytes] = {}
        self._front = Front(
            store=sandbox.store,
            faults=sandbox.faults,
            requests=sandbox.requests,
            switches=lambda: sandbox.switches,
            base_url=lambda: base_url,
            control=lambda _: _CROWDED,
        )

    def arrive(self, head: bytes, body: bytes, answered: Callable[[bytes], None]) -> None:
        """Call `answered` with the answer after the latency; a refusal takes as long."""
        if head.startswith(b"GET /told "):
            payload = json.dumps(self._seen.told()).encode()
            answered(_raw(Delivery(status=200, payload=payload, headers={"Connection": "close"})))
            self._seen = Seen()
            return
        seen, now = self._seen, time.perf_counter()
        seen.first = seen.first or now
        later = asyncio.get_running_loop().call_later
        if self._limit and self._in_flight >= self._limit:
            seen.refused += 1
            refusal = _raw(Delivery(status=429, payload=_CROWDED.payload, headers=dict(_CROWDED.headers)))
            later(self._latency, answered, refusal)
            return
        self._in_flight += 1
        seen.answered += 1
        seen.most_in_flight = max(seen.most_in_flight, self._in_flight)
        if not head.startswith(b"GET "):
            seen.first_write = seen.first_write or now
        later(self._latency, self._answer, head, body, answered)

    def _answer(self, head: bytes, body: bytes, answered: Callable[[bytes], None]) -> None:
        answer = self._known.get(head) if head.startswith(b"GET ") else None
        if answer is None:
            answer = _raw(self._front.handle(_request(head, body)))
            if head.startswith(b"GET "):
                self._known[head] = answer
            else:
                self._known.clear()
        self._in_flight -= 1
        answered(answer)
        self._seen.last = time.perf_counter()
        if not head.startswith(b"GET "):
            self._seen.last_write = self._seen.last
            self._seen.writes[f"{head.partition(b' HTTP')[0]!r} {body!r}"] += 1


class _Line(asyncio.Protocol):
    """One connection, kept alive; a client sends its next request after the answer."""

    def __init__(self, distance: Distance) -> None:
        self._distance = distance
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        head, end, body = self._waiting.partition(b"\r\n\r\n")
        if end and len(body) == _length(head):
            self._waiting = b""
            self._distance.arrive(head, body, self._transport.write)


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.split(b"\r\n", 1)[0]) if found else 0


def _request(head: bytes, body: bytes) -> Request:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    path, _, query = target.partition("?")
    return Request(
        method=method,
        path=path,
        query=dict(parse_qsl(query, keep_blank_values=True)),
        form=dict(parse_qsl(body.decode(), keep_blank_values=True)),
        target=target,
        host=fields["host"],
        authorization=fields.get("authorization", ""),
        body=body,
    )


def _raw(delivery: Delivery) -> bytes:
    lines = [f"HTTP/1.1 {delivery.status} -", *(f"{name}: {value}" for name, value in delivery.headers.items())]
    if delivery.status != 204:
        lines.append(f"Content-Length: {len(delivery.payload)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + delivery.payload


async def serve(
    sandbox: Sandbox, certificate: Path, *, latency: float, limit: int, ready: Callable[[str], None]
) -> None:
    """Serve for ever; `ready` is called with the base URL."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    loop = asyncio.get_running_loop()
    lines: list[Distance] = []
    server = await loop.create_server(lambda: _Line(lines[0]), "127.0.0.1", 0, ssl=context, backlog=512)
    base_url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    lines.append(Distance(sandbox, base_url, latency=latency, limit=limit))
    ready(base_url)
    await server.serve_forever()


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """An authority, and a certificate of this machine that it has signed, with its key; by OpenSSL's own program."""
    authority, key, signed, request = (folder / name for name in ("authority.pem", "key.pem", "signed.pem", "request"))
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    extension = folder / "extension"
    extension.write_text("subjectAltName=IP:127.0.0.1\n")
    secret = folder / "authority.key"
    _openssl("req", "-x509", *curve, "-subj", "/CN=Benchmark", "-days", "2", "-keyout", secret, "-out", authority)
    _openssl("req", *curve, "-subj", "/CN=127.0.0.1", "-keyout", key, "-out", request)
    signing = ("-CA", authority, "-CAkey", secret, "-CAcreateserial", "-days", "2", "-extfile", extension)
    _openssl("x509", "-req", "-in", request, *signing, "-out", signed)
    both = folder / "certificate.pem"
    both.write_text(key.read_text() + signed.read_text())
    return authority, both


def _openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)
