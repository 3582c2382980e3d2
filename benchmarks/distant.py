"""The sandbox as a distant server: over TLS, each answer after a while, at little cost.

Server and client share the machine here, which they never do else, so what the server costs would count against the
client. This listener therefore is one thread without HTTP niceties. What is answered is the sandbox's own word: its
front desk decides, and a GET that it has answered is answered the same until something is written.
"""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl

from smsops.sandbox.front import Delivery, Front
from smsops.sandbox.server import Sandbox
from smsops.sandbox.wire import Answer, Refusal, Request

_CROWDED = Refusal(429, 20429, "Too Many Requests").answer()


class Distance:
    """Takes a raw request to the sandbox and back. All connections share it."""

    def __init__(self, sandbox: Sandbox, base_url: str, *, latency: float, limit: int) -> None:
        self.latency = latency
        self.limit = limit
        """More requests in flight are refused with 429 at once; 0 is no limit."""
        self.in_flight = 0
        self.most = 0
        self.seen: Counter[str] = Counter()
        """Requests by method, those that were refused under `429`."""
        self._known: dict[bytes, bytes] = {}
        self._front = Front(
            store=sandbox.store,
            faults=sandbox.faults,
            requests=sandbox.requests,
            switches=lambda: sandbox.switches,
            base_url=lambda: base_url,
            control=self._told,
        )

    def arrive(self, head: bytes, body: bytes, answered: Callable[[bytes], None]) -> None:
        """Call `answered` with the answer, `latency` later, or at once where the limit refuses the request."""
        method = head[: head.index(b" ")].decode()
        if head.startswith(b"GET /_sandbox/"):
            answered(self._known_or_new(head, body))
            return
        if self.limit and self.in_flight >= self.limit:
            self.seen["429"] += 1
            answered(_raw(Delivery(status=429, payload=_CROWDED.payload, headers=dict(_CROWDED.headers))))
            return
        self.in_flight += 1
        self.seen[method] += 1
        self.most = max(self.most, self.in_flight)
        asyncio.get_running_loop().call_later(self.latency, self._answer, head, body, answered)

    def _answer(self, head: bytes, body: bytes, answered: Callable[[bytes], None]) -> None:
        answer = self._known_or_new(head, body)
        self.in_flight -= 1
        answered(answer)

    def _known_or_new(self, head: bytes, body: bytes) -> bytes:
        reads = head.startswith(b"GET /v1/") or head.startswith(b"GET /2010-04-01/")
        if reads and (known := self._known.get(head)):
            return known
        answer = _raw(self._front.handle(_request(head, body)))
        if reads:
            self._known[head] = answer
        else:
            self._known.clear()
        return answer

    def _told(self, _: Request) -> Answer:
        """What was asked so far, since this question was asked last."""
        told = Answer(status=200, body={"most_in_flight": self.most, "requests": dict(self.seen)})
        self.most = 0
        self.seen.clear()
        return told


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
