"""A tiny Twilio that says what a test tells it to: real HTTP on loopback, one script for each method and path."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

ACCOUNT = "AC" + "1" * 32
SERVICE = "MG" + "a" * 32
OTHER = "MG" + "b" * 32
NUMBER = "PN" + "1" * 32
E164 = "+12065550101"
REQUEST_ID = "RQ" + "7" * 32
SECRET = "s3cret-token-that-must-stay-inside"

SERVICES = "/v1/Services"
POOL = f"/v1/Services/{SERVICE}/PhoneNumbers"
MEMBER = f"{POOL}/{NUMBER}"
INVENTORY = f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    """Close the connection: before the answer, or after half of the body."""
    hang: bool = False
    """Never answer; the server's end releases it."""
    after: str | None = None
    """Answer only once this path was asked for."""


def reply(status: int = 200, content: object = None, **headers: str) -> Reply:
    """A JSON answer; header names with underscores for hyphens."""
    body = b"" if content is None else json.dumps(content).encode()
    return Reply(status=status, body=body, headers={name.replace("_", "-"): value for name, value in headers.items()})


def refusal(status: int, code: int | None = None, message: str = "no", **headers: str) -> Reply:
    content = {"message": message, "more_info": "https://www.twilio.com/docs/errors", "status": status}
    return reply(status, content if code is None else {"code": code, **content}, **headers)


CUT = Reply(cut=True)
HANG = Reply(hang=True)
HTML = Reply(status=200, body=b"<html><body>Welcome to the hotel</body></html>")
HALF = Reply(status=200, body=b'{"sid": "MG', cut=True)


def service(sid: str = SERVICE, **fields: object) -> dict[str, Any]:
    return {"sid": sid, "account_sid": ACCOUNT, "friendly_name": "orders", **fields}


def member(number: str = E164, sid: str = NUMBER, **fields: object) -> dict[str, Any]:
    return {"sid": sid, "account_sid": ACCOUNT, "service_sid": SERVICE, "phone_number": number, **fields}


def page(key: str, *items: object, following: str | None = None) -> Reply:
    return reply(200, {key: list(items), "meta": {"key": key, "next_page_url": following}})


def inventory(*items: object, following: str | None = None, **extra: object) -> Reply:
    return reply(200, {"incoming_phone_numbers": list(items), "next_page_uri": following, "page": 0, **extra})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    method: str
    path: str
    query: dict[str, list[str]]
    form: dict[str, list[str]]
    headers: dict[str, str]


class Scripted:
    """Answers from its script, each path's last reply for ever, and 404 with 20404 where nothing is scripted."""

    def __init__(self, certificate: str | None = None) -> None:
        self.asked: list[Asked] = []
        self._news = threading.Condition()
        self._script: dict[tuple[str, str], deque[Reply]] = {}
        self.closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, self))
        self._server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            # The handshake is the connection's thread's, so that a client that refuses does not stop the server.
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
            self.base_url = f"https://127.0.0.1:{self._server.server_port}"

    def on(self, method: str, path: str, *replies: Reply) -> None:
        self._script[method, path] = deque(replies)

    def calls(self, method: str, path: str) -> int:
        return sum(1 for asked in self.asked if (asked.method, asked.path) == (method, path))

    def __enter__(self) -> Scripted:
        threading.Thread(target=self._server.serve_forever, args=(0.005,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def _next(self, method: str, path: str) -> Reply:
        replies = self._script.get((method, path))
        if not replies:
            return refusal(404, 20404, f"The requested resource {path} was not found")
        return replies.popleft() if len(replies) > 1 else replies[0]

    def take(self, asked: Asked) -> Reply:
        """Note the request, and give its answer once that may go out."""
        with self._news:
            self.asked.append(asked)
            self._news.notify_all()
            found = self._next(asked.method, asked.path)
            if found.after is not None:
                self._news.wait_for(lambda: any(other.path == found.after for other in self.asked), timeout=60)
        if found.hang:
            self.closing.wait()
        return found


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Otherwise the body waits for the acknowledgement of the head, 40 ms each time.
    disable_nagle_algorithm = True

    def __init__(self, script: Scripted, *arguments: Any) -> None:
        self.script = script
        super().__init__(*arguments)

    def handle_one(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.answer(
            self.script.take(
                Asked(
                    method=self.command,
                    path=self.path if self.command == "CONNECT" else parts.path,
                    query=parse_qs(parts.query, keep_blank_values=True),
                    form=parse_qs(body, keep_blank_values=True),
                    headers={name.lower(): value for name, value in self.headers.items()},
                )
            )
        )

    do_GET = do_POST = do_DELETE = do_CONNECT = handle_one

    def answer(self, reply: Reply) -> None:
        if reply.hang or (reply.cut and not reply.body):
            self.hang_up()
            return
        self.send_response(reply.status)
        for name, value in {"Twilio-Request-Id": REQUEST_ID, **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body) * (2 if reply.cut else 1)))
        self.end_headers()
        self.wfile.write(reply.body)
        if reply.cut:
            self.hang_up()

    def hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: a test shows what it needs."""

    def handle(self) -> None:
        # The client may go away, as some tests make it.
        with contextlib.suppress(OSError):
            super().handle()

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
