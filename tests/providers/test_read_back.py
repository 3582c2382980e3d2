"""Reading one service again after a write."""

from __future__ import annotations

import pytest

from smsops.errors import Failure, ProviderError
from smsops.frozen import replace
from smsops.model import LiveService
from smsops.providers.base import Connection
from smsops.providers.twilio import wire
from smsops.providers.twilio.read import TwilioReader, open_reader
from smsops.providers.twilio.retry import RetryPolicy
from tests.providers.calls import asked, once, want
from tests.providers.scripted import (
    ACCOUNT,
    E164,
    INVENTORY,
    OTHER,
    POOL,
    SERVICE,
    SERVICES,
    Scripted,
    inventory,
    member,
    page,
    refusal,
    reply,
    service,
)

OTHER_POOL = f"{SERVICES}/{OTHER}/PhoneNumbers"


def test_only_the_parts_that_are_asked_for_are_read(server: Scripted, reader: TwilioReader) -> None:
    server.on("GET", f"{SERVICES}/{SERVICE}", reply(200, service()))
    server.on("GET", POOL, page("phone_numbers", member()))
    pool = reader.read_back(SERVICE, settings=False, pool=True, settled=once)
    assert pool == LiveService(sid=SERVICE, settings=wire.NOT_READ, pool={E164: member()["sid"]})
    assert asked(server) == {POOL: 1}
    both = reader.read_back(SERVICE, settings=True, pool=True, settled=once)
    assert both is not None
    assert (both.settings.friendly_name, both.pool) == ("orders", {E164: member()["sid"]})


@pytest.mark.parametrize(("settings", "pool"), [(True, False), (False, True), (True, True)])
def test_a_missing_service_reads_back_as_none(
    settings: bool, pool: bool, server: Scripted, reader: TwilioReader
) -> None:
    assert reader.read_back(SERVICE, settings=settings, pool=pool, settled=once) is None


def test_a_late_answer_is_waited_for_within_a_bound(server: Scripted, reader: TwilioReader, waits: list[float]) -> None:
    server.on("GET", f"{SERVICES}/{SERVICE}", refusal(404, 20404), reply(200, service()))
    found = reader.read_back(SERVICE, settings=True, pool=False, settled=lambda seen: seen is not None)
    assert found is not None
    assert waits == pytest.approx([0.1])
    never = reader.read_back(OTHER, settings=True, pool=False, settled=lambda seen: seen is not None)
    assert never is None
    assert server.calls("GET", f"{SERVICES}/{OTHER}") == 3


def test_another_service_than_the_one_asked_for_is_an_error(server: Scripted, reader: TwilioReader) -> None:
    server.on("GET", f"{SERVICES}/{SERVICE}", reply(200, service(OTHER)))
    with pytest.raises(ProviderError) as raised:
        reader.read_back(SERVICE, settings=True, pool=False, settled=once)
    assert raised.value.failure is Failure.GARBLED


def test_a_single_request_at_a_time_is_enough(server: Scripted, connection: Connection, policy: RetryPolicy) -> None:
    server.on("GET", SERVICES, page("services", service(), service(OTHER)))
    server.on("GET", POOL, page("phone_numbers"))
    server.on("GET", OTHER_POOL, page("phone_numbers"))
    server.on("GET", INVENTORY, inventory())
    live = open_reader(replace(connection, concurrency=1), policy=policy).read((want(SERVICE, E164),))
    assert (live.account_sid, live.api_calls, live.numbers) == (ACCOUNT, 4, {})
