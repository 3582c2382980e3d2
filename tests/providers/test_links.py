"""Page links lead to the configured host, or nowhere."""

from __future__ import annotations

import pytest

from smsops.errors import Failure, ProviderError
from smsops.model import Wanted
from smsops.providers.base import Connection
from smsops.providers.twilio.client import Door
from smsops.providers.twilio.read import TwilioReader, open_reader
from smsops.providers.twilio.retry import RetryPolicy
from smsops.providers.twilio.routes import READS
from smsops.secrets.base import Secret
from tests.providers.scripted import (
    ACCOUNT,
    INVENTORY,
    SECRET,
    SERVICES,
    Scripted,
    inventory,
    member,
    page,
    service,
)

AT_TWILIO = Connection(account_sid=ACCOUNT, username=ACCOUNT, password=Secret(SECRET))
WANT = Wanted(service_sid=None, friendly_name="orders", numbers=frozenset({"+12065550999"}))


STRANGE_LINKS = [
    "https://evil.example.com/v1/Services?PageToken=x",
    "http://127.0.0.1:9/v1/Services?PageToken=x",
    "http://messaging.twilio.com/v1/Services?PageToken=x",
    "https://messaging.twilio.com:8443/v1/Services",
    "https://messaging.twilio.com@evil.example.com/v1/Services",
    "https://user:pw@messaging.twilio.com/v1/Services",
    "https://messaging.twilio.com.evil.example.com/v1/Services",
    "https://evil-messaging.twilio.com/v1/Services",
    "https://accounts.twilio.com/v1/Services",
    f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}.json",
    "https://messaging.twilio.com/v1/Services/Usecases",
    "//evil.example.com/v1/Services",
    "/v1/Services?Page=2",
    "file:///etc/passwd",
    "https://[::1/v1/Services",
    "nonsense",
]


@pytest.mark.parametrize("link", STRANGE_LINKS)
def test_a_page_link_to_another_place_is_refused_and_gets_no_credentials(
    link: str, server: Scripted, reader: TwilioReader
) -> None:
    server.on("GET", SERVICES, page("services", service(), following=link))
    with pytest.raises(ProviderError) as raised:
        reader.read(())
    assert raised.value.failure is Failure.FORBIDDEN_REQUEST
    assert len(server.asked) == 1


@pytest.mark.parametrize("link", STRANGE_LINKS)
def test_the_same_links_are_refused_at_twilio_itself(link: str, proxy: Scripted, policy: RetryPolicy) -> None:
    door = Door(open_reader(AT_TWILIO, policy=policy).transport, READS)
    with pytest.raises(ProviderError) as raised:
        door.request("GET", link)
    assert raised.value.failure is Failure.FORBIDDEN_REQUEST
    assert proxy.asked == []


def test_a_link_to_another_region_is_refused_at_twilio_itself(proxy: Scripted, policy: RetryPolicy) -> None:
    door = Door(open_reader(AT_TWILIO, policy=policy).transport, READS)
    with pytest.raises(ProviderError) as raised:
        door.request("GET", f"https://messaging.dublin.ie1.twilio.com{SERVICES}")
    assert raised.value.failure is Failure.FORBIDDEN_REQUEST
    assert proxy.asked == []


@pytest.mark.parametrize("host", ["https://messaging.twilio.com", "https://messaging.dublin.ie1.twilio.com", "base"])
def test_with_a_base_url_links_to_twilio_go_to_the_base(host: str, server: Scripted, reader: TwilioReader) -> None:
    origin = server.base_url if host == "base" else host
    link = f"{origin}{SERVICES}?PageSize=1000&PageToken=PTx%2By&Page=1"
    server.on("GET", SERVICES, page("services", service(), following=link), page("services", service("MG" + "c" * 32)))
    assert len(reader.read(()).services) == 2
    assert [asked.query for asked in server.asked] == [
        {"PageSize": ["1000"]},
        {"PageSize": ["1000"], "PageToken": ["PTx+y"], "Page": ["1"]},
    ]


def test_the_core_apis_relative_links_stay_on_the_base(server: Scripted, reader: TwilioReader) -> None:
    server.on("GET", SERVICES, page("services"))
    server.on(
        "GET",
        INVENTORY,
        inventory(member(), following=f"{INVENTORY}?PageSize=1000&Page=1&PageToken=PAPN1"),
        inventory(member("+12065550102", "PN" + "2" * 32)),
    )
    numbers = reader.read((WANT,)).numbers
    assert numbers is not None
    assert sorted(numbers) == ["+12065550101", "+12065550102"]


@pytest.mark.parametrize("link", ["https://evil.example.com/x", "@evil.example.com/", "//evil.example.com", "x" * 9000])
def test_the_core_apis_relative_links_lead_nowhere_else(link: str, server: Scripted, reader: TwilioReader) -> None:
    server.on("GET", SERVICES, page("services"))
    server.on("GET", INVENTORY, inventory(member(), following=link))
    with pytest.raises(ProviderError) as raised:
        reader.read((WANT,))
    assert raised.value.failure is Failure.FORBIDDEN_REQUEST
    assert server.calls("GET", INVENTORY) == 1


def test_pages_that_go_round_in_circles_are_an_error(server: Scripted, reader: TwilioReader) -> None:
    there, back = (f"https://messaging.twilio.com{SERVICES}?PageToken={n}" for n in (1, 2))
    server.on("GET", SERVICES, *[page("services", following=link) for link in (there, back, there, back)])
    with pytest.raises(ProviderError, match="do not come to an end") as raised:
        reader.read(())
    assert raised.value.failure is Failure.GARBLED
    assert len(server.asked) == 3
