"""What a read refuses to believe: another account, and answers that make no sense."""

from __future__ import annotations

import json

import pytest

from smsops.errors import ExitCode, Failure, ProviderError
from smsops.providers.twilio.read import TwilioReader
from tests.providers.calls import want
from tests.providers.scripted import (
    E164,
    INVENTORY,
    OTHER,
    POOL,
    SERVICE,
    SERVICES,
    Reply,
    Scripted,
    inventory,
    member,
    page,
    refusal,
    service,
)


@pytest.mark.parametrize("path", [SERVICES, POOL, INVENTORY])
def test_another_account_stops_everything(path: str, server: Scripted, reader: TwilioReader) -> None:
    foreign = {"account_sid": "AC" + "2" * 32}
    answers = {
        SERVICES: page("services", service(**(foreign if path == SERVICES else {}))),
        POOL: page("phone_numbers", member("+12065550102", **(foreign if path == POOL else {}))),
        INVENTORY: inventory(member(**(foreign if path == INVENTORY else {}))),
    }
    for place, answer in answers.items():
        server.on("GET", place, answer)
    with pytest.raises(ProviderError) as raised:
        reader.read((want(SERVICE, E164),))
    assert (raised.value.failure, raised.value.exit_code) == (Failure.WRONG_ACCOUNT, ExitCode.AUTH)
    assert "parent" in raised.value.hint


def test_a_pool_item_may_come_without_its_account(server: Scripted, reader: TwilioReader) -> None:
    server.on("GET", SERVICES, page("services", service()))
    server.on("GET", POOL, page("phone_numbers", member(account_sid=None)))
    assert reader.read((want(SERVICE, E164),)).services[SERVICE].pool == {E164: member()["sid"]}


GARBLED: list[dict[str, object]] = [
    {"sid": None},
    {"sid": "MG1"},
    {"sid": 5},
    {"account_sid": None},
    {"friendly_name": 5},
    {"friendly_name": "\ud800"},
    {"inbound_request_url": {"url": "x"}},
    {"inbound_method": True},
    {"sticky_sender": "yes"},
    {"use_inbound_webhook_on_number": 1},
    {"validity_period": "soon"},
    {"validity_period": [1]},
    {"validity_period": float("inf")},
]


@pytest.mark.parametrize("strange", GARBLED)
def test_a_service_that_makes_no_sense_is_an_error_and_not_a_guess(
    strange: dict[str, object], server: Scripted, reader: TwilioReader
) -> None:
    server.on("GET", SERVICES, page("services", {**service(), **strange}))
    with pytest.raises(ProviderError) as raised:
        reader.read(())
    assert raised.value.failure is Failure.GARBLED


@pytest.mark.parametrize(
    "strange", [{"phone_number": None}, {"phone_number": "12065550101"}, {"sid": None}, {"sid": OTHER}]
)
def test_a_pool_item_that_cannot_be_matched_is_an_error(
    strange: dict[str, object], server: Scripted, reader: TwilioReader
) -> None:
    server.on("GET", SERVICES, page("services", service()))
    server.on("GET", POOL, page("phone_numbers", {**member(), **strange}))
    with pytest.raises(ProviderError) as raised:
        reader.read((want(SERVICE),))
    assert raised.value.failure is Failure.GARBLED


LISTS: list[object] = [
    {},
    {"services": None, "meta": {"key": "services"}},
    {"services": [1], "meta": {"key": "services"}},
    {"services": [], "meta": {"key": "phone_numbers"}},
    {"services": [], "meta": None},
    {"services": [], "meta": {}},
    {"services": []},
    {"services": [], "next_page_uri": None},
    {"services": [], "meta": {"key": "services", "next_page_url": 5}},
    {"services": {"a": 1}, "meta": {"key": "services"}},
    [],
    "text",
    None,
    5,
]


@pytest.mark.parametrize("content", LISTS)
def test_a_list_that_is_none_is_an_error(content: object, server: Scripted, reader: TwilioReader) -> None:
    server.on("GET", SERVICES, Reply(body=json.dumps(content).encode()))
    with pytest.raises(ProviderError) as raised:
        reader.read(())
    assert raised.value.failure is Failure.GARBLED
    assert server.calls("GET", SERVICES) == 3


def test_a_strange_date_of_a_number_does_not_end_in_a_traceback(server: Scripted, reader: TwilioReader) -> None:
    server.on("GET", SERVICES, page("services"))
    server.on("GET", INVENTORY, inventory(member(date_created="Mon, 99 Jan 2026 08:00:00 +0000")))
    with pytest.raises(ProviderError) as raised:
        reader.read((want(None, E164),))
    assert raised.value.failure is Failure.GARBLED


@pytest.mark.parametrize("path", [POOL, INVENTORY])
def test_a_failure_of_one_part_is_the_failure_of_the_read(path: str, server: Scripted, reader: TwilioReader) -> None:
    server.on("GET", SERVICES, page("services", service()))
    server.on("GET", POOL, page("phone_numbers"))
    server.on("GET", INVENTORY, inventory())
    server.on("GET", path, refusal(401, 20003))
    with pytest.raises(ProviderError) as raised:
        reader.read((want(SERVICE, E164),))
    assert raised.value.failure is Failure.AUTH
