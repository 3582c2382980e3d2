"""Senders that are no phone numbers: short codes, alpha senders, senders of other channels."""

from __future__ import annotations

import pytest

from smsops.errors import Failure, ProviderError
from smsops.providers.twilio.read import TwilioReader
from tests.providers.calls import asked
from tests.providers.scripted import ACCOUNT, SERVICE, SERVICES, Reply, Scripted, page, reply

ROOM = f"{SERVICES}/{SERVICE}"
LISTS = {
    "ShortCodes": ("short_codes", "short_code"),
    "AlphaSenders": ("alpha_senders", "alpha_sender"),
    "DestinationAlphaSenders": ("alpha_senders", "alpha_sender"),
    "ChannelSenders": ("senders", "sender"),
}


def script(server: Scripted, **items: list[dict[str, object]]) -> None:
    for segment, (key, _) in LISTS.items():
        server.on("GET", f"{ROOM}/{segment}", page(key, *items.get(segment, ())))


def test_all_four_kinds_are_read_through_and_sorted(server: Scripted, reader: TwilioReader) -> None:
    script(
        server,
        ShortCodes=[{"short_code": "72600", "account_sid": ACCOUNT}],
        AlphaSenders=[{"alpha_sender": "Larkspur", "account_sid": None}],
        DestinationAlphaSenders=[
            {"alpha_sender": "LarkspurUK", "iso_country_code": "GB"},
            {"alpha_sender": "Larkspur", "iso_country_code": "DE"},
        ],
        ChannelSenders=[{"sender": "whatsapp:+12065550101"}, {"sender": "rcs:larkspur", "account_sid": ACCOUNT}],
    )
    expected = ("72600", "Larkspur", "LarkspurUK", "rcs:larkspur", "whatsapp:+12065550101")
    assert reader.other_senders(SERVICE) == expected
    assert asked(server) == {f"{ROOM}/{segment}": 1 for segment in LISTS}


@pytest.mark.parametrize("segment", LISTS)
def test_every_page_of_every_kind_counts(segment: str, server: Scripted, reader: TwilioReader) -> None:
    script(server)
    key, field = LISTS[segment]
    following = f"https://messaging.twilio.com{ROOM}/{segment}?PageToken=a"
    server.on("GET", f"{ROOM}/{segment}", page(key, {field: "B"}, following=following), page(key, {field: "A"}))
    assert reader.other_senders(SERVICE) == ("A", "B")


def test_a_missing_service_has_none(server: Scripted, reader: TwilioReader) -> None:
    assert reader.other_senders(SERVICE) == ()


@pytest.mark.parametrize("segment", LISTS)
def test_a_sender_of_another_account_stops_everything(segment: str, server: Scripted, reader: TwilioReader) -> None:
    foreign: dict[str, object] = {LISTS[segment][1]: "72600", "account_sid": "AC" + "2" * 32}
    script(server, **{segment: [foreign]})
    with pytest.raises(ProviderError) as raised:
        reader.other_senders(SERVICE)
    assert raised.value.failure is Failure.WRONG_ACCOUNT


@pytest.mark.parametrize("value", [None, "", 72600, "\ud800"])
@pytest.mark.parametrize("segment", LISTS)
def test_a_sender_that_cannot_be_named_is_an_error_and_not_left_out(
    segment: str, value: object, server: Scripted, reader: TwilioReader
) -> None:
    _, field = LISTS[segment]
    script(server, **{segment: [{field: value}]})
    with pytest.raises(ProviderError) as raised:
        reader.other_senders(SERVICE)
    assert raised.value.failure is Failure.GARBLED


@pytest.mark.parametrize("answer", [Reply(status=403), reply(200, {"senders": []}), Reply(body=b"<html>")])
@pytest.mark.parametrize("segment", LISTS)
def test_a_list_that_cannot_be_read_is_not_an_empty_one(
    segment: str, answer: Reply, server: Scripted, reader: TwilioReader
) -> None:
    script(server)
    server.on("GET", f"{ROOM}/{segment}", answer)
    with pytest.raises(ProviderError):
        reader.other_senders(SERVICE)
