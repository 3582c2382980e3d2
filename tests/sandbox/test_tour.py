"""Twilio's own SDK takes a tour of the sandbox; every exchange is held to Twilio's description where it is at hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException  # type: ignore[import-untyped]
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from smsops.sandbox.accounts import Credentials
from smsops.sandbox.server import Sandbox
from tests import oai
from tests.sandbox.conftest import ACCOUNT, P1, P2, SIDS


class ToSandbox(TwilioHttpClient):  # type: ignore[misc]
    """The SDK's own client, with scheme and host of every URL replaced."""

    def __init__(self, base_url: str) -> None:
        super().__init__(timeout=30)
        self._base = urlsplit(base_url)
        self.exchanges = 0

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        parts = urlsplit(url)
        here = urlunsplit(parts._replace(scheme=self._base.scheme, netloc=self._base.netloc))
        answer = super().request(method, here, *args, **kwargs)
        self.exchanges += 1
        if oai.available():
            given = (kwargs.get("data") if method == "POST" else kwargs.get("params")) or {}
            if answer.status_code < 400:
                linked = dict(parse_qsl(parts.query, keep_blank_values=True))
                oai.check_request(method, parts.path, {**linked, **{name: str(given[name]) for name in given}})
            oai.check_response(method, parts.path, answer.status_code, answer.text)
        return answer


@pytest.fixture
def http(box: Sandbox) -> Iterator[ToSandbox]:
    client = ToSandbox(box.base_url)
    yield client
    client.session.close()


@pytest.fixture
def sdk(box: Sandbox, http: ToSandbox, credentials: Credentials) -> Client:
    return Client(credentials.username, credentials.password, http_client=http, environment={"x": ""})


def refused(call: Any, *args: Any, **kwargs: Any) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as caught:
        call(*args, **kwargs)
    return caught.value.status, caught.value.code


def test_the_sdk_creates_reads_changes_clears_and_deletes_a_service(sdk: Client) -> None:
    made = sdk.messaging.v1.services.create(
        friendly_name="orders", inbound_request_url="https://hooks.example.com/in", use_inbound_webhook_on_number=False
    )
    assert made.account_sid == ACCOUNT
    service = sdk.messaging.v1.services(made.sid)
    assert service.fetch().inbound_request_url == "https://hooks.example.com/in"
    assert service.update(validity_period=600, sticky_sender=False).validity_period == 600
    assert service.fetch().inbound_request_url == "https://hooks.example.com/in"
    assert service.update(inbound_request_url="").inbound_request_url is None
    assert service.fetch().sticky_sender is False
    assert service.delete() is True
    assert refused(service.fetch) == (404, 20404)


def test_the_sdk_pages_through_more_than_fifty_services(sdk: Client, http: ToSandbox) -> None:
    names = [f"service-{n:03}" for n in range(120)]
    for name in names:
        sdk.messaging.v1.services.create(friendly_name=name)
    before = http.exchanges
    assert [service.friendly_name for service in sdk.messaging.v1.services.list()] == names
    assert http.exchanges - before == 3
    page = sdk.messaging.v1.services.page(page_size=50)
    second = page.next_page()
    assert second is not None
    first = second.previous_page()
    assert first is not None
    assert [service.friendly_name for service in first] == names[:50]


def test_the_sdk_adds_lists_fetches_and_removes_numbers(sdk: Client) -> None:
    sid = sdk.messaging.v1.services.create(friendly_name="orders").sid
    pool = sdk.messaging.v1.services(sid).phone_numbers
    added = pool.create(phone_number_sid=P1)
    assert (added.sid, added.phone_number, added.country_code) == (P1, "+12065550101", "US")
    assert added.capabilities == ["MMS", "SMS", "Voice"]
    assert [item.sid for item in pool.list()] == [P1]
    assert pool(P1).fetch().service_sid == sid
    assert pool(P1).delete() is True
    assert pool.list() == []


def test_the_sdk_meets_each_error_that_an_engine_must_tell_apart(sdk: Client, box: Sandbox) -> None:
    services = sdk.messaging.v1.services
    one, two = services.create(friendly_name="one").sid, services.create(friendly_name="two").sid
    services(one).phone_numbers.create(phone_number_sid=P1)
    assert refused(services(one).phone_numbers.create, phone_number_sid=P1) == (409, 21710)
    assert refused(services(two).phone_numbers.create, phone_number_sid=P1) == (409, 21712)
    assert refused(services(two).phone_numbers(P1).delete) == (404, 20404)
    assert refused(services("MG" + "0" * 32).fetch) == (404, 20404)
    assert refused(services("MG" + "0" * 32).phone_numbers.create, phone_number_sid=P2) == (404, 20404)
    assert refused(services.create, friendly_name="") == (400, 20002)
    assert refused(services.create, friendly_name=None) == (400, 20001)
    assert refused(services.create, friendly_name="x", usecase="chit-chat") == (400, 21713)
    limit = len(box.console.pool(one))
    box.switches = type(box.switches)(pool_limit=limit)
    assert refused(services(one).phone_numbers.create, phone_number_sid=P2) == (412, 21714)


def test_the_sdk_reads_the_account_and_its_numbers(sdk: Client) -> None:
    numbers = sdk.incoming_phone_numbers.list(page_size=2)
    assert {number.phone_number: number.sid for number in numbers} == SIDS
    assert all(number.capabilities["sms"] for number in numbers)
    assert [n.sid for n in sdk.incoming_phone_numbers.list(phone_number="+12065550102")] == [P2]
    account = sdk.api.v2010.accounts(ACCOUNT).fetch()
    assert (account.status, account.type) == ("active", "Full")


def test_the_sdk_is_refused_with_a_wrong_token(box: Sandbox, http: ToSandbox, credentials: Credentials) -> None:
    stranger = Client(ACCOUNT, "wrong", http_client=http, environment={"x": ""})
    assert refused(stranger.messaging.v1.services.create, friendly_name="x") == (401, 20003)
    with pytest.raises(TwilioException):
        stranger.messaging.v1.services.list()
