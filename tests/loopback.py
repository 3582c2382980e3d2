"""A real HTTP server on loopback for the doubles of Twilio and of the forges: whole, broken and missing answers."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A request as it came."""

    method: str
    path: str
    """Without the query; of a CONNECT the host and port."""
    query: str
    headers: dict[str, str]
    """By name in lower case."""
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer; with `cut` only half of it goes out, and nothing where there is no body."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: bool = False


class Loopback:
    """Serves while it is entered; a subclass gives the answers. Threads answer side by side."""

    def __init__(self, certificate: str | None = None) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            # The handshake is the connection's thread's, so that a client that refuses does not stop the server.
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
            self.origin = f"https://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.005,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, heard: Heard) -> Said:
        raise NotImplementedError


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Otherwise the body waits for the acknowledgement of the head, 40 ms each time.
    disable_nagle_algorithm = True

    def __init__(self, served: Loopback, *arguments: Any) -> None:
        self._served = served
        super().__init__(*arguments)

    def _handle_one(self) -> None:
        parts = urlsplit(self.path)
        heard = Heard(
            method=self.command,
            path=self.path if self.command == "CONNECT" else parts.path,
            query=parts.query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
        )
        said = self._served.answer(heard)
        if said.body or not said.cut:
            self._send(said)
        if said.cut:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_CONNECT = _handle_one

    def _send(self, said: Said) -> None:
        self.send_response(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(said.body) * (2 if said.cut else 1)))
        self.end_headers()
        self.wfile.write(said.body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: a test shows what it needs."""

    def handle(self) -> None:
        # The client may go away, as some tests make it.
        with contextlib.suppress(OSError):
            super().handle()

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
