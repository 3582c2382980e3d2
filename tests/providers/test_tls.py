"""Certificates: loaded once, and never waved through."""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
from pathlib import Path

import pytest

from smsops.errors import Failure, ProviderError
from smsops.frozen import replace
from smsops.providers.base import Connection
from smsops.providers.twilio import proxied
from smsops.providers.twilio.answers import Reply, Unanswered
from smsops.providers.twilio.direct import Direct
from smsops.providers.twilio.proxied import Proxied
from smsops.providers.twilio.read import open_reader
from smsops.providers.twilio.retry import RetryPolicy
from smsops.providers.twilio.trust import tls
from smsops.secrets.base import Secret
from tests.providers.scripted import (
    ACCOUNT,
    CUT,
    HALF,
    SECRET,
    SERVICES,
    Scripted,
    page,
    reply,
)

AT_TWILIO = Connection(account_sid=ACCOUNT, username=ACCOUNT, password=Secret(SECRET))


def test_the_authorities_are_loaded_once_for_all_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str | None] = []
    real = ssl.create_default_context

    def counted(*, cafile: str | None = None) -> ssl.SSLContext:
        loaded.append(cafile)
        return real(cafile=cafile)

    monkeypatch.setattr(ssl, "create_default_context", counted)
    tls.cache_clear()
    for sid in ("1", "2", "3"):
        open_reader(replace(AT_TWILIO, account_sid="AC" + sid * 32, username="SK" + sid * 32))
    assert len(loaded) == 1


def test_authorities_that_cannot_be_read_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("")
    for path in (tmp_path / "none.pem", tmp_path / "empty.pem"):
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        with pytest.raises(ProviderError, match=path.name) as raised:
            open_reader(AT_TWILIO)
        assert "SSL_CERT_FILE" in raised.value.hint


def certified(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that vouches for itself, and a file with its key too."""
    key, certificate, both = folder / "key.pem", folder / "certificate.pem", folder / "both.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1"]
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run(
        ["openssl", "req", "-x509", *curve, *subject, "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    both.write_text(key.read_text() + certificate.read_text())
    return certificate, both


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate of this test")
def test_a_certificate_that_nobody_vouches_for_is_refused_at_once(
    connection: Connection, policy: RetryPolicy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waits: list[float]
) -> None:
    certificate, both = certified(tmp_path)
    with Scripted(certificate=str(both)) as server:
        server.on("GET", SERVICES, page("services"))
        there = replace(connection, base_url=server.base_url)
        with pytest.raises(ProviderError, match=r"certificate of 127\.0\.0\.1") as raised:
            open_reader(there, policy=policy).read(())
        assert (raised.value.failure, waits, server.asked) == (Failure.UNAVAILABLE, [], [])
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert open_reader(there, policy=policy).read(()).services == {}


class Tunnel:
    """A proxy that lets every CONNECT through, to where it asks for."""

    def __init__(self) -> None:
        self.heads: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.heads.append(client.recv(65536))
                host, _, port = self.heads[-1].split()[1].decode().partition(":")
                server = socket.create_connection((host, int(port)))
                client.sendall(b"HTTP/1.1 200 Go on\r\n\r\n")
                for one, other in ((client, server), (server, client)):
                    threading.Thread(target=_pump, args=(one, other), daemon=True).start()


def _pump(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while got := one.recv(65536):
            other.sendall(got)
        other.shutdown(socket.SHUT_RDWR)
    one.close()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate of this test")
def test_through_a_proxy_an_answer_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, both = certified(tmp_path)
    tunnel = Tunnel()
    with Scripted(certificate=str(both)) as server:
        context = ssl.create_default_context(cafile=str(certificate))
        timeouts = {"connect_timeout": 5.0, "read_timeout": 5.0}
        way = Proxied(server.base_url, context, tunnel.url, connections=1, **timeouts)
        direct = Direct(server.base_url, context, **timeouts)
        for each in (way, direct):
            server.on("GET", SERVICES, page("services"), reply(404, {"code": 20404}), HALF, CUT)
            seen = [each.send("GET", SERVICES, {"Accept-Encoding": "gzip"}, None) for _ in range(4)]
            found = [(one.status, one.body) for one in seen if isinstance(one, Reply)]
            assert found == [(200, page("services").body), (404, b'{"code": 20404}'), (200, None)]
            assert isinstance(seen[3], Unanswered)
        monkeypatch.setattr(proxied, "MAX_BODY", 3)
        server.on("GET", SERVICES, page("services"))
        large = way.send("GET", SERVICES, {}, None)
        assert isinstance(large, Reply)
        assert large.body is None
    tunnel.close()
    assert {head.split()[0] for head in tunnel.heads} == {b"CONNECT"}
