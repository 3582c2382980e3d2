"""The HTTP side of the sandbox: a threading server on loopback that reads requests and writes what the front desk says.

Connections are kept alive, an answer leaves in one packet, and a connection can be cut before or within an answer.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import struct
import sys
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qsl

from smsops.sandbox.faults import FaultKind
from smsops.sandbox.front import Delivery
from smsops.sandbox.wire import Request

_LOG = logging.getLogger(__name__)

MAX_BODY = 1 << 20
"""Bytes of a request body; form posts are far smaller."""
_FORM = "application/x-www-form-urlencoded"
_REASONS = {status.value: status.phrase for status in HTTPStatus}


class LoopbackServer(ThreadingHTTPServer):
    """Listens on 127.0.0.1 and no other address; a thread for each connection."""

    request_queue_size = 256
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, handle: Callable[[Request], Delivery]) -> None:
        self.handle_one = handle
        self._lock = threading.Lock()
        self._open: dict[socket.socket, threading.Thread] = {}
        super().__init__(("127.0.0.1", port), _Handler)

    def server_bind(self) -> None:
        """Bind without the base class's look-up of the host's name, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open[request] = threading.current_thread()
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._open.pop(request, None)

    def hang_up(self) -> None:
        """End every open connection and wait for its thread."""
        with self._lock:
            open_now = list(self._open.items())
        for connection, _ in open_now:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for _, thread in open_now:
            thread.join()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""
        if not isinstance(sys.exception(), OSError):
            _LOG.exception("the sandbox failed on a connection")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: LoopbackServer

    def _serve(self) -> None:
        body = self._body()
        if body is None:
            return
        path, _, query = self.path.partition("?")
        form = ""
        if self.headers.get("Content-Type", _FORM).partition(";")[0].strip().lower() == _FORM:
            form = body.decode("utf-8", "replace")
        request = Request(
            method=self.command,
            path=path,
            query=dict(parse_qsl(query, keep_blank_values=True)),
            form=dict(parse_qsl(form, keep_blank_values=True)),
            target=self.path,
            host=self.headers.get("Host", ""),
            authorization=self.headers.get("Authorization", ""),
            body=body,
        )
        self._deliver(self.server.handle_one(request))

    do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = do_HEAD = do_OPTIONS = _serve

    def _body(self) -> bytes | None:
        """The request's body; None after a refusal of its framing, or when the client went away."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit()):
            self.send_error(HTTPStatus.LENGTH_REQUIRED)
        elif int(length) > MAX_BODY:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            body = self.rfile.read(int(length)) if length != "0" else b""
            if len(body) == int(length):
                return body
        self.close_connection = True
        return None

    def _deliver(self, delivery: Delivery) -> None:
        if delivery.cut is FaultKind.RESET:
            self._reset()
            return
        payload = delivery.payload
        lines = [f"HTTP/1.1 {delivery.status} {_REASONS.get(delivery.status, 'Unknown')}"]
        lines += [f"{name}: {_one_line(value)}" for name, value in delivery.headers.items()]
        if delivery.status not in (204, 304):
            lines.append(f"Content-Length: {len(payload)}")
        if delivery.cut is not None:
            payload, self.close_connection = payload[: len(payload) // 2], True
        if self.close_connection:
            lines.append("Connection: close")
        head = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
        self.wfile.write(head if self.command == "HEAD" else head + payload)

    def _reset(self) -> None:
        """Cut the connection with a TCP reset: no bytes, no orderly end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.rfile.close()
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what was asked is in the sandbox's request log."""


def _one_line(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")
