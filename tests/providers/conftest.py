"""A scripted server, and a connection to it whose waits are counted instead of waited."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from smsops.frozen import replace
from smsops.providers.base import Connection
from smsops.providers.twilio.read import TwilioReader, open_reader
from smsops.providers.twilio.retry import RetryPolicy
from smsops.providers.twilio.write import TwilioWriter, open_writer
from smsops.secrets.base import Secret
from tests.providers.scripted import ACCOUNT, SECRET, Scripted


@pytest.fixture(autouse=True)
def _no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def server() -> Iterator[Scripted]:
    with Scripted() as running:
        yield running


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    """A proxy that refuses every tunnel: it shows where a request would have gone."""
    with Scripted() as running:
        monkeypatch.setenv("HTTPS_PROXY", running.base_url)
        yield running


@pytest.fixture
def connection(server: Scripted) -> Connection:
    return Connection(
        account_sid=ACCOUNT, username=ACCOUNT, password=Secret(SECRET), base_url=server.base_url, concurrency=4
    )


@pytest.fixture
def waits() -> list[float]:
    """The seconds that the client would have waited."""
    return []


@pytest.fixture
def policy(waits: list[float]) -> RetryPolicy:
    return RetryPolicy(
        tries=3,
        throttled_tries=4,
        conflict_tries=3,
        looks=3,
        sleep=waits.append,
        draw=lambda: 0.5,
        now=lambda: 1_800_000_000.0,
    )


@pytest.fixture
def reader(connection: Connection, policy: RetryPolicy) -> TwilioReader:
    return open_reader(connection, policy=policy)


@pytest.fixture
def hasty_reader(connection: Connection, policy: RetryPolicy) -> TwilioReader:
    """For a server that never answers."""
    return open_reader(connection, policy=replace(policy, read_timeout=0.05))


@pytest.fixture
def writer(reader: TwilioReader) -> TwilioWriter:
    return open_writer(reader)
