"""Reads that begin before the plan: each is sent once, and what went wrong with it changes nothing but the time."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from smsops.errors import Failure, ProviderError
from smsops.frozen import replace
from smsops.model import Wanted
from smsops.providers import PROVIDERS
from smsops.providers.base import Connection
from smsops.providers.twilio import headstart
from smsops.providers.twilio.headstart import TwilioHeadStart, begin
from smsops.providers.twilio.limiter import START
from smsops.providers.twilio.read import TwilioReader, open_reader
from smsops.providers.twilio.transport import Transport
from tests.providers.scripted import (
    ACCOUNT,
    CUT,
    HANG,
    OTHER,
    POOL,
    SERVICE,
    SERVICES,
    Reply,
    Scripted,
    member,
    page,
    refusal,
    service,
)

OTHER_POOL = POOL.replace(SERVICE, OTHER)
WANTED = [
    Wanted(service_sid=sid, friendly_name=name, numbers=frozenset())
    for sid, name in ((SERVICE, "orders"), (OTHER, "codes"))
]


@contextmanager
def begun(connection: Connection, *sids: str) -> Iterator[tuple[TwilioHeadStart, TwilioReader]]:
    start = begin(connection)
    for sid in sids:
        start.expect(sid)
    try:
        yield start, open_reader(replace(connection, head_start=start))
    finally:
        start.close()


@pytest.fixture
def account(server: Scripted) -> Scripted:
    server.on("GET", SERVICES, page("services", service(), service(OTHER)))
    server.on("GET", POOL, page("phone_numbers", member()))
    server.on("GET", OTHER_POOL, page("phone_numbers"))
    return server


def check(reader: TwilioReader) -> int:
    """Read the account; the number of requests that the reader says it took."""
    live = reader.read(WANTED)
    assert {sid: list(found.pool or ()) for sid, found in live.services.items()} == {
        SERVICE: ["+12065550101"],
        OTHER: [],
    }
    return live.api_calls


def test_what_was_begun_is_not_sent_again_and_counts(account: Scripted, connection: Connection) -> None:
    with begun(connection, SERVICE) as (_, reader):
        assert check(reader) == 3
        assert sorted(asked.path for asked in account.asked) == sorted([SERVICES, POOL, OTHER_POOL])
        assert {asked.query["PageSize"][0] for asked in account.asked} == {"1000"}
        assert len({asked.headers["authorization"] for asked in account.asked}) == 1
        assert check(reader) == 3  # and only for one reading: a second one sees what is there then
    assert len(account.asked) == 6


@pytest.mark.parametrize("first", [CUT, refusal(503), refusal(429, 20429), Reply(body=b"<html>")])
def test_an_attempt_that_failed_is_the_first_of_several(
    account: Scripted, connection: Connection, first: Reply
) -> None:
    account.on("GET", POOL, first, page("phone_numbers", member()))
    with begun(replace(connection, concurrency=1), SERVICE, OTHER) as (start, reader):
        # With one at a time the order is known: the list, the pool that fails, and then nothing more.
        assert [one.result() is not None for one in start._begun.values()] == [True, True, False]
        assert len(account.asked) == 2
        assert check(reader) == 4
    assert account.calls("GET", POOL) == 2
    assert len(account.asked) == 4


def test_what_is_refused_is_told_by_the_reader(account: Scripted, connection: Connection) -> None:
    account.on("GET", POOL, refusal(401, 20003))
    with begun(connection, SERVICE, OTHER) as (_, reader), pytest.raises(ProviderError) as raised:
        reader.read(WANTED)
    assert raised.value.failure is Failure.AUTH


def test_a_place_where_nothing_may_be_sent_is_told_by_the_reader(connection: Connection) -> None:
    astray = replace(connection, base_url="http://twilio.example.com")
    start = begin(astray)
    start.expect(SERVICE)
    assert [one.result() for one in start._begun.values()] == [None, None]
    with pytest.raises(ProviderError) as raised:
        open_reader(replace(astray, head_start=start))
    assert raised.value.failure is Failure.FORBIDDEN_REQUEST
    start.close()


def test_a_defect_is_met_again_by_the_reader(
    account: Scripted, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(headstart, "_HEADERS", {"Accept": "\u2026"})  # no header can say that
    with begun(replace(connection, concurrency=1), SERVICE, OTHER) as (_, reader):
        assert check(reader) == 3
    assert len(account.asked) == 3


def test_after_the_end_nothing_is_sent_and_nobody_waits(server: Scripted, connection: Connection) -> None:
    server.on("GET", SERVICES, HANG)
    start = PROVIDERS["twilio"].begin
    assert start is not None
    ahead = start(replace(connection, concurrency=1))
    ahead.expect(SERVICE)
    ahead.close()
    assert {asked.path for asked in server.asked} <= {SERVICES}
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "smsops-ahead")
    assert ACCOUNT not in repr(ahead)


def test_a_way_that_breaks_while_it_connects_is_met_again_by_the_reader(
    account: Scripted, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Transport) -> bool:
        raise LookupError

    monkeypatch.setattr(Transport, "connect", broken)
    with begun(connection, SERVICE, OTHER) as (_, reader):
        assert check(reader) == 3


def test_what_cannot_be_reached_is_not_tried_by_every_sender(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []
    real = Transport.connect

    def noted(self: Transport) -> bool:
        tried.append(len(tried))
        return real(self)

    monkeypatch.setattr(Transport, "connect", noted)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    start = begin(replace(connection, base_url=f"http://127.0.0.1:{port}", concurrency=40))
    for number in range(60):
        start.expect(f"MG{number:032x}")
    assert {early.result() for early in start.taken().values()} == {None}
    assert len(tried) <= START
    start.close()
