"""Certificates: loaded once, and never waved through."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from smsops.errors import Failure, ProviderError
from smsops.providers.base import Connection
from smsops.providers.twilio.read import open_reader
from smsops.providers.twilio.retry import RetryPolicy
from smsops.providers.twilio.transport import tls
from smsops.secrets.base import Secret
from tests.providers.scripted import (
    ACCOUNT,
    SECRET,
    SERVICES,
    Scripted,
    page,
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


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate of this test")
def test_a_certificate_that_nobody_vouches_for_is_refused_at_once(
    connection: Connection, policy: RetryPolicy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waits: list[float]
) -> None:
    both = tmp_path / "both.pem"
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1"]
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run(
        ["openssl", "req", "-x509", *curve, *subject, "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    both.write_text(key.read_text() + certificate.read_text())
    with Scripted(certificate=str(both)) as server:
        server.on("GET", SERVICES, page("services"))
        there = replace(connection, base_url=server.base_url)
        with pytest.raises(ProviderError, match=r"certificate of 127\.0\.0\.1") as raised:
            open_reader(there, policy=policy).read(())
        assert (raised.value.failure, waits, server.asked) == (Failure.UNAVAILABLE, [], [])
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert open_reader(there, policy=policy).read(()).services == {}
